"""The summary report as a plain model: its sections, what keeps it from being submitted, who may review it (6.2)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from difflib import SequenceMatcher
from re import compile as pattern
from typing import Literal, NamedTuple

from pydantic import AwareDatetime

from domain import acts
from domain.acts import Review, SummaryContent
from domain.authority import AUTHORITY, Actor, Right, entitled
from domain.company import Role
from domain.entry import Entry
from domain.errors import AlreadyDecided, Incomplete, OwnWork, StaleVersion, Unacceptable, WrongPhase
from domain.incident import Incident, Phase
from domain.text import N_, Key, Prose, Wire

SectionName = Literal[
    "overview",
    "course",
    "scope_and_loss",
    "cause",
    "handling",
    "reports_made",
    "measures_and_effect",
    "level",
    "responsibility",
    "problems_exposed",
    "measures",
    "went_well",
    "lessons",
    "runbook_changes",
]
# In the order in which the report is read.
SECTIONS: dict[SectionName, str] = {
    "overview": N_("Overview"),
    "course": N_("Time, place and course"),
    "scope_and_loss": N_("Scope, degree and loss"),
    "cause": N_("Cause and contributing factors"),
    "handling": N_("Handling"),
    "reports_made": N_("Reports made"),
    "measures_and_effect": N_("Measures taken and their effect"),
    "level": N_("Severity of the incident"),
    "responsibility": N_("Responsibility and conclusion"),
    "problems_exposed": N_("Problems that showed"),
    "measures": N_("Rectification measures"),
    "went_well": N_("What went well"),
    "lessons": N_("Lessons learned"),
    "runbook_changes": N_("Changes of the runbook"),
}
# A draft marks with it what only people can say; while it stands in a section, the section is not written.
TO_WRITE = "▢"
MOST_BYTES = 200 * 1024
MOST_VERSIONS = 500

_WRITING = frozenset({Phase.RECOVERY, Phase.SUMMARY})
WRITE = Right(AUTHORITY[acts.SubmitSummary].roles, _WRITING, "6.2")
REVIEW = Right((Role.IT_MANAGER, Role.IT_SUPERVISOR, Role.EMERGENCY_SPECIALIST, Role.TECHNICIAN), _WRITING, "6.2")
RECEIVE = AUTHORITY[acts.ReceiveSummary]


class Draft(Wire):
    """One version of the draft, whole; ``section`` is what it changed, None where it was drafted from the record."""

    version: int
    at: AwareDatetime
    person: Key
    on_behalf_of: Key | None = None
    role: Role
    change: Literal["drafted", "edited", "redrafted"]
    section: SectionName | None = None
    language: Literal["zh-CN", "en"]
    content: SummaryContent

    @property
    def people(self) -> set[str]:
        """Return whose work this version is."""
        return {person for person in (self.person, self.on_behalf_of) if person}


class Reviewed(Wire):
    """What a reviewer said about one version of the draft."""

    version: int
    at: AwareDatetime
    person: Key
    on_behalf_of: Key | None = None
    approve: bool
    reason: Prose | None = None

    @property
    def people(self) -> set[str]:
        """Return whose word this is."""
        return {person for person in (self.person, self.on_behalf_of) if person}


# ── what keeps it from being submitted ────────────────────────────────────────


def unwritten(content: SummaryContent) -> list[SectionName]:
    """Return the sections that are empty, or in which a mark says that something is still to be written (R25)."""
    return [name for name in SECTIONS if _is_unwritten(getattr(content, name))]


def _is_unwritten(value: str | list[acts.RectificationMeasure]) -> bool:
    return not value or (isinstance(value, str) and TO_WRITE in value)


def require_written(content: SummaryContent) -> None:
    """Refuse a report of which a section is empty, and name the sections (R25)."""
    if missing := unwritten(content):
        raise Unacceptable(
            N_("These sections of the summary report are not written yet: {sections}."),
            clause="6.2",
            field=missing[0],
            sections=", ".join(missing),
        )


def require_bounded(content: SummaryContent) -> None:
    """Refuse a report that an incident could not carry."""
    size = len(content.model_dump_json(include=set(SummaryContent.model_fields)).encode())
    if size > MOST_BYTES:
        raise Unacceptable(
            N_("The summary report has {size} bytes; at most {most} can be taken."),
            clause="6.2",
            size=size,
            most=MOST_BYTES,
        )


def require_reviewed(incident: Incident, reviews: Sequence[Review], authors: Iterable[str], actor: Actor) -> None:
    """Refuse an unreviewed report where the policy wants a review, and always a review of one's own work (R25)."""
    if not reviews and incident.policy.summary_review.value == "required":
        raise Incomplete(N_("The summary report must be reviewed before it is submitted."), clause="6.2")
    reviewers = {person for item in reviews for person in (item.person, item.on_behalf_of) if person}
    if reviewers & {*authors, *actor.people}:
        raise OwnWork(N_("Nobody reviews the report that he wrote or submits."), clause="6.2")


# ── drafts ────────────────────────────────────────────────────────────────────


def may_write(incident: Incident, person: str, post: Role | None, at: datetime) -> Actor:
    """Return in which role a person edits the draft; a report that is submitted and stands is not edited (6.2)."""
    return _in_writing(incident, person, post, WRITE, at)


def may_review(
    incident: Incident,
    person: str,
    post: Role | None,
    at: datetime,
    *,
    drafts: Sequence[Draft],
    said: Sequence[Reviewed],
) -> Actor:
    """Return in which role a person reviews the newest draft: he wrote none of it, and says so once (6.2)."""
    actor = _in_writing(incident, person, post, REVIEW, at)
    if not drafts:
        raise Incomplete(N_("Nobody has written a draft of the summary report yet."), clause="6.2")
    if actor.people.intersection(authors_of(drafts)):
        raise OwnWork(N_("Nobody reviews the report that he wrote or submits."), clause="6.2")
    if any(item.version == drafts[-1].version and actor.people & item.people for item in said):
        raise AlreadyDecided(
            N_("You have reviewed version {version} of the draft already."), clause="6.2", version=drafts[-1].version
        )
    return actor


def _in_writing(incident: Incident, person: str, post: Role | None, right: Right, at: datetime) -> Actor:
    actor = entitled(incident, person, post, right, at)
    if incident.is_over or incident.phase not in right.phases:
        raise WrongPhase(
            N_("The summary report is written during recovery and summary; this is the phase “{phase}”."),
            clause="6.2",
            phase=incident.phase,
        )
    if incident.summary and not incident.summary.is_wanted_anew:
        raise AlreadyDecided(
            N_("Version {version} of the summary report is submitted already."),
            clause="6.2",
            version=incident.summary.version,
        )
    return actor


def require_newest(drafts: Sequence[Draft], seen: int) -> None:
    """Refuse whoever looked at an older version of the draft; 0 is the draft that nobody has edited."""
    newest = drafts[-1].version if drafts else 0
    if seen != newest:
        raise StaleVersion(
            N_("You looked at version {expected} of the draft; it is at version {current} now."),
            clause="6.2",
            field="If-Match",
            expected=seen,
            current=newest,
        )


def authors_of(drafts: Iterable[Draft]) -> list[str]:
    """Return everybody who wrote some of the draft, in the order in which they came."""
    return list(dict.fromkeys(person for draft in drafts for person in sorted(draft.people)))


def submission(
    incident: Incident, actor: Actor, drafts: Sequence[Draft], said: Sequence[Reviewed]
) -> acts.SubmitSummary:
    """Return the act that the newest draft becomes; Refusal where it is not ready (R25)."""
    if not drafts:
        raise Incomplete(N_("Nobody has written a draft of the summary report yet."), clause="6.2")
    newest = drafts[-1]
    about_it = [item for item in said if item.version == newest.version]
    if asked := next((item for item in about_it if not item.approve), None):
        raise Incomplete(
            N_("{person} asks for a change of version {version}: {reason}"),
            clause="6.2",
            person=asked.person,
            version=newest.version,
            reason=asked.reason,
        )
    require_written(newest.content)
    authors = authors_of(drafts)
    reviews = [Review(person=item.person, on_behalf_of=item.on_behalf_of, at=item.at) for item in about_it]
    require_reviewed(incident, reviews, authors, actor)
    return acts.SubmitSummary(**newest.content.model_dump(), authors=authors, reviews=reviews, draft=newest.version)


# ── what changed, in words ────────────────────────────────────────────────────


class Change(NamedTuple):
    """What one version changed in one section: texts that went and texts that came."""

    section: SectionName
    removed: list[str]
    added: list[str]


_SENTENCE = pattern(r"[^。！？!?.\n]+[。！？!?.]*|\n")


def changes(before: SummaryContent, after: SummaryContent) -> list[Change]:
    """Return what differs between two versions, sentence by sentence."""
    found: list[Change] = []
    for name in SECTIONS:
        old, new = _sentences(getattr(before, name)), _sentences(getattr(after, name))
        if old == new:
            continue
        removed, added = [], []
        for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if kind != "equal":
                removed += old[i:j]
                added += new[k:m]
        found.append(Change(name, removed, added))
    return found


def _sentences(value: str | list[acts.RectificationMeasure]) -> list[str]:
    if isinstance(value, str):
        return [part.strip() for part in _SENTENCE.findall(value) if part.strip()]
    return [f"{item.text} ({item.owner}, {item.due.date()})" for item in value]


# ── acts by clause ────────────────────────────────────────────────────────────


class Cited(NamedTuple):
    """How often people acted by a clause, and how often they told it late."""

    clause: str
    number: int
    late: int


def acts_by_clause(entries: Iterable[Entry]) -> list[Cited]:
    """Count what people did, by clause."""
    done, late = Counter[str](), Counter[str]()
    for entry in entries:
        if entry.person and entry.command_id:
            done[entry.clause] += 1
            late[entry.clause] += entry.is_late
    return [Cited(clause, done[clause], late[clause]) for clause in sorted(done, key=_order)]


def _order(clause: str) -> list[int]:
    return [int(part) for part in clause.split(".")]
