"""What the keeper does with the request of another institution of the city, for the tests."""

from rendang.circulation.transfers import actions
from rendang.kernel.access.models import Role

STEPS = actions.REQUEST_STEPS


def offered(leaving, request, dossier, **given):
    facts = {"dossier": dossier.barcode, "reason": "internal"}
    return STEPS["offer_transfer"](request, by=given.pop("by", leaving.by[Role.CLERK]), **{**facts, **given})


def answered(leaving, request):
    said = {"answer_code": "obstacle", "answer_detail": "档案正在借阅，约十日后归还"}
    return STEPS["answer"](request, by=leaving.by[Role.CLERK], **said)
