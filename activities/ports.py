"""What activities need from the world. Adapters implement these; workflows never see them."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, Protocol

from activities.messages import (
    ActionResult,
    ActionRun,
    AlertOpening,
    Batch,
    Delivery,
    MeasureBatch,
    MeasureOrders,
    Message,
    Trial,
    Tried,
)
from domain.company import Collector, Person, Probe
from domain.exhibit import Algorithm, Exhibit
from domain.readiness import Standing


class NotHandedOver(Exception):
    """The provider did not take a message; ``is_final`` when trying the same again cannot help."""

    def __init__(self, detail: str, *, is_final: bool = False, retry_after: timedelta | None = None) -> None:
        """Keep the provider's own words, and how long it asks to be left alone."""
        super().__init__(detail)
        self.detail = detail
        self.is_final = is_final
        self.retry_after = retry_after


# How the words of an answer say that nobody can tell whether it was refused.
UNCONFIRMED = "unconfirmed"


class Unconfirmed(str):
    """An answer that may hide a refusal: whoever handed the message over cannot tell."""

    __slots__ = ()


class Channel(Protocol):
    """One way to reach a person: inbox, mail, webhook, ..."""

    name: str

    async def send(self, message: Message, recipient: Person, address: str) -> str:
        """Hand a message to the provider and return its answer; NotHandedOver when it refuses or is away.

        The answer is ``Unconfirmed`` where the way there swallows refusals.
        """
        ...


class Directory(Protocol):
    """Who is who, as of now: addresses are looked up when a message is sent, never before."""

    async def person(self, person_id: str) -> Person | None:
        """Find a person."""
        ...

    async def address(self, person_id: str, channel: str) -> str | None:
        """Return where a channel reaches a person, or None where it does not."""
        ...


class DeliveryLog(Protocol):
    """What came of every attempt to hand a message over."""

    async def note(self, message: Message, delivery: Delivery) -> None:
        """Keep one attempt; nobody waits for it, and a failure is only logged."""
        ...


class RecordTampered(Exception):
    """The record does not continue what the workflow knows: it was changed, and trying again cannot help."""


class RecordStore(Protocol):
    """The record: append-only and idempotent by incident and seq."""

    async def append(self, batch: Batch) -> None:
        """Insert the entries that are new and bring the incident's row up to date, in one transaction.

        RecordTampered when an entry is there already with another hash.
        """
        ...

    async def archive(self, incident: str, history: str) -> None:
        """Keep the Temporal history (JSON) of an incident that is over."""
        ...


class Probing(Protocol):
    """Technical recovery checks."""

    async def check(self, probe: Probe) -> tuple[bool, str]:
        """Tell whether a probe passes, and what it saw."""
        ...


class Allowed(Protocol):
    """The allow-list of automatic actions (5.2.3)."""

    async def carry_out(self, run: ActionRun) -> ActionResult:
        """Carry out an entry once, and tell; an entry that is not there, or is not what was confirmed, has failed."""
        ...


class Histories(Protocol):
    """Where workflow histories come from."""

    async def fetch(self, workflow_id: str) -> str:
        """Return the history of a workflow as JSON."""
        ...


class Openings(Protocol):
    """Opens incidents for alerts."""

    async def open_for_alert(self, opening: AlertOpening) -> None:
        """Open an incident under the given number; opening it again does nothing."""
        ...


class Standings(Protocol):
    """Everything by which the readiness of people is judged."""

    async def now(self, now: datetime) -> Standing:
        """Return how people, rosters, calendar and contact points stand."""
        ...


class CommunicationTests(Protocol):
    """The communication tests that were made."""

    async def begin(self, trial: Trial, points: Sequence[Tried]) -> list[Tried]:
        """Note that a test begins, and return whom it tries; begun a second time it stays as it was."""
        ...

    async def newest(self, limit: int = 1) -> list[Trial]:
        """Return the newest tests."""
        ...


class Membership(Protocol):
    """Whether somebody still belongs to the company."""

    async def standing(self, person: str, version: int) -> Literal["left", "stayed", "pending"]:
        """Tell what came of a person's version: inactive or gone, still active, or not there yet."""
        ...


class Ongoing(Protocol):
    """Which incidents go on."""

    async def open_numbers(self) -> list[str]:
        """Return the numbers of all incidents that are not over."""
        ...

    async def open_measures(self) -> list[str]:
        """Return the numbers of all rectification measures that are not over."""
        ...


class MeasureStore(Protocol):
    """The record of rectification measures: append-only and idempotent by measure and seq."""

    async def append(self, batch: MeasureBatch) -> None:
        """Insert the entries that are new and bring the measure's row up to date, in one transaction.

        RecordTampered when an entry is there already with another hash.
        """
        ...


class MeasureOpenings(Protocol):
    """Opens the measures of incidents."""

    async def open_measures(self, orders: MeasureOrders) -> None:
        """Open every measure of the report that is not open yet, and tell the incident; any error is tried again."""
        ...


class CannotCollect(Exception):
    """A collector could not fetch anything; the reason is told to people."""


class Collecting(Protocol):
    """Fetches fault logs from systems and keeps them."""

    async def collect(self, collector: Collector) -> Exhibit:
        """Fetch and keep; raise CannotCollect."""
        ...


class Stamping(Protocol):
    """An outside witness of when an incident's record stood as it does."""

    async def stamp(self, incident: str) -> None:
        """Have the newest checkpoint time-stamped, where that is set up; a failure is only logged."""
        ...


class Received(NamedTuple):
    """A content that has come in whole; ``token`` names it until it is settled or dropped.

    ``mark`` tells the storage whether it was the first to bring the content, and nobody has settled it since.
    """

    token: str
    digest: str
    algorithm: Algorithm
    size: int
    head: bytes
    mark: int = -1


class Held(NamedTuple):
    """A content that is kept, and since when."""

    algorithm: Algorithm
    digest: str
    size: int
    since: datetime


class StorageAway(Exception):
    """The storage of evidence did not take or give something; trying later may help."""


class TooLarge(Exception):
    """More came than is taken; nothing was kept."""


class Empty(Exception):
    """Nothing came."""


class EvidenceStorage(Protocol):
    """Contents by their digest: each is kept once and never changed. Everything here raises StorageAway."""

    async def receive(self, chunks: AsyncIterator[bytes], most: int) -> Received:
        """Take in a stream and keep it under its digest; after TooLarge, Empty or a failure nothing is kept."""
        ...

    async def settle(self, received: Received) -> None:
        """The incident has it: it stays, also when somebody else dropped the same content meanwhile."""
        ...

    async def drop(self, received: Received, *, is_referenced: bool) -> None:
        """The incident refused it: it goes, unless somebody refers to the same content or has just brought it too."""
        ...

    def read(self, algorithm: Algorithm, digest: str) -> AsyncIterator[bytes]:
        """Give a content in pieces; FileNotFoundError when there is none."""
        ...

    async def size(self, algorithm: Algorithm, digest: str) -> int | None:
        """Return how many bytes a content has, or None when there is none."""
        ...

    def held(self) -> AsyncIterator[Held]:
        """Give everything that is kept, in no order."""
        ...
