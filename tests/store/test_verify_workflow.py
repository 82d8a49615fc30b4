"""The record against the workflows themselves: what a consistent forgery of the database cannot hide."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest
from temporalio.client import Client

from adapters import composition
from adapters.settings import Settings
from adapters.snapshot import Snapshots
from adapters.store import migrate
from adapters.store.database import Database
from adapters.store.incidents import SqlIncidents
from adapters.temporal import DATA_CONVERTER, Incidents, register_search_attributes
from adapters.verify import Findings, verify
from domain.acts import Assessment, Command, Report, Withdraw
from tests.servers import dev_server
from tests.store.story import START
from tests.store.tampering import tamper
from worker import workers
from workflows.contract import ALERT, Alert, incident_id

PATIENCE_SECONDS = 30
OPEN, OVER = "2026-OPEN", "2026-OVER"


@pytest.fixture(scope="module")
async def client() -> AsyncIterator[Client]:
    async with await dev_server(data_converter=DATA_CONVERTER) as server:
        await register_search_attributes(server.client)
        yield server.client


@pytest.fixture(scope="module")
async def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    made = Settings(home=tmp_path_factory.mktemp("home"))
    await migrate.upgrade(made.database_url)
    return made


@pytest.fixture(scope="module")
async def recorded(client: Client, settings: Settings) -> AsyncIterator[Settings]:
    """One incident that goes on and one that is over, carried by the real workers."""
    async with composition.activities(settings, client) as ready:
        incidents, notify = workers(client, ready)
        async with incidents, notify:
            await _live_through(client, settings)
            yield settings


@pytest.fixture
async def database(recorded: Settings) -> AsyncIterator[Database]:
    opened = Database(recorded.database_url, limit=30)
    yield opened
    await opened.close()


@pytest.fixture
def kept(recorded: Settings, tmp_path: Path) -> Callable[[], str]:
    """Make copies of the database to change."""

    def copy() -> str:
        target = tmp_path / "copy.db"
        with closing(sqlite3.connect(_file(recorded))) as source, closing(sqlite3.connect(target)) as copied:
            source.backup(copied)
        return f"sqlite+aiosqlite:///{target}"

    return copy


def _file(settings: Settings) -> str:
    return settings.database_url.removeprefix("sqlite+aiosqlite:///")


async def _live_through(client: Client, settings: Settings) -> None:
    database = Database(settings.database_url, limit=30)
    incidents, snapshots = Incidents(client, PATIENCE_SECONDS), Snapshots(settings, database)
    company = await snapshots.directory.company()
    reporter = next(person.id for person in company.people if "operator" in person.posts)
    for number in (OPEN, OVER):
        report = Report(
            title="行情系统无法登录",
            system=company.systems[0].id,
            symptom="连接被拒绝",
            preliminary_assessment=Assessment(covered=False, text="手册未涵盖"),
        )
        await incidents.open(await snapshots.opening(number, report, reporter, command_id=f"open-{number}"))
    withdrawn = Command[Withdraw](command_id="withdraw", person=reporter, act=Withdraw(reason="误报"))
    await incidents.act(OVER, withdrawn)
    await client.get_workflow_handle(incident_id(OVER)).result()
    await _until(lambda: _is_recorded(client, database, 2))  # the report and its pages
    await database.close()


async def _is_recorded(client: Client, database: Database, seq: int) -> bool:
    row, snapshot = await SqlIncidents(database).get(OPEN), await Incidents(client, PATIENCE_SECONDS).snapshot(OPEN)
    return row is not None and row.seq == snapshot.seq >= seq


async def _say_that_the_alert_is_over(client: Client) -> None:
    alert = Alert(
        source="monitor",
        dedup_key="quotes",
        status="resolved",
        occurrence="1",
        command_id="1",
        title="行情系统无法登录",
        system="quotes",
        symptom="恢复",
        started_at=START,
    )
    await client.get_workflow_handle(incident_id(OPEN)).signal(ALERT, alert)


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.05)


async def findings(url: str, client: Client, number: str | None = None) -> Findings:
    database = Database(url, limit=30)
    try:
        return await verify(database, client, number)
    finally:
        await database.close()


def said(found: Findings) -> list[tuple[str | None, str]]:
    return [(fault.incident, fault.message.format(**fault.params)) for fault in found.faults]


async def test_what_was_really_lived_through_is_clean(client: Client, database: Database) -> None:
    found = await verify(database, client)
    assert said(found) == []
    assert found.notes == []
    assert found.incidents == 2
    assert found.entries >= 4
    assert await SqlIncidents(database).history(OVER) is not None


async def test_an_older_database_put_back(client: Client, database: Database, kept: Callable[[], str]) -> None:
    url = kept()
    seq = (await Incidents(client, PATIENCE_SECONDS).snapshot(OPEN)).seq + 1
    await _say_that_the_alert_is_over(client)
    await _until(lambda: _is_recorded(client, database, seq))
    assert said(await findings(url, client)) == [(OPEN, f"Entry {seq} is missing.")]
    assert said(await verify(database, client)) == []


async def test_an_incident_that_was_wiped_out(client: Client, kept: Callable[[], str]) -> None:
    url = kept()
    tamper(
        url,
        f"DELETE FROM entries WHERE incident = '{OVER}'",
        f"DELETE FROM archives WHERE incident = '{OVER}'",
        f"DELETE FROM incidents WHERE number = '{OVER}'",
    )
    found = said(await findings(url, client))
    assert [(number, text) for number, text in found if number == OPEN] == []
    assert (OVER, "The incident's row is missing.") in found
    assert any(number == OVER and text.endswith("are missing.") for number, text in found)


async def test_a_past_that_was_written_anew_from_the_genesis(client: Client, kept: Callable[[], str]) -> None:
    """Every hash fits again, but the workflow knows another head."""
    url = kept()
    database = Database(url, limit=30)
    entries = await SqlIncidents(database).timeline(OPEN)
    await database.close()
    statements, prev_hash = [], entries[0].prev_hash
    for entry in entries:
        forged = entry.model_copy(update={"prev_hash": prev_hash, "clause": "9"}).sealed()
        prev_hash = forged.hash
        statements.append(
            f"UPDATE entries SET clause = '9', prev_hash = '{forged.prev_hash}', hash = '{forged.hash}' "
            f"WHERE incident = '{OPEN}' AND seq = {entry.seq}"
        )
    new_head = f"head_hash = '{prev_hash}', view = json_set(view, '$.head_hash', '{prev_hash}')"
    tamper(url, *statements, f"UPDATE incidents SET {new_head} WHERE number = '{OPEN}'")
    without = Database(url, limit=30)
    assert said(await verify(without)) == []
    await without.close()
    last = entries[-1].seq
    assert said(await findings(url, client)) == [(OPEN, f"Entry {last} is not the one that the workflow knows.")]


async def test_an_open_incident_without_workflow(client: Client, kept: Callable[[], str]) -> None:
    url = kept()
    tamper(
        url,
        "DELETE FROM archives",
        f"DELETE FROM entries WHERE incident <> '{OPEN}'",
        f"DELETE FROM incidents WHERE number <> '{OPEN}'",
        "UPDATE entries SET incident = 'nobody'",
        "UPDATE incidents SET number = 'nobody'",
    )
    text = "The incident is open in the record, but no workflow carries it."
    assert ("nobody", text) in said(await findings(url, client, "nobody"))


async def test_entries_that_still_wait_are_a_note(client: Client, recorded: Settings, database: Database) -> None:
    """The database is locked while something happens: nothing is wrong, and nothing is lost afterwards."""
    incidents = Incidents(client, PATIENCE_SECONDS)
    before = (await incidents.snapshot(OPEN)).seq
    with closing(sqlite3.connect(_file(recorded), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await _say_that_the_alert_is_over(client)
        assert (await incidents.snapshot(OPEN)).seq > before
        waiting = await verify(database, client, OPEN)
        other.execute("ROLLBACK")
    assert said(waiting) == []
    assert [note.params["seq"] for note in waiting.notes] == [str(before + 1)]

    await _until(lambda: _is_recorded(client, database, before + 1))
    assert said(await verify(database, client)) == []
