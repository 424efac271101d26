"""提醒: the person is reminded of what was promised, before the promised day and once more when it has passed."""

import datetime as dt

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from rendang.dossiers.models import Undertaking
from rendang.kernel.accounts.actions import system_actor
from rendang.kernel.audit import actions as audit
from rendang.kernel.core.jobs import job, scheduled
from rendang.kernel.standards import queries as standards
from rendang.kernel.standards.telling import say
from rendang.people import actions as people
from rendang.people.models import Message

BEFORE, AFTER = "undertaking.soon", "undertaking.late"


@scheduled(cron="30 6 * * *")
@job(name="dossiers.remind_of_promises", queueing_lock="dossiers.remind_of_promises", pass_context=False)
def remind_of_promises(timestamp: int) -> int:
    """Every morning, before the offices open: whose promised day comes or has passed is told. Returns how many."""
    mine = Message.objects.filter(person=OuterRef("person"), case=OuterRef("pk"), said__0__0__in=[BEFORE, AFTER])
    rows = Undertaking.objects.open().filter(paused_at=None).select_related("institution")
    rows = rows.annotate(reminded_at=Subquery(mine.order_by("-pk").values("sent_at")[:1]))
    return sum(_remind(row, row.reminded_at and timezone.localdate(row.reminded_at)) for row in rows.order_by("pk"))


def _remind(undertaking: Undertaking, reminded: dt.date | None) -> bool:
    """Tell the person, once before the promised day and once after it; another day that is agreed begins anew."""
    today, day = timezone.localdate(), undertaking.promised_on
    days = int(standards.policy("undertaking_reminder", on=today, institution=undertaking.institution).value)
    text, since = (AFTER, day + dt.timedelta(1)) if day < today else (BEFORE, day - dt.timedelta(days))
    if today < since or (reminded is not None and reminded >= since):
        return False
    with transaction.atomic():
        undertaking = Undertaking.objects.select_for_update(of=("self", "case_ptr")).get(pk=undertaking.pk)
        awaited = list(undertaking.items.filter(outcome="").order_by("pk").values_list("name", flat=True))
        if not (undertaking.is_open and undertaking.promised_on == day and undertaking.person and awaited):
            return False
        said = say(text, names=awaited, day=day, institution=undertaking.institution)
        by = system_actor()
        people.tell(undertaking.person, said, institution=undertaking.institution, by=by, case=undertaking)
        audit.record("undertaking.remind", undertaking, by=by, detail={})
    return True
