"""Long steps tell that they live. Standard library only; an old Python must get as far as being refused."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BEAT_SECONDS = 10
LAST_LINES = 15


class StepFailedError(RuntimeError):
    """A command ended badly; the text holds its last lines."""


def say(text: str) -> None:
    """Print one line of progress."""
    tell(f"fengsui: {text}")


def tell(text: str) -> None:
    """Print at once, also into a pipe; nobody listening any more is no reason to stop."""
    try:
        print(text, flush=True)
    except OSError:
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115  stays open as long as the process


def step(
    label: str,
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    timeout: float | None = None,
) -> None:
    """Run a command quietly, with a line every ten seconds; its output is shown only when it fails.

    Raises StepFailedError when it ends badly, is not there or takes longer than `timeout` seconds.
    """
    say(f"{label} …")
    started = time.monotonic()
    with TemporaryFile() as output:
        try:
            child = subprocess.Popen(
                [str(part) for part in command],
                env={**os.environ, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        except OSError as error:
            raise StepFailedError(str(error)) from error
        try:
            code = _wait(child, label, started, timeout)
        finally:
            child.kill()
            child.wait()
        if code != 0:
            output.seek(0)
            lines = output.read().decode(errors="replace").splitlines()
            raise StepFailedError("\n".join(lines[-LAST_LINES:]) or f"exit code {code}")
    say(f"{label}: done in {time.monotonic() - started:.0f} s")


def _wait(child: subprocess.Popen[bytes], label: str, started: float, timeout: float | None) -> int:
    while True:
        try:
            return child.wait(BEAT_SECONDS)
        except subprocess.TimeoutExpired:
            seconds = time.monotonic() - started
            if timeout is not None and seconds > timeout:
                raise StepFailedError(f"given up after {seconds:.0f} s") from None
            say(f"{label} … {seconds:.0f} s")


def give_up(text: str) -> None:
    """End the program with a readable reason instead of a traceback."""
    print(f"fengsui: {text}", file=sys.stderr, flush=True)
    raise SystemExit(1)
