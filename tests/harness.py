"""The world of a story: one incident at a time, people who act, a clock moved by hand, pages that must be expected."""

import asyncio
import itertools
import uuid
from bisect import bisect_right
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any, TypeVar

import pytest
from temporalio.client import WorkflowExecutionStatus

from adapters.temporal import OutcomeUnknown
from domain.acts import Act, Command, Receipt
from domain.calendar import Calendar
from domain.company import Company, Delegation
from domain.entry import Entry
from domain.errors import Refusal
from domain.incident import Incident
from domain.policy import Policy
from tests import cast, invariants
from tests.letterbox import Letterbox
from tests.stage import Stage, staged
from workflows.contract import Opening, incident_id
from workflows.options import RECORD_PACE

R = TypeVar("R", bound=Refusal)
_numbers = itertools.count(1)
AGAIN = 3  # an incident that continues as new leaves an act of that moment unanswered


class World:
    """What a story says: who does what, when, and what must come of it. Times are the server's."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.company: Company = staged(cast.company(), stage.service)
        self.policy: Policy = cast.policy()
        self.calendar: Calendar = cast.calendar()
        self.pages = Letterbox(self.company)
        self.openings: dict[str, Opening] = {}
        self.number = ""
        stage.letterbox, stage.company = self.pages, self.company
        stage.service.is_up = True

    def leave(self, *people: str) -> None:
        """These people are not there; it holds for incidents that open from now on."""
        self._change(*people, is_active=False)

    def collects_logs(self) -> None:
        """The affected systems have collectors of fault logs; it holds for incidents that open from now on."""
        collectors = self.stage.service.collectors()
        systems = [item.model_copy(update={"collectors": collectors}) for item in self.company.systems]
        self.company = self.company.model_copy(update={"systems": systems})

    def on_duty(self, *people: str) -> None:
        """These people are on shift, on site."""
        self._change(*people, is_duty_on_site=True)

    def delegate(self, delegation: Delegation) -> None:
        """Somebody stands in for somebody else."""
        delegations = [*self.company.delegations, delegation]
        self.company = self.company.model_copy(update={"delegations": delegations})

    def move_to(self, company: Company) -> None:
        """Incidents that open from now on are another company's."""
        self.company = self.stage.company = self.pages.company = staged(company, self.stage.service)

    def _change(self, *people: str, **changes: Any) -> None:
        changed = [item.model_copy(update=changes) if item.id in people else item for item in self.company.people]
        self.company = self.company.model_copy(update={"people": changed})
        self.stage.company = self.pages.company = self.company

    # ── what people do ────────────────────────────────────────────────────────

    async def open(self, *, reporter: str = cast.OPERATOR, **details: Any) -> str:
        """Report an anomaly; it becomes the incident that the story is about."""
        number = f"STORY-{next(_numbers):05}"
        opening = cast.opening(
            number,
            reporter=reporter,
            company_=self.company,
            policy_=self.policy,
            calendar_=self.calendar,
            **details,
        )
        self.openings[number], self.number = opening, number
        await self.stage.incidents.open(opening)
        await self.stage.still()
        return number

    async def act(self, person: str, act: Act, *, number: str | None = None, **envelope: Any) -> Receipt:
        """Do something and let everything happen that follows from it; unanswered, the same comes again."""
        command, wanted = self.command(person, act, **envelope), number or self.number
        for _ in range(AGAIN):
            try:
                receipt = await self.stage.incidents.act(wanted, command)
            except OutcomeUnknown:
                continue
            await self.stage.still()
            return receipt
        raise OutcomeUnknown

    async def refused(self, person: str, act: Act, refusal: type[R], clause: str, **envelope: Any) -> R:
        """Try something that is refused for this reason and by this clause; nothing changes."""
        before = await self.snapshot()
        with pytest.raises(refusal) as caught:
            await self.act(person, act, **envelope)
        assert (type(caught.value), caught.value.clause) == (refusal, clause)
        assert await self.snapshot() == before
        return caught.value

    async def tell(self, person: str, act: Act, **envelope: Any) -> None:
        """Send an act as a signal, which gets no answer."""
        await self.stage.incidents.tell(self.number, self.command(person, act, **envelope))
        await self.stage.still()

    @staticmethod
    def command(person: str, act: Act, **envelope: Any) -> Command[Any]:
        """Return an act on its way."""
        fields: dict[str, Any] = {"command_id": uuid.uuid4().hex, "person": person, "act": act}
        return Command(**(fields | envelope))

    # ── time ──────────────────────────────────────────────────────────────────

    async def now(self) -> datetime:
        """Return the time."""
        return await self.stage.now()

    async def pass_time(self, **length: float) -> None:
        """Let time pass: ``minutes=10``."""
        await self.stage.move_to(await self.now() + timedelta(**length))

    async def until(self, hour: int, minute: int = 0, *, is_day: Callable[[datetime], bool] | None = None) -> datetime:
        """Go to the next time of day in Shanghai on a day of this kind; usually a plain working day."""
        now = (await self.now()).astimezone(cast.SHANGHAI)
        days = (now.date() + timedelta(days=step) for step in itertools.count())
        times = (datetime.combine(day, time(hour, minute), cast.SHANGHAI) for day in days)
        wanted = next(at for at in times if at > now and (is_day or self.is_working)(at))
        await self.stage.move_to(wanted)
        return wanted

    def is_working(self, day: datetime) -> bool:
        """Tell whether people work on a day."""
        return self.calendar.is_working_day(day.date())

    # ── what came of it ───────────────────────────────────────────────────────

    async def snapshot(self, number: str | None = None) -> Incident:
        """Return how the incident stands."""
        return await self.stage.incidents.snapshot(number or self.number)

    async def timeline(self, number: str | None = None) -> list[Entry]:
        """Return the record, and what the workflow still holds for the next batch."""
        wanted = number or self.number
        held = await self.stage.incidents.unrecorded(wanted)
        recorded = await self.recorded(wanted)
        return [*recorded, *held[bisect_right(held, len(recorded), key=lambda entry: entry.seq) :]]

    async def recorded(self, number: str | None = None) -> list[Entry]:
        """Return the record, as the database has it."""
        return await self.stage.record.timeline(number or self.number, limit=10_000)

    async def events(self, kind: str) -> list[Any]:
        """Return the events of a kind."""
        return [entry.event for entry in await self.timeline() if entry.event.kind == kind]

    async def ended(self) -> WorkflowExecutionStatus | None:
        """Wait until the incident's workflow has ended, and return how."""
        handle = self.stage.client.get_workflow_handle(incident_id(self.number))
        async with asyncio.timeout(30):
            while not (description := await handle.describe()).close_time:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return description.status

    async def check(self) -> None:
        """Check the invariants on everything that this story made; nothing unexpected may have been sent."""
        self.pages.no_more()  # what falls due while the record is waited for is not the story's
        await self.stage.move_to(await self.now() + RECORD_PACE)
        assert self.stage.stillness.failures == []
        for number, opening in self.openings.items():
            blank = Incident(number=number, policy=opening.policy, company=opening.company, calendar=opening.calendar)
            messages = [message for message, _ in self.pages.received if message.incident == number]
            invariants.check(blank, await self.recorded(number), await self.snapshot(number), messages)
