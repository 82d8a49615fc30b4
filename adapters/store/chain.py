"""What is wrong with a hash chain, row by row; pure."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from domain.entry import GENESIS
from domain.text import N_

_MOST_MOVED = 100


@dataclass(frozen=True)
class Link:
    """A row of a chain; ``digest`` computes its hash as if it stood at a seq, None when the row is unreadable."""

    seq: int
    prev_hash: str
    hash: str
    digest: Callable[[int], str] | None


@dataclass(frozen=True)
class Break:
    """A fault: where, and a catalogue key with its parameters."""

    seq: int
    message: str
    params: dict[str, str]


def broken(seq: int, message: str, **params: object) -> Break:
    """Return a break whose text may also name its seq."""
    return Break(seq, message, {"seq": str(seq)} | {name: str(value) for name, value in params.items()})


def missing(first: int, last: int) -> Break:
    """Return the break that one or more links are not there."""
    if first == last:
        return broken(first, N_("Entry {seq} is missing."))
    return broken(first, N_("Entries {seq} to {last} are missing."), last=last)


def breaks(links: Iterable[Link]) -> Iterator[Break]:
    """Check links, sorted by seq, from the genesis; yield every fault that is not a mere result of another."""
    expected = 1
    prev_hash: str | None = GENESIS
    changed: list[Link] = []
    for link in links:
        if link.seq < expected:
            yield broken(link.seq, N_("Entry {seq} does not belong here."))
            continue
        if link.seq > expected:
            yield missing(expected, link.seq - 1)
            prev_hash = None
        expected = link.seq + 1
        if link.digest is None or link.digest(link.seq) != link.hash:
            changed.append(link)
            prev_hash = None
            continue
        if prev_hash not in (None, link.prev_hash):
            yield broken(link.seq, N_("Entry {seq} does not follow entry {before}."), before=link.seq - 1)
        prev_hash = link.hash
    yield from _explain(changed)


def _explain(changed: list[Link]) -> Iterator[Break]:
    places = [link.seq for link in changed[:_MOST_MOVED]]
    for link in changed:
        if link.digest is None:
            yield broken(link.seq, N_("Entry {seq} was changed: it cannot be read any more."))
        elif (origin := _origin(link, places)) is not None:
            yield broken(link.seq, N_("Entry {seq} is not in its place: it was entry {origin}."), origin=origin)
        else:
            yield broken(link.seq, N_("Entry {seq} was changed."))


def _origin(link: Link, places: list[int]) -> int | None:
    """Return where an intact row stood before it was renumbered: swapped with another, or moved over a deleted one."""
    digest = link.digest
    candidates = [seq for seq in [*places, link.seq + 1, link.seq - 1] if seq != link.seq]
    return next((seq for seq in candidates if digest is not None and digest(seq) == link.hash), None)
