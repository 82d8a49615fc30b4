"""5.2.8: a major problem's plan goes to the general manager; gated steps wait for his approval of that very version."""

from domain.acts import DecidePlan, DecideProcedure, FormGroup, RecordPlanStep
from domain.errors import AlreadyDecided, Conflict, Incomplete, NotAuthorised, ReasonNeeded, StaleVersion, Unknown
from tests import cast
from tests.harness import World
from tests.stories import given

APPROVAL = DecidePlan(version=1, decision="approved")
GATED = RecordPlanStep(version=1, step="switch", result="done")


async def test_submitted_approved_carried_out(world: World) -> None:
    await given.grouped(world, is_major=True)
    await world.act(cast.DIRECTOR, given.plan())
    [page] = world.pages.expect("plan", cast.GENERAL_MANAGER)
    assert (page.clause, page.params["plan_version"]) == ("5.2.8", "1")
    await world.act(cast.GENERAL_MANAGER, APPROVAL)
    world.pages.expect("plan_approved", cast.DIRECTOR)
    await world.act(cast.TECHNICIAN, GATED)
    await world.refused(cast.TECHNICIAN, GATED, AlreadyDecided, "5.2.8")
    await world.refused(cast.TECHNICIAN, RecordPlanStep(version=1, step="invented", result="done"), Unknown, "5.2.8")
    await world.pass_time(minutes=45)
    world.pages.no_more()


async def test_gated_steps_wait_and_the_others_do_not(world: World) -> None:
    await given.grouped(world, is_major=True)
    await world.refused(cast.TECHNICIAN, GATED, Incomplete, "5.2.8")
    await world.act(cast.DIRECTOR, given.plan())
    world.pages.forget()
    refusal = await world.refused(cast.TECHNICIAN, GATED, Incomplete, "5.2.8")
    assert refusal.field == "step"
    await world.act(cast.TECHNICIAN, RecordPlanStep(version=1, step="freeze", result="done"))


async def test_who_decides_what_and_once(world: World) -> None:
    await given.grouped(world, is_major=True)
    await world.refused(cast.GENERAL_MANAGER, APPROVAL, Incomplete, "5.2.8")
    await world.act(cast.DIRECTOR, given.plan())
    world.pages.forget()
    await world.refused(cast.MANAGER, APPROVAL, NotAuthorised, "5.2.8")
    await world.refused(cast.GENERAL_MANAGER, DecidePlan(version=2, decision="approved"), StaleVersion, "5.2.8")
    await world.refused(cast.GENERAL_MANAGER, DecidePlan(version=1, decision="rejected"), ReasonNeeded, "5.2.8")
    await world.act(cast.GENERAL_MANAGER, APPROVAL)
    world.pages.forget()
    late = DecidePlan(version=1, decision="rejected", reason="风险太大")
    refusal = await world.refused(cast.DEPUTY_GENERAL_MANAGER, late, AlreadyDecided, "5.2.8")
    assert refusal.params["winner"] == cast.GENERAL_MANAGER


async def test_a_new_version_needs_a_new_approval(world: World) -> None:
    await given.grouped(world, is_major=True)
    await world.act(cast.DIRECTOR, given.plan())
    await world.act(cast.GENERAL_MANAGER, APPROVAL)
    await world.act(cast.DIRECTOR, given.plan("改为原地恢复"))
    world.pages.forget()
    await world.refused(cast.TECHNICIAN, GATED, StaleVersion, "5.2.8")
    await world.refused(cast.TECHNICIAN, RecordPlanStep(version=2, step="switch", result="done"), Incomplete, "5.2.8")
    await world.refused(cast.GENERAL_MANAGER, APPROVAL, StaleVersion, "5.2.8")


async def test_a_problem_that_is_not_major_has_no_plan(world: World) -> None:
    await given.started(world)
    await world.refused(cast.DIRECTOR, given.plan(), Conflict, "5.2.8")


async def test_command_does_not_wait_for_the_general_manager(world: World) -> None:
    await given.director_asked(world)
    await world.act(cast.DIRECTOR, DecideProcedure(start=True, is_major=True, reason="重大"))
    await world.act(cast.DIRECTOR, given.plan())
    await world.act(cast.DIRECTOR, FormGroup(members=[cast.MANAGER], commander=cast.DIRECTOR))
    world.pages.forget()
    assert (await world.snapshot()).commander == cast.DIRECTOR
