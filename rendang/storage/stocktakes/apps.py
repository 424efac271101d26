from importlib import import_module

from django.apps import AppConfig


class StocktakesConfig(AppConfig):
    name = "rendang.storage.stocktakes"

    def ready(self) -> None:
        """The register of stocktakes is offered on the page of the registers."""
        import_module("rendang.storage.stocktakes.queries")
