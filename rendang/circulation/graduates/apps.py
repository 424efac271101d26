from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GraduatesConfig(AppConfig):
    name = "rendang.circulation.graduates"

    def ready(self) -> None:
        """A parcel that waits may hold the dossiers of graduates."""
        from rendang.circulation.parcels.queries import takes_parcels
        from rendang.kernel.access.permissions import Permission

        takes_parcels(_("Graduates' dossiers"), "graduates:arrival", Permission.GRADUATE_EDIT)
