from django.apps import AppConfig
from django.core.signals import request_finished, request_started


class StandardsConfig(AppConfig):
    name = "rendang.kernel.standards"

    def ready(self) -> None:
        from rendang.kernel.standards.queries import freshness

        # The standards are looked up many times a page; their number is read once for each request.
        request_started.connect(freshness.begin, dispatch_uid="standards")
        request_finished.connect(freshness.end, dispatch_uid="standards")
