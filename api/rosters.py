"""Rosters as administrators keep them, overrides for once, and swaps between two people (4.2)."""

import asyncio
import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Response
from pydantic import Field

from adapters import ics
from adapters.duty import OVERRIDE, ROSTER, SWAP, Book
from adapters.i18n import Translator
from adapters.snapshot import now_in_utc
from adapters.store.catalogue import Document, Edit, Item
from api.auth import CurrentPerson, Keeper
from api.bodies import IdempotencyKey, IfMatch, Strict
from api.deps import Locale, Ports
from api.directory import ETAG, Seen, version_of
from api.openapi import problems
from api.services import Services
from domain.administration import Task, require
from domain.company import POSTS, Company, Person
from domain.duty import Roll
from domain.errors import CommandReused, Conflict, StaleVersion, Unacceptable, Unknown
from domain.roster import Override, Roster, Rotation, Seat, Stretch, Swap, Zone
from domain.swaps import answered, check_offer, withdrawn
from domain.text import N_, Key, Line, Text, Wire

router = APIRouter(tags=["duty"])
_CLAUSE = "4.2"
_IMPORTED = timedelta(days=366)
_LONGEST_CALENDAR = 200_000
_LONGEST_ID = 40
_ANSWER = {"status": "offered"}  # what becomes of a swap does not make it another one
Id = Annotated[Key, Path()]
Why = Annotated[Line | None, Query(description="Why; it stands in the list of changes.")]
DryRun = Annotated[bool, Query(description="Only tell what would change.")]
RosterKeeper = Annotated[Person, Depends(Keeper(Task.EDIT_ROSTERS))]


class TextBody(Text, Strict):
    """A text in both languages."""


class RotationBody(Rotation, Strict):
    """People who take turns in a seat; see RFC 5545 for the rule: DAILY, WEEKLY, MONTHLY, without an end."""


class RosterBody(Strict):
    """A roster: whose turn it is, in which seats of which post."""

    post: str = Field(description="A post of the company, such as it_manager.")
    name: TextBody
    time_zone: Zone = "Asia/Shanghai"
    rotations: list[RotationBody] = Field(min_length=1, max_length=20)


class RosterView(Roster):
    """A roster, and which version it is."""

    version: int


class StretchBody(Stretch, Strict):
    """A stretch of time; its end does not belong to it."""


class OverrideBody(StretchBody):
    """Somebody has a seat for once."""

    roster: Key
    seat: Seat = Seat.PRIMARY
    person: Key
    reason: Line | None = None


class CalendarBody(Strict):
    """A calendar whose events are overrides: who is meant stands in X-FENGSUI-PERSON or in the summary."""

    roster: Key
    calendar: str = Field(max_length=_LONGEST_CALENDAR, description="The text of an .ics file.")


class UnreadView(Wire):
    """An event that is no override, and why."""

    event: str
    text: str


class ImportedView(Wire):
    """What a calendar would change, or has changed; one that has an unread event changes nothing.

    `removed` came from the same events before: they were moved since, or cancelled.
    """

    is_dry_run: bool
    overrides: list[Override]
    unread: list[UnreadView]
    changed: list[str]
    removed: list[Override]


class SwapBody(Strict):
    """An offer: you give your turn in one stretch and take the other's in another."""

    roster: Key
    offered_to: Key
    gives: StretchBody
    takes: StretchBody
    reason: Line | None = None


class AnswerBody(Strict):
    """The other's answer."""

    accept: bool


# ── rosters ───────────────────────────────────────────────────────────────────


@router.get("/rosters", operation_id="rosters", summary="Rosters")
async def rosters(_person: CurrentPerson, ports: Ports) -> list[RosterView]:
    """List the rosters in their order."""
    items = await ports.snapshots.catalogue.items(ROSTER)
    return [_view(item) for item in items]


@router.get(
    "/rosters/{roster}",
    operation_id="roster",
    summary="One roster",
    responses={200: {"headers": ETAG}, **problems(404, 422)},
)
async def roster(roster: Id, _person: CurrentPerson, ports: Ports, response: Response) -> RosterView:
    """Show a roster."""
    return _tagged(_view(await _item(ports, ROSTER, roster)), response)


@router.put(
    "/rosters/{roster}",
    operation_id="keep_roster",
    summary="Make or change a roster",
    responses={200: {"headers": ETAG}, **problems(409, 413, 415, 422)},
)
async def keep_roster(
    roster: Id,
    body: RosterBody,
    keeper: RosterKeeper,
    ports: Ports,
    response: Response,
    *,
    if_match: IfMatch = None,
    reason: Why = None,
) -> RosterView:
    """Keep a roster; without `If-Match` only a new one. Who takes turns holds its post or is named to act in it."""
    company = await ports.snapshots.directory.company()
    wanted = _checked(roster, body, company)
    edit = Edit(kind=ROSTER, id=roster, document=wanted.model_dump(mode="json"), version=version_of(if_match))
    with _seen():
        await _edit(ports, edit, keeper.id, "keep_roster", reason)
    return _tagged(_view(await _item(ports, ROSTER, roster)), response)


@router.delete(
    "/rosters/{roster}",
    operation_id="remove_roster",
    summary="Remove a roster: every holder of the post is called again",
    status_code=204,
    responses=problems(404, 409, 422),
)
async def remove_roster(roster: Id, keeper: RosterKeeper, ports: Ports, *, if_match: Seen, reason: Why = None) -> None:
    """Remove a roster with its overrides and swaps."""
    await _item(ports, ROSTER, roster)
    book = await _book(ports)
    gone: list[tuple[str, str, int | None]] = [(ROSTER, roster, version_of(if_match))]
    gone += [(OVERRIDE, item.id, None) for item in book.overrides if item.roster == roster]
    gone += [(SWAP, item.id, None) for item in book.swaps if item.roster == roster]
    edits = [Edit(kind=kind, id=name, document=None, version=seen) for kind, name, seen in gone]
    with _seen():
        await ports.snapshots.catalogue.edit(edits, person=keeper.id, act="remove_roster", reason=reason)
    await ports.snapshots.directory.refresh()


@contextmanager
def _seen() -> Iterator[None]:
    """Whoever looked at another version is told so as everywhere else."""
    try:
        yield
    except Conflict as conflict:
        raise StaleVersion(conflict.message, clause=_CLAUSE, field="If-Match") from None


def _tagged(view: RosterView, response: Response) -> RosterView:
    response.headers["ETag"] = f'"{view.version}"'
    return view


def _checked(roster_id: str, body: RosterBody, company: Company) -> Roster:
    if body.post not in POSTS:
        raise Unacceptable(
            N_("“{post}” is not a post of the company"), clause=_CLAUSE, field="post", post=body.post[:_LONGEST_ID]
        )
    wanted = Roster.model_validate({"id": roster_id, **body.model_dump()})
    for number, place, person in wanted.strangers(_fit(wanted, company)):
        raise Unacceptable(
            N_("{person} neither holds the post {post} nor is named to act in it."),
            clause=_CLAUSE,
            field=f"rotations.{number}.people.{place}",
            person=person,
            post=wanted.post,
        )
    return wanted


# ── overrides ─────────────────────────────────────────────────────────────────


@router.get("/overrides", operation_id="overrides", summary="Overrides that are not over", responses=problems(422))
async def overrides(
    _person: CurrentPerson, ports: Ports, *, roster: Annotated[Key | None, Query()] = None
) -> list[Override]:
    """List the overrides in the order in which they were entered: of several the last one counts."""
    now = now_in_utc()
    return [item for item in (await _book(ports)).overrides if roster in (None, item.roster) and now < item.ends]


@router.post(
    "/overrides",
    operation_id="enter_override",
    summary="Put somebody on duty for once",
    status_code=201,
    responses=problems(409, 413, 415, 422),
)
async def enter_override(
    body: OverrideBody, person: CurrentPerson, ports: Ports, key: IdempotencyKey = None
) -> Override:
    """Give a seat to somebody for once; everybody may take one over himself."""
    company = await ports.snapshots.directory.company()
    require(company, person.id, Task.EDIT_OVERRIDES, now_in_utc(), owner=body.person)
    wanted = Override(id=_new_id(person.id, key), entered_by=person.id, **body.model_dump())
    await _check_override(wanted, ports, company)
    return Override.model_validate(await _enter(ports, OVERRIDE, wanted, person.id))


@router.delete(
    "/overrides/{override}",
    operation_id="remove_override",
    summary="Take an override back",
    status_code=204,
    responses=problems(404, 409, 422),
)
async def remove_override(override: Id, person: CurrentPerson, ports: Ports, *, reason: Why = None) -> None:
    """Remove an override; whoever entered it may."""
    found = Override.model_validate((await _item(ports, OVERRIDE, override)).document)
    company = await ports.snapshots.directory.company()
    require(company, person.id, Task.EDIT_OVERRIDES, now_in_utc(), owner=found.entered_by)
    await _edit(ports, Edit(kind=OVERRIDE, id=override, document=None), person.id, "remove_override", reason)


@router.post(
    "/overrides/calendar",
    operation_id="import_overrides",
    summary="Put people on duty from a calendar (.ics)",
    responses=problems(409, 413, 415, 422),
)
async def import_overrides(
    body: CalendarBody,
    keeper: Annotated[Person, Depends(Keeper(Task.EDIT_OVERRIDES))],
    ports: Ports,
    _: Locale,
    *,
    dry_run: DryRun = True,
) -> ImportedView:
    """Read the events of the coming year as overrides; all of them or none. The same calendar again changes nothing.

    What is not over and came from an event of the calendar before is removed when it is not in that event any more.
    """
    now = now_in_utc()
    company = await ports.snapshots.directory.company()
    book = await _book(ports)
    target = _roster_of(book, body.roster)
    coming = Stretch(starts=now, ends=now + _IMPORTED)
    found = await asyncio.to_thread(ics.overrides, body.calendar, target, company, keeper.id, coming)
    unread = [UnreadView(event=item.event, text=_(item.message, **item.params)) for item in found.unread]
    unread += _strange(found.overrides, target, company, _)
    known = {item.id: item for item in book.overrides}
    fresh = [item for item in found.overrides if not unread and not _is_same(known.get(item.id), item)]
    gone = [item for item in book.overrides if not unread and found.replaces(item, target, now)]
    if not dry_run and (fresh or gone):
        edits = [Edit(kind=OVERRIDE, id=item.id, document=item.model_dump(mode="json")) for item in fresh]
        edits += [Edit(kind=OVERRIDE, id=item.id, document=None) for item in gone]
        await ports.snapshots.catalogue.edit(edits, person=keeper.id, act="import_overrides")
        await ports.snapshots.directory.refresh()
    changed = [item.id for item in fresh]
    return ImportedView(is_dry_run=dry_run, overrides=found.overrides, unread=unread, changed=changed, removed=gone)


def _is_same(known: Override | None, item: Override) -> bool:
    return known is not None and known.model_copy(update={"entered_by": item.entered_by}) == item


def _strange(found: list[Override], target: Roster, company: Company, _: Translator) -> list[UnreadView]:
    message = N_("{person} neither holds the post {post} nor is named to act in it.")
    fit = _fit(target, company)
    names = dict.fromkeys(item.person for item in found if item.person not in fit)
    return [UnreadView(event=name, text=_(message, person=name, post=target.post)) for name in names]


def _fit(target: Roster, company: Company) -> set[str]:
    holders = {person.id for person in company.people if target.post in person.posts}
    return holders | {item.deputy for item in company.delegations if item.post == target.post}


async def _check_override(wanted: Override, ports: Services, company: Company) -> None:
    target = _roster_of(await _book(ports), wanted.roster)
    if wanted.ends <= now_in_utc():
        raise Unacceptable(N_("That is over already."), clause=_CLAUSE, field="ends")
    if wanted.seat not in target.seats:
        raise Unknown(
            N_("The roster {roster} has no seat {seat}."),
            clause=_CLAUSE,
            field="seat",
            roster=wanted.roster,
            seat=wanted.seat,
        )
    if wanted.person not in _fit(target, company):
        raise Unacceptable(
            N_("{person} neither holds the post {post} nor is named to act in it."),
            clause=_CLAUSE,
            field="person",
            person=wanted.person,
            post=target.post,
        )


# ── swaps ─────────────────────────────────────────────────────────────────────


@router.get("/swaps", operation_id="swaps", summary="Swaps that are not over", responses=problems(422))
async def swaps(
    _person: CurrentPerson,
    ports: Ports,
    *,
    status: Annotated[Literal["offered", "accepted", "declined", "withdrawn"] | None, Query()] = None,
) -> list[Swap]:
    """List swaps, the newest last."""
    now = now_in_utc()
    found = [item for item in (await _book(ports)).swaps if status in (None, item.status)]
    return [item for item in found if now < max(item.gives.ends, item.takes.ends)]


@router.post(
    "/swaps",
    operation_id="offer_swap",
    summary="Offer to exchange turns",
    status_code=201,
    responses=problems(409, 413, 415, 422),
)
async def offer_swap(body: SwapBody, person: CurrentPerson, ports: Ports, key: IdempotencyKey = None) -> Swap:
    """Offer somebody your turn for one of his; nothing is exchanged until he accepts."""
    book, roll = await ports.snapshots.duties.roll()
    target = _roster_of(book, body.roster)
    wanted = Swap.model_validate({"id": _new_id(person.id, key), "offered_by": person.id, **body.model_dump()})
    if not any(item.id == wanted.id for item in book.swaps):
        check_offer(wanted, target, roll, now_in_utc())
    return Swap.model_validate(await _enter(ports, SWAP, wanted, person.id))


@router.post(
    "/swaps/{swap}/answer",
    operation_id="answer_swap",
    summary="Accept a swap or decline it",
    responses=problems(404, 409, 413, 415, 422),
)
async def answer_swap(swap: Id, body: AnswerBody, person: CurrentPerson, ports: Ports) -> Swap:
    """Answer an offer; from then on the turns are exchanged."""
    item = await _item(ports, SWAP, swap)
    found = Swap.model_validate(item.document)
    roll = await _roll(ports)
    require(roll.company, person.id, Task.SWAP_SHIFTS, now_in_utc(), owner=found.offered_to)
    after = answered(found, person.id, accept=body.accept)
    if body.accept:
        check_offer(found, _roster_of(await _book(ports), found.roster), roll, now_in_utc())
    return await _swapped(ports, item, after, person.id, "answer_swap")


@router.delete(
    "/swaps/{swap}",
    operation_id="withdraw_swap",
    summary="Take an offer back",
    responses=problems(404, 409, 422),
)
async def withdraw_swap(swap: Id, person: CurrentPerson, ports: Ports) -> Swap:
    """Take back an offer that nobody answered yet."""
    item = await _item(ports, SWAP, swap)
    found = Swap.model_validate(item.document)
    company = await ports.snapshots.directory.company()
    require(company, person.id, Task.SWAP_SHIFTS, now_in_utc(), owner=found.offered_by)
    return await _swapped(ports, item, withdrawn(found), person.id, "withdraw_swap")


async def _swapped(ports: Services, item: Item, after: Swap, person: str, act: str) -> Swap:
    edit = Edit(kind=SWAP, id=item.id, document=after.model_dump(mode="json"), version=item.version)
    await _edit(ports, edit, person, act)
    return after


# ── what they share ───────────────────────────────────────────────────────────


async def _book(ports: Services) -> Book:
    await ports.snapshots.directory.refresh()
    return await ports.snapshots.duties.book()


async def _roll(ports: Services) -> Roll:
    return (await ports.snapshots.duties.roll())[1]


async def _item(ports: Services, kind: str, name: str) -> Item:
    item = await ports.snapshots.catalogue.get(kind, name)
    if item is None:
        raise HTTPException(404)
    return item


async def _edit(ports: Services, edit: Edit, person: str, act: str, reason: str | None = None) -> None:
    await ports.snapshots.catalogue.edit([edit], person=person, act=act, reason=reason)
    await ports.snapshots.directory.refresh()


async def _enter(ports: Services, kind: str, wanted: Override | Swap, person: str) -> Document:
    """Keep something new; the same key with the same content is the same."""
    wish = wanted.model_dump(mode="json")
    known = await ports.snapshots.catalogue.get(kind, wanted.id)
    if known is None:
        edit = Edit(kind=kind, id=wanted.id, document=wish, version=0)
        await _edit(ports, edit, person, f"enter_{kind}", wanted.reason)
    elif known.document | _ANSWER != wish | _ANSWER:
        raise CommandReused(
            N_("The idempotency key was used for something else."), clause=_CLAUSE, field="Idempotency-Key"
        )
    return known.document if known else wish


def _roster_of(book: Book, roster_id: str) -> Roster:
    found = book.roster(roster_id)
    if found is None:
        raise Unknown(N_("There is no roster “{roster}”."), clause=_CLAUSE, field="roster", roster=roster_id)
    return found


def _new_id(person: str, key: str | None) -> str:
    return hashlib.sha256(f"{person}:{key}".encode()).hexdigest()[:16] if key else secrets.token_hex(8)


def _view(item: Item) -> RosterView:
    return RosterView.model_validate({**item.document, "id": item.id, "version": item.version})
