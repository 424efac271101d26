from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "rendang.kernel.audit"
