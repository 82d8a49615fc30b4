"""Business time: working hours, statutory holidays and make-up workdays (调休)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.policy import Deadline, Policy, Span
from domain.text import Line, Wire

SATURDAY = 5


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

    def is_official(self, day: date) -> bool:
        """Tell whether the official notice of the day's year is known."""
        return day.year in self.years

    def is_working_time(self, instant: datetime, spans: list[Span]) -> bool:
        """Tell whether an instant is in normal working time; a span's start is inside, its end outside (5.3.3)."""
        local = self.local(instant)
        return self.is_working_day(local.date()) and any(span.start <= local.time() < span.end for span in spans)

    def after_working_days(self, instant: datetime, count: int) -> datetime:
        """Return the same time of day ``count`` working days later."""
        moment = self.local(instant)
        while count > 0:
            moment += timedelta(days=1)
            count -= self.is_working_day(moment.date())
        return moment.astimezone(instant.tzinfo)


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
    """Return the deadline ``count`` working days after an instant; provisional if it leaves the official years."""
    at = calendar.after_working_days(instant, count)
    return Deadline(at=at, clause=clause, is_provisional=not calendar.is_official(calendar.local(at).date()))
