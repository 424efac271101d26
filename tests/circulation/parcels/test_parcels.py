import datetime as dt
import re
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from rendang.circulation.intake import actions as intake
from rendang.circulation.intake.models import Intake
from rendang.circulation.parcels import actions, papers
from rendang.circulation.parcels.models import Enclosure, HandOver, Parcel
from rendang.circulation.parcels.queries import register_of_arrivals
from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.files.models import StoredFile
from rendang.kernel.workflow.actions import pause
from rendang.people.models import Message
from tests import factories
from tests.golden import assert_looks_as_approved, assert_says
from tests.one_of_each import fresh_number
from tests.told import chinese

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).parent / "golden"


def arrived(institution, by, **facts):
    given = {"arrived_on": timezone.localdate(), "carrier": "ems", "sender": "虚构大学", "seal": "INTACT"}
    return actions.register(institution, by=by, **given | facts)


def test_a_parcel_nobody_announced_is_registered_with_its_number_picture_and_first_hands(institution, clerk):
    parcel = arrived(
        institution, clerk, waybill="ea123456785cn", handed_over_by="张投递", photos=[factories.picture()]
    )

    year = timezone.localdate().year
    assert parcel.number == f"{institution.code}-DJ-{year}-00001"
    assert parcel.waybill == "EA123456785CN"
    assert [(one.given_by, one.taken_by) for one in parcel.hand_overs.all()] == [("张投递", clerk)]
    assert parcel.photos.get().file.media_type == "image/png"
    assert list(Parcel.objects.waiting()) == [parcel]
    verbs = list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["parcel.register", "file.store"]


def test_a_forbidden_carrier_and_a_broken_seal_are_written_down_as_they_are(institution, clerk):
    parcel = arrived(institution, clerk, carrier="self", seal="BROKEN")

    assert (parcel.carrier, parcel.seal) == ("self", "BROKEN")


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"arrived_on": dt.date(2100, 1, 1)}, "arrived_on"),
        ({"carrier": "pigeon"}, "carrier"),
        ({"sender": " "}, "sender"),
    ],
)
def test_what_cannot_be_is_not_registered(institution, clerk, facts, field):
    with pytest.raises(ValidationError) as refused:
        arrived(institution, clerk, photos=[factories.picture()], **facts)

    assert field in refused.value.message_dict
    assert not Parcel.objects.exists()
    assert not AuditEvent.objects.exists()
    assert not StoredFile.objects.exists()


def test_a_consignment_is_registered_once(institution, clerk):
    arrived(institution, clerk, waybill="EA1")

    with pytest.raises(ValidationError, match="registered already"):
        arrived(institution, clerk, waybill=" ea1 ")

    assert Parcel.objects.count() == 1


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.APPROVER, Role.HEAD, Role.DIGITISER])
def test_registering_needs_the_right(institution, role):
    with pytest.raises(PermissionDenied):
        arrived(institution, factories.staff(institution, role))

    assert not Parcel.objects.exists()


def test_whoever_takes_the_parcel_over_signs_for_it(institution, clerk, reviewer):
    parcel = arrived(institution, clerk)

    actions.take_over(parcel, by=reviewer)

    chain = [(one.given_by, one.taken_by) for one in parcel.hand_overs.all()]
    assert chain == [("邮政特快专递（EMS）", clerk), (clerk.name, reviewer)]
    with pytest.raises(ValidationError, match="already"):
        actions.take_over(parcel, by=reviewer)
    assert HandOver.objects.count() == 2


def opened(institution, clerk, name):
    return intake.apply(
        institution, by=clerk, name=name, id_number=fresh_number(), reason="graduation", sender="虚构大学"
    )


def test_a_parcel_with_two_dossiers_is_matched_with_both_and_both_owners_are_told(institution, clerk):
    cases = [opened(institution, clerk, name) for name in ("李雷", "韩梅梅")]
    parcel = arrived(institution, clerk, announced=2, names=["李雷", "韩梅梅"])

    assert intake.match_many(parcel, cases, by=clerk) == 2

    assert [(one.name, one.case.pk) for one in parcel.enclosures.all()] == [
        ("李雷", cases[0].pk),
        ("韩梅梅", cases[1].pk),
    ]
    assert not Parcel.objects.waiting().exists()
    for case in cases:
        case.refresh_from_db()
        assert (case.state, case.parcel) == ("ARRIVED", parcel)
        assert institution.name in chinese(Message.objects.get(person=case.person))


def test_a_name_that_nobody_waits_for_keeps_the_parcel_among_those_not_matched(institution, clerk):
    case = opened(institution, clerk, "李雷")
    parcel = arrived(institution, clerk, announced=2, names=["李雷", "韩梅梅"])

    intake.match_parcel(case, by=clerk, parcel=parcel)

    assert list(Parcel.objects.waiting()) == [parcel]
    assert Enclosure.objects.get(case=None).name == "韩梅梅"


def test_a_dossier_for_which_nobody_applied_gets_its_intake(institution, clerk):
    parcel = arrived(institution, clerk)

    case = intake.open_for_parcel(parcel, by=clerk, name="韩梅梅", id_number=fresh_number(), reason="graduation")

    assert (case.state, case.parcel, case.sender) == ("ARRIVED", parcel, "虚构大学")
    assert Message.objects.filter(person=case.person).count() == 1


def test_a_parcel_of_another_institution_is_not_matched(institution, other_institution, clerk):
    case = opened(institution, clerk, "李雷")
    elsewhere = arrived(other_institution, factories.staff(other_institution, Role.CLERK))
    before = AuditEvent.objects.count()

    with pytest.raises(ValidationError, match="another institution"):
        intake.match_parcel(case, by=clerk, parcel=elsewhere)

    case.refresh_from_db()
    assert (case.state, case.parcel) == ("APPLIED", None)
    assert AuditEvent.objects.count() == before


def test_what_holds_no_dossier_is_set_aside_with_its_reason(institution, clerk):
    parcel = arrived(institution, clerk)

    actions.set_aside(parcel, by=clerk, reason="散材料，已交材料收集")

    assert not Parcel.objects.waiting().exists()
    with pytest.raises(ValidationError, match="set aside"):
        intake.match_parcel(opened(institution, clerk, "李雷"), by=clerk, parcel=Parcel.objects.get())


def test_the_register_of_arrivals_names_every_parcel_of_the_days(institution, other_institution, clerk):
    parcel = arrived(institution, clerk, waybill="EA1", announced=2, names=["李雷", "韩梅梅"])
    arrived(institution, clerk, arrived_on=timezone.localdate() - dt.timedelta(9))
    arrived(other_institution, factories.staff(other_institution, Role.CLERK))
    today = timezone.localdate()

    assert list(register_of_arrivals(institution, today - dt.timedelta(1), today)) == [
        [
            f"{today:%Y-%m-%d}",
            parcel.number,
            "邮政特快专递（EMS） EA1",
            "虚构大学",
            "完好",
            "2",
            "李雷、韩梅梅",
            "待认领",
            str(clerk),
        ]
    ]


def test_the_arrival_slip_looks_as_approved(settings):
    settings.DEMONSTRATION = False
    pdf = papers.render_arrival_slip(
        papers.ArrivalSlip(
            number="RCSC-DJ-2026-00012",
            institution="虚构市人才服务中心",
            arrived_on="2026年7月1日",
            carrier="邮政特快专递（EMS）",
            waybill="EA123456785CN",
            sender="虚构大学学生档案室",
            seal="完好",
            announced=2,
            names="李雷、韩梅梅",
            remarks="",
            photos=2,
            hands=[
                papers.Hand("张投递", "王经办", "2026-07-01 09:12"),
                papers.Hand("王经办", "赵审核", "2026-07-01 10:40"),
            ],
            printed_on="2026年7月1日",
        )
    )
    assert_looks_as_approved("arrival_slip", pdf, GOLDEN)
    assert_says(pdf, ["到件登记单", "RCSC-DJ-2026-00012", "交接记录", "拆封须两人在场"])


def test_scanning_the_letter_leads_to_the_registration_and_shows_nothing_in_the_address(
    institution, clerk, approver, signed_in
):
    case = intake.issue_letter(opened(institution, clerk, "李雷"), by=approver)
    browser = signed_in(clerk)

    for text in (case.letter_number, f"https://example.test/letters/{case.letter_number}/", case.person.id_number):
        answer = browser.post(reverse("intake:scan"), {"text": text})
        assert answer["Location"] == reverse("intake:step", args=[case.pk, "register_parcel"])
    assert "虚构大学" in browser.get(answer["Location"]).content.decode()


def test_the_list_shows_what_waits_and_the_page_how_to_match_it(institution, clerk, signed_in):
    parcel = arrived(institution, clerk, names=["韩梅梅"])
    browser = signed_in(clerk)

    shown = browser.get(reverse("parcels:list"), {"waiting": "on"}).content.decode()
    assert parcel.number in shown
    assert "1 parcel has arrived that nobody has matched yet" in shown
    page = browser.get(parcel.get_absolute_url()).content.decode()
    assert reverse("intake:match", args=[parcel.pk]) in page
    case = opened(institution, clerk, "韩梅梅")
    assert "No person is ticked." in browser.post(reverse("intake:match", args=[parcel.pk]), {"match": "yes"}).text
    browser.post(reverse("intake:match", args=[parcel.pk]), {"intakes": [case.pk], "match": "yes"})
    case.refresh_from_db()
    assert case.parcel == parcel


def ticked_in(page):
    lines = [line for line in re.findall(r"<input[^>]*>", page) if 'name="intakes"' in line and " checked" in line]
    return [int(re.search(r'value="(\d+)"', line)[1]) for line in lines]


def test_who_is_ticked_stays_ticked_while_the_others_of_the_parcel_are_searched_for(institution, clerk, signed_in):
    parcel = arrived(institution, clerk, names=["韩梅梅", "李雷"])
    first, second = opened(institution, clerk, "韩梅梅"), opened(institution, clerk, "李雷")
    browser, address = signed_in(clerk), reverse("intake:match", args=[parcel.pk])

    shown = browser.post(address, {"text": "李雷", "intakes": [first.pk]}).text
    nobody = browser.post(address, {"text": "无此人", "intakes": [first.pk, second.pk]}).text

    assert (ticked_in(shown), f'value="{second.pk}"' in shown, "No open intake fits" in shown) == (
        [first.pk], True, False,
    )  # fmt: skip
    assert (ticked_in(nobody), "No open intake fits" in nobody) == ([first.pk, second.pk], True)
    assert ("Ticked so far" in shown, "Ticked so far" in nobody) == (False, True)
    assert not Intake.objects.exclude(parcel=None).exists(), "whoever searches matches nothing"


def test_why_an_intake_that_fits_is_not_matched_with_a_parcel_is_said(
    institution, other_institution, clerk, signed_in
):
    parcel = arrived(institution, clerk, sender=other_institution.name)
    person = factories.held_dossier(other_institution, name="韩梅梅").person
    inside = intake.apply(
        institution, by=clerk, name=person.name, id_number=person.id_number, reason="graduation", sender="虚构大学"
    )
    matched, former = opened(institution, clerk, "李雷"), arrived(institution, clerk)
    intake.match_parcel(matched, by=clerk, parcel=former)
    browser, address = signed_in(clerk), reverse("intake:match", args=[parcel.pk])

    shown = {text: browser.post(address, {"text": text}).text for text in ("韩梅梅", "李雷", "无此人")}
    shown["from the sender"] = browser.get(address).text

    moves = "The dossier moves inside the city: its parcel is received in the transfer, not matched with the intake."
    assert [name for name, page in shown.items() if moves in page and inside.get_absolute_url() in page] == [
        "韩梅梅", "from the sender",
    ]  # fmt: skip
    assert f"It is matched with the parcel {former.number} already." in shown["李雷"]
    assert [name for name, page in shown.items() if "No open intake fits" in page] == ["无此人"]
    assert not any(f'value="{case.pk}"' in page for case in (inside, matched) for page in shown.values())


def test_a_parcel_of_a_hundred_and_one_dossiers_is_matched_with_all_of_them(institution, clerk, signed_in):
    names = [f"韩梅{sign}" for sign in map(chr, range(0x4E00, 0x4E00 + 101))]
    parcel = arrived(institution, clerk, names=names)
    cases = [opened(institution, clerk, name) for name in names]

    signed_in(clerk).post(
        reverse("intake:match", args=[parcel.pk]), {"intakes": [case.pk for case in cases], "match": "yes"}
    )

    assert Intake.objects.filter(parcel=parcel).count() == 101


def test_a_refused_match_names_the_intake_and_leaves_ticks_and_search_as_they_were(institution, clerk, signed_in):
    parcel = arrived(institution, clerk, names=["韩梅梅", "李雷"])
    first, second = opened(institution, clerk, "韩梅梅"), opened(institution, clerk, "李雷")
    pause(second, by=clerk, reason="等待补件")
    browser, address = signed_in(clerk), reverse("intake:match", args=[parcel.pk])

    answer = browser.post(address, {"text": "李雷", "intakes": [first.pk, second.pk], "match": "yes"}).text

    assert f"{second.number}: “Match a parcel” must wait: the case is paused" in answer
    assert "None of the ticked was matched." in answer
    assert (ticked_in(answer), 'value="李雷"' in answer) == ([first.pk, second.pk], True)
    assert not Intake.objects.exclude(parcel=None).exists()


def test_whom_a_colleague_has_matched_meanwhile_is_named_and_falls_away(institution, clerk, signed_in):
    parcel = arrived(institution, clerk, names=["韩梅梅", "李雷"])
    first, second = opened(institution, clerk, "韩梅梅"), opened(institution, clerk, "李雷")
    intake.match_parcel(second, by=clerk, parcel=arrived(institution, clerk, names=["李雷"]))

    answer = signed_in(clerk).post(
        reverse("intake:match", args=[parcel.pk]), {"intakes": [first.pk, second.pk], "match": "yes"}
    )

    assert f"{second.number}: " in answer.text
    assert ticked_in(answer.text) == [first.pk]
    first.refresh_from_db()
    assert first.parcel is None
