"""A database that is away says so within two seconds, and is used again as soon as it is back."""

import asyncio
import os
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.store.database import Database, DatabaseAway
from adapters.store.incidents import SqlIncidents
from adapters.store.record import SqlRecord
from tests.postgres import Server
from tests.store.story import batch, timeline


@contextmanager
def within(seconds: float) -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


@asynccontextmanager
async def silent_server() -> AsyncIterator[int]:
    """Accept connections and never say a word."""
    held: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _, writer: held.append(writer), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        for writer in held:
            writer.close()
        server.close()


async def test_a_server_that_accepts_and_never_answers() -> None:
    async with silent_server() as port:
        database = Database(f"postgresql://fengsui@127.0.0.1:{port}/fengsui")
        with within(2), pytest.raises(DatabaseAway):
            await database.ping()
        with within(2), pytest.raises(DatabaseAway):
            await asyncio.gather(*(SqlIncidents(database).search() for _ in range(20)))
        with within(2):
            await database.close()


async def test_a_server_that_is_not_there() -> None:
    async with silent_server() as port:
        pass
    database = Database(f"postgresql://fengsui@127.0.0.1:{port}/fengsui")
    with within(2), pytest.raises(DatabaseAway):
        await SqlRecord(database).append(batch(timeline()))
    await database.close()


async def test_a_backend_that_freezes(postgres: Server) -> None:
    database = Database(postgres.create("freezing"), limit=1)
    async with database.session() as connection:
        backend = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    os.kill(backend, signal.SIGSTOP)
    try:
        with within(1.8), pytest.raises(DatabaseAway):
            await database.ping()
        with within(1.8):
            await database.ping()
    finally:
        os.kill(backend, signal.SIGCONT)
    await database.close()
    postgres.drop("freezing")


async def test_a_query_that_takes_too_long(postgres: Server) -> None:
    database = Database(postgres.create("slow"), limit=0.6)
    with within(1.2), pytest.raises(DatabaseAway):
        async with database.session() as connection:
            await connection.execute(text("SELECT pg_sleep(30)"))
    await database.ping()
    await database.close()
    postgres.drop("slow")


async def test_a_restart_between_two_questions_is_not_noticed(postgres: Server) -> None:
    database = Database(postgres.create("restarted"))
    await database.ping()
    with postgres.connect() as other:
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'restarted'")
    await database.ping()
    await database.close()
    postgres.drop("restarted")


async def test_a_file_that_somebody_else_keeps_locked(tmp_path: Path) -> None:
    file = tmp_path / "record.db"
    database = Database(f"sqlite:///{file}")
    await database.ping()
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with within(2), pytest.raises(DatabaseAway, match="locked"):
            await SqlRecord(database).append(batch(timeline()))
        await database.ping()  # readers go on
        other.execute("ROLLBACK")
    await database.close()


async def test_a_database_without_tables_is_away(empty_url: str) -> None:
    database = Database(empty_url)
    with pytest.raises(DatabaseAway, match="incidents"):
        await SqlIncidents(database).search()
    await database.close()


async def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'missing' / 'record.db'}")
    with pytest.raises(DatabaseAway, match="unable to open"):
        await database.ping()
    await database.close()


async def test_a_caller_who_leaves_breaks_nothing(database: Database) -> None:
    async def hold() -> None:
        async with database.transaction() as connection:
            await connection.execute(text("SELECT 1"))
            await asyncio.sleep(1.2)

    leaving = asyncio.create_task(hold())
    await asyncio.sleep(0.1)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    await SqlRecord(database).append(batch(timeline()))
    assert await SqlIncidents(database).timeline("2026-0001") == timeline()
