"""5.2.3: a step of the runbook that has no result in its time is told once to the operator and the supervisor."""

from domain.acts import RecordStep
from domain.errors import Conflict
from tests import cast
from tests.harness import World
from tests.letterbox import in_minutes
from tests.stories import given

LOOK, RESTART, _ = cast.STEPS


async def test_operator_and_supervisor_are_reminded_once(world: World) -> None:
    world.move_to(cast.worked_company())
    await given.activated(world)
    activated_at = (await world.snapshot()).activated_at
    assert activated_at
    await world.pass_time(minutes=4)
    world.pages.no_more()
    await world.pass_time(minutes=2)
    told = world.pages.expect("step_overdue", cast.OPERATOR, cast.SUPERVISOR)
    assert {in_minutes(message.created_at - activated_at) for message in told} == {5}
    assert {(message.clause, message.params["step"]) for message in told} == {("5.2.3", LOOK)}
    [overdue] = await world.events("step_overdue")
    assert overdue.step == LOOK
    await world.pass_time(minutes=3)
    world.pages.no_more()


async def test_a_result_in_time_starts_the_next_one_and_the_next_box(world: World) -> None:
    world.move_to(cast.worked_company(needs_approval=False))
    await given.activated(world)
    await world.refused(cast.OPERATOR, RecordStep(step=RESTART, result="done"), Conflict, "5.2.3")
    await world.pass_time(minutes=4)
    await world.act(cast.OPERATOR, RecordStep(step=LOOK, result="done"))
    due = (await world.snapshot()).deadlines["time_box"]
    assert in_minutes(due.at - await world.now()) == 10
    world.pages.expect("step_result", cast.SUPERVISOR)
    world.pages.expect("step_approval", cast.MANAGER)
    await world.pass_time(minutes=4)
    world.pages.no_more()
