"""What administrators keep: nothing is changed without who, when, before and after."""

import asyncio

import pytest
from sqlalchemy import exc, text

from adapters.store.catalogue import Edit, SqlCatalogue
from adapters.store.database import Database
from domain.entry import GENESIS
from domain.errors import Conflict

PERSON = {"id": "chen-lei", "name": "陈磊"}


@pytest.fixture
def catalogue(database: Database) -> SqlCatalogue:
    return SqlCatalogue(database)


def put(document: dict[str, str] | None, version: int | None = None, item: str = "chen-lei") -> Edit:
    return Edit(kind="person", id=item, document=document, version=version)


async def test_a_new_item_is_a_change_from_nothing(catalogue: SqlCatalogue) -> None:
    assert await catalogue.revision() == 0
    (change,) = await catalogue.edit([put(PERSON)], person="admin", act="put", reason="入职")
    assert (change.id, change.version, change.before, change.after) == (1, 1, None, PERSON)
    assert (change.person, change.act, change.reason) == ("admin", "put", "入职")
    (item,) = await catalogue.items("person")
    assert (item.id, item.version, item.document) == ("chen-lei", 1, PERSON)
    assert await catalogue.everything() == (1, [item])


async def test_the_same_again_changes_nothing(catalogue: SqlCatalogue) -> None:
    await catalogue.edit([put(PERSON)], person="admin", act="put")
    assert await catalogue.edit([put(PERSON)], person="admin", act="put") == []
    assert await catalogue.revision() == 1


async def test_a_removed_item_does_not_start_again(catalogue: SqlCatalogue) -> None:
    await catalogue.edit([put(PERSON)], person="admin", act="put")
    (removed,) = await catalogue.edit([put(None, version=1)], person="admin", act="remove")
    assert (removed.before, removed.after) == (PERSON, None)
    assert await catalogue.get("person", "chen-lei") is None
    (back,) = await catalogue.edit([put(PERSON, version=0)], person="admin", act="put")
    assert back.version == 3


async def test_who_saw_an_older_version_changes_nothing(catalogue: SqlCatalogue) -> None:
    await catalogue.edit([put(PERSON)], person="admin", act="put")
    await catalogue.edit([put({**PERSON, "name": "陈雷"}, version=1)], person="admin", act="put")
    with pytest.raises(Conflict):
        await catalogue.edit([put(PERSON, item="other"), put(PERSON, version=1)], person="admin", act="put")
    assert [item.document["name"] for item in await catalogue.items("person")] == ["陈雷"]


async def test_who_saw_an_older_catalogue_changes_nothing(catalogue: SqlCatalogue) -> None:
    await catalogue.edit([put(PERSON)], person="admin", act="put")
    with pytest.raises(Conflict):
        await catalogue.edit([put(PERSON, item="other")], person="admin", act="put", revision=0)
    assert await catalogue.revision() == 1


async def test_many_at_once_make_one_chain(catalogue: SqlCatalogue) -> None:
    await asyncio.gather(*(catalogue.edit([put(PERSON, item=f"p{n}")], person="admin", act="put") for n in range(8)))
    made = list(reversed((await catalogue.changes()).items))
    assert [change.id for change in made] == list(range(1, 9))
    assert [change.prev_hash for change in made] == [GENESIS, *(change.hash for change in made[:-1])]
    assert all(change.hash == change.digest() for change in made)


async def test_changes_come_in_pages(catalogue: SqlCatalogue) -> None:
    await catalogue.edit([put(PERSON, item=f"p{n}") for n in range(5)], person="admin", act="import")
    first = await catalogue.changes(kind="person", limit=3)
    second = await catalogue.changes(kind="person", limit=3, after=first.next)
    assert [change.item for change in (*first.items, *second.items)] == ["p4", "p3", "p2", "p1", "p0"]
    assert second.next is None
    assert [change.item for change in (await catalogue.changes(item="p1")).items] == ["p1"]


async def test_items_keep_their_order(catalogue: SqlCatalogue) -> None:
    edits = [Edit(kind="person", id=name, document=PERSON, position=n) for n, name in enumerate("cab")]
    await catalogue.edit(edits, person="admin", act="import")
    await catalogue.edit([put(PERSON, item="aa")], person="admin", act="put")
    assert [item.id for item in await catalogue.items("person")] == ["c", "a", "b", "aa"]


@pytest.mark.parametrize("statement", ["UPDATE changes SET person = 'x'", "DELETE FROM changes"])
async def test_changes_are_never_changed(catalogue: SqlCatalogue, database: Database, statement: str) -> None:
    await catalogue.edit([put(PERSON)], person="admin", act="put")
    with pytest.raises(exc.IntegrityError):
        async with database.transaction() as connection:
            await connection.execute(text(statement))
    assert (await catalogue.changes()).items[0].person == "admin"
