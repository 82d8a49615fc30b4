"""`make run`."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from adapters.problems import FileProblem
from tools.launcher import banner, plan
from tools.launcher.child import ChildFailedError
from tools.launcher.home import Home, HomeTakenError
from tools.launcher.ports import PortError
from tools.launcher.system import System
from tools.progress import give_up, say
from tools.servers import ensure_temporal

LEFT_OVER_SECONDS = 15


def main() -> None:
    """Hold the folder, decide, start, and stay until Ctrl-C."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    home = Home(Path(os.environ.get("FENGSUI_HOME") or ".fengsui"))
    try:
        with home.held():
            _await_left_over(home)
            chosen = plan.make(home, os.environ)
            program = ensure_temporal() if chosen.ui_port else None
            asyncio.run(_run(home, chosen, program))
    except HomeTakenError as error:
        give_up(
            f"{home.folder} is in use by the launcher with process id {error}; use another FENGSUI_HOME.\n"
            f"{home.folder} 正被进程 {error} 使用;请设置另一个 FENGSUI_HOME。"
        )
    except (PortError, FileProblem, ChildFailedError) as error:
        give_up(str(error))
    except KeyboardInterrupt:
        raise SystemExit(128 + signal.SIGINT) from None


async def _run(home: Home, chosen: plan.Plan, program: Path | None) -> None:
    stop = asyncio.Event()
    system = System(home, chosen, program)

    def asked_to_end() -> None:
        if stop.is_set():
            system.kill()
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, asked_to_end)
    started = time.monotonic()
    say("starting Temporal, worker and API … 正在启动")
    try:
        if await _until(stop, system.start()):
            banner.show(chosen, home, time.monotonic() - started)
            await _until(stop, system.watch())
            say("ending … 正在停止")
    finally:
        await system.stop()
    say(f"everything has ended; the data stays in {home.folder} 已全部停止,数据保留")


async def _until(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Do the work; tells whether it came to its end before somebody asked to stop."""
    task, asked = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    await asyncio.wait({task, asked}, return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    if task.done():
        task.result()
        return True
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return False


def _await_left_over(home: Home) -> None:
    """After a launcher was killed its children end by themselves; the ports are free a moment later."""
    end = time.monotonic() + LEFT_OVER_SECONDS
    while any(_runs(pid) for pid in home.left_over_pids()) and time.monotonic() < end:
        time.sleep(0.2)
    home.retract()


def _runs(pid: int) -> bool:
    """A process that ended but was not yet collected has no command line; where there is no /proc nobody waits."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes() != b""
    except OSError:
        return False


if __name__ == "__main__":
    code: int | str | None = 0
    try:
        main()
    except SystemExit as end:
        code = end.code
    # The Temporal SDK's runtime may abort while the interpreter ends.
    sys.stdout.flush()
    os._exit(code if isinstance(code, int) else 1)
