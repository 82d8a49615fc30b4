"""Refusals, sign-ins and administration stand in one chain, whoever appends."""

import asyncio
import sys

from adapters.store import evidence
from adapters.store.audit import Audited, SqlAudit
from adapters.store.database import Database
from adapters.verify import trail_faults

APPENDING = """
import asyncio, sys
from adapters.store.audit import Audited, SqlAudit
from adapters.store.database import Database

async def main(url, person):
    database = Database(url, limit=20)
    for count in range(15):
        await SqlAudit(database).append(
            Audited(person=person, act="judge", method="POST", path="/", code="wrong-phase", params={"n": str(count)})
        )
    await database.close()

asyncio.run(main(*sys.argv[1:]))
"""


def refusal(person: str = "wang.wei", incident: str | None = "2026-0001") -> Audited:
    return Audited(
        person=person,
        act="judge",
        method="POST",
        path="/api/v1/incidents/2026-0001/judgement",
        incident=incident,
        code="not-authorised",
        clause="5.2.2",
        message="{person} has none of the roles that may do this: {roles}.",
        params={"person": "王伟", "roles": "it_manager"},
    )


async def test_a_link_is_read_as_it_was_written(database: Database) -> None:
    written = await SqlAudit(database).append(refusal())
    assert (written.id, written.params["person"]) == (1, "王伟")
    assert written.at.utcoffset() is not None
    assert (await SqlAudit(database).of_incident("2026-0001")).items == [written]
    assert written.digest() == written.hash


async def test_lists_are_newest_first_by_incident_and_by_person(database: Database) -> None:
    audit = SqlAudit(database)
    for person, incident in [("a", "1"), ("b", "1"), ("a", None), ("a", "1")]:
        await audit.append(refusal(person, incident))
    first = await audit.of_incident("1", limit=2)
    second = await audit.of_incident("1", limit=2, after=first.next)
    assert [link.id for link in first.items + second.items] == [4, 2, 1]
    assert second.next is None
    assert [link.id for link in (await audit.of_person("a")).items] == [4, 3, 1]


async def test_processes_that_append_at_once_keep_one_chain(url: str, database: Database) -> None:
    people = ["a", "b", "c"]
    processes = [await asyncio.create_subprocess_exec(sys.executable, "-c", APPENDING, url, name) for name in people]
    assert [await process.wait() for process in processes] == [0, 0, 0]
    trail = await evidence.trail(database)
    assert [link.seq for link in trail.links] == list(range(1, 46))
    assert list(trail_faults(trail)) == []
    for name in people:
        his = (await SqlAudit(database).of_person(name)).items
        assert [link.params["n"] for link in reversed(his)] == [str(count) for count in range(15)]


async def test_a_refused_link_leaves_no_hole(database: Database) -> None:
    audit = SqlAudit(database)
    await audit.append(refusal())
    bad = refusal().model_copy(update={"method": None})
    try:
        await audit.append(bad)
    except ValueError:
        refused = True
    else:
        refused = False
    assert refused
    assert (await audit.append(refusal())).id == 2
