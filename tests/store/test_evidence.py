"""Rows, custody list, checkpoints, files of evidence: whatever is changed behind the record's back is named (5.3.5)."""

import base64
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import structlog
from sqlalchemy.exc import DBAPIError

from activities.ports import EvidenceStorage, Received
from adapters.evidence.folder import FolderStorage
from adapters.evidence.signing import Keyring, Signer
from adapters.store.checkpoints import SqlCheckpoints
from adapters.store.custody import Handled, SqlCustody
from adapters.store.database import Database
from adapters.store.exhibits import SqlExhibits, rows_of
from adapters.store.record import SqlRecord
from adapters.store.tables import evidence
from adapters.verify import Finding, verify
from domain import events as ev
from domain.entry import Entry
from tests.store.story import batch, chained, reported
from tests.store.tampering import tamper

NUMBER = "2026-0001"
SIGNER = Signer(base64.b64encode(b"a seed of thirty-two bytes......").decode())
OTHER = Signer(base64.b64encode(b"another seed of 32 bytes........").decode())
KEYRING = Keyring([SIGNER.public])
LOG = "归档已满\n".encode()


async def once(content: bytes) -> AsyncIterator[bytes]:
    yield content


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "evidence")


async def timeline_of(storage: EvidenceStorage) -> list[Entry]:
    """A report, a file that is kept, and a withdrawal."""
    received: Received = await storage.receive(once(LOG), 100)
    await storage.settle(received)
    added = ev.EvidenceAdded(
        record="fault_log",
        file_name="错误.log",
        size=received.size,
        digest=received.digest,
        received_from="10.0.0.1",
        collected_by="li.na",
    )
    return chained(NUMBER, [reported(), added, ev.Withdrawn(reason="误报")])


@pytest.fixture
async def kept(database: Database, storage: FolderStorage) -> Database:
    happened = batch(await timeline_of(storage))
    record = SqlRecord(database, SIGNER)
    await record.append(happened)
    await record.append(happened)  # an activity may run twice
    await record.archive(NUMBER, "{}")
    return database


async def faults(database: Database, storage: EvidenceStorage) -> list[str]:
    found = await verify(database, storage=storage, keyring=KEYRING)
    return [_said(fault) for fault in found.faults]


def _said(fault: Finding) -> str:
    where = f"{fault.incident or fault.chain} #{fault.seq}"
    return f"{where}: {fault.message.format(**fault.params)}"


async def test_the_row_is_what_the_timeline_says_and_its_receipt_is_noted_once(
    kept: Database, storage: FolderStorage
) -> None:
    [row] = await SqlExhibits(kept).of_incident(NUMBER)
    assert [row] == rows_of(await timeline_of(storage))
    [link] = await SqlCustody(kept).of_incident(NUMBER)
    assert (link.act, link.person, link.address, link.seq) == ("received", "li.na", "10.0.0.1", 2)
    assert await SqlExhibits(kept).is_referenced("sha256", row.digest)
    assert not await SqlExhibits(kept).is_referenced("sm3", row.digest)
    found = await verify(kept, storage=storage, keyring=KEYRING)
    assert (found.faults, found.notes, found.files, found.custody, found.checkpoints) == ([], [], 1, 1, 1)


def long_story(text: str = "", *, is_over: bool = False) -> list[Entry]:
    """A report and observations, 120 entries; the fiftieth ``text``."""
    observed = [ev.Recorded(record="observation", text=f"{step}") for step in range(2, 50)]
    observed += [ev.Recorded(record="observation", text=text or f"{step}") for step in range(50, 120)]
    last = ev.Withdrawn(reason="误报") if is_over else ev.Recorded(record="observation", text="120")
    return chained(NUMBER, [reported(), *observed, last])


@pytest.mark.parametrize("size", [1, 7, 120])
async def test_a_checkpoint_stands_at_every_fiftieth_entry_in_whatever_batches_they_come(
    database: Database, size: int
) -> None:
    entries = long_story()
    record = SqlRecord(database, SIGNER)
    for first in range(1, 121, size):
        await record.append(batch(entries, first, min(first + size - 1, 120)))
    made = await SqlCheckpoints(database).of_incident(NUMBER)
    assert [(item.seq, item.hash) for item in made] == [(seq, entries[seq - 1].hash) for seq in (50, 100)]
    assert all(KEYRING.holds(item) for item in made)
    assert not Keyring([OTHER.public]).holds(made[0])


async def test_an_end_that_nobody_signed_is_a_fault_where_a_key_is_known(
    database: Database, storage: FolderStorage
) -> None:
    await SqlRecord(database).append(batch(await timeline_of(storage)))
    await SqlRecord(database).archive(NUMBER, "{}")
    assert await faults(database, storage) == [f"{NUMBER} #3: The signed checkpoint at entry 3 is missing."]
    assert (await verify(database, storage=storage)).faults == []


@pytest.mark.parametrize(("gone", "told"), [("seq = 50", [50]), ("seq >= 100", [100, 120]), ("1 = 1", [50, 100, 120])])
async def test_a_record_written_anew_is_found_though_its_checkpoints_are_gone(
    database: Database, url: str, storage: FolderStorage, gone: str, told: list[int]
) -> None:
    """Every hash and every row fits again, and the signatures that remembered otherwise were deleted."""
    await SqlRecord(database, SIGNER).append(batch(long_story(is_over=True)))
    await SqlRecord(database).archive(NUMBER, "{}")
    assert await faults(database, storage) == []
    tamper(url, "DELETE FROM entries", "DELETE FROM incidents", f"DELETE FROM checkpoints WHERE {gone}")
    await SqlRecord(database).append(batch(long_story("是别的原因", is_over=True)))
    found = await faults(database, storage)
    assert [text for text in found if "missing" in text] == [
        f"{NUMBER} #{seq}: The signed checkpoint at entry {seq} is missing." for seq in told
    ]


async def test_the_log_outside_the_database_knows_every_hand(database: Database, storage: FolderStorage) -> None:
    happened = batch(await timeline_of(storage))
    with structlog.testing.capture_logs() as told:
        await SqlRecord(database).append(happened)
        await SqlRecord(database).append(happened)
    [link] = await SqlCustody(database).of_incident(NUMBER)
    assert [(item["id"], item["hash"]) for item in told if item["event"] == "handled"] == [(1, link.hash)]


@pytest.mark.parametrize("table", ["evidence", "custody", "checkpoints"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET incident = 'x'", "DELETE FROM {}"])
async def test_the_database_itself_refuses_to_change_them(kept: Database, table: str, verb: str) -> None:
    with pytest.raises(DBAPIError, match="only grows"):
        async with kept.transaction() as connection:
            await connection.exec_driver_sql(verb.format(table))


FORGED = OTHER.checkpoint(NUMBER, 3, "0" * 64, chained(NUMBER, [reported()])[0].recorded_at)
TAMPERED = {
    "UPDATE evidence SET file_name = 'a.log'": "The row of the evidence of entry 2 was changed: file_name.",
    "UPDATE evidence SET size = 1, media_type = 'a/b'": (
        "The row of the evidence of entry 2 was changed: size, media_type."
    ),
    "UPDATE evidence SET received_by = NULL": "The row of the evidence of entry 2 was changed: received_by.",
    "DELETE FROM evidence": "The row of the evidence of entry 2 is missing.",
    "UPDATE evidence SET seq = 1": "There is a row of evidence for entry 1, but the timeline knows of none.",
    "UPDATE custody SET person = 'somebody'": "custody #1: Entry 1 was changed.",
    "DELETE FROM custody": "custody #1: Entry 1 is missing.",
    f"UPDATE checkpoints SET signature = '{FORGED.signature}'": (
        "The checkpoint at entry 3 is not signed by a key of ours."
    ),
    f"UPDATE checkpoints SET key = '{OTHER.public}'": "The checkpoint at entry 3 is not signed by a key of ours.",
    f"UPDATE checkpoints SET hash = '{'0' * 64}'": "The checkpoint at entry 3 is not signed by a key of ours.",
}


@pytest.mark.parametrize(("statement", "text"), TAMPERED.items())
async def test_what_is_changed_in_the_database_is_named(
    kept: Database, url: str, storage: FolderStorage, statement: str, text: str
) -> None:
    tamper(url, statement)
    assert any(text in fault for fault in await faults(kept, storage))


async def test_a_timeline_written_anew_does_not_fit_what_was_signed(
    kept: Database, url: str, storage: FolderStorage
) -> None:
    """Every hash and every row fits again; only the signature remembers."""
    entries = chained(NUMBER, [reported(), (await timeline_of(storage))[1].event, ev.Withdrawn(reason="另一个原因")])
    row = batch(entries).row
    tamper(url, "DELETE FROM entries", "DELETE FROM incidents")
    await SqlRecord(kept).append(batch(entries))
    assert row.head_hash == entries[-1].hash
    assert await faults(kept, storage) == [f"{NUMBER} #3: Entry 3 is not the one that was signed."]


async def test_an_end_that_was_cut_off_was_signed(kept: Database, url: str, storage: FolderStorage) -> None:
    tamper(url, "DELETE FROM entries WHERE seq = 3", "DELETE FROM incidents")
    await SqlRecord(kept).append(batch((await timeline_of(storage))[:2]))
    text = f"{NUMBER} #3: The checkpoint at entry 3 was signed, but the entry is missing."
    assert text in await faults(kept, storage)


async def test_a_flipped_byte_in_a_stored_file_names_file_and_entry(kept: Database, storage: FolderStorage) -> None:
    [row] = await SqlExhibits(kept).of_incident(NUMBER)
    file = storage._path("sha256", row.digest)
    file.chmod(0o600)
    file.write_bytes(LOG[:3] + bytes([LOG[3] ^ 1]) + LOG[4:])
    assert await faults(kept, storage) == [f"{NUMBER} #2: The file of entry 2 was changed: 错误.log ({row.digest})."]
    file.unlink()
    assert await faults(kept, storage) == [f"{NUMBER} #2: The file of entry 2 is missing: 错误.log ({row.digest})."]


async def test_a_file_that_was_never_recorded_is_found(kept: Database, storage: FolderStorage) -> None:
    received = await storage.receive(once(b"nobody knows"), 100)
    await storage.settle(received)
    found = await verify(kept, storage=storage)
    assert found.faults == []
    assert [note.params["digest"] for note in found.notes] == [received.digest]  # it may be on its way
    os.utime(storage._path("sha256", received.digest), (0, 0))
    text = f"evidence #None: The storage holds a file that was never recorded: {received.digest}."
    assert await faults(kept, storage) == [text]


async def test_a_storm_of_hands_never_forks_the_custody_list(database: Database, storage: FolderStorage) -> None:
    import asyncio  # noqa: PLC0415

    lines = [
        Handled(person=f"p{n}", act="downloaded", incident=NUMBER, seq=2, digest="0" * 64, algorithm="sha256")
        for n in range(20)
    ]
    await asyncio.gather(*(SqlCustody(database).append([line, line]) for line in lines))
    found = await verify(database)
    assert (found.custody, found.faults) == (40, [])
    async with database.session() as connection:
        assert (await connection.execute(evidence.select())).all() == []
