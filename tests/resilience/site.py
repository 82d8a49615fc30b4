"""A whole installation of its own: namespace, database, provider, files, and a worker that can be killed."""

import asyncio
import json
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from adapters.files import load_policy
from adapters.store.database import Database
from adapters.temporal import DATA_CONVERTER, register_search_attributes
from domain.company import Company, Probe
from domain.policy import Policy
from domain.text import Text
from tests import cast
from tests.checks.evidence import Evidence, collect, kind_of
from tests.replay.desk import Desk, Operation
from tests.resilience.hatchery import hatch
from tests.resilience.provider import SECRET, Provider, provider
from workflows.contract import INCIDENTS, incident_id

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 40.0

Reach = dict[str, dict[str, str]]


class Site:
    """One installation under test."""

    def __init__(self, client: Client, home: Path, far_side: Provider, policy: Policy, reach: Reach) -> None:
        self.client = client
        self.home = home
        self.provider = far_side
        self.policy = policy
        self.reach = {person: reach.get(person, {"webhook": person}) for person in cast.EVERYBODY}
        self.environment: dict[str, str] = {}
        self.company = _company(far_side.url, self.reach)
        self.log: list[Operation] = []
        self.absences: list[tuple[datetime, datetime]] = []
        self._killed_at: datetime | None = None
        self._process: BaseProcess | None = None

    @property
    def database_url(self) -> str:
        return f"sqlite+aiosqlite:///{self.home / 'record.db'}"

    def desk(self, number: str = cast.NUMBER, **details: Any) -> Desk:
        """Return the client's side of an incident."""
        opening = cast.opening(number, policy_=self.policy, company_=self.company, **details)
        return Desk(self.client, opening, self.log)

    async def start(self) -> None:
        """Start a worker and wait until it asks for work."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("FENGSUI_", "TEMPORAL_"))}
        self._process = hatch(plain | self._environment(), self.home / "worker.log")
        await self.until(self._is_polling)
        if self._killed_at:
            self.absences.append((self._killed_at, datetime.now(UTC)))
            self._killed_at = None

    def kill(self) -> None:
        """Kill the worker as a power cut would."""
        process = self._alive()
        self._killed_at = datetime.now(UTC)
        process.kill()
        process.join()

    async def restart(self) -> None:
        """Kill the worker and start another."""
        self.kill()
        await self.start()

    def close(self) -> None:
        """Leave no process behind."""
        if self._process:
            self._process.kill()
            self._process.join()

    @contextmanager
    def locked_database(self) -> Iterator[None]:
        """Hold the database's write lock."""
        connection = sqlite3.connect(self.home / "record.db", isolation_level=None, timeout=10)
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")
            connection.close()

    async def held(self) -> None:
        """Wait until the provider holds a request."""
        assert await asyncio.to_thread(self.provider.is_held.wait, PATIENCE_SECONDS), "nothing came to be held"

    async def seen(self, kind: str, child: str = "", *, workflow_id: str = "", times: int = 1) -> None:
        """Wait until a history shows an event; looked at as fast as the server answers, to kill in that very moment."""
        handle = self.client.get_workflow_handle(workflow_id or f"{incident_id(cast.NUMBER)}{child}")
        end = time.monotonic() + PATIENCE_SECONDS
        kinds: list[str] = []
        while time.monotonic() < end:
            try:
                events = json.loads((await handle.fetch_history()).to_json())["events"]
            except Exception:  # noqa: BLE001 - it has not started yet
                continue
            kinds = [kind_of(event) for event in events]
            if kinds.count(kind) >= times:
                return
        raise AssertionError(f"{kind} never came: {kinds}")

    async def until(self, is_so: Callable[[], Any]) -> None:
        """Ask again and again until it is so."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await is_so():  # noqa: ASYNC110 - another process decides
                await asyncio.sleep(0.05)

    async def evidence(self) -> Evidence:
        """Collect everything that is known of this installation."""
        database = Database(self.database_url, limit=30)
        try:
            evidence = await collect(database, self.client)
        finally:
            await database.close()
        evidence.operations, evidence.sink, evidence.absences = self.log, list(self.provider.received), self.absences
        return evidence

    async def _is_polling(self) -> bool:
        process = self._alive()
        request = DescribeTaskQueueRequest(
            namespace=self.client.namespace,
            task_queue=TaskQueue(name=INCIDENTS),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
        answer = await self.client.workflow_service.describe_task_queue(request)
        return any(poller.identity.startswith(f"{process.pid}@") for poller in answer.pollers)

    def _alive(self) -> BaseProcess:
        assert self._process is not None
        assert self._process.is_alive(), (self.home / "worker.log").read_text()[-3000:]
        return self._process

    def _environment(self) -> dict[str, str]:
        return {
            "FENGSUI_HOME": str(self.home),
            "FENGSUI_DATABASE_URL": self.database_url,
            "FENGSUI_COMPANY": str(self.home / "company.yaml"),
            "FENGSUI_RUNBOOKS": str(self.home / "runbooks"),
            "FENGSUI_POLICY": str(self.home / "policy.yaml"),
            "FENGSUI_ACTIONS": str(self.home / "actions.yaml"),
            "FENGSUI_WEBHOOK_URL": f"{self.provider.url}/hook",
            "FENGSUI_WEBHOOK_SECRET": SECRET,
            "FENGSUI_SECRET": SECRET,
            "TEMPORAL_ADDRESS": self.client.service_client.config.target_host,
            "TEMPORAL_NAMESPACE": self.client.namespace,
            **self.environment,
        }


def _company(url: str, reach: Reach) -> Company:
    """Return the cast, reached by these channels in order after the inbox, and probes at the provider."""
    company = cast.company()
    people = [person.model_copy(update={"channels": ["inbox", *reach[person.id]]}) for person in company.people]
    probe = Probe(id="page", title=Text(zh="登录页", en="Login page"), kind="http", target=f"{url}/probe")
    systems = [system.model_copy(update={"probes": [probe]}) for system in company.systems]
    return company.model_copy(update={"people": people, "systems": systems})


def _write_files(site: Site) -> None:
    """Write the files that the worker reads; JSON is YAML as well."""
    filed = site.company.model_dump(mode="json", exclude={"runbooks", "duty", "leaves"}, exclude_none=True)
    for person in filed["people"]:
        person["addresses"] = site.reach[person["id"]]
    (site.home / "company.yaml").write_text(json.dumps(filed))
    whole = load_policy(ROOT / "policy.yaml").model_dump(mode="json") | site.policy.model_dump(mode="json")
    (site.home / "policy.yaml").write_text(json.dumps(whole))
    action = {
        "id": "restart-matching",
        "kind": "http",
        "title": {"zh": "重启撮合", "en": "Restart matching"},
        "method": "GET",
        "url": f"{site.provider.url}/action",
        "timeout_seconds": 30,
    }
    (site.home / "actions.yaml").write_text(json.dumps({"actions": [action]}))
    (site.home / "runbooks").mkdir()
    for book in site.company.runbooks:
        (site.home / "runbooks" / f"{book.id}@{book.version}.yaml").write_text(book.model_dump_json(exclude_none=True))


@asynccontextmanager
async def site(
    address: str,
    namespace: str,
    home: Path,
    policy: Policy,
    reach: Reach | None = None,
    environment: dict[str, str] | None = None,
) -> AsyncIterator[Site]:
    """Set up an installation with a worker at work; its migrated database is there already.

    ``reach`` says by which channels, at which addresses, somebody is reached; everybody else is by webhook.
    """
    client = await Client.connect(address, namespace=namespace, data_converter=DATA_CONVERTER)
    await register_search_attributes(client)
    with provider() as far_side:
        made = Site(client, home, far_side, policy, reach or {})
        made.environment = environment or {}
        _write_files(made)
        try:
            await made.start()
            yield made
        finally:
            made.close()
