"""Finding incidents and looking at one."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, Field

from activities.messages import IncidentRow
from adapters.i18n import Translator
from adapters.snapshot import now_in_utc
from adapters.store.audit import AuditEntry
from adapters.store.incidents import Filter
from adapters.store.neighbours import Neighbour
from api import neighbours
from api.auth import CurrentPerson
from api.bodies import Number
from api.deps import Locale, Ports
from api.openapi import ETAG, problems
from api.paging import After, Limit, Listing
from api.reading import find, must_exist
from api.revision import proposals_of
from api.views import IncidentView, view
from domain.clauses import CLAUSES, wording
from domain.incident import Phase
from domain.policy import Severity
from domain.text import Key, Line, Wire

router = APIRouter(prefix="/incidents", tags=["incidents"])


class Listed(Wire):
    """What lists show of an incident."""

    number: str
    title: str
    phase: Phase
    phase_text: str
    severity: Severity
    system: str
    reporter: str
    awaited: str | None = None
    deadline: AwareDatetime | None = None
    is_provisional: bool = Field(default=False, description="The year of the deadline was not announced yet.")
    is_drill: bool
    is_over: bool
    dedup_key: str | None = None
    version: int
    seq: int
    recurrence_of: str | None = None
    recurrences: list[str] = Field(default=[], description="Incidents that are recurrences of this one.")
    parent: str | None = Field(default=None, description="The incident with the same cause that this one is linked to.")
    children: list[str] = Field(default=[], description="Incidents that are linked to this one.")
    opened_at: AwareDatetime
    updated_at: AwareDatetime
    closed_at: AwareDatetime | None = None


class RefusalView(Wire):
    """Something that was refused: who, what, when, by which clause, in words."""

    id: int
    at: AwareDatetime
    person: str | None = None
    act: str
    code: str
    clause: str | None = None
    clause_text: str | None = None
    text: str
    incident: str | None = None


@router.get("", operation_id="incidents", summary="List incidents, newest first", responses=problems(422))
async def incidents(
    _person: CurrentPerson,
    ports: Ports,
    _: Locale,
    *,
    phase: Phase | None = None,
    severity: Severity | None = None,
    system: Key | None = None,
    reporter: Key | None = None,
    awaited: Annotated[Key | None, Query(description="The post that is awaited, such as `it_manager`.")] = None,
    drill: bool | None = None,
    open: Annotated[bool | None, Query(description="Only those that are not over, or only those that are.")] = None,  # noqa: A002
    recurrence_of: Annotated[Key | None, Query(description="Only recurrences of this incident.")] = None,
    parent: Annotated[Key | None, Query(description="Only incidents linked to this one.")] = None,
    q: Annotated[Line | None, Query(description="A part of the title.")] = None,
    after: After = None,
    limit: Limit = 50,
) -> Listing[Listed]:
    """List by filters; the next page starts after `next`."""
    wanted = Filter(
        phase=phase,
        severity=severity,
        system=system,
        reporter=reporter,
        awaited=awaited,
        is_drill=drill,
        is_over=None if open is None else not open,
        recurrence_of=recurrence_of,
        parent=parent,
        text=q,
    )
    page = await ports.record.search(wanted, after=after, limit=limit)
    around = await neighbours.beside(ports, [row.number for row in page.items])
    return Listing(items=[_listed(row, around, _) for row in page.items], next=page.next)


def _listed(row: IncidentRow, around: list[Neighbour], _: Translator) -> Listed:
    return Listed(
        **row.model_dump(exclude={"view", "head_hash"}),
        recurrences=[item.number for item in around if item.recurrence_of == row.number],
        children=[item.number for item in around if item.parent == row.number],
        phase_text=_.word(row.phase),
    )


@router.get(
    "/{number}",
    operation_id="incident",
    summary="Look at one incident",
    responses={200: {"headers": ETAG}, **problems(404, 422)},
)
async def incident(number: Number, person: CurrentPerson, ports: Ports, _: Locale, response: Response) -> IncidentView:
    """Show the state, what is awaited from whom until when, the limits, and what the caller may do now."""
    found = await find(ports, number)
    response.headers["ETag"] = f'"{found.incident.version}"'
    shown = view(found.incident, person.id, _, now_in_utc(), found.source, found.as_of)
    shown.runbook_proposals = await proposals_of(ports, found.incident.number)
    return await neighbours.complete(shown, found.incident, ports, _)


@router.get(
    "/{number}/refusals",
    operation_id="refusals",
    summary="What was refused about an incident",
    responses=problems(404, 422),
)
async def refusals(
    number: Number, _person: CurrentPerson, ports: Ports, _: Locale, after: After = None, limit: Limit = 50
) -> Listing[RefusalView]:
    """List refused acts, newest first."""
    await must_exist(ports, number)
    page = await ports.audit.of_incident(number, after=after, limit=limit)
    return Listing(items=[refusal_view(entry, _) for entry in page.items], next=page.next)


def refusal_view(entry: AuditEntry, _: Locale) -> RefusalView:
    """Tell a refusal in the caller's language."""
    return RefusalView(
        **entry.model_dump(),
        clause_text=wording(entry.clause, _.language) if entry.clause in CLAUSES else None,
        text=_(entry.message, **entry.params) if entry.params else _(entry.message),
    )
