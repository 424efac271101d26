from importlib import import_module

from django.apps import AppConfig


class PartyConfig(AppConfig):
    name = "rendang.circulation.party"

    def ready(self) -> None:
        """What stands in the way of a dossier's leaving is asked in jobs, too; who may come, on the dossier's page."""
        import_module("rendang.circulation.party.actions")
