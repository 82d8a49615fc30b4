"""Personal tokens for programs, machine keys for alert sources: shown once, scoped, ending, revocable."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request
from pydantic import Field

from adapters.snapshot import now_in_utc
from adapters.store.keys import Key, Kind
from api.auth import CurrentPerson, Keeper
from api.bodies import Strict
from api.deps import Ports
from api.openapi import problems
from api.problems import Case, bounded
from api.services import Services
from api.signin import entry
from domain import text
from domain.accounts import Feed, Scope
from domain.administration import Task, require
from domain.company import Person
from domain.errors import Unknown
from domain.text import N_, Line, Wire

router = APIRouter(prefix="/auth", tags=["sign-in"])
KeyId = Annotated[str, Path(pattern=r"^[0-9a-f]{1,40}$", description="Id of a token or key.")]
Administrator = Annotated[Person, Depends(Keeper(Task.EDIT_MACHINE_KEYS))]
Days = Annotated[int, Field(ge=1, le=366, description="Days after which it ends.")]
_MADE = N_("{by} made a token or key: {name}.")
_MOST_SYSTEMS = 200
_NO_SYSTEM = N_("The company has no system “{system}”.")
_REVOKED = N_("{by} revoked a token or key: {name}.")


class NewToken(Strict):
    """A token of the caller's own."""

    name: Line
    scopes: Annotated[set[Scope], Field(min_length=1)]
    days: Days = 90


class NewMachineKey(Strict):
    """The key of an alert source."""

    source: text.Key
    name: Line
    scopes: Annotated[set[Feed], Field(min_length=1)] = {Feed.ALERTS}
    systems: list[text.Key] = Field(
        [],
        max_length=_MOST_SYSTEMS,
        description="The systems that it reports of; none: all. A limited key joins no alert that came with another.",
    )
    days: Days | None = None


class Issued(Wire):
    """A token or key with its secret, which is shown this once."""

    key: Key
    secret: str


@router.get("/tokens", operation_id="tokens", summary="My tokens", responses=problems(422))
async def tokens(
    person: CurrentPerson,
    ports: Ports,
    owner: Annotated[text.Key | None, Query(description="Whose; without it the caller's own.")] = None,
) -> list[Key]:
    """List tokens without their secrets; an administrator sees anybody's."""
    await _require(ports, person, owner or person.id)
    return await ports.credentials.keys.every("token", owner or person.id)


@router.post(
    "/tokens",
    name="make_token",
    operation_id="make_token",
    summary="Make a token of my own",
    status_code=201,
    responses=problems(413, 415, 422),
)
async def make_token(body: NewToken, person: CurrentPerson, request: Request, ports: Ports) -> Issued:
    """Make a token that can do no more than its owner, and no more than its scopes."""
    return await _issue(request, ports, "token", person.id, body, by=person.id)


@router.delete(
    "/tokens/{key}",
    name="revoke_token",
    operation_id="revoke_token",
    summary="Revoke a token",
    responses=problems(404, 422),
)
async def revoke_token(key: KeyId, person: CurrentPerson, request: Request, ports: Ports) -> Key:
    """End a token at once; an administrator ends anybody's."""
    found = await ports.credentials.keys.get("token", key)
    await _require(ports, person, found.owner if found else None)
    return await _revoke(request, ports, "token", found, by=person.id)


@router.get("/machine-keys", operation_id="machine_keys", summary="Keys of alert sources")
async def machine_keys(_by: Administrator, ports: Ports) -> list[Key]:
    """List keys without their secrets."""
    return await ports.credentials.keys.every("machine")


@router.post(
    "/machine-keys",
    name="make_machine_key",
    operation_id="make_machine_key",
    summary="Make a key for an alert source",
    status_code=201,
    responses=problems(413, 415, 422),
)
async def make_machine_key(body: NewMachineKey, by: Administrator, request: Request, ports: Ports) -> Issued:
    """Make a key that opens the doors of its scopes and no others, and reports of its systems and no others."""
    company = await ports.snapshots.directory.company()
    for place, system in enumerate(body.systems):
        if company.system(system) is None:
            raise Unknown(_NO_SYSTEM, clause=entry.CLAUSE, field=f"systems.{place}", system=system)
    return await _issue(request, ports, "machine", body.source, body, by=by.id)


@router.delete(
    "/machine-keys/{key}",
    name="revoke_machine_key",
    operation_id="revoke_machine_key",
    summary="Revoke the key of an alert source",
    responses=problems(404, 422),
)
async def revoke_machine_key(key: KeyId, by: Administrator, request: Request, ports: Ports) -> Key:
    """End a key at once."""
    found = await ports.credentials.keys.get("machine", key)
    return await _revoke(request, ports, "machine", found, by=by.id)


async def _require(ports: Services, person: Person, owner: str | None) -> None:
    company = await ports.snapshots.directory.company()
    require(company, person.id, Task.EDIT_TOKENS, now_in_utc(), owner=owner)


async def _issue(
    request: Request, ports: Services, kind: Kind, owner: str, body: NewToken | NewMachineKey, *, by: str
) -> Issued:
    ends_at = now_in_utc() + timedelta(days=body.days) if body.days else None
    systems = list(dict.fromkeys(body.systems)) if isinstance(body, NewMachineKey) else []
    key, secret = await ports.credentials.issue(
        kind, owner, body.name, sorted(body.scopes), by=by, ends_at=ends_at, systems=systems
    )
    params = {"by": by, "name": body.name, "key": key.id, "owner": owner, "scopes": ", ".join(key.scopes)}
    params |= {"systems": bounded(", ".join(systems), 500)} if systems else {}
    await entry.tell(request, ports, by, Case(201, "key-made", _MADE, params))
    return Issued(key=key, secret=secret)


async def _revoke(request: Request, ports: Services, kind: Kind, found: Key | None, *, by: str) -> Key:
    if found is None:
        raise HTTPException(404)
    if await ports.credentials.keys.revoke(kind, at=now_in_utc(), key_id=found.id):
        params = {"by": by, "name": found.name, "key": found.id, "owner": found.owner}
        await entry.tell(request, ports, by, Case(200, "key-revoked", _REVOKED, params))
    return await ports.credentials.keys.get(kind, found.id) or found
