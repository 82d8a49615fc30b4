"""The system that the demo plays on: one that runs by a quick policy, else its own, with `policy.demo.yaml`."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from tools.demo.telling import Said, Teller
from tools.launcher.plan import ROOT
from tools.progress import give_up

OWN_HOME = Path(".fengsui-demo")
RUN_HOME = Path(".fengsui")
START_SECONDS = 120
LONGEST_SECONDS = 180
_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}


class System:
    """Where everything is, and whether we started it ourselves."""

    def __init__(self, home: Path, run: dict[str, Any], process: "subprocess.Popen[bytes] | None") -> None:
        """Take the folder, its `run.json`, and the launcher when it is ours."""
        self.home = home
        self.run = run
        self.process = process


@contextmanager
def system(teller: Teller) -> Iterator[System]:
    """Find a running system whose clocks are quick enough, or start one; ours ends with the block."""
    named = os.environ.get("FENGSUI_HOME")
    for home in [Path(named)] if named else [RUN_HOME, OWN_HOME]:
        if run := _running(home):
            version, seconds = _policy(run)
            teller.aside(
                Said(f"{home} 中的系统按策略 {version} 运行。", f"The system in {home} runs by policy {version}.")
            )
            if seconds <= LONGEST_SECONDS:
                yield System(home, run, None)
                return
            teller.aside(
                Said(
                    f"按它的时限，演示要等 {seconds / 60:.0f} 分钟。",
                    f"By its clocks the story would take {seconds / 60:.0f} minutes.",
                )
            )
            if named:
                give_up(
                    "FENGSUI_POLICY=policy.demo.yaml make run, or make demo without FENGSUI_HOME / 或不设 FENGSUI_HOME"
                )
    with _started(Path(named) if named else OWN_HOME, teller) as own:
        yield own


def _running(home: Path) -> dict[str, Any] | None:
    try:
        run: dict[str, Any] = json.loads((home / "run.json").read_text(encoding="utf-8"))
        return run if httpx2.get(f"{run['api']}/readyz", timeout=3, trust_env=False).is_success else None
    except (OSError, ValueError, httpx2.HTTPError):
        return None


def _policy(run: dict[str, Any]) -> tuple[str, float]:
    """Return the version of the policy, and how long the story has to wait by its limits (seconds)."""
    token = next(iter(run["tokens"].values()))["token"]
    headers = {"Authorization": f"Bearer {token}"}
    policy = httpx2.get(f"{run['api']}/api/v1/policy", headers=headers, timeout=5, trust_env=False).json()["policy"]
    limits = [policy[name] for name in ("page_repeat", "arrival_off_hours", "observation", "observation")]
    limits += [policy["short_time_limit"]["II"]]
    return policy["version"], sum(limit["value"] * _SECONDS[limit["unit"]] for limit in limits)


@contextmanager
def _started(home: Path, teller: Teller) -> Iterator[System]:
    ports = dict.fromkeys(("FENGSUI_API_PORT", "FENGSUI_TEMPORAL_PORT", "FENGSUI_TEMPORAL_UI_PORT"), "0")
    policy = str(ROOT / "policy.demo.yaml")
    env = {**ports, "FENGSUI_POLICY": policy, **os.environ, "FENGSUI_HOME": str(home)}
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    log = home / "launcher.log"
    teller.aside(
        Said(f"在 {home} 启动演示系统（日志 {log}）……", f"Starting the demo's own system in {home} (log: {log}) …")
    )
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tools.launcher"], env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        yield System(home, _ready(home, process, log), process)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def _ready(home: Path, process: "subprocess.Popen[bytes]", log: Path) -> dict[str, Any]:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        if run := _running(home):
            return run
        time.sleep(0.3)
    process.kill()
    give_up(log.read_text(encoding="utf-8", errors="replace")[-2000:])
    raise AssertionError
