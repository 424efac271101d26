"""What the system does for its own queue. No business, no person, so no audit event."""

import logging

from procrastinate import JobContext
from procrastinate.manager import JobManager

from rendang.kernel.core.jobs import job, scheduled

SILENCE = 60  # seconds; a worker that lives is heard of every ten

logger = logging.getLogger(__name__)


@scheduled(cron="* * * * *")
@job(name="core.take_up_lost_jobs", queueing_lock="core.take_up_lost_jobs", pass_context=True)
async def take_up_lost_jobs(context: JobContext, timestamp: int) -> None:
    """Every minute, give the jobs of workers that were killed or lost their machine to the others."""
    await give_back_lost_jobs(context.app.job_manager, silence=SILENCE)


async def give_back_lost_jobs(queue: JobManager, *, silence: int) -> int:
    """Put jobs under way back into the queue if their worker was not heard of for so many seconds; how many.

    A job must therefore stand to be begun twice; one that was committed in parts goes on after the last part.
    """
    lost = list(await queue.get_stalled_jobs(seconds_since_heartbeat=silence))
    for job_ in lost:
        await queue.retry_job(job_)
        logger.warning("Job %s (%s) lost its worker and is taken up again", job_.id, job_.task_name)
    return len(lost)
