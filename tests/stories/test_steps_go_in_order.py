"""5.2.3: steps of the pinned runbook in order, a skip needs a reason, the supervisor hears each result."""

from domain.acts import RecordStep
from domain.errors import AlreadyDecided, Conflict, NotAuthorised, ReasonNeeded, Unknown, WrongPhase
from tests import cast
from tests.harness import World
from tests.stories import given

FIRST, SECOND, THIRD = cast.STEPS


async def test_each_result_goes_to_the_supervisor(world: World) -> None:
    await given.activated(world)
    for step in (FIRST, SECOND):
        await world.act(cast.OPERATOR, RecordStep(step=step, result="done", text="完成"))
        [told] = world.pages.expect("step_result", cast.SUPERVISOR)
        assert (told.clause, told.params["step"], told.params["runbook"]) == ("5.2.3", step, "trading-outage@3")


async def test_no_step_is_jumped_over(world: World) -> None:
    await given.activated(world)
    refusal = await world.refused(cast.OPERATOR, RecordStep(step=SECOND, result="done"), Conflict, "5.2.3")
    assert refusal.params["waiting"] == FIRST


async def test_a_skip_needs_a_reason(world: World) -> None:
    await given.activated(world)
    await world.refused(cast.OPERATOR, RecordStep(step=FIRST, result="skipped"), ReasonNeeded, "5.2.3")
    await world.act(cast.OPERATOR, RecordStep(step=FIRST, result="skipped", text="监控已确认"))
    await world.act(cast.OPERATOR, RecordStep(step=SECOND, result="done"))
    world.pages.expect("step_result", cast.SUPERVISOR, cast.SUPERVISOR)


async def test_a_failed_step_may_be_tried_again_a_done_one_not(world: World) -> None:
    await given.activated(world)
    await world.act(cast.OPERATOR, RecordStep(step=FIRST, result="failed"))
    await world.act(cast.OPERATOR, RecordStep(step=FIRST, result="done"))
    await world.refused(cast.OPERATOR, RecordStep(step=FIRST, result="done"), AlreadyDecided, "5.2.3")
    world.pages.expect("step_result", cast.SUPERVISOR, cast.SUPERVISOR)


async def test_only_steps_of_the_pinned_version_by_those_who_handle_it(world: World) -> None:
    await world.open()
    world.pages.forget()
    await world.refused(cast.OPERATOR, RecordStep(step=FIRST, result="done"), WrongPhase, "5.2.3")
    await given.activated(world)
    await world.refused(cast.OPERATOR, RecordStep(step="invented", result="done"), Unknown, "5.2.3")
    await world.refused(cast.OUTSIDER, RecordStep(step=FIRST, result="done"), NotAuthorised, "5.2.3")
