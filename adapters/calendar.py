"""The business calendar: what administrators enter goes before the file, the file before the official notices."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import structlog
from chinese_calendar import constants

from adapters.problems import FileProblem
from adapters.store.catalogue import SqlCatalogue
from adapters.store.database import DatabaseAway
from adapters.yamlfile import load
from domain.calendar import Calendar, CalendarYear, Source, misplaced
from domain.text import Wire

KIND = "calendar_year"
_AROUND = (-1, 0, 1, 2)
_FRESH_SECONDS = 1.0
_AWAY_SECONDS = 5.0
_PATIENCE_SECONDS = 0.5
_log = structlog.get_logger(__name__)


class CalendarFile(Wire):
    """Years that the company enters itself, such as a notice that came after this release."""

    years: dict[int, CalendarYear]


class Announced(NamedTuple):
    """A year, and who says so."""

    days: CalendarYear
    source: Source


Years = dict[int, Announced]


def load_calendar(time_zone: str, override: Path | None, now: datetime) -> Calendar:
    """Return the calendar around an instant as file and official notices have it."""
    return around(announced(override), time_zone, now)


def announced(override: Path | None) -> Years:
    """Return the years of the official notices and of the company's file; FileProblem."""
    own = {
        year: Announced(days, Source.ORGANISATION) for year, days in (_override(override) if override else {}).items()
    }
    return {year: Announced(days, Source.OFFICIAL) for year, days in _official().items()} | own


def around(years: Years, time_zone: str, now: datetime) -> Calendar:
    """Return the calendar of the years around an instant; a year that nobody announced is left out (provisional)."""
    this = now.astimezone(ZoneInfo(time_zone)).year
    known = {year: years[year].days for year in (this + step for step in _AROUND) if year in years}
    return Calendar(
        time_zone=time_zone,
        years=list(known),
        holidays=sorted({day for days in known.values() for day in days.holidays}),
        make_up_days=sorted({day for days in known.values() for day in days.make_up_days}),
    )


class Calendars:
    """The calendar as it is now. With the database away what was known before stays, and nobody waits for it."""

    def __init__(
        self, time_zone: str, override: Path | None, catalogue: SqlCatalogue, clock: Callable[[], datetime]
    ) -> None:
        """Read the file; FileProblem."""
        self._time_zone = time_zone
        self._override = override
        self._catalogue = catalogue
        self._clock = clock
        self._stamp = self._look()
        self._base = announced(override)
        self._entered: Years = {}
        self._next_look = 0.0

    async def now(self) -> Calendar:
        """Return the calendar of the years around now."""
        return around(await self.years(), self._time_zone, self._clock())

    async def years(self) -> Years:
        """Return every year that somebody announced."""
        if time.monotonic() >= self._next_look:
            await self.refresh()
        return self._base | self._entered

    async def refresh(self) -> None:
        """Read what was entered since; a file that was changed for the worse is reported, what was known stays."""
        self._next_look = time.monotonic() + _AWAY_SECONDS  # whoever asks meanwhile gets what is known
        self._reread()
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                items = await self._catalogue.items(KIND)
        except (DatabaseAway, TimeoutError):
            _log.warning("calendar_not_refreshed")
            return
        entered = {int(item.id): CalendarYear.model_validate(item.document) for item in items}
        self._entered = _from(entered, Source.ORGANISATION)
        self._next_look = time.monotonic() + _FRESH_SECONDS

    def without_entry(self, year: int) -> Announced | None:
        """Return what a year would be if no administrator had entered it."""
        return self._base.get(year)

    def _reread(self) -> None:
        stamp = self._look()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._base = announced(self._override)
            except FileProblem as problem:
                _log.exception("calendar_file_unusable", file=problem.file)

    def _look(self) -> int | None:
        try:
            return self._override.stat().st_mtime_ns if self._override else None
        except OSError:
            return None


def _from(years: dict[int, CalendarYear], source: Source) -> Years:
    return {year: Announced(days, source) for year, days in years.items()}


@cache
def _official() -> dict[int, CalendarYear]:
    years: dict[int, CalendarYear] = {}
    for days, name in ((constants.holidays, "holidays"), (constants.workdays, "make_up_days")):
        for day in days:
            getattr(years.setdefault(day.year, CalendarYear()), name).append(day)
    return years


def _override(path: Path) -> dict[int, CalendarYear]:
    loaded = load(path, CalendarFile)
    faults = [
        loaded.fault(("years", year, found.field, found.place), found.message, year=str(year))
        for year, days in loaded.model.years.items()
        for found in misplaced(year, days)
    ]
    if faults:
        raise FileProblem(str(path), faults)
    return loaded.model.years
