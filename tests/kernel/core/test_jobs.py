"""A job whose worker was killed is done by another one; a job whose worker lives is left alone."""

from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from rendang.kernel.core.actions import SILENCE, give_back_lost_jobs


def job_of_a_worker_heard_of(seconds_ago: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s) RETURNING id",
            [timezone.now() - timedelta(seconds=seconds_ago)],
        )
        worker = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, worker_id)"
            " VALUES ('default', 'nobody.knows', '{}', 'doing', %s) RETURNING id",
            [worker],
        )
        return int(cursor.fetchone()[0])


def give_back(silence: int) -> int:
    return async_to_sync(give_back_lost_jobs)(app.job_manager, silence=silence)


@pytest.mark.django_db
def test_a_job_goes_back_to_the_queue_when_its_worker_is_silent() -> None:
    lost = job_of_a_worker_heard_of(seconds_ago=SILENCE + 1)
    under_way = job_of_a_worker_heard_of(seconds_ago=SILENCE - 20)
    assert give_back(SILENCE) == 1
    assert ProcrastinateJob.objects.get(pk=lost).status == "todo"
    assert ProcrastinateJob.objects.get(pk=under_way).status == "doing"


@pytest.mark.django_db
def test_after_a_restart_of_everything_every_job_under_way_is_lost() -> None:
    under_way = job_of_a_worker_heard_of(seconds_ago=1)
    assert give_back(0) == 1
    assert ProcrastinateJob.objects.get(pk=under_way).status == "todo"
