"""A departure in any state, for the tests: ``departure("SEALED")``."""

import datetime as dt

from django.core.files.base import ContentFile
from django.utils import timezone

from rendang.circulation.transfers import actions
from rendang.institutions import actions as institutions
from rendang.kernel.access.models import Role
from tests.factories import PlacementFactory, staff

COUNTED = {"principal_volumes": 1, "duplicate_volumes": 0, "papers_counted": 20}
STEPS = actions.DEPARTURE_STEPS
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF\n"


def a_file(name: str = "scan.pdf") -> ContentFile:
    return ContentFile(PDF, name=name)


def an_address(by, verifier=None, **facts):
    """A line of the address book; verified when somebody verifies it."""
    given = {
        "name": "虚构省海州市人才服务中心",
        "kind": "archive_institution",
        "division": "320700",
        "address": "虚构省海州市新华路 8 号",
        "postcode": "222000",
        "phone": "0518-00000000",
        "consignee": "档案管理科",
    }
    keeper = institutions.add_keeper(by=by, **{**given, **facts})
    return institutions.verify_keeper(keeper, by=verifier, how="全国档案管理服务机构目录") if verifier else keeper


def inputs(step: str) -> dict:
    return {
        "check": COUNTED,
        "dispatch": {"carrier": "ems", "waybill": "1234567890123"},
        "confirm": {"receipt": a_file("receipt.pdf"), "received_on": timezone.localdate()},
        "note_refusal": {"refusal_reason": "broken_seal", "refusal_detail": "封条破损"},
        "report_lost": {"done": "已电话询问邮局"},
        "note_search": {"done": "邮局答复：正在查找"},
        "find": {"done": "邮局在分拣中心找到"},
        "declare_lost": {"decision": "报主管部门，启动补建"},
        "recall": {"reason": "存档人改变主意"},
        "withdraw": {"reason": "存档人改变主意"},
        "decline": {"reason": "调档函无公章"},
    }.get(step, {})


WAYS = {
    "APPLIED": [],
    "APPROVED": ["approve"],
    "CHECKED": ["approve", "check"],
    "SEALED": ["approve", "check", "seal"],
    "IN_TRANSIT": ["approve", "check", "seal", "dispatch"],
    "CHASED": ["approve", "check", "seal", "dispatch", "chase"],
    "CONFIRMED": ["approve", "check", "seal", "dispatch", "confirm"],
    "RETURNING": ["approve", "check", "seal", "dispatch", "note_refusal"],
    "RETURNED": ["approve", "check", "seal", "dispatch", "note_refusal", "take_back"],
    "SEARCHED": ["approve", "check", "seal", "dispatch", "report_lost"],
    "LOST": ["approve", "check", "seal", "dispatch", "report_lost", "declare_lost"],
    "DECLINED": ["decline"],
    "WITHDRAWN": ["withdraw"],
}


class Leaving:
    """An office and what it takes to let dossiers leave it."""

    def __init__(self, institution):
        self.institution = institution
        self.by = {role: staff(institution, role) for role in (Role.CLERK, Role.APPROVER, Role.KEEPER, Role.HEAD)}
        self.to = an_address(self.by[Role.CLERK], self.by[Role.APPROVER])

    def dossier(self):
        return PlacementFactory(institution=self.institution).dossier

    def apply(self, *dossiers, **given):
        letter = {"letter_number": "海人才调〔2026〕77号", "letter_date": timezone.localdate() - dt.timedelta(3)}
        given = {"to": self.to, "reason": "employed", **letter, "letter": a_file("letter.pdf"), **given}
        return actions.apply(dossiers or [self.dossier()], by=self.by[Role.CLERK], **given)

    def who(self, step: str):
        clerks, heads, keepers = {"examine", "correct_examination", "chase", "withdraw"}, {"declare_lost"}, {"check"}
        role = (
            Role.CLERK if step in clerks else Role.HEAD if step in heads else Role.KEEPER if step in keepers else None
        )
        return self.by[role or Role.APPROVER]

    def take(self, departure, step: str, **given):
        return STEPS[step](departure, by=given.pop("by", self.who(step)), **{**inputs(step), **given})

    def __call__(self, state: str, *dossiers):
        departure = self.apply(*dossiers)
        for step in WAYS[state]:
            if step == "check" and departure.addresses_many:
                for line in departure.lines.filter(outcome="GOING"):
                    actions.check_dossier(line, by=self.who("check"), **COUNTED)
                departure = STEPS["check"](departure, by=self.who("check"))
            else:
                departure = self.take(departure, step)
        assert departure.state == state
        return departure
