"""The ladder of a page: who is called next and when, given how far it has come; it never ends by itself."""

from datetime import datetime, timedelta

from pydantic import AwareDatetime, Field

from domain.text import Wire


class Rung(Wire):
    """From ``after`` on these people are called too, by the ladder's template or by one of their own.

    Nothing is asked of those who are told once.
    """

    after: timedelta
    level: str
    people: list[str]
    template: str | None = None
    is_told_once: bool = False


class Ladder(Wire):
    """A question to people, repeated and widened until its cause ends (5.2.1, 5.2.6 to 5.2.8, 5.3.3).

    Every ``repeat`` all who have joined are called; once the last rung has joined, every ``chorus``. ``planned_at`` is
    when it should have been asked, where a limit passed before anybody was there to ask.
    """

    question: str
    clause: str
    template: str
    params: dict[str, str] = {}
    asked_at: AwareDatetime
    rungs: list[Rung] = Field(min_length=1)
    repeat: timedelta
    chorus: timedelta
    due: AwareDatetime | None = None
    is_provisional: bool = False
    channels: dict[str, list[str]] = {}
    planned_at: AwareDatetime | None = None

    def template_for(self, person: str) -> str:
        """Return by which template somebody is called: by that of the first rung on which he stands."""
        first = next((rung.template for rung in self.rungs if person in rung.people), None)
        return first or self.template

    @property
    def asked(self) -> set[str]:
        """Return everybody to whom the question may come; not those who are only told of it."""
        return {person for rung in self.rungs if not rung.is_told_once for person in rung.people}


class LadderState(Wire):
    """How far a ladder has come."""

    calls: int = 0
    called_at: AwareDatetime | None = None
    held_until: AwareDatetime | None = None


class Call(Wire):
    """One call that is due: its number, how high the ladder stands, who is called by which template."""

    number: int
    level: str
    people: dict[str, str]


def _joined(ladder: Ladder, now: datetime) -> list[Rung]:
    return [rung for rung in ladder.rungs if ladder.asked_at + rung.after <= now]


def _is_told(ladder: Ladder, rung: Rung, state: LadderState) -> bool:
    joined_at = ladder.asked_at + rung.after
    return rung.is_told_once and state.called_at is not None and state.called_at >= joined_at


def next_call_at(ladder: Ladder, state: LadderState) -> datetime:
    """Return when the next call is due; a held ladder waits until the hold is over."""
    if state.called_at is None:
        at = ladder.asked_at
    else:
        widest = ladder.asked_at + ladder.rungs[-1].after
        pace = ladder.chorus if state.called_at >= widest else ladder.repeat
        joins = [ladder.asked_at + rung.after for rung in ladder.rungs]
        at = min([state.called_at + pace, *(join for join in joins if join > state.called_at)])
    return max(at, state.held_until) if state.held_until else at


def planned_at(ladder: Ladder, state: LadderState) -> datetime | None:
    """Return when the next call should go out; None for a first one that nothing but its asking has fixed."""
    return ladder.planned_at if state.called_at is None else next_call_at(ladder, state)


def call_due(ladder: Ladder, state: LadderState, now: datetime) -> Call | None:
    """Return the call that is due, or None; calls missed while nobody was there to make them become one."""
    if now < next_call_at(ladder, state):
        return None
    rungs = _joined(ladder, now) or ladder.rungs[:1]
    people: dict[str, str] = {}
    for rung in rungs:
        if not _is_told(ladder, rung, state):
            people |= {person: rung.template or ladder.template for person in rung.people if person not in people}
    return Call(number=state.calls + 1, level=rungs[-1].level, people=people)


def called(ladder: Ladder, state: LadderState, now: datetime) -> LadderState:
    """Return the state after a call: a call in time keeps the planned pace, a late one starts the pace anew."""
    planned = LadderState(calls=state.calls + 1, called_at=next_call_at(ladder, state))
    return planned if next_call_at(ladder, planned) > now else planned.model_copy(update={"called_at": now})
