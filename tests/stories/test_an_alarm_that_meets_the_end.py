"""5.2.1: an alarm that reaches an incident which is over, put away or not, opens the next one, and only one."""

import asyncio
import threading
from contextlib import AsyncExitStack
from typing import Any

import pytest

from domain.acts import Withdraw
from tests import cast
from tests.harness import World
from tests.stories.test_alerts_join_the_open_incident import KEY, alert
from workflows.alert import AlertWorkflow
from workflows.contract import ALERT, INCIDENT_OVER, Alert, AlertState, incident_id

# Below the two seconds after which a workflow that does not come back counts as stuck.
HELD_SECONDS = 1.8
TRIES = 5
REPORTER = {"reporter": cast.OPERATOR}


async def test_it_is_given_back_and_opens_another(world: World) -> None:
    workflow_id, first = await opened(world, **REPORTER)
    async with world.stage.database_away():
        await world.act(cast.OPERATOR, Withdraw(reason="测试"))
        handle = world.stage.client.get_workflow_handle(incident_id(first))
        await handle.signal(ALERT, await alert(world, "2", **REPORTER))
    await world.stage.still()
    state = await state_of(world, workflow_id)
    assert (state.openings, state.last_number) == (2, first)
    assert state.number
    assert (await world.snapshot(state.number)).recurrence_of == first
    world.pages.forget()


async def test_the_end_that_is_heard_while_it_is_passed_on_stays_linked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, first = await passed_on_into_the_end(world, monkeypatch)
    assert (state.openings, state.last_number) == (2, first)
    assert state.number
    assert (await world.snapshot(state.number)).recurrence_of == first


async def test_it_goes_to_the_incident_that_opened_meanwhile(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    state, first = await passed_on_into_the_end(world, monkeypatch, "3")
    assert (state.openings, state.last_number) == (2, first)
    assert state.number
    world.number = state.number
    assert (await world.snapshot()).symptom == "3"
    assert [event.text for event in await world.events("report_repeated")] == ["2"]


@pytest.mark.parametrize("meanwhile", [[], ["3"]], ids=["nothing", "another"])
async def test_a_report_that_is_given_back_is_no_repeat(
    meanwhile: list[str], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It opens an incident, or goes to the one that opened meanwhile."""
    state, first = await passed_on_into_the_end(world, monkeypatch, *meanwhile, is_put_away=False)
    assert (state.openings, state.last_number) == (2, first)
    assert {taken.number for command, taken in state.reports.items() if command != "alert-1"} == {state.number}
    world.number = state.number or ""
    assert (await world.snapshot()).symptom == (meanwhile or ["2"])[0]
    assert [event.text for event in await world.events("report_repeated")] == (["2"] if meanwhile else [])


class Held:
    """Holds back the next alert that is passed on, the thread itself: what the server hears meanwhile comes later."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_there, self.let_go, self.ran_out = threading.Event(), threading.Event(), False
        pass_on = AlertWorkflow._pass_on

        async def held(workflow: AlertWorkflow, news: Alert) -> None:
            if not self.is_there.is_set():
                self.is_there.set()
                self.ran_out = not self.let_go.wait(HELD_SECONDS)
            await pass_on(workflow, news)

        monkeypatch.setattr(AlertWorkflow, "_pass_on", held)


async def passed_on_into_the_end(
    world: World, monkeypatch: pytest.MonkeyPatch, *meanwhile: str, is_put_away: bool = True
) -> tuple[AlertState, str]:
    """Hold an alert back until its incident is over, and put away unless the record waits for its database.

    What comes meanwhile its key hears before it hears that nobody took the alert. A busy machine may not end the
    incident in time: then it is played again, under another key.
    """
    for attempt in range(TRIES):
        key = {"dedup_key": f"{KEY}/{attempt}", **REPORTER}
        workflow_id, first = await opened(world, **key)
        async with AsyncExitStack() as stack:
            if not is_put_away:
                await stack.enter_async_context(world.stage.database_away())
            held = Held(stack.enter_context(monkeypatch.context()))
            await world.stage.incidents.alert(await alert(world, "2", symptom="2", **key))
            assert await asyncio.to_thread(held.is_there.wait, 10)
            await world.stage.incidents.act(first, world.command(cast.OPERATOR, Withdraw(reason="测试")))
            if is_put_away:
                await world.ended()
            else:
                # What the incident says by itself can come later than the next alert.
                await world.stage.client.get_workflow_handle(workflow_id).signal(INCIDENT_OVER, first)
            for symptom in meanwhile:
                await world.stage.incidents.alert(await alert(world, symptom, symptom=symptom, **key))
            is_met = not held.ran_out
            held.let_go.set()
            await world.stage.still()
        await world.stage.still()
        world.pages.forget()
        if is_met:
            return await state_of(world, workflow_id), first
    pytest.fail(f"the incident never ended within {HELD_SECONDS} s")


async def opened(world: World, **changes: Any) -> tuple[str, str]:
    workflow_id = await world.stage.incidents.alert(await alert(world, **changes))
    await world.stage.still()
    world.number = (await state_of(world, workflow_id)).number or ""
    assert world.number
    return workflow_id, world.number


async def state_of(world: World, workflow_id: str) -> AlertState:
    state = await world.stage.incidents.incident_of_alert(workflow_id)
    assert state
    return state
