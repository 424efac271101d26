from django.apps import AppConfig


class GraduatesConfig(AppConfig):
    name = "rendang.circulation.graduates"
