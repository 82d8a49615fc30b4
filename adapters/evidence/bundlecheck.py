"""Checks a bundle with nothing but the file itself: no database, no settings, no network (5.3.5)."""

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from activities.messages import IncidentRow
from adapters.evidence.bundle import (
    CHECKPOINTS,
    CUSTODY,
    EVIDENCE,
    FORMAT,
    HISTORY,
    INCIDENT,
    MANIFEST,
    SIGNATURE,
    STAMPS,
    TIMELINE,
    Manifest,
    Member,
    file_member,
)
from adapters.evidence.inspection import checkpoint_faults, row_faults, stamp_faults, unsigned
from adapters.evidence.signing import Checkpoint, Keyring, is_manifest_signed
from adapters.store.checkpoints import Stamp
from adapters.store.custody import CustodyEntry
from adapters.store.evidence import Evidence, of_timeline
from adapters.store.exhibits import ExhibitRow, rows_of
from adapters.verify import record_faults
from domain.entry import Entry
from domain.text import N_, Wire

W = TypeVar("W", bound=Wire)
Judge = Callable[[Checkpoint, Stamp], str | None]

PIECE = 1024 * 1024
MOST_MEMBERS = 20_000
MOST_MANIFEST = 32 * 1024 * 1024
MOST_TEXT = 512 * 1024 * 1024
_NEEDED = (INCIDENT, TIMELINE, EVIDENCE, CUSTODY, CHECKPOINTS, STAMPS)
_PARSED = (*_NEEDED, HISTORY)
_ENCRYPTED = 0x1
_NAME = re.compile(r"[^\x00-\x1f\x7f\\:/]+(/[^\x00-\x1f\x7f\\:/]+)*")
# zipfile says NotImplementedError of a compression that it does not know.
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError)


class BundleFault(Wire):
    """What is wrong with a member, or with the bundle as a whole; ``message`` is a catalogue key."""

    member: str | None = None
    message: str
    params: dict[str, str] = {}


class BundleFindings(Wire):
    """What was looked at, what is wrong, and what is only worth knowing."""

    incident: str | None = None
    seq: int = 0
    members: int = 0
    entries: int = 0
    files: int = 0
    checkpoints: int = 0
    key: str | None = None
    faults: list[BundleFault] = []
    notes: list[BundleFault] = []

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.faults


def check(path: Path, key: str | None = None, judge: Judge | None = None) -> BundleFindings:
    """Check a bundle; ``key`` is the public key that must have signed it, ``judge`` knows the time-stamping service."""
    checker = _Checker(key, judge)
    try:
        with zipfile.ZipFile(path) as bundle:
            checker.look(bundle, path.stat().st_size)
    except _UNREADABLE as error:
        checker.fault(None, N_("It is no bundle, or it was cut off or damaged: {reason}"), reason=error)
    return checker.found


class _Checker:
    """Goes through one bundle and gathers what is wrong."""

    def __init__(self, key: str | None, judge: Judge | None) -> None:
        self.found = BundleFindings(faults=[], notes=[])
        self._key = key
        self._judge = judge
        self._texts: dict[str, bytes] = {}
        self._digests: dict[str, str] = {}

    def fault(self, member: str | None, message: str, **params: object) -> None:
        self.found.faults.append(_fault(member, message, params))

    def note(self, member: str | None, message: str, **params: object) -> None:
        self.found.notes.append(_fault(member, message, params))

    def look(self, bundle: zipfile.ZipFile, length: int) -> None:
        """Refuse what is made to harm before anything is unpacked; then read every member once."""
        refused = list(_dangers(bundle, length))
        self.found.faults += refused
        manifest = None if refused else self._manifest(bundle)
        if manifest is None:
            return
        self.found.incident, self.found.seq = manifest.incident, manifest.seq
        is_signed = self._signature(bundle, manifest)
        self._members(bundle, manifest)
        if all(name in self._texts for name in _NEEDED):
            self._content(manifest, Keyring(manifest.keys if is_signed else []))

    # ── the shell ─────────────────────────────────────────────────────────────

    def _manifest(self, bundle: zipfile.ZipFile) -> Manifest | None:
        content = self._read(bundle, MANIFEST, MOST_MANIFEST)
        if content is None:
            return None
        try:
            manifest = Manifest.model_validate_json(content)
        except ValidationError:
            self.fault(MANIFEST, N_("It cannot be read."))
            return None
        if manifest.format != FORMAT:
            self.fault(MANIFEST, N_("This release does not know the format {format}."), format=manifest.format)
            return None
        self._texts[MANIFEST] = content
        return manifest

    def _signature(self, bundle: zipfile.ZipFile, manifest: Manifest) -> bool:
        if SIGNATURE not in bundle.namelist():
            (self.fault if self._key else self.note)(MANIFEST, N_("It is not signed."))
            return False
        signature = self._read(bundle, SIGNATURE, 1024)
        key = self._key or next(iter(manifest.keys), "")
        text = (signature or b"").decode(errors="replace")
        if not is_manifest_signed(key, text, self._texts[MANIFEST]):
            self.fault(MANIFEST, N_("Its signature is not by the key {key}."), key=key)
            return False
        self.found.key = key
        if self._key is None:
            self.note(
                SIGNATURE,
                N_("It is signed by the key {key}, which came with the bundle: compare it, or give it with --key."),
                key=key,
            )
        return True

    def _members(self, bundle: zipfile.ZipFile, manifest: Manifest) -> None:
        there = set(bundle.namelist())
        listed = {member.name for member in manifest.members}
        for name in sorted(there - listed - {MANIFEST, SIGNATURE}):
            self.fault(name, N_("It does not belong to the bundle."))
        for name in _NEEDED:
            if name not in listed:
                self.fault(name, N_("It is missing."))
        for member in manifest.members:
            if member.name not in there:
                self.fault(member.name, N_("It is missing."))
            else:
                self._member(bundle, member)
        for name in manifest.missing:
            self.fault(name, N_("It was missing already when the bundle was made."))

    def _member(self, bundle: zipfile.ZipFile, member: Member) -> None:
        is_parsed = member.name in _PARSED
        kept, size, digest, other = bytearray(), 0, hashlib.sha256(), hashlib.new("sm3")
        try:
            with bundle.open(member.name) as file:
                while piece := file.read(PIECE):
                    size += len(piece)
                    if size > member.size or (is_parsed and size > MOST_TEXT):
                        break
                    digest.update(piece)
                    if is_parsed:
                        kept += piece
                    elif member.name.startswith("evidence/"):
                        other.update(piece)
        except _UNREADABLE as error:
            self.fault(member.name, N_("It was changed: it cannot be unpacked ({reason})."), reason=error)
            return
        if (size, digest.hexdigest()) != (member.size, member.sha256):
            self.fault(member.name, N_("It was changed: it is not what the manifest lists."))
            return
        self.found.members += 1
        self._digests |= {f"sha256:{member.name}": digest.hexdigest(), f"sm3:{member.name}": other.hexdigest()}
        if is_parsed:
            self._texts[member.name] = bytes(kept)

    def _read(self, bundle: zipfile.ZipFile, name: str, most: int) -> bytes | None:
        try:
            with bundle.open(name) as file:
                content = file.read(most + 1)
                if len(content) <= most:
                    return content
                self.fault(name, N_("It is too large."))
        except KeyError:
            self.fault(name, N_("It is missing."))
        except _UNREADABLE as error:
            self.fault(name, N_("It was changed: it cannot be unpacked ({reason})."), reason=error)
        return None

    # ── what it tells ─────────────────────────────────────────────────────────

    def _content(self, manifest: Manifest, keyring: Keyring) -> None:
        row = next(self._parsed(INCIDENT, IncidentRow, is_whole=True), None)
        entries = list(self._parsed(TIMELINE, Entry))
        if row is None:
            return
        found = of_timeline(row, entries)
        found.exhibits.update({item.seq: item for item in self._parsed(EVIDENCE, ExhibitRow)})
        found.checkpoints.update({item.seq: item for item in self._parsed(CHECKPOINTS, Checkpoint)})
        found.stamps.update({item.seq: item for item in self._parsed(STAMPS, Stamp)})
        self.found.entries, self.found.checkpoints = len(entries), len(found.checkpoints)
        self._record(found, manifest, keyring)
        self._files(entries, manifest)
        self._custody(found)
        self._stamps(found)
        self._history()

    def _parsed(self, name: str, model: type[W], *, is_whole: bool = False) -> Iterator[W]:
        content = self._texts[name]
        for number, line in enumerate([content] if is_whole else content.splitlines(), 1):
            try:
                yield model.model_validate_json(line)
            except ValidationError:
                self.fault(name, N_("Line {line} cannot be read."), line=number)

    def _record(self, found: Evidence, manifest: Manifest, keyring: Keyring) -> None:
        row = found.row
        if row and (row.number, row.seq, row.head_hash) != (manifest.incident, manifest.seq, manifest.head_hash):
            self.fault(INCIDENT, N_("It is not the incident of the manifest."))
        for entry in found.entries:
            if entry.incident != manifest.incident:
                self.fault(TIMELINE, N_("Entry {seq} is of another incident."), seq=entry.seq)
        for fault in record_faults(found):
            self.fault(TIMELINE, fault.message, **fault.params)
        for fault in row_faults(found):
            self.fault(EVIDENCE, fault.message, **fault.params)
        for fault in checkpoint_faults(found, keyring):
            self.fault(CHECKPOINTS, fault.message, **fault.params)
        for fault in stamp_faults(found):
            self.fault(STAMPS, fault.message, **fault.params)
        for note in () if keyring.keys else unsigned(found):
            self.note(CHECKPOINTS, note.message, **note.params)

    def _files(self, entries: list[Entry], manifest: Manifest) -> None:
        listed = {member.name: member.size for member in manifest.members}
        for row in rows_of(entries):
            name = file_member(row)
            if name not in listed:
                if name not in manifest.missing:
                    self.fault(name, N_("The file of entry {seq} is missing: {file} ({digest})."), **_named(row))
                continue
            digest = self._digests.get(f"{row.algorithm}:{name}")
            if digest is not None and (digest, listed[name]) != (row.digest, row.size):
                self.fault(name, N_("The file of entry {seq} was changed: {file} ({digest})."), **_named(row))
            self.found.files += digest is not None

    def _custody(self, found: Evidence) -> None:
        known = {seq: row.digest for seq, row in found.exhibits.items() if row}
        for link in self._parsed(CUSTODY, CustodyEntry):
            is_its_own = link.incident == found.number and known.get(link.seq) == link.digest
            if not is_its_own or link.fingerprint() != link.hash:
                self.fault(CUSTODY, N_("Entry {seq} was changed."), seq=link.id)

    def _stamps(self, found: Evidence) -> None:
        for seq, stamp in found.stamps.items():
            checkpoint = found.checkpoints.get(seq)
            if self._judge is None:
                self.note(STAMPS, N_("The time stamp at entry {seq} was not checked (--tsa)."), seq=seq)
            elif checkpoint and stamp and (reason := self._judge(checkpoint, stamp)):
                self.fault(STAMPS, N_("The time stamp at entry {seq} does not hold: {reason}"), seq=seq, reason=reason)

    def _history(self) -> None:
        if HISTORY not in self._texts:
            self.note(HISTORY, N_("The history of the workflow is not in the bundle."))
            return
        try:
            json.loads(self._texts[HISTORY])
        except ValueError:
            self.fault(HISTORY, N_("It cannot be read."))


def _fault(member: str | None, message: str, params: dict[str, Any]) -> BundleFault:
    return BundleFault(member=member, message=message, params={name: str(value) for name, value in params.items()})


def _named(row: ExhibitRow) -> dict[str, object]:
    return {"seq": row.seq, "file": row.file_name, "digest": row.digest}


def _dangers(bundle: zipfile.ZipFile, length: int) -> Iterator[BundleFault]:
    """Yield what no bundle of ours has: paths that lead out, doubled names, encryption, contents that explode."""
    members = bundle.infolist()
    if len(members) > MOST_MEMBERS:
        yield _fault(None, N_("It holds more than {most} files."), {"most": MOST_MEMBERS})
        return
    seen: set[str] = set()
    for info in members:
        # What the archive itself says: `filename` is tidied up by the library.
        name = info.orig_filename
        parts = name.split("/")
        if not _NAME.fullmatch(name) or name != info.filename or {".", ".."}.intersection(parts):
            yield _fault(name, N_("Its name leads out of the bundle."), {})
        if name in seen:
            yield _fault(name, N_("It is there twice."), {})
        seen.add(name)
        if info.flag_bits & _ENCRYPTED:
            yield _fault(name, N_("It is encrypted."), {})
        if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
            yield _fault(name, N_("It is compressed, as nothing in a bundle of ours is: it could fill the disk."), {})
    if sum(info.file_size for info in members) > length:
        yield _fault(None, N_("Its files overlap: they would unpack to more than the bundle holds."), {})
