"""What is asked about graduates: whether a line of a list can be expected, who has not come, how the lists stand."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from rendang.circulation.graduates.models import Graduate, GraduateList, GraduateQuerySet
from rendang.circulation.parcels.models import Enclosure, Parcel
from rendang.dossiers.models import Custody
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.scope import ScopedQuerySet
from rendang.kernel.core.crypto import blind_index
from rendang.kernel.core.identifiers import IdProblem, id_number_problem, normalise_id_number
from rendang.kernel.core.sheets.tables import Record, read_table

COLUMNS = {
    "name": ("姓名", "学生姓名", "毕业生姓名"),
    "id_number": ("身份证号", "身份证号码", "公民身份号码", "证件号码", "身份证件号"),
    "student_number": ("学号",),
    "education": ("学历", "学历层次", "层次", "培养层次"),
    "major": ("专业", "专业名称", "所学专业"),
}
MOST = 20_000


@dataclass(frozen=True)
class Line:
    """A line of a file: what it says, and why it cannot be expected (empty: it can)."""

    record: Record
    number: str
    index: bytes
    problem: str
    remark: str = ""


def judge(content: BinaryIO, institution: Institution) -> list[Line]:
    """Every line of a school's file with its verdict; three queries, however many lines.

    Raises ``UnreadableTable`` when there is no table with name and identity number in it.
    """
    records = read_table(content, COLUMNS, required=["name", "id_number"], most=MOST)
    numbers = [normalise_id_number(record.values["id_number"]) for record in records]
    indexes = [blind_index(number) if number else b"" for number in numbers]
    announced = _announced(institution, indexes)
    held = dict(_keepers(indexes))
    seen: dict[bytes, int] = {}
    lines = []
    for record, number, index in zip(records, numbers, indexes, strict=True):
        problem, remark = _problem(record, number), ""
        if not problem and index in seen:
            problem = _("The same identity number stands in row %(row)d.") % {"row": seen[index]}
        if not problem and index in announced:
            problem = _("Announced already: %(list)s.") % {"list": announced[index]}
        if not problem and held.get(index, ("", None))[1] == institution.pk:
            problem = _("The dossier is kept here already.")
        elif not problem and index in held:
            remark = _("%(institution)s keeps a dossier of this person.") % {"institution": held[index][0]}
        if not problem:
            seen[index] = record.row
        lines.append(Line(record, number, index, problem, remark))
    return lines


def _problem(record: Record, number: str) -> str:
    if not record.values["name"]:
        return _("The name is missing.")
    match id_number_problem(number):
        case None:
            return ""
        case IdProblem.MISSING:
            return _("The identity number is missing.")
        case IdProblem.BAD_CHECKSUM:
            return _("The identity number has a slip of the pen: its check character does not fit.")
        case IdProblem.IMPOSSIBLE_BIRTH_DATE:
            return _("The identity number names an impossible date of birth.")
    return _("The identity number cannot be read.")


def _announced(institution: Institution, indexes: list[bytes]) -> dict[bytes, str]:
    rows = Graduate.objects.filter(institution=institution, id_index__in=indexes, struck_off="")
    return {
        bytes(index): f"{school} {year}"
        for index, school, year in rows.values_list("id_index", "list__school", "list__year")
    }


def _keepers(indexes: Iterable[bytes]) -> Iterable[tuple[bytes, tuple[str, int]]]:
    rows = Custody.objects.filter(status=Custody.Status.HELD, dossier__person__id_index__in=list(indexes))
    for index, name, pk in rows.values_list("dossier__person__id_index", "institution__name", "institution"):
        yield bytes(index), (name, pk)


def lists(user: Any) -> ScopedQuerySet:
    """The lists of the person's institutions with how many are expected and how many have come."""
    come, awaited = Q(graduates__intake__isnull=False), Q(graduates__intake=None, graduates__struck_off="")
    rows = GraduateList.objects.visible_to(user, Permission.GRADUATE_VIEW).select_related("institution", "imported_by")
    return rows.annotate(
        announced=Count("graduates"), come=Count("graduates", filter=come), awaited=Count("graduates", filter=awaited)
    )


def unmatched(user: Any) -> QuerySet[Enclosure]:
    """到件未匹配: dossiers that have come and belong to nothing yet."""
    parcels = Parcel.objects.visible_to(user, Permission.GRADUATE_VIEW).filter(set_aside="")
    return Enclosure.objects.filter(case=None, parcel__in=parcels)


def graduates_shown(found: GraduateList, show: str = "", text: str = "") -> GraduateQuerySet:
    """Of one list: everybody, or those ``expected``, ``arrived``, ``struck_off``; by name or student number."""
    graduates = found.graduates.select_related("intake")
    match show:
        case "expected":
            graduates = graduates.expected()
        case "arrived":
            graduates = graduates.arrived()
        case "struck_off":
            graduates = graduates.exclude(struck_off="")
    if text := text.strip():
        graduates = graduates.filter(Q(name__startswith=text) | Q(student_number=text))
    return graduates


def awaited_by(institution: Institution, said: str) -> list[Graduate]:
    """Whom a scanned or typed line may mean: an identity number, a student number, else a name."""
    rows = Graduate.objects.expected().filter(institution=institution).select_related("list")
    number = normalise_id_number(said)
    if id_number_problem(number) is None:
        return list(rows.filter(id_index=blind_index(number)))
    if any(character.isdigit() for character in said):
        return list(rows.filter(student_number=said.strip())[:3])
    return list(rows.filter(name=said.strip())[:3])
