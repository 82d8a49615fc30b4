"""Where the Temporal servers for development and tests are found. Standard library only: needed before set-up."""

import shutil
from collections.abc import Mapping
from pathlib import Path

CLI_VERSION = "v1.5.1"
TEST_SERVER_VERSION = "1.31.0"


class ServerNotFoundError(LookupError):
    """No server is there and none could be fetched; the text says what to do, in English and Chinese."""


def cache_folder(environ: Mapping[str, str]) -> Path:
    """The folder of everything that is fetched once per user."""
    base = environ.get("XDG_CACHE_HOME") or str(Path(environ.get("HOME", "~")).expanduser() / ".cache")
    return Path(base) / "fengsui"


def find_temporal(environ: Mapping[str, str]) -> Path | None:
    """The Temporal CLI, which holds the development server: on PATH, else in our cache."""
    on_path = shutil.which("temporal", path=environ.get("PATH"))
    return Path(on_path) if on_path else _executable(cache_folder(environ) / "bin" / "temporal")


def find_test_server(environ: Mapping[str, str]) -> Path | None:
    """The test server whose clock can be moved: FENGSUI_TEST_SERVER, else in our cache."""
    named = environ.get("FENGSUI_TEST_SERVER")
    return _executable(Path(named) if named else cache_folder(environ) / "bin" / "temporal-test-server")


def temporal_cli(environ: Mapping[str, str]) -> Path:
    """As `find_temporal`, but raises ServerNotFoundError."""
    return find_temporal(environ) or _refuse("Temporal CLI", "Temporal 命令行程序", "temporal")


def time_moving_server(environ: Mapping[str, str]) -> Path:
    """As `find_test_server`, but raises ServerNotFoundError."""
    return find_test_server(environ) or _refuse("Temporal test server", "Temporal 测试服务器", "test-server")


def _executable(path: Path) -> Path | None:
    return Path(found) if (found := shutil.which(path)) else None


def _refuse(name: str, chinese_name: str, word: str) -> Path:
    raise ServerNotFoundError(
        f"The {name} is not there; fetch it with: python -m tools.servers {word}\n"
        f"找不到{chinese_name};请用此命令获取:python -m tools.servers {word}"
    )
