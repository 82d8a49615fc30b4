"""Whatever is done to the record behind its back is found, and the row is named (5.3.5)."""

import json
import zlib
from typing import Any

import pytest

from adapters.store.audit import Audited, SqlAudit
from adapters.store.catalogue import Edit, SqlCatalogue
from adapters.store.database import Database
from adapters.store.record import SqlRecord
from adapters.verify import Finding, verify
from domain import events as ev
from domain.entry import GENESIS, Entry, first_break
from domain.fold import fold
from domain.incident import Incident
from tests.store.story import START, batch, chained, reported, timeline
from tests.store.tampering import tamper

NUMBER = "2026-0001"


@pytest.fixture
async def filled(database: Database) -> Database:
    """Two incidents of six entries, three links of the audit trail, three changes of the catalogue."""
    for number in (NUMBER, "2026-0002"):
        await SqlRecord(database).append(batch(timeline(number)))
    for code in ("not-authorised", "own-work", "signed-in"):
        await SqlAudit(database).append(
            Audited(person="li.na", act="judge", method="POST", path="/", incident=NUMBER, code=code)
        )
    for version in range(3):
        edit = Edit(kind="person", id="li.na", document={"name": "李娜", "leave": version / 2})
        await SqlCatalogue(database).edit([edit], person="admin", act="put")
    return database


def said(findings: list[Finding]) -> list[tuple[str | None, str]]:
    return [(finding.incident, finding.message.format(**finding.params)) for finding in findings]


async def faults(database: Database, number: str | None = None) -> list[tuple[str | None, str]]:
    return said((await verify(database, number=number)).faults)


async def test_an_honest_record_is_clean(filled: Database) -> None:
    findings = await verify(filled)
    assert (findings.faults, findings.notes, findings.is_clean) == ([], [], True)
    assert (findings.incidents, findings.entries, findings.audited, findings.changes) == (2, 12, 3, 3)
    assert findings.audit_head == (await SqlAudit(filled).of_person("li.na")).items[0].hash


async def test_an_empty_record_is_clean(database: Database) -> None:
    findings = await verify(database)
    assert (findings.is_clean, findings.audit_head) == (True, GENESIS)


FIELDS = {
    "person": "'somebody'",
    "role": "'it_manager'",
    "on_behalf_of": "'somebody'",
    "clause": "'6.1'",
    "command_id": "'another'",
    "is_late": "true",
    "version": "99",
    "kind": "'closed'",
    "hash": f"'{'f' * 64}'",
    "prev_hash": f"'{'f' * 64}'",
    "occurred_at": "'2026-11-24 09:30:02.123457'",
    "recorded_at": "'2026-11-24 09:30:03.123457'",
    "event": """'{"kind": "recorded", "record": "observation", "text": "观察 4 — 风扇转速 1"}'""",
}


@pytest.mark.parametrize(("field", "value"), FIELDS.items())
async def test_one_changed_value(filled: Database, url: str, field: str, value: str) -> None:
    tamper(url, f"UPDATE entries SET {field} = {value} WHERE incident = '{NUMBER}' AND seq = 4")
    ((incident, text),) = await faults(filled)
    assert incident == NUMBER
    assert text.startswith("Entry 4 was changed")


async def test_every_column_of_an_entry_is_guarded() -> None:
    assert set(FIELDS) | {"seq", "incident"} == set(Entry.model_fields) | {"kind"}


UNREADABLE = {
    "event": "CAST(x'7b226bff' AS TEXT)",
    "occurred_at": "'yesterday'",
    "role": "'king'",
    "person": "CAST(x'ff' AS TEXT)",
}


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize(("field", "value"), UNREADABLE.items())
async def test_a_value_that_cannot_be_read(filled: Database, url: str, field: str, value: str) -> None:
    tamper(url, f"UPDATE entries SET {field} = {value} WHERE incident = '{NUMBER}' AND seq = 4")
    assert await faults(filled) == [(NUMBER, "Entry 4 was changed: it cannot be read any more.")]


async def test_a_deleted_entry(filled: Database, url: str) -> None:
    tamper(url, f"DELETE FROM entries WHERE incident = '{NUMBER}' AND seq = 4")
    assert await faults(filled) == [(NUMBER, "Entry 4 is missing.")]


async def test_several_deleted_entries(filled: Database, url: str) -> None:
    tamper(url, f"DELETE FROM entries WHERE incident = '{NUMBER}' AND seq IN (1, 2, 5)")
    assert await faults(filled) == [(NUMBER, "Entries 1 to 2 are missing."), (NUMBER, "Entry 5 is missing.")]


async def test_two_entries_that_changed_places(filled: Database, url: str) -> None:
    where = f"WHERE incident = '{NUMBER}' AND seq"
    tamper(
        url,
        f"UPDATE entries SET seq = 99 {where} = 3",
        f"UPDATE entries SET seq = 3 {where} = 5",
        f"UPDATE entries SET seq = 5 {where} = 99",
    )
    assert await faults(filled) == [
        (NUMBER, "Entry 3 is not in its place: it was entry 5."),
        (NUMBER, "Entry 5 is not in its place: it was entry 3."),
    ]


async def test_a_deleted_entry_over_which_the_rest_was_moved(filled: Database, url: str) -> None:
    where = f"WHERE incident = '{NUMBER}' AND seq"
    moves = [f"UPDATE entries SET seq = {seq - 1} {where} = {seq}" for seq in (5, 6)]
    tamper(url, f"DELETE FROM entries {where} = 4", *moves)
    assert await faults(filled) == [
        (NUMBER, "Entry 4 is not in its place: it was entry 5."),
        (NUMBER, "Entry 5 is not in its place: it was entry 6."),
        (NUMBER, "Entry 6 is missing."),
    ]


async def test_a_tail_that_was_cut_off(filled: Database, url: str) -> None:
    tamper(url, f"DELETE FROM entries WHERE incident = '{NUMBER}' AND seq > 4")
    assert await faults(filled) == [(NUMBER, "Entries 5 to 6 are missing.")]


async def test_an_entry_that_was_changed_and_sealed_again(filled: Database, url: str) -> None:
    entry = timeline()[3].model_copy(update={"person": "somebody"}).sealed()
    where = f"WHERE incident = '{NUMBER}' AND seq = 4"
    tamper(url, f"UPDATE entries SET person = 'somebody', hash = '{entry.hash}' {where}")
    assert await faults(filled) == [(NUMBER, "Entry 5 does not follow entry 4.")]


async def test_an_entry_before_the_beginning(filled: Database, url: str) -> None:
    columns = "version, occurred_at, recorded_at, role, clause, is_late, kind, event, prev_hash, hash, inserted_at"
    tamper(
        url,
        f"INSERT INTO entries (incident, seq, {columns}) "
        f"SELECT incident, 0, {columns} FROM entries WHERE incident = '{NUMBER}' AND seq = 1",
    )
    assert await faults(filled) == [(NUMBER, "Entry 0 does not belong here.")]


async def test_the_domain_finds_the_same_first_break(filled: Database) -> None:
    entries = timeline()
    entries[3] = entries[3].model_copy(update={"person": "somebody"})
    assert first_break(entries) == "entry 4 was changed"
    assert first_break([*timeline()[:3], *timeline()[4:]]) == "entry 4 is missing, found 5"


ROW = {
    "title": "'别的'",
    "phase": "'closed'",
    "severity": "'IV'",
    "system": "'oa'",
    "reporter": "'somebody'",
    "is_drill": "true",
    "is_over": "true",
    "version": "5",
    "dedup_key": "'x'",
    "closed_at": "'2026-11-24 00:00:00'",
    "head_hash": f"'{'f' * 64}'",
}


@pytest.mark.parametrize(("field", "value"), ROW.items())
async def test_a_changed_row(filled: Database, url: str, field: str, value: str) -> None:
    tamper(url, f"UPDATE incidents SET {field} = {value} WHERE number = '{NUMBER}'")
    text = f"The incident's row was changed: “{field}” is not what entries 1 to 6 make."
    also = [(NUMBER, "The incident is over, but its history is not archived.")] if field == "is_over" else []
    assert await faults(filled) == [(NUMBER, text), *also]


async def test_a_changed_view(filled: Database, url: str) -> None:
    view = batch(timeline()).row.view | {"commander": "somebody"}
    tamper(url, f"UPDATE incidents SET view = '{json.dumps(view)}' WHERE number = '{NUMBER}'")
    text = "The incident's row was changed: “view.commander” is not what entries 1 to 6 make."
    assert await faults(filled) == [(NUMBER, text)]


async def test_a_view_of_an_older_release_that_holds_everything_is_no_fault(filled: Database, url: str) -> None:
    number: dict[str, Any] = {"number": NUMBER}
    view = fold(Incident.model_construct(**number), timeline()).view()
    assert len(view) > len(batch(timeline()).row.view)
    tamper(url, f"UPDATE incidents SET view = '{json.dumps(view)}' WHERE number = '{NUMBER}'")
    assert await faults(filled) == []
    tamper(url, f"UPDATE incidents SET view = '{json.dumps(view | {'verified_by': 'he'})}' WHERE number = '{NUMBER}'")
    text = "The incident's row was changed: “view.verified_by” is not what entries 1 to 6 make."
    assert await faults(filled) == [(NUMBER, text)]


async def test_a_view_of_an_older_release_that_lacks_a_field_is_no_fault(filled: Database, url: str) -> None:
    view = {name: value for name, value in batch(timeline()).row.view.items() if name != "commander"}
    tamper(url, f"UPDATE incidents SET view = '{json.dumps(view)}' WHERE number = '{NUMBER}'")
    assert await faults(filled) == []


async def test_a_row_of_the_past(filled: Database, url: str) -> None:
    old = batch(timeline(), 1, 4).row
    tamper(
        url,
        f"UPDATE incidents SET seq = 4, version = 4, head_hash = '{old.head_hash}', view = '{json.dumps(old.view)}' "
        f"WHERE number = '{NUMBER}'",
    )
    assert await faults(filled) == [(NUMBER, "The incident's row ends at entry 4, its timeline at entry 6.")]


async def test_a_deleted_row(filled: Database, url: str) -> None:
    tamper(url, f"DELETE FROM incidents WHERE number = '{NUMBER}'")
    assert await faults(filled) == [(NUMBER, "The incident's row is missing.")]
    assert await faults(filled, "2026-0002") == []
    assert await faults(filled, "unknown") == [("unknown", "The incident's row is missing.")]


async def test_events_that_cannot_have_happened(database: Database) -> None:
    entries = chained(NUMBER, [reported(), ev.Withdrawn(reason="误报")])
    happened = batch(entries)
    forged = chained(NUMBER, [reported(), ev.RecoveryFailed(round=1, reason="没有这一轮")])
    row = happened.row.model_copy(update={"head_hash": forged[-1].hash})
    await SqlRecord(database).append(happened.model_copy(update={"entries": forged, "row": row}))
    ((incident, text), *_) = await faults(database)
    assert incident == NUMBER
    assert text.startswith("The timeline cannot have happened: ")


async def test_an_incident_that_is_over_has_its_history(database: Database, url: str) -> None:
    await SqlRecord(database).append(batch(chained(NUMBER, [reported(), ev.Withdrawn(reason="误报")])))
    assert await faults(database) == [(NUMBER, "The incident is over, but its history is not archived.")]
    await SqlRecord(database).archive(NUMBER, '{"events": []}')
    assert await faults(database) == []
    cut = zlib.compress(b'{"events": []}')[:-3].hex()
    tamper(url, f"UPDATE archives SET history = {blob(url, cut)}")
    assert await faults(database) == [(NUMBER, "The archived history was changed: it cannot be read any more.")]


def blob(url: str, digits: str) -> str:
    return f"x'{digits}'" if url.startswith("sqlite") else f"'\\x{digits}'"


TRAILS: dict[str, tuple[list[str], str]] = {
    "changed": (["UPDATE {table} SET person = 'somebody' WHERE id = 2"], "Entry 2 was changed."),
    "deleted": (["DELETE FROM {table} WHERE id = 2"], "Entry 2 is missing."),
    "cut off": (["DELETE FROM {table} WHERE id > 1"], "Entries 2 to 3 are missing."),
    "all gone": (["DELETE FROM {table}"], "Entries 1 to 3 are missing."),
    "without its head": (
        ["DELETE FROM heads WHERE chain = '{table}'"],
        "The trail ends at entry 3 and does not fit its head, entry 0.",
    ),
}


@pytest.mark.parametrize("table", ["refusals", "changes"])
@pytest.mark.parametrize(("statements", "text"), TRAILS.values(), ids=TRAILS.keys())
async def test_the_trails_beside_the_incidents(
    filled: Database, url: str, table: str, statements: list[str], text: str
) -> None:
    tamper(url, *(statement.format(table=table) for statement in statements))
    found = (await verify(filled)).faults
    assert [(fault.chain, *said([fault])) for fault in found] == [(table, (None, text))]


async def test_a_change_whose_document_was_changed(filled: Database, url: str) -> None:
    tamper(url, 'UPDATE changes SET after = \'{"name": "someone else"}\' WHERE id = 3')
    assert await faults(filled) == [(None, "Entry 3 was changed.")]


async def test_audit_links_that_changed_places(filled: Database, url: str) -> None:
    moves = [(99, 1), (1, 3), (3, 99)]
    tamper(url, *(f"UPDATE refusals SET id = {new} WHERE id = {old}" for new, old in moves))
    assert await faults(filled) == [
        (None, "Entry 1 is not in its place: it was entry 3."),
        (None, "Entry 3 is not in its place: it was entry 1."),
    ]


async def test_many_incidents_are_all_looked_at(database: Database, url: str) -> None:
    wanted: dict[str, Any] = {
        f"2026-{index:04}": timeline(f"2026-{index:04}", 1, opened_at=START) for index in range(203)
    }
    for entries in wanted.values():
        await SqlRecord(database).append(batch(entries))
    tamper(url, "UPDATE entries SET person = 'x' WHERE incident IN ('2026-0000', '2026-0202')")
    findings = await verify(database)
    assert findings.incidents == 203
    assert [finding.incident for finding in findings.faults] == ["2026-0000", "2026-0202"]
