"""The record of measures: written once, catching up, never changed; verify names whatever was changed (5.3.5, 6.2)."""

import base64
from datetime import timedelta
from typing import cast as typed

import pytest
from sqlalchemy.exc import DBAPIError

from activities.messages import MeasureBatch, MeasureRow
from activities.ports import RecordTampered
from adapters.evidence.signing import Keyring, Signer
from adapters.store.database import Database
from adapters.store.measures import MeasureFilter, SqlMeasures
from adapters.store.record import RecordGap, SqlMeasureRecord
from adapters.store.tables import measure_entries
from adapters.verify import verify
from domain.authority import Actor
from domain.calendar import Calendar
from domain.company import Role
from domain.events import Event
from domain.measure import (
    DoneReported,
    ExtensionAsked,
    ExtensionGranted,
    Measure,
    MeasureEntry,
    MeasureOpened,
    MeasureVerified,
    Source,
    Surroundings,
    fold,
)
from domain.policy import Deadline
from domain.rectification import MeasureFile
from tests import cast
from tests.store.story import START
from tests.store.tampering import tamper

NUMBER = "M-7K3Q9-DXMB2-1"
SIGNER = Signer(base64.b64encode(b"a seed of thirty-two bytes......").decode())
DUE = Deadline(at=START + timedelta(days=9), clause="6.2")
LATER = Deadline(at=START + timedelta(days=20), clause="6.2", is_provisional=True)
HAPPENED: list[Event] = [
    MeasureOpened(
        text="更换电源", owner="xu", verifier="sun", due=DUE, source=Source(kind="incident", ref="7K3Q9-DXMB2")
    ),
    ExtensionAsked(extension=1, due=LATER, reason="备件"),
    ExtensionGranted(extension=1, due=LATER),
    DoneReported(completion=1, text="已更换"),
    MeasureVerified(completion=1, text="看过"),
]


def timeline(number: str = NUMBER, length: int = 5) -> list[MeasureEntry]:
    """Return what the workflow would write."""
    calendar = Calendar(time_zone="Asia/Shanghai")
    around = Surroundings(company=cast.company(), calendar=calendar, working_spans=cast.policy().working_spans)
    file = MeasureFile(Measure(number=number), around)
    for step, event in enumerate(HAPPENED[:length]):
        file.note([event], START + timedelta(hours=step), actor=Actor("xu", Role.MEASURE_OWNER))
    return [MeasureEntry.model_validate(entry.model_dump()) for entry in file.take_fresh()]


def batch(entries: list[MeasureEntry], first: int = 1, last: int | None = None) -> MeasureBatch:
    """Return the entries from first to last, and the row as it stands after the last of them."""
    measure = fold(Measure(number=entries[0].incident), entries[:last])
    assert measure.due
    assert measure.source
    given = {name: getattr(measure, name) for name in MeasureRow.model_fields if hasattr(measure, name)}
    row = MeasureRow(
        **given
        | {
            "due": measure.due.at,
            "is_provisional": measure.due.is_provisional,
            "source_kind": measure.source.kind,
            "source": measure.source.ref,
            "incident": measure.source.ref,
            "updated_at": entries[-1].recorded_at,
            "view": measure.view(),
        }
    )
    return MeasureBatch(entries=entries[first - 1 : last], row=row)


@pytest.fixture
async def filled(database: Database) -> Database:
    for number in (NUMBER, "M-7K3Q9-DXMB2-2"):
        await SqlMeasureRecord(database).append(batch(timeline(number)))
    return database


async def faults(
    database: Database, number: str | None = None, keyring: Keyring | None = None
) -> list[tuple[str | None, str]]:
    found = (await verify(database, number=number, keyring=keyring)).faults
    return [(fault.measure, fault.message.format(**fault.params)) for fault in found]


async def test_what_is_written_is_read_again(filled: Database) -> None:
    record, entries = SqlMeasures(filled), timeline()
    assert await record.timeline(NUMBER) == entries
    assert await record.timeline(NUMBER, after_seq=3, limit=1) == entries[3:4]
    row = await record.get(NUMBER)
    assert row is not None
    assert (row.state, row.is_over, row.due, row.is_provisional) == ("closed", True, LATER.at, True)
    page = await record.search(MeasureFilter(incident="7K3Q9-DXMB2", is_over=True), limit=1)
    assert [item.number for item in page.items] == [NUMBER]
    rest = await record.search(MeasureFilter(incident="7K3Q9-DXMB2"), after=page.next)
    assert ([item.number for item in rest.items], rest.next) == (["M-7K3Q9-DXMB2-2"], None)
    assert (await record.search(MeasureFilter(due_before=LATER.at))).items == []


async def test_twice_is_once_a_gap_waits_and_another_past_is_refused(database: Database) -> None:
    record, entries = SqlMeasureRecord(database), timeline()
    with pytest.raises(RecordGap):
        await record.append(batch(entries, 3, 4))
    for _ in range(2):
        await record.append(batch(entries, 1, 3))
    await record.append(batch(entries, 2, 5))
    assert await SqlMeasures(database).timeline(NUMBER) == entries
    forged = [entry.model_copy(update={"person": "somebody"}).sealed() for entry in entries]
    with pytest.raises(RecordTampered):
        await record.append(batch(entries).model_copy(update={"entries": forged[4:]}))


async def test_entries_only_grow(filled: Database) -> None:
    for statement in (measure_entries.update().values(person="somebody"), measure_entries.delete()):
        with pytest.raises(DBAPIError, match="only grows"):
            async with filled.transaction() as connection:
                await connection.execute(statement)


async def test_an_honest_record_is_clean(filled: Database) -> None:
    findings = await verify(filled)
    assert (findings.faults, findings.measures, findings.measure_entries) == ([], 2, 10)
    assert (await verify(filled, number=NUMBER)).measures == 1


WHERE = f"WHERE measure = '{NUMBER}' AND seq = 3"
CHANGED = {
    "a value": (f"UPDATE measure_entries SET person = 'somebody' {WHERE}", "Entry 3 was changed."),
    "an event": (
        f'UPDATE measure_entries SET event = \'{{"kind": "extension_granted", "extension": 2}}\' {WHERE}',
        "Entry 3 was changed: it cannot be read any more.",
    ),
    "an entry": (f"DELETE FROM measure_entries {WHERE}", "Entry 3 is missing."),
    "the tail": (
        f"DELETE FROM measure_entries WHERE measure = '{NUMBER}' AND seq > 3",
        "Entries 4 to 5 are missing.",
    ),
    "the row": (f"DELETE FROM measures WHERE number = '{NUMBER}'", "The measure's row is missing."),
    "the due day": (
        f"UPDATE measures SET due = '2031-01-01 00:00:00+00:00' WHERE number = '{NUMBER}'",
        "The measure's row was changed: “due” is not what entries 1 to 5 make.",
    ),
    "the owner": (
        f"UPDATE measures SET owner = 'somebody' WHERE number = '{NUMBER}'",
        "The measure's row was changed: “owner” is not what entries 1 to 5 make.",
    ),
}


@pytest.mark.parametrize(("statement", "text"), CHANGED.values(), ids=CHANGED.keys())
async def test_verify_finds_what_was_changed(filled: Database, url: str, statement: str, text: str) -> None:
    tamper(url, statement)
    assert await faults(filled) == [(NUMBER, text)]
    assert await faults(filled, "M-7K3Q9-DXMB2-2") == []


async def test_the_end_of_a_measure_is_signed_and_a_checkpoint_that_is_gone_is_missed(
    database: Database, url: str
) -> None:
    keyring = Keyring([SIGNER.public])
    await SqlMeasureRecord(database, SIGNER).append(batch(timeline()))
    assert (await verify(database, keyring=keyring)).checkpoints == 1
    assert await faults(database, keyring=keyring) == []
    entries = timeline()
    event = MeasureVerified(completion=1, text="没看过")
    entries[4] = typed("MeasureEntry", entries[4].model_copy(update={"event": event}).sealed())
    tamper(url, "DELETE FROM measure_entries", "DELETE FROM measures")
    await SqlMeasureRecord(database).append(batch(entries))
    assert await faults(database) == []
    assert await faults(database, NUMBER, keyring) == [(NUMBER, "Entry 5 is not the one that was signed.")]
    tamper(url, "DELETE FROM checkpoints")
    assert await faults(database, NUMBER, keyring) == [(NUMBER, "The signed checkpoint at entry 5 is missing.")]
