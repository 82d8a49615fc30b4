"""Numbered and chained entries of one thing that people act on, an incident or a measure: what both have in common."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from domain.acts import Act, Command, Receipt
from domain.authority import Actor
from domain.company import Role
from domain.decide import Decision
from domain.entry import Entry
from domain.errors import CommandReused, Refusal, Unacceptable
from domain.events import Event, Refused
from domain.incident import Handled
from domain.text import N_

LATE = timedelta(minutes=1)
REMEMBERED = 500
SYSTEM = Actor("", Role.SYSTEM)


class Chained(Protocol):
    """A state that is folded from entries: where its chain has come to, and which commands were carried out."""

    number: str
    seq: int
    version: int
    head_hash: str
    handled: dict[str, Handled]


S = TypeVar("S", bound=Chained)


class Ledger(ABC, Generic[S]):
    """Holds a state and everything new since it was last taken out; no clock, no I/O."""

    def __init__(self, state: S) -> None:
        """Open the ledger of a state."""
        self._state = state
        self._fresh: list[Entry] = []

    def check(self, command: Command[Act], now: datetime) -> None:
        """Refuse what ``act`` would refuse, and change nothing."""
        if self._handled(command) is None:
            self._decide(command, now)

    def act(self, command: Command[Act], now: datetime) -> Receipt:
        """Carry out a command, or return the receipt of the same command carried out before."""
        if before := self._handled(command):
            return before.model_copy(update={"is_repeat": True})
        decision = self._decide(command, now)
        try:
            self.note(decision.events, now, at=decision.at, actor=decision.actor, command_id=command.command_id)
        except (ValueError, ArithmeticError) as error:
            # Nothing that is sent should come to this; a workflow that stumbles over it would stumble for ever.
            message = N_("The timeline cannot hold this: {reason}")
            raise Unacceptable(message, clause=self._clause(command), reason=str(error)[:200]) from None
        receipt = self.receipt(now)
        self._remember(command, receipt)
        return receipt

    def note(
        self,
        events: Iterable[Event],
        now: datetime,
        *,
        at: datetime | None = None,
        actor: Actor = SYSTEM,
        command_id: str | None = None,
    ) -> list[Entry]:
        """Write events into the timeline, in order, and let each change the state."""
        return [self._write(event, at or now, now, actor, command_id) for event in events]

    def refuse(self, command: Command[Act], refusal: Refusal, now: datetime) -> None:
        """Record an act that nobody waited for and that was refused."""
        event = Refused(
            act=command.act.name,
            code=refusal.code,
            cited=refusal.clause,
            message=refusal.message,
            params=refusal.params,
        )
        self.note([event], now, actor=Actor(command.person, command.post or Role.SYSTEM), command_id=command.command_id)

    def take_fresh(self) -> list[Entry]:
        """Take out the entries that were written since the last time."""
        fresh, self._fresh = self._fresh, []
        return fresh

    @abstractmethod
    def receipt(self, now: datetime) -> Receipt:
        """Say where it stands."""

    @abstractmethod
    def _decide(self, command: Command[Act], now: datetime) -> Decision:
        """Return what a command makes happen, or refuse it."""

    @abstractmethod
    def _clause(self, command: Command[Act]) -> str:
        """Return the clause that gives the right to an act."""

    @abstractmethod
    def _entry(self, **fields: Any) -> Entry:
        """Return an entry of this kind of timeline, not sealed yet."""

    @abstractmethod
    def _apply(self, entry: Entry) -> None:
        """Fold one entry into the state."""

    def _handled(self, command: Command[Act]) -> Receipt | None:
        known = self._state.handled.get(command.command_id)
        if known is None:
            return None
        if known.digest != command.digest():
            raise CommandReused(
                N_("The command {command} was used for something else."),
                clause=self._clause(command),
                field="command_id",
                command=command.command_id,
            )
        return known.receipt

    def _remember(self, command: Command[Act], receipt: Receipt) -> None:
        handled = self._state.handled
        handled[command.command_id] = Handled(digest=command.digest(), receipt=receipt)
        while len(handled) > REMEMBERED:
            del handled[next(iter(handled))]

    def _write(self, event: Event, at: datetime, now: datetime, actor: Actor, command_id: str | None) -> Entry:
        state = self._state
        entry = self._entry(
            incident=state.number,
            seq=state.seq + 1,
            version=state.version + event.counts,
            occurred_at=at,
            recorded_at=now,
            person=actor.person or None,
            role=actor.role,
            on_behalf_of=actor.on_behalf_of,
            clause=event.cites(),
            command_id=command_id,
            is_late=now - at > LATE,
            event=event,
            prev_hash=state.head_hash,
        ).sealed()
        self._apply(entry)
        self._fresh.append(entry)
        return entry
