from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AuditConfig(AppConfig):
    name = "rendang.kernel.audit"

    def ready(self) -> None:
        """Every app says in its ``sentences.py`` what its events are called."""
        autodiscover_modules("sentences")
