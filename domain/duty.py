"""Who is on duty, and why he: turns, swaps, overrides, then leaves; whoever is away, the next steps in (4.2)."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate, pairwise, zip_longest
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from pydantic import AwareDatetime

from domain.calendar import Calendar
from domain.company import Company, Leave, Role, Watch
from domain.roster import Override, Roster, Rotation, Seat, Stretch, Swap
from domain.text import Key, Wire

_DAY = timedelta(days=1)


class Why(StrEnum):
    """What brings somebody into the line."""

    TURN = "turn"
    SWAP = "swap"
    OVERRIDE = "override"
    NEXT_TURN = "next_turn"
    HOLDER = "holder"
    DEPUTY = "deputy"


class Obstacle(StrEnum):
    """What keeps somebody from being called."""

    UNKNOWN = "unknown_person"
    DISABLED = "disabled"
    ON_LEAVE = "on_leave"
    NO_CHANNEL = "no_channel"
    NO_POST = "no_post"


class Candidate(Wire):
    """Somebody in the line of a post; ``instead_of`` gave the turn or was overridden, by ``entered_by``."""

    person: Key
    why: Why
    seat: Seat | None = None
    instead_of: Key | None = None
    entered_by: Key | None = None
    deputy_of: Key | None = None
    obstacle: Obstacle | None = None
    until: AwareDatetime | None = None


class Shift(Wire):
    """Who really has a seat from ``starts`` to ``ends``; nobody where there is nobody left."""

    roster: Key
    seat: Seat
    starts: AwareDatetime
    ends: AwareDatetime
    person: Key | None = None
    why: Why | None = None
    instead_of: Key | None = None


class Roll(NamedTuple):
    """What decides, beside the roster itself, who is on duty."""

    company: Company
    calendar: Calendar
    overrides: Sequence[Override] = ()
    swaps: Sequence[Swap] = ()


def line(roster: Roster, roll: Roll, at: datetime) -> list[Candidate]:
    """Return who is called in which order: the seats, then the next turns, the other holders, and their deputies."""
    seated = _seated(roster, roll, at)
    found = [*seated.values(), *_others(roster, roll, at)]
    first: dict[str, Candidate] = {}
    for candidate in found:
        first.setdefault(candidate.person, candidate)
    return [_judged(candidate, roster.post, roll, at) for candidate in first.values()]


def on_duty(roster: Roster, roll: Roll, at: datetime) -> list[Candidate]:
    """Return who really is on duty: those in the seats who can be called, or else the first who can.

    While the roster has nobody for any seat, it says nothing about its post.
    """
    found = line(roster, roll, at)
    able = [candidate for candidate in found if candidate.obstacle is None]
    is_manned = any(candidate.seat for candidate in found)
    return ([candidate for candidate in able if candidate.seat] or able[:1]) if is_manned else []


def shifts(roster: Roster, roll: Roll, start: datetime, end: datetime) -> list[Shift]:
    """Return who has each seat between two instants, without a gap and without two at once."""
    found: dict[Seat, list[Shift]] = {seat: [] for seat in roster.seats}
    for starts, ends in pairwise(_edges(roster, roll, start, end)):
        planned, able = _seated(roster, roll, starts), on_duty(roster, roll, starts)
        for seat, candidate in zip_longest(roster.seats, able[: len(roster.seats)]):
            empty = Shift(roster=roster.id, seat=seat, starts=starts, ends=ends)
            _join(found[seat], _taken(empty, candidate, planned.get(seat)))
    return sorted((shift for row in found.values() for shift in row), key=lambda shift: shift.starts)


def watches(roster: Roster, roll: Roll, start: datetime, end: datetime) -> list[Watch]:
    """Return who is on duty between two instants as an incident carries it; times of nobody are left out."""
    found: list[Watch] = []
    for starts, ends in pairwise(_edges(roster, roll, start, end)):
        people = [candidate.person for candidate in on_duty(roster, roll, starts)]
        if found and found[-1].people == people and found[-1].ends == starts:
            found[-1].ends = ends
        elif people:
            found.append(Watch(post=roster.post, starts=starts, ends=ends, people=people))
    return found


def seated_by(roster: Roster, roll: Roll, person: str, start: datetime, end: datetime) -> set[Why]:
    """Return what gives a person a seat between two instants: his turn, a swap, an override; nothing without a seat."""
    pieces = pairwise(_edges(roster, roll, start, end))
    seated = (candidate for piece, _ in pieces for candidate in _seated(roster, roll, piece).values())
    return {candidate.why for candidate in seated if candidate.person == person}


# ── seats ─────────────────────────────────────────────────────────────────────


def _seated(roster: Roster, roll: Roll, at: datetime) -> dict[Seat, Candidate]:
    """Return who has each seat by turn, by swap, by override; whether he can be called is looked at later."""
    seated: dict[Seat, Candidate] = {}
    for seat in roster.seats:
        override = _override(roster, roll, seat, at)
        person = _by_turn(roster, roll, seat, at)
        swapped = _swapped(roster, roll, person, at) if person else None
        if override:
            seated[seat] = Candidate(
                person=override.person,
                why=Why.OVERRIDE,
                seat=seat,
                instead_of=swapped if swapped != override.person else None,
                entered_by=override.entered_by,
            )
        elif swapped and swapped != person:
            seated[seat] = Candidate(person=swapped, why=Why.SWAP, seat=seat, instead_of=person)
        elif swapped:
            seated[seat] = Candidate(person=swapped, why=Why.TURN, seat=seat)
    return seated


def _by_turn(roster: Roster, roll: Roll, seat: Seat, at: datetime) -> str | None:
    rotations = [rotation for rotation in roster.rotations if rotation.seat == seat]
    turns = (_turn(rotation, roster.time_zone, at) for rotation in rotations if _counts(rotation, roster, roll, at))
    return next((queue[0] for queue in turns if queue), None)


def _override(roster: Roster, roll: Roll, seat: Seat, at: datetime) -> Override | None:
    entered = (item for item in reversed(roll.overrides) if (item.roster, item.seat) == (roster.id, seat))
    return next((item for item in entered if item.holds(at)), None)


def _swapped(roster: Roster, roll: Roll, person: str, at: datetime) -> str:
    for swap in roll.swaps:
        if swap.roster == roster.id and swap.status == "accepted":
            person = swap.exchanged(person, at)
    return person


def _others(roster: Roster, roll: Roll, at: datetime) -> Iterator[Candidate]:
    """Whoever steps in when nobody in a seat can be called; first those who take turns on such a day."""
    for rotation in sorted(roster.rotations, key=lambda item: not _counts(item, roster, roll, at)):
        for person in _turn(rotation, roster.time_zone, at)[1:]:
            yield Candidate(person=person, why=Why.NEXT_TURN)
    for person in roll.company.holders(roster.post):
        yield Candidate(person=person, why=Why.HOLDER)
    for delegation in roll.company.in_force(at):
        if delegation.post == roster.post:
            yield Candidate(person=delegation.deputy, why=Why.DEPUTY)


def _judged(candidate: Candidate, post: Role, roll: Roll, at: datetime) -> Candidate:
    obstacle, until = _obstacle(candidate.person, post, roll, at)
    person = roll.company.person(candidate.person)
    holds = person is not None and post in person.posts
    principal = None if holds else _principal(candidate.person, post, roll, at)
    return candidate.model_copy(update={"obstacle": obstacle, "until": until, "deputy_of": principal})


def _obstacle(person_id: str, post: str, roll: Roll, at: datetime) -> tuple[Obstacle | None, datetime | None]:
    person = roll.company.person(person_id)
    if person is None:
        return Obstacle.UNKNOWN, None
    if not person.is_active:
        return Obstacle.DISABLED, None
    if leave := roll.company.leave_of(person_id, at):
        return Obstacle.ON_LEAVE, leave.ends
    if not person.channels:
        return Obstacle.NO_CHANNEL, None
    if post not in person.posts and _principal(person_id, post, roll, at) is None:
        return Obstacle.NO_POST, None
    return None, None


def _principal(person_id: str, post: str, roll: Roll, at: datetime) -> str | None:
    own = (item for item in roll.company.in_force(at) if (item.deputy, item.post) == (person_id, post))
    return next((item.principal for item in own), None)


def _taken(shift: Shift, candidate: Candidate | None, planned: Candidate | None) -> Shift:
    if candidate is None:
        return shift.model_copy(update={"instead_of": planned.person if planned else None})
    steps_in = planned is not None and planned.person != candidate.person
    instead_of = planned.person if planned and steps_in else candidate.instead_of
    return shift.model_copy(update={"person": candidate.person, "why": candidate.why, "instead_of": instead_of})


def _join(row: list[Shift], shift: Shift) -> None:
    """Add a shift to the row of its seat; what only continues the last one makes that longer."""
    if row and row[-1].model_copy(update={"starts": shift.starts, "ends": shift.ends}) == shift:
        row[-1].ends = shift.ends
    else:
        row.append(shift)


# ── whom a question reaches ───────────────────────────────────────────────────


class Step(StrEnum):
    """When somebody is called: at once, with the deputies, with everybody."""

    FIRST = "first"
    NEXT = "next"
    EVERYBODY = "everybody"


class Reached(Candidate):
    """Somebody of whom a post's question thinks; without a step he is passed over."""

    step: Step | None = None


def on_watch(company: Company, rosters: Iterable[Roster], roll: Roll, start: datetime, end: datetime) -> Company:
    """Return a company with whoever is on duty between two instants, as an incident carries it."""
    seen = roll._replace(company=company)
    duty = [watch for roster in rosters for watch in watches(roster, seen, start, end)]
    return company.model_copy(update={"duty": duty})


def reach(rosters: Iterable[Roster], roll: Roll, post: Role, at: datetime, system: str | None = None) -> list[Reached]:
    """Return whom a question to a post reaches that is asked at an instant, in order, and who is passed over and why.

    The order is the very one that an incident takes; ``system`` brings in the delegations for it alone.
    """
    own = [item for item in roll.company.delegations if item.covers(system or "")]
    roll = roll._replace(company=roll.company.model_copy(update={"delegations": own}))
    mine = [roster for roster in rosters if roster.post == post]
    company = on_watch(roll.company, mine, roll, at, at + _DAY)
    known: dict[str, Candidate] = {}
    for roster in mine:
        if on_duty(roster, roll, at):
            known |= {item.person: item for item in line(roster, roll, at) if item.person not in known}
    for candidate in _without_roster(post, roll, at):
        known.setdefault(candidate.person, candidate)
    steps = dict.fromkeys(company.on_call(post, at), Step.FIRST)
    for people, step in ((company.backups(post, at), Step.NEXT), (company.holders(post), Step.EVERYBODY)):
        steps |= {person: step for person in people if person not in steps}
    order = [*steps, *(person for person in known if person not in steps)]
    return [Reached(**known[person].model_dump(), step=steps.get(person)) for person in order]


def _without_roster(post: Role, roll: Roll, at: datetime) -> Iterator[Candidate]:
    holders = [person.id for person in roll.company.people if post in person.posts]
    for person in holders:
        yield _judged(Candidate(person=person, why=Why.HOLDER), post, roll, at)
    for delegation in roll.company.in_force(at):
        if delegation.post == post:
            yield _judged(Candidate(person=delegation.deputy, why=Why.DEPUTY), post, roll, at)


# ── time ──────────────────────────────────────────────────────────────────────


def _turn(rotation: Rotation, zone: str, at: datetime) -> list[str]:
    """Return the people of a rotation, whose turn it is at the head; nobody before it begins and after it ends."""
    if rotation.until and at >= _instant(rotation.until, rotation.at, zone):
        return []
    number = bisect_right(_handovers_of(rotation, zone, at), at) - 1
    head = number % len(rotation.people)
    return [*rotation.people[head:], *rotation.people[:head]] if number >= 0 else []


def _counts(rotation: Rotation, roster: Roster, roll: Roll, at: datetime) -> bool:
    """Tell whether a rotation is meant for the kind of the duty day, which lasts from ``at`` to ``at``."""
    if rotation.days == "all":
        return True
    day = at.astimezone(ZoneInfo(roster.time_zone)).date()
    if _instant(day, rotation.at, roster.time_zone) > at:
        day -= _DAY
    return roll.calendar.is_working_day(day) == (rotation.days == "workday")


def _handovers_of(rotation: Rotation, zone: str, at: datetime) -> tuple[datetime, ...]:
    return _handovers(rotation.rule, rotation.since, rotation.at, zone, at.astimezone(UTC).year + 1)


@lru_cache(maxsize=512)
def _handovers(rule: str, since: date, at: time, zone: str, last_year: int) -> tuple[datetime, ...]:
    """Return every hand-over until a year ends, the beginning first; always at the same time on the local clock.

    A time that the clock leaves out comes as soon as it has gone on, one that it shows twice the first time.
    """
    first = datetime.combine(since, at)
    walls = [first, *rrulestr(rule, dtstart=first).between(first, datetime.combine(date(last_year + 1, 1, 1), time()))]
    return tuple(accumulate((_instant(wall.date(), wall.time(), zone) for wall in walls), max))


def _instant(day: date, at: time, zone: str) -> datetime:
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


def _edges(roster: Roster, roll: Roll, start: datetime, end: datetime) -> list[datetime]:
    """Return the instants at which somebody else may be on duty, with both ends."""
    inside = {edge for edge in _changes(roster, roll, start, end) if start < edge < end}
    return [start, *sorted(inside), end]


def _changes(roster: Roster, roll: Roll, start: datetime, end: datetime) -> Iterator[datetime]:
    for rotation in roster.rotations:
        handovers = _handovers_of(rotation, roster.time_zone, end)
        yield from handovers[bisect_right(handovers, start) : bisect_right(handovers, end)]
        if rotation.until:
            yield _instant(rotation.until, rotation.at, roster.time_zone)
        if rotation.days != "all":
            yield from (_instant(day, rotation.at, roster.time_zone) for day in _days(start, end))
    yield from _ends(item for item in roll.overrides if item.roster == roster.id)
    for swap in roll.swaps:
        if swap.roster == roster.id:
            yield from _ends([swap.gives, swap.takes])
    yield from _ends(roll.company.leaves)
    yield from (edge for item in roll.company.delegations for edge in (item.starts, item.ends) if edge)


def _days(start: datetime, end: datetime) -> Iterator[date]:
    day = start.date() - _DAY
    while day <= end.date() + _DAY:
        yield day
        day += _DAY


def _ends(stretches: Iterable[Stretch | Leave]) -> Iterator[datetime]:
    for stretch in stretches:
        yield from (stretch.starts, stretch.ends)
