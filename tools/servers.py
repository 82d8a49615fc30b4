"""Fetch the Temporal servers once per user: `python -m tools.servers temporal|test-server`.

Each way is tried in turn and says why it did not work; the last word tells what a person can do.
"""

import fcntl
import hashlib
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.servers import CLI_VERSION, TEST_SERVER_VERSION, cache_folder, find_temporal, find_test_server
from tools.progress import StepFailedError, give_up, say, step

HERE = Path(__file__).resolve().parent
DOWNLOADS = ("temporal.download", 443)
DOWNLOAD_SECONDS = 600
REACH_SECONDS = 5
WRAPPER = """#!/bin/sh
exec java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx384m -cp "{jars}/*" io.temporal.testserver.TestServer "$@"
"""

Way = tuple[str, Callable[[Path], None]]


def ensure_temporal() -> Path:
    """The Temporal CLI with the development server, fetched when it is not there."""
    ways: list[Way] = [("the SDK's download", _download_cli), ("go install", _build_cli)]
    return _ensure("temporal", "Temporal CLI", find_temporal, ways, _CLI_ADVICE)


def ensure_test_server() -> Path:
    """The test server whose clock can be moved, fetched when it is not there."""
    ways: list[Way] = [("the SDK's download", _download_test_server), ("Maven", _collect_test_server)]
    return _ensure("temporal-test-server", "Temporal test server", find_test_server, ways, _TEST_SERVER_ADVICE)


def _ensure(
    name: str, label: str, find: Callable[[os._Environ[str]], Path | None], ways: Sequence[Way], advice: str
) -> Path:
    with _one_at_a_time():
        if found := find(os.environ):
            return found
        target = cache_folder(os.environ) / "bin" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        reasons = []
        for way, fetch in ways:
            try:
                fetch(target)
            except StepFailedError as error:
                reasons.append(f"  {way}: {error}")
                say(f"{label} by {way}: not possible here")
            else:
                say(f"{label} is now at {target}")
                return target
    give_up("\n".join([f"{label} was not found and could not be fetched:", *reasons, advice]))
    raise AssertionError


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    folder = cache_folder(os.environ)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "fetch.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _download_cli(target: Path) -> None:
    _download("temporal", CLI_VERSION, target)


def _download_test_server(target: Path) -> None:
    _download("test-server", f"v{TEST_SERVER_VERSION}", target)


def _download(word: str, version: str, target: Path) -> None:
    """A closed network is noticed by a look at the host, so that nobody waits for the SDK's retries."""
    if not (os.environ.get("HTTPS_PROXY") or os.environ.get("https_proxy")):
        try:
            socket.create_connection(DOWNLOADS, REACH_SECONDS).close()
        except OSError as error:
            raise StepFailedError(f"{DOWNLOADS[0]} cannot be reached ({error})") from error
    with TemporaryDirectory(dir=target.parent) as folder:
        command = [sys.executable, "-m", "tools.sdk_download", word, version, folder]
        step(f"downloading {target.name} {version}", command, timeout=DOWNLOAD_SECONDS)
        for file in Path(folder).iterdir():
            file.replace(target)


def _build_cli(target: Path) -> None:
    if not shutil.which("go"):
        raise StepFailedError("no Go compiler on PATH")
    with TemporaryDirectory(dir=target.parent) as folder:
        flags = f"{os.environ.get('GOFLAGS', '')} -buildvcs=false".strip()
        step(
            f"building the Temporal CLI {CLI_VERSION} with Go (some minutes, once)",
            ["go", "install", f"github.com/temporalio/cli/cmd/temporal@{CLI_VERSION}"],
            env={"GOBIN": folder, "GOFLAGS": flags},
        )
        (Path(folder) / "temporal").replace(target)


def _collect_test_server(target: Path) -> None:
    if missing := [program for program in ("java", "mvn") if not shutil.which(program)]:
        raise StepFailedError(f"{' and '.join(missing)} not on PATH")
    jars = target.parent.parent / f"test-server-{TEST_SERVER_VERSION}"
    shutil.rmtree(jars, ignore_errors=True)
    step(
        f"collecting the test server {TEST_SERVER_VERSION} with Maven",
        [
            *("mvn", "--batch-mode", "--quiet", "--file", HERE / "testserver" / "pom.xml"),
            *("dependency:copy-dependencies", f"-DoutputDirectory={jars}"),
        ],
        timeout=DOWNLOAD_SECONDS,
    )
    _check_sums(jars)
    draft = target.with_suffix(".new")
    draft.write_text(WRAPPER.format(jars=jars))
    draft.chmod(0o755)
    draft.replace(target)


def _check_sums(jars: Path) -> None:
    lines = (HERE / "testserver" / "checksums.txt").read_text().splitlines()
    expected = {name: digest for digest, name in (line.split() for line in lines)}
    found = {jar.name: hashlib.sha256(jar.read_bytes()).hexdigest() for jar in jars.iterdir()}
    if wrong := sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)):
        shutil.rmtree(jars)
        raise StepFailedError(f"not the files that were expected: {', '.join(wrong)}")


_CLI_ADVICE = f"""What you can do: put the program `temporal` ({CLI_VERSION}) on PATH, install Go and try again,
or set TEMPORAL_ADDRESS=host:port to use a Temporal server that already runs.
可行办法:将 temporal 程序({CLI_VERSION})放入 PATH;或安装 Go 后重试;
或设置 TEMPORAL_ADDRESS=主机:端口,使用已在运行的 Temporal 服务器。"""

_TEST_SERVER_ADVICE = """What you can do: install Java 11+ and Maven and try again,
or set FENGSUI_TEST_SERVER to the program's path.
可行办法:安装 Java 11+ 与 Maven 后重试;或将 FENGSUI_TEST_SERVER 设为该程序的路径。"""


if __name__ == "__main__":
    {"temporal": ensure_temporal, "test-server": ensure_test_server}[sys.argv[1]]()
