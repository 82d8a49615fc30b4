"""5.2.8: a silent general manager is reminded every 10 minutes, his deputy from 20 on; silence never approves."""

from domain.acts import DecidePlan, GiveOrder, RecordPlanStep
from domain.errors import Incomplete
from tests import cast
from tests.harness import World
from tests.stories import given


async def test_who_is_called_when(world: World) -> None:
    await given.grouped(world, is_major=True)
    await world.act(cast.DIRECTOR, given.plan())
    plan = (await world.snapshot()).plan
    assert plan
    await world.pass_time(minutes=41)
    both = {cast.GENERAL_MANAGER, cast.DEPUTY_GENERAL_MANAGER}
    assert world.pages.calls("plan", since=plan.submitted_at) == [
        (0, {cast.GENERAL_MANAGER}),
        (10, {cast.GENERAL_MANAGER}),
        (20, both),
        (30, both),
        (40, both),
    ]


async def test_never_approved_by_itself_while_handling_goes_on(world: World) -> None:
    await given.grouped(world, is_major=True)
    await world.act(cast.DIRECTOR, given.plan())
    await world.pass_time(hours=10)
    world.pages.forget()
    plan = (await world.snapshot()).plan
    assert plan
    assert plan.status == "submitted"
    await world.refused(cast.TECHNICIAN, RecordPlanStep(version=1, step="switch", result="done"), Incomplete, "5.2.8")
    await world.act(cast.TECHNICIAN, RecordPlanStep(version=1, step="freeze", result="done"))
    await world.act(cast.DIRECTOR, GiveOrder(department=cast.FINANCE, text="改用手工结算"))
    world.pages.expect("order", cast.FINANCE_HEAD)


async def test_his_deputy_decides_for_him(world: World) -> None:
    await given.grouped(world, is_major=True)
    await world.act(cast.DIRECTOR, given.plan())
    await world.act(cast.DEPUTY_GENERAL_MANAGER, DecidePlan(version=1, decision="approved"))
    decided = next(entry for entry in await world.timeline() if entry.event.kind == "plan_decided")
    assert (decided.person, decided.on_behalf_of) == (cast.DEPUTY_GENERAL_MANAGER, cast.GENERAL_MANAGER)
    world.pages.forget()
