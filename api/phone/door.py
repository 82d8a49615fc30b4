"""Who comes with which link: a link that does not open is told plainly, and audited within bounds."""

from datetime import UTC, datetime

import structlog
from fastapi import Request
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from adapters.links import PATH, ForgedLink, Link
from adapters.snapshot import now_in_utc
from adapters.store.audit import Audited
from api import audit
from api.phone.sheet import Visit
from api.problems import Case, bounded
from api.services import Services
from domain.company import Person
from domain.text import N_

FORGED = Case(404, "no-such-link", N_("This link is not valid. Open the one in the newest message, or sign in."))
EXPIRED = Case(410, "link-expired", N_("This link has expired. Open the one in the newest message, or sign in."))
LEFT = Case(403, "link-of-a-leaver", N_("This link belongs to somebody who is not active here any more."))
_NOBODY = Link("", "", "", datetime.fromtimestamp(0, UTC), "")
# Anybody can send tokens, and whoever has a link answers, without end; the audit trail must not grow with it.
_MOST_AUDITED = parse("10/minute")
_limiter = FixedWindowRateLimiter(MemoryStorage())
_log = structlog.get_logger(__name__)


class Shut(Exception):
    """The link does not open; ``person`` where we know whose it is."""

    def __init__(self, case: Case, link: Link = _NOBODY, person: Person | None = None) -> None:
        """Keep why, and for whom."""
        super().__init__(case.code)
        self.case = case
        self.link = link
        self.person = person


class Doorkeeper:
    """Lets people in by their links."""

    async def enter(self, token: str, ports: Services) -> Visit:
        """Return who came for what; raise Shut."""
        now = now_in_utc()
        company = await ports.snapshots.directory.company()
        try:
            link = ports.links.read(token, [person.id for person in company.people], now)
        except ForgedLink:
            raise Shut(FORGED) from None
        person = company.person(link.person)
        if person is None or not person.is_active:
            raise Shut(LEFT, link, person)
        if now >= link.expires_at:
            raise Shut(EXPIRED, link, person)
        return Visit(link, person, company, ports.snapshots.policy.time_zone, now)

    async def note_shut(self, request: Request, shut: Shut) -> None:
        """Audit a link that did not open."""
        await note(request, shut.link, "open_link", shut.case)


async def note(request: Request, link: Link, act: str, case: Case) -> None:
    """Audit what was refused to the holder of a link, without its token; beyond the bound it is only in the log."""
    if not _limiter.hit(_MOST_AUDITED, link.id or "forged"):
        _log.warning("link_refused", act=act, code=case.code, link_id=link.id)
        return
    audited = Audited(
        person=link.person or None,
        act=act,
        method=request.method,
        path=f"{PATH}/{link.id}",
        incident=link.incident or None,
        code=case.code,
        clause=case.clause,
        message=case.message,
        params={name: bounded(value, 500) for name, value in case.params.items()},
    )
    await audit.keep(request.app.state.services, audited)
