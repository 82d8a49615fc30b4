"""What lies beyond the network while courses are played: takes everything, or fails as often as it was told to."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from temporalio.client import Client
from temporalio.worker import Worker

from activities.actions import Actions
from activities.alerts import Alerts
from activities.collecting import Collectors
from activities.departures import Departures
from activities.messages import (
    ActionResult,
    ActionRun,
    AlertOpening,
    Batch,
    Delivery,
    MeasureBatch,
    MeasureOrders,
    Message,
)
from activities.paging import Paging
from activities.ports import CannotCollect, NotHandedOver
from activities.probes import ProbeChecks
from activities.readiness import ReadinessChecks
from activities.record import Recording
from activities.rectification import Rectification
from adapters.composition import Activities
from adapters.measures import surroundings
from adapters.temporal import Incidents, Measures, Ongoing
from domain.acts import Assessment
from domain.calendar import Calendar
from domain.company import Collector, Company, Person, Probe, Role
from domain.exhibit import Exhibit
from domain.measure import Source
from domain.policy import Deadline, Policy, Span
from domain.readiness import Standing
from tests import cast
from tests.vigil import Vigilance
from worker import workers
from workflows.contract import MeasureOpening, MeasuresOpened

# What a channel that fails asks for; the others say nothing.
RETRY_AFTER = {"webhook": timedelta(seconds=6)}
# A channel that takes everything in its own time.
SLOW = {"slow": timedelta(seconds=4)}


class Failing:
    """Counts down how often each part of the far side still fails."""

    def __init__(self, times: dict[str, int]) -> None:
        self._left = Counter(times)

    def fails(self, name: str) -> bool:
        if self._left[name] <= 0:
            return False
        self._left[name] -= 1
        return True


class AnyChannel:
    def __init__(self, name: str, failing: Failing) -> None:
        self.name = name
        self._failing = failing

    async def send(self, message: Message, recipient: Person, address: str) -> str:
        if self._failing.fails(self.name):
            raise NotHandedOver(f"{self.name} is away", retry_after=RETRY_AFTER.get(self.name))
        if self.name in SLOW:
            await asyncio.sleep(SLOW[self.name].total_seconds())
        return "taken"


class Everybody:
    """The directory: everybody is reached by every channel, and whoever has a second version has left."""

    def __init__(self, company: Company, failing: Failing) -> None:
        self._company = company
        self._failing = failing

    async def person(self, person_id: str) -> Person | None:
        return self._company.person(person_id)

    async def address(self, person_id: str, channel: str) -> str | None:
        return person_id

    async def standing(self, person: str, version: int) -> Literal["left", "stayed", "pending"]:
        if self._failing.fails("departure"):
            return "pending"
        return "left" if version > 1 else "stayed"


class Forgetful:
    """A record that keeps nothing; a course is about histories."""

    def __init__(self, failing: Failing) -> None:
        self._failing = failing

    async def append(self, batch: Batch | MeasureBatch) -> None:
        if self._failing.fails("record"):
            raise ConnectionError("the database is away")

    async def archive(self, incident: str, history: str) -> None: ...

    async def note(self, message: Message, delivery: Delivery) -> None: ...


class Probed:
    def __init__(self, failing: Failing) -> None:
        self._failing = failing

    async def check(self, probe: Probe) -> tuple[bool, str]:
        return (False, "refused") if self._failing.fails("probe") else (True, "answers")


class Fetched:
    def __init__(self, failing: Failing) -> None:
        self._failing = failing

    async def collect(self, collector: Collector) -> Exhibit:
        if self._failing.fails("collector"):
            raise CannotCollect("HTTP 503")
        if self._failing.fails("collector that hangs"):
            await asyncio.Event().wait()
        return Exhibit(file_name=f"{collector.id}.log", size=5, digest="0" * 64, media_type="text/plain")


class Automatic:
    """What automatic actions end at: done, gone before anybody could tell, or nothing for long."""

    def __init__(self, failing: Failing) -> None:
        self._failing = failing

    async def carry_out(self, run: ActionRun) -> ActionResult:
        if self._failing.fails("action"):
            raise ConnectionResetError
        if self._failing.fails("action that hangs"):
            await asyncio.Event().wait()
        return ActionResult(outcome="done", output="HTTP 200")


class Hasty(Calendar):
    """Days pass quickly."""

    def next_morning(self, instant: datetime, spans: list[Span]) -> datetime:
        return instant + timedelta(seconds=0.3)

    def morning(self, instant: datetime, count: int, spans: list[Span]) -> datetime:
        return instant + count * timedelta(seconds=0.3)

    def is_working_time(self, instant: datetime, spans: list[Span]) -> bool:
        return True


class HastyDays(Vigilance):
    async def now(self, now: datetime) -> Standing:
        standing = await super().now(now)
        return standing._replace(calendar=Hasty(**standing.calendar.model_dump()))


class Openings:
    """Opens the incident of an alert with the course's own policy."""

    def __init__(self, incidents: Incidents, policy: Policy) -> None:
        self._incidents = incidents
        self._policy = policy

    async def open_for_alert(self, opening: AlertOpening) -> None:
        built = cast.opening(
            opening.number,
            policy_=self._policy,
            title=opening.title,
            symptom=opening.symptom,
            discovered_at=opening.discovered_at,
            dedup_key=opening.dedup_key,
            preliminary_assessment=Assessment(covered=False, text=opening.symptom),
        )
        about: dict[str, Any] = {
            "reporter": "",
            "reporter_role": Role.ALERT_SOURCE,
            "channel": opening.source,
            "recurrence_of": opening.recurrence_of,
            "alert_workflow": opening.alert_workflow,
        }
        await self._incidents.open(built.model_copy(update=about))


class OneMeasure:
    """Opens one measure for every report, due in a second."""

    def __init__(self, measures: Measures, vigilance: Vigilance) -> None:
        self._measures = measures
        self._vigilance = vigilance

    async def open_measures(self, orders: MeasureOrders) -> None:
        opening = await self.opening(f"M-{orders.incident}-{orders.first}", ref=orders.incident)
        await self._measures.open(opening)
        opened = MeasuresOpened(summary_version=orders.summary_version, measures=[opening.number])
        await self._measures.tell_incident(orders.incident, opened)

    async def opening(self, number: str, *, ref: str, seconds: float = 1) -> MeasureOpening:
        now = datetime.now(UTC)
        return MeasureOpening(
            number=number,
            text="更换电源",
            owner=cast.TECHNICIAN,
            due=Deadline(at=now + timedelta(seconds=seconds), clause="6.2"),
            source=Source(kind="incident", ref=ref, system=cast.TRADING),
            around=surroundings(await self._vigilance.now(now), {cast.TECHNICIAN}),
        )


def far_side(client: Client, policy: Policy, company: Company, times: dict[str, int]) -> list[Worker]:
    """Return workers whose activities end here."""
    failing = Failing(times)
    forgetful = Forgetful(failing)
    incidents, measures = Incidents(client), Measures(client)
    vigilance = HastyDays(lambda: company)
    channels = {name: AnyChannel(name, failing) for name in ("inbox", "mail", "webhook", *SLOW)}
    ready = Activities(
        Paging(everybody := Everybody(company, failing), channels, forgetful),
        Recording(forgetful, incidents),
        ProbeChecks(Probed(failing)),
        Alerts(Openings(incidents, policy)),
        ReadinessChecks(vigilance, vigilance),
        Departures(everybody, Ongoing(incidents, measures)),
        Rectification(vigilance, forgetful, OneMeasure(measures, vigilance)),
        Collectors(Fetched(failing)),
        Actions(Automatic(failing)),
    )
    return workers(client, ready)
