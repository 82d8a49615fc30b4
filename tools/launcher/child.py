"""One process of the system."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

READY_SECONDS = 60
END_SECONDS = 10
LOOK_SECONDS = 0.1
LAST_LINES = 15


class ChildFailedError(RuntimeError):
    """It ended or did not answer; the text holds the last lines of its log."""


@dataclass
class Child:
    """A command with a log, and the question that tells whether it answers.

    Each child has a process group of its own, so that Ctrl-C reaches the launcher alone and Temporal can end last.
    """

    name: str
    command: Sequence[str | Path]
    env: Mapping[str, str]
    log: Path
    answers: "Answers"
    orphan_signal: str = "SIGKILL"
    started_at: datetime = field(default=datetime.min.replace(tzinfo=UTC), init=False)
    _process: Process | None = field(default=None, init=False)

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> None:
        """Start it; what it prints goes to its log."""
        self.started_at = datetime.now(UTC)
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tools.launcher.tether", self.orphan_signal),
                *(str(part) for part in self.command),
                env=self.env,
                stdin=DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )

    def age(self) -> float:
        """Seconds since its start."""
        return (datetime.now(UTC) - self.started_at).total_seconds()

    async def ready(self) -> None:
        """Wait until it answers; raises ChildFailedError when it ends or stays silent."""
        answering = asyncio.ensure_future(self._answering())
        ended = asyncio.ensure_future(self.ended())
        try:
            await asyncio.wait({answering, ended}, timeout=READY_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if answering.done():
                return
            what = f"ended ({ended.result()})" if ended.done() else f"gave no answer within {READY_SECONDS} s"
            raise ChildFailedError(f"{self.name} {what}; the end of {self.log}:\n{self.last_lines()}")
        finally:
            answering.cancel()
            ended.cancel()

    async def ended(self) -> str:
        """Wait for its end and say how it was."""
        code = await self._process.wait() if self._process else 0
        return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

    async def stop(self) -> bool:
        """Ask it to end, insist after ten seconds; tells whether it ended by itself."""
        if self._process is None or self.pid is None:
            return True
        self._send(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), END_SECONDS)
        except TimeoutError:
            self.kill()
            await self._process.wait()
            return False
        return True

    def kill(self) -> None:
        """End it at once."""
        self._send(signal.SIGKILL)

    def last_lines(self) -> str:
        """The end of its log."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(f"  {line}" for line in lines[-LAST_LINES:])

    async def _answering(self) -> None:
        while not await self.answers(self):  # noqa: ASYNC110  the answer comes from another process
            await asyncio.sleep(LOOK_SECONDS)

    def _send(self, number: signal.Signals) -> None:
        if self.pid:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, number)


Answers = Callable[[Child], Awaitable[bool]]
