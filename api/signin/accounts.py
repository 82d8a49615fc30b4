"""Accounts: an administrator lets somebody in with a password that is shown once and serves once."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Request
from pydantic import AwareDatetime

from adapters.bootstrap import LAPSES_AFTER
from adapters.passwords import one_time_password
from adapters.snapshot import now_in_utc
from adapters.store.accounts import Account
from api.auth import Keeper
from api.deps import Ports
from api.openapi import problems
from api.problems import Case
from api.signin import entry
from domain.administration import Task
from domain.company import Person
from domain.errors import Conflict
from domain.text import N_, Key, Wire

router = APIRouter(prefix="/auth/accounts", tags=["sign-in"])
Administrator = Annotated[Person, Depends(Keeper(Task.EDIT_ACCOUNTS))]
Of = Annotated[Key, Path(description="Id of a person.")]
_GIVEN = N_("{by} gave {person} a one-time password.")
_TAKEN = N_("{by} took away the account of {person}: {sessions} browsers and {tokens} tokens ended.")


class OneTime(Wire):
    """A password to hand over: it is shown this once, lapses, and must be changed at the first sign-in."""

    person: str
    password: str
    lapses_at: AwareDatetime


class Removed(Wire):
    """What ended with an account."""

    sessions: int
    tokens: int


@router.get("", operation_id="accounts", summary="Who has an account")
async def accounts(_by: Administrator, ports: Ports) -> list[Account]:
    """List the accounts, never a password."""
    return await ports.accounts.every()


@router.put(
    "/{person}",
    name="give_account",
    operation_id="give_account",
    summary="Let somebody in with a one-time password",
    responses=problems(404, 409, 422),
)
async def give(person: Of, by: Administrator, request: Request, ports: Ports) -> OneTime:
    """Make an account, or reset its password; whoever is signed in with it is signed out."""
    found = await ports.snapshots.directory.person(person)
    if found is None:
        raise HTTPException(404)
    if not found.is_active:
        raise Conflict(N_("{person} is not active."), clause=entry.CLAUSE, person=person)
    password, lapses_at = one_time_password(), now_in_utc() + LAPSES_AFTER
    told = entry.audited(request, by.id, Case(200, "account-given", _GIVEN, {"person": person, "by": by.id}))
    hashed = await ports.passwords.hash(password)
    await ports.accounts.put(person, hashed, by=by.id, lapses_at=lapses_at, audited=told)
    return OneTime(person=person, password=password, lapses_at=lapses_at)


@router.delete(
    "/{person}",
    name="take_account",
    operation_id="take_account",
    summary="Take somebody's account, browsers and tokens away",
    responses=problems(404, 422),
)
async def take(person: Of, by: Administrator, request: Request, ports: Ports) -> Removed:
    """End all by which somebody can show who he is, but what the environment gives him."""
    had = await ports.accounts.remove(person)
    removed = Removed(
        sessions=await ports.credentials.sessions.end(person),
        tokens=await ports.credentials.keys.revoke("token", at=now_in_utc(), owner=person),
    )
    if not had and removed == Removed(sessions=0, tokens=0):
        raise HTTPException(404)
    params = {"person": person, "by": by.id, "sessions": str(removed.sessions), "tokens": str(removed.tokens)}
    await entry.tell(request, ports, by.id, Case(200, "account-taken", _TAKEN, params))
    return removed
