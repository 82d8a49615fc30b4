"""Who is on duty, who has which shift, and whom a question would reach at a moment, each with the reasons (4.2)."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from adapters.i18n import Translator
from adapters.snapshot import now_in_utc
from api.auth import CurrentPerson
from api.deps import Locale, Ports
from api.names import name_of
from api.openapi import problems
from api.reaching import Reason, reasons, step_text
from api.services import Services
from domain.company import POSTS, Company, Role
from domain.duty import Step, Why, on_duty, reach
from domain.errors import Unacceptable, Unknown
from domain.roster import Roster, Seat
from domain.text import N_, Key, Wire
from domain.values import Instant

router = APIRouter(tags=["duty"])
_CLAUSE = "4.2"
_SIGHT = timedelta(days=400)
_MONTH = timedelta(days=31)
_LONGEST = timedelta(days=100)
At = Annotated[Instant | None, Query(description="The instant; default: now.")]
RosterId = Annotated[Key | None, Query(description="Only this roster.")]


class OnDuty(Wire):
    """Somebody who is on duty now, and until when as far as it is known."""

    person: str
    name: str
    seat: Seat | None
    seat_text: str
    reasons: list[Reason]


class RosterNow(Wire):
    """Who is on duty by a roster; the first of ``people`` is called first. Without people every holder is called."""

    roster: str
    name: str
    post: Role
    post_text: str
    people: list[OnDuty]


class DutyNow(Wire):
    """Who is on duty at an instant; posts without a roster are not among them."""

    at: AwareDatetime
    rosters: list[RosterNow]


class ShiftView(Wire):
    """Who really has a seat from ``starts`` to ``ends``."""

    roster: str
    post: Role
    seat: Seat
    seat_text: str
    person: str | None
    name: str | None
    starts: AwareDatetime
    ends: AwareDatetime
    why: Why | None
    instead_of: str | None


class ReachedView(Wire):
    """Somebody of whom a question thinks: when he is called, by which channels, and why; or why not."""

    person: str
    name: str
    step: Step | None
    step_text: str
    channels: list[str]
    reasons: list[Reason]


class Reach(Wire):
    """Whom a question to a post reaches that is asked at an instant, in order; at the end whoever is passed over."""

    at: AwareDatetime
    post: Role
    post_text: str
    system: str | None
    people: list[ReachedView]


@router.get("/duty", operation_id="duty", summary="Who is on duty", responses=problems(422))
async def duty(_person: CurrentPerson, ports: Ports, _: Locale, *, at: At = None) -> DutyNow:
    """Tell who is on duty at an instant."""
    instant = in_sight(at or now_in_utc(), "at")
    book, roll = await ports.snapshots.duties.roll()
    found = []
    for roster in book.rosters:
        people = [
            OnDuty(
                person=item.person,
                name=name_of(roll.company, item.person, _),
                seat=seat,
                seat_text=_.word(seat) if seat else "",
                reasons=reasons(item, roll.company, _, roster.time_zone),
            )
            for item, seat in zip(on_duty(roster, roll, instant), [*roster.seats, None, None, None], strict=False)
        ]
        found.append(_roster_now(roster, people, _))
    return DutyNow(at=instant, rosters=found)


def _roster_now(roster: Roster, people: list[OnDuty], _: Translator) -> RosterNow:
    name = roster.name.in_language(_.language)
    return RosterNow(roster=roster.id, name=name, post=roster.post, post_text=_.word(roster.post), people=people)


@router.get("/duty/shifts", operation_id="shifts", summary="Who has which shift", responses=problems(422))
async def shifts(
    _person: CurrentPerson,
    ports: Ports,
    _: Locale,
    *,
    since: Annotated[Instant | None, Query(description="From this instant; default: now.")] = None,
    until: Annotated[Instant | None, Query(description="Until this instant; default: 31 days later.")] = None,
    roster: RosterId = None,
    person: Annotated[Key | None, Query(description="Only the shifts of this person.")] = None,
) -> list[ShiftView]:
    """List the shifts of a stretch of time, at most a hundred days: what leaves, swaps and overrides make of them."""
    start = in_sight(since or now_in_utc(), "since")
    end = in_sight(until or start + _MONTH, "until")
    if not start < end <= start + _LONGEST:
        raise Unacceptable(N_("At most a hundred days, the beginning first."), clause=_CLAUSE, field="until")
    company = await ports.snapshots.directory.company()
    found = await ports.snapshots.duties.shifts(start, end, roster)
    return [
        ShiftView(
            **shift.model_dump(),
            post=item.post,
            seat_text=_.word(shift.seat),
            name=name_of(company, shift.person, _) if shift.person else None,
        )
        for item, shift in found
        if person in (None, shift.person)
    ]


@router.get(
    "/duty/reach",
    operation_id="reach",
    summary="Whom a question reaches, in which order and why",
    responses=problems(422),
)
async def reached(
    _person: CurrentPerson,
    ports: Ports,
    _: Locale,
    *,
    post: Annotated[Role, Query(description="The post that is asked.")],
    at: At = None,
    system: Annotated[Key | None, Query(description="The affected system: delegations may hold for it alone.")] = None,
) -> Reach:
    """Tell whom an incident would call that opened at an instant; leaves, overrides and delegations are applied."""
    instant = in_sight(at or now_in_utc(), "at")
    book, roll = await ports.snapshots.duties.roll()
    if post not in POSTS:
        raise Unacceptable(N_("“{post}” is not a post of the company"), clause=_CLAUSE, field="post", post=post)
    if system and roll.company.system(system) is None:
        raise Unknown(N_("The company has no system “{system}”."), clause=_CLAUSE, field="system", system=system)
    unverified = await ports.snapshots.duties.unverified()
    found = reach(book.rosters, roll, post, instant, system)
    people = [
        ReachedView(
            person=item.person,
            name=name_of(roll.company, item.person, _),
            step=item.step,
            step_text=step_text(item.step, _),
            channels=_channels(roll.company, item.person) if item.step else [],
            reasons=reasons(item, roll.company, _, zone(ports), unverified),
        )
        for item in found
    ]
    return Reach(at=instant, post=post, post_text=_.word(post), system=system, people=people)


def _channels(company: Company, person_id: str) -> list[str]:
    person = company.person(person_id)
    return list(person.channels) if person else []


def zone(ports: Services) -> str:
    """Return the company's own time zone."""
    return ports.snapshots.policy.time_zone


def in_sight(at: datetime, field: str) -> datetime:
    """Return an instant that duty can be told of; raises Unacceptable."""
    now = now_in_utc()
    if not now - _SIGHT <= at <= now + _SIGHT:
        raise Unacceptable(N_("Duty is told of 400 days before and after today."), clause=_CLAUSE, field=field)
    return at
