from django.apps import AppConfig


class ProtectionConfig(AppConfig):
    name = "rendang.storage.protection"
