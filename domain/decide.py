"""Acts become events here, or are refused. Nothing is changed: ``fold.apply`` does that."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Generic, NamedTuple, TypeVar

from domain import acts
from domain.authority import AUTHORITY, Actor, authorise
from domain.company import Runbook
from domain.errors import Conflict, InTheFuture, ReasonNeeded, StaleVersion, Unacceptable
from domain.events import Event
from domain.incident import Incident
from domain.text import N_

SKEW = timedelta(seconds=5)
MOST = 200  # of each kind of thing that people add to an incident, so that it stays small enough to carry on

A = TypeVar("A", bound=acts.Act)
A_co = TypeVar("A_co", bound=acts.Act, covariant=True)


class Case(NamedTuple, Generic[A_co]):
    """An act before the rules: the incident, what, by whom, when it happened and when it is heard.

    ``edition`` is a version of the runbook that the incident does not know yet.
    """

    incident: Incident
    act: A_co
    actor: Actor
    at: datetime
    now: datetime
    edition: Runbook | None = None

    @property
    def clause(self) -> str:
        """Return the clause that gives the right to this act."""
        return AUTHORITY[type(self.act)].clause


class Decision(NamedTuple):
    """What an act makes happen, in order."""

    actor: Actor
    at: datetime
    events: Sequence[Event]


Rule = Callable[[Case[A]], Sequence[Event]]
RULES: dict[type[acts.Act], Callable[..., Sequence[Event]]] = {}


def decides(act: type[A]) -> Callable[[Rule[A]], Rule[A]]:
    """Register the rule of an act."""

    def register(rule: Rule[A]) -> Rule[A]:
        RULES[act] = rule
        return rule

    return register


def decide(incident: Incident, command: acts.Command[acts.Act], now: datetime) -> Decision:
    """Return what a command makes happen; Refusal with rule and clause when the policy forbids it."""
    clause = AUTHORITY[type(command.act)].clause
    at = _happened_at(incident, command, now, clause)
    actor = authorise(incident, command, now)
    if command.expected_version is not None and command.expected_version != incident.version:
        raise StaleVersion(
            N_("You looked at version {expected}; the incident is at version {current} now."),
            clause=clause,
            field="expected_version",
            expected=command.expected_version,
            current=incident.version,
        )
    case = Case(incident, command.act, actor, at, now, command.edition)
    return Decision(actor, at, RULES[type(command.act)](case))


def _happened_at(incident: Incident, command: acts.Command[acts.Act], now: datetime, clause: str) -> datetime:
    at = command.occurred_at or now
    if at > now + SKEW:
        raise InTheFuture(N_("It cannot have happened in the future."), clause=clause, field="occurred_at")
    if incident.discovered_at and at < incident.discovered_at:
        raise Unacceptable(
            N_("It cannot have happened before the anomaly was discovered."), clause=clause, field="occurred_at"
        )
    return min(at, now)


def need_reason(reason: str | None, clause: str, field: str = "reason") -> str:
    """Return the reason; ReasonNeeded when there is none."""
    if not reason:
        raise ReasonNeeded(N_("A reason is needed."), clause=clause, field=field)
    return reason


def next_number(items: Sequence[object], clause: str) -> int:
    """Return the number of one more thing; Conflict when the incident holds as many as it can carry."""
    if len(items) >= MOST:
        raise Conflict(N_("One incident holds at most {most} of these."), clause=clause, most=MOST)
    return len(items) + 1
