"""No worker while limits pass: each rings once on return, and missed calls become one, not a burst (real server)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from activities import paging
from domain.acts import ReportResolved, Withdraw
from domain.incident import Phase
from tests import cast
from tests.harness import World
from tests.stories import fast, given
from tests.theatre import real

SEE_TO_IT = {cast.DEPUTY_DIRECTOR, cast.SPECIALIST, cast.SECOND_SPECIALIST}
EVERYONE = {
    cast.MANAGER,
    cast.SUPERVISOR,
    cast.DIRECTOR,
    cast.SPECIALIST,
    cast.SECOND_SPECIALIST,
    cast.DEPUTY_MANAGER,
    cast.DEPUTY_SUPERVISOR,
    cast.DEPUTY_DIRECTOR,
}


@pytest.fixture
async def world(tmp_path: Path, no_errors: None) -> AsyncIterator[World]:
    async with real(tmp_path) as stage:
        made = World(stage)
        yield made
        await made.check()


async def test_missed_calls_become_one_that_says_it_is_late(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "LATE", timedelta(seconds=4))
    world.policy = fast.policy(2)
    await world.open()
    world.pages.expect("judgement", cast.MANAGER, cast.SUPERVISOR)
    async with world.stage.workers_away():
        await asyncio.sleep(11.5)
    calls = world.pages.expect("judgement", *(EVERYONE - SEE_TO_IT))
    calls += world.pages.expect("unanswered", *SEE_TO_IT)
    assert {page.call for page in calls} == {2}
    assert all("本消息迟到：本应于" in world.pages.words(page).body for page in calls)
    in_time, late = await world.events("paged")
    assert (in_time.late_since, late.late_since) == (None, calls[0].planned_at)
    await world.act(cast.OPERATOR, Withdraw(reason="演示结束"))
    world.pages.forget()


async def test_limits_ring_once_on_return(world: World) -> None:
    # The limits pass while nobody is there; repeats stay minutes away, however slow the machine.
    limits = dict.fromkeys(("II", "III"), 12 / 60)
    world.policy = cast.policy(operator_limit=timedelta(seconds=6), short_time_limit=limits)
    await given.activated(world)
    async with world.stage.workers_away():
        await asyncio.sleep(13)
    incident = await world.snapshot()
    assert incident.phase == Phase.DIRECTOR_DECISION
    for kind in ("unresolved_reported", "dispatched", "short_time_limit_passed"):
        assert len(await world.events(kind)) == 1
    world.pages.expect("unresolved", cast.MANAGER)
    world.pages.expect("dispatch", cast.TECHNICIAN)
    world.pages.expect("report_due", cast.MANAGER)
    world.pages.expect("procedure", cast.DIRECTOR)
    passed = next(entry for entry in await world.timeline() if entry.event.kind == "short_time_limit_passed")
    assert incident.activated_at
    assert passed.occurred_at - incident.activated_at == world.policy.short_time(incident.severity)
    assert (passed.recorded_at - passed.occurred_at).total_seconds() < 13
    await world.act(cast.TECHNICIAN, ReportResolved(text="已恢复"))
    world.pages.forget()
