"""Each kind of case in the walk of test_promises: its steps, what they are given, what they leave in the audit log."""

import datetime as dt

from django.utils import timezone

from rendang.circulation.accruals import actions as accruals
from rendang.circulation.agreements import actions as agreements
from rendang.circulation.household import actions as household
from rendang.circulation.intake import actions as intake
from rendang.circulation.loans import actions as loans
from rendang.circulation.loans.queries import pages_of
from rendang.circulation.parcels.models import Parcel
from rendang.circulation.party import actions as party
from rendang.circulation.transfers import actions as transfers
from rendang.services.certificates import actions as certificates
from rendang.storage.stocktakes import actions as stocktakes
from rendang.supervision import actions as supervision
from tests.circulation.transfers import promises as departures
from tests.one_of_each import COUNTED

TAKE = {
    "intake": intake.STEPS,
    "transfer": transfers.STEPS,
    "departure": transfers.DEPARTURE_STEPS,
    "departurerequest": transfers.REQUEST_STEPS,
    "loan": loans.STEPS,
    "certificate": certificates.STEPS,
    "custodyconflict": supervision.STEPS,
    "partytransfer": party.STEPS,
    "householdmove": household.STEPS,
    "pageloan": household.PAGE_STEPS,
    "accrual": accruals.STEPS,
    "chase": accruals.CHASE_STEPS,
    "agreement": agreements.STEPS,
    "stocktake": stocktakes.STEPS,
}
# What a step is given when all is well, and what is tried besides.
GIVEN = {
    "register_parcel": {"carrier": "ems", "parcel_sender": "虚构大学", "seal": "INTACT"},
    "open_parcel": COUNTED,
    "compare": {"notice_agrees": True, "list_agrees": True, "right_person": True},
    "review": {"review": "材料齐全"},
    "compare_again": {"reason": "补来清单"},
    "return_parcel": {"return_reason": "broken_seal", "return_detail": "封条破损"},
    "send_back": {"carrier": "hand"},
    "report_missing": {"reason": "对方称未收到"},
    "give_up": {"reason": "查无下落"},
    "withdraw": {"reason": "本人撤回"},
    **departures.GIVEN,
    "pack": COUNTED,
    "dispatch": {"carrier": "hand"},
    "receive": {"seal_intact": True, **COUNTED},
    "refuse": {"refusal_reason": "broken_seal", "refusal_detail": "封条破损"},
    "decline": {"reason": "不属于接收范围"},
    "certificate.refuse": {"reason": "本人撤回"},
    "loan.refuse": {"reason": "介绍信过期"},
    "name_papers": {"materials": []},
    "tell_unit": {"how": "TELEPHONE", "whom": "赵科长"},
    "loan.report_lost": {"done": "已电话询问借阅人"},
    "report_pages_lost": {"done": "已书面询问借阅单位"},
    "loan.note_search": {"done": "已到借阅单位查找"},
    "take_statement": {"statement": "搬家时遗失", "answerable": "赵科长"},
    "loan.find": {"pages": 30, "done": "在借阅单位找到"},
    "order_reconstruction": {"decision": "按目录补建"},
    "finish_reconstruction": {"pages": 12, "done": "已向原单位补齐"},
    "lend": {"pages": 30},
    "lay_out": {"pages": 30},
    "receive_back": {"pages": 30},
    "report_discrepancy": {"pages": 29, "discrepancy": "缺一页"},
    "settle": {"finding": "已补回"},
    "refuse_renewal": {"reason": "另有单位急需"},
    "partytransfer.renew": {"reason": "途中遗失"},
    "recall": {"reason": "越权查看"},
    "revoke": {"reason": "记载有误"},
    "report_page_lost": {"reason": "本人遗失"},
    "accrual.send_back": {},
    "chase.end": {"reason": "查无此人"},
    "stocktake.count_again": {"reason": "漏扫一架"},
    "stocktake.send_back": {"reason": "再核一遍"},
    "stocktake.cancel": {"reason": "改期"},
    "keep": {"finding": "在原机构库房"},
    "move": {"finding": "在新机构库房"},
}
WRONG = {
    "intake.register_parcel": {"carrier": "self", "seal": "BROKEN"},
    "intake.compare": {"list_agrees": False, "comparison": "少一份登记表"},
    "intake.return_parcel": {"return_reason": "missing_paper"},
    "intake.send_back": {"carrier": "courier"},
    **departures.WRONG,
    "transfer.dispatch": {"carrier": "self"},
    "transfer.receive": {"papers_counted": 3},
    "transfer.refuse": {"refusal_reason": "missing_paper"},
    "custodyconflict.keep": {"finding": " "},
    "loan.name_papers": {"materials": [10**9]},
    "loan.lend": {"identity_checked": False},
    "loan.receive_back": {"pages": 29},
    "loan.report_discrepancy": {"discrepancy": " "},
    "loan.tell_unit": {"whom": " "},
    "loan.report_lost": {"done": " "},
    "loan.take_statement": {"answerable": " "},
    "loan.find": {"pages": 29},
    "loan.order_reconstruction": {"decision": " "},
    "partytransfer.complete": {"slip_date": dt.date(2020, 1, 1)},
    "householdmove.register": {"permit_date": dt.date(2020, 1, 1)},
    "accrual.identify": {"verdicts": {}},
    "agreement.put_in_force": {"signed_on": dt.date(2999, 1, 1)},
    "agreement.end": {"ended_on": dt.date(2020, 1, 1)},
}
# What else a change leaves in the audit log, always and perhaps, beside the event of its own name.
ALSO = {
    "intake.issue_letter": ["file.store"],
    "intake.ask_again": ["departurerequest.open", "file.store", "message.send"],
    "intake.call_inside": ["departurerequest.open", "file.store", "file.store", "message.send"],
    "intake.register_parcel": ["parcel.register", "parcel.match", "message.send"],
    "intake.match_parcel": ["parcel.match", "message.send"],
    "intake.accept": ["custody.take", "placement.put_on_desk", "file.store", "message.send"],
    "intake.accept_settled": ["file.store", "message.send"],
    "intake.claim": ["custody.claim", "custodyconflict.open"],
    "intake.send_back": ["file.store"],
    "intake.return_parcel": ["file.store"],
    **departures.ALSO,
    "transfer.pack": ["placement.put_on_desk", "file.store"],
    "transfer.dispatch": ["placement.hand_to_courier"],
    "transfer.receive": ["custody.end", "custody.take", "placement.put_on_desk", "file.store", "message.send"],
    "certificate.issue": ["file.store"],
    "loan.approve": ["file.store"],
    "loan.approve_finally": ["file.store"],
    "loan.lend": ["placement.borrower", "file.store"],
    "loan.lay_out": ["placement.reading_room", "file.store"],
    "loan.renew": ["file.store"],
    "loan.refuse_renewal": ["file.store"],
    "loan.receive_back": ["placement.put_on_desk"],
    "loan.report_lost": ["placement.missing", "file.store", "file.store"],
    "loan.report_pages_lost": ["file.store", "file.store"],
    "loan.order_reconstruction": ["message.send"],
    "loan.report_discrepancy": ["placement.put_on_desk", "file.store"],
    "custodyconflict.open": ["custody.claim"],
    "custodyconflict.keep": ["custody.settle"],
    "undertaking.open": ["file.store", "message.send"],
    "accrual.open": ["file.store"],
    "chase.open": ["file.store"],
    "pageloan.open": ["file.store"],
    "chase.send_again": ["file.store"],
    "agreement.put_in_force": ["file.store"],
    "agreement.join": ["file.store", "custody.change_type", "message.send"],
    "agreement.leave": ["file.store"],
    "stocktake.sign": ["file.store"],
    "custodyconflict.move": ["custody.settle", "placement.put_on_desk"],
}
PERHAPS = {
    **departures.PERHAPS,
    "intake.open": {"person.create"},
    "intake.issue_letter": {"departurerequest.open", "file.store", "message.send"},  # kept in the city
    "intake.ask_again": {"file.store"},
    "intake.withdraw": {"departurerequest.call_off", "case.resume"},
    "transfer.open": {"departurerequest.join", "case.resume"},
    "transfer.withdraw": {"intake.note_refusal", "case.resume"},
    "intake.accept": {"dossier.create", "dossier.add_volumes"},
    "intake.accept_settled": {"dossier.add_volumes"},
    "intake.claim": {"dossier.create"},
    "certificate.issue": {"certificate.open"},  # a citizen's application is granted at once
    "custodyconflict.move": {"custody.end"},
    "transfer.receive": {"intake.close_as_transferred", "case.resume"},
    "transfer.take_back": {"placement.put_on_desk", "intake.note_refusal", "case.resume"},
    "loan.approve": {"retrieval.want"},
    "loan.approve_finally": {"retrieval.want"},
    "loan.receive_back": {"loan.call", "file.store"},
    "loan.settle": {"loan.call", "file.store"},
    "loan.withdraw": {"retrieval.drop", "loan.call", "file.store"},
    "loan.lapse": {"retrieval.drop", "loan.call", "file.store"},
    "loan.tell_unit": {"file.store"},
    "loan.order_reconstruction": {"placement.lost"},  # where the whole dossier is lost
    "loan.find": {"placement.put_on_desk", "loan.call", "file.store"},
    "loan.finish_reconstruction": {"placement.put_on_desk", "loan.call", "file.store"},
    "partytransfer.approve": {"file.store"},
    "partytransfer.complete": {"message.send"},
    "householdmove.register": {"message.send"},
    "accrual.identify": {"accrual.send_back", "file.store", "retrieval.want"},
    "accrual.file": {
        "accrual.put_in",
        "accrual.send_on",
        "accrual.send_back",
        "file.store",
        "material.add",
        "message.send",
        "retrieval.want",
        "retrieval.drop",
    },
    "chase.open": {"message.send"},
    "chase.answer": {"accrual.open", "file.store"},  # through the link
    "agreement.open": {"employer.create"},
    "agreement.leave": {"custody.change_type", "message.send", "intake.become_individual"},
    "agreement.end": {"custody.change_type", "message.send", "intake.become_individual"},
    "finding.resolve": {
        "placement.place",
        "placement.move",
        "placement.put_on_desk",
        "placement.missing",
        "sighting.note",
    },
    "stocktake.scan": {"sighting.note"},
}
# What concerns several dossiers leaves some events several times.
OF_SEVERAL = {"accrual.identify", "accrual.file", "agreement.end"}
# Not all papers of a delivery could be put in yet, or none may be put in any more.
INSTEAD = {"accrual.file": {"accrual.put_in", "accrual.send_back"}}
# From whom to whom custody may go: by nothing but these.
HANDS_OVER = {
    "departure.confirm": lambda case, holder: (case.institution_id, None),
    "departure.hand_over": lambda case, holder: (case.institution_id, None),
    "intake.accept": lambda case, holder: (None, case.institution_id),
    "transfer.receive": lambda case, holder: (case.institution_id, case.counterpart_id),
    "custodyconflict.move": lambda case, holder: (holder, case.institution_id),
}


def given(case, step: str) -> dict:
    inputs = GIVEN.get(f"{case.kind}.{step}", GIVEN.get(step, {}))
    if step == "register_parcel":
        return inputs | {
            "arrived_on": timezone.localdate() - dt.timedelta(1),
            "waybill": f"EA{Parcel.objects.count()}",
        }
    today = timezone.localdate()
    if days := {
        "confirm_return": {"returned_on": today},
        "send_receipt": {"receipt_carrier": "ems", "receipt_sent_on": today},
        "complete": {"slip_date": today},
        "put_in_force": {"signed_on": today},
        "agreement.end": {"ended_on": today, "reason": "协议到期"},
        "register": {"registered_on": today, "permit_number": "准1", "permit_date": today, "page": f"{case.pk}"},
    }.get(f"{case.kind}.{step}" if step == "end" else step):
        return days
    if step == "match_parcel":
        return {"parcel": Parcel.objects.order_by("pk").last()}
    if step == "ask_renewal":
        return {"reason": "未看完", "until": (case.due_back or today) + dt.timedelta(7)}
    if step in {"lend", "lay_out"}:
        expected = pages_of(case.dossier)
        counted = inputs["pages"] if expected is None else expected
        return inputs | {"signed_by": case.borrowers.first(), "pages": counted}
    return inputs | departures.given_anew(case, step)
