"""From an incident to a better runbook: what came from it, and what its decision may name (6.3, R27)."""

from api.reading import find
from api.runbookviews import ProposalView
from api.services import Services
from domain.acts import Act, DecideRunbook
from domain.errors import NoSuchIncident, Unknown
from domain.runbook import REVISION, Source, must_be_decidable, must_come_from, proposals
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
