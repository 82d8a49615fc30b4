"""Where an incident is read: from its workflow while it runs, from the record when it is over or nobody answers."""

from datetime import datetime
from typing import Literal, NamedTuple

from activities.messages import IncidentRow
from adapters.snapshot import now_in_utc
from adapters.store.database import DatabaseAway
from adapters.temporal import OutcomeUnknown, TemporalAway
from api.services import Services
from domain.errors import NoSuchIncident
from domain.incident import Incident
from domain.runbook import of


class Found(NamedTuple):
    """An incident, where it was read, and how old that is."""

    incident: Incident
    source: Literal["workflow", "record"]
    as_of: datetime


async def find(ports: Services, number: str) -> Found:
    """Find an incident; NoSuchIncident, TemporalAway, OutcomeUnknown or DatabaseAway when it cannot be read."""
    is_recording, row = await _row(ports, number)
    if row and row.is_over:
        return await _restored(ports, row)
    try:
        return Found(await ports.incidents.snapshot(number), "workflow", now_in_utc())
    except NoSuchIncident:
        if not is_recording:
            raise DatabaseAway("the record may know the incident, but does not answer") from None
        if row is None:
            raise
    except (OutcomeUnknown, TemporalAway):
        if row is None:
            raise
    return await _restored(ports, row)


async def recorded(ports: Services, number: str) -> Found | None:
    """Return an incident as far as the record knows it; raise DatabaseAway."""
    row = await ports.record.get(number)
    return await _restored(ports, row) if row else None


async def must_exist(ports: Services, number: str) -> None:
    """Raise NoSuchIncident for a number that neither the record nor Temporal knows."""
    if await ports.record.get(number) is None:
        await find(ports, number)


async def _row(ports: Services, number: str) -> tuple[bool, IncidentRow | None]:
    try:
        return True, await ports.record.get(number)
    except DatabaseAway:
        return False, None


async def _restored(ports: Services, row: IncidentRow) -> Found:
    """Take the state from the record; what the incident had pinned is taken as it is now."""
    known = await ports.snapshots.directory.known()
    company = known.company.excerpt(row.system)
    worked_by = of(known.editions, str(row.view.get("runbook")))
    if worked_by is not None and company.runbook(worked_by.ref) is None:
        company = company.model_copy(update={"runbooks": [*company.runbooks, worked_by.book]})
    pinned = {
        "company": company,
        "policy": ports.snapshots.policy,
        "calendar": await ports.snapshots.calendar(),
    }
    return Found(Incident.model_validate({**row.view, **pinned}), "record", row.updated_at)
