"""5.2.8: a decision may be signalled to the approval's own workflow; the incident judges it all the same."""

from domain.acts import DecidePlan
from tests import cast
from tests.harness import World
from tests.stories import given
from workflows.contract import child_id


async def decide(world: World, person: str, decision: DecidePlan) -> None:
    approval = world.stage.client.get_workflow_handle(child_id(world.number, f"plan/{decision.version}"))
    await approval.signal(DecidePlan.name, world.command(person, decision))
    await world.stage.still()


async def test_a_rightful_decision_counts(world: World) -> None:
    await given.grouped(world, is_major=True)
    await world.act(cast.DIRECTOR, given.plan())
    await decide(world, cast.GENERAL_MANAGER, DecidePlan(version=1, decision="approved"))
    plan = (await world.snapshot()).plan
    assert plan
    assert (plan.status, plan.decided_by) == ("approved", cast.GENERAL_MANAGER)
    world.pages.expect("plan", cast.GENERAL_MANAGER)
    world.pages.expect("plan_approved", cast.DIRECTOR)


async def test_a_wrongful_one_is_recorded_as_refused_and_the_general_manager_is_still_asked(world: World) -> None:
    await given.grouped(world, is_major=True)
    await world.act(cast.DIRECTOR, given.plan())
    await decide(world, cast.DIRECTOR, DecidePlan(version=1, decision="approved"))
    [refused] = await world.events("refused")
    assert (refused.act, refused.code, refused.cited) == ("decide_plan", "not-authorised", "5.2.8")
    world.pages.forget()
    await world.pass_time(minutes=10, seconds=5)
    world.pages.expect("plan", cast.GENERAL_MANAGER)
