from django.apps import AppConfig


class StorageConfig(AppConfig):
    name = "rendang.storage"

    def ready(self) -> None:
        # Asked before a dossier leaves, and before a business with it begins.
        from rendang.storage.actions import searching  # noqa: F401
        from rendang.storage.queries import losing  # noqa: F401
