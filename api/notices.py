"""Notices of the leading group: a draft to begin with, and what became of each one that was given (5.3.1)."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from adapters.i18n import Translator, translator
from adapters.i18n.translator import LANGUAGES
from adapters.notices import DraftOccasion, draft, occasion_of
from adapters.snapshot import now_in_utc
from adapters.store.deliveries import Attempt
from api.auth import CurrentPerson
from api.bodies import Number
from api.deps import Locale, Ports
from api.names import name_of
from api.openapi import problems
from api.phone.facts import history
from api.reading import find
from domain import events as ev
from domain.acts import NoticeOccasion
from domain.company import Company
from domain.entry import Entry
from domain.policy import Deadline
from domain.text import Wire

router = APIRouter(prefix="/incidents/{number}", tags=["incidents"])

State = Literal["accepted", "unconfirmed", "failed"]


class DraftView(Wire):
    """A text to look over and give; ``text`` is in the caller's language, ``texts`` has all."""

    kind: Literal["notice", "advance_notice"]
    occasion: DraftOccasion
    occasion_text: str
    text: str
    texts: dict[str, str]


class ChannelView(Wire):
    """How a notice fared on one channel: the newest attempt, in the provider's own words."""

    channel: str
    state: State
    state_text: str
    attempts: int
    at: AwareDatetime
    detail: str = ""


class RecipientView(Wire):
    """Somebody to whom a notice goes; without a channel nothing has been tried yet."""

    person: str
    name: str
    channels: list[ChannelView] = []


class NoticeView(Wire):
    """A notice that was given: by whom, when, to whom, and how it got there."""

    seq: int
    kind: Literal["notice", "advance_notice"]
    kind_text: str
    occasion: NoticeOccasion | None = None
    occasion_text: str | None = None
    given_at: AwareDatetime
    given_by: str | None = None
    audience: list[str]
    audience_names: list[str]
    text: str
    recipients: list[RecipientView]


class NoticesView(Wire):
    """Every notice, the newest last; which occasions ask for one, and when the next is due."""

    items: list[NoticeView]
    due: list[NoticeOccasion]
    next_due: Deadline | None = None


@router.get(
    "/notice-draft", operation_id="notice_draft", summary="A notice to begin with", responses=problems(404, 422)
)
async def notice_draft(
    number: Number,
    _person: CurrentPerson,
    ports: Ports,
    _: Locale,
    *,
    kind: Literal["notice", "advance_notice"] = "notice",
    occasion: Annotated[
        DraftOccasion | None, Query(description="Without one: what is due now, or how things stand.")
    ] = None,
) -> DraftView:
    """Fill the company's text for an occasion with how the incident stands."""
    incident, now = (await find(ports, number)).incident, now_in_utc()
    wanted = occasion or occasion_of(incident, kind)
    texts: dict[str, str] = {
        each: draft(ports.notice_texts, wanted, incident, translator(each), now) for each in LANGUAGES
    }
    return DraftView(kind=kind, occasion=wanted, occasion_text=_.word(wanted), text=texts[_.language], texts=texts)


@router.get(
    "/notices", operation_id="incident_notices", summary="Notices and how they got there", responses=problems(404, 422)
)
async def incident_notices(number: Number, _person: CurrentPerson, ports: Ports, _: Locale) -> NoticesView:
    """List every notice with what each channel said for each person."""
    incident = (await find(ports, number)).incident
    entries = await history(ports, number)
    attempts = await ports.deliveries.of_incident(number)
    company = incident.company
    items = [
        _notice(entry, entry.event, attempts, company, _)
        for entry in entries
        if isinstance(entry.event, ev.NoticeGiven)
    ]
    return NoticesView(items=items, due=incident.notices_due, next_due=incident.deadlines.get("notice_due"))


def _notice(
    entry: Entry, event: ev.NoticeGiven, attempts: list[Attempt], company: Company, _: Translator
) -> NoticeView:
    question = f"note/{entry.seq}"
    about = [item for item in attempts if item.question == question]
    people = list(dict.fromkeys([*event.people, *(item.recipient for item in about)]))
    return NoticeView(
        seq=entry.seq,
        kind=event.notice,
        kind_text=_.word(event.notice),
        occasion=event.occasion,
        occasion_text=_.word(event.occasion) if event.occasion else None,
        given_at=entry.occurred_at,
        given_by=entry.person,
        audience=event.audience,
        audience_names=[_audience(name, company, _) for name in event.audience],
        text=event.text,
        recipients=[
            _recipient(person, [item for item in about if item.recipient == person], company, _) for person in people
        ],
    )


def _audience(name: str, company: Company, _: Translator) -> str:
    department = company.department(name)
    return department.name.in_language(_.language) if department else _.word(name)


def _recipient(person: str, attempts: list[Attempt], company: Company, _: Translator) -> RecipientView:
    channels = [
        _channel([item for item in attempts if item.channel == channel], _)
        for channel in dict.fromkeys(item.channel for item in attempts)
    ]
    return RecipientView(person=person, name=name_of(company, person, _), channels=channels)


def _channel(attempts: list[Attempt], _: Translator) -> ChannelView:
    last = attempts[-1]
    state: State = "failed" if not last.is_accepted else "accepted" if last.is_confirmed else "unconfirmed"
    return ChannelView(
        channel=last.channel,
        state=state,
        state_text=_.word(f"delivery_{state}"),
        attempts=len(attempts),
        at=last.at,
        detail=last.detail,
    )
