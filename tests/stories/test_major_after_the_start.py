"""5.2.8: what the director finds major later goes the way of the plan; the reverse needs him and a reason as well."""

from datetime import timedelta

from domain.acts import DecideMajor, DecidePlan
from domain.errors import AlreadyDecided, Conflict, NotAuthorised, WrongPhase
from tests import cast
from tests.harness import World
from tests.stories import given

MAJOR = DecideMajor(is_major=True, reason="全部会员受影响")
NOT_MAJOR = DecideMajor(is_major=False, reason="只剩一个席位")


async def test_the_plan_is_asked_for_and_goes_to_the_general_manager(world: World) -> None:
    await given.grouped(world, commander=cast.MANAGER)
    await world.refused(cast.MANAGER, given.plan(), Conflict, "5.2.8")
    await world.refused(cast.MANAGER, MAJOR, NotAuthorised, "5.2.8")
    found_at = await world.now()
    await world.act(cast.DIRECTOR, MAJOR)
    world.pages.expect("major", cast.MANAGER, cast.GENERAL_MANAGER)
    await world.pass_time(minutes=11)
    calls = world.pages.calls("plan_due", since=found_at)
    both = {cast.DIRECTOR, cast.MANAGER}
    assert calls == [(0, both), (10, both | {cast.DEPUTY_DIRECTOR})]
    await world.act(cast.MANAGER, given.plan())
    world.pages.expect("plan", cast.GENERAL_MANAGER)
    await world.refused(cast.DIRECTOR, NOT_MAJOR, Conflict, "5.2.8")
    await world.act(cast.GENERAL_MANAGER, DecidePlan(version=1, decision="approved"))
    world.pages.expect("plan_approved", cast.MANAGER)


async def test_not_major_any_more_asks_for_nothing(world: World) -> None:
    await given.started(world)
    await world.refused(cast.DIRECTOR, NOT_MAJOR, AlreadyDecided, "5.2.8")
    await world.act(cast.DEPUTY_DIRECTOR, MAJOR)
    world.pages.forget()
    await world.act(cast.DIRECTOR, NOT_MAJOR)
    world.pages.expect("not_major", cast.MANAGER, cast.GENERAL_MANAGER)
    before = await world.now()
    await world.pass_time(minutes=20)
    assert await world.now() - before >= timedelta(minutes=20)
    world.pages.calls("form_group", since=before)


async def test_not_before_the_emergency_flow_has_started(world: World) -> None:
    await given.director_asked(world)
    await world.refused(cast.DIRECTOR, MAJOR, WrongPhase, "5.2.8")
