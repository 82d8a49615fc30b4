"""5.3.4: at night, on weekends and holidays it is 60 minutes; the dispatch instant alone chooses."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from domain.acts import Dispatch, ReportUnresolved
from domain.company import Role
from tests import cast
from tests.harness import World
from tests.letterbox import in_minutes
from tests.stories import given

WORKING, OFF = (5, "5.3.3"), (60, "5.3.4")
SATURDAY, SUNDAY = 5, 6


async def dispatched(world: World, responder: str = cast.TECHNICIAN) -> tuple[int, str]:
    incident = await world.snapshot()
    found = next(item for item in incident.responders if item.person == responder)
    return in_minutes(found.deadline.at - found.dispatched_at), found.deadline.clause


async def sent_on(world: World, hour: int, minute: int = 0, is_day: Callable[[datetime], bool] | None = None) -> None:
    await world.until(hour, minute, is_day=is_day)
    await given.activated(world)
    await world.act(cast.OPERATOR, ReportUnresolved(text="重启无效"))
    world.pages.forget()


@pytest.mark.parametrize(("hour", "limit"), [(8, OFF), (9, WORKING), (12, WORKING), (18, OFF), (23, OFF)])
async def test_the_hour_of_a_working_day(world: World, hour: int, limit: tuple[int, str]) -> None:
    await sent_on(world, hour)
    assert await dispatched(world) == limit


@pytest.mark.parametrize("day", [SATURDAY, SUNDAY])
async def test_a_weekend(world: World, day: int) -> None:
    await sent_on(world, 10, is_day=lambda at: at.weekday() == day)
    assert await dispatched(world) == OFF


async def test_a_holiday_on_a_weekday(world: World) -> None:
    holiday = await next_day(world, lambda day: day.weekday() < SATURDAY)
    world.calendar = cast.calendar(holidays=[holiday])
    await sent_on(world, 10, is_day=lambda at: at.date() == holiday)
    assert await dispatched(world) == OFF


async def test_a_make_up_day_on_a_weekend(world: World) -> None:
    make_up = await next_day(world, lambda day: day.weekday() == SATURDAY)
    world.calendar = cast.calendar(make_up_days=[make_up])
    await sent_on(world, 10, is_day=lambda at: at.date() == make_up)
    assert await dispatched(world) == WORKING


async def next_day(world: World, is_it: Callable[[date], bool]) -> date:
    today = (await world.now()).astimezone(cast.SHANGHAI).date()
    return next(day for day in (today + timedelta(days=step) for step in range(1, 15)) if is_it(day))


async def test_sent_just_before_six_keeps_five_minutes_who_is_sent_after_it_gets_sixty(world: World) -> None:
    await sent_on(world, 17, 59)
    assert await dispatched(world) == WORKING
    await world.pass_time(minutes=2)
    await world.act(cast.MANAGER, Dispatch(responder=cast.SECOND_TECHNICIAN))
    assert await dispatched(world, cast.SECOND_TECHNICIAN) == OFF
    world.pages.forget()
    await world.pass_time(minutes=3)
    [overdue] = await world.events("arrival_overdue")
    assert overdue.responder == cast.TECHNICIAN
    world.pages.forget()


async def test_duty_staff_on_shift_have_five_minutes_at_night_too(world: World) -> None:
    world.on_duty(cast.TECHNICIAN)
    await sent_on(world, 23)
    assert await dispatched(world) == WORKING


async def test_a_year_without_official_notice_is_marked_provisional(world: World) -> None:
    world.calendar = cast.calendar(years=[])
    await sent_on(world, 10)
    incident = await world.snapshot()
    assert incident.responders[0].deadline.is_provisional
    await world.pass_time(seconds=3)
    listed = await world.stage.record.get(world.number)
    assert listed is not None
    assert (listed.deadline, listed.is_provisional) == (incident.responders[0].deadline.at, True)
    assert incident.responders[0].role == Role.TECHNICIAN


async def test_nobody_is_overdue_before_the_hour_is_over(world: World) -> None:
    await sent_on(world, 22)
    await world.pass_time(minutes=59)
    assert await world.events("arrival_overdue") == []
    await world.pass_time(minutes=1, seconds=2)
    assert len(await world.events("arrival_overdue")) == 1
    world.pages.forget()
