"""What the law asks for about an incident: which reports are due or filed, and their drafts to read and copy (8)."""

from collections.abc import Iterator
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import PlainTextResponse
from pydantic import AwareDatetime

from adapters.i18n import Translator, translator
from adapters.i18n.formats import instant
from api.auth import CurrentPerson
from api.bodies import Number
from api.deps import Locale, Ports
from api.names import name_of
from api.openapi import problems
from api.phone import paper
from api.phone.facts import history
from api.problems import Denied, plain
from api.reading import find
from domain import events as ev
from domain.entry import Entry
from domain.incident import Incident, StatutoryReport
from domain.policy import Regulator
from domain.statutory import FIRST, clock_of
from domain.statutory_forms import Drafted, draft, heads_of, report_name
from domain.text import N_, Wire

router = APIRouter(prefix="/incidents/{number}/statutory-reports", tags=["incidents"])


class Filing(Wire):
    """Something that was sent: who, when, where to, which heads, under which number there."""

    at: AwareDatetime
    person: str | None = None
    person_name: str | None = None
    heads: list[int]
    sent_to: str
    reference: str | None = None
    text: str | None = None
    late_minutes: float = 0


class StatutoryView(Wire):
    """One report that a law asks for; ``due`` is null while its clock waits for the recovery."""

    regulator: str
    regulator_name: str
    report: str
    report_name: str
    source: str
    due: AwareDatetime | None = None
    is_provisional: bool = False
    is_overdue: bool = False
    is_complete: bool = False
    missing_heads: list[int] = []
    is_example: bool
    filings: list[Filing] = []
    draft: str


class StatutoryReports(Wire):
    """Every report that a law asks for, and the regulators of whom it was found that they need not be told."""

    items: list[StatutoryView]
    waived: list[str] = []


@router.get(
    "",
    operation_id="statutory_reports",
    summary="Which regulators are to be told by when, and what was filed",
    responses=problems(404, 422),
)
async def statutory_reports(number: Number, _person: CurrentPerson, ports: Ports, _: Locale) -> StatutoryReports:
    """List what is due and what was filed; nothing is ever due for a drill."""
    incident = (await find(ports, number)).incident
    entries = await history(ports, number) if incident.statutory else []
    return StatutoryReports(
        items=[_shown(item, incident, entries, _) for item in incident.statutory], waived=incident.statutory_waived
    )


def _shown(item: StatutoryReport, incident: Incident, entries: list[Entry], _: Translator) -> StatutoryView:
    regulator, clock = incident.policy.regulator(item.regulator), clock_of(incident, item)
    missing = [head for head in heads_of(incident, item.regulator, item.report) if head not in item.heads]
    return StatutoryView(
        regulator=item.regulator,
        regulator_name=regulator.name.in_language(_.language) if regulator else item.regulator,
        report=item.report,
        report_name=report_name(regulator, item.report).in_language(_.language) if regulator else item.report,
        source=clock.source.in_language(_.language) if clock else "",
        due=item.due.at if item.due else None,
        is_provisional=bool(item.due and item.due.is_provisional),
        is_overdue=item.is_overdue,
        is_complete=item.is_complete,
        missing_heads=missing,
        is_example=not (regulator and regulator.confirmed_by),
        filings=[_filing(entry, event, incident, _) for entry, event in _filed(entries, item)],
        draft=f"/api/v1/incidents/{incident.number}/statutory-reports/{item.regulator}/draft?report={item.report}",
    )


def _filed(entries: list[Entry], item: StatutoryReport) -> Iterator[tuple[Entry, ev.StatutoryFiled]]:
    for entry in entries:
        event = entry.event
        if isinstance(event, ev.StatutoryFiled) and (event.regulator, event.report) == (item.regulator, item.report):
            yield entry, event


def _filing(entry: Entry, event: ev.StatutoryFiled, incident: Incident, _: Translator) -> Filing:
    return Filing(
        at=entry.occurred_at,
        person=entry.person,
        person_name=name_of(incident.company, entry.person, _) if entry.person else None,
        heads=[section.head for section in event.sections],
        sent_to=event.sent_to,
        reference=event.reference,
        text=event.text,
        late_minutes=event.late_minutes,
    )


_CONTENT = {"text/plain": {"schema": {"type": "string"}}, "text/html": {"schema": {"type": "string"}}}


@router.get(
    "/{regulator}/draft",
    operation_id="statutory_draft",
    summary="A report to a regulator, drafted from the incident",
    response_class=PlainTextResponse,
    responses={200: {"content": _CONTENT}, **problems(404, 422)},
)
async def statutory_draft(
    number: Number,
    regulator: Annotated[str, Path(max_length=40)],
    _person: CurrentPerson,
    ports: Ports,
    _: Locale,
    *,
    report: Annotated[str, Query(max_length=120, description="`first`, or the id of a later report.")] = FIRST,
    language: Annotated[Literal["zh-CN", "en"] | None, Query(description="Without it, the caller's.")] = None,
    form: Annotated[Literal["text", "html"], Query(description="Plain text to copy, or a page to read.")] = "text",
) -> Response:
    """Write every head, as far as the incident tells it; what a person must add says so."""
    incident = (await find(ports, number)).incident
    known = incident.policy.regulator(regulator)
    reports = [FIRST, *(item.id for item in known.follow_ups)] if known else []
    if known is None or report not in reports:
        raise Denied(plain(404))
    words = translator(language) if language else _
    title, source = _head(incident, known, report, words)
    heads = draft(incident, regulator, report, words.language)
    if form == "html":
        return paper.page("draft", 200, words, title=title, source=source, heads=heads, number=incident.number)
    headers = {"Content-Language": words.language, "Cache-Control": "no-store"}
    return PlainTextResponse(_text(title, source, heads), headers=headers)


def _head(incident: Incident, regulator: Regulator, report: str, _: Translator) -> tuple[str, list[str]]:
    item = incident.statutory_report(regulator.id, report)
    follow_ups = {later.id: later.clock for later in regulator.follow_ups}
    name, kind = regulator.name.in_language(_.language), report_name(regulator, report).in_language(_.language)
    lines = [_(N_("Incident: {number} {title}"), number=incident.number, title=incident.title)]
    lines.append(
        _(N_("By law: {source}"), source=follow_ups.get(report, regulator.first).source.in_language(_.language))
    )
    if item and item.due:
        lines.append(_(N_("Due: {instant}"), instant=instant(item.due.at, _, incident.policy.time_zone)))
    if not regulator.confirmed_by:
        lines.append(
            _(N_("This is an example: the company's lawyers have not confirmed yet that and by when to report."))
        )
    return _.noted(name, kind), lines


def _text(title: str, lines: list[str], heads: list[Drafted]) -> str:
    parts = [f"{head.number}. {head.title}\n{head.text}" for head in heads]
    return "\n\n".join([title, "\n".join(lines), *parts]) + "\n"
