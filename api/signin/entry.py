"""The sign-in itself, the same for programs and pages: counted, compared, recorded."""

import asyncio
from typing import NamedTuple, NoReturn

from fastapi import Request

from adapters.limits import Wait
from adapters.snapshot import now_in_utc
from adapters.store.audit import Audited
from api import audit
from api.auth import too_many
from api.problems import UNAUTHENTICATED, Case, Denied, bounded
from api.services import Services
from domain.accounts import check_password
from domain.company import Person
from domain.errors import Conflict
from domain.text import N_

CLAUSE = "2"
# One answer for all: whoever tries names learns neither who has an account nor whose is locked.
WRONG = UNAUTHENTICATED._replace(
    code="wrong-credentials",
    message=N_(
        "Person or password is wrong, the password has lapsed, or too many wrong ones were tried: wait, an hour at "
        "most, or ask an administrator for a one-time password."
    ),
)
_LEAST_SECONDS = 0.25
_SIGNED_IN = N_("{person} signed in ({way}).")
_OUT = N_("{person} was signed out of {count} browsers by {by}.")
_LOCKED = N_("After {count} wrong passwords nobody can sign in as {person} for a while.")


class Entered(NamedTuple):
    """Somebody who has just signed in, and the secret of his session."""

    person: Person
    secret: str
    must_change: bool


async def by_password(request: Request, ports: Services, person_id: str, password: str) -> Entered:
    """Sign in with a password; raise Denied, DatabaseAway. A refusal takes as long for whomever it is."""
    if wait := await ports.limits.sign_in(person_id, address_of(request)):
        await _deny(request, ports, person_id, too_many(wait))
    least = asyncio.create_task(asyncio.sleep(_LEAST_SECONDS))
    try:
        must_change = await compare(request, ports, person_id, password)
        person = await ports.snapshots.directory.person(person_id)
        if person is None or not person.is_active:
            await _deny(request, ports, person_id, WRONG)
    except Denied:
        await least
        raise
    least.cancel()
    return await enter(request, ports, person, "password", must_change=must_change)


async def compare(request: Request, ports: Services, person_id: str, password: str) -> bool:
    """Compare with somebody's password and return whether it must be changed; raise Denied.

    Only whoever is signed in is told that he is locked out, and for how long.
    """
    tried = await ports.accounts.attempt(person_id)
    until, account = tried.locked_until, tried.account
    is_locked = until is not None and account is not None and account.locked_until == until
    if until and is_locked and getattr(request.state, "person", None):
        seconds = max((until - now_in_utc()).total_seconds(), 1)
        case = too_many(Wait(seconds, is_first=True))._replace(code="locked-out")
        await _deny(request, ports, person_id, case)
    if not await ports.passwords.is_right(password, None if is_locked else tried.password):
        if until and account:
            count = str(account.failures + (not is_locked))
            locked = Case(429, "locked-out", _LOCKED, {"person": person_id, "count": count})
            await tell(request, ports, person_id, locked)
        if is_locked:
            raise Denied(WRONG)
        await _deny(request, ports, person_id, WRONG)
    await ports.accounts.succeeded(person_id)
    return tried.account is not None and tried.account.must_change


async def enter(request: Request, ports: Services, person: Person, way: str, *, must_change: bool = False) -> Entered:
    """Start the session of somebody who has shown who he is; raise DatabaseAway."""
    secret = await ports.credentials.open(
        person,
        way=way,
        address=address_of(request),
        agent=bounded(request.headers.get("user-agent", "")),
        must_change=must_change,
    )
    await tell(request, ports, person.id, Case(201, "signed-in", _SIGNED_IN, {"person": person.id, "way": way}))
    return Entered(person, secret, must_change)


async def change_password(request: Request, ports: Services, person: Person, old: str, new: str) -> None:
    """Give the person the password that he chose and sign him out everywhere; raise Denied, Refusal."""
    if not any(account.person == person.id for account in await ports.accounts.every()):
        raise Conflict(N_("{person} has no account with a password here."), clause=CLAUSE, person=person.id)
    check_password(new, person, former=old == new)
    await compare(request, ports, person.id, old)
    changed = N_("{person} changed the password.")
    told = audited(request, person.id, Case(200, "password-changed", changed, {"person": person.id}))
    await ports.accounts.put(person.id, await ports.passwords.hash(new), by=person.id, audited=told)


async def sign_out(request: Request, ports: Services, whose: str, *, by: str, only: str | None = None) -> int:
    """End all of somebody's sessions, or only one; return how many."""
    count = await ports.credentials.sessions.end(whose, only=only)
    await tell(request, ports, by, Case(200, "signed-out", _OUT, {"person": whose, "count": str(count), "by": by}))
    return count


async def _deny(request: Request, ports: Services, person_id: str, case: Case) -> NoReturn:
    """Refuse; of somebody who is signed in whoever answers the failure keeps it."""
    if getattr(request.state, "person", None) is None:
        await tell(request, ports, person_id, case)
    raise Denied(case)


async def tell(request: Request, ports: Services, person_id: str, case: Case) -> None:
    """Put into the record what happened at the door to somebody whom the company knows.

    Whoever asks too often is told so each time, but recorded once a minute: anybody can ask without end.
    """
    if case.is_news and await ports.snapshots.directory.person(person_id) is not None:
        await audit.keep(ports, audited(request, person_id, case))


def audited(request: Request, person_id: str, case: Case) -> Audited:
    """Return what the record keeps of what happened at the door."""
    return Audited(
        person=person_id,
        act=getattr(request.scope.get("route"), "name", "") or "sign_in",
        method=request.method,
        path=bounded(request.url.path),
        code=case.code,
        clause=CLAUSE,
        message=case.message,
        params=case.params | {"address": address_of(request)},
    )


def address_of(request: Request) -> str:
    """Return the address from which somebody asks."""
    return bounded(request.client.host) if request.client else "unknown"
