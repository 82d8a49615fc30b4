"""Is the record of a rectification measure what was written (5.3.5)? Its chain, its row, and its workflow."""

from collections.abc import Iterator

from adapters.running import Running
from adapters.store.chain import Break, breaks, broken, missing
from adapters.store.evidence import MeasureEvidence
from domain.measure import Measure, fold
from domain.text import N_

_FOLDED = ("version", "head_hash", "text", "state", "owner", "verifier", "is_overdue", "is_over", "closed_at")


def faults(found: MeasureEvidence, running: Running | None = None) -> Iterator[Break]:
    """Check the chain from the genesis, the row, that its state is the fold of its entries, and the workflow."""
    chain = list(breaks(found.links))
    yield from chain
    # The row comes with the last of the entries that still wait.
    is_late = running is not None and running.is_running and (running.seq or 0) > found.last
    if not found.has_row:
        if not is_late:
            yield broken(0, N_("The measure's row is missing."))
    elif found.row is None:
        yield broken(0, N_("The measure's row was changed: it cannot be read any more."))
    elif found.last < found.row.seq:
        yield missing(found.last + 1, found.row.seq)
    elif found.last > found.row.seq and not is_late:
        message = N_("The measure's row ends at entry {row}, its timeline at entry {seq}.")
        yield broken(found.last, message, row=found.row.seq)
    elif found.last == found.row.seq and not chain and found.entries:
        yield from _state_faults(found)
    if running is not None:
        yield from _workflow_faults(found, running)


def _state_faults(found: MeasureEvidence) -> Iterator[Break]:
    row = found.row
    if row is None:
        return
    try:
        measure = fold(Measure(number=found.number), found.entries)
    except (ValueError, LookupError, AttributeError) as error:
        yield broken(0, N_("The timeline cannot have happened: {reason}"), reason=error)
        return
    shown = Measure(number=found.number).view() | row.view
    fields = [f"view.{name}" for name, value in measure.view().items() if shown.get(name) != value]
    fields += [name for name in _FOLDED if getattr(row, name) != getattr(measure, name)]
    if measure.due and (row.due, row.is_provisional) != (measure.due.at, measure.due.is_provisional):
        fields.append("due")
    if measure.source and (row.source_kind, row.source) != (measure.source.kind, measure.source.ref):
        fields.append("source")
    message = N_("The measure's row was changed: “{field}” is not what entries 1 to {seq} make.")
    yield from (broken(row.seq, message, field=field) for field in fields)


def _workflow_faults(found: MeasureEvidence, running: Running) -> Iterator[Break]:
    if found.row is not None and not found.row.is_over and not running.is_running:
        yield broken(0, N_("The measure is open in the record, but no workflow carries it."))
    recorded = {entry.seq: entry.hash for entry in found.entries}
    for seq, digest in sorted(running.hashes.items()):
        if recorded.get(seq, digest) != digest:
            yield broken(seq, N_("Entry {seq} is not the one that the workflow knows."))
    if running.recorded_until is not None and found.last < running.recorded_until:
        yield missing(found.last + 1, running.recorded_until)
