"""Between incidents and the library: what a judgement pins, what a decision may name, what came from it (4.3, 6.3)."""

from adapters.store.database import DatabaseAway
from api.reading import find
from api.runbookviews import ProposalView
from api.services import Services
from domain.acts import Act, DecideRunbook, Judge
from domain.company import Runbook
from domain.decide import SKEW
from domain.errors import NoSuchIncident, Unknown
from domain.runbook import REVISION, Source, covering, must_be_decidable, must_come_from, proposals
from domain.text import N_


async def must_have_source(ports: Services, source: Source | None) -> None:
    """Refuse a source that is not there; one that nobody names is fine."""
    if source is None:
        return
    try:
        found = await find(ports, source.incident)
    except NoSuchIncident:
        message = N_("There is no incident {number}.")
        raise Unknown(message, clause=REVISION, field="source.incident", number=source.incident) from None
    must_come_from(source, found.incident)


async def must_be_published(ports: Services, act: Act) -> None:
    """Before a decision about the runbook goes to its incident: the version that it names was published.

    Raises Unknown, or DatabaseAway: what the library holds now is asked, not what was known before.
    """
    if isinstance(act, DecideRunbook) and act.change and act.new_version:
        known = await ports.snapshots.directory.refresh()
        must_be_decidable(known.editions, act.new_version)


async def published_since(ports: Services, number: str, act: Act) -> Runbook | None:
    """Return the version in force of the runbook that a judgement names, where the incident opened before it (4.3).

    With the database away, and in the second before the record knows the incident, it pins what it opened with.
    """
    if not isinstance(act, Judge) or act.verdict != "emergency":
        return None
    try:
        row, known = await ports.record.get(number), await ports.snapshots.directory.known()
    except DatabaseAway:
        return None
    system = known.company.system(row.system) if row else None
    if row is None or system is None:
        return None
    assessment = row.view.get("preliminary_assessment")
    named = act.runbook or (assessment.get("runbook") if isinstance(assessment, dict) else None)
    for item in covering(system, known.editions):
        if named in (item.book.id, item.ref) and item.published and item.published.at > row.opened_at - SKEW:
            return item.book
    return None


async def proposals_of(ports: Services, number: str) -> list[ProposalView]:
    """Return the versions that came from an incident."""
    known = await ports.snapshots.directory.known()
    return [
        ProposalView(
            ref=item.ref,
            status=item.status,
            finding=item.source.finding if item.source else None,
            summary=item.source.summary if item.source else None,
            why=item.why,
        )
        for item in proposals(known.editions, number)
    ]
