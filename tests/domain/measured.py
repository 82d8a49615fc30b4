"""One rectification measure whose people act and whose clock is moved by hand; everything that was written is kept."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.files import load_policy
from domain.company import Company
from domain.entry import Entry
from domain.errors import Refusal
from domain.events import Event
from domain.measure import (
    Measure,
    MeasureAct,
    MeasureCalled,
    MeasureCommand,
    MeasureOpened,
    Source,
    Surroundings,
)
from domain.rectification import MeasureFile, circle, default_verifier, due_on, overdue, passed_on
from domain.reminding import Business, MeasureCall, agenda
from tests import cast

POLICY = load_policy(Path(__file__).resolve().parents[2] / "policy.yaml")
NUMBER = "M-7K3Q9-DXMB2-1"


class Measured:
    """Holds a measure's file, its timeline and the time of day."""

    def __init__(
        self,
        *,
        owner: str = cast.TECHNICIAN,
        verifier: str | None = None,
        days: float = 9,
        at: datetime = cast.NOW,
        company: Company | None = None,
    ) -> None:
        """Open it: due the end of the working day that is ``days`` away."""
        self.now = at
        self.company = company or cast.company()
        self.calendar = cast.calendar()
        self.file = MeasureFile(Measure(number=NUMBER), self.around())
        self.timeline: list[Entry] = []
        self._commands = 0
        self.note(
            MeasureOpened(
                text="更换电源模块",
                owner=owner,
                verifier=verifier or default_verifier(self.measure, self.company, owner, at),
                due=due_on(self.around(), at + timedelta(days=days)),
                source=Source(kind="inspection", ref="2026-Q4"),
            )
        )

    @property
    def measure(self) -> Measure:
        """The measure as it stands."""
        return self.file.measure

    def around(self, *people: str) -> Surroundings:
        """What it is judged by now."""
        named = {*people, *(self.measure.concerned if hasattr(self, "file") else ())}
        company = circle(self.company, named)
        return Surroundings(company=company, calendar=self.calendar, working_spans=POLICY.working_spans)

    def command(self, person: str, act: MeasureAct, **envelope: Any) -> MeasureCommand[Any]:
        """Return a command with an id of its own."""
        self._commands += 1
        named = [name for name in act.model_dump(include={"owner", "verifier"}).values() if name]
        parts: dict[str, Any] = {"command_id": f"c{self._commands}", "person": person, "act": act}
        return MeasureCommand[Any](**(parts | envelope), surroundings=self.around(person, *named))

    def do(self, person: str, act: MeasureAct, **envelope: Any) -> list[Event]:
        """Let a person act now; return what it made happen."""
        self.file.act(self.command(person, act, **envelope), self.now)
        return self._kept()

    def refuses(self, error: type[Refusal], person: str, act: MeasureAct, **envelope: Any) -> Refusal:
        """Let a person try what is refused: exactly this error by 6.2, and nothing is changed."""
        command, before = self.command(person, act, **envelope), self.measure.model_dump()
        with pytest.raises(Refusal) as checked:
            self.file.check(command, self.now)
        with pytest.raises(Refusal) as caught:
            self.file.act(command, self.now)
        assert (type(caught.value), caught.value.clause) == (error, "6.2"), caught.value.as_details()
        assert checked.value.as_details() == caught.value.as_details()
        assert self.measure.model_dump() == before
        assert self.file.take_fresh() == []
        return caught.value

    def note(self, *events: Event) -> list[Event]:
        """Let the system write events."""
        self.file.note(events, self.now)
        return self._kept()

    def leave(self, person: str) -> list[Event]:
        """Somebody is not with the company any more."""
        self.company = self.company.without(person, None)
        return self.note(*passed_on(self.measure, self.company, self.now))

    def look(self) -> list[MeasureCall]:
        """Let time do what is due and call whom the agenda names, as the workflow does."""
        self.note(*overdue(self.measure, self.now))
        found = agenda(self.measure, self.company, Business(self.calendar, POLICY), self.now)
        for call in found.calls:
            called = MeasureCalled(question=call.question, call=call.call, level=call.level, people=call.people)
            self.note(called)
        self.next_look = found.next_look
        return found.calls

    def until(self, end: datetime) -> list[tuple[datetime, str, list[str]]]:
        """Let time pass from look to look; return who was called when by which template."""
        calls: list[tuple[datetime, str, list[str]]] = []
        while True:
            calls += [(self.now, call.template, call.people) for call in self.look()]
            due = self.measure.due
            stops = [self.next_look, due.at if due and due.at > self.now and not self.measure.is_overdue else None]
            stop = min((item for item in stops if item), default=None)
            if stop is None or stop > end:
                self.now = end
                return calls
            assert stop > self.now
            self.now = stop

    def _kept(self) -> list[Event]:
        fresh = self.file.take_fresh()
        self.timeline += fresh
        return [entry.event for entry in fresh]
