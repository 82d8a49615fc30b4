"""5.2.4: not solved in 10 minutes, or by the operator's word: a technician goes to the scene, the manager is told."""

from domain.acts import ReportUnresolved
from domain.errors import NotAuthorised, WrongPhase
from domain.incident import Phase
from tests import cast
from tests.harness import World
from tests.letterbox import in_minutes
from tests.stories import given


async def test_the_limit_passes(world: World) -> None:
    await given.activated(world)
    activated_at = (await world.snapshot()).activated_at
    await world.pass_time(minutes=9, seconds=50)
    world.pages.no_more()
    await world.pass_time(seconds=15)
    world.pages.expect("unresolved", cast.MANAGER)
    world.pages.expect("dispatch", cast.TECHNICIAN)
    [dispatched] = [entry for entry in await world.timeline() if entry.event.kind == "dispatched"]
    assert activated_at
    assert in_minutes(dispatched.recorded_at - activated_at) == 10
    assert (await world.snapshot()).phase == Phase.ON_SITE_HANDLING


async def test_the_operators_word_comes_earlier_and_the_limit_then_means_nothing(world: World) -> None:
    await given.activated(world)
    await world.pass_time(minutes=3)
    await world.act(cast.OPERATOR, ReportUnresolved(text="重启无效"))
    world.pages.expect("unresolved", cast.MANAGER)
    world.pages.expect("dispatch", cast.TECHNICIAN)
    await world.pass_time(minutes=1)
    await world.refused(cast.OPERATOR, ReportUnresolved(text="还是无效"), WrongPhase, "5.2.4")
    await world.pass_time(minutes=8)
    assert len(await world.events("unresolved_reported")) == 1
    world.pages.forget()


async def test_it_is_not_for_the_manager_to_say(world: World) -> None:
    await given.activated(world)
    await world.refused(cast.MANAGER, ReportUnresolved(text="我看不行"), NotAuthorised, "5.2.4")


async def test_without_any_technician_the_gap_is_recorded(world: World) -> None:
    world.leave(cast.TECHNICIAN, cast.SECOND_TECHNICIAN)
    await given.activated(world)
    await world.act(cast.OPERATOR, ReportUnresolved(text="重启无效"))
    world.pages.expect("unresolved", cast.MANAGER)
    world.pages.expect("gap", cast.DIRECTOR)
    assert [gap.cited for gap in await world.events("gap_found")] == ["4.2"]
