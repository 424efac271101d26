"""信息采集规范: which facts of a person must be on record, by profile. Missing facts are shown, never a hindrance."""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rendang.people.models import Employer, Person

FULL, SIMPLE = "full", "simple"

# 完整采集: the 17 facts the ministry's data set demands, by their item codes (domain.md §4.2).
# 简单采集: what identifies the person (鲁人社办发〔2018〕36号).
REQUIRED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        FULL: (
            "name",  # A0101
            "id_number",  # A0184
            "sex",  # A0104
            "ethnic_group",  # A0117
            "birth_date",  # A0107
            "political_status",  # A0141
            "degree",  # A0914
            "education",  # A0834
            "school",  # A0888
            "graduated",  # A0807
            "major",  # A0824
            "major_kind",  # A0827
            "employer",  # A0202A
            "employer.kind",  # A0202B
            "employer.economic_type",  # A0202C
            "employer.industry",  # A0202D
            "post_kind",  # A0211
        ),
        SIMPLE: ("name", "id_number", "sex", "birth_date", "ethnic_group", "political_status", "education"),
    }
)
# Values that are written but say nothing: 0 未知, 9 未说明 of GB/T 2261.1.
UNKNOWN = {"sex": {"0", "9"}}


def missing(person: Person, profile: str = FULL) -> list[str | Promise]:
    """The labels of the facts the profile demands and the record lacks, in the order of the data set.

    Reads ``person.employer``: select it with the person.
    """
    return [_label(path) for path in REQUIRED[profile] if not _is_known(person, path)]


def _is_known(person: Person, path: str) -> bool:
    if path == "employer":
        return person.employer_id is not None
    if path.startswith("employer."):
        return person.employer is not None and bool(getattr(person.employer, path.removeprefix("employer.")))
    value = getattr(person, path)
    return bool(value) and value not in UNKNOWN.get(path, ())


def _label(path: str) -> str | Promise:
    if path == "id_number":
        return _("ID number")
    model: type[Person | Employer] = Employer if path.startswith("employer.") else Person
    return model._meta.get_field(path.removeprefix("employer.")).verbose_name  # type: ignore[union-attr]
