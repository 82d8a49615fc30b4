"""6.2: the report is due after 5 working days, whatever the severity; then manager and director are told daily."""

from datetime import datetime, timedelta

from tests import cast
from tests.harness import World
from tests.stories import given


async def due(world: World) -> datetime:
    return (await world.snapshot()).deadlines["summary_due"].at


async def test_five_working_days_leave_out_the_weekend_and_holidays(world: World) -> None:
    monday = await world.until(10, is_day=lambda at: at.weekday() == 0)
    wednesday = (monday + timedelta(days=2)).date()
    world.calendar = cast.calendar(holidays=[wednesday])
    await given.in_summary(world)
    deadline = (await due(world)).astimezone(cast.SHANGHAI)
    assert deadline.date() == (monday + timedelta(days=8)).date(), "the next Tuesday"
    assert deadline.hour == 10


async def test_overdue_is_told_to_manager_and_director_daily(world: World) -> None:
    world.calendar = cast.calendar(holidays=[], make_up_days=[])
    await given.in_summary(world)
    await world.pass_time(days=7, minutes=-1)
    assert await world.events("summary_overdue") == []
    world.pages.expect("summary", *[cast.MANAGER, cast.SPECIALIST] * 6)
    await world.pass_time(minutes=2)
    assert len(await world.events("summary_overdue")) == 1
    world.pages.expect("summary_overdue", cast.MANAGER, cast.DIRECTOR)
    world.pages.expect("summary", cast.MANAGER, cast.SPECIALIST)
    await world.pass_time(days=1)
    assert len(await world.events("summary_overdue")) == 2
    world.pages.expect("summary_overdue", cast.MANAGER, cast.DIRECTOR)
    world.pages.expect("summary", cast.MANAGER, cast.SPECIALIST)
    await world.act(cast.MANAGER, await given.summary(world))
    world.pages.expect("receipt", cast.DIRECTOR, cast.GENERAL_MANAGER)
