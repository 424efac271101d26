from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "rendang.kernel.access"
