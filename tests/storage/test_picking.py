"""The keeper's round: what is to be fetched, what is waited for, what goes back, in the order in which one walks."""

import datetime as dt
import re

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.storage import actions, queries
from rendang.storage.models import Building, Placement, Retrieval
from tests.factories import PlacementFactory, SlotFactory, StoreFactory, held_dossier, staff
from tests.golden import assert_says

pytestmark = pytest.mark.django_db


def slot_at(store, rack, bay="", layer="1", number="001"):
    code = "-".join(part for part in (store.code, rack, bay, layer, number) if part)
    return SlotFactory(
        institution=store.institution, store=store, rack=rack, bay=bay, layer=layer, code=code, capacity=2
    )


def lying(slot, **person):
    dossier = held_dossier(slot.institution, **person)
    PlacementFactory(institution=slot.institution, dossier=dossier, slot=slot)
    return dossier


def codes(lines):
    return [line.slot.code for line in lines]


def test_one_round_goes_by_building_floor_room_and_turns_at_the_end_of_each_row(institution, clerk):
    main, annex = (Building.objects.create(institution=institution, name=name, position=n) for n, name in
                   ((1, "主楼"), (2, "副楼")))  # fmt: skip
    upstairs = StoreFactory(institution=institution, code="K02", building=main, floor=2)
    cellar = StoreFactory(institution=institution, code="K09", building=main, floor=-1)
    far = StoreFactory(institution=institution, code="A01", building=annex)
    slots = [
        slot_at(cellar, "A-02"), slot_at(cellar, "A-10"), slot_at(cellar, "B-10", bay="02"),
        slot_at(cellar, "B-10", bay="01", layer="2"), slot_at(cellar, "B-10", bay="01", layer="10"),
        slot_at(cellar, "B-01"), slot_at(cellar, "C-01"), slot_at(upstairs, "A-01"), slot_at(far, "A-01"),
    ]  # fmt: skip
    for slot in reversed(slots):
        actions.want(lying(slot), by=clerk, purpose="查阅")

    found = queries.pick_list(institution)

    assert codes(found.to_fetch) == [slot.code for slot in slots]
    assert found.stores == [(str(cellar), 7), (str(upstairs), 1), (str(far), 1)]


def test_a_dossier_that_is_out_is_waited_for_apart(institution, keeper, clerk):
    store = StoreFactory(institution=institution)
    here, out = lying(slot_at(store, "A-01")), lying(slot_at(store, "A-02"))
    actions.lend(out, by=keeper, detail="市社保局")
    for dossier in (here, out):
        actions.want(dossier, by=clerk, purpose="查阅", needed_on=timezone.localdate())

    found = queries.pick_list(institution)

    assert [line.dossier for line in found.to_fetch] == [here]
    assert [line.dossier for line in found.waiting] == [out]
    assert found.to_fetch[0].is_urgent


def test_a_dossier_wanted_twice_is_one_line_and_fetched_for_what_needs_it_first(institution, keeper, clerk):
    dossier = lying(slot_at(StoreFactory(institution=institution), "A-01"))
    later = actions.want(dossier, by=clerk, purpose="查阅")
    from rendang.circulation.transfers import actions as transfers

    case = transfers.offer(dossier, staff_of_other(), by=clerk, reason="internal")
    sooner = actions.want(dossier, by=clerk, purpose="转递", case=case, needed_on=dt.date(2030, 1, 1))
    (line,) = queries.pick_list(institution).to_fetch
    assert line.purposes == ["查阅", "转递"]

    fetched = actions.fetch(dossier, institution, by=keeper, detail="调卷台")

    assert (fetched.kind, fetched.case_id) == (Placement.Kind.DESK, case.pk)
    assert list(Retrieval.objects.waiting()) == [later]
    assert Retrieval.objects.get(pk=sooner.pk).fetched_at == fetched.since


def staff_of_other():
    from tests.factories import InstitutionFactory

    return InstitutionFactory()


def test_what_nobody_wants_is_not_fetched(institution, keeper, clerk):
    dossier = lying(slot_at(StoreFactory(institution=institution), "A-01"))
    with pytest.raises(ValidationError, match="not on the pick list"):
        actions.fetch(dossier, institution, by=keeper, detail="调卷台")
    actions.want(dossier, by=clerk, purpose="查阅")
    with pytest.raises(PermissionDenied):
        actions.fetch(dossier, institution, by=clerk, detail="调卷台")
    assert queries.current_placement(dossier).kind == Placement.Kind.SLOT
    assert Retrieval.objects.waiting().count() == 1


def test_what_goes_back_is_what_nobody_needs(institution, other_institution, keeper, clerk):
    store = StoreFactory(institution=institution)
    done, wanted, busy, inside = (lying(slot_at(store, f"A-{n:02}")) for n in (3, 4, 5, 1))
    from rendang.circulation.transfers import actions as transfers

    case = transfers.offer(busy, other_institution, by=clerk, reason="internal")
    actions.put_on_desk(busy, institution, by=keeper, detail="打包", case=case)
    actions.put_in_reading_room(done, by=keeper, detail="阅档室 1 号")
    actions.take_out(wanted, by=keeper, detail="桌")
    actions.want(wanted, by=clerk, purpose="查阅")
    actions.take_out(inside, by=keeper, detail="桌")
    elsewhere = held_dossier(other_institution)
    actions.put_on_desk(elsewhere, other_institution, by=staff(other_institution, Role.KEEPER), detail="桌")

    lines = queries.put_back_list(institution)

    assert [(line.placement.dossier, line.slot.rack) for line in lines] == [(inside, "A-01"), (done, "A-03")]
    transfers.withdraw(case, by=clerk, reason="误报")
    assert busy in [line.placement.dossier for line in queries.put_back_list(institution)]


def test_the_lists_cost_the_same_however_long_they_are(institution, clerk, keeper):
    store = StoreFactory(institution=institution)

    def cost(query):
        with CaptureQueriesContext(connection) as captured:
            query(institution)
        return len(captured)

    def add(n):
        actions.want(lying(slot_at(store, "A-01", number=f"{n:03}")), by=clerk, purpose="查阅")
        actions.take_out(lying(slot_at(store, "B-01", number=f"{n:03}")), by=keeper, detail="桌")

    add(1)
    queries.put_back_list(institution)  # the policies are read once
    few = [cost(query) for query in (queries.pick_list, queries.put_back_list)]
    for n in range(2, 8):
        add(n)
    assert [cost(query) for query in (queries.pick_list, queries.put_back_list)] == few


# — the pages —


@pytest.fixture
def desk(signed_in, keeper):
    return signed_in(keeper)


def test_the_list_is_ticked_off_by_scan(desk, institution, clerk):
    dossier = lying(slot_at(StoreFactory(institution=institution, code="K01"), "A-01"), name="李雷")
    actions.want(dossier, by=clerk, purpose="查阅学历")
    url = reverse("storage:pick_list")
    page = desk.get(url).text
    assert "1 dossier to fetch" in page
    for text in ("K01-A-01-1-001", "李雷", "查阅学历", dossier.barcode):
        assert text in page
    assert AuditEvent.objects.filter(verb="retrieval.list").count() == 1

    answer = desk.post(url, {"dossier": dossier.barcode, "detail": "调卷台"}).text

    assert f"{dossier.barcode} 李雷 is fetched" in answer
    assert "Nothing is to be fetched" in answer
    assert queries.current_placement(dossier).detail == "调卷台"


def test_a_label_that_is_not_on_the_list_is_refused_beside_the_field(desk, institution, clerk):
    store = StoreFactory(institution=institution)
    actions.want(lying(slot_at(store, "A-01")), by=clerk, purpose="查阅")
    other = lying(slot_at(store, "A-02"))
    answer = desk.post(reverse("storage:pick_list"), {"dossier": other.barcode, "detail": "台"}).text
    assert f"{other.barcode} is not on the pick list." in answer
    assert queries.current_placement(other).slot is not None


def test_the_round_is_printed(desk, institution, clerk):
    dossier = lying(slot_at(StoreFactory(institution=institution, code="K01", name="一号库"), "A-01"), name="李雷")
    actions.want(dossier, by=clerk, purpose="查阅", needed_on=timezone.localdate())
    paper = desk.get(reverse("storage:pick_list_paper"))
    assert paper["Content-Type"] == "application/pdf"
    assert_says(paper.content, ["调卷单", "K01一号库", "K01-A-01-1-001", "李雷", "急", "共1件"])


def test_of_the_chosen_dossiers_each_says_what_became_of_it(desk, institution, keeper):
    store = StoreFactory(institution=institution, code="K01")
    goes, stays, gone = (lying(slot_at(store, f"A-0{number}")) for number in (1, 2, 3))
    url = reverse("storage:put_back_list")
    for dossier in (goes, stays, gone):
        actions.take_out(dossier, by=keeper, detail="桌")
    actions.put_back(gone, by=keeper)

    said = desk.post(url, {
        "dossier": [goes.pk, stays.pk, gone.pk],
        f"slot_{goes.pk}": "K01-A-01-1-001", f"slot_{stays.pk}": "K01-Z", f"slot_{gone.pk}": "K01-A-03-1-001",
    }).text  # fmt: skip

    assert "1 dossier is placed." in said
    assert "1 dossier could not be placed and stays ticked; the reason stands beside it." in said
    assert "1 dossier no longer waits for a place" in said
    boxes = re.findall(r'<input[^>]*name="dossier"[^>]*>', said)
    assert [("checked" in box, f'value="{stays.pk}"' in box) for box in boxes] == [(True, True)]

    assert "No dossier is ticked." in desk.post(url, {}, follow=True).text
    assert queries.current_placement(stays).slot is None


def test_chosen_dossiers_go_back(desk, institution, keeper):
    dossier = lying(slot_at(StoreFactory(institution=institution, code="K01"), "A-01"))
    actions.take_out(dossier, by=keeper, detail="桌")
    url = reverse("storage:put_back_list")
    assert 'value="K01-A-01-1-001"' in desk.get(url).text

    wrong = desk.post(url, {"dossier": dossier.pk, f"slot_{dossier.pk}": "K01-Z"}).text
    assert "There is no slot “K01-Z”." in wrong
    assert queries.current_placement(dossier).slot is None

    assert desk.post(url, {"dossier": dossier.pk, f"slot_{dossier.pk}": "k01-a-01-1-001"}).status_code == 302
    assert queries.current_placement(dossier).slot.code == "K01-A-01-1-001"
    assert "Nothing lies about" in desk.get(url).text
    assert_says(desk.get(reverse("storage:put_back_paper")).content, ["归位单", "共0件"])
