from django.apps import AppConfig


class TransfersConfig(AppConfig):
    name = "rendang.circulation.transfers"

    def ready(self) -> None:
        from rendang.circulation.transfers.queries import leaving, obstacles, register  # noqa: F401
