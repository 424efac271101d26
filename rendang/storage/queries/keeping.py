"""How thick a dossier is, in what store it belongs, and when it was last seen."""

from collections.abc import Iterable, Mapping

from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.dossiers.models import Dossier
from rendang.kernel.access.models import Institution
from rendang.kernel.standards import queries as standards
from rendang.storage.models import Keeping, Sighting, Slot, Store

Purpose = Store.Purpose


def usual_thickness(institution: Institution | int) -> int:
    """Millimetres of a dossier that nobody has measured (policy ``dossier_thickness``)."""
    return int(standards.policy("dossier_thickness", on=timezone.localdate(), institution=institution).value)


def thicknesses(dossiers: Iterable[int], institution: Institution | int) -> dict[int, int]:
    """Dossier id → its thickness in millimetres, as measured or as usual. One query, however many."""
    dossiers = list(dossiers)
    usual = usual_thickness(institution)
    measured = Keeping.objects.filter(dossier__in=dossiers, thickness__isnull=False)
    return dict.fromkeys(dossiers, usual) | {row.dossier_id: row.thickness or usual for row in measured}


def thickness_of(dossier: Dossier | int, institution: Institution | int) -> int:
    pk = dossier.pk if isinstance(dossier, Dossier) else dossier
    return thicknesses([pk], institution)[pk]


def belongs_in(dossiers: Iterable[int]) -> dict[int, Store.Purpose]:
    """Dossier id → the sort of store in which it belongs: as said, else by whether the person has died. One query."""
    rows = Dossier.objects.filter(pk__in=list(dossiers)).values_list("pk", "keeping__purpose", "person__died")
    return {pk: Purpose(said) if said else Purpose.DECEASED if died else Purpose.CUSTODY for pk, said, died in rows}


def warnings_of(places: Mapping[int, Slot]) -> dict[int, str]:
    """Dossier id → a sentence, for each dossier that belongs in another sort of store than the slot's. Two queries."""
    stores = Store.objects.in_bulk({slot.store_id for slot in places.values()})
    warnings = {}
    for pk, purpose in belongs_in(places).items():
        store = stores[places[pk].store_id]
        if store.purpose != purpose:
            warnings[pk] = _("%(store)s is a store “%(purpose)s”; this dossier belongs in one “%(other)s”.") % {
                "store": store,
                "purpose": store.get_purpose_display(),
                "other": purpose.label,
            }
    return warnings


def last_seen(dossier: Dossier) -> Sighting | None:
    """When, where and by whom the dossier was last in somebody's hands."""
    return Sighting.objects.filter(dossier=dossier).select_related("institution", "slot", "by").first()
