"""5.2.1: an alarm that reaches an incident which is over, put away or not, opens the next one, and only one."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from domain.acts import Withdraw
from tests import cast
from tests.harness import World
from tests.stories.test_alerts_join_the_open_incident import alert
from workflows.alert import AlertWorkflow
from workflows.contract import ALERT, Alert, AlertState, incident_id

# Below the two seconds after which a workflow that does not come back counts as stuck.
HELD_SECONDS = 1.8
REPORTER = {"reporter": cast.OPERATOR}


async def test_it_is_given_back_and_opens_another(world: World) -> None:
    workflow_id, first = await opened(world)
    async with world.stage.database_away():
        await world.act(cast.OPERATOR, Withdraw(reason="测试"))
        handle = world.stage.client.get_workflow_handle(incident_id(first))
        await handle.signal(ALERT, await alert(world, "2", **REPORTER))
    await world.stage.still()
    state = await state_of(world, workflow_id)
    assert (state.openings, state.last_number) == (2, first)
    assert state.number not in (None, first)
    assert [event.kind for event in await world.events("report_repeated")] == []
    world.pages.forget()


async def test_the_end_that_is_heard_while_it_is_passed_on_stays_linked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    workflow_id, first = await opened(world)
    second = await alert(world, "2", **REPORTER)
    async with passed_on_into_the_end(world, monkeypatch, second):
        pass
    state = await state_of(world, workflow_id)
    assert (state.openings, state.last_number) == (2, first)
    assert state.number
    assert (await world.snapshot(state.number)).recurrence_of == first
    world.pages.forget()


async def test_it_goes_to_the_incident_that_opened_meanwhile(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    workflow_id, first = await opened(world)
    second, third = [await alert(world, occurrence, symptom=occurrence, **REPORTER) for occurrence in "23"]
    async with passed_on_into_the_end(world, monkeypatch, second):
        await world.stage.incidents.alert(third)
    state = await state_of(world, workflow_id)
    assert (state.openings, state.last_number) == (2, first)
    assert state.number
    world.number = state.number
    assert (await world.snapshot()).symptom == "3"
    assert [event.text for event in await world.events("report_repeated")] == ["2"]
    world.pages.forget()


@asynccontextmanager
async def passed_on_into_the_end(world: World, monkeypatch: pytest.MonkeyPatch, news: Alert) -> AsyncIterator[None]:
    """Hold an alert back until its incident has ended, which its key then hears before it hears of the failure."""
    is_held, let_go = threading.Event(), threading.Event()
    pass_on = AlertWorkflow._pass_on

    async def held(self: AlertWorkflow, alert_: Alert) -> None:
        is_first = not is_held.is_set()
        is_held.set()
        # The thread itself: what the server hears meanwhile comes after what this workflow has decided.
        assert let_go.wait(HELD_SECONDS) or not is_first
        await pass_on(self, alert_)

    monkeypatch.setattr(AlertWorkflow, "_pass_on", held)
    await world.stage.incidents.alert(news)
    assert await asyncio.to_thread(is_held.wait, 10)
    withdrawn = world.command(cast.OPERATOR, Withdraw(reason="测试"))
    await world.stage.incidents.act(world.number, withdrawn)
    await world.ended()
    yield
    let_go.set()
    await world.stage.still()


async def opened(world: World) -> tuple[str, str]:
    workflow_id = await world.stage.incidents.alert(await alert(world, **REPORTER))
    await world.stage.still()
    world.number = (await state_of(world, workflow_id)).number or ""
    assert world.number
    return workflow_id, world.number


async def state_of(world: World, workflow_id: str) -> AlertState:
    state = await world.stage.incidents.incident_of_alert(workflow_id)
    assert state
    return state
