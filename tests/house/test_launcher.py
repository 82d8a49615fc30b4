"""`make run`: one command brings everything up, keeps it up, and ends it cleanly."""

import os
import signal
import socket
import stat
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.launched import Launched, is_alive, launched
from tests.servers import dev_server


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launched]:
    with launched(tmp_path_factory.mktemp("launcher") / "home") as running:
        yield running.ready()


def test_run_json_tells_scripts_everything(system: Launched) -> None:
    run = system.run
    assert set(run) == {"api", "temporal", "temporal_ui", "pids", "tokens", "alert_token", "public_key"}
    assert set(run["pids"]) == {"temporal", "api", "worker"}
    assert all(is_alive(pid) for pid in run["pids"].values())
    assert all(set(person) == {"name", "posts", "token"} for person in run["tokens"].values())
    assert len({person["token"] for person in run["tokens"].values()}) == len(run["tokens"])


def test_everything_answers_at_the_told_addresses(system: Launched) -> None:
    for address in (f"{system.run['api']}/healthz", f"{system.run['api']}/docs", system.run["temporal_ui"]):
        with urllib.request.urlopen(address, timeout=10) as answer:
            assert answer.status == 200


def test_secrets_are_for_the_owner_alone(system: Launched) -> None:
    assert stat.S_IMODE(system.home.stat().st_mode) == 0o700
    for name in ("run.json", "secrets.json"):
        assert stat.S_IMODE((system.home / name).stat().st_mode) == 0o600


def test_no_secret_is_in_a_log(system: Launched) -> None:
    logs = "".join(log.read_text(errors="replace") for log in (system.home / "logs").glob("*.log"))
    secrets = [system.run["alert_token"], *(person["token"] for person in system.run["tokens"].values())]
    assert [secret for secret in secrets if secret in logs] == []


@pytest.mark.parametrize("name", ["worker", "api"])
def test_what_is_killed_is_started_again_within_a_second(system: Launched, name: str) -> None:
    killed = system.run["pids"][name]
    os.kill(killed, signal.SIGKILL)
    system.until(lambda: system.run["pids"][name] != killed, 1)
    assert is_alive(system.run["pids"][name])
    system.until(lambda: f"{name} ended (signal SIGKILL) and was started again" in system.text(), 1)


def test_a_second_launcher_on_the_same_folder_is_refused(system: Launched) -> None:
    second = Launched(system.home.parent / "second", FENGSUI_HOME=str(system.home))
    assert second.process.wait(30) == 1
    assert f"in use by the launcher with process id {system.process.pid}" in second.text()


def test_an_occupied_port_is_named_with_its_setting(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        refused = Launched(tmp_path / "home", FENGSUI_API_PORT=str(port))
        assert refused.process.wait(30) == 1
    assert f"port {port} (FENGSUI_API_PORT) cannot be used" in refused.text()
    assert "Traceback" not in refused.text()


def test_a_temporal_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    refused = Launched(tmp_path / "home", TEMPORAL_ADDRESS="127.0.0.1:9")
    assert refused.process.wait(60) == 1
    assert "no Temporal server with namespace default answers at 127.0.0.1:9 (TEMPORAL_ADDRESS)" in refused.text()
    assert not (refused.home / "run.json").exists()


async def test_a_temporal_server_of_somebody_else_is_used_and_left_running(tmp_path: Path) -> None:
    async with await dev_server() as server:
        address = server.client.service_client.config.target_host
        with launched(tmp_path / "home", TEMPORAL_ADDRESS=address) as system:
            run = system.ready().run
            assert (run["temporal"], run["temporal_ui"], run["pids"]["temporal"]) == (address, None, None)
            assert system.end() == 0
        assert await server.client.service_client.check_health()


def test_it_ends_cleanly_and_finds_its_data_again(tmp_path: Path) -> None:
    with launched(tmp_path / "home") as first:
        told = first.ready().run
        assert first.end() == 0
    assert not (first.home / "run.json").exists()
    assert not any(is_alive(pid) for pid in told["pids"].values())
    with launched(tmp_path / "home") as second:
        assert second.ready().run["tokens"] == told["tokens"]
        assert second.run["alert_token"] == told["alert_token"]


@pytest.mark.skipif(not Path("/proc").exists(), reason="only Linux ties a process to the life of its parent")
def test_a_killed_launcher_leaves_nothing_running_and_can_start_again(tmp_path: Path) -> None:
    with launched(tmp_path / "home") as first:
        pids = first.ready().run["pids"].values()
        first.process.kill()
        first.process.wait(10)
    with launched(tmp_path / "home") as second:
        second.ready()
        assert not any(is_alive(pid) for pid in pids)
