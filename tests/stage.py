"""Where stories are played: our real workers, a real database, and a Temporal server whose clock is asked and moved.

Message channels end in a letterbox and probes at a service of our own on this machine; everything between is real.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from activities.actions import Actions
from activities.alerts import Alerts
from activities.collecting import Collectors
from activities.departures import Departures
from activities.messages import ActionResult, ActionRun, Delivery, Message
from activities.paging import Paging
from activities.ports import NotHandedOver
from activities.probes import ProbeChecks
from activities.readiness import ReadinessChecks
from activities.record import Recording
from activities.rectification import Rectification
from adapters.composition import Activities
from adapters.evidence.collecting import SystemCollectors
from adapters.evidence.folder import FolderStorage
from adapters.measures import ReportedMeasures
from adapters.probes import NetworkProbes
from adapters.settings import Settings
from adapters.snapshot import AlertOpenings
from adapters.store.database import Database
from adapters.store.incidents import SqlIncidents
from adapters.store.measures import SqlMeasures
from adapters.store.record import SqlMeasureRecord, SqlRecord
from adapters.temporal import Incidents, Measures
from domain.company import Collector, Company, Person, Probe, Role
from tests import cast
from tests.letterbox import Letterbox
from tests.stillness import Stillness
from tests.vigil import Vigilance
from worker import workers
from workflows import contract
from workflows.contract import Opening

WITHOUT_END_PAUSE = timedelta(seconds=16)
STANDSTILL_SECONDS = 9
PATIENCE_SECONDS = 20  # stories are about promises, not about how fast a busy machine answers
_INSTANT = timedelta(milliseconds=1)


class ClockStandsStill(Exception):
    """The server believes that something is under way and moves its clock no more."""


class Service:
    """The affected system as probes see it: answers on a port of this machine."""

    def __init__(self) -> None:
        self.is_up = True
        self.log = b""
        self.port = 0

    def probes(self) -> list[Probe]:
        """Return one probe of each kind."""
        targets = (f"http://127.0.0.1:{self.port}/", f"127.0.0.1:{self.port}")
        return [
            Probe(id=probe.id, title=probe.title, kind=probe.kind, target=target)
            for probe, target in zip(cast.company().systems[0].probes, targets, strict=True)
        ]

    def collectors(self) -> list[Collector]:
        """Return one that fetches the service's log, and one that fetches it too fast for its own good."""
        target = f"http://127.0.0.1:{self.port}/log"
        return [
            Collector(id="app-log", kind="http", target=target),
            Collector(id="tiny-log", kind="http", target=target, most_bytes=3),
        ]

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        if asked := await reader.readline():
            status = b"200 OK" if self.is_up else b"503 Service Unavailable"
            body = self.log if b"/log" in asked else b""
            length = str(len(body)).encode()
            writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: " + length + b"\r\nConnection: close\r\n\r\n")
            writer.write(body)
        writer.close()


class FarActions:
    """What automatic actions do on the other side: a story says what comes of it, and sees how often it was begun."""

    def __init__(self) -> None:
        self.answer: ActionResult | None = ActionResult(outcome="done", output="HTTP 200 restarted")
        self.begun: list[ActionRun] = []

    def forget(self) -> None:
        """Begin anew."""
        self.__init__()  # type: ignore[misc]

    async def carry_out(self, run: ActionRun) -> ActionResult:
        """Take a run (the port ``Allowed``); without an answer it breaks off."""
        self.begun.append(run)
        if self.answer is None:
            raise ConnectionResetError
        return self.answer


class Stage:
    """One server, its clock, the workers; shared by the stories of a process, which come one after another."""

    def __init__(self, client: Client, env: WorkflowEnvironment, stillness: Stillness, file: Path) -> None:
        self.client = client
        self.stillness = stillness
        self.incidents = Incidents(client, PATIENCE_SECONDS)
        self.measures = Measures(client, PATIENCE_SECONDS)
        self.service = Service()
        self.database = Database(f"sqlite:///{file}", limit=1)
        self.record = SqlIncidents(self.database)
        self.measure_record = SqlMeasures(self.database)
        self.letterbox = Letterbox(cast.company())
        self.company = cast.company()
        self.mails: list[Message] = []
        self.actions = FarActions()
        self.vigilance = Vigilance(lambda: self.company)
        self._env = env
        self.folder = file.parent
        self._file = file
        self._crew = AsyncExitStack()

    async def now(self) -> datetime:
        """Return the server's time."""
        return await self._env.get_current_time()

    async def still(self) -> None:
        """Wait until everything that is due has happened."""
        await self.stillness.wait(await self.now())

    async def move_to(self, instant: datetime) -> None:
        """Move the clock, from timer to timer."""
        await self.still()
        while (now := await self.now()) < instant:
            timer = self.stillness.next_timer()
            stop = min(instant, timer) if timer else instant
            await self._sleep(max(stop - now, _INSTANT))
            await self.still()

    async def _sleep(self, length: timedelta) -> None:
        try:
            async with asyncio.timeout(STANDSTILL_SECONDS):
                await self._env.sleep(length)
        except TimeoutError:
            raise ClockStandsStill from None

    async def open_up(self, stack: AsyncExitStack) -> None:
        """Start the service and the workers; they end with the stack."""
        server = await asyncio.start_server(self.service.answer, "127.0.0.1", 0)
        await stack.enter_async_context(server)
        self.service.port = server.sockets[0].getsockname()[1]
        stack.push_async_callback(self.database.close)
        stack.push_async_callback(self._crew.aclose)
        await self._call_workers()

    async def _call_workers(self) -> None:
        for worker in build_workers(self):
            await self._crew.enter_async_context(worker)

    @asynccontextmanager
    async def workers_away(self) -> AsyncIterator[None]:
        """Send every worker away and call new ones."""
        await self._crew.aclose()
        yield
        await self._call_workers()
        await self.still()

    @asynccontextmanager
    async def database_away(self) -> AsyncIterator[None]:
        """Let somebody else hold the database: nothing can be written; afterwards wait for the next attempt."""
        other = sqlite3.connect(self._file, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        self.stillness.may_wait |= {"record", "record_measure"}
        try:
            yield
        finally:
            other.execute("ROLLBACK")
            other.close()
            await self.move_to(await self.now() + WITHOUT_END_PAUSE)
            self.stillness.may_wait.clear()

    @asynccontextmanager
    async def standings_away(self) -> AsyncIterator[None]:
        """Let nothing be looked up that measures are judged by; afterwards wait for the next attempt."""
        self.vigilance.is_away = True
        self.stillness.may_wait.add("look_at_measure")
        try:
            yield
        finally:
            self.vigilance.is_away = False
            await self.move_to(await self.now() + WITHOUT_END_PAUSE)
            self.stillness.may_wait.clear()

    async def clear(self) -> None:
        """End every workflow, so that no timer of one story rings in the next."""
        for workflow_id in list(self.stillness.started):
            try:
                await self.client.get_workflow_handle(workflow_id).terminate("the story is told")
            except RPCError:
                continue
        self.stillness.forget()
        self.mails.clear()
        self.actions.forget()
        self.vigilance.forget()

    # ── the ports of the activities ───────────────────────────────────────────

    async def person(self, person_id: str) -> Person | None:
        """Find a person (port ``Directory``)."""
        return self.company.person(person_id)

    async def address(self, person_id: str, channel: str) -> str | None:
        """Everybody has an inbox, and mail if the story says so (port ``Directory``)."""
        return person_id if channel in {"inbox", "mail"} else None

    async def standing(self, person: str, version: int) -> Literal["left", "stayed", "pending"]:
        """Whoever is inactive has left (port ``Membership``)."""
        member = self.company.person(person)
        return "stayed" if member and member.is_active else "left"

    async def open_numbers(self) -> list[str]:
        """Return every incident of the story; one that is over hears nothing (port ``Ongoing``)."""
        prefix = contract.incident_id("")
        found = (item.removeprefix(prefix) for item in self.stillness.started if item.startswith(prefix))
        return [number for number in found if "/" not in number]

    async def open_measures(self) -> list[str]:
        """Return every measure of the story; one that is over hears nothing (port ``Ongoing``)."""
        prefix = contract.measure_id("")
        return [item.removeprefix(prefix) for item in self.stillness.started if item.startswith(prefix)]

    async def note(self, message: Message, delivery: Delivery) -> None:
        """Deliveries have tests of their own (port ``DeliveryLog``)."""

    async def opening(self, number: str, report: Any, reporter: str, **details: Any) -> Opening:
        """What an incident of an alert pins (as ``Snapshots`` does from files)."""
        start = cast.opening(number, company_=self.company)
        details["reporter_role"] = details.pop("role", Role.OPERATOR)
        return start.model_copy(update={"report": report, "reporter": reporter, **details})


class _Switch:
    """The channel of the story that is played now."""

    name = "inbox"

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    async def send(self, message: Message, recipient: Person, address: str) -> str:
        return await self._stage.letterbox.send(message, recipient, address)


class _Mail:
    """Takes every mail; what it says stands in the inbox as well."""

    name = "mail"
    tells_refusals = True

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    async def send(self, message: Message, recipient: Person, address: str) -> str:
        if recipient.id in self._stage.letterbox.broken:
            raise NotHandedOver("line broken")
        self._stage.mails.append(message)
        return "taken"


def build_workers(stage: Stage) -> Any:
    """Return the product's own workers over the stage's ports."""
    ready = Activities(
        Paging(stage, {"inbox": _Switch(stage), "mail": _Mail(stage)}, stage),
        Recording(SqlRecord(stage.database), stage.incidents),
        ProbeChecks(NetworkProbes("http://127.0.0.1")),
        Alerts(AlertOpenings(stage, stage.incidents)),  # type: ignore[arg-type]  # only ``opening`` is asked for
        ReadinessChecks(stage.vigilance, stage.vigilance),
        Departures(stage, stage),
        Rectification(
            stage.vigilance,
            SqlMeasureRecord(stage.database),
            ReportedMeasures(stage.vigilance, stage.measure_record, stage.record, stage.measures),
        ),
        Collectors(SystemCollectors(_collecting(stage), FolderStorage(stage.folder / "evidence"))),
        Actions(stage.actions),
    )
    return workers(stage.client, ready)


def _collecting(stage: Stage) -> Settings:
    return Settings(home=stage.folder, collector_hosts=[f"127.0.0.1:{stage.service.port}"])


def staged(company: Company, service: Service) -> Company:
    """Let the company's probes look at the stage's service."""
    systems = [
        system.model_copy(update={"probes": service.probes()}) if system.probes else system
        for system in company.systems
    ]
    return company.model_copy(update={"systems": systems})
