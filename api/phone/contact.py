"""The page behind the link of a test message: one button that says “this message reached me” (4.2)."""

from datetime import datetime

from fastapi import Request
from fastapi.responses import HTMLResponse

from adapters.i18n import Translator
from adapters.i18n.formats import instant
from adapters.links import Link
from api.phone import paper
from api.phone.door import note
from api.phone.sheet import Notice, Visit, name
from api.problems import Case
from api.services import Services
from domain.text import N_

ACT = "verify_contact"
_CLAUSE = "4.2"
_USED = Case(409, "link-used", N_("You said this already with this link."), clause=_CLAUSE)
_CHANGED = Case(
    409,
    "contact-changed",
    N_("This contact point was changed after the message was sent: it proves nothing any more."),
    clause=_CLAUSE,
)


async def look(ports: Services, visit: Visit, _: Translator) -> HTMLResponse:
    """Show the button, or why there is none; raise DatabaseAway."""
    used = await _used(ports, visit.link)
    is_there = await _address(ports, visit.link) is not None
    notice = None if is_there or used else Notice("wait", _(N_("Not counted")), [_(_CHANGED.message)])
    return _page(visit, _, used, notice, is_asked=is_there and used is None)


async def confirm(request: Request, ports: Services, visit: Visit, _: Translator) -> HTMLResponse:
    """Verify the very contact point and answer the test, once; raise DatabaseAway."""
    link = visit.link
    if used := await _used(ports, link):
        await note(request, link, ACT, _USED)
        return _page(visit, _, used, Notice("bad", _(N_("Not carried out")), [_(_USED.message)]), _USED.status)
    channel = link.channel or ""
    if not await ports.registrar.verify(
        link.person, channel, ports.links.sent_at(link), lambda address: ports.links.is_to(link, address)
    ):
        await note(request, link, ACT, _CHANGED)
        return _page(visit, _, None, Notice("bad", _(N_("Not counted")), [_(_CHANGED.message)]), _CHANGED.status)
    if link.test:
        await ports.communication_tests.answer(link.test, link.person, channel, visit.at)
    await ports.used_links.use(link, ACT)
    thanks = _(N_("Thank you: you can be reached on {channel}."), channel=channel)
    return _page(visit, _, await _used(ports, link), Notice("good", _(N_("Recorded")), [thanks]))


async def _used(ports: Services, link: Link) -> datetime | None:
    return (await ports.used_links.used(link)).get(ACT)


async def _address(ports: Services, link: Link) -> str | None:
    member = await ports.snapshots.directory.member(link.person)
    contacts = member.contacts if member else []
    addresses = (contact.address for contact in contacts if contact.channel == link.channel)
    return next((address for address in addresses if ports.links.is_to(link, address)), None)


def _page(
    visit: Visit,
    _: Translator,
    used: datetime | None,
    notice: Notice | None,
    status: int = 200,
    *,
    is_asked: bool = False,
) -> HTMLResponse:
    return paper.page(
        "contact",
        status,
        _,
        channel=visit.link.channel,
        person=name(visit.person, _),
        clause=_.clause(_CLAUSE),
        expires=instant(visit.link.expires_at, _, visit.zone),
        used=instant(used, _, visit.zone) if used else "",
        notice=notice,
        is_asked=is_asked,
    )
