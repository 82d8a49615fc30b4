"""One file with everything about an incident, which anybody can check without us; made while it is sent (5.3.5)."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import IO, Any, cast

from pydantic import AwareDatetime

from activities.messages import IncidentRow
from activities.ports import EvidenceStorage
from adapters.evidence.papers import LANGUAGES, Paper
from adapters.evidence.signing import Signer
from adapters.i18n import translator
from adapters.store.custody import CustodyEntry
from adapters.store.evidence import Evidence
from adapters.store.exhibits import ExhibitRow, rows_of
from domain.text import N_, Wire

FORMAT = "fengsui-bundle-1"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
INCIDENT, TIMELINE, EVIDENCE, CUSTODY = "incident.json", "timeline.jsonl", "evidence.jsonl", "custody.jsonl"
CHECKPOINTS, STAMPS, HISTORY = "checkpoints.jsonl", "timestamps.jsonl", "temporal-history.json"
REPORTS, FILES = "reports", "evidence"


class Member(Wire):
    """A file of the bundle."""

    name: str
    size: int
    sha256: str


class Manifest(Wire):
    """What the bundle holds; the signature is over the bytes of this very file."""

    format: str
    incident: str
    seq: int
    head_hash: str
    created_at: AwareDatetime
    created_by: str
    keys: list[str]
    members: list[Member]
    missing: list[str] = []


def file_member(row: ExhibitRow) -> str:
    """Return where the content of a piece of evidence is in a bundle."""
    return f"{FILES}/{row.seq:05}/{row.file_name}"


class Bundle:
    """Packs an incident; nothing of it is ever in memory or on disk as a whole.

    Nothing is compressed: so every byte of it counts, and whoever checks it need not fear what it unpacks to.
    """

    def __init__(
        self, found: Evidence, row: IncidentRow, *, handled: Sequence[CustodyEntry], papers: Sequence[Paper]
    ) -> None:
        """Take what the record holds of the incident, its custody list and its reports."""
        self._found = found
        self._row = row
        self._handled = handled
        self._papers = papers
        self._members: list[Member] = []
        self._missing: list[str] = []
        self._sink = _Sink()
        self._zip = zipfile.ZipFile(cast("IO[bytes]", self._sink), "w")

    async def packed(
        self, storage: EvidenceStorage, signer: Signer | None, retired: Iterable[str], *, by: str, at: datetime
    ) -> AsyncIterator[bytes]:
        """Give the bundle piece by piece; its manifest comes last, because only then every digest is known."""
        for name, content in self._texts():
            self._add(name, content, at)
            yield self._sink.take()
        for row in rows_of(self._found.entries):
            async for piece in self._pack(storage, row, at):
                yield piece
        keys = [*([signer.public] if signer else []), *retired]
        manifest = self._manifest(keys, by, at)
        self._write(MANIFEST, manifest, at)
        if signer:
            self._write(SIGNATURE, signer.manifest(manifest).encode(), at)
        self._zip.close()
        yield self._sink.take()

    def _texts(self) -> Iterator[tuple[str, bytes]]:
        found = self._found
        for language in LANGUAGES:
            yield f"README.{language}.txt", _readme(language, found.number)
        yield INCIDENT, self._row.model_dump_json(indent=1).encode()
        yield TIMELINE, _lines(found.entries)
        yield EVIDENCE, _lines(rows_of(found.entries))
        yield CUSTODY, _lines(self._handled)
        yield CHECKPOINTS, _lines(item for item in found.checkpoints.values() if item)
        yield STAMPS, _lines(item for item in found.stamps.values() if item)
        if found.history is not None:
            yield HISTORY, zlib.decompress(found.history)
        for paper in self._papers:
            yield f"{REPORTS}/{paper.name}", paper.content

    async def _pack(self, storage: EvidenceStorage, row: ExhibitRow, at: datetime) -> AsyncIterator[bytes]:
        name = file_member(row)
        if await storage.size(row.algorithm, row.digest) is None:
            self._missing.append(name)
            return
        with self._opened(name, at) as file:
            async for piece in storage.read(row.algorithm, row.digest):
                file.write(piece)
                yield self._sink.take()
        yield self._sink.take()

    def _add(self, name: str, content: bytes, at: datetime) -> None:
        with self._opened(name, at) as file:
            file.write(content)

    def _write(self, name: str, content: bytes, at: datetime) -> None:
        self._zip.writestr(_info(name, at), content)

    @contextmanager
    def _opened(self, name: str, at: datetime) -> Iterator["_Measured"]:
        with self._zip.open(_info(name, at), "w", force_zip64=True) as file:
            measured = _Measured(file)
            yield measured
        self._members.append(Member(name=name, size=measured.size, sha256=measured.digest.hexdigest()))

    def _manifest(self, keys: list[str], by: str, at: datetime) -> bytes:
        manifest = Manifest(
            format=FORMAT,
            incident=self._found.number,
            seq=self._row.seq,
            head_hash=self._row.head_hash,
            created_at=at,
            created_by=by,
            keys=keys,
            members=self._members,
            missing=self._missing,
        )
        return json.dumps(manifest.model_dump(mode="json"), ensure_ascii=False, indent=1).encode()


class _Sink:
    """Where the packer writes; what has come so far is taken out and sent."""

    def __init__(self) -> None:
        self._written = bytearray()

    def write(self, data: Any) -> int:
        self._written += data
        return len(data)

    def flush(self) -> None:
        """Everything is there already."""

    def take(self) -> bytes:
        taken = bytes(self._written)
        self._written.clear()
        return taken


class _Measured:
    """A member while it is written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.size = 0
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self.size += len(data)
        self.digest.update(data)


def _info(name: str, at: datetime) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, at.timetuple()[:6])
    info.external_attr = 0o440 << 16
    return info


def _lines(items: Iterable[Wire]) -> bytes:
    return b"".join(item.model_dump_json().encode() + b"\n" for item in items)


_README = (
    N_("This is everything that was recorded of incident {number}, for whoever checks it without our systems."),
    N_("timeline.jsonl: everything that happened, one entry a line; each carries the hash of the one before."),
    N_("incident.json: how the incident stood after the last of these entries."),
    N_(
        "evidence.jsonl and evidence/: what was collected by whom, when and where, and the files themselves, unchanged."
    ),
    N_("custody.jsonl: who received, downloaded, exported or verified which file, when, and from where."),
    N_("checkpoints.jsonl: heads of the chain that were signed (Ed25519) while the incident went on."),
    N_("timestamps.jsonl: time stamps (RFC 3161) of an outside service over these signatures, where there are any."),
    N_("temporal-history.json: the history of the workflow that carried the incident."),
    N_("reports/: the reports about the incident."),
    N_("manifest.json: size and SHA-256 digest of every file here; manifest.sig is its signature (Ed25519, base64)."),
    N_(
        "To check all of this: fengsui verify bundle FILE --key PUBLIC-KEY. The key is told by GET /api/v1/signing-key."
    ),
    N_("Files under evidence/ are kept as they were received: they may be harmful. Do not open them carelessly."),
)


def _readme(language: str, number: str) -> bytes:
    _ = translator(language)
    return "\r\n\r\n".join([*(_(text, number=number) for text in _README), ""]).encode()
