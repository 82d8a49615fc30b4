"""The case file of one incident: acts and events go in, numbered and chained entries come out."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import cast

from domain import acknowledgement, activation, acts, closure, direction, handling, reopening, severity, statutory
from domain.authority import AUTHORITY, Actor
from domain.company import Role
from domain.decide import decide
from domain.entry import Entry
from domain.errors import CommandReused, Refusal
from domain.events import AnyEvent, Event, Refused
from domain.fold import apply
from domain.incident import Handled, Incident
from domain.text import N_

LATE = timedelta(minutes=1)
REMEMBERED = 500
SYSTEM = Actor("", Role.SYSTEM)

# Importing the articles is what registers their rules.
ARTICLES = (acknowledgement, activation, severity, direction, handling, closure, reopening, statutory)


class CaseFile:
    """Holds an incident and everything new since it was last taken out; no clock, no I/O."""

    def __init__(self, incident: Incident) -> None:
        """Open the file of an incident."""
        self.incident = incident
        self._fresh: list[Entry] = []

    def check(self, command: acts.Command[acts.Act], now: datetime) -> None:
        """Refuse what ``act`` would refuse, and change nothing."""
        if self._handled(command) is None:
            decide(self.incident, command, now)

    def act(self, command: acts.Command[acts.Act], now: datetime) -> acts.Receipt:
        """Carry out a command, or return the receipt of the same command carried out before."""
        if before := self._handled(command):
            return before.model_copy(update={"is_repeat": True})
        decision = decide(self.incident, command, now)
        self.note(decision.events, now, at=decision.at, actor=decision.actor, command_id=command.command_id)
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
        """Write events into the timeline, in order, and let each change the incident."""
        return [self._write(event, at or now, now, actor, command_id) for event in events]

    def refuse(self, command: acts.Command[acts.Act], refusal: Refusal, now: datetime) -> None:
        """Record an act that nobody waited for and that was refused."""
        event = Refused(
            act=command.act.name,
            code=refusal.code,
            cited=refusal.clause,
            message=refusal.message,
            params=refusal.params,
        )
        self.note([event], now, actor=Actor(command.person, command.post or Role.SYSTEM), command_id=command.command_id)

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

    def take_fresh(self) -> list[Entry]:
        """Take out the entries that were written since the last time."""
        fresh, self._fresh = self._fresh, []
        return fresh

    def _handled(self, command: acts.Command[acts.Act]) -> acts.Receipt | None:
        known = self.incident.handled.get(command.command_id)
        if known is None:
            return None
        if known.digest != command.digest():
            raise CommandReused(
                N_("The command {command} was used for something else."),
                clause=AUTHORITY[type(command.act)].clause,
                field="command_id",
                command=command.command_id,
            )
        return known.receipt

    def _remember(self, command: acts.Command[acts.Act], receipt: acts.Receipt) -> None:
        handled = self.incident.handled
        handled[command.command_id] = Handled(digest=command.digest(), receipt=receipt)
        while len(handled) > REMEMBERED:
            del handled[next(iter(handled))]

    def _write(self, event: Event, at: datetime, now: datetime, actor: Actor, command_id: str | None) -> Entry:
        incident = self.incident
        entry = Entry(
            incident=incident.number,
            seq=incident.seq + 1,
            version=incident.version + event.counts,
            occurred_at=at,
            recorded_at=now,
            person=actor.person or None,
            role=actor.role,
            on_behalf_of=actor.on_behalf_of,
            clause=event.cites(),
            command_id=command_id,
            is_late=now - at > LATE,
            event=cast("AnyEvent", event),
            prev_hash=incident.head_hash,
        ).sealed()
        apply(incident, entry)
        self._fresh.append(entry)
        return entry
