"""The timeline: numbered, hash-chained entries; corrections are new entries, nothing is edited or deleted (5.3.5)."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

import rfc8785
from pydantic import AwareDatetime, SerializeAsAny, field_validator

from domain.company import Role
from domain.events import AnyEvent
from domain.text import Wire

GENESIS = "0" * 64


class Entry(Wire):
    """One thing that happened: when, who, in which role, by which clause; ``person`` is None for the system itself."""

    incident: str
    seq: int
    version: int
    occurred_at: AwareDatetime
    recorded_at: AwareDatetime
    person: str | None = None
    role: Role = Role.SYSTEM
    on_behalf_of: str | None = None
    clause: str
    command_id: str | None = None
    is_late: bool = False
    event: SerializeAsAny[AnyEvent]
    prev_hash: str = GENESIS
    hash: str = ""

    @field_validator("occurred_at", "recorded_at")
    @classmethod
    def _in_utc(cls, instant: datetime) -> datetime:
        return instant.astimezone(UTC)

    def digest(self) -> str:
        """Return SHA-256 over the canonical JSON (RFC 8785) of everything but the hash itself.

        Fields at their default are left out, so that a field added by a later release changes no old hash.
        """
        body = self.model_dump(mode="json", exclude={"hash"}, exclude_defaults=True)
        body["event"]["kind"] = self.event.kind
        return hashlib.sha256(rfc8785.dumps(body)).hexdigest()

    def sealed(self) -> "Entry":
        """Return the entry with its hash."""
        return self.model_copy(update={"hash": self.digest()})


def first_break(entries: Iterable[Entry]) -> str | None:
    """Check a chain from its genesis; return what is wrong with the first bad entry, or None."""
    prev_hash = GENESIS
    for seq, entry in enumerate(entries, start=1):
        if entry.seq != seq:
            return f"entry {seq} is missing, found {entry.seq}"
        if entry.prev_hash != prev_hash:
            return f"entry {seq} does not follow entry {seq - 1}"
        if entry.hash != entry.digest():
            return f"entry {seq} was changed"
        prev_hash = entry.hash
    return None
