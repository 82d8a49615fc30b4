"""5.2.3: a step that needs it is put to whoever commands; nobody carries it out before he has approved it."""

from domain.acts import AcceptCommand, DecideStep, OfferCommand, RecordStep
from domain.errors import AlreadyDecided, Conflict, Incomplete, NotAuthorised, ReasonNeeded
from tests import cast
from tests.harness import World
from tests.stories import given

LOOK, RESTART, SWITCH = cast.STEPS
APPROVE = DecideStep(step=RESTART, approve=True)
DONE = RecordStep(step=RESTART, result="done")


def by_that_runbook(world: World) -> None:
    company = cast.worked_company()
    steps = [step.model_copy(update={"time_box_minutes": None}) for step in company.runbooks[0].steps]
    company.runbooks[0] = company.runbooks[0].model_copy(update={"steps": steps})
    world.move_to(company)


async def test_the_manager_is_asked_climbing_the_ladder_and_approves(world: World) -> None:
    by_that_runbook(world)
    await given.activated(world)
    await world.act(cast.OPERATOR, RecordStep(step=LOOK, result="done"))
    world.pages.expect("step_result", cast.SUPERVISOR)
    asked_at = await world.now()
    await world.refused(cast.OPERATOR, DONE, Incomplete, "5.2.3")
    await world.refused(cast.SUPERVISOR, APPROVE, NotAuthorised, "5.2.3")
    await world.pass_time(minutes=9)
    await world.act(cast.DEPUTY_MANAGER, APPROVE)
    assert world.pages.calls("step_approval", since=asked_at) == [(0, {cast.MANAGER}), (5, {cast.MANAGER})]
    [told, _] = world.pages.expect("step_decided", cast.OPERATOR, cast.SPECIALIST)
    assert told.params["result"] == "approved"
    await world.refused(cast.MANAGER, APPROVE, AlreadyDecided, "5.2.3")
    await world.act(cast.OPERATOR, DONE)
    world.pages.expect("step_result", cast.SUPERVISOR)


async def test_a_rejected_step_is_skipped_with_a_reason(world: World) -> None:
    by_that_runbook(world)
    await given.activated(world)
    await world.act(cast.OPERATOR, RecordStep(step=LOOK, result="done"))
    await world.refused(cast.MANAGER, DecideStep(step=RESTART, approve=False), ReasonNeeded, "5.2.3")
    await world.act(cast.MANAGER, DecideStep(step=RESTART, approve=False, reason="正在结算"))
    await world.refused(cast.OPERATOR, DONE, Conflict, "5.2.3")
    await world.act(cast.OPERATOR, RecordStep(step=RESTART, result="skipped", text="经理否决"))
    assert (await world.snapshot()).steps[RESTART] == "skipped"
    world.pages.forget()


async def test_after_a_hand_over_the_new_commander_is_asked_and_the_old_one_no_more(world: World) -> None:
    by_that_runbook(world)
    await given.grouped(world)
    await world.act(cast.OPERATOR, RecordStep(step=LOOK, result="done"))
    world.pages.expect("step_result", cast.SUPERVISOR)
    world.pages.expect("step_approval", cast.DIRECTOR)
    await world.act(cast.DIRECTOR, OfferCommand(to=cast.MANAGER, reason="换班"))
    world.pages.expect("command_offered", cast.MANAGER)
    await world.pass_time(minutes=2)
    await world.act(cast.MANAGER, AcceptCommand())
    world.pages.expect("command_passed", cast.DIRECTOR, cast.SPECIALIST)
    world.pages.expect("step_approval", cast.MANAGER)
    await world.pass_time(minutes=6)
    world.pages.expect("step_approval", cast.MANAGER)
    await world.refused(cast.DIRECTOR, APPROVE, NotAuthorised, "5.2.3")
    await world.act(cast.MANAGER, APPROVE)
    world.pages.expect("step_decided", cast.OPERATOR, cast.SPECIALIST)
