from django.apps import AppConfig


class TransfersConfig(AppConfig):
    name = "rendang.circulation.transfers"

    def ready(self) -> None:
        from rendang.circulation.transfers.actions import calling as calls  # noqa: F401
        from rendang.circulation.transfers.queries import calling, leaving, obstacles, register  # noqa: F401
