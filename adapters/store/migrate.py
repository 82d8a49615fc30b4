"""Bring a database to the newest tables, by Alembic; safe to run twice, also at the same time."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.engine import Connection

from adapters.store.database import Database
from adapters.store.tables import metadata

SECONDS = 600.0
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('migrations'))"


async def upgrade(url: str, revision: str = "head") -> None:
    """Make or change the tables in one transaction; raise DatabaseAway."""
    await _run(url, lambda connection: command.upgrade(_config(connection), revision))


async def current(url: str) -> str | None:
    """Return the revision that the database has, None when it is empty; raise DatabaseAway."""
    found: str | None = await _run(url, _revision)
    return found


async def differences(url: str) -> list[str]:
    """Return how the tables of the database differ from those that we expect; raise DatabaseAway."""
    found: list[str] = await _run(url, _differences)
    return found


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _differences(connection: Connection) -> list[str]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return [str(difference) for difference in compare_metadata(context, metadata)]


async def _run(url: str, work: Any) -> Any:
    database = Database(url, limit=SECONDS)
    try:
        async with database.transaction() as connection:
            if database.is_postgres:
                await connection.execute(text(_ONE_AT_A_TIME))
            return await connection.run_sync(work)
    finally:
        await database.close()


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
