"""The company as an incident sees it: people, posts, delegations, systems, runbooks; pinned when it opens."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from domain.text import Key, Line, Text, Wire


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


class Person(Wire):
    """Somebody of the company; ``channels`` in the order in which he is reached, addresses stay outside."""

    id: Key
    name: Line
    name_en: Line
    department: Key
    posts: list[Role] = []
    language: Literal["zh-CN", "en"] = "zh-CN"
    channels: list[Key] = ["inbox"]
    is_duty_on_site: bool = False
    is_active: bool = True


class Delegation(Wire):
    """``deputy`` may act for ``principal`` in ``post`` from ``starts`` to ``ends`` (None: open)."""

    post: Role
    principal: Key
    deputy: Key
    starts: datetime | None = None
    ends: datetime | None = None

    def holds_at(self, now: datetime) -> bool:
        """Tell whether the delegation lasts at an instant; its end itself is outside."""
        return (self.starts is None or self.starts <= now) and (self.ends is None or now < self.ends)


class Probe(Wire):
    """A technical recovery check: an HTTP or TCP target of the system."""

    id: Key
    title: Text
    kind: Literal["http", "tcp"]
    target: Line


class RunbookStep(Wire):
    """One step of a runbook: who does what, and what is expected."""

    id: Key
    who: Role = Role.OPERATOR
    text: Text
    expected: Text | None = None


class RecoveryItem(Wire):
    """One line of the recovery checklist."""

    id: Key
    text: Text


class Runbook(Wire):
    """One version of a runbook (应急操作手册); an incident pins ``id@version``."""

    id: Key
    version: int = Field(ge=1)
    kind: Literal["machine_room", "outage", "leak"] = "outage"
    title: Text
    systems: list[Key] = []
    symptoms: Text | None = None
    steps: list[RunbookStep] = Field(min_length=1)
    recovery_checklist: list[RecoveryItem] = Field(min_length=1)

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
    systems: list[System]
    runbooks: list[Runbook]

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

    def holders(self, post: Role) -> list[str]:
        """Return the ids of the active people who hold a post, in the company's order."""
        return [person.id for person in self.people if person.is_active and post in person.posts]

    def deputies(self, post: Role, now: datetime) -> list[str]:
        """Return the ids of those who may act in a post for somebody else at an instant."""
        named = [item.deputy for item in self.delegations if item.post == post and item.holds_at(now)]
        return [person.id for person in self.people if person.is_active and person.id in named]

    def excerpt(self, system_id: str) -> "Company":
        """Return the company with only one system and its runbooks: what one incident carries."""
        system = self.system(system_id)
        runbooks = [book for book in self.runbooks if system and (book.id in system.runbooks)]
        return self.model_copy(update={"systems": [system] if system else [], "runbooks": runbooks})
