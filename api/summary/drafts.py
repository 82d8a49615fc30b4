"""Writing the summary report: drafted from the record, edited section by section, reviewed, submitted (6.2)."""

from typing import Annotated, Any, Literal, NamedTuple

from fastapi import APIRouter, BackgroundTasks, Header, Query, Response
from pydantic import Field, model_validator

from adapters.i18n import Translator, translator
from adapters.i18n.translator import Language
from adapters.snapshot import now_in_utc
from adapters.temporal import OutcomeUnknown
from api.auth import CurrentCaller, CurrentPerson
from api.bodies import MeasureBody, Number, Strict
from api.commands import Pending, command_id, pending
from api.deps import Locale, Ports
from api.openapi import ETAG, problems
from api.services import Services
from api.summary import reading, wording
from api.summary.dossier import Dossier, gather
from api.summary.views import ReportView, VersionView, report_view, version_view
from domain.accounts import Scope
from domain.acts import Command, Receipt, SubmitSummary, SummaryContent
from domain.authority import Actor
from domain.company import Role
from domain.decide import need_reason
from domain.errors import AlreadyDecided, Conflict, StaleVersion, Unknown
from domain.report import (
    MOST_VERSIONS,
    Draft,
    Reviewed,
    SectionName,
    may_review,
    may_write,
    require_bounded,
    require_newest,
    submission,
)
from domain.text import N_, Key, Prose, Section, Wire

router = APIRouter(prefix="/incidents/{number}/report", tags=["reports"])
Seen = Annotated[
    str,
    Header(
        alias="If-Match", pattern=r'^"\d{1,9}"$', description="The version of the draft that you looked at; 0: none."
    ),
]
In = Annotated[Language | None, Query(description="In which language; default: the caller's.")]
_DRAFT_ETAG = {"ETag": {"description": "The version of the draft.", "schema": {"type": "string"}}}


class SectionBody(Strict):
    """What a section says from now on: ``measures`` of the section of that name, ``text`` of any other."""

    text: Section | None = None
    measures: Annotated[list[MeasureBody], Field(max_length=50)] | None = None
    language: Language | None = Field(None, description="In which language the rest is drafted, the first time.")
    post: Role | None = Field(None, description="In which role you write; without it the first of yours that may.")

    @model_validator(mode="after")
    def _says_one_thing(self) -> "SectionBody":
        if (self.text is None) is (self.measures is None):
            raise ValueError(N_("give either text or measures"))
        return self


class RedraftBody(Strict):
    """Which section is drafted anew from the record."""

    section: SectionName
    language: Language | None = None
    post: Role | None = None


class ReviewBody(Strict):
    """What a reviewer says about the newest version; a change needs a reason."""

    approve: bool
    reason: Prose | None = None
    post: Role | None = None


class SubmissionBody(Strict):
    """In which role the newest version is submitted, and whether it rests on the report of the linked incident."""

    post: Role | None = None
    covered_by: Key | None = None


class Versions(Wire):
    """The versions of the draft, newest first."""

    items: list[VersionView]


@router.get(
    "",
    name="summary_report",
    operation_id="summary_report",
    summary="The summary report: the submitted version that stands, else the draft",
    responses={200: {"headers": _DRAFT_ETAG}, **problems(404, 422)},
)
async def look(
    number: Number,
    *,
    person: CurrentPerson,
    caller: CurrentCaller,
    ports: Ports,
    _: Locale,
    response: Response,
    later: BackgroundTasks,
    language: In = None,
) -> ReportView:
    """Show it with deadlines met and missed, reviews, deliveries, readings and receipts; a draft that nobody has edited
    is made from the record now. That a receiver opened the submitted report is recorded once.
    """  # noqa: D205
    dossier = await gather(ports, number)
    if dossier.standing and Scope.ACT in caller.scopes:
        reading.noted(ports, dossier.incident, person.id, later)
    response.headers["ETag"] = f'"{dossier.draft_version}"'
    return report_view(dossier, translator(language) if language else _)


@router.put(
    "/sections/{section}",
    name="edit_summary_section",
    operation_id="edit_summary_section",
    summary="Write one section of the draft",
    responses={200: {"headers": _DRAFT_ETAG}, **problems(404, 409, 413, 415, 422)},
)
async def edit(
    number: Number,
    *,
    section: SectionName,
    body: SectionBody,
    seen: Seen,
    person: CurrentPerson,
    ports: Ports,
    _: Locale,
    response: Response,
) -> ReportView:
    """Keep a new version of the draft, whole; refused when the draft has moved on since (If-Match)."""
    dossier = await gather(ports, number)
    actor = may_write(dossier.incident, person.id, body.post, dossier.now)
    if (section == "measures") is (body.measures is None):
        raise Unknown(N_("This section does not hold that."), clause="6.2", field="text" if body.text else "measures")
    said: Any = body.text
    if body.measures is not None:
        said = [item.model_dump() for item in body.measures]
        for item in body.measures:
            if dossier.incident.company.person(item.owner) is None:
                unknown = N_("The company has nobody with the id “{person}”.")
                raise Unknown(unknown, clause="6.2", field="measures.owner", person=item.owner)
    language = body.language or _.language
    return await _write(ports, dossier, _Wish(actor, seen, section, said, language, "edited"), _, response)


@router.post(
    "/redraft",
    name="redraft_summary_section",
    operation_id="redraft_summary_section",
    summary="Draft one section anew from the record",
    responses={200: {"headers": _DRAFT_ETAG}, **problems(404, 409, 413, 415, 422)},
)
async def redraft(
    number: Number,
    *,
    body: RedraftBody,
    seen: Seen,
    person: CurrentPerson,
    ports: Ports,
    _: Locale,
    response: Response,
) -> ReportView:
    """Put what the record says now in place of a section's text, as a new version."""
    dossier = await gather(ports, number)
    actor = may_write(dossier.incident, person.id, body.post, dossier.now)
    language = body.language or (dossier.drafts[-1].language if dossier.drafts else _.language)
    if body.section == "measures":
        raise Unknown(N_("Measures are not drafted from the record."), clause="6.2", field="section")
    said = wording.section(body.section, dossier.story, translator(language))
    wish = _Wish(actor, seen, body.section, said, language, "redrafted")
    return await _write(ports, dossier, wish, _, response)


class _Wish(NamedTuple):
    """What somebody wants to write into which version of the draft."""

    actor: Actor
    seen: str
    section: SectionName
    said: Any
    language: Language
    change: Literal["edited", "redrafted"]


async def _write(ports: Services, dossier: Dossier, wish: _Wish, _: Translator, response: Response) -> ReportView:
    actor, seen, section, said, language, change = wish
    require_newest(dossier.drafts, _number(seen))
    if len(dossier.drafts) >= MOST_VERSIONS:
        raise Conflict(N_("One incident holds at most {most} of these."), clause="6.2", most=MOST_VERSIONS)
    kept = dossier.drafts[-1].language if dossier.drafts else language
    content = dossier.content(translator(kept))
    content = SummaryContent.model_validate(content.model_dump() | {section: said})
    require_bounded(content)
    draft = Draft(
        version=dossier.draft_version + 1,
        at=now_in_utc(),
        person=actor.person,
        on_behalf_of=actor.on_behalf_of,
        role=actor.role,
        change=change,
        section=section,
        language=kept,
        content=content,
    )
    if not await ports.reports.add(dossier.incident.number, draft):
        raise _overtaken(draft.version)
    response.headers["ETag"] = f'"{draft.version}"'
    return report_view(dossier._replace(drafts=[*dossier.drafts, draft]), _)


def _overtaken(version: int) -> StaleVersion:
    return StaleVersion(
        N_("You looked at version {expected} of the draft; it is at version {current} now."),
        clause="6.2",
        field="If-Match",
        expected=version - 1,
        current=version,
    )


@router.get(
    "/versions",
    name="summary_report_versions",
    operation_id="summary_report_versions",
    summary="Who changed what in the draft, in words",
    responses=problems(404, 422),
)
async def versions(number: Number, _person: CurrentPerson, ports: Ports, _: Locale) -> Versions:
    """List the versions of the draft, newest first; the first one differs from what was drafted from the record."""
    dossier = await gather(ports, number)
    befores = [_drafted_then(dossier), *(draft.content for draft in dossier.drafts)]
    shown = [version_view(draft, before, dossier, _) for draft, before in zip(dossier.drafts, befores, strict=False)]
    return Versions(items=shown[::-1])


def _drafted_then(dossier: Dossier) -> SummaryContent:
    """Return what was drafted from the record when somebody edited it first."""
    if not dossier.drafts:
        return SummaryContent()
    first = dossier.drafts[0]
    then = [entry for entry in dossier.entries if entry.recorded_at <= first.at]
    return wording.drafted(dossier.story._replace(entries=then, now=first.at), translator(first.language))


@router.post(
    "/reviews",
    name="review_summary_report",
    operation_id="review_summary_report",
    summary="Approve the newest version of the draft, or ask for a change",
    status_code=201,
    responses={201: {"headers": _DRAFT_ETAG}, **problems(404, 409, 413, 415, 422)},
)
async def review(
    number: Number,
    *,
    body: ReviewBody,
    seen: Seen,
    person: CurrentPerson,
    ports: Ports,
    _: Locale,
    response: Response,
) -> ReportView:
    """Say it about that very version; whoever wrote some of it does not review it."""
    dossier = await gather(ports, number)
    actor = may_review(dossier.incident, person.id, body.post, dossier.now, drafts=dossier.drafts, said=dossier.reviews)
    require_newest(dossier.drafts, _number(seen))
    if not body.approve:
        need_reason(body.reason, "6.2")
    said = Reviewed(
        version=dossier.draft_version,
        at=now_in_utc(),
        person=actor.person,
        on_behalf_of=actor.on_behalf_of,
        approve=body.approve,
        reason=body.reason,
    )
    if not await ports.reports.review(number, said):
        again = N_("You have reviewed version {version} of the draft already.")
        raise AlreadyDecided(again, clause="6.2", version=said.version)
    response.headers["ETag"] = f'"{said.version}"'
    return report_view(dossier._replace(reviews=[*dossier.reviews, said]), _)


@router.post(
    "/submission",
    name="submit_summary_draft",
    operation_id="submit_summary_draft",
    summary="Submit the newest version of the draft to director and general manager",
    status_code=201,
    response_model=Receipt,
    responses={
        200: {"model": Receipt, "description": "The same version was submitted before.", "headers": ETAG},
        201: {"headers": ETAG},
        202: {"model": Pending, "description": "Stored; the outcome is not known yet."},
        **problems(404, 409, 413, 415, 422, 429),
    },
)
async def submit(
    number: Number, body: SubmissionBody, seen: Seen, *, person: CurrentPerson, ports: Ports, response: Response
) -> Any:
    """Submit it with its authors and reviewers, every section written."""
    dossier = await gather(ports, number)
    key = f"report/{number}/{dossier.draft_version}"
    before = dossier.standing
    if before and before.entry.command_id == command_id(person.id, key) and before.entry.person == person.id:
        act = SubmitSummary.model_validate(before.event.model_dump())
    else:
        actor = may_write(dossier.incident, person.id, body.post, dossier.now)
        require_newest(dossier.drafts, _number(seen))
        _need_change(dossier)
        act = submission(dossier.incident, actor, dossier.drafts, dossier.reviews)
        act.covered_by = body.covered_by
    command = Command[SubmitSummary](command_id=command_id(person.id, key), person=person.id, post=body.post, act=act)
    try:
        receipt = await ports.incidents.act(number, command)
    except OutcomeUnknown:
        return pending(number, command.command_id, "unknown")
    response.status_code = 200 if receipt.is_repeat else 201
    response.headers["ETag"] = f'"{receipt.version}"'
    return receipt


def _need_change(dossier: Dossier) -> None:
    """Refuse the draft that was returned, word for word (R25)."""
    if dossier.drafts and any(item.event.draft == dossier.draft_version for item in dossier.submitted):
        raise AlreadyDecided(
            N_("Version {version} of the draft was returned; change it before it is submitted again."),
            clause="6.2",
            version=dossier.draft_version,
        )


def _number(seen: str) -> int:
    return int(seen.strip('"'))
