"""5.3.3, 5.3.4: business time against an independent engine and against counting minute by minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from workclock import Holidays, Schedule, WorkDay

from adapters.calendar import load_calendar
from domain.calendar import Calendar, CalendarYear, DayKind, misplaced
from domain.policy import Span
from tests.cast import SHANGHAI, clock_time

MINUTE = timedelta(minutes=1)
YEARS = (2024, 2025, 2026)
FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)
DAYS = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
OFFICIAL = load_calendar("Asia/Shanghai", None, datetime(2025, 6, 1, tzinfo=UTC))
OFFICIAL_2026 = load_calendar("Asia/Shanghai", None, datetime(2026, 11, 24, tzinfo=UTC))

# Days around which most can go wrong: make-up Saturdays and Sundays, holidays on Mondays, the turns of the years.
DELICATE = [
    *(date(2026, 2, 14), date(2026, 10, 10), date(2026, 9, 20), date(2025, 1, 26), date(2024, 2, 4)),
    *(date(2026, 4, 6), date(2026, 10, 5), date(2025, 5, 5), date(2024, 6, 10)),
    *(date(2024, 12, 31), date(2025, 1, 1), date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 4)),
]
days = st.one_of(st.sampled_from(DELICATE), st.dates(FIRST + timedelta(days=1), LAST - timedelta(days=40)))
clocks = st.one_of(st.times(), st.sampled_from([time(0), time(9), time(12), time(13, 30), time(18), time(23, 59, 59)]))
instants = st.builds(lambda day, clock: datetime.combine(day, clock, SHANGHAI), days, clocks)


@st.composite
def spans_of_a_day(draw: st.DrawFn) -> list[Span]:
    """One to three spans, in any order, which do not touch."""
    count = draw(st.integers(1, 3))
    borders = st.lists(st.integers(0, 23 * 60 + 59), min_size=2 * count, max_size=2 * count, unique=True)
    minutes = sorted(draw(borders))
    made = [(minutes[place], minutes[place + 1]) for place in range(0, 2 * count, 2)]
    return draw(st.permutations([Span(start=_clock(start), end=_clock(end)) for start, end in made]))


def _clock(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


def engine(calendar: Calendar, spans: list[Span]) -> Schedule:
    """Every day is worked in these spans but those off."""
    off = Holidays([day for day in DAYS if not calendar.is_working_day(day)])
    return Schedule([*(WorkDay(span.start, span.end, days=range(7)) for span in spans), off], time_zone=SHANGHAI)


def counted(calendar: Calendar, spans: list[Span], start: datetime, minutes: int) -> timedelta:
    """Count working minutes one by one, by rules written out anew."""
    total = 0
    for number in range(minutes):
        local = (start + number * MINUTE).astimezone(SHANGHAI)
        day, minute = local.date(), local.hour * 60 + local.minute
        is_weekday = day.weekday() not in {5, 6}
        is_worked = day in calendar.make_up_days or (is_weekday and day not in calendar.holidays)
        inside = any(
            span.start.hour * 60 + span.start.minute <= minute < span.end.hour * 60 + span.end.minute for span in spans
        )
        total += is_worked and inside
    return total * MINUTE


def reckoned(calendar: Calendar, spans: list[Span], start: datetime, end: datetime) -> timedelta:
    """Add up working time from change to change."""
    total, at = timedelta(0), start
    while at < end:
        until = min(calendar.next_change(at, spans), end)
        total += until - at if calendar.is_working_time(at, spans) else timedelta(0)
        at = until
    return total


@given(instants, spans_of_a_day())
@example(clock_time(9, day="2026-10-10"), [Span(start=time(9), end=time(18))])
def test_working_time_is_that_of_an_independent_engine(instant: datetime, spans: list[Span]) -> None:
    begins, ends = engine(OFFICIAL, spans).next_period(instant)
    is_working = begins == instant
    assert OFFICIAL.is_working_time(instant, spans) is is_working
    assert OFFICIAL.is_working_time(instant.astimezone(ZoneInfo("America/New_York")), spans) is is_working
    assert OFFICIAL.next_change(instant, spans) == (ends if is_working else begins)


@given(instants, spans_of_a_day())
def test_the_next_morning_is_that_of_an_independent_engine(instant: datetime, spans: list[Span]) -> None:
    first = min(spans, key=lambda span: span.start)
    begins, ends = (mornings := engine(OFFICIAL, [first])).next_period(instant)
    expected = mornings.next_period(ends)[0] if begins == instant else begins
    assert OFFICIAL.next_morning(instant, spans) == expected


@given(instants, st.integers(0, 5 * 24 * 60), spans_of_a_day())
@example(clock_time(0, day="2026-10-09"), 4 * 24 * 60, [Span(start=time(9), end=time(18))])
def test_working_time_agrees_with_counting_minutes(instant: datetime, minutes: int, spans: list[Span]) -> None:
    start = instant.replace(second=0, microsecond=0)
    end = start + minutes * MINUTE
    expected = counted(OFFICIAL, spans, start, minutes)
    assert reckoned(OFFICIAL, spans, start, end) == expected
    assert engine(OFFICIAL, spans).between(start, end) == expected


@given(st.lists(st.sampled_from(DAYS), unique=True, max_size=40), st.data())
def test_a_company_may_name_any_days(listed: list[date], data: st.DataObject) -> None:
    made_up = [day for day in listed if day.weekday() >= 5 and data.draw(st.booleans())]
    calendar = Calendar(
        time_zone="Asia/Shanghai",
        years=list(YEARS),
        holidays=[day for day in listed if day not in made_up],
        make_up_days=made_up,
    )
    spans = [Span(start=time(9), end=time(12)), Span(start=time(13), end=time(18))]
    instant = data.draw(instants)
    period = engine(calendar, spans).next_period(instant)
    assert calendar.is_working_time(instant, spans) is (period[0] == instant)


def test_lunch_is_off_only_where_the_spans_leave_it_out() -> None:
    through = [Span(start=time(9), end=time(18))]
    with_a_break = [Span(start=time(9), end=time(12)), Span(start=time(13), end=time(18))]
    noon = clock_time(12, 30, day="2026-11-24")
    assert OFFICIAL_2026.is_working_time(noon, through)
    assert not OFFICIAL_2026.is_working_time(noon, with_a_break)
    assert OFFICIAL_2026.next_change(noon, with_a_break) == clock_time(13, day="2026-11-24")


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("2026-10-10", DayKind.MAKE_UP_DAY),
        ("2026-10-05", DayKind.HOLIDAY),
        ("2026-10-03", DayKind.HOLIDAY),
        ("2026-11-28", DayKind.WEEKEND),
        ("2026-11-24", DayKind.WORKDAY),
    ],
)
def test_why_people_work_on_a_day(day: str, kind: DayKind) -> None:
    found = OFFICIAL_2026.kind_of(date.fromisoformat(day))
    assert found == kind
    assert OFFICIAL_2026.is_working_day(date.fromisoformat(day)) is (found in {DayKind.MAKE_UP_DAY, DayKind.WORKDAY})


def test_the_notice_of_a_year_may_name_the_last_days_of_the_one_before() -> None:
    days = CalendarYear(holidays=[date(2026, 12, 31)], make_up_days=[date(2026, 12, 27)])
    assert list(misplaced(2027, days)) == []


@pytest.mark.parametrize(
    ("days", "field", "index", "message"),
    [
        (CalendarYear(holidays=[date(2027, 1, 1), date(2028, 1, 1)]), "holidays", 1, "is not a day of {year}"),
        (CalendarYear(holidays=[date(2026, 12, 24)]), "holidays", 0, "is not a day of {year}"),
        (CalendarYear(holidays=[date(2027, 1, 1)] * 2), "holidays", 1, "stands there twice"),
        (
            CalendarYear(holidays=[date(2027, 10, 9)], make_up_days=[date(2027, 10, 9)]),
            "make_up_days",
            0,
            "is a holiday as well",
        ),
    ],
)
def test_a_day_that_no_notice_can_hold_is_named(days: CalendarYear, field: str, index: int, message: str) -> None:
    [found] = misplaced(2027, days)
    assert found == (field, index, message)


def test_only_weekends_are_made_up() -> None:
    [found] = misplaced(2027, CalendarYear(make_up_days=[date(2027, 10, 8)]))
    assert found.message.startswith("is a working day anyhow")
