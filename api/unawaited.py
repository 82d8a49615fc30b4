"""Acts that nobody waits for: what would be refused never becomes a signal.

A signal stays in the history of its workflow for good, also one that is refused: anybody who is signed in could fill
that of any incident. The same act as an update leaves nothing there when it is refused, and a repeat is known by it.
"""

from datetime import datetime
from typing import Any

from adapters.snapshot import now_in_utc
from adapters.store.database import DatabaseAway
from adapters.temporal import OutcomeUnknown
from api.reading import recorded
from api.services import Services
from domain.acts import Act, Command
from domain.casefile import CaseFile
from domain.errors import Conflict, Refusal
from domain.ledger import Ledger


async def is_welcome(ports: Services, number: str, command: Command[Act]) -> bool:
    """Tell whether an incident would carry out a command; while nobody knows how it stands, its own word counts later.

    Raises what may be known without it: Refusal of whoever has no right, NoSuchIncident, TemporalAway.
    """
    now = now_in_utc()
    try:
        incident, is_live = await ports.incidents.snapshot(number), True
    except OutcomeUnknown:
        try:
            found = await recorded(ports, number)
        except DatabaseAway:
            return True
        if found is None:
            return True
        incident, is_live = found.incident, False
    # Another machine may have discovered it by a clock that is ahead of ours.
    return would_stand(CaseFile(incident), command, max(now, incident.discovered_at or now), is_live=is_live)


def would_stand(ledger: Ledger[Any], command: Command[Act], now: datetime, *, is_live: bool) -> bool:
    """Tell whether a command would be carried out as things stand.

    What the record has may be old: that somebody has no right is refused by it, a conflict may have passed.
    """
    try:
        ledger.check(command, now)
    except Refusal as refusal:
        if is_live:
            return False
        if not isinstance(refusal, Conflict):
            raise
    return True
