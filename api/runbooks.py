"""The library of runbooks: versions, their life from draft to retirement, what differs, what fits (4.3, 6.3)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, BackgroundTasks, Depends, Path, Query, Request, Response
from pydantic import Field
from starlette.exceptions import HTTPException

from adapters.directory.registrar import Editor, NothingThere
from adapters.runbooks.library import Kept, Proposal, Unsound, draftings
from adapters.runbooks.words import marks, sentence, told
from adapters.snapshot import now_in_utc
from api import runbookviews
from api.auth import CurrentPerson
from api.bodies import IfMatch, Strict
from api.deps import Locale, Ports
from api.directory import ETAG, Entitled, ProbeBody, TextBody
from api.openapi import problems
from api.problems import Case, Denied
from api.revision import must_have_source
from api.runbooknotes import tell
from api.runbookviews import (
    CoverageView,
    DifferenceView,
    EditionView,
    ListedRunbook,
    RenderedView,
    RunbookView,
    SuggestionView,
)
from api.services import Services
from domain.administration import Task, require
from domain.company import RecoveryItem, Role, Runbook, RunbookStep
from domain.comparison import compare
from domain.runbook import (
    CLAUSE,
    Drafting,
    Source,
    Status,
    base_of,
    in_force,
    next_number,
    of,
    versions,
)
from domain.suggestions import suggest
from domain.text import N_, Key, Prose, Wire
from domain.values import Ordinal

router = APIRouter(prefix="/runbooks", tags=["runbooks"])
_MOST = 60
_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$"
RunbookId = Annotated[str, Path(pattern=_NAME, description="Name of a runbook, such as market-db-outage.")]
Number = Annotated[int, Path(ge=1, le=999_999_999, description="Number of a version.")]
Kind = Literal["machine_room", "outage", "leak"]
_FOUND: dict[str, Any] = {"responses": problems(404, 422)}
_READ: dict[str, Any] = {"responses": {200: {"headers": ETAG}, **problems(404, 422)}}
_WRITE: dict[str, Any] = {"responses": {200: {"headers": ETAG}, **problems(404, 409, 413, 415, 422)}}


class StepBody(RunbookStep, Strict):
    """A step: who does what, what is expected, how long it may take, how it is taken back."""

    text: TextBody
    expected: TextBody | None = None
    rollback: TextBody | None = None


class CheckBody(RecoveryItem, Strict):
    """A line of the recovery checklist."""

    text: TextBody


class SourceBody(Source, Strict):
    """An incident, and one of its findings or a version of its summary report (6.3)."""


class ProposalBody(Strict):
    """Why a new version is written, and what it comes from."""

    why: Prose | None = None
    source: SourceBody | None = None

    def proposal(self) -> Proposal:
        """Return it as the library takes it."""
        return Proposal(self.why, Source(**self.source.model_dump()) if self.source else None)


class DraftBody(ProposalBody):
    """The text of a version."""

    kind: Kind = "outage"
    title: TextBody
    systems: list[Key] = Field([], max_length=_MOST)
    symptoms: TextBody | None = None
    preconditions: list[TextBody] = Field([], max_length=_MOST)
    steps: list[StepBody] = Field(min_length=1, max_length=_MOST)
    recovery_checklist: list[CheckBody] = Field(min_length=1, max_length=_MOST)
    probes: list[ProbeBody] = Field([], max_length=_MOST)
    author: Key | None = None
    review_due: date | None = Field(None, description="When it is looked through again.")


class ReasonBody(Strict):
    """Why; the writers read it."""

    reason: Prose


class DraftingBody(Strict):
    """Whom the manager gives the task, and what they are to write."""

    people: list[Key] = Field(min_length=1, max_length=20)
    text: Prose | None = None


class ComparisonView(Wire):
    """What makes one version the other; ``before`` is null for a first version."""

    before: str | None = None
    after: str
    texts: list[str]
    differences: list[DifferenceView]


class Drafter:
    """A dependency: whoever asks may write versions of the runbook in the path, by his post or the manager's task."""

    async def __call__(self, request: Request, person: CurrentPerson) -> Editor:
        """Return who writes; raise NotAuthorised."""
        known = await request.app.state.services.snapshots.directory.known()
        runbook = request.path_params.get("runbook")
        given = (task for task in draftings(known.items) if person.id in task.people and runbook in (None, task.id))
        owner = person.id if any(given) else None
        require(known.company, person.id, Task.DRAFT_RUNBOOKS, now_in_utc(), owner=owner)
        return Editor(person.id)


Writer = Annotated[Editor, Depends(Drafter())]
Publisher = Annotated[Editor, Depends(Entitled(Task.PUBLISH_RUNBOOKS))]


# ── looking ───────────────────────────────────────────────────────────────────


@router.get(
    "", operation_id="runbooks", summary="Runbooks, their version in force and what waits", responses=problems(422)
)
async def runbooks(
    _person: CurrentPerson,
    ports: Ports,
    _: Locale,
    *,
    system: Annotated[Key | None, Query(description="Only those for this system.")] = None,
    kind: Kind | None = None,
    status: Annotated[Status | None, Query(description="Only those with a version that stands so.")] = None,
    stale: Annotated[bool | None, Query(description="Only those whose review is overdue, or only the others.")] = None,
) -> list[ListedRunbook]:
    """List the runbooks by name."""
    known = await ports.snapshots.directory.known()
    found = [
        runbookviews.listed(versions(known.editions, runbook), ports.snapshots.policy, now_in_utc(), _)
        for runbook in sorted({edition.book.id for edition in known.editions})
    ]
    named = known.company.system(system) if system else None
    return [
        item
        for item in found
        if (system is None or system in item.systems or (named is not None and item.id in named.runbooks))
        and kind in (None, item.kind)
        and (status is None or status in item.statuses)
        and stale in (None, item.is_stale)
    ]


@router.get(
    "/suggestions",
    operation_id="suggest_runbooks",
    summary="Which runbooks fit what was seen (5.2.1)",
    responses=problems(422),
)
async def suggestions(
    _person: CurrentPerson,
    ports: Ports,
    _: Locale,
    *,
    symptom: Annotated[Prose, Query(description="What can be seen, in words.")],
    system: Annotated[Key | None, Query(description="Id of the affected system.")] = None,
) -> list[SuggestionView]:
    """Search the runbooks in force, best first, and tell which of their sentences fit; any language, any words."""
    return await suggested(ports, symptom, system, _)


async def suggested(ports: Services, symptom: str, system: str | None, _: Locale) -> list[SuggestionView]:
    """Return what fits, as people read it."""
    company = await ports.snapshots.directory.company()
    known = company.system(system) if system else None
    found = suggest(company.runbooks, symptom, system, known.runbooks if known else ())
    return [runbookviews.suggestion(item, _) for item in found]


@router.get("/coverage", operation_id="runbook_coverage", summary="Which runbooks each system has (4.3)")
async def coverage(_person: CurrentPerson, ports: Ports, _: Locale) -> list[CoverageView]:
    """List the systems, each with its runbooks in force; none is a gap of readiness."""
    known = await ports.snapshots.directory.known()
    return [runbookviews.covered(system, known.editions, _) for system in known.company.systems]


@router.get("/{runbook}", operation_id="runbook", summary="One runbook with all its versions", **_FOUND)
async def runbook(runbook: RunbookId, _person: CurrentPerson, ports: Ports, _: Locale) -> RunbookView:
    """Show the versions, newest first, and who has the task to write one."""
    known = await ports.snapshots.directory.known()
    found = versions(known.editions, runbook)
    task = next((item for item in draftings(known.items) if item.id == runbook), None)
    if not found and task is None:
        raise HTTPException(404)
    return runbookviews.runbook(runbook, found, task, ports.snapshots.policy, now_in_utc(), _)


@router.get("/{runbook}/versions/{version}", operation_id="runbook_version", summary="One version", **_READ)
async def version(
    runbook: RunbookId, version: Number, _person: CurrentPerson, ports: Ports, _: Locale, response: Response
) -> EditionView:
    """Show a version in both languages, and where it stands."""
    return _shown(ports, await _find(ports, f"{runbook}@{version}"), _, response)


@router.get(
    "/{runbook}/versions/{version}/rendering",
    operation_id="render_runbook_version",
    summary="One version as HTML, in the reader's language",
    responses=problems(404, 422),
)
async def rendering(
    runbook: RunbookId, version: Number, _person: CurrentPerson, ports: Ports, _: Locale
) -> RenderedView:
    """Show its texts with their Markdown as harmless HTML."""
    kept = await _find(ports, f"{runbook}@{version}")
    return runbookviews.rendered(kept.edition.book, _)


@router.get(
    "/{runbook}/versions/{version}/comparison",
    operation_id="compare_runbook_versions",
    summary="What a version changes, in words (6.3)",
    responses=problems(404, 422),
)
async def comparison(
    runbook: RunbookId,
    version: Number,
    _person: CurrentPerson,
    ports: Ports,
    _: Locale,
    *,
    base: Annotated[Ordinal | None, Query(description="Default: the published version before it.")] = None,
) -> ComparisonView:
    """Tell every added, removed, changed and moved step, check and field."""
    known = await ports.snapshots.directory.refresh()
    edition = of(known.editions, f"{runbook}@{version}")
    before = of(known.editions, f"{runbook}@{base}") if base else base_of(known.editions, edition) if edition else None
    if edition is None or (base is not None and before is None):
        raise HTTPException(404)
    differences = compare(before.book, edition.book) if before else []
    return ComparisonView(
        before=before.ref if before else None,
        after=edition.ref,
        texts=told(before.book if before else None, edition.book, _),
        differences=[
            DifferenceView(**item.model_dump(), text=sentence(item, _), marks=marks(item, _)) for item in differences
        ],
    )


# ── writing ───────────────────────────────────────────────────────────────────


@router.put(
    "/{runbook}/drafting",
    operation_id="assign_drafting",
    summary="Give somebody the task to write a runbook (3.1)",
    responses=problems(413, 415, 422),
)
async def assign(
    runbook: RunbookId,
    body: DraftingBody,
    *,
    editor: Annotated[Editor, Depends(Entitled(Task.ASSIGN_DRAFTING))],
    ports: Ports,
) -> Drafting:
    """Name who writes it, whatever their posts."""
    return await ports.library.assign(Drafting(id=runbook, **body.model_dump()), editor)


@router.post(
    "/{runbook}/proposals",
    operation_id="propose_revision",
    summary="Begin a new version as a copy of the newest (6.3)",
    status_code=201,
    responses={201: {"headers": ETAG}, **problems(404, 409, 413, 415, 422)},
)
async def propose(
    runbook: RunbookId, body: ProposalBody, *, editor: Writer, ports: Ports, _: Locale, response: Response
) -> EditionView:
    """Make a draft with the next number, to be changed; its source is a finding or the report of an incident."""
    known = await ports.snapshots.directory.refresh()
    found = versions(known.editions, runbook)
    newest = next(iter([*(item for item in in_force(found)), *found]), None)
    if newest is None:
        raise HTTPException(404)
    await must_have_source(ports, body.proposal().source)
    book = newest.book.model_copy(
        update={"version": next_number(known.editions, runbook), "author": editor.person, "review_due": None}
    )
    with _sound():
        kept = await ports.library.put(book, body.proposal(), editor, 0)
    response.headers["Location"] = f"/api/v1/runbooks/{runbook}/versions/{book.version}"
    return _shown(ports, kept, _, response)


@router.put("/{runbook}/versions/{version}", operation_id="put_runbook_draft", summary="Write a draft", **_WRITE)
async def put_draft(
    runbook: RunbookId,
    version: Number,
    body: DraftBody,
    *,
    editor: Writer,
    ports: Ports,
    _: Locale,
    response: Response,
    if_match: IfMatch = None,
) -> EditionView:
    """Put the text of a draft; without `If-Match` only a new one. What was submitted or published does not change."""
    await must_have_source(ports, body.proposal().source)
    content = body.model_dump(exclude={"why", "source"})
    with _sound():
        book = Runbook(id=runbook, version=version, **content)
        kept = await ports.library.put(book, body.proposal(), editor, _seen(if_match) or 0)
    return _shown(ports, kept, _, response)


@router.post(
    "/{runbook}/versions/{version}/submission", operation_id="submit_runbook", summary="Hand a draft in", **_WRITE
)
async def submit(
    runbook: RunbookId,
    version: Number,
    *,
    editor: Writer,
    ports: Ports,
    _: Locale,
    response: Response,
    background: BackgroundTasks,
    if_match: IfMatch = None,
) -> EditionView:
    """Let the manager decide; he gets a message."""
    with _sound():
        kept = await ports.library.submit(f"{runbook}@{version}", editor, _seen(if_match))
    company = await ports.snapshots.directory.company()
    background.add_task(tell, ports, company.on_call(Role.IT_MANAGER, now_in_utc()), kept, editor.person)
    return _shown(ports, kept, _, response)


@router.post(
    "/{runbook}/versions/{version}/publication",
    operation_id="publish_runbook",
    summary="Put a submitted version in force (4.3)",
    **_WRITE,
)
async def publish(
    runbook: RunbookId,
    version: Number,
    *,
    editor: Publisher,
    ports: Ports,
    _: Locale,
    response: Response,
    background: BackgroundTasks,
    if_match: IfMatch = None,
) -> EditionView:
    """Publish: from now on incidents pin this version; those that are open keep theirs."""
    with _sound():
        kept = await ports.library.publish(f"{runbook}@{version}", editor, _seen(if_match))
    background.add_task(tell, ports, kept.edition.writers, kept, editor.person)
    return _shown(ports, kept, _, response)


@router.post(
    "/{runbook}/versions/{version}/return",
    operation_id="return_runbook",
    summary="Return a submitted version with a reason",
    **_WRITE,
)
async def give_back(
    runbook: RunbookId,
    version: Number,
    body: ReasonBody,
    *,
    editor: Publisher,
    ports: Ports,
    _: Locale,
    response: Response,
    background: BackgroundTasks,
    if_match: IfMatch = None,
) -> EditionView:
    """Send it back to its writers, who get a message."""
    with _sound():
        kept = await ports.library.give_back(f"{runbook}@{version}", editor, body.reason, _seen(if_match))
    background.add_task(tell, ports, kept.edition.writers, kept, editor.person)
    return _shown(ports, kept, _, response)


@router.post(
    "/{runbook}/versions/{version}/retirement",
    operation_id="retire_runbook",
    summary="Take a version out of use",
    **_WRITE,
)
async def retire(
    runbook: RunbookId,
    version: Number,
    body: ReasonBody,
    *,
    editor: Publisher,
    ports: Ports,
    _: Locale,
    response: Response,
    if_match: IfMatch = None,
) -> EditionView:
    """Retire a version; the one in force only where no system names the runbook any more."""
    with _sound():
        kept = await ports.library.retire(f"{runbook}@{version}", editor, body.reason, _seen(if_match))
    return _shown(ports, kept, _, response)


# ── small things ──────────────────────────────────────────────────────────────


def _seen(if_match: str | None) -> int | None:
    return int(if_match.strip('"')) if if_match else None


async def _find(ports: Services, ref: str) -> Kept:
    with _sound():
        return await ports.library.find(ref)


def _shown(ports: Services, kept: Kept, _: Locale, response: Response) -> EditionView:
    response.headers["ETag"] = f'"{kept.version}"'
    return runbookviews.edition(kept, ports.snapshots.policy, now_in_utc(), _)


@contextmanager
def _sound() -> Iterator[None]:
    """Name every field that cannot stand, and answer 404 for what is not there."""
    try:
        yield
    except NothingThere:
        raise HTTPException(404) from None
    except Unsound as unsound:
        errors = tuple((_field(flaw.place), flaw.message, flaw.params) for flaw in unsound.flaws)
        message = N_("The runbook cannot stand as it is written.")
        raise Denied(Case(422, "unacceptable", message, field=errors[0][0], clause=CLAUSE, errors=errors)) from None


def _field(place: tuple[str | int, ...]) -> str:
    return ".".join(str(part) for part in place) or "runbook"
