"""5.2.2: not an emergency needs a reason, the reporter is told, and after a day it is over."""

from temporalio.client import WorkflowExecutionStatus

from domain.acts import Contest, GiveInformation, Judge
from domain.errors import Conflict, NotAuthorised, ReasonNeeded, WrongPhase
from domain.incident import Phase
from tests import cast
from tests.harness import World

DISMISSAL = Judge(verdict="not_emergency", reason="计划内维护")


async def test_the_reporter_is_told_why(world: World) -> None:
    await world.open()
    world.pages.forget()
    refusal = await world.refused(cast.MANAGER, Judge(verdict="not_emergency"), ReasonNeeded, "5.2.2")
    assert refusal.field == "reason"
    await world.act(cast.MANAGER, DISMISSAL)
    [told] = world.pages.expect("dismissed", cast.OPERATOR)
    assert "计划内维护" in world.pages.words(told).body


async def test_the_reporter_himself_cannot_judge(world: World) -> None:
    await world.open()
    world.pages.forget()
    await world.refused(cast.OPERATOR, DISMISSAL, NotAuthorised, "5.2.2")


async def test_after_its_window_the_dismissal_stands(world: World) -> None:
    await world.open()
    await world.act(cast.MANAGER, DISMISSAL)
    world.pages.forget()
    await world.refused(cast.OPERATOR, GiveInformation(text="还有告警"), WrongPhase, "5.3.6")
    await world.pass_time(hours=24, minutes=1)
    incident = await world.snapshot()
    assert (incident.phase, incident.is_over) == (Phase.DISMISSED, True)
    assert await world.ended() == WorkflowExecutionStatus.COMPLETED
    assert [entry.event.kind for entry in await world.timeline()][-1] == "dismissal_stood"
    await world.refused(cast.OPERATOR, Contest(reason="仍然无法登录"), Conflict, "6.2")
