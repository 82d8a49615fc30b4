"""Duty as a calendar that other programs subscribe to: a signed address per feed, good until its owner revokes it."""

import hashlib
from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Path, Response
from itsdangerous import BadData, URLSafeSerializer

from adapters import ics
from adapters.i18n import translator
from adapters.settings import Settings
from adapters.snapshot import now_in_utc
from adapters.store.catalogue import Edit
from api.auth import CurrentPerson
from api.deps import Locale, Ports
from api.names import name_of
from api.openapi import problems
from api.services import Services
from domain.text import N_, Key, Wire

FEED = "feed"
_SALT = "fengsui.feed"
_BEFORE, _AFTER = timedelta(days=31), timedelta(days=180)
Of = Literal["person", "roster"]
router = APIRouter(tags=["duty"])
public = APIRouter(tags=["duty"])


class FeedView(Wire):
    """The address of a feed; whoever knows it reads it, so it is kept like a key."""

    of: Of
    id: str
    url: str


class Revoked(Wire):
    """Every address that somebody was given so far is void."""

    generation: int


@router.get("/duty/feeds/mine", operation_id="my_feed", summary="The address of my own shifts as a calendar")
async def my_feed(person: CurrentPerson, ports: Ports) -> FeedView:
    """Show the address of the caller's shifts."""
    return await _feed(ports, person.id, "person", person.id)


@router.get(
    "/duty/feeds/rosters/{roster}",
    operation_id="roster_feed",
    summary="The address of a roster's shifts as a calendar",
    responses=problems(404, 422),
)
async def roster_feed(roster: Annotated[Key, Path()], person: CurrentPerson, ports: Ports) -> FeedView:
    """Show the address of a roster's shifts; it is the caller's own, and void when he revokes it or leaves."""
    if (await ports.snapshots.duties.book()).roster(roster) is None:
        raise HTTPException(404)
    return await _feed(ports, person.id, "roster", roster)


@router.delete(
    "/duty/feeds", operation_id="revoke_feeds", summary="Make my feeds' addresses void", responses=problems(409)
)
async def revoke_feeds(person: CurrentPerson, ports: Ports) -> Revoked:
    """Void every address of a feed that the caller was given."""
    generation = await _generation(ports, person.id) + 1
    edit = Edit(kind=FEED, id=person.id, document={"generation": generation})
    await ports.snapshots.catalogue.edit([edit], person=person.id, act="revoke_feeds")
    return Revoked(generation=generation)


@router.get(
    "/duty/shifts.ics",
    operation_id="shifts_calendar",
    summary="My own shifts as a calendar",
    response_class=Response,
    responses={200: {"content": {ics.MEDIA_TYPE: {"schema": {"type": "string"}}}}},
)
async def shifts_calendar(person: CurrentPerson, ports: Ports, _: Locale) -> Response:
    """Write the caller's shifts as iCalendar."""
    return await _calendar(ports, "person", person.id, _.language)


@public.get(ics.PATH + "/{token}.ics", include_in_schema=False)
async def feed(token: str, ports: Ports) -> Response:
    """Write a feed as iCalendar; an address that is void, or whose owner left, is not found."""
    content = _read(ports.settings, token)
    company = await ports.snapshots.directory.company()
    owner = company.person(content["by"]) if content else None
    if content is None or owner is None or not owner.is_active:
        raise HTTPException(404)
    if content["generation"] != await _generation(ports, owner.id):
        raise HTTPException(404)
    return await _calendar(ports, content["of"], content["id"], owner.language)


async def _calendar(ports: Services, of: Of, name: str, language: str) -> Response:
    now, _ = now_in_utc(), translator(language)
    duties = ports.snapshots.duties
    found = await duties.shifts(now - _BEFORE, now + _AFTER, name if of == "roster" else None)
    company = await ports.snapshots.directory.company()
    roster = (await duties.book()).roster(name) if of == "roster" else None
    whose = roster.name.in_language(language) if roster else name_of(company, name, _)
    shown = [(item, shift) for item, shift in found if of == "roster" or shift.person == name]
    text = ics.calendar(_(N_("Duty: {name}"), name=whose), shown, company, _, now)
    headers = {"Content-Disposition": 'inline; filename="duty.ics"', "Cache-Control": "private, max-age=300"}
    return Response(text, media_type=ics.MEDIA_TYPE, headers=headers)


async def _feed(ports: Services, by: str, of: Of, name: str) -> FeedView:
    content = {"by": by, "of": of, "id": name, "generation": await _generation(ports, by)}
    token = _signing(ports.settings).dumps(content)
    return FeedView(of=of, id=name, url=f"{ports.settings.public_url}{ics.PATH}/{token}.ics")


async def _generation(ports: Services, person: str) -> int:
    item = await ports.snapshots.catalogue.get(FEED, person)
    return int(item.document["generation"]) if item else 0


def _read(settings: Settings, token: str) -> dict[str, Any] | None:
    try:
        content: dict[str, Any] = _signing(settings).loads(token)
    except BadData:
        return None
    return content


def _signing(settings: Settings) -> URLSafeSerializer:
    kwargs = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    return URLSafeSerializer(settings.secret.get_secret_value(), salt=_SALT, signer_kwargs=kwargs)
