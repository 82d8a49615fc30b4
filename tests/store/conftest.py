"""Every test of the store gets a database of its own: SQLite always, PostgreSQL where it is."""

import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from adapters.store import migrate
from adapters.store.database import Database
from tests.postgres import Server, postgres

__all__ = ["postgres"]


@pytest.fixture(scope="session")
async def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "record.db"
    await migrate.upgrade(f"sqlite+aiosqlite:///{file}")
    return file


@pytest.fixture(scope="session")
async def postgres_template(postgres: Server) -> str:
    await migrate.upgrade(postgres.create("record_template"))
    return "record_template"


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, dialect: str, tmp_path: Path) -> Iterator[str]:
    """A database without tables."""
    if dialect == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'record.db'}"
        return
    server: Server = request.getfixturevalue("postgres")
    name = f"t{uuid.uuid4().hex}"
    yield server.create(name)
    server.drop(name)


@pytest.fixture
def url(request: pytest.FixtureRequest, dialect: str, tmp_path: Path) -> Iterator[str]:
    """A database with the newest tables."""
    if dialect == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "record.db")
        yield f"sqlite+aiosqlite:///{tmp_path / 'record.db'}"
        return
    server: Server = request.getfixturevalue("postgres")
    name = f"t{uuid.uuid4().hex}"
    yield server.create(name, request.getfixturevalue("postgres_template"))
    server.drop(name)


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """One with patience: on a machine that is busy, what is stored counts, not how fast."""
    opened = Database(url, limit=30)
    yield opened
    await opened.close()
