"""5.2.8: a rejected plan is back with the director: a new version, no matter how often, or he settles it."""

from domain.acts import DecidePlan, GiveInformation, RecordPlanStep, SettlePlan
from domain.errors import Conflict, Incomplete, NotAuthorised
from domain.incident import Phase
from tests import cast
from tests.harness import World
from tests.stories import given


async def rejected_twice(world: World) -> None:
    await given.grouped(world, is_major=True)
    for version in (1, 2):
        await world.act(cast.DIRECTOR, given.plan(f"方案{version}"))
        world.pages.expect("plan", cast.GENERAL_MANAGER)
        await world.act(cast.GENERAL_MANAGER, DecidePlan(version=version, decision="rejected", reason="风险太大"))
        [back] = world.pages.expect("plan_refused", cast.DIRECTOR)
        assert back.params == {"plan_version": str(version), "reason": "风险太大"}


async def test_the_third_version_may_be_approved(world: World) -> None:
    await rejected_twice(world)
    await world.act(cast.DIRECTOR, given.plan("方案3"))
    world.pages.expect("plan", cast.GENERAL_MANAGER)
    await world.act(cast.GENERAL_MANAGER, DecidePlan(version=3, decision="approved"))
    world.pages.expect("plan_approved", cast.DIRECTOR)
    assert [plan.status for plan in (await world.snapshot()).plans] == ["rejected", "rejected", "approved"]


async def test_the_director_goes_on_without_the_gated_steps(world: World) -> None:
    await rejected_twice(world)
    await world.act(cast.DIRECTOR, SettlePlan(version=2, course="without_gated_steps", reason="先恢复"))
    await world.act(cast.TECHNICIAN, RecordPlanStep(version=2, step="freeze", result="done"))
    await world.refused(cast.TECHNICIAN, RecordPlanStep(version=2, step="switch", result="done"), Incomplete, "5.2.8")
    await world.refused(cast.DIRECTOR, SettlePlan(version=2, course="stand_down", reason="改主意"), Conflict, "5.2.8")
    await world.pass_time(minutes=45)
    world.pages.no_more()


async def test_or_stands_it_down(world: World) -> None:
    await rejected_twice(world)
    settle = SettlePlan(version=2, course="stand_down", reason="问题缩小")
    await world.refused(cast.MANAGER, settle, NotAuthorised, "5.2.8")
    await world.act(cast.DIRECTOR, settle)
    await world.refused(cast.TECHNICIAN, RecordPlanStep(version=2, step="freeze", result="done"), Conflict, "5.2.8")


async def test_a_silent_director_is_reminded_then_his_deputy_and_handling_goes_on(world: World) -> None:
    await given.grouped(world, is_major=True)
    await world.act(cast.DIRECTOR, given.plan())
    await world.act(cast.GENERAL_MANAGER, DecidePlan(version=1, decision="change_requested", reason="缺少回退步骤"))
    refused_at = await world.now()
    await world.act(cast.TECHNICIAN, GiveInformation(text="新告警"))
    await world.pass_time(minutes=21)
    both = {cast.DIRECTOR, cast.DEPUTY_DIRECTOR}
    assert world.pages.calls("plan_refused", since=refused_at) == [(0, {cast.DIRECTOR}), (10, both), (20, both)]
    assert (await world.snapshot()).phase == Phase.GROUP_HANDLING
    world.pages.forget()
