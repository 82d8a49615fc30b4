"""Who belongs to the company and how each is reached, as administrators keep it; incidents see a ``Company`` of it."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Annotated, Literal, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from domain.company import POSTS, Company, Delegation, Department, Leave, Person, Role, Runbook, System
from domain.roster import Roster
from domain.text import N_, Key, Line, Text, Wire
from domain.values import IMPLAUSIBLE, YEARS, Instant, is_plausible

INBOX = "inbox"
MOST_CONTACTS = 20
# Without these nobody judges, commands or decides; without the others nothing stands still.
NEEDED_POSTS = tuple(post for post in POSTS if post not in {Role.DEPARTMENT_HEAD, Role.ADMINISTRATOR})
_UNKNOWN_PERSON = N_("there is no person “{id}”")
_UNKNOWN_SYSTEM = N_("there is no system “{id}”")
_UNKNOWN_RUNBOOK = N_("there is no runbook “{id}”")

Place = tuple[str | int, ...]


def _is_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(N_("is not a time zone such as Asia/Shanghai")) from None
    return name


Zone = Annotated[Line, AfterValidator(_is_zone)]


class ContactPoint(Wire):
    """Where a channel reaches somebody; ``verified_at`` is when he last answered there."""

    channel: Key
    address: Line
    verified_at: Instant | None = None

    def is_same_place(self, other: "ContactPoint") -> bool:
        """Tell whether both reach the same place, verified or not."""
        return (self.channel, self.address) == (other.channel, other.address)


class Member(Wire):
    """A person with his contact points, in the order in which he is reached; the inbox is everybody's."""

    id: Key
    name: Line
    name_en: Line
    department: Key
    posts: list[Role] = Field([], max_length=len(POSTS))
    language: Literal["zh-CN", "en"] = "zh-CN"
    time_zone: Zone | None = None
    contacts: list[ContactPoint] = Field([], max_length=MOST_CONTACTS)
    is_duty_on_site: bool = False
    is_active: bool = True

    def person(self, usable: Collection[str]) -> Person:
        """Return him as an incident sees him: reached by those of his channels that are set up, else by the inbox."""
        channels = [contact.channel for contact in self.contacts if contact.channel in {INBOX, *usable}]
        return Person(**self.model_dump(exclude={"contacts"}), channels=channels or [INBOX])

    def address(self, channel: str) -> str | None:
        """Return where a channel reaches him."""
        if channel == INBOX:
            return self.id
        return next((contact.address for contact in self.contacts if contact.channel == channel), None)

    def still_verified(self, before: "Member | None") -> "Member":
        """Return him with what was verified before, at every place that is still the same."""
        known = before.contacts if before else []
        contacts = [
            next((old for old in known if old.is_same_place(contact) and contact.verified_at is None), contact)
            for contact in self.contacts
        ]
        return self.model_copy(update={"contacts": contacts})


class Register(Wire):
    """The whole directory. Everything in it is kept by its order."""

    version: Key
    name: Text
    departments: list[Department]
    people: list[Member]
    delegations: list[Delegation] = []
    leaves: list[Leave] = []
    systems: list[System]
    rosters: list[Roster] = []

    def member(self, person_id: str) -> Member | None:
        """Find a person."""
        return next((member for member in self.people if member.id == person_id), None)

    def company(self, runbooks: list[Runbook], usable: Collection[str], *, version: str | None = None) -> Company:
        """Return the company as incidents see it: without a single address."""
        return Company(
            version=version or self.version,
            name=self.name,
            departments=self.departments,
            people=[member.person(usable) for member in self.people],
            delegations=self.delegations,
            leaves=self.leaves,
            systems=self.systems,
            runbooks=runbooks,
        )


class Flaw(NamedTuple):
    """What is wrong at a place of the register, as a message with its parameters."""

    place: Place
    message: str
    params: dict[str, str] = {}


def flaws(register: Register, runbooks: list[Runbook], now: datetime) -> Iterator[Flaw]:
    """Yield whatever leads nowhere or contradicts itself: a register with a new flaw is not accepted."""
    for name in ("departments", "people", "delegations", "leaves", "systems", "rosters"):
        yield from _doubled((name,), [item.id for item in getattr(register, name)])
    people = {member.id for member in register.people}
    for index, department in enumerate(register.departments):
        if department.head and department.head not in people:
            yield Flaw(("departments", index, "head"), _UNKNOWN_PERSON, {"id": department.head})
    yield from _people(register)
    yield from _delegations(register, people, now)
    yield from _leaves(register, people)
    yield from _systems(register, people, {book.id for book in runbooks})
    yield from _rosters(register)
    for book in runbooks:
        for system in sorted(set(book.systems) - {system.id for system in register.systems}):
            message = N_("the runbook {runbook} names a system “{id}” that does not exist")
            yield Flaw(("systems",), message, {"runbook": book.ref, "id": system})


def gaps(register: Register) -> Iterator[Flaw]:
    """Yield what is missing though nothing is wrong: intake works, readiness does not (R1, 4.2)."""
    active = {member.id for member in register.people if member.is_active}
    for post in NEEDED_POSTS:
        if not any(post in member.posts for member in register.people if member.is_active):
            yield Flaw(("people",), N_("nobody active holds the post “{post}”"), {"post": post})
    known = {member.id for member in register.people}
    for index, department in enumerate(register.departments):
        if department.head in known - active:
            yield Flaw(("departments", index, "head"), N_("“{id}” is not active"), {"id": str(department.head)})
    for index, system in enumerate(register.systems):
        if not active.intersection(system.technicians):
            yield Flaw(("systems", index, "technicians"), N_("no technician of “{id}” is active"), {"id": system.id})


def _people(register: Register) -> Iterator[Flaw]:
    departments = {department.id for department in register.departments}
    for index, member in enumerate(register.people):
        if member.department not in departments:
            message = N_("there is no department “{id}”")
            yield Flaw(("people", index, "department"), message, {"id": member.department})
        for number, post in enumerate(member.posts):
            if post not in POSTS:
                message = N_("“{post}” is not a post of the company")
                yield Flaw(("people", index, "posts", number), message, {"post": post})
        channels = [contact.channel for contact in member.contacts]
        for number, channel in enumerate(channels):
            if channel in channels[:number]:
                message = N_("“{id}” is there twice")
                yield Flaw(("people", index, "contacts", number, "channel"), message, {"id": channel})


def _delegations(register: Register, people: set[str], now: datetime) -> Iterator[Flaw]:
    posts = {member.id: member.posts for member in register.people}
    systems = {system.id for system in register.systems}
    for index, item in enumerate(register.delegations):
        place: Place = ("delegations", index)
        for name, person in (("principal", item.principal), ("deputy", item.deputy)):
            if person not in people:
                yield Flaw((*place, name), _UNKNOWN_PERSON, {"id": person})
        if item.principal == item.deputy:
            yield Flaw((*place, "deputy"), N_("nobody is his own deputy"))
        yield from _unknown((*place, "systems"), item.systems, systems, _UNKNOWN_SYSTEM)
        if unfit := list(_unfit_instants(place, item)):
            yield from unfit
            continue
        if item.starts and item.ends and item.starts >= item.ends:
            yield Flaw((*place, "ends"), N_("the delegation ends before it starts"))
        is_over = item.ends is not None and item.ends <= now
        if not is_over and item.principal in posts and item.post not in posts[item.principal]:
            message = N_("{id} does not hold the post “{post}”")
            yield Flaw((*place, "principal"), message, {"id": item.principal, "post": item.post})


def _unfit_instants(place: Place, item: Delegation) -> Iterator[Flaw]:
    for name, at in (("starts", item.starts), ("ends", item.ends)):
        if at and at.tzinfo is None:
            yield Flaw((*place, name), N_("must name its time zone, such as 2026-01-31T09:00:00+08:00"))
        elif at and not is_plausible(at):
            yield Flaw((*place, name), IMPLAUSIBLE, YEARS)


def _leaves(register: Register, people: set[str]) -> Iterator[Flaw]:
    for index, leave in enumerate(register.leaves):
        if leave.person not in people:
            yield Flaw(("leaves", index, "person"), _UNKNOWN_PERSON, {"id": leave.person})
        if leave.starts >= leave.ends:
            yield Flaw(("leaves", index, "ends"), N_("the leave ends before it starts"))


def _systems(register: Register, people: set[str], runbooks: set[str]) -> Iterator[Flaw]:
    for index, system in enumerate(register.systems):
        place: Place = ("systems", index)
        yield from _unknown((*place, "technicians"), system.technicians, people, _UNKNOWN_PERSON)
        yield from _unknown((*place, "runbooks"), system.runbooks, runbooks, _UNKNOWN_RUNBOOK)
        yield from _doubled((*place, "probes"), [probe.id for probe in system.probes])
        yield from _collectors(place, system)
        if not system.runbooks:
            yield Flaw(place, N_("the system has no runbook"))


def _collectors(place: Place, system: System) -> Iterator[Flaw]:
    yield from _doubled((*place, "collectors"), [collector.id for collector in system.collectors])
    for index, collector in enumerate(system.collectors):
        if collector.kind == "http" and not _is_open_address(collector.target):
            message = N_("must be an http or https address without user and password")
            yield Flaw((*place, "collectors", index, "target"), message)


def _is_open_address(url: str) -> bool:
    """Tell whether a URL leads to a host and holds no password, which everybody who sees the directory would read."""
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in {"http", "https"} and parts.port != 0
    except ValueError:
        return False
    return is_web and bool(parts.hostname) and "@" not in parts.netloc


def _rosters(register: Register) -> Iterator[Flaw]:
    for index, roster in enumerate(register.rosters):
        if roster.post not in POSTS:
            yield Flaw(("rosters", index, "post"), N_("“{post}” is not a post of the company"), {"post": roster.post})
        fit = {member.id for member in register.people if roster.post in member.posts}
        fit |= {item.deputy for item in register.delegations if item.post == roster.post}
        for number, place, person in roster.strangers(fit):
            message = N_("{id} neither holds the post “{post}” nor is named to act in it")
            where: Place = ("rosters", index, "rotations", number, "people", place)
            yield Flaw(where, message, {"id": person, "post": roster.post})


def _unknown(place: Place, named: Iterable[str], known: set[str], message: str) -> Iterator[Flaw]:
    for number, item in enumerate(named):
        if item not in known:
            yield Flaw((*place, number), message, {"id": item})


def _doubled(place: Place, ids: list[str]) -> Iterator[Flaw]:
    for index, item in enumerate(ids):
        if item in ids[:index]:
            yield Flaw((*place, index, "id"), N_("“{id}” is there twice"), {"id": item})
