from django.apps import AppConfig


class LoansConfig(AppConfig):
    name = "rendang.circulation.loans"
