"""Runbooks as people read them: lists, versions, rendered texts, suggestions."""

from collections.abc import Sequence
from datetime import date, datetime

from pydantic import Field

from adapters.i18n import Translator
from adapters.runbooks.library import Kept
from adapters.runbooks.rendering import html
from adapters.runbooks.words import KIND_WORDS
from domain.company import Runbook, System
from domain.comparison import Difference, Mark
from domain.policy import CompanyPolicy
from domain.runbook import KNOWN, Drafting, Edition, Source, Stamp, Status, covering
from domain.suggestions import Match, Suggestion
from domain.text import N_, Text, Wire

_WHERE = {
    "title": N_("Title"),
    "symptoms": N_("Symptoms"),
    "precondition": N_("Precondition"),
    "step": N_("Step {item}"),
    "check": N_("Recovery check {item}"),
}


class ListedRunbook(Wire):
    """A runbook in a list: its version in force (null: none), the state of the newest, what waits."""

    id: str
    title: str
    kind: str
    kind_text: str
    systems: list[str]
    symptoms: str | None = None
    version: int | None = None
    newest: int
    status: Status
    status_text: str
    statuses: list[Status]
    waiting: list[str] = Field(description="Versions that are written or wait for the manager.")
    review_due: date | None = None
    is_stale: bool


class VersionView(Wire):
    """A version in the list of one runbook."""

    ref: str
    version: int
    status: Status
    status_text: str
    why: str | None = None
    source: Source | None = None
    review_due: date | None = None
    is_stale: bool


class RunbookView(Wire):
    """A runbook: its version in force, all versions, and who has the task to write one."""

    id: str
    in_force: str | None = None
    versions: list[VersionView]
    drafting: Drafting | None = None


class EditionView(VersionView):
    """A version with its text in both languages, and who brought it where it stands."""

    book: Runbook
    writers: list[str]
    submitted: Stamp | None = None
    published: Stamp | None = None
    returned: Stamp | None = None
    retired: Stamp | None = None
    reason: str | None = None


class DifferenceView(Difference):
    """A difference in words; ``marks`` shows a changed text word by word."""

    text: str
    marks: list[Mark]


class RenderedStep(Wire):
    """A step with its texts as HTML."""

    id: str
    who: str
    who_text: str
    text: str
    expected: str | None = None
    rollback: str | None = None
    time_box_minutes: int | None = None
    needs_approval: bool
    action: str | None = None


class RenderedItem(Wire):
    """A line with its text as HTML."""

    id: str
    text: str


class RenderedView(Wire):
    """A version in one language, its texts as harmless HTML."""

    ref: str
    title: str
    kind_text: str
    symptoms: str | None = None
    preconditions: list[str]
    steps: list[RenderedStep]
    recovery_checklist: list[RenderedItem]


class MatchView(Wire):
    """A sentence of a runbook that fits, and why."""

    where: str
    item: str | None = None
    text: str
    words: list[str]
    why: str


class SuggestionView(Wire):
    """A runbook that may fit; ``why`` tells all its reasons."""

    runbook: str
    version: int
    title: str
    score: float
    is_for_system: bool
    matches: list[MatchView]
    why: list[str]


class CoverageView(Wire):
    """A system and the versions in force that are for it."""

    system: str
    name: str
    runbooks: list[str]
    is_covered: bool


class ProposalView(Wire):
    """A version that came from an incident, and where it stands."""

    ref: str
    status: str
    finding: int | None = None
    summary: int | None = None
    why: str | None = None


def listed(found: Sequence[Edition], policy: CompanyPolicy, now: datetime, _: Translator) -> ListedRunbook:
    """Show a runbook by its versions, newest first."""
    current = next((item for item in found if item.status == Status.PUBLISHED), None)
    newest = found[0]
    book = (current or newest).book
    interval = policy.runbook_review_interval.duration
    return ListedRunbook(
        id=book.id,
        title=_in(book.title, _),
        kind=book.kind,
        kind_text=_(KIND_WORDS[book.kind]),
        systems=book.systems,
        symptoms=_in(book.symptoms, _) if book.symptoms else None,
        version=current.book.version if current else None,
        newest=newest.book.version,
        status=newest.status,
        status_text=_.word(newest.status),
        statuses=list(dict.fromkeys(item.status for item in found)),
        waiting=[item.ref for item in found if item.status not in (*KNOWN, Status.RETIRED)],
        review_due=current.review_due(interval) if current else None,
        is_stale=current.is_stale(interval, now) if current else False,
    )


def runbook(
    name: str,
    found: Sequence[Edition],
    task: Drafting | None,
    policy: CompanyPolicy,
    now: datetime,
    _: Translator,
) -> RunbookView:
    """Show one runbook."""
    current = next((item for item in found if item.status == Status.PUBLISHED), None)
    shown = [version(item, policy, now, _) for item in found]
    return RunbookView(id=name, in_force=current.ref if current else None, versions=shown, drafting=task)


def version(item: Edition, policy: CompanyPolicy, now: datetime, _: Translator) -> VersionView:
    """Show where a version stands."""
    interval = policy.runbook_review_interval.duration
    return VersionView(
        ref=item.ref,
        version=item.book.version,
        status=item.status,
        status_text=_.word(item.status),
        why=item.why,
        source=item.source,
        review_due=item.review_due(interval),
        is_stale=item.is_stale(interval, now),
    )


def edition(kept: Kept, policy: CompanyPolicy, now: datetime, _: Translator) -> EditionView:
    """Show a version."""
    shown = version(kept.edition, policy, now, _)
    return EditionView(**{**kept.edition.model_dump(), **shown.model_dump()})


def rendered(book: Runbook, _: Translator) -> RenderedView:
    """Show a version as HTML."""
    return RenderedView(
        ref=book.ref,
        title=_in(book.title, _),
        kind_text=_(KIND_WORDS[book.kind]),
        symptoms=_html(book.symptoms, _),
        preconditions=[html(_in(text, _)) for text in book.preconditions],
        steps=[
            RenderedStep(
                id=step.id,
                who=step.who,
                who_text=_.word(step.who),
                text=html(_in(step.text, _)),
                expected=_html(step.expected, _),
                rollback=_html(step.rollback, _),
                time_box_minutes=step.time_box_minutes,
                needs_approval=step.needs_approval,
                action=step.action,
            )
            for step in book.steps
        ],
        recovery_checklist=[RenderedItem(id=item.id, text=html(_in(item.text, _))) for item in book.recovery_checklist],
    )


def suggestion(item: Suggestion, _: Translator) -> SuggestionView:
    """Show what fits, and why."""
    matches = [_match(match, _) for match in item.matches]
    why = [match.why for match in matches]
    if item.is_for_system:
        why.insert(0, _(N_("It is a runbook of this system.")))
    return SuggestionView(
        **item.model_dump(exclude={"title", "matches"}), title=_in(item.title, _), matches=matches, why=why
    )


def covered(system: System, editions: Sequence[Edition], _: Translator) -> CoverageView:
    """Show which runbooks a system has."""
    found = [item.ref for item in covering(system, editions)]
    return CoverageView(system=system.id, name=_in(system.name, _), runbooks=found, is_covered=bool(found))


def _match(match: Match, _: Translator) -> MatchView:
    where = _(_WHERE[match.where], item=match.item or "")
    text, words = _in(match.text, _), (" ".join(match.words) if _.language == "en" else "、".join(match.words))
    why = _(N_("{where}: “{text}” names {words}"), where=where, text=text, words=words)
    return MatchView(where=match.where, item=match.item, text=text, words=match.words, why=why)


def _in(text: Text, _: Translator) -> str:
    return text.in_language(_.language)


def _html(text: Text | None, _: Translator) -> str | None:
    return html(_in(text, _)) if text else None
