"""A launcher of one's own, in a folder of one's own, on free ports."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.house.compose import ROOT

START_SECONDS = 90
FREE_PORTS = {"FENGSUI_API_PORT": "0", "FENGSUI_TEMPORAL_PORT": "0", "FENGSUI_TEMPORAL_UI_PORT": "0"}


class Launched:
    """The process of `make run` and what it tells scripts."""

    def __init__(self, home: Path, **environ: str) -> None:
        self.home = home
        self.output = home.parent / f"{home.name}.out"
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("FENGSUI_", "TEMPORAL_"))}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tools.launcher"],
                cwd=ROOT,
                env={**plain, **FREE_PORTS, "FENGSUI_HOME": str(home), **environ},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def run(self) -> dict[str, Any]:
        """run.json as it stands."""
        content: dict[str, Any] = json.loads((self.home / "run.json").read_text())
        return content

    def text(self) -> str:
        """All that was printed."""
        return self.output.read_text()

    def ready(self) -> "Launched":
        """Wait until it says so; run.json alone could be that of a launcher that was killed."""
        self.until(lambda: "Fengsui is ready" in self.text(), START_SECONDS)
        return self

    def until(self, happens: Callable[[], bool], seconds: float) -> None:
        """Look again and again; fails with what the launcher printed."""
        end = time.monotonic() + seconds
        while not happens():
            assert self.process.poll() is None, self.text()
            assert time.monotonic() < end, self.text()
            time.sleep(0.05)

    def end(self) -> int:
        """Ask it to end and wait."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)


@contextmanager
def launched(home: Path, **environ: str) -> Iterator[Launched]:
    """Start one and leave nothing behind."""
    system = Launched(home, **environ)
    try:
        yield system
    finally:
        if system.process.poll() is None:
            system.end()


def is_alive(pid: int) -> bool:
    """Tell whether a process is there (a zombie is not)."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")


async def eventually(happens: Callable[[], Awaitable[bool]], seconds: float) -> None:
    """Ask again and again until it is so."""
    async with asyncio.timeout(seconds):
        while not await happens():  # noqa: ASYNC110  the answer comes from another process
            await asyncio.sleep(0.1)
