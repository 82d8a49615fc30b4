"""A real PostgreSQL for tests: Debian's programs under a user of their own, on a free loopback port."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

DEBIAN = Path("/usr/lib/postgresql")
ABSENT = "no PostgreSQL on this machine (initdb is neither on PATH nor under /usr/lib/postgresql)"
SECONDS = 60


@dataclass(frozen=True)
class Server:
    """A running server that trusts whoever reaches its loopback port."""

    port: int

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://fengsui@127.0.0.1:{self.port}/{name}"

    def connect(self, name: str = "postgres") -> psycopg.Connection[Any]:
        return psycopg.connect(host="127.0.0.1", port=self.port, user="fengsui", dbname=name, autocommit=True)

    def create(self, name: str, template: str = "template0") -> str:
        words = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        with self.connect() as connection:
            connection.execute(words)
        return self.url(name)

    def drop(self, name: str) -> None:
        with self.connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def programs() -> Path | None:
    """Find the folder of initdb and pg_ctl; Debian keeps them off the PATH."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    return max((path.parent for path in DEBIAN.glob("*/bin/initdb")), default=None, key=str)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Start a server for the whole run; skips where there is none to start."""
    folder = programs()
    if folder is None:
        pytest.skip(ABSENT)
    user = "postgres" if os.geteuid() == 0 else None  # the server refuses to run as root
    data = Path(tempfile.mkdtemp(prefix="fengsui-postgres-"))
    if user:
        shutil.chown(data, user)
    port = _free_port()
    try:
        _run(user, folder / "initdb", "-D", data, "-U", "fengsui", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        _run(user, folder / "pg_ctl", "-D", data, "-o", options, "-l", data / "log", "-w", "start")
        try:
            yield Server(port)
        finally:
            _run(user, folder / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(data)


def _run(user: str | None, *command: str | Path) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    done = subprocess.run(
        command,
        user=user,
        cwd="/",
        env=environ,
        stdin=subprocess.DEVNULL,
        # A file, since the server inherits it and a pipe would never end.
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{Path(command[0]).name} ended with {done.returncode}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
