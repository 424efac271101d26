from django.apps import AppConfig


class TransfersConfig(AppConfig):
    name = "rendang.circulation.transfers"
