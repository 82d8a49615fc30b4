"""The life of a runbook's versions: drafted, submitted, published or returned, superseded or retired (4.3, 6.3)."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from pydantic import AwareDatetime, Field

from domain.company import Company, Role, Runbook, System
from domain.errors import AlreadyDecided, Incomplete, StaleVersion, Unacceptable, Unknown
from domain.incident import Incident
from domain.text import N_, Key, Prose, Wire

CLAUSE = "4.3"
REVISION = "6.3"
_REF = re.compile(r"([A-Za-z0-9][A-Za-z0-9._:@/-]*)@([1-9]\d{0,8})")


class Status(StrEnum):
    """Where a version stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    RETIRED = "retired"


OPEN = (Status.DRAFT, Status.RETURNED)
KNOWN = (Status.PUBLISHED, Status.SUPERSEDED)


class Stamp(Wire):
    """Who did something when, and for whom he stood in."""

    person: Key
    at: AwareDatetime
    on_behalf_of: Key | None = None


class Source(Wire):
    """What a version comes from: a finding of an incident, or a version of its summary report (6.3)."""

    incident: Key
    finding: int | None = Field(default=None, ge=1)
    summary: int | None = Field(default=None, ge=1)


class Edition(Wire):
    """One version of a runbook, where it stands, and who brought it there; what was published never changes."""

    book: Runbook
    status: Status = Status.DRAFT
    writers: list[Key] = []
    why: Prose | None = None
    source: Source | None = None
    submitted: Stamp | None = None
    published: Stamp | None = None
    returned: Stamp | None = None
    retired: Stamp | None = None
    reason: Prose | None = None

    @property
    def ref(self) -> str:
        """Name the version."""
        return self.book.ref

    def review_due(self, interval: timedelta) -> date | None:
        """Return when a published version is looked through again: as it says itself, else after an interval."""
        if self.status != Status.PUBLISHED or self.published is None:
            return None
        return self.book.review_due or (self.published.at + interval).date()

    def is_stale(self, interval: timedelta, now: datetime) -> bool:
        """Tell whether its review is overdue: the day itself is still in time."""
        due = self.review_due(interval)
        return due is not None and end_of(due) <= now


class Drafting(Wire):
    """A task that the manager gave: these people may write versions of a runbook, whatever their posts (3.1)."""

    id: Key
    people: list[Key] = Field(min_length=1, max_length=20)
    text: Prose | None = None


def end_of(day: date) -> datetime:
    """Return the instant after a day's end, in UTC: a review is not a matter of hours."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def read_ref(ref: str) -> tuple[str, int] | None:
    """Return name and number of ``id@version``, or None where it is none."""
    found = _REF.fullmatch(ref)
    return (found[1], int(found[2])) if found else None


def of(editions: Iterable[Edition], ref: str) -> Edition | None:
    """Find a version."""
    return next((item for item in editions if item.ref == ref), None)


def versions(editions: Iterable[Edition], runbook: str) -> list[Edition]:
    """Return all versions of a runbook, the newest first."""
    return sorted((item for item in editions if item.book.id == runbook), key=lambda item: -item.book.version)


def in_force(editions: Iterable[Edition]) -> list[Edition]:
    """Return the published version of every runbook that has one, by name: what incidents pin."""
    published = {item.book.id: item for item in editions if item.status == Status.PUBLISHED}
    return [published[runbook] for runbook in sorted(published)]


def base_of(editions: Iterable[Edition], edition: Edition) -> Edition | None:
    """Return the version that another is compared with: the newest before it that was published."""
    before = (item for item in versions(editions, edition.book.id) if item.book.version < edition.book.version)
    return next((item for item in before if item.status in KNOWN), None)


def next_number(editions: Iterable[Edition], runbook: str) -> int:
    """Return the number of the next version."""
    return max((item.book.version for item in versions(editions, runbook)), default=0) + 1


def proposals(editions: Iterable[Edition], incident: str) -> list[Edition]:
    """Return the versions that came from an incident (6.3)."""
    return [item for item in editions if item.source is not None and item.source.incident == incident]


def uncovered(systems: Iterable[System], editions: Sequence[Edition]) -> list[System]:
    """Return the systems for which no runbook is published."""
    return [system for system in systems if not covering(system, editions)]


def covering(system: System, editions: Sequence[Edition]) -> list[Edition]:
    """Return the published versions that are for a system."""
    return [item for item in in_force(editions) if item.book.id in system.runbooks or system.id in item.book.systems]


# ── from one state to the next ────────────────────────────────────────────────


def drafted(
    editions: Sequence[Edition], book: Runbook, writer: str, why: str | None = None, source: Source | None = None
) -> Edition:
    """Return a draft: a new version, or other words for one that nobody decides on at the moment."""
    before = of(editions, book.ref)
    if before is None:
        newest = max((item.book.version for item in versions(editions, book.id) if item.status in KNOWN), default=0)
        _must_be_newer(book, newest)
        return Edition(book=book, writers=[writer], why=why, source=source)
    if before.status not in OPEN:
        raise AlreadyDecided(
            N_("{runbook} is {status}: its text no longer changes; give it a higher number."),
            clause=CLAUSE,
            field="version",
            runbook=book.ref,
            status=before.status,
        )
    return before.model_copy(
        update={
            "book": book,
            "status": Status.DRAFT,
            "writers": list(dict.fromkeys([*before.writers, writer])),
            "why": why if why is not None else before.why,
            "source": source if source is not None else before.source,
        }
    )


def submitted(editions: Sequence[Edition], ref: str, stamp: Stamp) -> Edition:
    """Return a draft as it waits for the manager; one that was returned is changed first."""
    edition = _in(editions, ref, Status.DRAFT)
    _must_be_newest(editions, edition)
    return edition.model_copy(update={"status": Status.SUBMITTED, "submitted": stamp})


def published(editions: Sequence[Edition], ref: str, stamp: Stamp) -> list[Edition]:
    """Return a submitted version as it is in force, and the one that it takes the place of (R7)."""
    edition = _in(editions, ref, Status.SUBMITTED)
    _must_be_newest(editions, edition)
    replaced = [
        item.model_copy(update={"status": Status.SUPERSEDED})
        for item in versions(editions, edition.book.id)
        if item.status == Status.PUBLISHED
    ]
    return [edition.model_copy(update={"status": Status.PUBLISHED, "published": stamp}), *replaced]


def given_back(editions: Sequence[Edition], ref: str, stamp: Stamp, reason: str) -> Edition:
    """Return a submitted version as it goes back to its writers, who are told why."""
    edition = _in(editions, ref, Status.SUBMITTED)
    return edition.model_copy(update={"status": Status.RETURNED, "returned": stamp, "reason": reason})


def retired(editions: Sequence[Edition], ref: str, stamp: Stamp, reason: str, company: Company) -> Edition:
    """Return a version as it is no longer used; never the one that a system still names."""
    edition = _in(editions, ref, *(status for status in Status if status != Status.RETIRED))
    naming = [system.id for system in company.systems if edition.book.id in system.runbooks]
    if edition.status == Status.PUBLISHED and naming:
        raise Incomplete(
            N_("{systems} would be left without this runbook: name another one there first."),
            clause=CLAUSE,
            runbook=ref,
            systems=", ".join(naming),
        )
    return edition.model_copy(update={"status": Status.RETIRED, "retired": stamp, "reason": reason})


def sown(books: Iterable[Runbook], at: datetime) -> list[Edition]:
    """Return the versions that fill an empty library: of each runbook the newest is in force."""
    ordered = sorted(books, key=lambda book: (book.id, book.version))
    newest = {book.id: book.version for book in ordered}
    stamp = Stamp(person=Role.SYSTEM, at=at)
    return [
        Edition(
            book=book,
            status=Status.PUBLISHED if book.version == newest[book.id] else Status.SUPERSEDED,
            published=stamp,
        )
        for book in ordered
    ]


def must_come_from(source: Source, incident: Incident) -> None:
    """Refuse a source that the incident does not have: a finding, or a version of its summary report (6.3)."""
    named = [
        ("finding", source.finding, len(incident.findings), N_("The incident has no finding {number}.")),
        ("summary", source.summary, len(incident.summaries), N_("The incident has no summary report {number}.")),
    ]
    if (source.finding is None) == (source.summary is None):
        raise Unacceptable(
            N_("Name a finding of the incident, or a version of its summary report."), clause=REVISION, field="source"
        )
    for field, number, count, message in named:
        if number is not None and number > count:
            raise Unknown(message, clause=REVISION, field=f"source.{field}", number=number)


def must_be_decidable(editions: Iterable[Edition], ref: str) -> None:
    """Refuse the version that an incident's decision names unless it was published (R27)."""
    edition = of(editions, ref)
    if edition is None or edition.status not in KNOWN:
        raise Unknown(
            N_("{runbook} is not published: publish the new version first."),
            clause=REVISION,
            field="new_version",
            runbook=ref,
        )


def must_amend(pinned: str | None, ref: str) -> None:
    """Refuse a decision that does not name a version after the one that the incident worked by (R27)."""
    named = read_ref(ref)
    if named is None:
        raise Unacceptable(
            N_("Name the new version as id@number, such as {example}."),
            clause=REVISION,
            field="new_version",
            example="outage@2",
        )
    before = read_ref(pinned) if pinned else None
    if before and named[0] == before[0] and named[1] <= before[1]:
        raise Unacceptable(
            N_("{runbook} is not newer than {pinned}, by which the incident was handled."),
            clause=REVISION,
            field="new_version",
            runbook=ref,
            pinned=str(pinned),
        )


def _in(editions: Sequence[Edition], ref: str, *statuses: Status) -> Edition:
    edition = of(editions, ref)
    if edition is None:
        raise Unknown(N_("There is no runbook “{runbook}”."), clause=CLAUSE, field="version", runbook=ref)
    if edition.status not in statuses:
        raise AlreadyDecided(
            N_("{runbook} is {status}: this cannot be done to it now."),
            clause=CLAUSE,
            runbook=ref,
            status=edition.status,
        )
    return edition


def _must_be_newest(editions: Sequence[Edition], edition: Edition) -> None:
    newest = max((item.book.version for item in versions(editions, edition.book.id) if item.status in KNOWN), default=0)
    _must_be_newer(edition.book, newest)


def _must_be_newer(book: Runbook, newest: int) -> None:
    if book.version <= newest:
        raise StaleVersion(
            N_("{runbook} comes too late: version {current} is published already."),
            clause=CLAUSE,
            field="version",
            runbook=book.ref,
            current=newest,
        )
