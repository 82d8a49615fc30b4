"""A Temporal server, the real worker and the bare one, each a process of its own in a folder of their own."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from temporalio.client import Client, WorkflowHandle

from adapters.calendar import load_calendar
from adapters.files import load_company, load_policy
from adapters.store.database import Database
from adapters.temporal import Incidents, OutcomeUnknown, TemporalAway, TooBusy
from domain.acts import Act, Assessment, Command, Report
from domain.company import Company
from domain.policy import Limit, Policy, ShortTime
from tools.bench.bare import TASK_QUEUE, BareWorkflow
from tools.bench.processes import Processes
from tools.bench.provider import Provider, receiving
from tools.launcher.plan import ROOT
from workflows.contract import Opening

SYSTEM = "market-db"
REPORTER = "zhang-wei"
STEADY_LOOKS = 5
LONG = timedelta(hours=10)


@dataclass
class Rig:
    """Everything that a measurement needs."""

    client: Client
    incidents: Incidents
    database: Database
    provider: Provider
    company: Company
    policy: Policy
    worker_pid: int
    bare_pid: int
    repeated: int = field(default=0, init=False)
    _count: int = field(default=0, init=False)

    def number(self) -> str:
        """Return an incident's number that was not used before."""
        self._count += 1
        return f"BENCH-{self._count:05}"

    def opening(self, *, policy: Policy | None = None, channels: Sequence[str] = ("inbox",)) -> Opening:
        """Return a report as the API would open it."""
        people = [person.model_copy(update={"channels": [*channels]}) for person in self.company.people]
        return Opening(
            number=self.number(),
            report=Report(
                title="交易市场数据库无响应",
                system=SYSTEM,
                symptom="交易、结算页面报数据库连接失败，主库端口拒绝连接",
                preliminary_assessment=Assessment(covered=True, runbook="market-db-outage", text="按手册属数据库中断"),
            ),
            reporter=REPORTER,
            command_id=secrets.token_hex(8),
            policy=policy or self.policy,
            company=self.company.model_copy(update={"people": people}),
            calendar=load_calendar(self.policy.time_zone, None, datetime.now(UTC)),
        )

    async def acknowledged(self, start: Opening) -> None:
        """Open an incident; what is not acknowledged in time is told again, as a client of the API would."""
        await self._until_answered(lambda: self.incidents.open(start))

    async def act(self, number: str, person: str, act: Act) -> None:
        """Carry an act to its incident; one that is not answered in time is sent again under the same id."""
        command = Command(command_id=secrets.token_hex(8), person=person, act=act)
        await self._until_answered(lambda: self.incidents.act(number, command))

    async def _until_answered(self, call: Callable[[], Awaitable[object]]) -> None:
        while True:
            try:
                await call()
            except (OutcomeUnknown, TemporalAway, TooBusy):
                self.repeated += 1
            else:
                return

    async def open_bare(self, until: datetime | None = None) -> WorkflowHandle[Any, float]:
        """Start a bare workflow."""
        name = f"bare:{self.number()}"
        return await self.client.start_workflow(BareWorkflow.run, until, id=name, task_queue=TASK_QUEUE)

    async def rests(self) -> None:
        """Wait until the worker has handed everything over, so that one block does not slow the next."""
        seen, steady = -1, 0
        while steady < STEADY_LOOKS:
            now = len(self.provider.arrivals) + await self.database_size()
            steady = steady + 1 if now == seen else 0
            seen = now
            await asyncio.sleep(0.1)

    async def database_size(self) -> int:
        """Return how many entries and attempts there are."""
        async with self.database.session() as connection:
            found = await connection.exec_driver_sql(
                "SELECT (SELECT max(rowid) FROM entries), (SELECT max(rowid) FROM deliveries)"
            )
            return sum(value or 0 for value in found.one())


def with_limits(policy: Policy, **limits: timedelta) -> Policy:
    """Return the policy with other limits; ``short_time_limit`` is set for every severity."""
    changed: dict[str, Any] = {}
    for name, length in limits.items():
        old = getattr(policy, name)
        if isinstance(old, ShortTime):
            changed[name] = ShortTime(
                **{grade: _limit(getattr(old, grade), length) for grade in ShortTime.model_fields}
            )
        else:
            changed[name] = _limit(old, length)
    return policy.model_copy(update=changed)


def _limit(old: Limit, length: timedelta) -> Limit:
    return old.model_copy(update={"value": length / timedelta(seconds=1), "unit": "seconds"})


def quiet(policy: Policy) -> Policy:
    """Return the policy with limits that are not reached while something else is measured."""
    names = [name for name in Policy.model_fields if isinstance(getattr(policy, name), Limit | ShortTime)]
    return with_limits(policy, **dict.fromkeys(names, LONG))


@asynccontextmanager
async def rig(logs: Path | None = None) -> AsyncIterator[Rig]:
    """Start everything in a folder that is gone afterwards; the logs stay when a folder for them is given."""
    async with AsyncExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory(prefix="fengsui-bench-")))
        provider = await stack.enter_async_context(receiving())
        processes = stack.enter_context(Processes(home, logs or home, _environment(home, provider)))
        client = await processes.start_temporal()
        worker_pid, bare_pid = await processes.start_workers()
        database = Database(f"sqlite+aiosqlite:///{home}/fengsui.db", limit=30)
        stack.push_async_callback(database.close)
        company = load_company(ROOT / "sample" / "company.yaml", ROOT / "runbooks").company.excerpt(SYSTEM)
        policy = quiet(load_policy(ROOT / "policy.yaml"))
        yield Rig(client, Incidents(client), database, provider, company, policy, worker_pid, bare_pid)


def _environment(home: Path, provider: Provider) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("FENGSUI_", "TEMPORAL_"))}
    return {
        **plain,
        "FENGSUI_HOME": str(home),
        "FENGSUI_API_PORT": str(provider.port),
        "FENGSUI_WEBHOOK_URL": provider.url,
        "FENGSUI_WEBHOOK_SECRET": secrets.token_urlsafe(24),
        "FENGSUI_LOG_LEVEL": "WARNING",
    }
