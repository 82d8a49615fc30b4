"""The page behind a link: looking changes nothing, because previews of chat clients look too; answering is an act."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, NamedTuple
from urllib.parse import parse_qs

import structlog
from fastapi import APIRouter, BackgroundTasks, Path, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import ValidationError

from adapters.i18n import Translator, translator
from adapters.i18n.formats import instant
from adapters.i18n.validation import explain
from adapters.links import PATH, Link
from adapters.store.database import DatabaseAway
from adapters.temporal import OutcomeUnknown, TemporalAway, TooBusy
from api.commands import command_id
from api.deps import Ports
from api.failures import case_of
from api.language import language_of
from api.names import name_of
from api.phone import contact, paper
from api.phone.door import FORGED, Doorkeeper, Shut, note
from api.phone.forms import Form, content
from api.phone.matter import Matter, matter_of
from api.phone.sheet import Notice, Visit
from api.problems import Case, Denied
from api.services import Services
from api.summary import writing
from api.summary.documents import written
from api.summary.dossier import gather
from api.summary.reading import noted
from domain.acts import Act
from domain.answers import asked
from domain.errors import Refusal
from domain.text import N_

MOST_BYTES = 64 * 1024
_MOST_FIELDS = 200
_FAILURES = (Refusal, TemporalAway, OutcomeUnknown, TooBusy, DatabaseAway)
_CLOSED = Case(409, "not-asked-now", N_("This is not asked any more."))
_USED = Case(409, "link-used", N_("You did this already with this link."))
_UNFIT = Case(422, "malformed", N_("Something is missing or cannot be accepted."))
_TITLES = {
    "no-such-link": N_("Not a valid link"),
    "link-expired": N_("The link has expired"),
    "link-of-a-leaver": N_("The link has ended"),
    "temporal-away": N_("Nothing was recorded"),
}
_log = structlog.get_logger(__name__)
_door = Doorkeeper()
Sent = dict[str, list[str]]
Token = Annotated[str, Path(max_length=2000)]
router = APIRouter(prefix=PATH, include_in_schema=False, max_body_size=MOST_BYTES)


class _Outcome(NamedTuple):
    """What became of an answer, as the page says it."""

    status: int
    notice: Notice
    tried: str = ""


@router.api_route("/{token}", methods=["GET", "HEAD"], name="look_at_link")
async def look(token: Token, request: Request, ports: Ports) -> HTMLResponse:
    """Show the task of a link."""
    try:
        visit = await _door.enter(token, ports)
    except Shut as shut:
        return await _shut(request, shut)
    _ = translator(visit.person.language)
    try:
        if visit.link.channel:
            return await contact.look(ports, visit, _)
        return await _show(ports, visit, _, path=request.url.path)
    except _FAILURES as error:
        return _failed(case_of(request, error), _)


@router.get("/{token}/report", name="report_of_link")
async def report(token: Token, request: Request, ports: Ports, later: BackgroundTasks) -> Response:
    """Show the whole report that a link asks to accept: as PDF, or as a page where PDF cannot be made.

    Somebody followed the link on the page to come here, so that he has opened the report is recorded.
    """
    try:
        visit = await _door.enter(token, ports)
    except Shut as shut:
        return await _shut(request, shut)
    _ = translator(visit.person.language)
    put = asked(visit.link.question, visit.link.person)
    try:
        dossier = await gather(ports, visit.link.incident)
        of = dossier.version(int(put.about[0])) if put.kind == "receipt" else None
        if of is None:
            return _failed(FORGED, _)
        if of == dossier.standing:
            noted(ports, dossier.incident, visit.link.person, later)
        whole = writing.paper(dossier, of, _)
        try:
            return await written(ports, whole, "pdf")
        except Denied:
            return await written(ports, whole, "html")
    except _FAILURES as error:
        return _failed(case_of(request, error), _)


@router.post("/{token}", name="answer_link")
async def answer(token: Token, request: Request, ports: Ports) -> HTMLResponse:
    """Carry an answer out as the person whom the link was sent to, and show what became of it."""
    try:
        visit = await _door.enter(token, ports)
    except Shut as shut:
        return await _shut(request, shut)
    _ = translator(visit.person.language)
    sent = _read(await request.body())
    try:
        if visit.link.channel:
            return await contact.confirm(request, ports, visit, _)
        outcome = await _answer(request, ports, visit, await matter_of(ports, visit, _), sent, _)
        return await _show(ports, visit, _, outcome, sent, path=request.url.path)
    except _FAILURES as error:
        return _failed(case_of(request, error), _)


def _read(body: bytes) -> Sent:
    try:
        return parse_qs(body.decode("utf-8", "replace"), max_num_fields=_MOST_FIELDS)
    except ValueError:
        return {}


async def _answer(
    request: Request, ports: Services, visit: Visit, matter: Matter, sent: Sent, _: Translator
) -> _Outcome:
    link = visit.link
    key = sent.get("task", [""])[0]
    if when := (await _used(ports, link)).get(key):
        await note(request, link, key.partition("/")[0], _USED)
        return _refused(_USED, matter, _, instant(when, _, visit.zone))
    chosen = next((item for item in matter.conceivable() if item.key == key), None)
    if chosen is None:
        await note(request, link, "answer_link", _CLOSED)
        return _refused(_CLOSED, matter, _, matter.stands)
    shape = matter.form(chosen)
    try:
        act = content(chosen, shape, sent, visit.zone)
    except ValidationError as error:
        await note(request, link, chosen.act.name, _UNFIT)
        return _refused(_UNFIT, matter, _, *_faults(error, shape, _))._replace(tried=key)
    try:
        return await _carry_out(ports, visit, matter, act, key, _)
    except Refusal as refusal:
        case = case_of(request, refusal)
        await note(request, link, act.name, case)
        return _refused(case, matter, _)._replace(tried=key)


async def _carry_out(ports: Services, visit: Visit, matter: Matter, act: Act, key: str, _: Translator) -> _Outcome:
    link = visit.link
    command = command_id(link.person, f"link/{link.id}/{key}")
    try:
        await matter.carry_out(act, command)
    except OutcomeUnknown:
        waits = _(N_("It is stored, but nobody has carried it out yet. Open the link again in a moment."))
        return _Outcome(202, Notice("wait", _(N_("Not known yet")), [waits]), key)
    await _use(ports, link, key)
    return _Outcome(200, Notice("good", _(N_("Recorded")), await matter.told(command)), key)


def _refused(case: Case, matter: Matter, _: Translator, *more: str) -> _Outcome:
    names = {name: name_of(matter.company, value, _) for name, value in case.params.items()}
    lines = [_(case.message, **names) if names else _(case.message), *more]
    if case.clause:
        lines.append(_(N_("Clause: {clause}"), clause=_.clause(case.clause)))
    return _Outcome(case.status, Notice("bad", _(N_("Not carried out")), lines))


def _faults(error: ValidationError, shape: Form, _: Translator) -> list[str]:
    labels = {field.name: field.label for field in shape.fields}
    faults = []
    for fault in error.errors():
        message, params = explain(fault)
        label = labels.get(str(fault["loc"][0]) if fault["loc"] else "", "")
        faults.append(f"{label}: {_(message, **params) if params else _(message)}")
    return faults


async def _used(ports: Services, link: Link) -> Mapping[str, datetime]:
    """Without the database the workflow itself knows what it has carried out under the link's id."""
    try:
        return await ports.used_links.used(link)
    except DatabaseAway:
        return {}


async def _use(ports: Services, link: Link, key: str) -> None:
    try:
        await ports.used_links.use(link, key)
    except DatabaseAway:
        _log.warning("link_use_not_noted", link_id=link.id, act=key)


async def _show(
    ports: Services,
    visit: Visit,
    _: Translator,
    outcome: _Outcome | None = None,
    sent: Sent | None = None,
    *,
    path: str,
) -> HTMLResponse:
    matter = await matter_of(ports, visit, _)
    shown = await matter.sheet(await _used(ports, visit.link))
    notice, tried = (outcome.notice, outcome.tried) if outcome else (None, "")
    status = outcome.status if outcome else 200
    report = f"{path}/report" if visit.link.question.startswith("receipt/") else ""
    return paper.page("task", status, _, sheet=shown, notice=notice, tried=tried, sent=sent or {}, report=report)


async def _shut(request: Request, shut: Shut) -> HTMLResponse:
    await _door.note_shut(request, shut)
    return _failed(shut.case, translator(shut.person.language if shut.person else language_of(request)))


def _failed(case: Case, _: Translator) -> HTMLResponse:
    title = _(_TITLES.get(case.code, N_("It does not work now")))
    words = _(case.message, **case.params) if case.params else _(case.message)
    return paper.page(
        "shut", case.status, _, case.headers, title=title, tone="bad", lines=[words], phones=list(case.phones)
    )
