"""`make demo`: `python -m tools.demo [--language zh-CN|en] [--pace SECONDS] [--stay]`."""

import asyncio
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated
from urllib.parse import quote

import typer

from adapters.cli.language import known, of_terminal
from adapters.leaving import leave
from domain.clauses import CLAUSES
from tools.demo import ending, exhibits, major
from tools.demo.cast import SPECIALIST, SUPERVISOR, TECHNICIAN
from tools.demo.stage import Missing, Stage, World
from tools.demo.system import System, system
from tools.demo.telling import Said, Teller
from tools.launcher.plan import ROOT
from workflows.contract import incident_id

PLAYED = tuple(clause for clause in CLAUSES if clause.startswith(("5.2.", "5.3.", "6.")))


def main(
    *,
    language: Annotated[str | None, typer.Option(help="zh-CN or en; default: the terminal's language")] = None,
    pace: Annotated[float, typer.Option(help="seconds between the acts")] = 0.6,
    stay: Annotated[bool, typer.Option(help="keep a system that the demo started until Ctrl-C")] = sys.stdout.isatty(),
) -> None:
    """Play a major incident through every clause of 5.2, 5.3 and 6."""
    teller = Teller(known(language) or of_terminal() or "zh-CN")
    with system(teller) as found:
        code = _perform(found, teller, pace)
        if stay and found.process:
            _wait(found, teller)
        elif found.process:
            again = f"FENGSUI_HOME={found.home} FENGSUI_POLICY=policy.demo.yaml make run"
            teller.line(teller.words(Said("再次查看：", "To look at it again: ")) + again)
    leave(code)


def _perform(found: System, teller: Teller, pace: float) -> int:
    world = World(found.run, teller, secrets.token_hex(4), pace)
    started = time.monotonic()
    stages: list[Stage] = []
    missing: list[str] = []
    try:
        file, key = asyncio.run(play(world, stages, found.home))
    except Missing as error:
        missing.append(str(error))
    else:
        missing += [] if _bundle_verified(file, key, teller.language) else ["fengsui verify bundle"]
    missing += lacking(stages)
    missing += [] if _verified(found, teller.language) else ["fengsui verify"]
    _links(found, teller, stages)
    return _conclude(teller, missing, time.monotonic() - started)


async def play(world: World, stages: list[Stage], folder: Path) -> tuple[Path, str]:
    """Play the whole story; every incident is added as it opens. Return the major one's bundle and its key."""
    await world.meet()
    stage = await major.report(world)
    stages.append(stage)
    for scene in (major.judge, major.dispatch, major.direct, major.plan, major.handle):
        await scene(stage)
    small = await ending.short_way(world)
    stages.append(small)
    await ending.sum_up(small, returned_once=False)
    await major.late(stage)
    world.teller.scene(
        "6.1",
        Said(
            "报告已解决：检查、观察，由未参与的人验证。", "Solved: checks, observation, verification by somebody else."
        ),
    )
    await ending.recover(stage, TECHNICIAN, SPECIALIST, SUPERVISOR, fails_once=True)
    await ending.sum_up(stage, returned_once=True)
    return await exhibits.take_along(stage, folder)


def lacking(stages: list[Stage]) -> list[str]:
    """Return the clauses that no timeline cites."""
    seen = {clause for stage in stages for clause in stage.clauses}
    return [clause for clause in PLAYED if clause not in seen]


def _verified(found: System, language: str) -> bool:
    env = {**os.environ, "FENGSUI_HOME": str(found.home)}
    command = [sys.executable, "cli.py", "--language", language, "verify"]
    return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode == 0


def _bundle_verified(file: Path, key: str, language: str) -> bool:
    """Check the bundle as another machine would: with nothing but the file and the key."""
    command = [
        sys.executable,
        str(ROOT / "cli.py"),
        "--language",
        language,
        "verify",
        "bundle",
        str(file),
        "--key",
        key,
    ]
    with TemporaryDirectory() as elsewhere:
        env = {"PATH": os.environ.get("PATH", ""), "HOME": elsewhere, "FENGSUI_HOME": elsewhere}
        return subprocess.run(command, cwd=elsewhere, env=env, check=False).returncode == 0


def _links(found: System, teller: Teller, stages: list[Stage]) -> None:
    teller.line()
    for stage in stages:
        teller.line(f"{found.run['api']}/api/v1/incidents/{stage.number}")
        teller.line(f"{found.run['api']}/api/v1/incidents/{stage.number}/timeline")
        if found.run.get("temporal_ui"):
            teller.line(f"{found.run['temporal_ui']}/namespaces/default/workflows/{quote(incident_id(stage.number))}")
        teller.line(f"FENGSUI_HOME={found.home} fengsui --as {SUPERVISOR} timeline {stage.number}")


def _conclude(teller: Teller, missing: list[str], seconds: float) -> int:
    teller.line()
    if missing:
        teller.line(teller.words(Said("未完成，缺少：", "Not complete, missing: ")) + "; ".join(missing), "red")
        return 1
    told = Said(
        f"完成：{len(PLAYED)} 条条款全部出现在记录中，事件已关闭，记录核验无误（{seconds:.0f} 秒）。",
        f"Done: all {len(PLAYED)} clauses are in the timelines, closed, and the record is clean ({seconds:.0f} s).",
    )
    teller.line(teller.words(told), "green")
    return 0


def _wait(found: System, teller: Teller) -> None:
    teller.line(
        teller.words(
            Said("系统仍在运行，可供查看；按 Ctrl-C 停止。", "The system stays up to be looked at; Ctrl-C ends it.")
        )
    )
    try:
        if found.process:
            found.process.wait()
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    typer.run(main)
