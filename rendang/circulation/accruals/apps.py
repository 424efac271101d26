from importlib import import_module

from django.apps import AppConfig


class AccrualsConfig(AppConfig):
    name = "rendang.circulation.accruals"

    def ready(self) -> None:
        """The register of what was collected is printed from any page."""
        import_module("rendang.circulation.accruals.queries")
