import datetime as dt
import itertools

import pytest
from django.utils import timezone

from rendang.circulation.intake import actions
from rendang.kernel.access.models import Role
from tests.factories import staff

_parcels = itertools.count(1)
PARCEL = {"carrier": "ems", "waybill": "EA123456785CN", "parcel_sender": "虚构市人才服务中心", "seal": "INTACT"}


@pytest.fixture
def walk(institution):
    """``walk("COMPARED")`` opens an intake and takes the usual steps up to that state, each by who may."""
    people = {role: staff(institution, role) for role in (Role.CLERK, Role.REVIEWER, Role.APPROVER)}
    people["SECOND"] = staff(institution, Role.REVIEWER)

    def to(state: str, **changes):
        intake = actions.apply(
            institution,
            by=people[Role.CLERK],
            name="王小明",
            id_number=changes.get("id_number", make_number()),
            reason="graduation",
            sender="虚构大学",
        )
        today: dt.date = timezone.localdate()
        parcel = PARCEL | {"waybill": f"EA{next(_parcels):09d}CN", "arrived_on": today} | changes.get("parcel", {})
        opened = {"principal_volumes": 1, "duplicate_volumes": 0, "papers_counted": 12}
        compared = {"notice_agrees": True, "list_agrees": True, "right_person": True} | changes.get("compared", {})
        for name, by, inputs in (
            ("issue_letter", Role.APPROVER, {}),
            ("register_parcel", Role.CLERK, parcel),
            ("open_parcel", Role.REVIEWER, opened),
            ("witness_opening", "SECOND", {}),
            ("compare", Role.REVIEWER, compared),
            ("review", Role.REVIEWER, {"review": "材料齐全"}),
            ("accept", Role.APPROVER, {}),
            ("send_receipt", Role.CLERK, {"receipt_carrier": "ems", "receipt_sent_on": today}),
        ):
            if intake.state == state:
                break
            intake = actions.STEPS[name](intake, by=people[by], **inputs)
        assert intake.state == state
        return intake

    to.people = people
    return to


def make_number(_used=[0]) -> str:  # noqa: B006 (a counter)
    from rendang.kernel.core.identifiers import make_id_number

    _used[0] += 1
    return make_id_number("330102", dt.date(1990, 1, 1) + dt.timedelta(_used[0]), 7)
