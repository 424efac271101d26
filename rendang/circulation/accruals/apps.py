from django.apps import AppConfig


class AccrualsConfig(AppConfig):
    name = "rendang.circulation.accruals"
