from django.apps import AppConfig


class PartyConfig(AppConfig):
    name = "rendang.circulation.party"
