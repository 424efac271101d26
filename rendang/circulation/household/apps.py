from django.apps import AppConfig


class HouseholdConfig(AppConfig):
    name = "rendang.circulation.household"
