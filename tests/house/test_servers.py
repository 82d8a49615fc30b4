"""Temporal is found in the promised order, and the refusal says what to do."""

import subprocess
import sys
from pathlib import Path

import pytest

from adapters.servers import ServerNotFoundError, find_temporal, find_test_server, temporal_cli, time_moving_server
from tests.house.compose import ROOT
from tools import servers
from tools.progress import StepFailedError

CLOSED = "http://127.0.0.1:9"


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_path_comes_before_the_cache(tmp_path: Path) -> None:
    cached = program(tmp_path / "cache" / "fengsui" / "bin" / "temporal")
    environ = {"PATH": str(tmp_path / "bin"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    assert find_temporal(environ) == cached
    on_path = program(tmp_path / "bin" / "temporal")
    assert find_temporal(environ) == on_path


def test_the_cache_is_under_home_unless_told_otherwise(tmp_path: Path) -> None:
    cached = program(tmp_path / ".cache" / "fengsui" / "bin" / "temporal")
    assert find_temporal({"PATH": "", "HOME": str(tmp_path)}) == cached


def test_the_named_test_server_comes_before_the_cache(tmp_path: Path) -> None:
    cached = program(tmp_path / ".cache" / "fengsui" / "bin" / "temporal-test-server")
    named = program(tmp_path / "mine")
    assert find_test_server({"HOME": str(tmp_path)}) == cached
    assert find_test_server({"HOME": str(tmp_path), "FENGSUI_TEST_SERVER": str(named)}) == named


def test_a_file_that_cannot_be_run_is_no_server(tmp_path: Path) -> None:
    program(tmp_path / ".cache" / "fengsui" / "bin" / "temporal").chmod(0o644)
    assert find_temporal({"PATH": "", "HOME": str(tmp_path)}) is None


@pytest.mark.parametrize("look", [temporal_cli, time_moving_server])
def test_nothing_found_names_the_command_in_both_languages(look: type, tmp_path: Path) -> None:
    with pytest.raises(ServerNotFoundError, match=r"python -m tools\.servers .*\n.*请用此命令"):
        look({"PATH": "", "HOME": str(tmp_path)})


@pytest.mark.parametrize(
    ("word", "reasons"),
    [("temporal", ["no Go compiler", "TEMPORAL_ADDRESS=host:port"]), ("test-server", ["java and mvn", "Java 11+"])],
)
def test_when_every_way_fails_each_reason_and_the_remedy_are_told(
    word: str, reasons: list[str], tmp_path: Path
) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tools.servers", word],
        cwd=ROOT,
        env={"PATH": str(tmp_path), "HOME": str(tmp_path), "HTTPS_PROXY": CLOSED},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    for expected in ["the SDK's download: ", "可行办法", *reasons]:
        assert expected in ended.stderr


def test_a_changed_jar_is_refused(tmp_path: Path) -> None:
    jar = tmp_path / "jars" / "temporal-test-server-1.31.0.jar"
    jar.parent.mkdir()
    jar.write_bytes(b"something else")
    with pytest.raises(StepFailedError, match=r"temporal-test-server-1\.31\.0\.jar"):
        servers._check_sums(jar.parent)
    assert not jar.exists()
