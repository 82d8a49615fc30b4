"""Is the record what was written? Checks chains, rows, archives and, with a client, the workflows (5.3.5).

Give it a ``Database`` whose limit allows for reading a long chain, such as 60 seconds.
"""

import json
import zlib
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

from temporalio.client import Client

from activities.messages import IncidentRow
from activities.ports import EvidenceStorage
from adapters import measurefaults
from adapters.evidence.inspection import Files, checkpoint_faults, row_faults, stamp_faults
from adapters.evidence.signing import Keyring
from adapters.running import Running, all_measures, all_numbers, look
from adapters.store import audit, catalogue, custody, evidence
from adapters.store.chain import Break, breaks, broken, missing
from adapters.store.database import Database
from adapters.store.evidence import Evidence, Trail
from domain.entry import GENESIS
from domain.fold import fold
from domain.incident import Incident
from domain.measure import MeasureEntry
from domain.numbering import is_of_measure
from domain.text import N_, Wire
from workflows.contract import incident_id, measure_id

EVIDENCE = "evidence"
_FOLDED = (
    *("version", "head_hash", "title", "phase", "severity", "system"),
    *("reporter", "is_drill", "is_over", "dedup_key", "closed_at"),
)


class Finding(Wire):
    """One fault or note, of an incident, a measure or a ``chain``; ``params`` fill the catalogue key ``message``."""

    incident: str | None = None
    measure: str | None = None
    chain: str | None = None
    seq: int | None = None
    message: str
    params: dict[str, str] = {}


class Findings(Wire):
    """What was looked at, what is wrong, and what is only worth knowing (such as entries that still wait)."""

    incidents: int = 0
    entries: int = 0
    audited: int = 0
    audit_head: str = GENESIS
    changes: int = 0
    measures: int = 0
    measure_entries: int = 0
    custody: int = 0
    checkpoints: int = 0
    files: int = 0
    faults: list[Finding] = []
    notes: list[Finding] = []

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.faults


async def verify(
    database: Database,
    client: Client | None = None,
    number: str | None = None,
    *,
    storage: EvidenceStorage | None = None,
    keyring: Keyring | None = None,
) -> Findings:
    """Verify one incident or measure, or all of them, and the trails beside them; with a storage also evidence's files.

    Raise DatabaseAway, StorageAway, RPCError when Temporal is away.
    """
    findings = Findings(faults=[], notes=[])
    files = Files(storage) if storage else None
    if number is not None and is_of_measure(number):
        await _verify_measure(database, client, number, findings, keyring)
    elif number is not None:
        await _verify(database, client, number, findings, files=files, keyring=keyring)
    else:
        async for each in _everyone(database, client):
            await _verify(database, client, each, findings, files=files, keyring=keyring)
        for each in await _every_measure(database, client):
            await _verify_measure(database, client, each, findings, keyring)
        await _find_strays(files, findings)
    findings.files = files.count if files else 0
    refusals = await evidence.trail(database, audit.CHAIN)
    changes = await evidence.trail(database, catalogue.CHAIN)
    handled = await evidence.trail(database, custody.CHAIN)
    findings.audited, findings.audit_head, findings.changes = len(refusals.links), refusals.hash, len(changes.links)
    findings.custody = len(handled.links)
    for chain, trail in ((audit.CHAIN, refusals), (catalogue.CHAIN, changes), (custody.CHAIN, handled)):
        findings.faults += [_finding(None, fault, chain) for fault in trail_faults(trail)]
    return findings


async def _find_strays(files: Files | None, findings: Findings) -> None:
    if files is not None:
        async for stray, is_old in files.strays(datetime.now(UTC)):
            (findings.faults if is_old else findings.notes).append(_finding(None, stray, EVIDENCE))


async def _everyone(database: Database, client: Client | None) -> AsyncIterator[str]:
    known: set[str] = set()
    last = ""
    while page := await evidence.numbers(database, last):
        for number in page:
            yield number
        known.update(page)
        last = page[-1]
    if client is not None:
        async for number in all_numbers(client):
            if number not in known:
                yield number


async def _verify(
    database: Database,
    client: Client | None,
    number: str,
    findings: Findings,
    *,
    files: Files | None,
    keyring: Keyring | None,
) -> None:
    # Temporal first: what it says is recorded must then be in what is read afterwards.
    running = await look(client, incident_id(number)) if client else None
    found = await evidence.incident(database, number)
    faults = [*record_faults(found, running), *archive_faults(found, running)]
    notes: list[Break] = []
    if running is not None:
        faults += [fault for fault in workflow_faults(found, running) if fault not in faults]
        notes += waiting(found, running)
    if client and running and running.seq is not None and found.last > running.seq:
        faults += invented(found, await look(client, incident_id(number)))
    faults += row_faults(found)
    if keyring is not None:
        faults += [*checkpoint_faults(found, keyring), *stamp_faults(found)]
    if files is not None:
        faults += [fault async for fault in files.faults(found)]
    findings.incidents += 1
    findings.checkpoints += len(found.checkpoints)
    findings.entries += len(found.links)
    findings.faults += [_finding(number, fault) for fault in faults]
    findings.notes += [_finding(number, note) for note in notes]


async def _every_measure(database: Database, client: Client | None) -> list[str]:
    known: dict[str, None] = {}
    last = ""
    while page := await evidence.measure_numbers(database, last):
        known |= dict.fromkeys(page)
        last = page[-1]
    if client is not None:
        known |= {number: None async for number in all_measures(client)}
    return list(known)


async def _verify_measure(
    database: Database, client: Client | None, number: str, findings: Findings, keyring: Keyring | None
) -> None:
    running = await look(client, measure_id(number), MeasureEntry) if client else None
    found = await evidence.measure(database, number)
    wrong = [*measurefaults.faults(found, running), *(checkpoint_faults(found, keyring) if keyring is not None else ())]
    faults = dict.fromkeys((fault.seq, fault.message, tuple(fault.params.items())) for fault in wrong)
    findings.measures += 1
    findings.checkpoints += len(found.checkpoints)
    findings.measure_entries += len(found.links)
    findings.faults += [
        Finding(measure=number, seq=seq or None, message=message, params=dict(params))
        for seq, message, params in faults
    ]


def _finding(number: str | None, found: Break, chain: str | None = None) -> Finding:
    return Finding(incident=number, chain=chain, seq=found.seq or None, message=found.message, params=found.params)


def trail_faults(trail: Trail) -> Iterator[Break]:
    """Check the chain of refusals and sign-ins, or of changes, and that nothing is cut off its end."""
    chain = list(breaks(trail.links))
    yield from chain
    last = trail.links[-1] if trail.links else None
    seq, digest = (last.seq, last.hash) if last else (0, GENESIS)
    if seq < trail.seq:
        yield missing(seq + 1, trail.seq)
    elif not chain and (seq, digest) != (trail.seq, trail.hash):
        yield broken(seq, N_("The trail ends at entry {seq} and does not fit its head, entry {head}."), head=trail.seq)


def record_faults(found: Evidence, running: Running | None = None) -> Iterator[Break]:
    """Check an incident's chain from the genesis, its row, and that its state is the fold of its entries."""
    chain = list(breaks(found.links))
    yield from chain
    # The row comes with the last of the entries that still wait.
    is_late = running is not None and running.is_running and (running.seq or 0) > found.last
    if not found.has_row:
        if not is_late:
            yield broken(0, N_("The incident's row is missing."))
    elif found.row is None:
        yield broken(0, N_("The incident's row was changed: it cannot be read any more."))
    elif found.last < found.row.seq:
        yield missing(found.last + 1, found.row.seq)
    elif found.last > found.row.seq:
        if not is_late:
            message = N_("The incident's row ends at entry {row}, its timeline at entry {seq}.")
            yield broken(found.last, message, row=found.row.seq)
    elif not chain and found.entries:
        yield from _state_faults(found, found.row)


def _state_faults(found: Evidence, row: IncidentRow) -> Iterator[Break]:
    # The fold reads events only, so that the policy and company of that day need not be kept here.
    number: dict[str, Any] = {"number": found.number}
    blank = Incident.model_construct(**number)
    try:
        incident = fold(blank, found.entries)
    except (ValueError, LookupError) as error:
        yield broken(0, N_("The timeline cannot have happened: {reason}"), reason=error)
        return
    whole, kept = incident.view(), incident.kept()
    for field in whole:
        # A row holds what differs from the beginning; older rows hold everything.
        true = (whole[field], kept.get(field, whole[field])) if field in row.view else (kept.get(field),)
        if row.view.get(field) not in true:
            yield _row_changed(f"view.{field}", row.seq)
    for field in (name for name in _FOLDED if getattr(row, name) != getattr(incident, name)):
        yield _row_changed(field, row.seq)


def _row_changed(field: str, seq: int) -> Break:
    return broken(
        seq, N_("The incident's row was changed: “{field}” is not what entries 1 to {seq} make."), field=field
    )


def archive_faults(found: Evidence, running: Running | None) -> Iterator[Break]:
    """Check that an incident that is over has its Temporal history kept, and that it can be read."""
    is_open = found.row is None or not found.row.is_over or (running is not None and running.is_running)
    if found.history is None:
        if not is_open:
            yield broken(0, N_("The incident is over, but its history is not archived."))
        return
    try:
        json.loads(zlib.decompress(found.history))
    except (zlib.error, ValueError):
        yield broken(0, N_("The archived history was changed: it cannot be read any more."))


def workflow_faults(found: Evidence, running: Running) -> Iterator[Break]:
    """Compare with the workflow: nothing that it gave to the record may be missing or different."""
    if found.row is not None and not found.row.is_over and not running.is_running:
        yield broken(0, N_("The incident is open in the record, but no workflow carries it."))
    recorded = {entry.seq: entry.hash for entry in found.entries}
    for seq, digest in sorted(running.hashes.items()):
        if recorded.get(seq, digest) != digest:
            yield broken(seq, N_("Entry {seq} is not the one that the workflow knows."))
    if running.recorded_until is not None and found.last < running.recorded_until:
        yield missing(found.last + 1, running.recorded_until)


def invented(found: Evidence, afterwards: Running) -> Iterator[Break]:
    """Check, by a look at the workflow after the database was read, that the record has nothing of its own."""
    if afterwards.seq is not None and found.last > afterwards.seq:
        message = N_("The workflow ends at entry {workflow}, the record at entry {seq}.")
        yield broken(found.last, message, workflow=afterwards.seq)


def waiting(found: Evidence, running: Running) -> Iterator[Break]:
    """Say what is not wrong but worth knowing: entries not recorded yet, or no worker that answers."""
    recorded = max(found.last, running.recorded_until or 0)
    if running.is_silent:
        yield broken(0, N_("No worker answers for the workflow; it was not compared."))
    elif running.seq is not None and running.seq > recorded:
        yield broken(recorded + 1, N_("Entries {seq} to {last} wait to be recorded."), last=running.seq)
