"""Who asks, and the one door through which every request comes: tokens, keys, sessions, limits, sizes and kinds."""

import hmac
import math
import re
from typing import Annotated

import structlog
from anyio import BrokenResourceError
from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer
from starlette.types import ASGIApp, Receive, Scope, Send

from adapters import ics, links
from adapters.credentials import Caller, HeldOnce, Way
from adapters.limits import Wait
from adapters.snapshot import now_in_utc
from adapters.store.database import DatabaseAway
from api import audit, failures, problems
from api.cookies import HEADER, SESSION, secret_of
from domain.accounts import Feed
from domain.accounts import Scope as Good
from domain.administration import Task, require
from domain.company import Person
from domain.errors import NotAuthorised
from domain.text import N_

OPEN = frozenset({"/healthz", "/readyz", "/docs", "/docs/oauth2-redirect", "/openapi.json", "/api/v1/signing-key"})
SIGN_IN = ("POST", "/api/v1/auth/session")
_OPEN_BELOW = (f"{links.PATH}/", f"{ics.PATH}/", "/sign-in")
_BODIED = ("POST", "PUT", "PATCH")
_READS = ("GET", "HEAD", "OPTIONS")
_ACTS = ("/api/v1/incidents", "/api/v1/inbox")
_KEYS = "/api/v1/auth/"
_OWN = ("/api/v1/auth/session", "/api/v1/auth/password")
_NO_CSRF = problems.Case(
    403, "csrf", N_("A browser must send the token of its session along ({header}) to change anything.")
)
_OUT_OF_SCOPE = problems.Case(403, "out-of-scope", N_("This token is not made for this: it lacks the scope “{scope}”."))
_NO_KEYS = problems.Case(403, "out-of-scope", N_("Passwords, tokens and keys are not changed by means of a token."))
_NOT_HERE = problems.Case(
    401, "not-active", N_("{person} is not active here: what let {person} in ({way}) does so no more."), clause="2"
)
_HELD_ONCE = problems.Case(
    401,
    "credentials-ended",
    N_("A token or key of {owner} was shown that was revoked or has ended: {name}."),
    clause="2",
)
_MUST_CHANGE = problems.Case(403, "password-change-needed", N_("Choose a password of your own first."))
UPLOAD = re.compile(r"/api/v1/incidents/[^/]+/evidence", re.DOTALL)
_log = structlog.get_logger(__name__)
_bearer = HTTPBearer(auto_error=False, description="A token of a person, or the key of an alert source.")
_cookie = APIKeyCookie(
    name=SESSION, auto_error=False, description="The session of a browser; what changes anything needs X-CSRF-Token."
)


class Door:
    """Lets nobody in without valid credentials, before anything of the request is read; then looks at what it is."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 401, 403, 413, 415, 429, 503."""
        if scope["type"] != "http" or _is_open(scope["path"]):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        case = await _stopped(request)
        if case is None:
            await self._let_in(scope, receive, send)
            return
        await audit.note(request, case)
        await problems.respond(request, case)(scope, receive, send)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except* BrokenResourceError:
            # Whoever followed a stream hung up in the middle of an event.
            _log.debug("hung_up", path=scope["path"])


def _is_open(path: str) -> bool:
    return path in OPEN or path.startswith(_OPEN_BELOW)


async def _stopped(request: Request) -> problems.Case | None:
    if (request.method, request.url.path) == SIGN_IN:
        return _unfit(request)
    try:
        caller = await _caller(request)
    except DatabaseAway as error:
        return failures.case_of(request, error)
    except HeldOnce as shown:
        key = shown.key
        case = _HELD_ONCE._replace(params={"owner": key.owner, "name": key.name})
        await audit.note_leaver(request, case, key.owner if key.kind == "token" else None, key.id)
        return problems.UNAUTHENTICATED
    if caller is None or not await _is_known(request, caller):
        return problems.UNAUTHENTICATED
    return await _too_often(request, caller) or _forbidden(request, caller) or _unfit(request)


async def _caller(request: Request) -> Caller | None:
    credentials = request.app.state.services.credentials
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme:
        found: Caller | None = await credentials.by_token(token.strip()) if scheme.lower() == "bearer" else None
        return found
    secret = secret_of(request)
    return await credentials.by_session(secret) if secret else None


async def _is_known(request: Request, caller: Caller) -> bool:
    request.state.caller = caller
    if caller.person is None:
        return True
    company = await request.app.state.services.snapshots.directory.company()
    person = company.person(caller.person)
    if person is None or not person.is_active:
        case = _NOT_HERE._replace(params={"person": caller.person, "way": caller.way})
        await audit.note_leaver(request, case, caller.person, caller.id)
        return False
    request.state.person = person
    return True


async def _too_often(request: Request, caller: Caller) -> problems.Case | None:
    if caller.person is None:
        return None
    wait = await request.app.state.services.limits.request(caller.person)
    return too_many(wait) if wait else None


def too_many(wait: Wait) -> problems.Case:
    """Say after how many seconds to come again."""
    seconds = str(math.ceil(wait.seconds))
    message = N_("Too many requests; try again in {seconds} seconds.")
    headers = {"Retry-After": seconds}
    return problems.Case(429, "too-many", message, {"seconds": seconds}, headers=headers, is_news=wait.is_first)


def _forbidden(request: Request, caller: Caller) -> problems.Case | None:
    """Stop what a session's page did not send itself, what a token is not made for, and a password that is not his."""
    path, is_read = request.url.path, request.method in _READS
    if caller.way == Way.SESSION:
        shown = request.headers.get(HEADER, "")
        expected = request.app.state.services.credentials.csrf(caller.id)
        if not is_read and not hmac.compare_digest(shown.encode("utf-8", "replace"), expected.encode()):
            return _NO_CSRF._replace(params={"header": HEADER})
        return _MUST_CHANGE if caller.must_change and path not in _OWN else None
    if caller.way == Way.TOKEN:
        scope = Good.READ if is_read else Good.ACT if path.startswith(_ACTS) else Good.ADMINISTER
        if scope not in caller.scopes:
            return _OUT_OF_SCOPE._replace(params={"scope": scope})
        return _NO_KEYS if not is_read and path.startswith(_KEYS) else None
    return None


def _unfit(request: Request) -> problems.Case | None:
    length = request.headers.get("content-length", "")
    if _is_upload(request):
        most = request.app.state.settings.evidence_most_bytes
        return problems.too_large(most) if length.isdecimal() and int(length) > most else None
    if length.isdecimal() and int(length) > problems.MOST_BYTES:
        return problems.plain(413, {"Connection": "close"})
    has_body = length not in ("", "0") or "transfer-encoding" in request.headers
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method in _BODIED and has_body and kind != "application/json" and not kind.endswith("+json"):
        return problems.plain(415)
    return None


def _is_upload(request: Request) -> bool:
    """Evidence is neither JSON nor small; everything else of the door holds for it as well."""
    return request.method == "POST" and UPLOAD.fullmatch(request.url.path) is not None


async def signed_in(
    request: Request, _token: Annotated[object, Security(_bearer)], _session: Annotated[object, Security(_cookie)]
) -> Person:
    """Return the person who asks; alert sources have no business here."""
    person: Person | None = getattr(request.state, "person", None)
    if person is None:
        raise await _refused(request, N_("The token of an alert source only reports alerts."))
    return person


async def from_alert_source(request: Request, _token: Annotated[object, Security(_bearer)]) -> None:
    """Let only alert sources report alerts."""
    caller: Caller = request.state.caller
    if caller.person is not None or Feed.ALERTS not in caller.scopes:
        raise await _refused(request, N_("Alerts are reported with the token of an alert source."))


async def from_monitor(request: Request, _token: Annotated[object, Security(_bearer)]) -> None:
    """Let the key of any machine ask, and people who may read the whole report."""
    caller: Caller = request.state.caller
    if caller.person is not None:
        company = await request.app.state.services.snapshots.directory.company()
        require(company, caller.person, Task.READ_READINESS, now_in_utc())


async def _refused(request: Request, message: str) -> NotAuthorised:
    """Return why somebody has no business here; of a machine nobody else keeps it."""
    caller: Caller = request.state.caller
    refusal = NotAuthorised(message, clause="5.2.1")
    if caller.person is None:
        await audit.note_machine(request, caller.id, failures.of_refusal(refusal))
    return refusal


def _caller_of(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


CurrentPerson = Annotated[Person, Depends(signed_in)]
CurrentCaller = Annotated[Caller, Depends(_caller_of)]


class Keeper:
    """A dependency: whoever asks has the power to do a task, before anything else of the request is looked at."""

    def __init__(self, task: Task, *, owner: str | None = None) -> None:
        """Name the task; ``owner`` is the query parameter that says whose thing it is about."""
        self.task = task
        self._owner = owner

    async def __call__(self, request: Request, person: CurrentPerson) -> Person:
        """Return who asks; raise NotAuthorised."""
        company = await request.app.state.services.snapshots.directory.company()
        owner = request.query_params.get(self._owner, person.id) if self._owner else None
        require(company, person.id, self.task, now_in_utc(), owner=owner)
        return person
