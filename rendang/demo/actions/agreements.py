"""Employers and their people: an agreement drafted, one in force with people at every status, one that has ended."""

import io
from collections.abc import Iterator

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw

from rendang.circulation.agreements import actions as agreements
from rendang.circulation.agreements.models import Agreement
from rendang.circulation.agreements.queries import with_status
from rendang.circulation.intake import actions as intakes
from rendang.circulation.intake.models import Intake
from rendang.circulation.parcels import actions as parcels
from rendang.demo.actions.city import City
from rendang.demo.actions.timeline import Scene
from rendang.dossiers.models import Custody
from rendang.kernel.core.identifiers import is_valid_uscc

OFFICE = "LDZX"


def scenes(city: City) -> Iterator[Scene]:
    yield _drafted(city)
    yield _withdrawn(city)
    yield _in_force(city)
    yield _ended(city)


def _drafted(city: City) -> Scene:
    yield 2
    _draft(city, "海岳智能装备有限公司", "91330100MA1001001X")


def _withdrawn(city: City) -> Scene:
    yield 16
    agreement = _draft(city, "云鹏文化传媒有限公司", "91330100MA1004004X")
    yield 13
    agreements.withdraw(agreement, by=city.by("clerk", OFFICE), reason="对方改由总公司统一委托，本协议不再签订。")


def _draft(city: City, employer: str, credit_code: str) -> Agreement:
    return agreements.draft(
        city.institutions[OFFICE],
        by=city.by("clerk", OFFICE),
        employer=employer,
        credit_code=_with_check_character(credit_code),
        contact_name="钱经办",
        contact_phone="0571-00000021",
        address="虚构市演示路 21 号",
    )


def _in_force(city: City) -> Scene:
    clerk, approver = city.by("clerk", OFFICE), city.by("approver", OFFICE)
    institution = city.institutions[OFFICE]
    yield 24
    agreement = _draft(city, "岱东软件股份有限公司", "91330100MA1002002X")
    yield 23
    agreement = agreements.put_in_force(agreement, by=approver, signed_on=timezone.localdate())
    newcomers = [city.newcomer() for _which in range(7)]
    # One whose dossier lies here already, for the person: she joins the employer on her contract.
    lying = [found for _which in range(8) if (found := city.dossier(OFFICE))]
    personal = Custody.objects.filter(dossier__in=lying, status=Custody.Status.HELD, archive_type="personal")
    joining = personal.select_related("dossier__person").order_by("pk").first()
    people = [{"name": one.name, "id_number": one.id_number, "contract_from": "2026-01"} for one in newcomers]
    if joining:
        person = joining.dossier.person
        people.append({"name": person.name, "id_number": person.id_number, "contract_from": "2026-03"})
    yield 22
    agreements.add_people(agreement, people, by=clerk)
    agreements.open_intakes(agreement, by=clerk)
    yield 15
    waiting = list(Intake.objects.filter(entrusted__agreement=agreement).select_related("person").order_by("pk"))
    parcel = parcels.register(
        institution,
        by=clerk,
        arrived_on=timezone.localdate(),
        carrier="hand",
        handed_over_by="钱经办",
        sender=agreement.employer.name,
        seal="INTACT",
        announced=5,
    )
    intakes.match_many(parcel, waiting[:5], by=clerk)
    reviewer = city.by("reviewer", OFFICE)
    for intake in waiting[:3]:
        yield 13
        case = intakes.open_parcel(intake, by=clerk, principal_volumes=1, duplicate_volumes=0, papers_counted=9)
        case = intakes.witness_opening(case, by=reviewer)
        case = intakes.compare(case, by=reviewer, notice_agrees=True, list_agrees=True, right_person=True)
        case = intakes.review(case, by=reviewer, review="材料齐全。")
        yield 11
        intakes.accept(case, by=approver)
    if joining:
        yield 10
        entry = with_status(agreement.people.all()).get(person=joining.dossier.person_id)
        agreements.join(entry, by=clerk, proof=_scan("劳动合同"))
    yield 3
    leaving = agreement.people.order_by("pk").first()
    assert leaving is not None
    agreements.leave(leaving, by=clerk, left_on=timezone.localdate(), reason="合同期满离职", proof=_scan("离职证明"))


def _ended(city: City) -> Scene:
    clerk, approver = city.by("clerk", OFFICE), city.by("approver", OFFICE)
    yield 40
    agreement = _draft(city, "沧港物流有限公司", "91330100MA1003003X")
    yield 39
    agreement = agreements.put_in_force(agreement, by=approver, signed_on=timezone.localdate())
    people = [city.newcomer() for _which in range(2)]
    agreements.add_people(agreement, [{"name": one.name, "id_number": one.id_number} for one in people], by=clerk)
    yield 5
    agreements.end(agreement, by=approver, ended_on=timezone.localdate(), reason="单位注销，办理销户。")


def _scan(title: str) -> SimpleUploadedFile:
    """A scanned proof: a white sheet that says that it is fictional."""
    out, sheet = io.BytesIO(), Image.new("L", (420, 594), 255)
    ImageDraw.Draw(sheet).text((40, 40), "DEMONSTRATION", fill=0)
    sheet.save(out, "PNG")
    return SimpleUploadedFile(f"{title}.png", out.getvalue(), "image/png")


def _with_check_character(code: str) -> str:
    """The code with the check character that fits its first 17 (GB 32100)."""
    return next(made for last in "0123456789ABCDEFGHJKLMNPQRTUWXY" if is_valid_uscc(made := f"{code[:17]}{last}"))
