from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    name = "rendang.services.certificates"
