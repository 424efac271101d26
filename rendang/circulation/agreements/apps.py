from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    name = "rendang.circulation.agreements"
