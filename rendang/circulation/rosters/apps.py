from django.apps import AppConfig


class RostersConfig(AppConfig):
    name = "rendang.circulation.rosters"
