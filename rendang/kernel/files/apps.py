from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "rendang.kernel.files"
