from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "rendang.kernel.documents"
