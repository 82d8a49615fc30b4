"""Is the company ready: team, two reachable people in each key post, contacts, calendar, runbooks (2 to 4.3)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from itertools import groupby, pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime

from domain.calendar import Calendar
from domain.company import Company, Delegation, Leave, Role, System
from domain.directory import INBOX
from domain.duty import Shift
from domain.policy import CompanyPolicy, Interval
from domain.runbook import Edition, Status, end_of
from domain.text import N_, Key, Wire

TEAM = (Role.IT_MANAGER, Role.IT_SUPERVISOR, Role.EMERGENCY_SPECIALIST)
KEY_POSTS = (Role.OPERATOR, *TEAM, Role.TECHNICIAN, Role.IT_DIRECTOR, Role.GENERAL_MANAGER)
_MORNING = timedelta(hours=1)  # one look is a little later in its morning than another
# The State Council announces the next year in autumn; from December on nobody can wait for it any longer.
_ASKED_FROM_MONTH, _ALARMED_FROM_MONTH = 10, 12


class Urgency(StrEnum):
    """How urgent a gap is: an alarm goes to the director, a notice to whoever keeps the directory."""

    ALARM = "alarm"
    NOTICE = "notice"


class GapKind(StrEnum):
    """What can be missing."""

    TEAM_INCOMPLETE = "team_incomplete"
    NO_ADMINISTRATOR = "no_administrator"
    POST_THIN = "post_thin"
    SYSTEM_THIN = "system_thin"
    DUTY_UNREACHABLE = "duty_unreachable"
    NO_CONTACT = "no_contact"
    CONTACT_UNVERIFIED = "contact_unverified"
    TEST_UNANSWERED = "test_unanswered"
    CALENDAR_MISSING = "calendar_missing"
    DELEGATION_ENDED = "delegation_ended"
    DELEGATION_ENDING = "delegation_ending"
    RUNBOOK_MISSING = "runbook_missing"
    RUNBOOK_STALE = "runbook_stale"
    RUNBOOK_REVIEW_NEAR = "runbook_review_near"
    RUNBOOK_WAITING = "runbook_waiting"


class Absence(StrEnum):
    """Why somebody does not count."""

    NO_POST = "no_post"
    DISABLED = "disabled"
    ON_LEAVE = "on_leave"
    NO_CONTACT = "no_contact"
    UNVERIFIED = "unverified"
    SILENT = "silent"


SENTENCES = {
    GapKind.TEAM_INCOMPLETE: N_("The standing team has nobody as {post}."),
    GapKind.NO_ADMINISTRATOR: N_("Nobody is administrator: who keeps people, duty and calendar?"),
    GapKind.POST_THIN: N_("{post}: {count} of {needed} people can be reached."),
    GapKind.SYSTEM_THIN: N_("{system}: {count} of {needed} technicians can be reached."),
    GapKind.DUTY_UNREACHABLE: N_("{person} is on duty as {post} and cannot be reached."),
    GapKind.NO_CONTACT: N_("{person} has no contact point beside the inbox on a channel that is set up."),
    GapKind.CONTACT_UNVERIFIED: N_("{person}: the contact point {channel} is not verified."),
    GapKind.TEST_UNANSWERED: N_("{person} did not answer the communication test on {channel}."),
    GapKind.CALENDAR_MISSING: N_("The calendar of {year} is not known: enter the official notice."),
    GapKind.DELEGATION_ENDED: N_("{person} no longer stands in for {principal} as {post}."),
    GapKind.DELEGATION_ENDING: N_("{person} will soon no longer stand in for {principal} as {post}."),
    GapKind.RUNBOOK_MISSING: N_("{system} has no published runbook."),
    GapKind.RUNBOOK_STALE: N_("The runbook {runbook} should have been looked through again."),
    GapKind.RUNBOOK_REVIEW_NEAR: N_("The runbook {runbook} is soon to be looked through again."),
    GapKind.RUNBOOK_WAITING: N_("{runbook} waits for the manager to publish or return it."),
}


_OF_RUNBOOKS = frozenset(
    {GapKind.RUNBOOK_MISSING, GapKind.RUNBOOK_STALE, GapKind.RUNBOOK_REVIEW_NEAR, GapKind.RUNBOOK_WAITING}
)


class Way(Wire):
    """One way to reach a person; ``is_silent`` when the last communication test on it was not answered."""

    channel: Key
    is_verified: bool = False
    is_silent: bool = False


class Standing(NamedTuple):
    """Everything that readiness is judged by; ``leaves`` and ``duty`` as far as the judgement looks ahead."""

    company: Company
    policy: CompanyPolicy
    calendar: Calendar
    ways: Mapping[str, Sequence[Way]]
    leaves: Sequence[Leave] = ()
    duty: Sequence[tuple[Role, Shift]] = ()
    editions: Sequence[Edition] = ()


class Gap(Wire):
    """Something that is missing: what, whom it is about, from when until when (None: until somebody mends it)."""

    kind: GapKind
    clause: str
    urgency: Urgency
    starts: AwareDatetime
    ends: AwareDatetime | None = None
    post: Role | None = None
    system: Key | None = None
    person: Key | None = None
    principal: Key | None = None
    channel: Key | None = None
    year: int | None = None
    count: int | None = None
    needed: int | None = None
    people: list[Key] = []
    without: dict[Key, Absence] = {}
    runbook: Key | None = None

    @property
    def key(self) -> str:
        """Name the gap: the same one keeps its name from day to day, and the nearer one is another."""
        about = (self.post, self.system, self.person, self.principal, self.channel, self.year, self.count, self.runbook)
        until = self.ends.isoformat() if self.ends else "open"
        return ":".join([self.kind, *(str(part) for part in about if part is not None), until, self.urgency])


class Readiness(Wire):
    """Every gap from ``as_of`` to ``until``, alarms first."""

    as_of: AwareDatetime
    until: AwareDatetime
    gaps: list[Gap]

    @property
    def alarms(self) -> list[Gap]:
        """Return the gaps that the policy does not allow."""
        return [gap for gap in self.gaps if gap.urgency == Urgency.ALARM]

    @property
    def is_ready(self) -> bool:
        """Tell whether the people are ready."""
        return not self.alarms


def readiness(standing: Standing, now: datetime) -> Readiness:
    """Judge whether the people are ready from now on, on every day of the coming quarter."""
    until = now + standing.policy.readiness_horizon.duration
    found = [
        *_posts(standing, now),
        *_coverage(standing, now, until),
        *_duty(standing, now, until),
        *_contacts(standing, now),
        *_calendar(standing, now),
        *_delegations(standing, now),
        *_runbooks(standing, now),
    ]
    order = {urgency: rank for rank, urgency in enumerate(Urgency)}
    return Readiness(as_of=now, until=until, gaps=sorted(found, key=lambda gap: (order[gap.urgency], gap.starts)))


def absence(standing: Standing, person_id: str, at: datetime) -> Absence | None:
    """Tell why somebody cannot be counted on at an instant; None when he can."""
    person = standing.company.person(person_id)
    if person is None or not person.is_active:
        return Absence.DISABLED
    if any(leave.person == person_id and leave.holds_at(at) for leave in standing.leaves):
        return Absence.ON_LEAVE
    return _unreachable(_outside(standing, person_id))


def _unreachable(ways: Sequence[Way]) -> Absence | None:
    if not ways:
        return Absence.NO_CONTACT
    verified = [way for way in ways if way.is_verified]
    if not verified:
        return Absence.UNVERIFIED
    return Absence.SILENT if all(way.is_silent for way in verified) else None


def _outside(standing: Standing, person_id: str) -> list[Way]:
    return [way for way in standing.ways.get(person_id, ()) if way.channel != INBOX]


def to_tell(gaps: Sequence[Gap], told: Mapping[str, datetime], policy: CompanyPolicy, now: datetime) -> list[Gap]:
    """Return the gaps that are new, and those that were told so long ago that they are told again."""
    repeat = policy.readiness_reminder
    return [gap for gap in gaps if gap.key not in told or is_due_again(told[gap.key], repeat, now)]


def is_due_again(last: datetime, interval: Interval, now: datetime) -> bool:
    """Tell whether what was last done on some morning is to be done again on this one."""
    return last + interval.duration <= now + _MORNING


def audience(standing: Standing, urgency: Urgency, now: datetime, kind: GapKind | None = None) -> list[str]:
    """Return who is told of gaps: directors, or whoever keeps the directory; if nobody can be reached, the next too.

    Runbooks are the manager's (4.3): he is told of every gap in them, the director of the alarms.
    """
    chosen: list[str] = []
    if kind in _OF_RUNBOOKS and urgency == Urgency.ALARM:
        both = (audience(standing, Urgency.ALARM, now), audience(standing, Urgency.NOTICE, now, kind))
        return list(dict.fromkeys([*both[0], *both[1]]))
    if urgency == Urgency.ALARM:
        posts = (Role.IT_DIRECTOR, Role.IT_MANAGER)
    else:
        posts = (Role.IT_MANAGER, Role.IT_DIRECTOR) if kind in _OF_RUNBOOKS else (Role.ADMINISTRATOR, Role.IT_MANAGER)
    for post in posts:
        qualified = [person for person in _qualified(standing.company, post, now) if _is_active(standing, person)]
        chosen += [person for person in qualified if person not in chosen]
        if any(absence(standing, person, now) is None for person in chosen):
            break
    return chosen


def _is_active(standing: Standing, person_id: str) -> bool:
    person = standing.company.person(person_id)
    return person is not None and person.is_active


def key_people(company: Company, now: datetime) -> list[str]:
    """Return whoever holds a key post, stands in for one, mends a system, or keeps the directory."""
    named = {item.deputy for item in company.in_force(now)}
    named |= {person for system in company.systems for person in system.technicians}
    wanted = {*KEY_POSTS, Role.ADMINISTRATOR}
    return [
        person.id
        for person in company.people
        if person.is_active and (person.id in named or not wanted.isdisjoint(person.posts))
    ]


# ── posts ─────────────────────────────────────────────────────────────────────


def _posts(standing: Standing, now: datetime) -> Iterator[Gap]:
    """R1: the standing team is complete; and somebody keeps the directory."""
    company = standing.company
    for post in TEAM:
        if not company.holders(post):
            yield Gap(kind=GapKind.TEAM_INCOMPLETE, clause="2", urgency=Urgency.ALARM, starts=now, post=post)
    if not company.holders(Role.ADMINISTRATOR):
        yield Gap(kind=GapKind.NO_ADMINISTRATOR, clause="2", urgency=Urgency.ALARM, starts=now)


def _coverage(standing: Standing, now: datetime, until: datetime) -> Iterator[Gap]:
    """R6, R4: every key post, and every system, has enough reachable people at every moment."""
    company = standing.company
    for post in KEY_POSTS:
        blank = Gap(kind=GapKind.POST_THIN, clause="4.2", urgency=Urgency.ALARM, starts=now, post=post)
        yield from _thin(standing, blank, partial(_qualified, company, post), until)
    for system in company.systems:
        blank = Gap(kind=GapKind.SYSTEM_THIN, clause="4.2", urgency=Urgency.ALARM, starts=now, system=system.id)
        yield from _thin(standing, blank, partial(_listed, system), until)


def _qualified(company: Company, post: Role, at: datetime, system: str = "") -> list[str]:
    """Return who holds a post or is named to act in it, everywhere or for a system."""
    holders = [person.id for person in company.people if post in person.posts]
    named = (item.deputy for item in company.in_force(at) if item.post == post and item.covers(system))
    return list(dict.fromkeys([*holders, *named]))


def _listed(system: System, _at: datetime) -> list[str]:
    return system.technicians


def _missing(standing: Standing, blank: Gap, person: str, at: datetime) -> Absence | None:
    """Tell why somebody does not count; of those whom a system lists only technicians are sent to the scene (5.2.4)."""
    if blank.system and person not in _qualified(standing.company, Role.TECHNICIAN, at, blank.system):
        return Absence.NO_POST
    return absence(standing, person, at)


def _thin(standing: Standing, blank: Gap, qualified: Callable[[datetime], list[str]], until: datetime) -> Iterator[Gap]:
    """Find the stretches in which too few of the qualified can be counted on."""
    needed = standing.policy.key_post_people.value
    pieces = []
    for starts, ends in pairwise(_edges(standing, blank.starts, until)):
        people = qualified(starts)
        without = {person: why for person in people if (why := _missing(standing, blank, person, starts))}
        there = [person for person in people if person not in without]
        seen = {"starts": starts, "ends": ends, "count": len(there), "people": there, "without": without}
        pieces.append(blank.model_copy(update={**seen, "needed": needed}))
    for count, row in groupby(pieces, key=lambda piece: piece.count):
        stretch = list(row)
        if count is not None and count < needed:
            last = stretch[-1].ends
            yield stretch[0].model_copy(update={"ends": last if last != until else None})


def _edges(standing: Standing, start: datetime, end: datetime) -> list[datetime]:
    """Return the instants at which somebody goes or comes back, with both ends."""
    changes = {edge for leave in standing.leaves for edge in (leave.starts, leave.ends)}
    changes |= {edge for item in standing.company.delegations for edge in (item.starts, item.ends) if edge}
    return [start, *sorted(edge for edge in changes if start < edge < end), end]


def _duty(standing: Standing, now: datetime, until: datetime) -> Iterator[Gap]:
    """Whoever is on duty can be reached; of his turns the next one is named."""
    told = set()
    for post, shift in sorted(standing.duty, key=lambda item: item[1].starts):
        person = shift.person
        if person is None or (post, person) in told or shift.ends <= now or shift.starts >= until:
            continue
        if why := absence(standing, person, max(shift.starts, now)):
            told.add((post, person))
            yield Gap(
                kind=GapKind.DUTY_UNREACHABLE,
                clause="4.2",
                urgency=Urgency.ALARM,
                starts=max(shift.starts, now),
                ends=shift.ends,
                post=post,
                person=person,
                without={person: why},
            )


# ── contacts, calendar, delegations ───────────────────────────────────────────


def _contacts(standing: Standing, now: datetime) -> Iterator[Gap]:
    """Every contact point is verified and answered the last test; whoever is needed has one."""
    needed = set(key_people(standing.company, now))
    for person in standing.company.people:
        ways = _outside(standing, person.id)
        blank = Gap(kind=GapKind.NO_CONTACT, clause="4.2", urgency=Urgency.NOTICE, starts=now, person=person.id)
        if not person.is_active:
            continue
        if not ways and person.id in needed:
            yield blank
        for way in ways:
            if not way.is_verified:
                yield blank.model_copy(update={"kind": GapKind.CONTACT_UNVERIFIED, "channel": way.channel})
            elif way.is_silent:
                yield blank.model_copy(update={"kind": GapKind.TEST_UNANSWERED, "channel": way.channel})


def _calendar(standing: Standing, now: datetime) -> Iterator[Gap]:
    """The year that runs is announced, and the next one from autumn on (5.3.3, 5.3.4)."""
    today = standing.calendar.local(now).date()
    if today.year not in standing.calendar.years:
        yield _unknown(standing, today.year, Urgency.ALARM)
    if today.month >= _ASKED_FROM_MONTH and today.year + 1 not in standing.calendar.years:
        urgency = Urgency.ALARM if today.month >= _ALARMED_FROM_MONTH else Urgency.NOTICE
        yield _unknown(standing, today.year + 1, urgency)


def _unknown(standing: Standing, year: int, urgency: Urgency) -> Gap:
    zone = ZoneInfo(standing.calendar.time_zone)
    starts, ends = (datetime(number, 1, 1, tzinfo=zone).astimezone(UTC) for number in (year, year + 1))
    return Gap(kind=GapKind.CALENDAR_MISSING, clause="5.3.4", urgency=urgency, starts=starts, ends=ends, year=year)


def _delegations(standing: Standing, now: datetime) -> Iterator[Gap]:
    """A delegation that ends is told before and after, unless another one follows it."""
    notice = standing.policy.delegation_notice.duration
    for item in standing.company.delegations:
        if item.ends is None or not now - notice < item.ends <= now + notice or _is_followed(standing, item):
            continue
        yield Gap(
            kind=GapKind.DELEGATION_ENDED if item.ends <= now else GapKind.DELEGATION_ENDING,
            clause="4.2",
            urgency=Urgency.NOTICE,
            starts=item.ends,
            post=item.post,
            person=item.deputy,
            principal=item.principal,
        )


def _is_followed(standing: Standing, ended: Delegation) -> bool:
    at = ended.ends
    return at is not None and any(
        (item.post, item.principal) == (ended.post, ended.principal) for item in standing.company.in_force(at)
    )


# ── runbooks ──────────────────────────────────────────────────────────────────


def _runbooks(standing: Standing, now: datetime) -> Iterator[Gap]:
    """Every system has a published runbook, each is looked through in time, and no new version lies about (4.3)."""
    company, policy = standing.company, standing.policy
    blank = Gap(kind=GapKind.RUNBOOK_MISSING, clause="4.3", urgency=Urgency.ALARM, starts=now)
    for system in company.systems:
        if not any(book.id in system.runbooks or system.id in book.systems for book in company.runbooks):
            yield blank.model_copy(update={"system": system.id})
    for edition in standing.editions:
        about = blank.model_copy(update={"runbook": edition.ref})
        if due := edition.review_due(policy.runbook_review_interval.duration):
            if end_of(due) <= now:
                yield about.model_copy(update={"kind": GapKind.RUNBOOK_STALE, "starts": end_of(due)})
            elif end_of(due) - policy.runbook_review_notice.duration <= now:
                near = {"kind": GapKind.RUNBOOK_REVIEW_NEAR, "urgency": Urgency.NOTICE, "starts": end_of(due)}
                yield about.model_copy(update=near)
        waits = edition.submitted if edition.status == Status.SUBMITTED else None
        if waits and waits.at + policy.runbook_approval_limit.duration <= now:
            waiting = {"kind": GapKind.RUNBOOK_WAITING, "urgency": Urgency.NOTICE, "starts": waits.at}
            yield about.model_copy(update=waiting)
