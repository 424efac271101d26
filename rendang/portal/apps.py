from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "rendang.portal"
