"""6.2, 6.3: no closing before report, both receipts and runbook decision exist; a closed incident takes nothing."""

import json

from temporalio.client import WorkflowExecutionStatus

from domain.acts import Close, DecideRunbook, ReceiveSummary, Record
from domain.errors import AlreadyDecided, Conflict, Incomplete, NotAuthorised, ReasonNeeded, WrongPhase
from domain.incident import Phase
from tests import cast
from tests.harness import World
from tests.stories import given


async def missing(world: World) -> str:
    return (await world.refused(cast.MANAGER, Close(), Incomplete, "6.2")).params["missing"]


async def test_what_is_still_missing_is_named(world: World) -> None:
    await given.activated(world)
    await world.refused(cast.MANAGER, Close(), WrongPhase, "6.2")
    await given.in_summary(world)
    assert await missing(world) == "summary_report, receipt:it_director, receipt:general_manager, runbook_decision"
    await world.act(cast.SUPERVISOR, await given.summary(world))
    await world.act(cast.DIRECTOR, ReceiveSummary(version=1, accept=True))
    world.pages.forget()
    assert await missing(world) == "receipt:general_manager, runbook_decision"
    await world.act(cast.GENERAL_MANAGER, ReceiveSummary(version=1, accept=True))
    world.pages.expect("runbook", cast.MANAGER)
    world.pages.expect("rectification_opened", cast.MANAGER)
    assert await missing(world) == "runbook_decision"


async def test_a_returned_report_does_not_count(world: World) -> None:
    await given.in_summary(world)
    await world.act(cast.SUPERVISOR, await given.summary(world))
    await world.act(cast.DIRECTOR, ReceiveSummary(version=1, accept=True))
    await world.act(cast.GENERAL_MANAGER, ReceiveSummary(version=1, accept=False, reason="太短"))
    await world.act(cast.MANAGER, DecideRunbook(change=False, reason="手册适用"))
    world.pages.forget()
    assert "receipt:it_director" in await missing(world)


async def test_the_runbook_is_decided_by_the_manager_once(world: World) -> None:
    await given.in_summary(world)
    await world.refused(cast.SUPERVISOR, DecideRunbook(change=False, reason="适用"), NotAuthorised, "6.3")
    refusal = await world.refused(cast.MANAGER, DecideRunbook(change=True, reason="补充步骤"), ReasonNeeded, "6.3")
    assert refusal.field == "new_version"
    await world.act(cast.MANAGER, DecideRunbook(change=True, new_version="trading-outage@4", reason="补充步骤"))
    await world.refused(cast.MANAGER, DecideRunbook(change=False, reason="适用"), AlreadyDecided, "6.3")


async def test_once_the_runbook_is_decided_the_close_is_asked_for_and_nothing_else(world: World) -> None:
    await given.in_summary(world)
    await world.act(cast.SUPERVISOR, await given.summary(world))
    for person in (cast.DIRECTOR, cast.GENERAL_MANAGER):
        await world.act(person, ReceiveSummary(version=1, accept=True))
    world.pages.forget()
    await world.pass_time(days=1, minutes=1)
    world.pages.expect("runbook", cast.MANAGER)
    world.pages.expect("closing")
    await world.act(cast.MANAGER, DecideRunbook(change=False, reason="手册适用"))
    world.pages.expect("closing", cast.MANAGER)
    await world.pass_time(days=1, minutes=1)
    world.pages.expect("closing", cast.MANAGER)
    world.pages.expect("runbook")
    world.pages.forget()


async def test_closed_it_takes_nothing_more_and_its_history_is_kept(world: World) -> None:
    await given.ready_to_close(world)
    await world.refused(cast.SUPERVISOR, Close(), NotAuthorised, "6.2")
    receipt = await world.act(cast.MANAGER, Close())
    assert receipt.phase == Phase.CLOSED
    world.pages.expect("closed", cast.OPERATOR)
    assert await world.ended() == WorkflowExecutionStatus.COMPLETED
    await world.refused(cast.MANAGER, Record(kind="observation", text="补记"), Conflict, "6.2")
    history = await world.stage.record.history(world.number)
    assert history
    assert len(json.loads(history)["events"]) > 100
    row = await world.stage.record.get(world.number)
    assert row
    assert (row.is_over, row.phase, row.awaited, row.deadline) == (True, "closed", None, None)
    await world.pass_time(days=2)
    world.pages.no_more()
