from importlib import import_module

from django.apps import AppConfig


class HouseholdConfig(AppConfig):
    name = "rendang.circulation.household"

    def ready(self) -> None:
        """What stands in the way of a dossier's leaving is asked in jobs, too; who may come, on the dossier's page."""
        import_module("rendang.circulation.household.actions")
