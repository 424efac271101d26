"""All of the city in one transaction: a loading that is cut off leaves nothing behind."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import override

from rendang.circulation.rosters import actions as rosters
from rendang.demo import clock
from rendang.demo.actions import (
    accounts,
    accruals,
    agreements,
    calls,
    catalogues,
    certificates,
    conflicts,
    departures,
    graduates,
    household,
    intakes,
    loans,
    notices,
    parcels,
    party,
    protection,
    shelving,
    stocktakes,
    storing,
    transfers,
)
from rendang.demo.actions.city import ROSTERS_CAME, City
from rendang.demo.actions.timeline import moment, play
from rendang.demo.inhabitants import counts
from rendang.demo.roster_files import write_rosters
from rendang.dossiers.models import Custody, Dossier
from rendang.kernel.access.models import Institution
from rendang.kernel.audit.actions import record
from rendang.kernel.standards import queries as standards
from rendang.people.models import Person
from rendang.storage.models import Placement, Slot

# Working days before today on which the institutions opened.
OPENED = 61


def load_city(people: int, *, tell: Callable[[str], None] = lambda text: None) -> None:
    """The institutions with their staff and, unless ``people`` is 0, everything that happens among so many people.

    ``tell`` hears, in English, how far it is. Raises ``ValidationError`` outside a demonstration, without the
    standards, and when there is a city already.
    """
    if not settings.DEMONSTRATION:
        raise ValidationError("Fictional people are loaded into a demonstration only (RENDANG_DEMONSTRATION=1).")
    with transaction.atomic(), override("zh-hans"), standards.steady():
        if Institution.objects.exists():
            raise ValidationError("There is a city in this database already. Start over with an empty one.")
        if not standards.service_items():
            raise ValidationError("Load the standards first: load_standards.")
        now = timezone.now()
        with clock.at(moment(OPENED, 0, now=now)):
            institutions = accounts.found_institutions()
            workers = accounts.employ(institutions)
            city = City(institutions, workers, people)
            for code, count in counts(people).items():
                shelving.build_stores(institutions[code], count, by=city.by("keeper", code))
        tell(f"{len(institutions)} institutions, {len(workers)} accounts")
        _import_rosters(city, tell)
        _know_the_tables()
        accounts.propose_roles(workers, institutions)
        scenes = [*notices.scenes(city)]
        if people:
            # In this order they take their dossiers: what needs none in particular takes what is left over.
            kinds = (
                intakes,
                parcels,
                agreements,
                transfers,
                departures,
                calls,
                certificates,
                conflicts,
                party,
                household,
                graduates,
                protection,
                loans,
                accruals,
                stocktakes,
                storing,
                catalogues,
            )
            scenes += [scene for kind in kinds for scene in kind.scenes(city)]
        tell(f"{play(scenes):,} steps of daily business")
        record("demonstration.load", city.by("system.admin"), by=None, detail={"people": [0, people]})


def _know_the_tables() -> None:
    """Let the database look at what it has taken in: inside a transaction nobody else does it."""
    with connection.cursor() as cursor:
        for model in (Person, Dossier, Custody, Placement, Slot):
            cursor.execute(f"ANALYZE {model._meta.db_table}")


def _import_rosters(city: City, tell: Callable[[str], None]) -> None:
    """Each institution's roster goes through the import, in the name of its clerk."""
    now = timezone.now()
    with TemporaryDirectory() as folder:
        for code, path in write_rosters(Path(folder), city.people):
            with clock.at(moment(ROSTERS_CAME[code], 60, now=now)):
                roster = rosters.import_file(path, institution=city.institutions[code], by=city.by("clerk", code))
            tell(f"{path.name}: {roster.data_rows:,} rows, {roster.importable:,} imported")
