"""5.3.3: in normal working time responders are on the scene within 5 minutes of their dispatch."""

from datetime import timedelta

from domain.acts import CheckIn, Dispatch, ReportUnresolved, StandDown
from domain.errors import AlreadyDecided, InTheFuture, NotAuthorised, Unacceptable, Unknown
from domain.incident import Responder
from tests import cast
from tests.harness import World
from tests.letterbox import in_minutes
from tests.stories import given


async def sent(world: World, hour: int = 10, minute: int = 0) -> Responder:
    await world.until(hour, minute)
    await given.activated(world)
    await world.act(cast.OPERATOR, ReportUnresolved(text="重启无效"))
    world.pages.forget()
    return (await world.snapshot()).responders[0]


async def test_the_deadline_is_fixed_at_dispatch_and_shown(world: World) -> None:
    responder = await sent(world)
    assert in_minutes(responder.deadline.at - responder.dispatched_at) == 5
    assert responder.deadline.clause == "5.3.3"
    await world.pass_time(minutes=3)
    await world.act(cast.TECHNICIAN, CheckIn(place="机房"))
    [arrived] = await world.events("arrived")
    assert (arrived.late_minutes, arrived.cited, arrived.place) == (0, "5.3.3", "机房")
    await world.pass_time(minutes=15)
    world.pages.no_more()


async def test_exactly_at_the_deadline_is_on_time(world: World) -> None:
    responder = await sent(world)
    await world.pass_time(minutes=5, seconds=1)
    world.pages.forget()
    await world.act(cast.TECHNICIAN, CheckIn(), occurred_at=responder.deadline.at)
    assert [event.late_minutes for event in await world.events("arrived")] == [0]


async def test_late_is_recorded_with_its_minutes(world: World) -> None:
    responder = await sent(world)
    await world.pass_time(minutes=9)
    world.pages.forget()
    late = responder.deadline.at + timedelta(minutes=3, seconds=30)
    await world.act(cast.TECHNICIAN, CheckIn(), occurred_at=late)
    assert [event.late_minutes for event in await world.events("arrived")] == [3.5]


async def test_at_the_deadline_a_backup_is_sent_and_the_manager_paged(world: World) -> None:
    responder = await sent(world)
    await world.pass_time(minutes=5, seconds=2)
    [overdue] = await world.events("arrival_overdue")
    assert (overdue.responder, overdue.backup) == (cast.TECHNICIAN, cast.SECOND_TECHNICIAN)
    world.pages.expect("at_risk", cast.MANAGER)
    [page] = world.pages.expect("overdue", cast.MANAGER)
    assert in_minutes(page.created_at - responder.dispatched_at) == 5
    world.pages.expect("dispatch", cast.TECHNICIAN, cast.SECOND_TECHNICIAN)
    backup = (await world.snapshot()).responders[1]
    assert backup.replaces == cast.TECHNICIAN
    assert in_minutes(backup.deadline.at - backup.dispatched_at) == 5


async def test_with_a_group_the_commander_is_paged_too(world: World) -> None:
    await given.grouped(world)
    await world.act(cast.DIRECTOR, Dispatch(responder=cast.SECOND_TECHNICIAN))
    world.pages.expect("dispatch", cast.SECOND_TECHNICIAN)
    await world.pass_time(minutes=5, seconds=2)
    world.pages.expect("at_risk", cast.DIRECTOR, cast.MANAGER)
    world.pages.expect("overdue", cast.DIRECTOR, cast.MANAGER)
    gaps = await world.events("gap_found")
    assert [gap.cited for gap in gaps] == ["4.2"], "there is no third technician"
    world.pages.expect("gap", cast.DIRECTOR)
    world.pages.expect("dispatch", cast.SECOND_TECHNICIAN)


async def test_what_is_no_arrival(world: World) -> None:
    responder = await sent(world)
    future = await world.now() + timedelta(minutes=1)
    await world.refused(cast.TECHNICIAN, CheckIn(), InTheFuture, "5.3.3", occurred_at=future)
    before = responder.dispatched_at - timedelta(milliseconds=5)
    await world.refused(cast.TECHNICIAN, CheckIn(), Unacceptable, "5.3.3", occurred_at=before)
    await world.refused(cast.SPECIALIST, CheckIn(), Unknown, "5.3.3")
    await world.refused(cast.SECOND_TECHNICIAN, CheckIn(), NotAuthorised, "5.3.3")
    await world.act(cast.TECHNICIAN, CheckIn())
    await world.refused(cast.TECHNICIAN, CheckIn(), AlreadyDecided, "5.3.3")


async def test_who_is_stood_down_is_not_awaited_any_more(world: World) -> None:
    await sent(world)
    await world.act(cast.MANAGER, StandDown(responder=cast.TECHNICIAN, reason="已远程解决"))
    world.pages.expect("stood_down", cast.TECHNICIAN)
    await world.refused(cast.TECHNICIAN, CheckIn(), Unknown, "5.3.3")
    await world.pass_time(minutes=15)
    assert await world.events("arrival_overdue") == []
    world.pages.no_more()
