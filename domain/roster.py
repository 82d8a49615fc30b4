"""What a roster says: who takes turns in which seat of a post, who stands in for once, who swaps with whom (4.2)."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, time
from enum import StrEnum
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from pydantic import AfterValidator, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from domain.company import Role
from domain.text import N_, Key, Line, Text, Wire
from domain.values import Instant

_PARTS = frozenset({"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYHOUR", "WKST"})
_FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY"})
_LONGEST_INTERVAL = 52
_SHORTEST_MONTH = 28
# Hand-overs are counted from the beginning: it must be within sight.
_EARLIEST, _LATEST = date(2000, 1, 1), date(2100, 12, 31)
_PROBE = datetime.combine(date(2026, 1, 5), time(9))


class Seat(StrEnum):
    """Seats of a post in the order in which they are called."""

    PRIMARY = "primary"
    FIRST_BACKUP = "first_backup"
    SECOND_BACKUP = "second_backup"


SEATS = tuple(Seat)


def _known(zone: str) -> str:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        example = "Asia/Shanghai, Europe/Berlin"
        raise PydanticCustomError("example", "must look like {example}", {"example": example}) from None
    return zone


Zone = Annotated[Line, AfterValidator(_known)]


class Stretch(Wire):
    """A stretch of time; its start belongs to it, its end does not."""

    starts: Instant
    ends: Instant

    @model_validator(mode="after")
    def _runs_forward(self) -> "Stretch":
        if self.starts >= self.ends:
            raise ValueError(N_("it ends before it starts"))
        return self

    def holds(self, at: datetime) -> bool:
        """Tell whether an instant lies in it."""
        return self.starts <= at < self.ends


class Rotation(Wire):
    """People who take turns in a seat from ``since`` to ``until``; ``at`` is when turns and duty days begin.

    ``rule`` (RFC 5545) says when the next one takes over; how often that was since the beginning alone tells whose turn
    it is, so that an announcement of holidays moves nobody's turn. ``days`` leaves the seat empty on other days.
    """

    seat: Seat = Seat.PRIMARY
    people: list[Key] = Field(min_length=1, max_length=50)
    rule: Line = "FREQ=WEEKLY"
    since: date = Field(ge=_EARLIEST, le=_LATEST)
    at: time = time(9)
    until: date | None = Field(None, ge=_EARLIEST, le=_LATEST)
    days: Literal["all", "workday", "offday"] = "all"

    @field_validator("rule")
    @classmethod
    def _is_rule(cls, rule: str) -> str:
        if not _recurs(rule.upper()):
            example = "FREQ=DAILY, FREQ=WEEKLY;INTERVAL=2, FREQ=WEEKLY;BYDAY=MO,TH, FREQ=DAILY;BYHOUR=9,18"
            raise PydanticCustomError("example", "must look like {example}", {"example": example})
        return rule.upper()

    @field_validator("at")
    @classmethod
    def _is_local(cls, at: time) -> time:
        return at.replace(second=0, microsecond=0, tzinfo=None)


class Roster(Wire):
    """The turns in a post; of rotations for the same seat the first that has somebody on that day counts."""

    id: Key
    post: Role
    name: Text
    time_zone: Zone = "Asia/Shanghai"
    rotations: list[Rotation] = Field(min_length=1, max_length=20)

    def strangers(self, fit: Collection[str]) -> Iterator[tuple[int, int, str]]:
        """Yield whoever takes turns though he is not among those who are fit for it, with his place."""
        for number, rotation in enumerate(self.rotations):
            yield from ((number, place, name) for place, name in enumerate(rotation.people) if name not in fit)

    @property
    def seats(self) -> list[Seat]:
        """Return the seats that it fills, the primary always among them."""
        used = {Seat.PRIMARY, *(rotation.seat for rotation in self.rotations)}
        return [seat for seat in SEATS if seat in used]

    @property
    def people(self) -> list[str]:
        """Return everybody who takes turns."""
        return list(dict.fromkeys(person for rotation in self.rotations for person in rotation.people))


class Override(Stretch):
    """Somebody has a seat for once, whoever's turn it is; of several the one that was entered last counts."""

    id: Key
    roster: Key
    seat: Seat = Seat.PRIMARY
    person: Key
    reason: Line | None = None
    entered_by: Key


class Swap(Wire):
    """Two people exchange their turns: the one gives his in one stretch, and takes the other's in another."""

    id: Key
    roster: Key
    offered_by: Key
    offered_to: Key
    gives: Stretch
    takes: Stretch
    status: Literal["offered", "accepted", "declined", "withdrawn"] = "offered"
    reason: Line | None = None

    def exchanged(self, person: str, at: datetime) -> str:
        """Return who has the turn of a person at an instant."""
        if person == self.offered_by and self.gives.holds(at):
            return self.offered_to
        if person == self.offered_to and self.takes.holds(at):
            return self.offered_by
        return person


def _recurs(rule: str) -> bool:
    """Tell whether a rule can be counted without end: what would never, or hardly ever, happen is not understood."""
    pairs = [part.partition("=") for part in rule.split(";")]
    parts = {name: value for name, _, value in pairs}
    if len(parts) != len(pairs) or not parts.keys() <= _PARTS or parts.get("FREQ") not in _FREQUENCIES:
        return False
    try:
        interval = int(parts.get("INTERVAL", "1"))
        days = [int(day) for day in parts["BYMONTHDAY"].split(",")] if "BYMONTHDAY" in parts else []
        rrulestr(rule, dtstart=_PROBE)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return False
    narrows = "BYDAY" in parts or days
    return (
        1 <= interval <= _LONGEST_INTERVAL
        and all(1 <= abs(day) <= _SHORTEST_MONTH for day in days)
        and not ("BYDAY" in parts and days)
        and not (parts["FREQ"] == "DAILY" and interval > 1 and narrows)
    )
