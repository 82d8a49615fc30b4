"""One bounded way to the database: it answers within ``limit`` seconds or says that it is away."""

import asyncio
import functools
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import waiting
from psycopg.abc import RV, PQGen
from sqlalchemy import event, exc, make_url, text
from sqlalchemy.engine import URL, Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

LIMIT = 1.5
DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg", "sqlite": "sqlite+aiosqlite"}
_AWAY = (TimeoutError, OSError, exc.TimeoutError, exc.OperationalError, exc.InterfaceError, exc.InternalError)


class DatabaseAway(Exception):
    """The database did not answer in time, or could not do what it was asked; trying later may help."""


class Database:
    """The engine and its pool. ``limit`` (seconds) bounds each use as a whole, connecting included."""

    def __init__(self, url: str, *, limit: float = LIMIT) -> None:
        """Connect to nothing yet; a URL without a driver gets ours."""
        self.limit = limit
        self._engine = _engine(_with_driver(url), limit)
        # SQLite lets one write at a time and wakes those who wait at random: here they queue.
        self._turn: AbstractAsyncContextManager[Any] = nullcontext() if self.is_postgres else asyncio.Lock()
        self._reading = self._engine.execution_options(**_reading_options(self._engine))

    @property
    def is_postgres(self) -> bool:
        """Tell which of the two dialects is spoken."""
        return self._engine.dialect.name == "postgresql"

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncConnection]:
        """Read in one snapshot; raise DatabaseAway."""
        async with self._bounded(), self._reading.connect() as connection:
            yield connection

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """Write, and commit at the end; on SQLite the write lock is held from the start; raise DatabaseAway."""
        async with self._bounded(), self._turn, self._engine.begin() as connection:
            yield connection

    async def ping(self) -> None:
        """Raise DatabaseAway unless the database answers."""
        async with self.session() as connection:
            await connection.execute(text("SELECT 1"))

    async def now(self, connection: AsyncConnection) -> datetime:
        """Return the database's own time; SQLite has none but this machine's."""
        if not self.is_postgres:
            return datetime.now(UTC)
        found: datetime = (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()
        return found.astimezone(UTC)

    async def close(self) -> None:
        """Give all connections back."""
        await self._engine.dispose()

    @asynccontextmanager
    async def _bounded(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self.limit):
                yield
        except _AWAY as error:
            raise DatabaseAway(str(getattr(error, "orig", None) or error) or "no answer in time") from error
        except exc.ProgrammingError as error:
            if isinstance(error.orig, psycopg.errors.UndefinedTable):
                raise DatabaseAway(str(error.orig)) from error
            raise


class _Connection(psycopg.AsyncConnection[Any]):
    """A cancelled wait drops the connection: asking a server that hangs to cancel would hang as well."""

    async def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:  # noqa: ASYNC109
        try:
            return await waiting.wait_async(gen, self.pgconn.socket, interval=interval, timeout=timeout)
        except asyncio.CancelledError:
            self.pgconn.finish()
            raise


class _SqliteConnection(sqlite3.Connection):
    """SQLite keeps a connection that is closed in the middle of a statement as a zombie, and its write lock with it."""

    def close(self) -> None:
        with suppress(sqlite3.ProgrammingError):  # closed before
            self.rollback()
        super().close()


def _with_driver(url: str) -> URL:
    parsed = make_url(url)
    return parsed.set(drivername=DRIVERS.get(parsed.drivername, parsed.drivername))


def _engine(url: URL, limit: float) -> AsyncEngine:
    options: dict[str, Any] = {"json_serializer": functools.partial(json.dumps, ensure_ascii=False)}
    if url.get_backend_name() == "postgresql":
        milliseconds = int(limit * 1000)
        settings = f"-c timezone=UTC -c statement_timeout={milliseconds} -c lock_timeout={milliseconds}"
        connect = {"async_creator_fn": _Connection.connect, "options": settings}
        return create_async_engine(url, pool_pre_ping=True, pool_timeout=limit, connect_args=connect, **options)
    engine = create_async_engine(
        url, pool_timeout=limit, connect_args={"isolation_level": None, "factory": _SqliteConnection}, **options
    )
    event.listen(engine.sync_engine, "connect", functools.partial(_prepare_sqlite, limit))
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _reading_options(engine: AsyncEngine) -> dict[str, Any]:
    if engine.dialect.name == "postgresql":
        return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    return {"is_reading": True}


def _prepare_sqlite(limit: float, connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in (
        # Waits for a lock a little less than we wait for the answer, so that the reason is told.
        f"busy_timeout = {int(limit * 800)}",
        # What was acknowledged outlasts a power cut; NORMAL would leave the newest transactions to chance.
        "synchronous = FULL",
        "foreign_keys = ON",
        # Without it INSERT OR REPLACE deletes behind the back of the triggers.
        "recursive_triggers = ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    # The mode stays with the file; where somebody else sets it at this moment, SQLite does not wait.
    with suppress(sqlite3.OperationalError):
        cursor.execute("PRAGMA journal_mode = WAL")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later fails at once when another wrote in between.
    is_reading = connection.get_execution_options().get("is_reading")
    connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")
