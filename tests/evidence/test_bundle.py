"""A bundle is checked with nothing but the file: what was changed is named, what is made to harm is refused."""

import base64
import hashlib
import json
import struct
import zipfile
from collections.abc import AsyncIterator, Callable
from copy import copy
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.cli.app import run
from adapters.evidence.bundle import Bundle, Manifest, Member
from adapters.evidence.bundlecheck import BundleFault, BundleFindings, check
from adapters.evidence.folder import FolderStorage
from adapters.evidence.papers import LANGUAGES, Paper
from adapters.evidence.signing import Signer
from adapters.store.custody import CustodyEntry
from adapters.store.evidence import of_timeline
from adapters.store.exhibits import rows_of
from domain import events as ev
from domain.entry import Entry
from tests.domain import stage
from tests.store.story import chained, reported, row_of

NUMBER = "2026-0001"
AT = datetime(2026, 11, 26, 8, tzinfo=UTC)
SIGNER = Signer(base64.b64encode(b"a seed of thirty-two bytes......").decode())
OTHER = Signer(base64.b64encode(b"another seed of 32 bytes........").decode())
CONTENT = "归档已满\n".encode() * 10_000
Change = Callable[[dict[str, bytes]], None]


async def once(content: bytes) -> AsyncIterator[bytes]:
    yield content


@pytest.fixture(scope="module")
async def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A signed bundle of an incident with a file, a report and a history."""
    folder = tmp_path_factory.mktemp("bundle")
    file = folder / "bundle.zip"
    packed = await pack(FolderStorage(folder / "evidence"), SIGNER)
    file.write_bytes(packed)
    return file


async def pack(storage: FolderStorage, signer: Signer | None, *, keep: bool = True) -> bytes:
    received = await storage.receive(once(CONTENT), 10**9)
    await storage.settle(received)
    if not keep:
        storage._path("sha256", received.digest).unlink()
    entries = timeline(received.digest, received.size)
    found = of_timeline(row_of(entries), entries)
    found.exhibits.update({row.seq: row for row in rows_of(entries)})
    if signer:
        found.checkpoints[4] = signer.checkpoint(NUMBER, 4, entries[3].hash, AT)
    link = CustodyEntry(
        id=7,
        at=AT,
        person="li.na",
        act="received",
        incident=NUMBER,
        seq=2,
        digest=received.digest,
        algorithm="sha256",
        prev_hash="1" * 64,
    ).sealed()
    page = "<!doctype html><p>连接池耗尽</p>".encode()
    papers = [Paper(f"summary-1.{language}.html", page) for language in LANGUAGES]
    bundle = Bundle(found, row_of(entries), handled=[link], papers=papers)
    return b"".join([piece async for piece in bundle.packed(storage, signer, [], by="chen-lei", at=AT)])


def timeline(digest: str, size: int) -> list[Entry]:
    added = ev.EvidenceAdded(record="fault_log", file_name="错误.log", size=size, digest=digest)
    report = ev.SummarySubmitted(summary_version=1, **stage.SUMMARY.model_dump())
    return chained(NUMBER, [reported(), added, report, ev.Withdrawn(reason="误报")])


def named(found: BundleFindings) -> list[tuple[str | None, str]]:
    return [(fault.member, _said(fault)) for fault in found.faults]


def _said(fault: BundleFault) -> str:
    return fault.message.format(**fault.params)


def rewritten(source: Path, target: Path, change: Change, signer: Signer | None = None) -> Path:
    """Unpack, change, and pack again with a manifest that fits; signed again only by whom that key belongs to."""
    with zipfile.ZipFile(source) as bundle:
        members = {name: bundle.read(name) for name in bundle.namelist()}
    change(members)
    old = Manifest.model_validate_json(members.pop("manifest.json"))
    signature = members.pop("manifest.sig")
    listed = [
        Member(name=name, size=len(content), sha256=hashlib.sha256(content).hexdigest())
        for name, content in members.items()
    ]
    keys = [signer.public] if signer else old.keys
    manifest = json.dumps(old.model_copy(update={"members": listed, "keys": keys}).model_dump(mode="json")).encode()
    members["manifest.json"] = manifest
    members["manifest.sig"] = signer.manifest(manifest).encode() if signer else signature
    with zipfile.ZipFile(target, "w") as bundle:
        for name, content in members.items():
            bundle.writestr(name, content)
    return target


def test_an_honest_bundle_is_clean(made: Path) -> None:
    found = check(made, SIGNER.public)
    assert named(found) == []
    assert (found.incident, found.seq, found.entries, found.files, found.checkpoints) == (NUMBER, 4, 4, 1, 1)
    assert found.key == SIGNER.public
    assert [note.member for note in found.notes] == ["temporal-history.json"]


def test_without_a_key_it_is_told_which_one_came_along(made: Path) -> None:
    found = check(made)
    assert found.is_clean
    assert [note.params["key"] for note in found.notes if note.member == "manifest.sig"] == [SIGNER.public]


def test_a_flipped_byte_in_any_member_is_named(made: Path, tmp_path: Path) -> None:
    content = made.read_bytes()
    with zipfile.ZipFile(made) as bundle:
        members = bundle.infolist()
    assert len(members) == 13
    for info in members:
        # Behind the local header: 30 bytes, the name, the extra field.
        name, extra = struct.unpack("<HH", content[info.header_offset + 26 : info.header_offset + 30])
        start = info.header_offset + 30 + name + extra
        for place in {start, start + info.compress_size // 2, start + info.compress_size - 1}:
            if info.compress_size:
                broken = bytearray(content)
                broken[place] ^= 1
                file = tmp_path / "broken.zip"
                file.write_bytes(broken)
                found = {fault.member for fault in check(file, SIGNER.public).faults}
                wanted = "manifest.json" if info.filename == "manifest.sig" else info.filename
                assert {wanted, "manifest.sig"} & found, (info.filename, place)


@pytest.mark.parametrize("length", [0, 100, 5000, -30])
def test_a_bundle_that_was_cut_off_is_none(made: Path, tmp_path: Path, length: int) -> None:
    file = tmp_path / "cut.zip"
    file.write_bytes(made.read_bytes()[:length])
    assert [member for member, _ in named(check(file, SIGNER.public))] == [None]


def _in_timeline(old: bytes, new: bytes) -> Change:
    def change(members: dict[str, bytes]) -> None:
        assert old in members["timeline.jsonl"]
        members["timeline.jsonl"] = members["timeline.jsonl"].replace(old, new)

    return change


def _less(name: str) -> Change:
    def change(members: dict[str, bytes]) -> None:
        del members[name]

    return change


def _line(name: str, old: bytes, new: bytes) -> Change:
    def change(members: dict[str, bytes]) -> None:
        assert old in members[name]
        members[name] = members[name].replace(old, new)

    return change


def _cut(members: dict[str, bytes]) -> None:
    members["timeline.jsonl"] = b"".join(members["timeline.jsonl"].splitlines(keepends=True)[:3])


FORGED: dict[str, tuple[Change, str, str]] = {
    "an entry": (_in_timeline("误报".encode(), "另外".encode()), "timeline.jsonl", "Entry 4 was changed."),
    "an entry less": (_cut, "timeline.jsonl", "Entry 4 is missing."),
    "the state": (_line("incident.json", b'"phase": "withdrawn"', b'"phase": "closed"'), "incident.json", ""),
    "a file": (
        lambda members: members.update({"evidence/00002/错误.log": b"nothing happened"}),
        "evidence/00002/错误.log",
        "The file of entry 2 was changed",
    ),
    "a file less": (_less("evidence/00002/错误.log"), "evidence/00002/错误.log", "The file of entry 2 is missing"),
    "the list of files": (_line("evidence.jsonl", b"fault_log", b"first_hand_material"), "evidence.jsonl", "record"),
    "the custody list": (_line("custody.jsonl", b"li.na", b"gao-peng"), "custody.jsonl", "Entry 7 was changed."),
    "a checkpoint": (_line("checkpoints.jsonl", b'"seq":4', b'"seq":3'), "checkpoints.jsonl", "not signed by a key"),
    "a member less": (_less("custody.jsonl"), "custody.jsonl", "It is missing."),
    "a line of nonsense": (_line("evidence.jsonl", b"{", b"["), "evidence.jsonl", "Line 1 cannot be read."),
}


@pytest.mark.parametrize(("change", "member", "text"), FORGED.values(), ids=FORGED.keys())
def test_a_forgery_whose_digests_fit_is_found_by_the_signature_and_by_what_it_tells(
    made: Path, tmp_path: Path, change: Change, member: str, text: str
) -> None:
    forged = named(check(rewritten(made, tmp_path / "forged.zip", change), SIGNER.public))
    assert ("manifest.json", f"Its signature is not by the key {SIGNER.public}.") in forged
    if member != "incident.json":
        assert any(found == member and text in said for found, said in forged), forged
    # Whoever signs it himself is found by the key, and without a key by what does not fit together.
    signed = rewritten(made, tmp_path / "signed.zip", change, OTHER)
    assert not check(signed, SIGNER.public).is_clean
    assert not check(signed).is_clean


def test_a_bundle_made_of_a_record_whose_checkpoints_were_deleted_is_not_clean(made: Path, tmp_path: Path) -> None:
    """The house's own key signed the bundle, but nobody signed how the incident ended."""
    deleted = rewritten(made, tmp_path / "b.zip", lambda members: members.update({"checkpoints.jsonl": b""}), SIGNER)
    for key in (SIGNER.public, None):
        assert named(check(deleted, key)) == [
            ("checkpoints.jsonl", "The signed checkpoint at entry 4 is missing."),
        ]


def test_a_member_that_nobody_listed_does_not_belong(made: Path, tmp_path: Path) -> None:
    file = tmp_path / "more.zip"
    file.write_bytes(made.read_bytes())
    with zipfile.ZipFile(file, "a") as bundle:
        bundle.writestr("evidence/run-me.sh", "rm -rf /")
    assert named(check(file, SIGNER.public)) == [("evidence/run-me.sh", "It does not belong to the bundle.")]


@pytest.mark.parametrize(
    "name", ["../../etc/cron.d/job", "/etc/passwd", "evidence/../../x", "C:\\x", "a\\..\\b", "a\nb", "..", "a//b"]
)
def test_a_name_that_leads_out_is_refused(made: Path, tmp_path: Path, name: str) -> None:
    file = tmp_path / "slip.zip"
    file.write_bytes(made.read_bytes())
    with zipfile.ZipFile(file, "a") as bundle:
        bundle.writestr(name, "x")
    found = check(file, SIGNER.public)
    assert [said for _, said in named(found)] == ["Its name leads out of the bundle."]
    assert found.members == 0


def test_doubled_names_are_refused(made: Path, tmp_path: Path) -> None:
    file = tmp_path / "doubled.zip"
    file.write_bytes(made.read_bytes())
    with zipfile.ZipFile(file, "a") as bundle, pytest.warns(UserWarning, match="Duplicate"):
        bundle.writestr("timeline.jsonl", "")
    assert named(check(file, SIGNER.public)) == [("timeline.jsonl", "It is there twice.")]


def test_a_bomb_is_refused_before_it_is_unpacked(made: Path, tmp_path: Path) -> None:
    file = tmp_path / "bomb.zip"
    file.write_bytes(made.read_bytes())
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as bundle, bundle.open("evidence/zeros", "w") as zeros:
        for _ in range(40):
            zeros.write(b"\0" * 1024 * 1024)
    found = check(file, SIGNER.public)
    (member, text), _ = named(found)
    assert (member, text[:16], found.members) == ("evidence/zeros", "It is compressed", 0)


def test_files_that_lie_upon_each_other_are_refused(made: Path, tmp_path: Path) -> None:
    file = tmp_path / "overlap.zip"
    content = b"\0" * 100_000
    with zipfile.ZipFile(file, "w") as bundle:
        bundle.writestr("a", content)
        for name in "bcd":
            info = copy(bundle.getinfo("a"))
            info.filename = info.orig_filename = name
            bundle.filelist.append(info)
    assert named(check(file)) == [(None, "Its files overlap: they would unpack to more than the bundle holds.")]


async def test_what_was_missing_already_is_told_and_nothing_is_signed_without_a_key(tmp_path: Path) -> None:
    file = tmp_path / "missing.zip"
    file.write_bytes(await pack(FolderStorage(tmp_path / "evidence"), None, keep=False))
    found = check(file)
    assert named(found) == [("evidence/00002/错误.log", "It was missing already when the bundle was made.")]
    assert ("manifest.json", "It is not signed.") in [(note.member, _said(note)) for note in found.notes]
    assert ("manifest.json", "It is not signed.") in named(check(file, SIGNER.public))


def test_at_a_terminal_in_both_languages(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--language", "zh-CN", "verify", "bundle", str(made), "--key", SIGNER.public]) == 0
    assert "未发现问题" in capsys.readouterr().out
    forged = rewritten(made, tmp_path / "forged.zip", FORGED["an entry"][0])
    assert run(["--language", "zh-CN", "verify", "bundle", str(forged), "--key", SIGNER.public]) == 1
    assert "timeline.jsonl: 第 4 条记录被改动。" in capsys.readouterr().out
    assert run(["--language", "en", "verify", "bundle", str(tmp_path / "nothing.zip")]) == 2
    assert "nothing.zip cannot be read" in capsys.readouterr().err
    assert run(["--language", "en", "verify", "bundle"]) == 2
