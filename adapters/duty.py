"""Rosters, overrides and swaps as the catalogue has them now, and what they make of a company."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from adapters.directory import Known, SqlDirectory
from domain.calendar import Calendar
from domain.company import Company
from domain.directory import INBOX
from domain.duty import Roll, Shift, on_watch, shifts
from domain.roster import Override, Roster, Swap
from domain.text import Wire

ROSTER, OVERRIDE, SWAP = "roster", "override", "swap"
# An incident knows who is on duty as far ahead as a page may burn; afterwards every holder is called.
DUTY_AHEAD = timedelta(days=14)
_BEFORE = timedelta(hours=1)
_W = TypeVar("_W", bound=Wire)


class Book(NamedTuple):
    """Everything that is written about duty."""

    rosters: Sequence[Roster] = ()
    overrides: Sequence[Override] = ()
    swaps: Sequence[Swap] = ()

    def roster(self, roster_id: str) -> Roster | None:
        """Find a roster."""
        return next((roster for roster in self.rosters if roster.id == roster_id), None)

    def roll(self, company: Company, calendar: Calendar) -> Roll:
        """Return what decides who is on duty."""
        return Roll(company, calendar, self.overrides, self.swaps)


class Duties:
    """Who is on duty by what the directory knows beside people; it is read anew only when something was changed."""

    def __init__(self, directory: SqlDirectory, calendar: Callable[[], Awaitable[Calendar]]) -> None:
        """Take the directory and the business calendar."""
        self._directory = directory
        self._calendar = calendar
        self._read: tuple[Known, Book] | None = None
        self._seen: tuple[Known, Calendar] | None = None
        self._pinned: dict[tuple[str, datetime], Company] = {}

    async def book(self) -> Book:
        """Return what is written now."""
        known = await self._directory.known()
        if self._read is None or self._read[0] is not known:
            self._read = known, _written(known)
        return self._read[1]

    async def roll(self) -> tuple[Book, Roll]:
        """Return what is written, and what decides with it who is on duty."""
        book = await self.book()
        return book, book.roll(await self._directory.company(), await self._calendar())

    async def pinned(self, system: str, calendar: Calendar, now: datetime) -> Company:
        """Return what an incident of a system pins: its excerpt of the company, with whoever is on duty.

        It is worked out once an hour, and when anything was changed: reports do not wait for it.
        """
        known, book = await self._directory.known(), await self.book()
        if self._seen is None or self._seen[0] is not known or self._seen[1] != calendar:
            self._seen, self._pinned = (known, calendar), {}
        hour = now.replace(minute=0, second=0, microsecond=0)
        if (system, hour) not in self._pinned:
            self._pinned = {key: company for key, company in self._pinned.items() if key[1] == hour}
            company = known.company.excerpt(system, hour)
            roll = book.roll(company, calendar)
            self._pinned[system, hour] = on_watch(company, book.rosters, roll, hour - _BEFORE, hour + DUTY_AHEAD)
        return self._pinned[system, hour]

    async def shifts(self, start: datetime, end: datetime, roster: str | None = None) -> list[tuple[Roster, Shift]]:
        """Return who has which seat between two instants, by roster and then by time."""
        book, roll = await self.roll()
        wanted = [item for item in book.rosters if roster in (None, item.id)]
        return [(item, shift) for item in wanted for shift in shifts(item, roll, start, end)]

    async def unverified(self) -> frozenset[str]:
        """Return whose addresses nobody has verified yet; somebody with nothing but the inbox is not among them."""
        register = (await self._directory.known()).register
        places = {member.id: [item for item in member.contacts if item.channel != INBOX] for member in register.people}
        return frozenset(name for name, own in places.items() if own and not any(item.verified_at for item in own))


def _written(known: Known) -> Book:
    def of(kind: str, model: type[_W]) -> list[_W]:
        return [model.model_validate({**item.document, "id": item.id}) for item in known.items if item.kind == kind]

    return Book(of(ROSTER, Roster), of(OVERRIDE, Override), of(SWAP, Swap))
