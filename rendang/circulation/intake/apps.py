from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntakeConfig(AppConfig):
    name = "rendang.circulation.intake"

    def ready(self) -> None:
        from rendang.circulation.intake.actions import calling  # noqa: F401
        from rendang.circulation.parcels.queries import takes_parcels
        from rendang.kernel.access.permissions import Permission

        takes_parcels(_("Match with an intake"), "intake:match", Permission.INTAKE_REGISTER)
