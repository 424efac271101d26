"""Lists of graduates over the interface: the same judgement, the same actions, the same refusals as on the pages."""

import datetime as dt

import pytest
from django.utils import timezone

from rendang.circulation.graduates.models import Graduate, GraduateList
from rendang.circulation.intake.models import Intake
from rendang.circulation.parcels import actions as parcels
from rendang.exchange import actions as exchange
from rendang.kernel.access.permissions import API_SCOPES, Permission
from rendang.kernel.audit.models import AuditEvent
from tests.exchange.test_api import API, caller, post
from tests.one_of_each import fresh_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def client_of(system_administrator):
    def make(institution, *scopes):
        _client, secret = exchange.register_client(
            institution,
            by=system_administrator,
            name="高校就业系统",
            scopes=scopes or API_SCOPES,
            expires_on=timezone.localdate() + dt.timedelta(days=30),
        )
        return caller(secret)

    return make


@pytest.fixture
def numbers():
    return [fresh_number() for _which in range(3)]


def asked(institution, *rows):
    return {
        "institution": institution.code,
        "school": "虚构大学",
        "year": 2026,
        "graduates": [{"name": name, "id_number": number, "student_number": f"S{at}"}
                      for at, (name, number) in enumerate(rows)],
    }  # fmt: skip


@pytest.fixture
def announced(client_of, institution, numbers):
    body = asked(institution, ("韩梅梅", numbers[0]), ("李雷", numbers[1]))
    return post(client_of(institution), "/graduates", body).json()


@pytest.fixture
def parcel(institution, clerk):
    return parcels.register(
        institution, by=clerk, arrived_on=timezone.localdate(), carrier="ems", waybill="EA1", sender="虚构大学",
        seal="INTACT", announced=3,
    )  # fmt: skip


def test_a_list_is_judged_row_by_row(client_of, institution, numbers):
    body = asked(institution, ("韩梅梅", numbers[0]), ("李雷", "110101199001010000"), ("", numbers[2]))

    made = post(client_of(institution), "/graduates", body)

    assert made.status_code == 201
    found = made.json()
    assert (found["announced"], found["arrived"], found["expected"]) == (1, 0, 1)
    assert [one["row"] for one in found["rejected"]] == [3, 4]
    assert Graduate.objects.get().name == "韩梅梅"


def test_a_list_on_which_nobody_can_be_expected_is_a_conflict(client_of, institution):
    answer = post(client_of(institution), "/graduates", asked(institution, ("李雷", "110101199001010000")))

    assert answer.status_code == 409
    assert not GraduateList.objects.exists()
    assert not AuditEvent.objects.filter(verb="graduatelist.import").exists()


def test_what_has_come_is_matched_and_the_rest_waits(client_of, institution, announced, numbers, parcel):
    client = client_of(institution)

    outcomes = post(client, f"/graduates/arrivals/{parcel.number}", {"lines": [numbers[0], "王陌生"]}).json()

    intake = Intake.objects.get()
    assert [(one["done"], one["intake"]) for one in outcomes] == [(True, intake.number), (False, None)]
    assert numbers[0] not in str(outcomes)
    assert client.get(f"{API}/graduates/unmatched").json() == [
        {"name": "王陌生", "parcel": parcel.number, "institution": institution.code}
    ]
    listed = client.get(f"{API}/graduates/{announced['id']}").json()
    assert (listed["arrived"], listed["expected"]) == (1, 1)


def test_who_is_expected_and_who_has_come(client_of, institution, announced, numbers, parcel):
    client = client_of(institution)
    post(client, f"/graduates/arrivals/{parcel.number}", {"lines": [numbers[0]]})
    address = f"{API}/graduates/{announced['id']}/graduates"

    def shown(**asked):
        return [one["name"] for one in client.get(address, asked).json()["items"]]

    assert (shown(), shown(show="expected"), shown(show="arrived")) == (["韩梅梅", "李雷"], ["李雷"], ["韩梅梅"])
    first = client.get(address, {"limit": 1}).json()
    assert shown(limit=1, after=first["next"]) == ["李雷"]
    assert AuditEvent.objects.filter(verb="graduatelist.view").count() == 5


def test_struck_off_once(client_of, institution, announced):
    client, graduate = client_of(institution), Graduate.objects.get(name="李雷")
    address = f"/graduates/graduates/{graduate.pk}/strike-off"

    assert post(client, address, {"reason": "升学"}).json()["struck_off"] == "升学"
    assert post(client, address, {"reason": "再次"}).status_code == 409
    graduate.refresh_from_db()
    assert graduate.struck_off == "升学"


def test_another_institution_finds_nothing(client_of, institution, other_institution, announced, parcel):
    client = client_of(other_institution)

    assert client.get(f"{API}/graduates").json() == []
    for path in (f"/graduates/{announced['id']}", f"/graduates/{announced['id']}/graduates"):
        assert client.get(f"{API}{path}").status_code == 404
    assert post(client, f"/graduates/arrivals/{parcel.number}", {"lines": ["李雷"]}).status_code == 404
    key = Graduate.objects.first().pk
    assert post(client, f"/graduates/graduates/{key}/strike-off", {"reason": "x"}).status_code == 404
    assert post(client, "/graduates", asked(institution, ("甲", fresh_number()))).status_code == 404


def test_who_may_only_look_changes_nothing(client_of, institution, announced, parcel):
    client = client_of(institution, Permission.GRADUATE_VIEW)

    assert client.get(f"{API}/graduates/{announced['id']}").status_code == 200
    answer = post(client, f"/graduates/arrivals/{parcel.number}", {"lines": ["李雷"]})

    assert answer.status_code in {403, 404}
    assert not Intake.objects.exists()
