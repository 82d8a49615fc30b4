"""A statement of the allow-list: one transaction, committed only when it did what is expected."""

from collections.abc import Mapping
from contextlib import suppress

from sqlalchemy import CursorResult, NullPool, exc, make_url
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from activities.messages import ActionResult
from adapters.actions.entries import SqlAction
from adapters.store.database import DRIVERS

_REFUSED = (exc.DBAPIError, OSError)


def address(secret: str) -> URL:
    """Return the URL that a secret holds; one without a driver gets ours."""
    url = make_url(secret)
    return url.set(drivername=DRIVERS.get(url.drivername, url.drivername))


async def carry_out(entry: SqlAction, secrets: Mapping[str, str]) -> ActionResult:
    """Execute once; before the commit has begun everything is taken back, afterwards only its answer tells."""
    engine = create_async_engine(address(secrets[entry.database]), poolclass=NullPool)
    try:
        connection = await _connected(engine)
        if isinstance(connection, ActionResult):
            return connection
        try:
            return await _execute(connection, entry)
        finally:
            # What was committed is committed, however the connection ends.
            with suppress(*_REFUSED):
                await connection.close()
    finally:
        await engine.dispose()


async def _connected(engine: AsyncEngine) -> AsyncConnection | ActionResult:
    try:
        return await engine.connect()
    except _REFUSED as error:
        return ActionResult(outcome="failed", why="unreachable", output=type(error).__name__)


async def _execute(connection: AsyncConnection, entry: SqlAction) -> ActionResult:
    try:
        # As it stands in the file: nothing in it is a place for a parameter.
        result = await connection.exec_driver_sql(entry.statement, execution_options={"no_parameters": True})
        is_expected, told = _compared(entry, result)
    except exc.DBAPIError as error:
        if error.connection_invalidated:
            return ActionResult(outcome="unclear", why="no_answer", output=type(error.orig).__name__)
        return ActionResult(outcome="failed", why="unexpected", output=_words(error))
    if not is_expected:
        await connection.rollback()
        return ActionResult(outcome="failed", why="taken_back", output=told)
    try:
        await connection.commit()
    except _REFUSED as error:
        return ActionResult(outcome="unclear", why="no_answer", output=type(error).__name__)
    return ActionResult(outcome="done", output=told)


def _compared(entry: SqlAction, result: CursorResult[object]) -> tuple[bool, str]:
    if entry.expected_rows is not None:
        count = len(result.fetchall()) if result.returns_rows else result.rowcount
        return count == entry.expected_rows, f"{count} rows"
    value = result.scalar() if result.returns_rows else None
    return str(value) == str(entry.expected_value), str(value)


def _words(error: exc.DBAPIError) -> str:
    """Return what the database says, without the statement that SQLAlchemy would add."""
    return f"{type(error.orig).__name__}: {error.orig}"
