"""The summary report as people see it: the version that stands, else the draft, and everything around it."""

from collections.abc import Iterable
from typing import Literal

from pydantic import AwareDatetime

from adapters.i18n import Translator
from api.names import deadline_name, name_of
from api.summary.dossier import Dossier
from domain import events as ev
from domain.acts import RectificationMeasure, SummaryContent
from domain.clauses import wording
from domain.company import Role
from domain.deadlines import kept_deadlines
from domain.report import SECTIONS, Draft, Reviewed, SectionName, acts_by_clause, changes, unwritten
from domain.text import N_, Wire, excerpt

_SHOWN = 160


class PersonView(Wire):
    """Somebody and his name."""

    id: str
    name: str


class SectionView(Wire):
    """One section; ``is_written`` is False while it is empty or something in it is marked as to be written."""

    name: SectionName
    title: str
    text: str
    is_written: bool


class MeasureView(RectificationMeasure):
    """A rectification measure with its owner's name."""

    owner_name: str


class ReviewView(Wire):
    """What a reviewer said about which version of the draft."""

    version: int
    person: PersonView
    at: AwareDatetime
    approve: bool
    reason: str | None = None


class DeadlineView(Wire):
    """A deadline, and whether it was met; None while it can still be."""

    what: str
    clause: str
    clause_text: str
    person: PersonView | None = None
    due: AwareDatetime
    done_at: AwareDatetime | None = None
    is_met: bool | None = None
    is_provisional: bool = False


class CitedView(Wire):
    """How often people acted by a clause, and how often that was told late."""

    clause: str
    clause_text: str
    number: int
    late: int


class ReceiptView(Wire):
    """What became of a submitted version with one of its two receivers; times are None where nothing happened yet."""

    role: Role
    role_text: str
    delivered: list["DeliveryView"] = []
    read: list["ReadingView"] = []
    accepted: bool | None = None
    by: PersonView | None = None
    at: AwareDatetime | None = None
    reason: str | None = None


class DeliveryView(Wire):
    """A message with the report that a provider took."""

    person: PersonView
    channel: str
    at: AwareDatetime


class ReadingView(Wire):
    """Who opened the report when."""

    person: PersonView
    at: AwareDatetime


class SubmittedView(Wire):
    """A submitted version: whose it is, who reviewed it, and what its receivers did."""

    version: int
    draft: int | None = None
    at: AwareDatetime
    by: PersonView
    authors: list[PersonView]
    reviews: list[ReviewView]
    receipts: list[ReceiptView]


class ReportView(Wire):
    """The report; its ETag is the version of the draft."""

    incident: str
    is_draft: bool
    draft_version: int
    submitted_version: int | None = None
    language: Literal["zh-CN", "en"]
    sections: list[SectionView]
    measures: list[MeasureView]
    missing: list[SectionName]
    authors: list[PersonView]
    reviews: list[ReviewView]
    needs_review: bool
    submitted: list[SubmittedView]
    deadlines: list[DeadlineView]
    acts_by_clause: list[CitedView]


class VersionView(Wire):
    """One version of the draft: who made it, and in words what it changed."""

    version: int
    at: AwareDatetime
    person: PersonView
    on_behalf_of: PersonView | None = None
    role: Role
    role_text: str
    language: Literal["zh-CN", "en"]
    changes: list[str]


def report_view(dossier: Dossier, _: Translator) -> ReportView:
    """Show a report in a language; what people wrote stays as they wrote it."""
    standing = dossier.standing
    content: SummaryContent = (
        SummaryContent.model_validate(standing.event.model_dump()) if standing else dossier.content(_)
    )
    company = dossier.incident.company
    authors = list(dict.fromkeys(person for draft in dossier.drafts for person in sorted(draft.people)))
    return ReportView(
        incident=dossier.incident.number,
        is_draft=standing is None,
        draft_version=dossier.draft_version,
        submitted_version=standing.event.summary_version if standing else None,
        language=dossier.drafts[-1].language if dossier.drafts else _.language,
        sections=[
            SectionView(
                name=name, title=_(title), text=getattr(content, name), is_written=name not in unwritten(content)
            )
            for name, title in SECTIONS.items()
            if name != "measures"
        ],
        measures=[
            MeasureView(**item.model_dump(), owner_name=name_of(company, item.owner, _)) for item in content.measures
        ],
        missing=unwritten(content),
        authors=people(authors, dossier, _),
        reviews=[review_view(item, dossier, _) for item in dossier.reviews],
        needs_review=dossier.incident.policy.summary_review.value == "required",
        submitted=[submitted_view(item.event.summary_version, dossier, _) for item in dossier.submitted],
        deadlines=deadline_views(dossier, _),
        acts_by_clause=[
            CitedView(**item._asdict(), clause_text=wording(item.clause, _.language))
            for item in acts_by_clause(dossier.entries)
        ],
    )


def people(ids: Iterable[str], dossier: Dossier, _: Translator) -> list[PersonView]:
    """Name people."""
    return [PersonView(id=each, name=name_of(dossier.incident.company, each, _)) for each in ids]


def person(person_id: str, dossier: Dossier, _: Translator) -> PersonView:
    """Name somebody."""
    return PersonView(id=person_id, name=name_of(dossier.incident.company, person_id, _))


def review_view(item: Reviewed, dossier: Dossier, _: Translator) -> ReviewView:
    """Show what a reviewer said."""
    return ReviewView(
        version=item.version,
        person=person(item.person, dossier, _),
        at=item.at,
        approve=item.approve,
        reason=item.reason,
    )


def deadline_views(dossier: Dossier, _: Translator) -> list[DeadlineView]:
    """Show which deadlines were met."""
    return [
        DeadlineView(
            what=deadline_name(row, dossier.incident.policy.regulators, _),
            clause=row.clause,
            clause_text=wording(row.clause, _.language),
            person=person(row.person, dossier, _) if row.person else None,
            due=row.due,
            done_at=row.done_at,
            is_met=row.is_met(dossier.now),
            is_provisional=row.is_provisional,
        )
        for row in kept_deadlines(dossier.incident, dossier.entries)
    ]


def submitted_view(version: int, dossier: Dossier, _: Translator) -> SubmittedView:
    """Show a submitted version; KeyError for one that was never submitted."""
    found = dossier.version(version)
    if found is None:
        raise KeyError(version)
    entry, event = found
    by = entry.person or entry.role
    return SubmittedView(
        version=version,
        draft=event.draft,
        at=entry.occurred_at,
        by=person(by, dossier, _),
        authors=people(event.authors or [by], dossier, _),
        reviews=[
            ReviewView(version=event.draft or 0, person=person(item.person, dossier, _), at=item.at, approve=True)
            for item in event.reviews
        ],
        receipts=[_receipt(role, version, dossier, _) for role in (Role.IT_DIRECTOR, Role.GENERAL_MANAGER)],
    )


def _receipt(role: Role, version: int, dossier: Dossier, _: Translator) -> ReceiptView:
    view = ReceiptView(role=role, role_text=_.word(role))
    question = f"receipt/{version}/{role}"
    view.delivered = [
        DeliveryView(person=person(item.recipient, dossier, _), channel=item.channel, at=item.at)
        for item in dossier.deliveries
        if item.is_accepted and (item.question == question or item.question.startswith(f"{question}/"))
    ]
    for entry in dossier.entries:
        event = entry.event
        if isinstance(event, ev.SummaryRead) and event.summary_version == version and entry.role == role:
            view.read.append(ReadingView(person=person(entry.person or "", dossier, _), at=entry.occurred_at))
        if isinstance(event, ev.SummaryReceived) and event.summary_version == version and event.by == role:
            view.accepted, view.reason, view.at = event.accept, event.reason, entry.occurred_at
            view.by = person(entry.person or "", dossier, _)
    return view


def version_view(draft: Draft, before: SummaryContent, dossier: Dossier, _: Translator) -> VersionView:
    """Show a version, and in words what it changed."""
    return VersionView(
        version=draft.version,
        at=draft.at,
        person=person(draft.person, dossier, _),
        on_behalf_of=person(draft.on_behalf_of, dossier, _) if draft.on_behalf_of else None,
        role=draft.role,
        role_text=_.word(draft.role),
        language=draft.language,
        changes=list(_changes(draft, before, _)),
    )


def _changes(draft: Draft, before: SummaryContent, _: Translator) -> Iterable[str]:
    for change in changes(before, draft.content):
        title = _(SECTIONS[change.section])
        removed, added = excerpt(" ".join(change.removed), _SHOWN), excerpt(" ".join(change.added), _SHOWN)
        if removed and added:
            yield _(N_("{section}: “{old}” became “{new}”"), section=title, old=removed, new=added)
        elif added:
            yield _(N_("{section}: added “{new}”"), section=title, new=added)
        else:
            yield _(N_("{section}: removed “{old}”"), section=title, old=removed)
