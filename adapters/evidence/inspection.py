"""Is the evidence what was received, and do signed checkpoints stand under the record (5.3.5)?"""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta

from activities.ports import EvidenceStorage
from adapters.evidence.hashing import Digester
from adapters.evidence.signing import Keyring
from adapters.store.chain import Break, broken
from adapters.store.checkpoints import implied
from adapters.store.evidence import Evidence, MeasureEvidence
from adapters.store.exhibits import ExhibitRow, rows_of
from domain.exhibit import Algorithm
from domain.text import N_

# A file that is younger than this may still be on its way into the record.
_ON_ITS_WAY = timedelta(minutes=10)


def row_faults(found: Evidence) -> Iterator[Break]:
    """Check that the rows of evidence are what the timeline says, no more and no less."""
    told = {row.seq: row for row in rows_of(found.entries)}
    for seq in sorted(told.keys() | found.exhibits.keys()):
        row = found.exhibits.get(seq)
        if seq not in found.exhibits:
            yield broken(seq, N_("The row of the evidence of entry {seq} is missing."))
        elif seq not in told:
            yield broken(seq, N_("There is a row of evidence for entry {seq}, but the timeline knows of none."))
        elif row != told[seq]:
            yield broken(
                seq, N_("The row of the evidence of entry {seq} was changed: {fields}."), fields=_fields(row, told[seq])
            )


def _fields(row: ExhibitRow | None, told: ExhibitRow) -> str:
    if row is None:
        return "?"
    return ", ".join(name for name in ExhibitRow.model_fields if getattr(row, name) != getattr(told, name))


def checkpoint_faults(found: Evidence | MeasureEvidence, keyring: Keyring) -> Iterator[Break]:
    """Check that checkpoints stand where they must, by one of our keys, and that the entries are what was signed."""
    hashes = {link.seq: link.hash for link in found.links}
    for seq, checkpoint in sorted(found.checkpoints.items()):
        if checkpoint is None or not keyring.holds(checkpoint):
            yield broken(seq, N_("The checkpoint at entry {seq} is not signed by a key of ours."))
        elif seq not in hashes:
            yield broken(seq, N_("The checkpoint at entry {seq} was signed, but the entry is missing."))
        elif hashes[seq] != checkpoint.hash:
            yield broken(seq, N_("Entry {seq} is not the one that was signed."))
    for seq in _implied(found) if keyring.keys else ():
        if seq not in found.checkpoints:
            yield broken(seq, N_("The signed checkpoint at entry {seq} is missing."))


def _implied(found: Evidence | MeasureEvidence) -> list[int]:
    return implied(found.last, found.row.seq if found.row is not None and found.row.is_over else None)


def stamp_faults(found: Evidence) -> Iterator[Break]:
    """Check that each time stamp stands under a checkpoint."""
    for seq, stamp in sorted(found.stamps.items()):
        if stamp is None or seq not in found.checkpoints:
            yield broken(seq, N_("The time stamp at entry {seq} belongs to no checkpoint, or cannot be read."))


def unsigned(found: Evidence) -> Iterator[Break]:
    """Say that the end of an incident that is over was not signed, where no key is known that should have."""
    if found.row is not None and found.row.is_over and not any(seq >= found.row.seq for seq in found.checkpoints):
        yield broken(0, N_("The incident is over, but its last entries have no signed checkpoint."))


class Files:
    """Reads every content once, whoever refers to it."""

    def __init__(self, storage: EvidenceStorage) -> None:
        """Take where evidence is kept."""
        self._storage = storage
        self._seen: dict[tuple[str, str], tuple[str, int] | None] = {}

    @property
    def count(self) -> int:
        """Return how many contents were read."""
        return len(self._seen)

    async def faults(self, found: Evidence) -> AsyncIterator[Break]:
        """Check that the content of every piece of evidence is there and has its digest."""
        for row in rows_of(found.entries):
            seen = await self._look(row.algorithm, row.digest)
            if seen is None:
                yield broken(row.seq, N_("The file of entry {seq} is missing: {file} ({digest})."), **_named(row))
            elif seen != (row.digest, row.size):
                yield broken(row.seq, N_("The file of entry {seq} was changed: {file} ({digest})."), **_named(row))

    async def strays(self, now: datetime) -> AsyncIterator[tuple[Break, bool]]:
        """Give every content that no record refers to, and whether it is too old to be still on its way."""
        async for held in self._storage.held():
            if (held.algorithm, held.digest) not in self._seen:
                found = broken(0, N_("The storage holds a file that was never recorded: {digest}."), digest=held.digest)
                yield found, now - held.since > _ON_ITS_WAY

    async def _look(self, algorithm: Algorithm, digest: str) -> tuple[str, int] | None:
        key = (algorithm, digest)
        if key not in self._seen:
            self._seen[key] = await measured(self._storage, algorithm, digest)
        return self._seen[key]


async def measured(storage: EvidenceStorage, algorithm: Algorithm, digest: str) -> tuple[str, int] | None:
    """Return the true digest and size of a content, or None when there is none."""
    digester = Digester(algorithm)
    try:
        async for piece in storage.read(algorithm, digest):
            digester.take(piece)
    except FileNotFoundError:
        return None
    return digester.hexdigest(), digester.size


def _named(row: ExhibitRow) -> dict[str, str]:
    return {"file": row.file_name, "digest": row.digest}
