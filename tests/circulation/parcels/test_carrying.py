"""How a dossier may travel: one rule for every parcel, whichever way it goes."""

import datetime as dt

import pytest
from django.utils import translation

from rendang.circulation.parcels.queries import TierRule, carriers_for, tier_in_words, tier_of

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 26)
B = TierRule("B", "")


@pytest.mark.parametrize(
    ("destination", "people", "rule"),
    [
        ("", [("", "")], B),
        ("archive_institution", [("70", "private_enterprise")], B),
        ("organ", [("", "")], TierRule("A", "destination:organ")),
        ("military", [], TierRule("A", "destination:military")),
        ("", [("70", ""), ("11", "")], TierRule("A", "identity:11")),
        ("", [("", "state_enterprise")], TierRule("A", "employer:state_enterprise")),
        ("organ", [("11", "institution")], TierRule("A", "destination:organ")),
    ],
)
def test_the_receiver_an_identity_or_an_employer_makes_a_parcel_tier_a(destination, people, rule):
    assert tier_of(on=TODAY, destination=destination, people=people) == rule


def test_what_a_tier_allows():
    assert carriers_for("A", on=TODAY) == ["confidential", "hand"]
    assert carriers_for("B", on=TODAY) == ["ems", "hand", "confidential"]


def test_the_reason_is_shown_with_its_basis_in_the_reader_s_language():
    by_employer, by_identity = TierRule("A", "employer:organ"), TierRule("A", "identity:11")
    assert tier_in_words(by_employer, on=TODAY) == (
        "Tier A: the employer is of the kind “State organ”. General Office, Ministry of Human Resources [2022] No. 64"
    )
    assert "“Civil servant”" in tier_in_words(by_identity, on=TODAY)
    with translation.override("zh-hans"):
        assert "“机关”" in tier_in_words(by_employer, on=TODAY)
        assert "国家公务员" in tier_in_words(by_identity, on=TODAY)
    assert tier_in_words(B, on=TODAY).endswith(
        "[2021] No. 112; General Office, Ministry of Human Resources [2022] No. 64"
    )
