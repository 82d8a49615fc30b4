"""Rectification measures: finding them, looking at one, opening one, and what people do to it (6.2)."""

from datetime import datetime
from secrets import token_hex
from typing import Annotated, Any, Literal, NamedTuple, cast

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import AwareDatetime, BaseModel, Field, create_model

from activities.messages import MeasureRow
from adapters.snapshot import now_in_utc
from adapters.store.database import DatabaseAway
from adapters.store.measures import MeasureFilter
from adapters.temporal import OutcomeUnknown, TemporalAway
from api.auth import CurrentPerson, Keeper
from api.bodies import Envelope, IdempotencyKey, IfMatch, Prefer, Strict, act_of, need_not_wait
from api.commands import Pending, command_id, pending
from api.deps import Locale, Ports
from api.incidents import RefusalView, refusal_view
from api.names import name_of
from api.openapi import ETAG, problems
from api.paging import After, Limit, Listing
from api.services import Services
from api.timeline import AfterSeq, EntryView, entry_view
from api.unawaited import would_stand
from domain.acts import Receipt
from domain.administration import POWERS, Task
from domain.authority import Actor
from domain.clauses import CLAUSES, wording
from domain.company import Person
from domain.errors import NoSuchMeasure, Unacceptable
from domain.measure import (
    INCIDENT,
    AskExtension,
    CancelMeasure,
    DecideExtension,
    Measure,
    MeasureAct,
    MeasureCommand,
    MeasureEntry,
    MeasureState,
    ReassignMeasure,
    ReportDone,
    Source,
    Surroundings,
    VerifyMeasure,
)
from domain.numbering import measure_number, number_from
from domain.rectification import CLAUSE, RIGHTS, MeasureFile, check_opening, circle, due_on, possible
from domain.text import N_, Key, Prose, Wire
from domain.values import Instant
from workflows.contract import MeasureOpening

RESOURCES: dict[type[MeasureAct], str] = {
    ReportDone: "completion",
    VerifyMeasure: "verification",
    AskExtension: "extension-requests",
    DecideExtension: "extension-decisions",
    ReassignMeasure: "reassignment",
    CancelMeasure: "cancellation",
}

router = APIRouter(prefix="/measures", tags=["measures"])
Opener = Annotated[Person, Depends(Keeper(Task.OPEN_MEASURES))]
MeasureNumber = Annotated[str, Path(pattern=r"^M-[0-9A-Za-z-]{1,60}$", description="Such as M-7K3Q9-DXMB2-1.")]


class Listed(Wire):
    """What lists show of a measure."""

    number: str
    text: str
    state: MeasureState
    state_text: str
    owner: str
    verifier: str | None = None
    due: AwareDatetime
    is_provisional: bool
    is_overdue: bool
    is_over: bool
    source_kind: str
    source: str
    incident: str | None = None
    version: int
    seq: int
    opened_at: AwareDatetime
    updated_at: AwareDatetime
    closed_at: AwareDatetime | None = None


_shown: Any = {name: (field.annotation, field) for name, field in Measure.model_fields.items() if name != "handled"}
State: type[Wire] = create_model("MeasureStateView", __base__=Wire, **_shown)


class MeasureView(State):
    """One measure, its newest entries, and what the caller may do now."""

    state_text: str
    owner_name: str
    verifier_name: str | None = None
    clause_text: str
    allowed_acts: list[str]
    timeline: list[EntryView]
    source_of_view: Literal["workflow", "record"]
    as_of: AwareDatetime


class MeasureTimeline(Wire):
    """A part of the timeline; ``next_after_seq`` asks for what follows, null when that is all for now."""

    items: list[EntryView]
    next_after_seq: int | None = None


class MeasureReceipt(Wire):
    """The answer to an act: where it stands in the record, and what the measure has become."""

    measure: str
    seq: int
    version: int
    state: MeasureState
    recorded_at: AwareDatetime
    is_repeat: bool = False


class SourceBody(Strict):
    """What a measure comes from; those of incidents come from their summary reports."""

    kind: Key = Field(description="Such as `drill` or `inspection`.")
    ref: Key
    finding: Prose | None = None
    system: Key | None = None


class MeasureOpeningBody(Strict):
    """A measure: what is to be done, who owns it, by when; without a verifier the rule names one."""

    text: Prose
    owner: Key
    verifier: Key | None = None
    due: Instant = Field(description="A day: it is due when that working day ends.")
    source: SourceBody


class MeasureOpened(BaseModel):
    """The number of the measure, and the end of the day on which it is due."""

    number: str
    due: AwareDatetime
    is_provisional: bool
    outcome: Literal["opened", "repeated"]


# ── reading ───────────────────────────────────────────────────────────────────


@router.get(
    "", operation_id="measures", summary="List rectification measures, the first due first", responses=problems(422)
)
async def measures(
    _person: CurrentPerson,
    ports: Ports,
    _: Locale,
    *,
    owner: Key | None = None,
    verifier: Key | None = None,
    state: MeasureState | None = None,
    incident: Key | None = None,
    source_kind: Key | None = None,
    source: Key | None = None,
    overdue: bool | None = None,
    open: Annotated[bool | None, Query(description="Only those that are not over, or only those that are.")] = None,  # noqa: A002
    due_before: Instant | None = None,
    after: After = None,
    limit: Limit = 50,
) -> Listing[Listed]:
    """List by filters; the next page starts after `next`."""
    wanted = MeasureFilter(
        owner=owner,
        verifier=verifier,
        state=state,
        incident=incident,
        source_kind=source_kind,
        source=source,
        is_overdue=overdue,
        is_over=None if open is None else not open,
        due_before=due_before,
    )
    page = await ports.measure_record.search(wanted, after=after, limit=limit)
    items = [
        Listed(**row.model_dump(exclude={"view", "head_hash"}), state_text=_.word(row.state)) for row in page.items
    ]
    return Listing(items=items, next=page.next)


@router.get(
    "/{measure}",
    operation_id="measure",
    summary="Look at one rectification measure",
    responses={200: {"headers": ETAG}, **problems(404, 422)},
)
async def one_measure(
    measure: MeasureNumber, person: CurrentPerson, ports: Ports, _: Locale, response: Response
) -> MeasureView:
    """Show the state, the timeline and what the caller may do now."""
    found = await find(ports, measure)
    told = await _entries(ports, measure, 0, _MOST)
    shown, company = found.measure, await ports.snapshots.directory.company()
    response.headers["ETag"] = f'"{shown.version}"'
    return MeasureView(
        **shown.view(),
        state_text=_.word(shown.state),
        owner_name=name_of(company, shown.owner, _),
        verifier_name=name_of(company, shown.verifier, _) if shown.verifier else None,
        clause_text=wording(CLAUSE, _.language),
        allowed_acts=possible(shown, company, person.id, now_in_utc()),
        timeline=[entry_view(entry, company, _, is_recorded=is_recorded) for entry, is_recorded in told],
        source_of_view=found.source,
        as_of=found.as_of,
    )


@router.get(
    "/{measure}/timeline",
    operation_id="measure_timeline",
    summary="The timeline of a rectification measure",
    responses=problems(404, 422),
)
async def timeline(
    measure: MeasureNumber,
    _person: CurrentPerson,
    ports: Ports,
    _: Locale,
    *,
    after_seq: AfterSeq = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> MeasureTimeline:
    """Tell what happened, from the record and what it does not have yet."""
    told = await _entries(ports, measure, after_seq, limit)
    if not told:
        await find(ports, measure)
    company = await ports.snapshots.directory.company()
    items = [entry_view(entry, company, _, is_recorded=is_recorded) for entry, is_recorded in told]
    return MeasureTimeline(items=items, next_after_seq=items[-1].seq if len(items) == limit else None)


@router.get(
    "/{measure}/refusals",
    operation_id="measure_refusals",
    summary="What was refused about a rectification measure",
    responses=problems(404, 422),
)
async def refusals(
    measure: MeasureNumber, _person: CurrentPerson, ports: Ports, _: Locale, after: After = None, limit: Limit = 50
) -> Listing[RefusalView]:
    """List refused acts, newest first."""
    await find(ports, measure)
    page = await ports.audit.of_incident(measure, after=after, limit=limit)
    return Listing(items=[refusal_view(entry, _) for entry in page.items], next=page.next)


_MOST = 500


class Found(NamedTuple):
    """A measure, where it was read, and how old that is."""

    measure: Measure
    source: Literal["workflow", "record"]
    as_of: datetime


async def find(ports: Services, number: str) -> Found:
    """Read a measure from its workflow while it runs, from the record when it is over or nobody answers."""
    is_recording, row = await _row(ports, number)
    if row and row.is_over:
        return _restored(row)
    try:
        return Found(await ports.measures.snapshot(number), "workflow", now_in_utc())
    except NoSuchMeasure:
        if not is_recording:
            raise DatabaseAway("the record may know the measure, but does not answer") from None
        if row is None:
            raise
    except (OutcomeUnknown, TemporalAway):
        if row is None:
            raise
    return _restored(row)


async def _row(ports: Services, number: str) -> tuple[bool, MeasureRow | None]:
    try:
        return True, await ports.measure_record.get(number)
    except DatabaseAway:
        return False, None


def _restored(row: MeasureRow) -> Found:
    return Found(Measure.model_validate(row.view), "record", row.updated_at)


async def history(ports: Services, number: str) -> list[MeasureEntry]:
    """Return the timeline; with the database away what it does not have yet."""
    try:
        return [entry for entry, _is_recorded in await _entries(ports, number, 0, _MOST)]
    except DatabaseAway:
        return await _held(ports, number)


async def _entries(ports: Services, number: str, after_seq: int, limit: int) -> list[tuple[MeasureEntry, bool]]:
    """Return entries, and whether each is recorded."""
    # Asked first: what is not recorded yet can move into the record meanwhile, but never back.
    held = await _held(ports, number)
    recorded = await ports.measure_record.timeline(number, after_seq=after_seq, limit=limit)
    last = recorded[-1].seq if recorded else after_seq
    following = [entry for entry in held if entry.seq > last]
    told = [(entry, True) for entry in recorded]
    if following and following[0].seq == last + 1:
        told += [(entry, False) for entry in following[: limit - len(recorded)]]
    return told


async def _held(ports: Services, number: str) -> list[MeasureEntry]:
    try:
        return await ports.measures.unrecorded(number)
    except (TemporalAway, OutcomeUnknown, NoSuchMeasure):
        return []


# ── opening ───────────────────────────────────────────────────────────────────


@router.post(
    "",
    name="open_measure",
    operation_id="open_measure",
    summary="Open a rectification measure that comes from elsewhere than an incident",
    status_code=201,
    response_description="The measure is open; its owner is told.",
    responses={
        200: {"model": MeasureOpened, "description": "The same measure was opened before."},
        **problems(409, 413, 415, 422),
    },
)
async def open_measure(
    body: MeasureOpeningBody, person: Opener, ports: Ports, response: Response, key: IdempotencyKey = None
) -> MeasureOpened:
    """Open a measure of a drill, an inspection or another source (6.2)."""
    if body.source.kind == INCIDENT:
        message = N_("Measures of an incident come from its summary report.")
        raise Unacceptable(message, clause=CLAUSE, field="source.kind")
    now = now_in_utc()
    around = await surroundings(ports, {person.id, body.owner, body.verifier or body.owner})
    check_opening(around, body.owner, body.verifier, body.due, now)
    opener = _opener(person, around, now)
    opening = MeasureOpening(
        number=measure_number(number_from("measure", person.id, key) if key else number_from(token_hex(16))),
        text=body.text,
        owner=body.owner,
        verifier=body.verifier,
        due=due_on(around, body.due),
        source=Source(**body.source.model_dump()),
        opened_by=person.id,
        opener_role=opener.role,
        on_behalf_of=opener.on_behalf_of,
        command_id=command_id(person.id, key),
        around=around,
    )
    is_new = await ports.measures.open(opening)
    response.status_code = 201 if is_new else 200
    response.headers["Location"] = f"/api/v1/measures/{opening.number}"
    return MeasureOpened(
        number=opening.number,
        due=opening.due.at,
        is_provisional=opening.due.is_provisional,
        outcome="opened" if is_new else "repeated",
    )


def _opener(person: Person, around: Surroundings, now: datetime) -> Actor:
    """Return in which post a person opens a measure, and for whom."""
    posts = POWERS[Task.OPEN_MEASURES].posts
    own = [Actor(person.id, post) for post in posts if post in person.posts]
    stands_in = (item for item in around.company.in_force(now) if item.deputy == person.id)
    return [*own, *(Actor(person.id, item.post, item.principal) for item in stands_in if item.post in posts)][0]


async def surroundings(ports: Services, people: set[str]) -> Surroundings:
    """Return what a measure is judged by, also while the database is away."""
    company = await ports.snapshots.directory.company()
    return Surroundings(
        company=circle(company, people),
        calendar=await ports.snapshots.calendar(),
        working_spans=ports.snapshots.policy.working_spans,
    )


# ── acts ──────────────────────────────────────────────────────────────────────


def _receipt(receipt: Receipt) -> MeasureReceipt:
    return MeasureReceipt(
        measure=receipt.incident,
        state=MeasureState(receipt.phase),
        **receipt.model_dump(include={"seq", "version", "recorded_at", "is_repeat"}),
    )


def named(measure: Measure, person: str, act: MeasureAct) -> set[str]:
    """Return everybody whom an act on a measure is about."""
    named = {person, *measure.concerned}
    if isinstance(act, ReassignMeasure):
        named |= {other for other in (act.owner, act.verifier) if other}
    return named


def _is_welcome(found: Found, command: MeasureCommand[Any], around: Surroundings) -> bool:
    now = now_in_utc()
    file, at = MeasureFile(found.measure, around), max(now, found.measure.opened_at or now)
    return would_stand(file, command, at, is_live=found.source == "workflow")


def _add(act: type[MeasureAct], resource: str) -> None:
    body_type = cast(
        "type[Envelope]", create_model(f"{act.__name__}Request", __base__=(act, Envelope), __doc__=act.__doc__)
    )
    command_type = MeasureCommand[act]  # type: ignore[valid-type] # the class is a value here

    async def carry_out(
        *,
        measure: MeasureNumber,
        body: body_type,  # type: ignore[valid-type]
        person: CurrentPerson,
        ports: Ports,
        response: Response,
        key: IdempotencyKey = None,
        prefer: Prefer = None,
        if_match: IfMatch = None,
    ) -> Any:
        envelope: Any = body
        wanted = cast("MeasureAct", act_of(act, envelope))
        found = await find(ports, measure)
        around = await surroundings(ports, named(found.measure, person.id, wanted))
        command: MeasureCommand[Any] = command_type(
            command_id=command_id(person.id, key),
            person=person.id,
            post=envelope.post,
            occurred_at=envelope.occurred_at,
            expected_version=int(if_match.strip('"')) if if_match else envelope.expected_version,
            act=wanted,
            surroundings=around,
        )
        ask = f"/api/v1/measures/{measure}/timeline"
        if need_not_wait(prefer) and _is_welcome(found, command, around):
            await ports.measures.tell(measure, command)
            return pending(measure, command.command_id, "stored", ask)
        try:
            receipt = await ports.measures.act(measure, command)
        except OutcomeUnknown:
            return pending(measure, command.command_id, "unknown", ask)
        response.status_code = 200 if receipt.is_repeat else 201
        response.headers["ETag"] = f'"{receipt.version}"'
        return _receipt(receipt)

    clause = CLAUSES[RIGHTS[act].clause]
    router.add_api_route(
        f"/{{measure}}/{resource}",
        carry_out,
        methods=["POST"],
        name=act.name,
        operation_id=act.name,
        summary=(act.__doc__ or "").strip().split("\n")[0],
        description=f"{act.__doc__}\n\nClause {clause.id}: {clause.en} / {clause.zh}",
        response_model=MeasureReceipt,
        status_code=201,
        response_description="Carried out and recorded.",
        responses={
            200: {"model": MeasureReceipt, "description": "The same command was carried out before.", "headers": ETAG},
            202: {"model": Pending, "description": "Stored; the outcome is not known yet."},
            **problems(404, 409, 413, 415, 422, 429),
        },
    )


for _act, _resource in RESOURCES.items():
    _add(_act, _resource)
