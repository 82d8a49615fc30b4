"""The processes that are measured: a development server, the real worker, the bare worker."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from temporalio.client import Client

from adapters.servers import temporal_cli
from adapters.temporal import connect, register_search_attributes
from tools.launcher.plan import ROOT
from tools.launcher.ports import HOST, choose
from tools.launcher.temporal import Temporal, server_command

NAMESPACE = "default"
START_SECONDS = 30
END_SECONDS = 10


class Processes(ExitStack):
    """Starts them, and ends all of them in the reverse order."""

    def __init__(self, home: Path, logs: Path, env: dict[str, str]) -> None:
        """Take the folder of the data, the folder of the logs, and the environment of the worker."""
        super().__init__()
        self._port = choose("", 0)
        self._home = home
        self._logs = logs
        self._env = {**env, "TEMPORAL_ADDRESS": self.address}
        self._server = Temporal(self.address, NAMESPACE)

    @property
    def address(self) -> str:
        """Return where the server is."""
        return f"{HOST}:{self._port}"

    def __enter__(self) -> Self:
        """Make the tables of the record."""
        command = [sys.executable, "-m", "adapters.store", "upgrade"]
        subprocess.run(command, env=self._env, cwd=ROOT, check=True, capture_output=True)
        return self

    async def start_temporal(self) -> Client:
        """Start the server and connect to it."""
        command = server_command(temporal_cli(os.environ), self._home / "temporal.db", self._port, choose("", 0))
        self._start("temporal", [*command, "--headless"])
        await _until(self._server.is_ready)
        client = await connect(self.address, NAMESPACE)
        await register_search_attributes(client)
        return client

    async def start_workers(self) -> tuple[int, int]:
        """Start both workers and return their process ids, ours first."""
        started = datetime.now(UTC)
        ours = self._start("worker", [sys.executable, "worker.py"])
        bare = self._start("bare", [sys.executable, "-m", "tools.bench.bare_worker", self.address])
        await _until(lambda: self._server.is_polled_since(started))
        return ours, bare

    def _start(self, name: str, command: Sequence[str | Path]) -> int:
        with (self._logs / f"{name}.log").open("wb") as output:
            process = subprocess.Popen(
                [str(part) for part in command],
                env=self._env,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        self.callback(_end, process)
        return process.pid


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


async def _until(is_so: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(START_SECONDS):
        while not await is_so():  # noqa: ASYNC110  the answer comes from another process
            await asyncio.sleep(0.1)
