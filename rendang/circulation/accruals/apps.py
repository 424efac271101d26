from importlib import import_module

from django.apps import AppConfig


class AccrualsConfig(AppConfig):
    name = "rendang.circulation.accruals"

    def ready(self) -> None:
        """The register of what was collected is printed from any page; a job ends letters about dossiers that left."""
        import_module("rendang.circulation.accruals.queries")
        import_module("rendang.circulation.accruals.actions.chasing")
