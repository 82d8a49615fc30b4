"""Let a real Prometheus Alertmanager report into the running system: `make alertmanager`.

One alert fires, is repeated, and resolves; Alertmanager's own counters tell whether each message was taken.
"""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2

from tools.launcher.ports import HOST, choose
from tools.progress import give_up, say

PROGRAMS = ("prometheus-alertmanager", "alertmanager")
SYSTEM = os.environ.get("SYSTEM", "market-db")
WAIT_SECONDS = 20
CONFIG = """
route:
  receiver: fengsui
  group_by: [alertname, system]
  group_wait: 1s
  group_interval: 2s
  repeat_interval: 4s
receivers:
  - name: fengsui
    webhook_configs:
      - url: {api}/api/v1/alerts/alertmanager
        send_resolved: true
        http_config: {{authorization: {{type: Bearer, credentials: "{token}"}}}}
"""


def main() -> None:
    """Fire, repeat, resolve."""
    home = Path(os.environ.get("FENGSUI_HOME") or ".fengsui")
    if not (home / "run.json").exists():
        give_up(f"nothing runs in {home}: start it with make run\n{home} 中没有正在运行的系统,请先执行 make run")
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        give_up("Alertmanager is not installed (Debian: apt-get install prometheus-alertmanager) 未安装 Alertmanager")
    run = json.loads((home / "run.json").read_text())
    with _alertmanager(str(program), run) as client:
        started = datetime.now(UTC) - timedelta(seconds=5)
        say(f"an alert of {SYSTEM} fires …")
        _post(client, started, started + timedelta(minutes=10))
        _await_delivery(client, 1)
        say("Alertmanager repeats it …")
        _await_delivery(client, 2)
        say("it is resolved …")
        _post(client, started, datetime.now(UTC))
        _await_delivery(client, 3)
    say(f"Fengsui took all of them; see {run['api']}/api/v1/incidents 全部告警已送达")


@contextmanager
def _alertmanager(program: str, run: dict[str, Any]) -> Iterator[httpx2.Client]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "config.yml").write_text(CONFIG.format(api=run["api"], token=run["alert_token"]))
        address = f"{HOST}:{choose('', 0)}"
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [
                    *(program, f"--config.file={folder}/config.yml", f"--storage.path={folder}"),
                    *(f"--web.listen-address={address}", "--cluster.listen-address="),
                ],
                stdout=log,
                stderr=log,
            )
        try:
            with httpx2.Client(base_url=f"http://{address}") as client:
                _until(lambda: _is_ready(client), f"Alertmanager did not start: {(folder / 'log').read_text()}")
                yield client
        finally:
            process.terminate()
            process.wait()


def _is_ready(client: httpx2.Client) -> bool:
    try:
        return client.get("/-/ready").is_success
    except httpx2.TransportError:
        return False


def _post(client: httpx2.Client, starts_at: datetime, ends_at: datetime) -> None:
    alert = {
        "labels": {"alertname": "DatabaseDown", "severity": "critical", "system": SYSTEM, "instance": "db1:5432"},
        "annotations": {"summary": "数据库主库无响应", "description": "连续 3 次探测失败"},
        "startsAt": starts_at.isoformat(),
        "endsAt": ends_at.isoformat(),
    }
    client.post("/api/v2/alerts", json=[alert]).raise_for_status()


def _await_delivery(client: httpx2.Client, sent: int) -> None:
    """Alertmanager counts a message that was refused both as sent and as failed."""

    def is_delivered() -> bool:
        if _counter(client, "alertmanager_notifications_failed_total"):
            give_up("Fengsui refused a message of Alertmanager; its log tells why 告警被拒绝,原因见日志")
        return _counter(client, "alertmanager_notifications_total") >= sent

    _until(is_delivered, "no message was sent")


def _counter(client: httpx2.Client, name: str) -> float:
    lines = client.get("/metrics").text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(f'{name}{{integration="webhook"'))


def _until(happens: Callable[[], bool], otherwise: str) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not happens():
        if time.monotonic() > end:
            give_up(otherwise)
        time.sleep(0.2)


if __name__ == "__main__":
    main()
