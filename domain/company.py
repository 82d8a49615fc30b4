"""The company as an incident sees it: people, posts, delegations, systems, runbooks; pinned when it opens."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, Field

from domain.text import Key, Line, Text, Wire
from domain.values import Instant


class Role(StrEnum):
    """Posts of the company, roles inside one incident, and the machines."""

    OPERATOR = "operator"
    IT_MANAGER = "it_manager"
    IT_SUPERVISOR = "it_supervisor"
    EMERGENCY_SPECIALIST = "emergency_specialist"
    TECHNICIAN = "technician"
    IT_DIRECTOR = "it_director"
    GENERAL_MANAGER = "general_manager"
    DEPARTMENT_HEAD = "department_head"
    ADMINISTRATOR = "administrator"
    REPORTER = "reporter"
    RESPONDER = "responder"
    GROUP_MEMBER = "emergency_leading_group"
    COMMANDER = "on_scene_commander"
    MEASURE_OWNER = "measure_owner"
    MEASURE_VERIFIER = "measure_verifier"
    SYSTEM = "system"
    ALERT_SOURCE = "alert_source"


POSTS = (
    Role.OPERATOR,
    Role.IT_MANAGER,
    Role.IT_SUPERVISOR,
    Role.EMERGENCY_SPECIALIST,
    Role.TECHNICIAN,
    Role.IT_DIRECTOR,
    Role.GENERAL_MANAGER,
    Role.DEPARTMENT_HEAD,
    Role.ADMINISTRATOR,
)

# An incident knows of leaves as far ahead as it may last.
LEAVES_AHEAD = timedelta(days=60)


class Person(Wire):
    """Somebody of the company; ``channels`` in the order in which he is reached, addresses stay outside.

    Without a time zone of his own he lives by the company's.
    """

    id: Key
    name: Line
    name_en: Line
    department: Key
    posts: list[Role] = []
    language: Literal["zh-CN", "en"] = "zh-CN"
    time_zone: Line | None = None
    channels: list[Key] = ["inbox"]
    is_duty_on_site: bool = False
    is_active: bool = True


class Delegation(Wire):
    """``deputy`` may act for ``principal`` in ``post`` from ``starts`` to ``ends`` (None: open).

    ``systems`` is its scope; without any it holds for all of them and for everything beside incidents.
    """

    id: Key | None = None
    post: Role
    principal: Key
    deputy: Key
    starts: datetime | None = None
    ends: datetime | None = None
    systems: list[Key] = []
    reason: Line | None = None

    def holds_at(self, now: datetime) -> bool:
        """Tell whether the delegation lasts at an instant; its end itself is outside."""
        return (self.starts is None or self.starts <= now) and (self.ends is None or now < self.ends)

    def covers(self, system_id: str) -> bool:
        """Tell whether a system is in the delegation's scope."""
        return not self.systems or system_id in self.systems


class Leave(Wire):
    """Somebody is away from ``starts`` until ``ends``; its end itself is outside."""

    id: Key
    person: Key
    starts: Instant
    ends: Instant
    reason: Line | None = None

    def holds_at(self, now: datetime) -> bool:
        """Tell whether he is away at an instant."""
        return self.starts <= now < self.ends


class Watch(Wire):
    """Who is on duty in a post by one of its rosters: whoever is called first, then his backups (4.2)."""

    post: Role
    starts: AwareDatetime
    ends: AwareDatetime
    people: list[Key] = Field(min_length=1)


class Probe(Wire):
    """A technical recovery check: an HTTP or TCP target of the system."""

    id: Key
    title: Text
    kind: Literal["http", "tcp"]
    target: Line


class Collector(Wire):
    """Where fault logs of a system are fetched from: a URL, or a command that the settings allow by name (5.3.5)."""

    id: Key
    kind: Literal["http", "ssh"]
    target: Line
    most_bytes: int = Field(default=32 * 1024 * 1024, ge=1, le=1024 * 1024 * 1024)
    seconds: int = Field(default=60, ge=1, le=600)


class RunbookStep(Wire):
    """One step of a runbook: who does what, what is expected, how long it may take, and how it is taken back.

    ``action`` names an entry of the allow-list of automatic actions; without one the step is done by hand.
    """

    id: Key
    who: Role = Role.OPERATOR
    text: Text
    expected: Text | None = None
    time_box_minutes: int | None = Field(default=None, ge=1, le=1440)
    needs_approval: bool = False
    rollback: Text | None = None
    action: Key | None = None


class RecoveryItem(Wire):
    """One line of the recovery checklist."""

    id: Key
    text: Text


class Runbook(Wire):
    """One version of a runbook (应急操作手册); an incident pins ``id@version``.

    It is looked through again by ``review_due``.
    """

    id: Key
    version: int = Field(ge=1)
    kind: Literal["machine_room", "outage", "leak"] = "outage"
    title: Text
    systems: list[Key] = []
    symptoms: Text | None = None
    preconditions: list[Text] = []
    steps: list[RunbookStep] = Field(min_length=1)
    recovery_checklist: list[RecoveryItem] = Field(min_length=1)
    probes: list[Probe] = []
    author: Key | None = None
    review_due: date | None = None

    @property
    def ref(self) -> str:
        """Name this very version."""
        return f"{self.id}@{self.version}"


class System(Wire):
    """An information system: who mends it, how its recovery is probed."""

    id: Key
    name: Text
    location: Text
    technicians: list[Key] = []
    runbooks: list[Key] = []
    probes: list[Probe] = []
    remote_ok: bool = False
    collectors: list[Collector] = Field(default=[], max_length=20)


class Department(Wire):
    """A department and who heads it."""

    id: Key
    name: Text
    head: Key | None = None


class Company(Wire):
    """Everything about the company that an incident needs, as it was when the incident opened."""

    version: Key
    name: Text
    departments: list[Department]
    people: list[Person]
    delegations: list[Delegation] = []
    leaves: list[Leave] = []
    duty: list[Watch] = []
    systems: list[System]
    runbooks: list[Runbook]
    place_code: str | None = None

    def person(self, person_id: str) -> Person | None:
        """Find a person."""
        return next((person for person in self.people if person.id == person_id), None)

    def department(self, department_id: str) -> Department | None:
        """Find a department."""
        return next((department for department in self.departments if department.id == department_id), None)

    def system(self, system_id: str) -> System | None:
        """Find a system."""
        return next((system for system in self.systems if system.id == system_id), None)

    def runbook(self, runbook_id: str) -> Runbook | None:
        """Find a runbook by its id, or by ``id@version``."""
        return next((book for book in self.runbooks if runbook_id in (book.id, book.ref)), None)

    def with_edition(self, book: Runbook) -> "Company":
        """Return this company with a newer version of a runbook; the older ones are still found by ``id@version``."""
        return self.model_copy(update={"runbooks": [book, *(item for item in self.runbooks if item.ref != book.ref)]})

    def holders(self, post: Role) -> list[str]:
        """Return the ids of the active people who hold a post, in the company's order."""
        return [person.id for person in self.people if person.is_active and post in person.posts]

    def in_force(self, now: datetime) -> list[Delegation]:
        """Return the delegations that hold at an instant: each ends with the post that it comes from.

        Whoever left still lends what he had named somebody for (4.2).
        """
        return [item for item in self.delegations if item.holds_at(now) and self._lends(item)]

    def _lends(self, item: Delegation) -> bool:
        principal = self.person(item.principal)
        return principal is not None and item.post in principal.posts

    def deputies(self, post: Role, now: datetime) -> list[str]:
        """Return the ids of those who may act in a post for somebody else at an instant."""
        named = [item.deputy for item in self.in_force(now) if item.post == post]
        return [person.id for person in self.people if person.is_active and person.id in named]

    def is_here(self, person_id: str, now: datetime) -> bool:
        """Tell whether somebody is active and not on leave at an instant."""
        person = self.person(person_id)
        return person is not None and person.is_active and self.leave_of(person_id, now) is None

    def on_call(self, post: Role, now: datetime) -> list[str]:
        """Return who is called first in a post: those on duty; without a roster every holder who is here.

        Where no holder is here the deputies are called; where none of those is either, the holders all the same.
        """
        found = [self._first_here(watch, now) for watch in self._watches(post, now)]
        duty = [person for person in found if person]
        here = [person for person in self.holders(post) if self.is_here(person, now)]
        deputies = [person for person in self.deputies(post, now) if self.is_here(person, now)]
        return list(dict.fromkeys(duty)) or here or deputies or self.holders(post)

    def backups(self, post: Role, now: datetime) -> list[str]:
        """Return who is called next: the other seats of the rosters, then the deputies."""
        called = self.on_call(post, now)
        seated = [person for watch in self._watches(post, now) for person in watch.people if self.is_here(person, now)]
        return [person for person in dict.fromkeys([*seated, *self.deputies(post, now)]) if person not in called]

    def in_order(self, post: Role, now: datetime) -> list[str]:
        """Return the holders of a post, those on duty first and those who are away last."""
        holders = self.holders(post)
        ready = [person for person in [*self.on_call(post, now), *self.backups(post, now)] if person in holders]
        here = [person for person in holders if self.is_here(person, now)]
        return list(dict.fromkeys([*ready, *here, *holders]))

    def at_hand(self, post: Role, now: datetime) -> list[str]:
        """Return who can be sent for a post: of those who are here the holders, then the deputies; then the others.

        Whoever is on duty comes first.
        """
        called = [*self.on_call(post, now), *self.in_order(post, now), *self.deputies(post, now)]
        return sorted(dict.fromkeys(called), key=lambda person: not self.is_here(person, now))

    def _watches(self, post: Role, now: datetime) -> list[Watch]:
        return [watch for watch in self.duty if watch.post == post and watch.starts <= now < watch.ends]

    def _first_here(self, watch: Watch, now: datetime) -> str | None:
        return next((person for person in watch.people if self.is_here(person, now)), None)

    def leave_of(self, person_id: str, now: datetime) -> Leave | None:
        """Return the leave that a person is on at an instant."""
        return next((leave for leave in self.leaves if leave.person == person_id and leave.holds_at(now)), None)

    def answerable(self, department_id: str) -> list[str]:
        """Return whose a department is, here or not: its head; without one, the IT managers (3.1)."""
        department = self.department(department_id)
        return [department.head] if department and department.head else self.holders(Role.IT_MANAGER)

    def stand_ins(self, department_id: str, now: datetime) -> list[Delegation]:
        """Return by whose naming somebody stands in at a department while nobody whose it is is there (4.2).

        Of the named deputies who are here, those for the headship, or else those for another post of the head.
        """
        heads = self.answerable(department_id)
        if any(self.is_here(person, now) for person in heads):
            return []
        named = [item for item in self.delegations if item.principal in heads and item.holds_at(now)]
        here = [item for item in named if self.is_here(item.deputy, now)]
        return [item for item in here if item.post == Role.DEPARTMENT_HEAD] or here

    def without(self, person_id: str, deputy: str | None) -> "Company":
        """Return the company after somebody left: inactive, and his deputy answers for his departments."""
        people = [
            item.model_copy(update={"is_active": item.is_active and item.id != person_id}) for item in self.people
        ]
        departments = [
            item.model_copy(update={"head": deputy if item.head == person_id else item.head})
            for item in self.departments
        ]
        return self.model_copy(update={"people": people, "departments": departments})

    def excerpt(self, system_id: str, now: datetime | None = None) -> "Company":
        """Return what one incident carries: one system, its runbooks, who may act for whom there, the leaves ahead."""
        system = self.system(system_id)
        ahead = (leave for leave in self.leaves if now is None or now < leave.ends)
        return self.model_copy(
            update={
                "systems": [system] if system else [],
                "runbooks": [
                    book
                    for book in self.runbooks
                    if system and (book.id in system.runbooks or system.id in book.systems)
                ],
                "delegations": [item for item in self.delegations if item.covers(system_id)],
                "leaves": [leave for leave in ahead if now is None or leave.starts < now + LEAVES_AHEAD],
            }
        )
