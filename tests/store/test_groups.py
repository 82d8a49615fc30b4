"""Posts that groups of the company's sign-in give and take: never half, never over what another has just written."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from adapters.directory import SqlDirectory
from adapters.settings import Settings
from adapters.store.catalogue import Edit, Item, SqlCatalogue
from adapters.store.database import Database
from api.problems import Denied
from api.services import Services
from api.signin.provided import take_posts
from domain.administration import Task, may
from domain.company import Delegation, Person, Role
from domain.errors import Conflict
from tests.store.test_directory import NOW

ROOT = Path(__file__).resolve().parents[2]
WHO = "chen-lei"
DEPUTY = "sun-jing"
CLAIMS = {"groups": ["managers"]}


class Meddled(SqlCatalogue):
    """A catalogue in which others change a person just after he was read, so many times."""

    def __init__(self, database: Database, times: int) -> None:
        super().__init__(database)
        self.times = times

    async def get(self, kind: str, item_id: str) -> Item | None:
        found = await super().get(kind, item_id)
        if self.times and found:
            self.times -= 1
            document = found.document | {"department": f"department-{self.times}"}
            await super().edit([Edit(kind=kind, id=item_id, document=document)], person="somebody", act="put")
        return found


async def ports(database: Database, times: int = 0) -> Services:
    """What the sign-in needs of the API, over a real catalogue."""
    catalogue = Meddled(database, times)
    directory = SqlDirectory(catalogue, ROOT / "sample" / "company.yaml", ROOT / "runbooks", patience=30)
    await directory.company()
    settings = Settings(oidc_groups={"managers": [Role.IT_MANAGER]})
    snapshots = SimpleNamespace(catalogue=catalogue, directory=directory)
    return cast("Services", SimpleNamespace(settings=settings, snapshots=snapshots))


async def person_of(given: Services) -> Person:
    found = await given.snapshots.directory.person(WHO)
    assert found
    return found


async def test_whoever_leaves_the_group_takes_his_deputies_powers_along(database: Database) -> None:
    given = await ports(database)
    before = await given.snapshots.directory.company()
    lent = Delegation(post=Role.IT_MANAGER, principal=WHO, deputy=DEPUTY)
    company = before.model_copy(update={"delegations": [lent]})
    assert may(company, DEPUTY, Task.EDIT_DIRECTORY, NOW)
    await take_posts(given, await person_of(given), {"groups": []})
    people = (await given.snapshots.directory.company()).people
    assert Role.IT_MANAGER not in next(item.posts for item in people if item.id == WHO)
    assert not may(company.model_copy(update={"people": people}), DEPUTY, Task.EDIT_DIRECTORY, NOW)
    await take_posts(given, await person_of(given), CLAIMS)
    assert Role.IT_MANAGER in (await person_of(given)).posts


async def test_what_another_wrote_meanwhile_stays_and_the_posts_are_taken_all_the_same(database: Database) -> None:
    given = await ports(database, times=3)
    await take_posts(given, await person_of(given), {})
    item = await given.snapshots.catalogue.get("person", WHO)
    assert item
    assert (item.document["department"], Role.IT_MANAGER in item.document["posts"]) == ("department-0", False)


async def test_nobody_is_let_in_with_posts_that_could_not_be_taken(database: Database) -> None:
    given = await ports(database, times=100)
    with pytest.raises(Conflict):
        await take_posts(given, await person_of(given), {})


async def test_who_was_taken_out_of_the_directory_meanwhile_stays_out(database: Database) -> None:
    given = await ports(database)
    person = await person_of(given)
    await given.snapshots.catalogue.edit([Edit(kind="person", id=WHO, document=None)], person="somebody", act="remove")
    with pytest.raises(Denied):
        await take_posts(given, person, CLAIMS)
