"""The directory in the database: sown once from the file, newest within a second, never in the way of a page."""

import asyncio
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.directory import FileDirectory, SqlDirectory
from adapters.directory.documents import PERSON, edits
from adapters.directory.registrar import Editor
from adapters.files import load_register, load_runbooks
from adapters.problems import FileProblem
from adapters.runbooks.library import Library, Proposal
from adapters.store.catalogue import Edit, SqlCatalogue
from adapters.store.database import Database, DatabaseAway
from domain.runbook import Status

ROOT = Path(__file__).resolve().parents[2]
COMPANY, RUNBOOKS = ROOT / "sample" / "company.yaml", ROOT / "runbooks"
CHANNELS = frozenset({"inbox", "mail"})
PATIENCE = 30.0
NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)


class Clock:
    """Seconds moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Silent(SqlCatalogue):
    """The catalogue of a database that says nothing until it is told to."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.is_away = True
        self.asked = 0

    async def revision(self) -> int:
        self.asked += 1
        if self.is_away:
            raise DatabaseAway("no answer in time")
        return await super().revision()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def catalogue(database: Database) -> SqlCatalogue:
    return SqlCatalogue(database)


@pytest.fixture
def directory(catalogue: SqlCatalogue, clock: Clock) -> SqlDirectory:
    return SqlDirectory(catalogue, COMPANY, RUNBOOKS, CHANNELS, clock=clock, patience=PATIENCE)


async def rename(catalogue: SqlCatalogue, name: str) -> None:
    item = await catalogue.get(PERSON, "sun-jing")
    assert item is not None
    await catalogue.edit(
        [Edit(kind=PERSON, id="sun-jing", document={**item.document, "name": name})], person="wu-min", act="put"
    )


async def test_it_is_sown_from_the_file_and_says_the_same(directory: SqlDirectory, catalogue: SqlCatalogue) -> None:
    of_file = await FileDirectory(COMPANY, RUNBOOKS, CHANNELS).company()
    company = await directory.company()
    assert company.people == of_file.people
    assert company.systems == of_file.systems
    assert company.runbooks == of_file.runbooks
    assert company.delegations == of_file.delegations
    assert company.version.startswith(f"{of_file.version}-")
    assert await directory.address("sun-jing", "mail") == "sun.jing@huahui.example"
    assert await directory.address("sun-jing", "inbox") == "sun-jing"
    assert await directory.address("sun-jing", "pigeon") is None
    assert await directory.address("nobody", "mail") is None
    assert {change.act for change in (await catalogue.changes()).items} == {"import"}
    assert {change.person for change in (await catalogue.changes()).items} == {"system"}


async def test_nothing_is_sown_where_something_is(
    directory: SqlDirectory, catalogue: SqlCatalogue, tmp_path: Path
) -> None:
    await directory.known()
    revision = await catalogue.revision()
    other = SqlDirectory(catalogue, tmp_path / "missing.yaml", RUNBOOKS, CHANNELS)
    assert (await other.company()).people == (await directory.company()).people
    assert await catalogue.revision() == revision


async def test_two_who_sow_at_once_sow_once(catalogue: SqlCatalogue) -> None:
    both = [SqlDirectory(catalogue, COMPANY, RUNBOOKS, CHANNELS) for _ in range(2)]
    first, second = await asyncio.gather(*(directory.known() for directory in both))
    assert first.company == second.company
    books = first.company.runbooks
    assert await catalogue.revision() == len(edits([], load_register(COMPANY, books))) + len(books)


async def test_an_empty_catalogue_needs_a_good_file(catalogue: SqlCatalogue, tmp_path: Path) -> None:
    (tmp_path / "company.yaml").write_text("folk: []\n", encoding="utf-8")
    with pytest.raises(FileProblem, match="people: is missing"):
        await SqlDirectory(catalogue, tmp_path / "company.yaml", RUNBOOKS, CHANNELS).known()


async def test_a_change_is_seen_after_a_second(directory: SqlDirectory, catalogue: SqlCatalogue, clock: Clock) -> None:
    before = await directory.company()
    await rename(catalogue, "孙静怡")
    assert await directory.company() is before
    clock.now += 1
    person = await directory.person("sun-jing")
    assert person is not None
    assert person.name == "孙静怡"


async def test_whoever_changed_it_sees_it_at_once(directory: SqlDirectory, catalogue: SqlCatalogue) -> None:
    await directory.company()
    await rename(catalogue, "孙静怡")
    member = (await directory.refresh()).register.member("sun-jing")
    assert member is not None
    assert member.name == "孙静怡"


async def test_with_the_database_away_what_was_known_stays(database: Database, clock: Clock) -> None:
    catalogue = Silent(database)
    catalogue.is_away = False
    directory = SqlDirectory(catalogue, COMPANY, RUNBOOKS, CHANNELS, clock=clock, patience=PATIENCE)
    before = await directory.company()
    catalogue.is_away = True
    catalogue.asked = 0
    for _ in range(4):
        clock.now += 1
        assert await directory.company() is before
    assert catalogue.asked == 1
    catalogue.is_away = False
    await rename(catalogue, "孙静怡")
    clock.now += 2
    person = await directory.person("sun-jing")
    assert person is not None
    assert person.name == "孙静怡"


async def test_a_start_without_the_database_goes_by_the_file(database: Database, clock: Clock) -> None:
    catalogue = Silent(database)
    directory = SqlDirectory(catalogue, COMPANY, RUNBOOKS, CHANNELS, clock=clock, patience=PATIENCE)
    company = await directory.company()
    assert company.version == "2026.11"
    assert await directory.address("sun-jing", "mail") == "sun.jing@huahui.example"
    catalogue.is_away = False
    clock.now += 5
    assert (await directory.company()).version == f"2026.11-{await catalogue.revision()}"


async def test_the_folder_of_runbooks_fills_an_empty_library_once(
    catalogue: SqlCatalogue, clock: Clock, tmp_path: Path
) -> None:
    shutil.copytree(RUNBOOKS, tmp_path / "runbooks")
    first = (tmp_path / "runbooks" / "trading-halt@1.yaml").read_text(encoding="utf-8")
    newer = tmp_path / "runbooks" / "trading-halt@2.yaml"
    newer.write_text(first.replace("version: 1", "version: 2"), encoding="utf-8")
    directory = SqlDirectory(catalogue, COMPANY, tmp_path / "runbooks", CHANNELS, clock=clock, patience=PATIENCE)
    known = await directory.known()
    standing = {edition.ref: edition.status for edition in known.editions if edition.book.id == "trading-halt"}
    assert standing == {"trading-halt@1": Status.SUPERSEDED, "trading-halt@2": Status.PUBLISHED}
    assert known.company.runbook("trading-halt@2") is not None
    # From here on the database is the truth: the folder may go.
    shutil.rmtree(tmp_path / "runbooks")
    again = SqlDirectory(catalogue, tmp_path / "none.yaml", tmp_path / "runbooks", CHANNELS)
    assert (await again.company()).runbooks == known.company.runbooks


async def test_a_company_that_was_there_before_gets_its_library(catalogue: SqlCatalogue, clock: Clock) -> None:
    register = load_register(COMPANY, load_runbooks(RUNBOOKS))
    await catalogue.edit(edits([], register), person="system", act="import")
    directory = SqlDirectory(catalogue, COMPANY, RUNBOOKS, CHANNELS, clock=clock, patience=PATIENCE)
    assert [book.ref for book in (await directory.company()).runbooks] == [book.ref for book in load_runbooks(RUNBOOKS)]


async def test_a_published_version_is_noticed_and_stays_known_without_the_database(
    database: Database, clock: Clock
) -> None:
    catalogue = Silent(database)
    catalogue.is_away = False
    directory = SqlDirectory(catalogue, COMPANY, RUNBOOKS, CHANNELS, clock=clock, patience=PATIENCE)
    await directory.company()
    other = SqlDirectory(catalogue, COMPANY, RUNBOOKS, CHANNELS, clock=clock, patience=PATIENCE)
    library = Library(catalogue, other, lambda: NOW)
    before = (await other.company()).runbook("trading-halt")
    assert before is not None
    editor = Editor("chen-lei")
    await library.put(before.model_copy(update={"version": 2}), Proposal(), editor, 0)
    await library.submit("trading-halt@2", editor, None)
    await library.publish("trading-halt@2", editor, None)
    clock.now += 2
    assert (await directory.company()).runbook("trading-halt@2") is not None
    catalogue.is_away = True
    clock.now += 2
    assert (await directory.company()).runbook("trading-halt@2") is not None
