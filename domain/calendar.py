"""Business time: working hours, statutory holidays and make-up workdays (调休)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from domain.policy import Deadline, Policy, Span
from domain.text import N_, Line, Wire

SATURDAY = 5
# The New Year holiday can begin, and its make-up day lie, in the last days of December.
_TURN_OF_THE_YEAR = timedelta(days=7)


class Source(StrEnum):
    """Who says how a year is worked, the strongest first; a provisional one follows the plain week."""

    ORGANISATION = "organisation"
    OFFICIAL = "official"
    PROVISIONAL = "provisional"


class DayKind(StrEnum):
    """Why people work on a day or not."""

    WORKDAY = "workday"
    MAKE_UP_DAY = "make_up_day"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


class CalendarYear(Wire):
    """The days of one year that differ from the plain week, as the State Council's notice or the company names them."""

    holidays: list[date] = []
    make_up_days: list[date] = []


class Misplaced(NamedTuple):
    """A day that cannot stand where it was put, and why."""

    field: str
    place: int
    message: str


def misplaced(year: int, days: CalendarYear) -> Iterator[Misplaced]:
    """Find the days that the notice of a year cannot hold."""
    first = date(year, 1, 1) - _TURN_OF_THE_YEAR
    for field in ("holidays", "make_up_days"):
        listed: list[date] = getattr(days, field)
        for index, day in enumerate(listed):
            if not first <= day <= date(year, 12, 31):
                yield Misplaced(field, index, N_("is not a day of {year}"))
            elif day in listed[:index]:
                yield Misplaced(field, index, N_("stands there twice"))
            elif field == "make_up_days" and day in days.holidays:
                yield Misplaced(field, index, N_("is a holiday as well"))
            elif field == "make_up_days" and day.weekday() < SATURDAY:
                yield Misplaced(field, index, N_("is a working day anyhow: only Saturdays and Sundays are made up"))


class Calendar(Wire):
    """Days that differ from the plain week, for the years of which the official notice is known.

    Outside ``years`` the plain rule holds, Monday to Friday, and every deadline that rests on it is marked provisional.
    """

    time_zone: Line
    years: list[int] = []
    holidays: list[date] = []
    make_up_days: list[date] = []

    def local(self, instant: datetime) -> datetime:
        """Return an instant on the clock of the company."""
        return instant.astimezone(ZoneInfo(self.time_zone))

    def is_working_day(self, day: date) -> bool:
        """Tell whether people work on a day: weekdays but holidays, and make-up days."""
        if day in self.make_up_days:
            return True
        return day.weekday() < SATURDAY and day not in self.holidays

    def kind_of(self, day: date) -> DayKind:
        """Tell why people work on a day or not."""
        if day in self.make_up_days:
            return DayKind.MAKE_UP_DAY
        if day in self.holidays:
            return DayKind.HOLIDAY
        return DayKind.WORKDAY if day.weekday() < SATURDAY else DayKind.WEEKEND

    def is_official(self, day: date) -> bool:
        """Tell whether the official notice of the day's year is known."""
        return day.year in self.years

    def is_working_time(self, instant: datetime, spans: list[Span]) -> bool:
        """Tell whether an instant is in normal working time; a span's start is inside, its end outside (5.3.3)."""
        local = self.local(instant)
        return self.is_working_day(local.date()) and any(span.start <= local.time() < span.end for span in spans)

    def next_morning(self, instant: datetime, spans: list[Span]) -> datetime:
        """Return when the next working day begins after an instant."""
        start = min(span.start for span in spans)
        return next(at for day, at in self._each_day(instant, [start]) if at > instant and self.is_working_day(day))

    def next_change(self, instant: datetime, spans: list[Span]) -> datetime:
        """Return when working time next begins, or ends, after an instant."""
        is_working = self.is_working_time(instant, spans)
        borders = sorted({border for span in spans for border in (span.start, span.end)})
        changes = (at for _, at in self._each_day(instant, borders) if at > instant)
        return next(at for at in changes if self.is_working_time(at, spans) is not is_working)

    def _each_day(self, instant: datetime, times: list[time]) -> Iterator[tuple[date, datetime]]:
        """Yield these times of every day, from the day of an instant on."""
        day, zone = self.local(instant).date(), ZoneInfo(self.time_zone)
        while True:
            for moment in times:
                yield day, datetime.combine(day, moment, zone).astimezone(UTC)
            day += timedelta(days=1)

    def after_working_days(self, instant: datetime, count: int) -> datetime:
        """Return the same time of day ``count`` working days later."""
        moment = self.local(instant)
        while count > 0:
            moment += timedelta(days=1)
            count -= self.is_working_day(moment.date())
        return moment.astimezone(instant.tzinfo)

    def morning(self, instant: datetime, count: int, spans: list[Span]) -> datetime:
        """Return when work begins on the day that is ``count`` working days after an instant's (negative: before)."""
        day, step, left = self.local(instant).date(), timedelta(days=1 if count > 0 else -1), abs(count)
        while left:
            day += step
            left -= self.is_working_day(day)
        return datetime.combine(day, min(span.start for span in spans), ZoneInfo(self.time_zone)).astimezone(UTC)

    def end_of_working_day(self, instant: datetime, spans: list[Span]) -> datetime:
        """Return when the working day of an instant ends; on a day off, that of the next working day."""
        day = self.local(instant).date()
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return datetime.combine(day, max(span.end for span in spans), ZoneInfo(self.time_zone)).astimezone(UTC)


def arrival_deadline(calendar: Calendar, policy: Policy, dispatched_at: datetime, *, is_on_site: bool) -> Deadline:
    """Fix by when a responder is on the scene; the dispatch instant alone chooses, and it is never recomputed.

    5 minutes in normal working time and for duty staff on site (5.3.3), 60 on holidays and weekends (5.3.4).
    """
    day = calendar.local(dispatched_at).date()
    if is_on_site or calendar.is_working_time(dispatched_at, policy.working_spans):
        limit = policy.arrival_working_hours
    else:
        limit = policy.arrival_off_hours
    return Deadline(
        at=dispatched_at + limit.duration, clause=limit.clause, is_provisional=not calendar.is_official(day)
    )


def working_days_deadline(calendar: Calendar, instant: datetime, count: int, clause: str) -> Deadline:
    """Return the deadline ``count`` working days after an instant; provisional if any year of them is unknown."""
    at = calendar.after_working_days(instant, count)
    years = range(calendar.local(instant).year, calendar.local(at).year + 1)
    return Deadline(at=at, clause=clause, is_provisional=any(year not in calendar.years for year in years))
