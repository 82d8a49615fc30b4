"""The business calendar: the company's override file goes before the official notices that are built in."""

from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from chinese_calendar import constants

from adapters.problems import FileProblem
from adapters.yamlfile import load
from domain.calendar import Calendar
from domain.text import N_, Wire

_AROUND = (-1, 0, 1, 2)


class CalendarYear(Wire):
    """The days of one year that differ from the plain week."""

    holidays: list[date] = []
    make_up_days: list[date] = []


class CalendarFile(Wire):
    """Years that the company enters itself, such as a notice that came after this release."""

    years: dict[int, CalendarYear]


def load_calendar(time_zone: str, override: Path | None, now: datetime) -> Calendar:
    """Return the calendar of the years around an instant; a year that nobody announced is left out (provisional)."""
    year = now.astimezone(ZoneInfo(time_zone)).year
    announced = _official() | (_override(override) if override else {})
    known = {number: announced[number] for number in (year + step for step in _AROUND) if number in announced}
    return Calendar(
        time_zone=time_zone,
        years=list(known),
        holidays=sorted(day for item in known.values() for day in item.holidays),
        make_up_days=sorted(day for item in known.values() for day in item.make_up_days),
    )


@cache
def _official() -> dict[int, CalendarYear]:
    years: dict[int, CalendarYear] = {}
    for days, name in ((constants.holidays, "holidays"), (constants.workdays, "make_up_days")):
        for day in days:
            getattr(years.setdefault(day.year, CalendarYear()), name).append(day)
    return years


def _override(path: Path) -> dict[int, CalendarYear]:
    loaded = load(path, CalendarFile)
    faults = []
    for year, item in loaded.model.years.items():
        for name in ("holidays", "make_up_days"):
            for index, day in enumerate(getattr(item, name)):
                place = ("years", year, name, index)
                if day.year != year:
                    faults.append(loaded.fault(place, N_("is not a day of {year}"), year=str(year)))
                elif name == "make_up_days" and day in item.holidays:
                    faults.append(loaded.fault(place, N_("is a holiday as well")))
    if faults:
        raise FileProblem(str(path), faults)
    return loaded.model.years
