import datetime as dt
from pathlib import Path

from rendang.circulation.party.papers import IntroductionLetter, render_introduction_letter
from tests.golden import assert_looks_as_approved, assert_says


def test_the_introduction_letter_has_stub_letter_and_slip(settings):
    settings.DEMONSTRATION = False
    paper = render_introduction_letter(
        IntroductionLetter(
            number="RCSC党〔2026〕0012号",
            institution="海岱市人才服务中心流动党委",
            addressee="中共邻市市委组织部",
            branch_from="流动党员第一支部",
            branch_to="某街道党支部",
            name="欧阳清",
            sex="女",
            age=31,
            ethnic_group="汉族",
            member_kind="正式",
            id_number="370202199501011225",
            dues_paid_to=dt.date(2026, 6, 30),
            issued_on=dt.date(2026, 7, 1),
            valid_days=92,
            address="海岱市南山路1号",
            postcode="266000",
            phone="0532-00000000",
        )
    )
    assert_looks_as_approved("introduction_letter", paper, Path(__file__).parent / "golden")
    assert_says(
        paper, ["介绍信存根", "系中共正式党员", "有效期92天", "回执联", "党费已缴至2026年6月", "370202199501011225"]
    )
