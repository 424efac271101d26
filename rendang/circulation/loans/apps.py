from django.apps import AppConfig


class LoansConfig(AppConfig):
    name = "rendang.circulation.loans"

    def ready(self) -> None:
        # Asked before a dossier leaves or an image is shown; printed as registers; done at night.
        from rendang.circulation.loans.actions import chasing  # noqa: F401
        from rendang.circulation.loans.queries import departure, grants, registers  # noqa: F401
