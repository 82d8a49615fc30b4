"""The case file of one incident: acts and events go in, numbered and chained entries come out."""

from datetime import datetime
from typing import Any

from domain import (
    acknowledgement,
    activation,
    acts,
    closure,
    direction,
    evidence,
    handling,
    notices,
    procedure,
    reopening,
    severity,
    statutory,
)
from domain.authority import AUTHORITY
from domain.decide import Decision, decide
from domain.entry import Entry
from domain.fold import apply
from domain.incident import Incident
from domain.ledger import LATE, REMEMBERED, SYSTEM, Ledger

__all__ = ["ARTICLES", "LATE", "REMEMBERED", "SYSTEM", "CaseFile"]

# Importing the articles is what registers their rules.
ARTICLES = (
    *(acknowledgement, activation, severity, direction, handling, evidence, closure, procedure, notices),
    *(reopening, statutory),
)


class CaseFile(Ledger[Incident]):
    """Holds an incident and everything new since it was last taken out; no clock, no I/O."""

    @property
    def incident(self) -> Incident:
        """Return the incident as it stands."""
        return self._state

    def receipt(self, now: datetime) -> acts.Receipt:
        """Say where the incident stands."""
        incident = self.incident
        return acts.Receipt(
            incident=incident.number,
            seq=incident.seq,
            version=incident.version,
            phase=incident.phase,
            recorded_at=now,
        )

    def _decide(self, command: acts.Command[acts.Act], now: datetime) -> Decision:
        return decide(self.incident, command, now)

    def _clause(self, command: acts.Command[acts.Act]) -> str:
        return AUTHORITY[type(command.act)].clause

    def _entry(self, **fields: Any) -> Entry:
        return Entry(**fields)

    def _apply(self, entry: Entry) -> None:
        apply(self.incident, entry)
