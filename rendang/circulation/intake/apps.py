from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "rendang.circulation.intake"
