"""What a departure is given, and leaves in the audit log, on the random walk of ``tests/test_promises.py``."""

import datetime as dt
from typing import Any

from django.utils import timezone

from rendang.institutions.models import OutsideKeeper
from rendang.kernel.access.models import Institution
from rendang.kernel.core.identifiers import make_id_number
from tests.circulation.transfers.leaving import COUNTED, a_file

GIVEN = {
    "departure.check": COUNTED,
    "departure.dispatch": {"carrier": "ems", "waybill": "1234567890123"},
    "departure.correct_waybill": {"waybill": "1234567890124", "reason": "录入有误"},
    "departure.note_refusal": {"refusal_reason": "broken_seal", "refusal_detail": "封条破损"},
    "departure.take_some_back": {"lines": [], "refusal_reason": "broken_seal", "refusal_detail": "封条破损"},
    "departure.not_fetched": {"reason": "对方改为寄递"},
    "departure.recall": {"reason": "本人改变主意"},
    "departure.report_lost": {"done": "已询问邮局"},
    "departure.note_search": {"done": "邮局正在查找"},
    "departure.find": {"done": "邮局已找到"},
    "departure.declare_lost": {"decision": "报主管部门"},
    "departurerequest.answer": {"answer_code": "obstacle"},
}
WRONG = {
    "departure.dispatch": {"carrier": "self"},
    "departure.check": {"identity": "90"},
    "departurerequest.answer": {"answer_code": "unpaid"},
    "departurerequest.pass_on": {"reason": " "},
}
ALSO = {
    "departure.approve": ["retrieval.want", "message.send"],
    "departure.offer_transfer": ["departingdossier.close", "transfer.open", "message.send"],
    "departure.seal": ["file.store", "file.store"],
    "departure.dispatch": ["placement.hand_to_courier", "message.send"],
    "departure.confirm": [
        "file.store",
        "custody.end",
        "placement.elsewhere",
        "message.send",
        "departingdossier.close",
    ],
    "departure.name_receivers": ["file.store"],
    "departure.name_others": ["file.store"],
    "departure.hand_over": [
        "file.store",
        "custody.end",
        "placement.elsewhere",
        "message.send",
        "departingdossier.close",
    ],
    "departure.chase": ["file.store"],
    "departure.take_back": ["departingdossier.close"],
    "departure.report_lost": ["placement.missing"],
    "departure.find": ["placement.hand_to_courier"],
    "departure.declare_lost": ["departingdossier.close"],
    "departure.decline": ["message.send", "departingdossier.close"],
    "departure.withdraw": ["departingdossier.close"],
    "departurerequest.pass_on": ["passedon.note", "file.hand_on"],
}
PERHAPS = {
    "departure.check": {"placement.put_on_desk"},
    "departure.take_back": {"placement.put_on_desk", "message.send"},
    "departure.declare_lost": {"placement.lost", "message.send"},
    "departure.withdraw": {"retrieval.drop"},
    "departure.offer_transfer": {"departurerequest.join", "case.resume"},
    "departurerequest.answer": {"intake.note_refusal", "case.resume"},
    # One move for all who asked, and it may be under way already.
    "departurerequest.offer_transfer": {
        "transfer.open",
        "departure.offer_transfer",
        "departingdossier.close",
        "message.send",
        "departurerequest.join",
        "case.resume",
    },
}


def given_anew(case: Any, step: str) -> dict:
    """What cannot be written down once for all: files and rows."""
    if case.kind == "departurerequest":
        return request_given(case, step)
    return departure_given(step) if case.kind == "departure" else {}


def request_given(case: Any, step: str) -> dict:
    if step == "offer_transfer":
        return {"dossier": case.person.dossier.barcode, "reason": "internal"}
    if step == "pass_on":
        others = Institution.objects.exclude(pk__in=[case.institution_id, case.letter_of_id])
        return {"to": others.first(), "reason": "档案已转走"}
    return {}


def departure_given(step: str) -> dict:
    if step == "confirm":
        return {"receipt": a_file("receipt.pdf"), "received_on": timezone.localdate()}
    if step == "hand_over":
        return {"receipt": a_file("slip.pdf")}
    if step in {"name_receivers", "name_others"}:
        two = [
            {"name": name, "id_number": make_id_number("330103", dt.date(1980, 1, 1), at)}
            for at, name in enumerate(("赵敏", "钱进"), start=1)
        ]
        return {"receivers": two, "introduction_letter": "介1号"}
    if step in {"examine", "correct_examination"}:
        letter = {"letter_number": "海1号", "letter_date": timezone.localdate(), "letter_issuer": "海州市"}
        return letter | {"to": OutsideKeeper.objects.first()}
    return {}
