"""Keeping the directory: departments, people and how they are reached, deputies, leaves, systems (2, 4.2)."""

from typing import Annotated, Any, Generic, Literal, TypeVar

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from adapters.directory.documents import DELEGATION, DEPARTMENT, LEAVE, PERSON, SYSTEM
from adapters.directory.registrar import Editor, NothingThere
from adapters.snapshot import now_in_utc
from adapters.store.catalogue import Item
from api.auth import CurrentPerson
from api.bodies import IfMatch, Strict
from api.deps import Ports
from api.openapi import problems
from api.services import Services
from domain.administration import Task, may, require
from domain.company import Collector, Delegation, Department, Leave, Person, Probe, Role, System
from domain.directory import MOST_CONTACTS, ContactPoint, Member, Zone
from domain.text import Key, Line, Text, Wire
from domain.values import Instant

router = APIRouter(prefix="/directory", tags=["directory"])
T = TypeVar("T")
W = TypeVar("W", bound=Wire)

_MOST = 200
_NOT_FOUND = 404
ETAG = {"ETag": {"description": "The item's version, for `If-Match`.", "schema": {"type": "string"}}}
_KEY = r"^[A-Za-z0-9][A-Za-z0-9._:@-]{0,119}$"
ItemId = Annotated[str, Path(pattern=_KEY)]
Seen = Annotated[str, Header(alias="If-Match", pattern=r'^"\d{1,9}"$', description="The version that you looked at.")]
Reason = Annotated[Line | None, Query(description="Why; it stands beside the change.")]
_READ: dict[str, Any] = {"responses": {200: {"headers": ETAG}, **problems(404, 422)}}
_PUT: dict[str, Any] = {"responses": {200: {"headers": ETAG}, **problems(404, 409, 422)}}
_DELETE: dict[str, Any] = {"status_code": 204, "responses": problems(404, 409, 422)}


class Kept(BaseModel, Generic[T]):
    """An item and its version."""

    version: int
    item: T


class MemberView(Wire):
    """A person; ``contacts`` is null for whom it does not concern how he is reached."""

    id: str
    name: str
    name_en: str
    department: str
    posts: list[Role]
    language: Literal["zh-CN", "en"]
    time_zone: str | None = None
    contacts: list[ContactPoint] | None = None
    is_duty_on_site: bool
    is_active: bool


class ContactBody(Strict):
    """Where a channel reaches somebody; it stays verified while it stays the same."""

    channel: Key
    address: Line


class ContactsBody(Strict):
    """The contact points, in the order in which they are tried."""

    contacts: list[ContactBody] = Field(max_length=MOST_CONTACTS)


class MemberBody(Strict):
    """A person. Without ``contacts`` they stay as they are."""

    name: Line
    name_en: Line
    department: Key
    posts: list[Role] = Field([], max_length=20)
    language: Literal["zh-CN", "en"] = "zh-CN"
    time_zone: Zone | None = None
    contacts: list[ContactBody] | None = Field(None, max_length=MOST_CONTACTS)
    is_duty_on_site: bool = False
    is_active: bool = True


class TextBody(Text, Strict):
    """A text in both languages."""


class DepartmentBody(Strict):
    """A department and who heads it."""

    name: TextBody
    head: Key | None = None


class ProbeBody(Probe, Strict):
    """A technical recovery check."""

    title: TextBody


class CollectorBody(Collector, Strict):
    """Where fault logs of the system are fetched from (5.3.5)."""


class SystemBody(Strict):
    """An information system."""

    name: TextBody
    location: TextBody
    technicians: list[Key] = Field([], max_length=_MOST)
    runbooks: list[Key] = Field(min_length=1, max_length=_MOST)
    probes: list[ProbeBody] = Field([], max_length=_MOST)
    remote_ok: bool = False
    collectors: list[CollectorBody] = Field([], max_length=20)


class DelegationBody(Strict):
    """Who may act for the person, in which post, from when to when, for which systems (none: for all)."""

    post: Role
    deputy: Key
    starts: Instant | None = None
    ends: Instant | None = None
    systems: list[Key] = Field([], max_length=_MOST)
    reason: Line | None = None


class LeaveBody(Strict):
    """When the person is away."""

    starts: Instant
    ends: Instant
    reason: Line | None = None


class Entitled:
    """A dependency: whoever asks may do a task, for the person in the path his own, before anything else is read."""

    def __init__(self, task: Task) -> None:
        """Name the task."""
        self.task = task

    async def __call__(self, request: Request, person: CurrentPerson) -> Editor:
        """Return who edits; raise NotAuthorised."""
        company = await request.app.state.services.snapshots.directory.company()
        require(company, person.id, self.task, now_in_utc(), owner=request.path_params.get("person"))
        return Editor(person.id)


def _by(task: Task) -> Any:
    return Depends(Entitled(task))


# ── people ────────────────────────────────────────────────────────────────────


@router.get("/people", operation_id="members", summary="People with their posts and contact points")
async def members(caller: CurrentPerson, ports: Ports) -> list[Kept[MemberView]]:
    """List everybody; how somebody is reached is shown to himself and to those who keep the duty going."""
    known = await ports.snapshots.directory.known()
    return [await _shown(ports, caller, item) for item in known.items if item.kind == PERSON]


@router.get("/people/{person}", operation_id="member", summary="One person", **_READ)
async def member(person: ItemId, caller: CurrentPerson, ports: Ports, response: Response) -> Kept[MemberView]:
    """Show a person."""
    return _tagged(await _shown(ports, caller, await _find(ports, PERSON, person)), response)


@router.put("/people/{person}", operation_id="put_member", summary="Add a person, or change one", **_PUT)
async def put_member(
    person: ItemId,
    body: MemberBody,
    *,
    editor: Annotated[Editor, _by(Task.EDIT_DIRECTORY)],
    caller: CurrentPerson,
    ports: Ports,
    response: Response,
    if_match: IfMatch = None,
    reason: Reason = None,
) -> Kept[MemberView]:
    """Put a person; without `If-Match` only a new one. Whoever is disabled leaves his open tasks to his deputy."""
    before = (await ports.snapshots.directory.known()).register.member(person)
    contacts = before.contacts if before else []
    if body.contacts is not None:
        contacts = _points(body.contacts)
    wanted = Member(id=person, **body.model_dump(exclude={"contacts"}), contacts=contacts)
    kept = await ports.registrar.put(PERSON, wanted, editor._replace(reason=reason), version_of(if_match))
    return _tagged(await _shown(ports, caller, kept), response)


@router.put("/people/{person}/contacts", operation_id="put_contacts", summary="Say how somebody is reached", **_PUT)
async def put_contacts(
    person: ItemId,
    body: ContactsBody,
    *,
    editor: Annotated[Editor, _by(Task.EDIT_CONTACTS)],
    caller: CurrentPerson,
    ports: Ports,
    response: Response,
    if_match: Seen,
    reason: Reason = None,
) -> Kept[MemberView]:
    """Put the contact points in their order; everybody may for himself."""
    before = Member.model_validate((await _find(ports, PERSON, person)).document)
    wanted = before.model_copy(update={"contacts": _points(body.contacts)})
    kept = await ports.registrar.put(PERSON, wanted, editor._replace(reason=reason), version_of(if_match))
    return _tagged(await _shown(ports, caller, kept), response)


@router.delete("/people/{person}", operation_id="remove_member", summary="Take a person out", **_DELETE)
async def remove_member(
    person: ItemId,
    *,
    editor: Annotated[Editor, _by(Task.EDIT_DIRECTORY)],
    ports: Ports,
    if_match: Seen,
    reason: Reason = None,
) -> None:
    """Take out somebody whom nothing names any more; disabling him is the gentler way."""
    await _remove(ports, PERSON, person, editor._replace(reason=reason), if_match)


# ── deputies and leaves ───────────────────────────────────────────────────────


@router.get("/delegations", operation_id="delegations", summary="Who may act for whom")
async def delegations(_caller: CurrentPerson, ports: Ports) -> list[Kept[Delegation]]:
    """List all delegations, also those that have ended."""
    return await _all(ports, DELEGATION, Delegation)


@router.put(
    "/people/{person}/delegations/{delegation}",
    operation_id="put_delegation",
    summary="Name a deputy, or change until when",
    **_PUT,
)
async def put_delegation(
    person: ItemId,
    delegation: ItemId,
    body: DelegationBody,
    *,
    editor: Annotated[Editor, _by(Task.EDIT_DELEGATIONS)],
    ports: Ports,
    response: Response,
    if_match: IfMatch = None,
) -> Kept[Delegation]:
    """Put a delegation of a person; everybody may name his own deputies. Its acts are recorded as “X for Y”."""
    await _must_belong(ports, DELEGATION, delegation, "principal", person)
    wanted = Delegation(id=delegation, principal=person, **body.model_dump())
    kept = await ports.registrar.put(DELEGATION, wanted, editor._replace(reason=body.reason), version_of(if_match))
    return _tagged(_as(Delegation, kept), response)


@router.delete(
    "/people/{person}/delegations/{delegation}",
    operation_id="remove_delegation",
    summary="Take a delegation out",
    **_DELETE,
)
async def remove_delegation(
    person: ItemId,
    delegation: ItemId,
    *,
    editor: Annotated[Editor, _by(Task.EDIT_DELEGATIONS)],
    ports: Ports,
    if_match: Seen,
    reason: Reason = None,
) -> None:
    """Take a delegation out; one that has ended may stay and refuses."""
    await _must_belong(ports, DELEGATION, delegation, "principal", person)
    await _remove(ports, DELEGATION, delegation, editor._replace(reason=reason), if_match)


@router.get("/leaves", operation_id="leaves", summary="Who is away when")
async def leaves(_caller: CurrentPerson, ports: Ports) -> list[Kept[Leave]]:
    """List all leaves."""
    return await _all(ports, LEAVE, Leave)


@router.put("/people/{person}/leaves/{leave}", operation_id="put_leave", summary="Enter a leave, or move it", **_PUT)
async def put_leave(
    person: ItemId,
    leave: ItemId,
    body: LeaveBody,
    *,
    editor: Annotated[Editor, _by(Task.EDIT_LEAVES)],
    ports: Ports,
    response: Response,
    if_match: IfMatch = None,
) -> Kept[Leave]:
    """Put a leave of a person; everybody may for himself."""
    await _must_belong(ports, LEAVE, leave, "person", person)
    wanted = Leave(id=leave, person=person, **body.model_dump())
    kept = await ports.registrar.put(LEAVE, wanted, editor._replace(reason=body.reason), version_of(if_match))
    return _tagged(_as(Leave, kept), response)


@router.delete("/people/{person}/leaves/{leave}", operation_id="remove_leave", summary="Take a leave out", **_DELETE)
async def remove_leave(
    person: ItemId,
    leave: ItemId,
    *,
    editor: Annotated[Editor, _by(Task.EDIT_LEAVES)],
    ports: Ports,
    if_match: Seen,
    reason: Reason = None,
) -> None:
    """Take a leave out."""
    await _must_belong(ports, LEAVE, leave, "person", person)
    await _remove(ports, LEAVE, leave, editor._replace(reason=reason), if_match)


# ── departments and systems ───────────────────────────────────────────────────


@router.get("/departments", operation_id="kept_departments", summary="Departments in both languages")
async def departments(_caller: CurrentPerson, ports: Ports) -> list[Kept[Department]]:
    """List the departments with their versions."""
    return await _all(ports, DEPARTMENT, Department)


@router.put("/departments/{department}", operation_id="put_department", summary="Add or change a department", **_PUT)
async def put_department(
    department: ItemId,
    body: DepartmentBody,
    *,
    editor: Annotated[Editor, _by(Task.EDIT_DIRECTORY)],
    ports: Ports,
    response: Response,
    if_match: IfMatch = None,
    reason: Reason = None,
) -> Kept[Department]:
    """Put a department; without `If-Match` only a new one."""
    wanted = Department(id=department, **body.model_dump())
    kept = await ports.registrar.put(DEPARTMENT, wanted, editor._replace(reason=reason), version_of(if_match))
    return _tagged(_as(Department, kept), response)


@router.delete("/departments/{department}", operation_id="remove_department", summary="Take one out", **_DELETE)
async def remove_department(
    department: ItemId,
    *,
    editor: Annotated[Editor, _by(Task.EDIT_DIRECTORY)],
    ports: Ports,
    if_match: Seen,
    reason: Reason = None,
) -> None:
    """Take out a department to which nobody belongs."""
    await _remove(ports, DEPARTMENT, department, editor._replace(reason=reason), if_match)


@router.get("/systems", operation_id="kept_systems", summary="Information systems in both languages")
async def systems(_caller: CurrentPerson, ports: Ports) -> list[Kept[System]]:
    """List the systems with their probes and versions."""
    return await _all(ports, SYSTEM, System)


@router.put("/systems/{system}", operation_id="put_system", summary="Add or change a system", **_PUT)
async def put_system(
    system: ItemId,
    body: SystemBody,
    *,
    editor: Annotated[Editor, _by(Task.EDIT_DIRECTORY)],
    ports: Ports,
    response: Response,
    if_match: IfMatch = None,
    reason: Reason = None,
) -> Kept[System]:
    """Put a system; without `If-Match` only a new one. Incidents that are open keep what they opened with."""
    wanted = System(id=system, **body.model_dump())
    kept = await ports.registrar.put(SYSTEM, wanted, editor._replace(reason=reason), version_of(if_match))
    return _tagged(_as(System, kept), response)


@router.delete("/systems/{system}", operation_id="remove_system", summary="Take a system out", **_DELETE)
async def remove_system(
    system: ItemId,
    *,
    editor: Annotated[Editor, _by(Task.EDIT_DIRECTORY)],
    ports: Ports,
    if_match: Seen,
    reason: Reason = None,
) -> None:
    """Take out a system that no runbook names."""
    await _remove(ports, SYSTEM, system, editor._replace(reason=reason), if_match)


# ── small things ──────────────────────────────────────────────────────────────


def version_of(if_match: str | None) -> int:
    """Return the version that somebody looked at; 0: there must be none yet."""
    return int(if_match.strip('"')) if if_match else 0


def _points(contacts: list[ContactBody]) -> list[ContactPoint]:
    return [ContactPoint(channel=item.channel, address=item.address) for item in contacts]


def _tagged(kept: Kept[T], response: Response) -> Kept[T]:
    response.headers["ETag"] = f'"{kept.version}"'
    return kept


def _as(model: type[W], item: Item) -> Kept[W]:
    return Kept(version=item.version, item=model.model_validate(item.document))


async def _all(ports: Services, kind: str, model: type[W]) -> list[Kept[W]]:
    known = await ports.snapshots.directory.known()
    return [_as(model, item) for item in known.items if item.kind == kind]


async def _find(ports: Services, kind: str, item_id: str) -> Item:
    try:
        return await ports.registrar.find(kind, item_id)
    except NothingThere:
        raise HTTPException(_NOT_FOUND) from None


async def _remove(ports: Services, kind: str, item_id: str, editor: Editor, if_match: str) -> None:
    try:
        await ports.registrar.remove(kind, item_id, editor, version_of(if_match))
    except NothingThere:
        raise HTTPException(_NOT_FOUND) from None


async def _must_belong(ports: Services, kind: str, item_id: str, field: str, person: str) -> None:
    """Whoever may keep his own things does not reach those of others by their name."""
    known = await ports.snapshots.directory.refresh()
    if any((item.kind, item.id) == (kind, item_id) and item.document[field] != person for item in known.items):
        raise HTTPException(_NOT_FOUND)


async def _shown(ports: Services, caller: Person, item: Item) -> Kept[MemberView]:
    company = await ports.snapshots.directory.company()
    shown = MemberView.model_validate(item.document)
    if not may(company, caller.id, Task.READ_CONTACTS, now_in_utc(), owner=item.id):
        shown.contacts = None
    return Kept(version=item.version, item=shown)
