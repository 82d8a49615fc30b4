"""The tables are made by migrations alone, and any number of times."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from sqlalchemy import text

from adapters.store import migrate
from adapters.store.database import Database
from adapters.store.incidents import SqlIncidents
from adapters.store.record import SqlRecord
from tests.store.story import batch, timeline


async def test_from_nothing_to_the_newest_tables(empty_url: str) -> None:
    assert await migrate.current(empty_url) is None
    assert await migrate.differences(empty_url) != []
    await migrate.upgrade(empty_url)
    assert await migrate.current(empty_url) == "0011"
    assert await migrate.differences(empty_url) == []


async def test_a_second_time_changes_nothing(url: str, database: Database) -> None:
    await SqlRecord(database).append(batch(timeline()))
    await migrate.upgrade(url)
    assert await SqlIncidents(database).timeline("2026-0001") == timeline()


async def test_two_at_the_same_time(empty_url: str) -> None:
    await asyncio.gather(*(migrate.upgrade(empty_url) for _ in range(3)))
    assert await migrate.differences(empty_url) == []


async def test_a_column_that_nobody_expects_is_told(url: str, database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(text("ALTER TABLE inbox ADD COLUMN surprise INTEGER"))
    assert [difference for difference in await migrate.differences(url) if "surprise" in difference] != []


def test_from_the_command_line(tmp_path: Path) -> None:
    environ = {**os.environ, "FENGSUI_HOME": str(tmp_path)}

    def run(verb: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "adapters.store", verb], env=environ, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout.strip()

    assert run("check")[0] == 1
    assert run("upgrade") == (0, "")
    assert run("current") == (0, "0011")
    assert run("check") == (0, "")
