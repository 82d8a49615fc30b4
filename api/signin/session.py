"""Signing in and out as a program or script does; the pages for people stand beside it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, StringConstraints

from adapters.credentials import Way
from adapters.snapshot import now_in_utc
from adapters.store.sessions import Session
from api import cookies
from api.auth import CurrentCaller, CurrentPerson
from api.bodies import Strict
from api.deps import Ports
from api.openapi import problems
from api.services import Services
from api.signin import entry
from domain.administration import Task, require
from domain.text import Key, Wire

SECRET = StringConstraints(min_length=1, max_length=1000)
door = APIRouter(prefix="/auth", tags=["sign-in"])
router = APIRouter(prefix="/auth", tags=["sign-in"])
Owner = Annotated[Key | None, Query(description="Whose; without it the caller's own.")]


class SignIn(Strict):
    """Who signs in, and his password."""

    person: Key
    password: Annotated[str, SECRET] = Field(json_schema_extra={"format": "password"})


class NewPassword(Strict):
    """The password of before and the new one."""

    old_password: Annotated[str, SECRET] = Field(json_schema_extra={"format": "password"})
    new_password: Annotated[str, SECRET] = Field(json_schema_extra={"format": "password"})


class Current(Wire):
    """Who is signed in and how; `csrf` goes into `X-CSRF-Token` with everything that changes something."""

    person: str
    way: Way
    scopes: list[str]
    must_change_password: bool
    csrf: str | None = None


class Ended(Wire):
    """How many browsers were signed out."""

    count: int


@door.post(
    "/session",
    name="sign_in",
    operation_id="sign_in",
    summary="Sign in with a password",
    status_code=201,
    responses=problems(400, 401, 413, 415, 422, 429, 500, 503),
    openapi_extra={"security": []},
)
async def sign_in(body: SignIn, request: Request, ports: Ports, response: Response) -> Current:
    """Start a session; its secret comes as a cookie that no script reads."""
    entered = await entry.by_password(request, ports, body.person, body.password)
    return await _entered(ports, response, entered)


@router.get("/session", operation_id="session", summary="Who is signed in, and how")
async def session(person: CurrentPerson, caller: CurrentCaller, ports: Ports) -> Current:
    """Show what the credentials of this request are good for."""
    return Current(
        person=person.id,
        way=caller.way,
        scopes=sorted(caller.scopes),
        must_change_password=caller.must_change,
        csrf=ports.credentials.csrf(caller.id) if caller.way == Way.SESSION else None,
    )


@router.delete("/session", name="sign_out", operation_id="sign_out", summary="Sign out of this browser")
async def sign_out(
    person: CurrentPerson, caller: CurrentCaller, request: Request, ports: Ports, response: Response
) -> Ended:
    """End the session of this request; a token goes on."""
    is_session = caller.way == Way.SESSION
    count = await entry.sign_out(request, ports, person.id, by=person.id, only=caller.id) if is_session else 0
    cookies.take(response, ports.settings)
    return Ended(count=count)


@router.get("/sessions", operation_id="sessions", summary="My browsers that are signed in", responses=problems(422))
async def sessions(person: CurrentPerson, ports: Ports, owner: Owner = None) -> list[Session]:
    """List sessions, the newest first; an administrator sees anybody's."""
    whose = await _may_see(ports, person.id, owner)
    now = now_in_utc()
    found = await ports.credentials.sessions.of_person(whose)
    return [item for item in found if now < min(item.ends_at, item.used_at + ports.credentials.idle)]


@router.delete(
    "/sessions",
    name="sign_out_everywhere",
    operation_id="sign_out_everywhere",
    summary="Sign out everywhere",
    responses=problems(422),
)
async def sign_out_everywhere(
    person: CurrentPerson, request: Request, ports: Ports, response: Response, owner: Owner = None
) -> Ended:
    """End all sessions; an administrator ends anybody's."""
    whose = await _may_see(ports, person.id, owner)
    if whose == person.id:
        cookies.take(response, ports.settings)
    return Ended(count=await entry.sign_out(request, ports, whose, by=person.id))


@router.put(
    "/password",
    name="change_password",
    operation_id="change_password",
    summary="Change my password",
    responses=problems(409, 413, 415, 422, 429),
)
async def change_password(
    *,
    body: NewPassword,
    person: CurrentPerson,
    caller: CurrentCaller,
    request: Request,
    ports: Ports,
    response: Response,
) -> Current:
    """Sign out everywhere, then, for a browser, in again here."""
    await entry.change_password(request, ports, person, body.old_password, body.new_password)
    if caller.way != Way.SESSION:
        return Current(person=person.id, way=caller.way, scopes=sorted(caller.scopes), must_change_password=False)
    return await _entered(ports, response, await entry.enter(request, ports, person, "password"))


async def _entered(ports: Services, response: Response, entered: entry.Entered) -> Current:
    cookies.give(response, ports.settings, entered.secret)
    caller = await ports.credentials.by_session(entered.secret)
    return Current(
        person=entered.person.id,
        way=Way.SESSION,
        scopes=sorted(caller.scopes) if caller else [],
        must_change_password=entered.must_change,
        csrf=ports.credentials.csrf(caller.id) if caller else None,
    )


async def _may_see(ports: Services, person: str, owner: str | None) -> str:
    if owner is not None and owner != person:
        company = await ports.snapshots.directory.company()
        require(company, person, Task.EDIT_ACCOUNTS, now_in_utc())
    return owner or person
