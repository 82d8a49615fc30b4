"""5.2.1: one provider hangs: the other person is reached and recorded at once, the next in time (real server)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionDescription

from domain.acts import Judge
from domain.incident import Phase
from tests import cast
from tests.harness import World
from tests.stories import fast
from tests.theatre import real
from workflows.contract import child_id

PACE = 1.5
SUGGESTED_AT = 45
EARLY = {"limit.historyCount.suggestContinueAsNew": SUGGESTED_AT}
DEPUTIES = {cast.DEPUTY_MANAGER, cast.DEPUTY_SUPERVISOR}


@pytest.mark.usefixtures("no_errors")
async def test_a_call_never_waits_for_its_slowest_person(tmp_path: Path) -> None:
    async with real(tmp_path, **EARLY) as stage:
        world = World(stage)
        world.policy = fast.policy(PACE)
        world.pages.hanging[cast.SUPERVISOR] = released = asyncio.Event()
        stage.stillness.may_wait.add("hand_over")
        await world.open()
        asked_at = (await world.timeline())[0].recorded_at

        await until(lambda: reached(world) >= {cast.MANAGER, *DEPUTIES})
        for message, _ in world.pages.received:
            assert message.recipient != cast.SUPERVISOR
            due = asked_at + timedelta(seconds=PACE) * (message.call - 1)
            assert message.created_at >= due, f"call {message.call} was due at {due}"
        await until(lambda: _is_judging(world))
        [first] = await calls(world, 1)
        assert (first.people, first.failed) == ([cast.MANAGER], [])

        await until(lambda: _is_long(world))
        released.set()
        await until(lambda: _has_continued(world))
        await world.act(cast.SUPERVISOR, Judge(verdict="not_emergency", reason="误报"))
        stage.stillness.may_wait.clear()
        await stage.still()
        [first, late] = await calls(world, 1)
        assert (late.people, late.failed) == ([cast.SUPERVISOR], [])
        numbers = [event.call for event in await world.events("paged")]
        assert set(numbers) == set(range(1, max(numbers) + 1))
        world.pages.forget()
        await world.check()


async def until(is_so: Callable[[], bool | Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while True:
            found = is_so()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.sleep(0.02)


def reached(world: World) -> set[str]:
    return {message.recipient for message, _ in world.pages.received}


async def calls(world: World, number: int) -> list[Any]:
    return [event for event in await world.events("paged") if event.call == number]


async def _is_judging(world: World) -> bool:
    return (await world.snapshot()).phase == Phase.JUDGING


async def _is_long(world: World) -> bool:
    """The page has more events than after which it continues as new; what is under way keeps it."""
    page = await _page(world)
    assert not _is_another_run(page)
    return page.history_length > SUGGESTED_AT


async def _has_continued(world: World) -> bool:
    return _is_another_run(await _page(world))


async def _page(world: World) -> WorkflowExecutionDescription:
    return await world.stage.client.get_workflow_handle(child_id(world.number, "page/judgement/1")).describe()


def _is_another_run(page: WorkflowExecutionDescription) -> bool:
    return bool(page.run_id != page.raw_description.workflow_execution_info.first_run_id)
