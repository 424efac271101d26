"""The search for a dossier that is missing, and what no longer begins with one that is lost."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.dossiers.queries.page import before_beginning
from rendang.kernel.access.models import Institution
from rendang.people.models import Person
from rendang.storage.actions.refusing import refuse_if_lost
from rendang.storage.models import Placement

LONGEST = 4000  # characters, as the cases' fields


def add_to_search(log: str, done: str, *, by: Any) -> str:
    """The log with one more line: the day, who, and what was done. Raises ``ValidationError`` when it is full."""
    longer = f"{log}\n{timezone.localdate():%Y-%m-%d} {by}：{done.strip()}".strip()
    if len(longer) > LONGEST:
        raise ValidationError({"done": _("The log of the search is full. Shorten what you note.")})
    return longer


@before_beginning("certificates:draft")
@before_beginning("departures:apply")
@before_beginning("loans:apply")
@before_beginning("transfers:offer")
def refuse_what_is_lost(person: Person, institution: Institution) -> None:
    """Whose dossier is lost for good, by decision: it is neither lent nor sent, and custody of it is not certified."""
    lost = Placement.objects.current().filter(dossier__person=person, kind=Placement.Kind.LOST)
    for place in lost.filter(institution=institution).select_related("dossier"):
        refuse_if_lost(place.dossier, place)
