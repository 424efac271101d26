"""调卷: ticking off the pick list."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from rendang.dossiers.models import Dossier
from rendang.kernel.access.models import Institution
from rendang.storage import queries
from rendang.storage.actions.placing import take_out
from rendang.storage.models import Placement


def fetch(dossier: Dossier, institution: Institution, *, by: Any, detail: str) -> Placement:
    """Take a dossier that is on the pick list out of its slot, to the desk named in ``detail``.

    For whatever needs it first: that line is ticked off, the others wait until the dossier is free again. Refused when
    nobody wants it; needs what ``take_out`` needs.
    """
    if queries.fetch_order(dossier, institution) is None:
        raise ValidationError(_("%(barcode)s is not on the pick list.") % {"barcode": dossier})
    return take_out(dossier, by=by, detail=detail)
