"""5.2.1: the reporter, and nobody else, withdraws his report before it is judged."""

from temporalio.client import WorkflowExecutionStatus

from domain.acts import Judge, Withdraw
from domain.errors import Conflict, NotAuthorised, WrongPhase
from domain.incident import Phase
from tests import cast
from tests.harness import World
from tests.stories import given

WITHDRAWAL = Withdraw(reason="看错了屏幕")


async def test_the_page_ends_and_the_incident_is_over(world: World) -> None:
    await world.open()
    world.pages.forget()
    await world.act(cast.OPERATOR, WITHDRAWAL)
    assert (await world.snapshot()).phase == Phase.WITHDRAWN
    world.pages.expect("withdrawn", cast.MANAGER, cast.SUPERVISOR)
    assert await world.ended() == WorkflowExecutionStatus.COMPLETED
    await world.pass_time(hours=1)
    await world.refused(cast.MANAGER, Judge(verdict="emergency"), Conflict, "6.2")


async def test_nobody_else_withdraws_it(world: World) -> None:
    await world.open()
    world.pages.forget()
    for person in (cast.SECOND_OPERATOR, cast.MANAGER):
        await world.refused(person, WITHDRAWAL, NotAuthorised, "5.2.1")


async def test_not_after_judgement(world: World) -> None:
    await given.activated(world)
    await world.refused(cast.OPERATOR, WITHDRAWAL, WrongPhase, "5.2.1")
