"""A rectification measure (6.2): what people do to it, what happens to it, and how it stands, folded from its events.

open (extension asked → granted or refused)* → done reported → verified and closed, or sent back; or cancelled.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar

from pydantic import AwareDatetime, Field, SerializeAsAny

from domain.acts import Act, Command
from domain.calendar import Calendar
from domain.company import Company
from domain.entry import GENESIS, Entry
from domain.events import Event, Refused
from domain.incident import Handled
from domain.policy import Deadline, Span
from domain.text import Key, Line, Prose, Wire, brief
from domain.values import Instant, Ordinal

# Where measures come from. The list is open: drills and inspections bring their findings when they are built.
INCIDENT = "incident"


class MeasureState(StrEnum):
    """Where a measure stands."""

    OPEN = "open"
    DONE = "done_reported"
    CLOSED = "closed"
    CANCELLED = "cancelled"


OVER = frozenset({MeasureState.CLOSED, MeasureState.CANCELLED})


class Source(Wire):
    """What a measure comes from: an incident's summary report, a drill, an inspection, ... and which finding of it."""

    kind: Key
    ref: Key
    finding: Prose | None = None
    title: Line | None = None
    system: Key | None = None
    is_drill: bool = False


class Surroundings(Wire):
    """What a measure is judged by: the people whom it concerns, and business time. Not a part of its state.

    They are as of now, not as of its opening: a measure may outlast posts, deputies and calendars. Whoever brings an
    act brings them along; an act without them is judged by the last that were brought.
    """

    company: Company
    calendar: Calendar
    working_spans: list[Span] = Field(min_length=1)


# ── acts ──────────────────────────────────────────────────────────────────────


class MeasureAct(Act):
    """Content of an act on a measure."""


class ReportDone(MeasureAct):
    """The owner reports that the measure is done; the text is the evidence of it."""

    name = "report_done"
    text: Prose


class VerifyMeasure(MeasureAct):
    """Another person verifies what was reported as done, or sends it back."""

    name = "verify_measure"
    completion: Ordinal
    passed: bool
    text: Prose


class AskExtension(MeasureAct):
    """The owner asks for more time."""

    name = "ask_extension"
    due: Instant
    reason: Prose


class DecideExtension(MeasureAct):
    """Manager or director grants more time, or refuses it with a reason."""

    name = "decide_extension"
    extension: Ordinal
    grant: bool
    reason: Prose | None = None


class ReassignMeasure(MeasureAct):
    """Manager or director gives the measure to another owner, another verifier, or both."""

    name = "reassign_measure"
    owner: Key | None = None
    verifier: Key | None = None
    reason: Prose


class CancelMeasure(MeasureAct):
    """Manager or director takes the measure back, with a reason."""

    name = "cancel_measure"
    reason: Prose


MEASURE_ACTS: dict[str, type[MeasureAct]] = {act.name: act for act in MeasureAct.__subclasses__()}

A = TypeVar("A", bound=Act)


class MeasureCommand(Command[A], Generic[A]):
    """An act on its way to a measure, with the surroundings of now."""

    surroundings: Surroundings | None = None


MEASURE_COMMANDS: dict[str, type[MeasureCommand[Act]]] = {
    name: MeasureCommand[act]  # type: ignore[valid-type]
    for name, act in MEASURE_ACTS.items()
}


# ── events ────────────────────────────────────────────────────────────────────


class MeasureEvent(Event):
    """Something that happened to a measure."""

    clause: ClassVar[str] = "6.2"


class MeasureOpened(MeasureEvent):
    """A measure has an owner, a verifier and a day by which it is done."""

    kind: Literal["measure_opened"] = "measure_opened"
    text: str
    owner: str
    verifier: str | None = None
    due: Deadline
    source: Source


class DoneReported(MeasureEvent):
    """The owner says that it is done; the verifier is asked."""

    kind: Literal["done_reported"] = "done_reported"
    completion: int
    text: str


class MeasureVerified(MeasureEvent):
    """Another person has verified it; the measure is closed."""

    kind: Literal["measure_verified"] = "measure_verified"
    completion: int
    text: str


class MeasureSentBack(MeasureEvent):
    """What was reported as done is not; the owner goes on."""

    kind: Literal["measure_sent_back"] = "measure_sent_back"
    completion: int
    reason: str


class ExtensionAsked(MeasureEvent):
    """The owner asks for more time; the due day stands until somebody decides."""

    kind: Literal["extension_asked"] = "extension_asked"
    extension: int
    due: Deadline
    reason: str


class ExtensionGranted(MeasureEvent):
    """The measure is due later now."""

    kind: Literal["extension_granted"] = "extension_granted"
    extension: int
    due: Deadline
    reason: str | None = None


class ExtensionRefused(MeasureEvent):
    """The measure stays due when it was."""

    kind: Literal["extension_refused"] = "extension_refused"
    extension: int
    reason: str


class MeasureReassigned(MeasureEvent):
    """Owner, verifier or both are others from now on."""

    kind: Literal["measure_reassigned"] = "measure_reassigned"
    owner: str
    verifier: str | None = None
    reason: str


class MeasureCancelled(MeasureEvent):
    """The measure was taken back."""

    kind: Literal["measure_cancelled"] = "measure_cancelled"
    reason: str


class MeasureOverdue(MeasureEvent):
    """The due day ended and nobody reported the measure as done."""

    kind: Literal["measure_overdue"] = "measure_overdue"
    due: Deadline


class MeasureCalled(MeasureEvent):
    """People were called about an open question of the measure; nothing else changed."""

    counts = False
    kind: Literal["measure_called"] = "measure_called"
    question: str
    call: int
    level: str
    people: list[str]
    failed: list[str] = []


class MeasurePassedOn(MeasureEvent):
    """Owner or verifier is not with the company any more; somebody else takes the measure over."""

    clause: ClassVar[str] = "4.2"
    kind: Literal["measure_passed_on"] = "measure_passed_on"
    left: str
    owner: str
    verifier: str | None = None


MEASURE_EVENTS: dict[str, type[Event]] = {
    event.model_fields["kind"].default: event for event in MeasureEvent.__subclasses__()
}

AnyMeasureEvent = Annotated[
    MeasureOpened
    | DoneReported
    | MeasureVerified
    | MeasureSentBack
    | ExtensionAsked
    | ExtensionGranted
    | ExtensionRefused
    | MeasureReassigned
    | MeasureCancelled
    | MeasureOverdue
    | MeasureCalled
    | MeasurePassedOn
    | Refused,
    Field(discriminator="kind"),
]


class MeasureEntry(Entry):
    """An entry of a measure's own timeline: chained as an incident's; ``incident`` holds the measure's number."""

    event: SerializeAsAny[AnyMeasureEvent]  # type: ignore[assignment] # another closed list of events


# ── the state ─────────────────────────────────────────────────────────────────


class Completion(Wire):
    """One report that the measure is done, and what its verification said."""

    by: list[str]
    reported_at: AwareDatetime
    text: str
    outcome: Literal["verified", "sent_back"] | None = None
    decided_by: str | None = None


class Extension(Wire):
    """One wish for more time and what became of it; it lapses when the measure is done or given to somebody else."""

    by: list[str]
    asked_at: AwareDatetime
    due: Deadline
    reason: str
    outcome: Literal["granted", "refused", "lapsed"] | None = None
    decided_by: str | None = None


class Called(Wire):
    """How often people were called about a question, and when last."""

    calls: int
    at: AwareDatetime


class Measure(Wire):
    """Everything about one measure."""

    number: str
    state: MeasureState = MeasureState.OPEN
    seq: int = 0
    version: int = 0
    head_hash: str = GENESIS
    text: str = ""
    owner: str = ""
    verifier: str | None = None
    due: Deadline | None = None
    source: Source | None = None
    opened_at: AwareDatetime | None = None
    closed_at: AwareDatetime | None = None
    is_overdue: bool = False
    since: AwareDatetime | None = None
    round: int = 1
    completions: list[Completion] = []
    extensions: list[Extension] = []
    called: dict[str, Called] = {}
    handled: dict[str, Handled] = {}

    @property
    def is_over(self) -> bool:
        """Tell whether the measure takes no more acts."""
        return self.state in OVER

    @property
    def pending_completion(self) -> Completion | None:
        """Return what waits for its verification."""
        return self.completions[-1] if self.state == MeasureState.DONE else None

    @property
    def pending_extension(self) -> Extension | None:
        """Return the wish for more time that nobody has decided."""
        newest = self.extensions[-1] if self.extensions else None
        return newest if newest and newest.outcome is None and not self.is_over else None

    @property
    def doers(self) -> set[str]:
        """Return whose work the measure is: whoever owns it, and everybody who reported it as done."""
        return {self.owner, *self.reported_by}

    @property
    def reported_by(self) -> set[str]:
        """Return everybody who reported it as done, also owners of before."""
        return {person for item in self.completions for person in item.by}

    @property
    def concerned(self) -> set[str]:
        """Return everybody whom the measure names."""
        return {person for person in (*self.doers, self.verifier) if person}

    def view(self) -> dict[str, Any]:
        """Return what people may see: the state without its command ids."""
        return self.model_dump(mode="json", exclude={"handled"})


# ── the fold ──────────────────────────────────────────────────────────────────

E = TypeVar("E", bound=Event)
_Change = Callable[[Measure, Entry, E], None]
_CHANGES: dict[type[Event], Callable[..., None]] = {}


def _on(kind: type[E]) -> Callable[[_Change[E]], _Change[E]]:
    def register(change: _Change[E]) -> _Change[E]:
        _CHANGES[kind] = change
        return change

    return register


def apply(measure: Measure, entry: Entry) -> None:
    """Fold one entry into the measure."""
    measure.seq = entry.seq
    measure.version = entry.version
    measure.head_hash = entry.hash
    if change := _CHANGES.get(type(entry.event)):
        change(measure, entry, entry.event)


def fold(blank: Measure, entries: Iterable[Entry]) -> Measure:
    """Return the measure that a timeline makes out of a blank one."""
    measure = blank.model_copy(deep=True)
    for entry in entries:
        apply(measure, entry)
    return measure


def _actors(entry: Entry) -> list[str]:
    return [person for person in (entry.person, entry.on_behalf_of) if person]


def _begin_round(measure: Measure, entry: Entry) -> None:
    """Count calls from the beginning: the question is another, or is put to somebody else."""
    if measure.opened_at:
        measure.round += 1
    measure.since = entry.recorded_at
    measure.called.clear()


def _settle(measure: Measure, outcome: Literal["granted", "refused", "lapsed"], entry: Entry) -> None:
    if extension := measure.pending_extension:
        extension.outcome = outcome
        extension.decided_by = entry.person if outcome != "lapsed" else None


@_on(MeasureOpened)
def _opened(measure: Measure, entry: Entry, event: MeasureOpened) -> None:
    _begin_round(measure, entry)
    measure.text, measure.source = event.text, event.source
    measure.owner, measure.verifier = event.owner, event.verifier
    measure.due = event.due
    measure.opened_at = entry.recorded_at


@_on(DoneReported)
def _done_reported(measure: Measure, entry: Entry, event: DoneReported) -> None:
    _settle(measure, "lapsed", entry)
    done = Completion(by=_actors(entry), reported_at=entry.recorded_at, text=brief(event.text))
    measure.completions.append(done)
    measure.state = MeasureState.DONE
    _begin_round(measure, entry)


def _judged(measure: Measure, entry: Entry, number: int, outcome: Literal["verified", "sent_back"]) -> None:
    completion = measure.completions[number - 1]
    completion.outcome, completion.decided_by = outcome, entry.person


@_on(MeasureVerified)
def _verified(measure: Measure, entry: Entry, event: MeasureVerified) -> None:
    _judged(measure, entry, event.completion, "verified")
    measure.state = MeasureState.CLOSED
    measure.closed_at = entry.recorded_at


@_on(MeasureSentBack)
def _sent_back(measure: Measure, entry: Entry, event: MeasureSentBack) -> None:
    _judged(measure, entry, event.completion, "sent_back")
    measure.state = MeasureState.OPEN
    _begin_round(measure, entry)


@_on(ExtensionAsked)
def _extension_asked(measure: Measure, entry: Entry, event: ExtensionAsked) -> None:
    asked = Extension(by=_actors(entry), asked_at=entry.recorded_at, due=event.due, reason=brief(event.reason))
    measure.extensions.append(asked)


@_on(ExtensionGranted)
def _extension_granted(measure: Measure, entry: Entry, event: ExtensionGranted) -> None:
    _settle(measure, "granted", entry)
    measure.due, measure.is_overdue = event.due, False
    _begin_round(measure, entry)


@_on(ExtensionRefused)
def _extension_refused(measure: Measure, entry: Entry, _event: ExtensionRefused) -> None:
    _settle(measure, "refused", entry)


def _hand_over(measure: Measure, entry: Entry, owner: str, verifier: str | None) -> None:
    if owner != measure.owner:
        _settle(measure, "lapsed", entry)
    measure.owner, measure.verifier = owner, verifier
    _begin_round(measure, entry)


@_on(MeasureReassigned)
def _reassigned(measure: Measure, entry: Entry, event: MeasureReassigned) -> None:
    _hand_over(measure, entry, event.owner, event.verifier)


@_on(MeasurePassedOn)
def _passed_on(measure: Measure, entry: Entry, event: MeasurePassedOn) -> None:
    _hand_over(measure, entry, event.owner, event.verifier)


@_on(MeasureCancelled)
def _cancelled(measure: Measure, entry: Entry, _event: MeasureCancelled) -> None:
    _settle(measure, "lapsed", entry)
    measure.state = MeasureState.CANCELLED
    measure.closed_at = entry.recorded_at


@_on(MeasureOverdue)
def _overdue(measure: Measure, _entry: Entry, _event: MeasureOverdue) -> None:
    measure.is_overdue = True


@_on(MeasureCalled)
def _called(measure: Measure, entry: Entry, event: MeasureCalled) -> None:
    measure.called[event.question] = Called(calls=event.call, at=entry.occurred_at)
