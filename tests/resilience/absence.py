"""Nobody works for more than a minute while two deadlines and many pages fall due."""

import asyncio
from datetime import timedelta

from domain import acts
from tests import cast
from tests.replay import scenes
from tests.resilience.site import Site

AWAY = timedelta(seconds=62)  # after the last deadline: more than the minute from which on an entry counts as late
POLICY = cast.policy(
    short_time_limit={"I": 0, "II": 6 / 60, "III": 6 / 60},
    operator_limit=timedelta(seconds=4),
    page_repeat=timedelta(seconds=5),
    page_deputies=timedelta(seconds=10),
    page_director=timedelta(seconds=15),
    observation=timedelta(seconds=0.5),
    probe_interval=timedelta(seconds=0.4),
)


async def absence(site: Site) -> None:
    """Activate, lose all workers before the operator's limit, come back long after the short-time limit."""
    desk = site.desk()
    await scenes.activate(desk)
    await desk.paged("activation", bool)
    site.kill()
    limit = desk.opening.policy.short_time_limit.III.duration
    await asyncio.sleep((limit + AWAY).total_seconds())
    await site.start()
    await desk.until(lambda incident: incident.phase == "director_decision")
    await desk.paged("procedure/1", bool)
    await desk.paged("activation", lambda calls: len(calls) > 1)
    await desk.act(cast.SPECIALIST, acts.Acknowledge(question="activation"))
    await scenes.start_procedure(desk, is_major=False)
    await scenes.finish(desk, by=cast.TECHNICIAN)
