"""Who may keep what beside incidents: people, duty, calendar, keys; one table, like that of the acts."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from domain.company import Company, Role
from domain.errors import NotAuthorised
from domain.text import N_


class Task(StrEnum):
    """What somebody does to keep the service ready."""

    READ_DIRECTORY = "read_directory"
    READ_CONTACTS = "read_contacts"
    EDIT_DIRECTORY = "edit_directory"
    EDIT_CONTACTS = "edit_contacts"
    TEST_CONTACTS = "test_contacts"
    EDIT_DELEGATIONS = "edit_delegations"
    EDIT_LEAVES = "edit_leaves"
    EDIT_ROSTERS = "edit_rosters"
    EDIT_OVERRIDES = "edit_overrides"
    SWAP_SHIFTS = "swap_shifts"
    READ_DUTY = "read_duty"
    EDIT_CALENDAR = "edit_calendar"
    READ_READINESS = "read_readiness"
    EDIT_ACCOUNTS = "edit_accounts"
    EDIT_TOKENS = "edit_tokens"
    EDIT_MACHINE_KEYS = "edit_machine_keys"
    READ_CHANGES = "read_changes"
    READ_PLACE_CODES = "read_place_codes"
    READ_STATISTICS = "read_statistics"
    OPEN_MEASURES = "open_measures"
    READ_EVIDENCE = "read_evidence"
    EXPORT_RECORD = "export_record"
    READ_RUNBOOKS = "read_runbooks"
    ASSIGN_DRAFTING = "assign_drafting"
    DRAFT_RUNBOOKS = "draft_runbooks"
    PUBLISH_RUNBOOKS = "publish_runbooks"


class Power(NamedTuple):
    """These posts may; everybody may for himself where ``own`` says so; the clause says why."""

    posts: tuple[Role, ...]
    clause: str
    own: bool = False


_ALL: tuple[Role, ...] = ()
_KEEPERS = (Role.ADMINISTRATOR, Role.IT_MANAGER)
_LEADERS = (*_KEEPERS, Role.IT_SUPERVISOR, Role.IT_DIRECTOR)
_COMMAND = (*_LEADERS, Role.GENERAL_MANAGER, Role.EMERGENCY_SPECIALIST)
_TECHNICAL = (Role.IT_MANAGER, Role.IT_SUPERVISOR, Role.EMERGENCY_SPECIALIST, Role.TECHNICIAN)

POWERS: dict[Task, Power] = {
    Task.READ_DIRECTORY: Power(_ALL, "2"),
    Task.READ_CONTACTS: Power(_LEADERS, "2", own=True),
    Task.EDIT_DIRECTORY: Power(_KEEPERS, "2"),
    Task.EDIT_CONTACTS: Power(_KEEPERS, "2", own=True),
    Task.TEST_CONTACTS: Power(_LEADERS, "4.2", own=True),
    Task.EDIT_DELEGATIONS: Power((*_KEEPERS, Role.IT_DIRECTOR), "4.2", own=True),
    Task.EDIT_LEAVES: Power(_LEADERS, "4.2", own=True),
    Task.EDIT_ROSTERS: Power((*_KEEPERS, Role.IT_SUPERVISOR), "4.2"),
    Task.EDIT_OVERRIDES: Power((*_KEEPERS, Role.IT_SUPERVISOR), "4.2", own=True),
    Task.SWAP_SHIFTS: Power((*_KEEPERS, Role.IT_SUPERVISOR), "4.2", own=True),
    Task.READ_DUTY: Power(_ALL, "4.2"),
    Task.EDIT_CALENDAR: Power(_KEEPERS, "5.3.3"),
    Task.READ_READINESS: Power(_LEADERS, "4.2"),
    Task.EDIT_ACCOUNTS: Power((Role.ADMINISTRATOR,), "2"),
    Task.EDIT_TOKENS: Power((Role.ADMINISTRATOR,), "2", own=True),
    Task.EDIT_MACHINE_KEYS: Power((Role.ADMINISTRATOR,), "2"),
    Task.READ_CHANGES: Power(_LEADERS, "2"),
    Task.READ_PLACE_CODES: Power(_KEEPERS, "5.3.3"),
    Task.READ_STATISTICS: Power(_LEADERS, "5.3.3", own=True),
    Task.OPEN_MEASURES: Power((Role.IT_MANAGER, Role.IT_SUPERVISOR, Role.IT_DIRECTOR), "6.2"),
    Task.READ_EVIDENCE: Power((*_COMMAND, Role.OPERATOR, Role.TECHNICIAN), "5.3.5"),
    Task.EXPORT_RECORD: Power(_COMMAND, "5.3.5"),
    Task.READ_RUNBOOKS: Power(_ALL, "4.3"),
    Task.ASSIGN_DRAFTING: Power((Role.IT_MANAGER,), "3.1"),
    # Whoever knows the systems, and whomever the manager gave the task: it is his own then.
    Task.DRAFT_RUNBOOKS: Power(_TECHNICAL, "4.3", own=True),
    Task.PUBLISH_RUNBOOKS: Power((Role.IT_MANAGER,), "4.3"),
}


def may(company: Company, person_id: str, task: Task, now: datetime, *, owner: str | None = None) -> bool:
    """Tell whether a person may do a task; ``owner`` is whose contact, leave or shift it is about."""
    power = POWERS[task]
    person = company.person(person_id)
    if person is None or not person.is_active:
        return False
    if not power.posts or (power.own and owner == person_id):
        return True
    stands_in = {item.post for item in company.in_force(now) if item.deputy == person_id and not item.systems}
    return not stands_in.union(person.posts).isdisjoint(power.posts)


def require(company: Company, person_id: str, task: Task, now: datetime, *, owner: str | None = None) -> None:
    """Refuse a task with the clause that forbids it; raises NotAuthorised."""
    if not may(company, person_id, task, now, owner=owner):
        power = POWERS[task]
        raise NotAuthorised(
            N_("{person} has none of the roles that may do this: {roles}."),
            clause=power.clause,
            person=person_id,
            roles=", ".join(power.posts),
        )


def stands_in_for(company: Company, person_id: str, task: Task, now: datetime) -> str | None:
    """Return for whom a person does a task: None where he may by a post of his own."""
    posts = POWERS[task].posts
    person = company.person(person_id)
    if person is None or not posts or not set(person.posts).isdisjoint(posts):
        return None
    own = (item for item in company.in_force(now) if item.deputy == person_id and item.post in posts)
    return next((item.principal for item in own if not item.systems), None)
