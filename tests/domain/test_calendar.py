"""5.3.3, 5.3.4, 6.2: working time and working days, against two independent calendars."""

from datetime import UTC, date, datetime, time, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st
from workclock import Holidays, Schedule, WorkDay

from domain.calendar import arrival_deadline, working_days_deadline
from tests import cast
from tests.cast import SHANGHAI, clock_time

CALENDAR = cast.calendar()
YEAR = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
DAY = timedelta(days=1)

# Every day is worked around the clock but those off; what is between two instants is then a count of working days.
AROUND_THE_CLOCK = Schedule(
    [
        WorkDay(time(0), time(0), days=range(7)),
        Holidays([day for day in YEAR if not chinese_calendar.is_workday(day)]),
    ],
    time_zone=SHANGHAI,
)
in_2026 = st.datetimes(datetime(2026, 1, 1), datetime(2026, 11, 30), timezones=st.just(SHANGHAI))  # noqa: DTZ001


def test_every_day_of_the_year_is_as_officially_announced() -> None:
    assert [CALENDAR.is_working_day(day) for day in YEAR] == [chinese_calendar.is_workday(day) for day in YEAR]


@given(in_2026, st.integers(0, 15))
def test_working_days_agree_with_an_independent_count(start: datetime, count: int) -> None:
    end = CALENDAR.after_working_days(start, count)
    assert end.astimezone(SHANGHAI).time() == start.time()
    if count == 0:
        assert end == start
    else:
        begins_off = not chinese_calendar.is_workday(start.date())
        first = timedelta(hours=start.hour, minutes=start.minute, seconds=start.second, microseconds=start.microsecond)
        expected = (count - 1) * DAY + first if begins_off else count * DAY
        assert AROUND_THE_CLOCK.between(start, end) == expected
        assert chinese_calendar.is_workday(end.astimezone(SHANGHAI).date())


@given(in_2026)
def test_working_time_is_nine_to_six_of_working_days(instant: datetime) -> None:
    expected = chinese_calendar.is_workday(instant.date()) and 9 <= instant.hour < 18
    spans = cast.policy().working_spans
    assert CALENDAR.is_working_time(instant, spans) is expected
    assert CALENDAR.is_working_time(instant.astimezone(UTC), spans) is expected


@given(in_2026, st.booleans())
def test_r20_a_deadline_is_the_dispatch_and_five_or_sixty_minutes_and_nothing_else(
    instant: datetime, is_on_site: bool
) -> None:
    deadline = arrival_deadline(CALENDAR, cast.policy(), instant, is_on_site=is_on_site)
    five = is_on_site or CALENDAR.is_working_time(instant, cast.policy().working_spans)
    assert deadline.at - instant == timedelta(minutes=5 if five else 60)
    assert deadline.clause == ("5.3.3" if five else "5.3.4")


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (clock_time(10, day="2026-09-30"), 1, clock_time(10, day="2026-10-08")),  # over the National Day holiday
        (clock_time(10, day="2026-10-09"), 1, clock_time(10, day="2026-10-10")),  # to a make-up Saturday
        (clock_time(10, day="2026-10-09"), 2, clock_time(10, day="2026-10-12")),
        (clock_time(10, day="2026-11-28"), 5, clock_time(10, day="2026-12-04")),  # from a Saturday
        (clock_time(0, day="2026-11-27"), 1, clock_time(0, day="2026-11-30")),
    ],
)
def test_6_2_five_working_days_over_holidays(start: datetime, count: int, end: datetime) -> None:
    deadline = working_days_deadline(CALENDAR, start, count, "6.2")
    assert (deadline.at, deadline.is_provisional) == (end, False)


def test_6_2_a_deadline_that_leaves_the_announced_years_is_provisional() -> None:
    deadline = working_days_deadline(CALENDAR, clock_time(10, day="2026-12-30"), 5, "6.2")
    assert (deadline.at, deadline.is_provisional) == (clock_time(10, day="2027-01-06"), True)
