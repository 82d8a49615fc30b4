"""Everything that happened to an incident, in order, in words (5.3.5)."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from adapters.i18n import Translator
from adapters.temporal import OutcomeUnknown, TemporalAway
from api.auth import CurrentPerson
from api.bodies import Number
from api.deps import Locale, Ports
from api.incidents import RefusalView, refusal_view
from api.names import name_of
from api.openapi import problems
from api.reading import must_exist
from api.sentences import sentence
from api.services import Services
from domain.clauses import wording
from domain.company import Company, Role
from domain.entry import Entry
from domain.errors import NoSuchIncident
from domain.policy import Regulator
from domain.text import Wire

router = APIRouter(prefix="/incidents/{number}/timeline", tags=["incidents"])


class EntryView(Wire):
    """One entry: who, in which role, by which clause, in words, and its place in the hash chain."""

    seq: int
    version: int
    occurred_at: AwareDatetime
    recorded_at: AwareDatetime
    is_late: bool
    person: str | None = None
    person_name: str | None = None
    role: Role
    role_text: str
    on_behalf_of: str | None = None
    clause: str
    clause_text: str
    kind: str
    sentence: str
    event: dict[str, Any]
    command_id: str | None = None
    prev_hash: str
    hash: str
    is_recorded: bool = True


class Timeline(Wire):
    """A part of the timeline; ``next_after_seq`` asks for what follows, null when that is all for now."""

    items: list[EntryView]
    next_after_seq: int | None = None
    refusals: list[RefusalView] = []


AfterSeq = Annotated[int, Query(ge=0, le=2**31 - 1, description="Only entries that follow this one.")]


@router.get("", operation_id="timeline", summary="The timeline of an incident", responses=problems(404, 422))
async def timeline(
    number: Number,
    _person: CurrentPerson,
    ports: Ports,
    _: Locale,
    *,
    after_seq: AfterSeq = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    refusals: Annotated[
        bool, Query(description="Add the latest refusals, which are kept beside the timeline.")
    ] = False,
) -> Timeline:
    """Tell what happened, from the record and what it does not have yet."""
    # What is not recorded yet is asked first: it can move into the record meanwhile, but never back.
    row = await ports.record.get(number)
    is_enough = row is not None and (row.is_over or row.seq >= after_seq + limit)
    held = [] if is_enough else await unrecorded(ports, number)
    entries = await ports.record.timeline(number, after_seq=after_seq, limit=limit)
    recorded = entries[-1].seq if entries else after_seq
    following = [entry for entry in held if entry.seq > recorded]
    if following and following[0].seq == recorded + 1:
        entries += following[: limit - len(entries)]
    if not entries:
        await must_exist(ports, number)
    company = await ports.snapshots.directory.company()
    regulators = ports.snapshots.policy.regulators
    items = [entry_view(entry, company, _, regulators, is_recorded=entry.seq <= recorded) for entry in entries]
    more = items[-1].seq if len(items) == limit else None
    audited = (await ports.audit.of_incident(number, limit=100)).items if refusals else []
    return Timeline(items=items, next_after_seq=more, refusals=[refusal_view(item, _) for item in audited])


async def unrecorded(ports: Services, number: str) -> list[Entry]:
    """Return what the record does not have yet; nothing when the workflow cannot be asked."""
    try:
        return await ports.incidents.unrecorded(number)
    except (TemporalAway, OutcomeUnknown, NoSuchIncident):
        return []


def entry_view(
    entry: Entry, company: Company, _: Translator, regulators: Sequence[Regulator] = (), *, is_recorded: bool = True
) -> EntryView:
    """Show an entry in the caller's language."""
    return EntryView(
        **entry.model_dump(exclude={"event", "incident"}),
        person_name=name_of(company, entry.person, _) if entry.person else None,
        role_text=_.word(entry.role),
        clause_text=wording(entry.clause, _.language),
        kind=entry.event.kind,
        sentence=sentence(entry, company, _, regulators),
        event=entry.event.model_dump(mode="json"),
        is_recorded=is_recorded,
    )
