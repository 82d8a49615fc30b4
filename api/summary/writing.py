"""The report on paper: sections, deadlines met and missed, the timeline, who signs; every text in one language."""

from datetime import datetime, timedelta
from math import ceil
from typing import Literal, NamedTuple

from adapters.documents import Chapter, Paper, Signature, Table
from adapters.i18n import Translator
from adapters.i18n.formats import duration, stamp, zone_name
from api.names import name_of
from api.sentences import sentence, who
from api.summary.dossier import Dossier, Submitted
from api.summary.views import DeadlineView, ReceiptView, SubmittedView, deadline_views, submitted_view
from domain import events as ev
from domain.acts import RectificationMeasure, SummaryContent
from domain.clauses import wording
from domain.report import SECTIONS, SectionName, acts_by_clause, authors_of
from domain.text import N_

MOST_ROWS = 800
# Calls are many and tell nothing of the course; who was called is in the record.
_LEFT_OUT = (ev.Paged, ev.Acknowledged, ev.ArrivalAtRisk)
_DRILL = {"zh-CN": "【演练】", "en": "【演练】[DRILL] "}  # as every message of a drill begins
_PAGE = N_("Page {page} of {pages}")
_STATES: dict[bool | None, str] = {True: N_("met"), False: N_("missed"), None: N_("running")}
_TONES: dict[bool | None, Literal["good", "bad", ""]] = {True: "good", False: "bad", None: ""}


class _Desk(NamedTuple):
    """What everything is written with."""

    dossier: Dossier
    of: Submitted | None
    words: Translator
    zone: str

    def at(self, instant: datetime | None) -> str:
        return stamp(instant, self.zone) if instant else "—"

    def name(self, person: str) -> str:
        return name_of(self.dossier.incident.company, person, self.words)


def paper(dossier: Dossier, of: Submitted | None, _: Translator) -> Paper:
    """Write a submitted version, or without one the draft."""
    incident = dossier.incident
    desk = _Desk(dossier, of, _, incident.policy.time_zone)
    content = SummaryContent.model_validate(of.event.model_dump()) if of else dossier.content(_)
    version = submitted_view(of.event.summary_version, dossier, _) if of else None
    return Paper(
        language=_.language,
        company=incident.company.name.in_language(_.language),
        number=incident.number,
        heading=_(N_("Summary report of an emergency incident")),
        title=incident.title,
        drill=_DRILL[_.language] if incident.is_drill else "",
        watermark="" if of else _(N_("Draft")),
        page_words=_page_words(_),
        facts=_facts(desk),
        chapters=[_chapter(name, content, desk) for name in SECTIONS],
        annexes=[_deadlines(desk), _by_clause(desk), _timeline(desk)],
        signatures_title=_(N_("Signatures")),
        signatures=_signatures(desk, version),
        foot=_foot(desk),
    )


def _page_words(_: Translator) -> tuple[str, str, str]:
    before, _page, rest = _(_PAGE).partition("{page}")
    between, _pages, after = rest.partition("{pages}")
    return before, between, after


def _facts(desk: _Desk) -> list[tuple[str, str]]:
    incident, _ = desk.dossier.incident, desk.words
    system = incident.affected_system
    facts = [
        (N_("Number"), incident.number),
        (N_("Affected system"), system.name.in_language(_.language) if system else incident.system),
        (N_("Severity"), incident.severity),
        (N_("Discovered"), desk.at(incident.discovered_at)),
        (N_("Reported"), f"{desk.at(incident.reported_at)} · {desk.name(incident.reporter)}"),
        (N_("Recovery verified"), _verified(desk)),
        (N_("On-scene commander"), desk.name(incident.commander) if incident.commander else "—"),
        (N_("Runbook"), incident.runbook or "—"),
        (N_("Version"), _version(desk)),
        (N_("Time zone"), zone_name(desk.zone, _)),
    ]
    return [(_(label), value) for label, value in facts]


def _verified(desk: _Desk) -> str:
    incident = desk.dossier.incident
    # It may have been told later; the incident knows since when its report is asked for.
    rounds = [item.occurred_at for item in desk.dossier.entries if isinstance(item.event, ev.RecoveryVerified)]
    if incident.verified_at is None or incident.discovered_at is None or not rounds:
        return "—"
    length = duration(rounds[-1] - incident.discovered_at, desk.words)
    return desk.words.noted(desk.at(rounds[-1]), desk.words(N_("after {duration}"), duration=length))


def _version(desk: _Desk) -> str:
    _ = desk.words
    if desk.of is None:
        return _(N_("Draft, version {version}"), version=desk.dossier.draft_version)
    number, at = desk.of.event.summary_version, desk.at(desk.of.entry.occurred_at)
    return _(N_("Submitted version {version}, {at}"), version=number, at=at)


def _chapter(name: SectionName, content: SummaryContent, desk: _Desk) -> Chapter:
    title = desk.words(SECTIONS[name])
    if name == "measures":
        return Chapter(title=title, table=_measures(content.measures, desk))
    text: str = getattr(content, name)
    return Chapter(title=title, lines=[line for line in text.split("\n") if line.strip()] or ["—"])


def _measures(measures: list[RectificationMeasure], desk: _Desk) -> Table:
    _ = desk.words
    rows = [
        [str(place), item.text, desk.name(item.owner), desk.at(item.due)[:10]]
        for place, item in enumerate(measures, start=1)
    ]
    names = (N_("No."), N_("Measure"), N_("Owner"), N_("Due on"))
    return Table(title="", columns=[_(name) for name in names], widths=[8, 56, 20, 16], rows=rows or [["—"] * 4])


def _deadlines(desk: _Desk) -> Table:
    _ = desk.words
    shown = deadline_views(desk.dossier, _)
    counted = [row.is_met for row in shown if row.is_met is not None]
    note = _(N_("{met} of {total} met."), met=counted.count(True), total=len(counted))
    names = (N_("Clause"), N_("What"), N_("Due at"), N_("Done at"), N_("Result"))
    return Table(
        title=_(N_("Deadlines met and missed")),
        columns=[_(name) for name in names],
        widths=[10, 36, 20, 20, 14],
        rows=[_deadline(row, desk) for row in shown],
        marks=[_TONES[row.is_met] for row in shown],
        note=note,
    )


def _deadline(row: DeadlineView, desk: _Desk) -> list[str]:
    _ = desk.words
    what = _.noted(row.what, row.person.name) if row.person else row.what
    due = _.noted(desk.at(row.due), _.word("provisional")) if row.is_provisional else desk.at(row.due)
    state = _(_STATES[row.is_met])
    if row.is_met is False and row.done_at:
        late = timedelta(seconds=ceil((row.done_at - row.due).total_seconds()))
        state = _(N_("{duration} late"), duration=duration(late, _))
    return [row.clause, what, due, desk.at(row.done_at), state]


def _by_clause(desk: _Desk) -> Table:
    _ = desk.words
    rows = [
        [item.clause, wording(item.clause, _.language), str(item.number), str(item.late)]
        for item in acts_by_clause(desk.dossier.entries)
    ]
    names = (N_("Clause"), N_("Wording"), N_("Acts"), N_("Told late"))
    return Table(title=_(N_("Acts by clause")), columns=[_(name) for name in names], widths=[10, 60, 14, 16], rows=rows)


def _timeline(desk: _Desk) -> Table:
    _ = desk.words
    told = [entry for entry in desk.dossier.entries if not isinstance(entry.event, _LEFT_OUT)]
    company, regulators = desk.dossier.incident.company, desk.dossier.incident.policy.regulators
    rows = [
        [str(entry.seq), desk.at(entry.occurred_at), entry.clause, sentence(entry, company, _, regulators)]
        for entry in told[:MOST_ROWS]
    ]
    notes = [_(N_("Calls and acknowledgements are left out; numbers are those of the record."))]
    if len(told) > MOST_ROWS:
        notes.append(_(N_("{count} later entries are only in the record."), count=len(told) - MOST_ROWS))
    names = (N_("Entry"), N_("Time"), N_("Clause"), N_("What happened"))
    return Table(
        title=_(N_("Timeline")),
        columns=[_(name) for name in names],
        widths=[8, 20, 10, 62],
        rows=rows,
        note=" ".join(notes),
    )


def _signatures(desk: _Desk, version: SubmittedView | None) -> list[Signature]:
    _, dossier = desk.words, desk.dossier
    if desk.of is None or version is None:
        authors = [desk.name(person) for person in authors_of(dossier.drafts)] or ["—"]
        said = [item for item in dossier.reviews if item.version == dossier.draft_version]
        reviews = [f"{desk.name(item.person)}  {desk.at(item.at)}" for item in said if item.approve]
        return [
            Signature(part=_(N_("Authors")), names=authors),
            Signature(part=_(N_("Reviewed by")), names=reviews or ["—"]),
        ]
    submitted = f"{who(desk.of.entry, dossier.incident.company, _)}  {desk.at(version.at)}"
    reviews = [f"{item.person.name}  {desk.at(item.at)}" for item in version.reviews]
    return [
        Signature(part=_(N_("Authors")), names=[item.name for item in version.authors]),
        Signature(part=_(N_("Reviewed by")), names=reviews or [_(N_("not reviewed"))]),
        Signature(part=_(N_("Submitted by")), names=[submitted]),
        *(
            Signature(part=item.role_text[:1].upper() + item.role_text[1:], names=_receipt(item, desk))
            for item in version.receipts
        ),
    ]


def _receipt(item: ReceiptView, desk: _Desk) -> list[str]:
    _ = desk.words
    lines = [
        _(
            N_("Delivered to {name} by {channel}: {at}"),
            name=first.person.name,
            channel=first.channel,
            at=desk.at(first.at),
        )
        for first in item.delivered[:1]
    ]
    lines += [_(N_("Opened by {name}: {at}"), name=one.person.name, at=desk.at(one.at)) for one in item.read]
    if item.by:
        said = N_("Accepted by {name}: {at}") if item.accepted else N_("Returned by {name}: {at}")
        lines.append(_(said, name=item.by.name, at=desk.at(item.at)))
        if item.reason:
            lines.append(_(N_("Reason: {reason}"), reason=item.reason))
    return lines or ["—"]


def _foot(desk: _Desk) -> str:
    incident = desk.dossier.incident
    return desk.words(
        N_("Policy version {policy}; the record of this incident has {count} entries, its last hash is {hash}."),
        policy=incident.policy.version,
        count=len(desk.dossier.entries),
        hash=desk.dossier.entries[-1].hash[:16] if desk.dossier.entries else "—",
    )
