"""Start the processes in order, start again what dies, end them with Temporal last."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from http.client import INTERNAL_SERVER_ERROR, HTTPConnection, HTTPException
from pathlib import Path

from tools.launcher import temporal
from tools.launcher.child import Answers, Child, ChildFailedError
from tools.launcher.home import Home
from tools.launcher.plan import API_MODULE, ROOT, Plan
from tools.launcher.ports import HOST
from tools.progress import say

STEADY_SECONDS = 10
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 8
ANSWER_SECONDS = 2


class System:
    """Temporal (when it is ours), worker and API."""

    def __init__(self, home: Home, plan: Plan, program: Path | None) -> None:
        self._home = home
        self._plan = plan
        self._server = temporal.Temporal(plan.temporal_address, plan.namespace)
        self._temporal = self._make_temporal(program) if program else None
        self._worker = self._make("worker", [ROOT / "worker.py"], self._worker_answers)
        self._api = self._make("api", ["-m", API_MODULE], self._api_answers)

    @property
    def children(self) -> list[Child]:
        """In the order of their end: Temporal last."""
        return [self._api, self._worker, *([self._temporal] if self._temporal else [])]

    async def start(self) -> None:
        """Bring everything up; raises ChildFailedError."""
        await asyncio.gather(self._bring_up_temporal(), self._migrate())
        await asyncio.gather(*(self._bring_up(child) for child in (self._worker, self._api)))
        self.publish()

    async def watch(self) -> None:
        """Start again whatever dies, for ever."""
        async with asyncio.TaskGroup() as watchers:
            for child in self.children:
                watchers.create_task(self._keep(child))

    async def stop(self) -> None:
        """End the API and the worker together, then Temporal."""
        ended = [*await asyncio.gather(self._api.stop(), self._worker.stop())]
        if self._temporal:
            ended.append(await self._temporal.stop())
        for child, clean in zip(self.children, ended, strict=True):
            if not clean:
                say(f"{child.name} did not end by itself and was killed")
        self._home.retract()

    def kill(self) -> None:
        """End everything at once."""
        for child in self.children:
            child.kill()

    def publish(self) -> None:
        """Rewrite run.json with the processes of this moment."""
        pids = {"temporal": None, **{child.name: child.pid for child in self.children}}
        self._home.publish(self._plan.run_file(pids))

    async def _bring_up(self, child: Child) -> None:
        await child.start()
        await child.ready()

    async def _bring_up_temporal(self) -> None:
        if self._temporal:
            await self._bring_up(self._temporal)
        elif not await self._server.is_ready():
            raise ChildFailedError(
                f"no Temporal server with namespace {self._plan.namespace} answers at {self._plan.temporal_address} "
                f"(TEMPORAL_ADDRESS)\n{self._plan.temporal_address} 没有可用的 Temporal 服务器"
            )

    async def _migrate(self) -> None:
        migration = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "adapters.store", "upgrade"),
            env=self._plan.env,
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
        )
        output, _ = await migration.communicate()
        if migration.returncode != 0:
            raise ChildFailedError(f"the database could not be brought up to date:\n{output.decode(errors='replace')}")

    async def _keep(self, child: Child) -> None:
        """What was killed starts at once; what ends by itself again and again is given a longer pause each time."""
        pause = 0.0
        while True:
            how = await child.ended()
            if how.startswith("signal") or child.age() > STEADY_SECONDS:
                pause = 0.0
            await asyncio.sleep(pause)
            pause = min(max(FIRST_PAUSE_SECONDS, pause * 2), LONGEST_PAUSE_SECONDS)
            await child.start()
            say(f"{child.name} ended ({how}) and was started again as process {child.pid}; its log: {child.log}")
            self.publish()

    async def _worker_answers(self, worker: Child) -> bool:
        return await self._server.is_polled_since(worker.started_at)

    async def _api_answers(self, _: Child) -> bool:
        return await asyncio.to_thread(_answers_http, self._plan.api_port)

    def _make_temporal(self, program: Path) -> Child:
        port = int(self._plan.temporal_address.rpartition(":")[2])
        command = temporal.server_command(program, self._home.folder / "temporal.db", port, self._plan.ui_port or 0)
        env = {name: value for name, value in os.environ.items() if not name.startswith(("TEMPORAL_", "FENGSUI_"))}

        async def answers(_: Child) -> bool:
            return await self._server.is_ready()

        return Child("temporal", command, env, self._home.log("temporal"), answers, orphan_signal="SIGTERM")

    def _make(self, name: str, arguments: list[str | Path], answers: Answers) -> Child:
        return Child(name, [sys.executable, *arguments], self._plan.env, self._home.log(name), answers)


def _answers_http(port: int) -> bool:
    connection = HTTPConnection(HOST, port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < INTERNAL_SERVER_ERROR
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
