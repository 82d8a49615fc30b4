"""Who asks: bearer tokens, kept as digests only, and the one door through which every request comes."""

import hashlib
import hmac
from typing import Annotated

import structlog
from anyio import BrokenResourceError
from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer
from starlette.types import ASGIApp, Receive, Scope, Send

from adapters import links
from adapters.settings import Settings
from api import audit, problems
from domain.company import Person
from domain.errors import NotAuthorised
from domain.text import N_

OPEN = frozenset({"/healthz", "/readyz", "/docs", "/docs/oauth2-redirect", "/openapi.json"})
_log = structlog.get_logger(__name__)
_ALERTS = ""
_BODIED = ("POST", "PUT", "PATCH")
_bearer = HTTPBearer(auto_error=False, description="The token of a person, or of an alert source.")


class Keyring:
    """Knows whose token is shown, without holding any token."""

    def __init__(self, settings: Settings) -> None:
        """Digest all tokens; the empty id stands for alert sources."""
        held = {person: token.get_secret_value() for person, token in settings.tokens.items()}
        if settings.alert_token:
            held[_ALERTS] = settings.alert_token.get_secret_value()
        self._digests = {holder: _digest(token) for holder, token in held.items()}

    def holder(self, token: str) -> str | None:
        """Return the person id, "" for an alert source, or None; every digest is compared, in constant time."""
        shown = _digest(token)
        found = None
        for holder, digest in self._digests.items():
            if hmac.compare_digest(shown, digest):
                found = holder
        return found


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


class Door:
    """Lets nobody in without a valid token, before anything of the request is read; then looks at its size and kind."""

    def __init__(self, app: ASGIApp, keyring: Keyring) -> None:
        """Stand before the application."""
        self._app = app
        self._keyring = keyring

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 401, 413, 415."""
        if scope["type"] != "http" or scope["path"] in OPEN or scope["path"].startswith(f"{links.PATH}/"):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        case = _unfit(request) if await self._knows(request) else problems.UNAUTHENTICATED
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

    async def _knows(self, request: Request) -> bool:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        holder = self._keyring.holder(token.strip()) if scheme.lower() == "bearer" else None
        if holder is None:
            return False
        request.state.is_alert_source = holder == _ALERTS
        if holder != _ALERTS:
            company = await request.app.state.services.snapshots.directory.company()
            person = company.person(holder)
            if person is None or not person.is_active:
                return False
            request.state.person = person
        return True


def _unfit(request: Request) -> problems.Case | None:
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > problems.MOST_BYTES:
        return problems.plain(413, {"Connection": "close"})
    has_body = length not in ("", "0") or "transfer-encoding" in request.headers
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method in _BODIED and has_body and kind != "application/json" and not kind.endswith("+json"):
        return problems.plain(415)
    return None


def signed_in(request: Request, _token: Annotated[object, Security(_bearer)]) -> Person:
    """Return the person who asks; alert sources have no business here."""
    person: Person | None = getattr(request.state, "person", None)
    if person is None:
        raise NotAuthorised(N_("The token of an alert source only reports alerts."), clause="5.2.1")
    return person


def from_alert_source(request: Request, _token: Annotated[object, Security(_bearer)]) -> None:
    """Let only alert sources report alerts."""
    if not request.state.is_alert_source:
        raise NotAuthorised(N_("Alerts are reported with the token of an alert source."), clause="5.2.1")


CurrentPerson = Annotated[Person, Depends(signed_in)]
