"""Evidence in a folder: written aside, synced, then linked under its digest; the same content is kept once.

``arriving/`` holds what is on its way: a content is there under a name of its own until its incident has it. Whoever
drops a refused content looks there first, and whoever was accepted links it again if it went meanwhile: so two people
who bring the same file cannot take it from each other.
"""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from activities.ports import Held, Received, StorageAway, TooLarge
from adapters.evidence.hashing import Digester
from domain.exhibit import Algorithm

PIECE = 1024 * 1024
_READ_ONLY = 0o440
_LEFT_BEHIND = timedelta(days=1)
_PATH = re.compile(r"(sha256|sm3)/[0-9a-f]{2}/([0-9a-f]{64})")


class FolderStorage:
    """``activities.ports.EvidenceStorage`` on a disk that API and worker share."""

    def __init__(self, folder: Path, algorithm: Algorithm = "sha256") -> None:
        """Take the folder; it is made when something comes."""
        self._folder = folder
        self._algorithm: Algorithm = algorithm
        self._arriving = folder / "arriving"

    async def receive(self, chunks: AsyncIterator[bytes], most: int) -> Received:
        """Write a stream aside, bounded, and link it under its digest."""
        async with _named_failures():
            draft = await asyncio.to_thread(self._begin)
            try:
                digester = Digester(self._algorithm)
                with draft.open("wb", buffering=0) as file:
                    async for piece in pieces(chunks, PIECE):
                        await asyncio.to_thread(_write, file, piece, digester, most)
                    await asyncio.to_thread(_sync, file)
                return await asyncio.to_thread(self._keep, draft, digester.received(""))
            except BaseException:
                draft.unlink(missing_ok=True)
                raise

    async def settle(self, received: Received) -> None:
        """Keep it for good."""
        async with _named_failures():
            await asyncio.to_thread(self._settle, received)

    async def drop(self, received: Received, *, is_referenced: bool) -> None:
        """Let it go unless somebody else has it or brings it."""
        async with _named_failures():
            await asyncio.to_thread(self._drop, received, is_referenced)

    async def read(self, algorithm: Algorithm, digest: str) -> AsyncIterator[bytes]:
        """Read piece by piece."""
        async with _named_failures(may_be_missing=True):
            with self._path(algorithm, digest).open("rb", buffering=0) as file:
                while piece := await asyncio.to_thread(file.read, PIECE):
                    yield piece

    async def size(self, algorithm: Algorithm, digest: str) -> int | None:
        """Look how large it is."""
        async with _named_failures():
            try:
                return self._path(algorithm, digest).stat().st_size
            except FileNotFoundError:
                return None

    async def held(self) -> AsyncIterator[Held]:
        """Walk through the folder."""
        async with _named_failures():
            for held in await asyncio.to_thread(lambda: list(self._walk())):
                yield held

    def _begin(self) -> Path:
        _make(self._arriving)
        self._sweep()
        return self._arriving / f"{token_hex(8)}.part"

    def _sweep(self) -> None:
        """Take away what a process that was killed has left behind; what is kept under its digest stays."""
        for left in self._arriving.iterdir():
            with suppress(FileNotFoundError):
                if datetime.now(UTC) - datetime.fromtimestamp(left.stat().st_mtime, UTC) > _LEFT_BEHIND:
                    left.unlink()

    def _keep(self, draft: Path, received: Received) -> Received:
        token = f"{received.algorithm}-{received.digest}.{draft.stem}"
        named = self._arriving / token
        draft.chmod(_READ_ONLY)
        draft.rename(named)
        is_first = self._link(named, received)
        return received._replace(token=token, mark=named.stat().st_mtime_ns if is_first else -1)

    def _link(self, named: Path, received: Received) -> bool:
        target = self._path(received.algorithm, received.digest)
        _make(target.parent)
        try:
            os.link(named, target)
        except FileExistsError:
            is_first = False
        else:
            is_first = True
        # Also what another has just made may not be on the disk yet, and what is told to be kept must be.
        for folder in (target.parent, target.parent.parent, self._folder, self._folder.parent):
            _sync_folder(folder)
        return is_first

    def _settle(self, received: Received) -> None:
        named = self._arriving / received.token
        if named.exists():
            self._link(named, received)
            os.utime(self._path(received.algorithm, received.digest))  # whoever would drop it sees that it is wanted
            named.unlink()

    def _drop(self, received: Received, is_referenced: bool) -> None:  # noqa: FBT001 - handed to a thread
        (self._arriving / received.token).unlink(missing_ok=True)
        is_brought = any(self._arriving.glob(f"{received.algorithm}-{received.digest}.*"))
        if is_referenced or is_brought:
            return
        target = self._path(received.algorithm, received.digest)
        with suppress(FileNotFoundError):
            if target.stat().st_mtime_ns == received.mark:
                target.unlink()

    def _path(self, algorithm: Algorithm, digest: str) -> Path:
        return self._folder / algorithm / digest[:2] / digest

    def _walk(self) -> Iterator[Held]:
        for path in self._folder.glob("*/*/*"):
            found = _PATH.fullmatch(path.relative_to(self._folder).as_posix())
            if found is None:
                continue
            with suppress(FileNotFoundError):
                about = path.stat()
                algorithm: Algorithm = "sm3" if found[1] == "sm3" else "sha256"
                yield Held(algorithm, found[2], about.st_size, datetime.fromtimestamp(about.st_mtime, UTC))


async def pieces(chunks: AsyncIterator[bytes], size: int) -> AsyncIterator[bytes]:
    """Gather small chunks into pieces of about a size, so that each is worth a turn in a thread."""
    gathered = bytearray()
    async for chunk in chunks:
        gathered += chunk
        if len(gathered) >= size:
            yield bytes(gathered)
            gathered.clear()
    if gathered:
        yield bytes(gathered)


@asynccontextmanager
async def _named_failures(*, may_be_missing: bool = False) -> AsyncIterator[None]:
    try:
        yield
    except OSError as error:
        if isinstance(error, TimeoutError) or (may_be_missing and isinstance(error, FileNotFoundError)):
            raise  # the sender's own, or an answer
        raise StorageAway(f"{error.strerror or error}") from error


def _write(file: BinaryIO, piece: bytes, digester: Digester, most: int) -> None:
    digester.take(piece)
    if digester.size > most:
        raise TooLarge
    rest = memoryview(piece)
    while rest:
        rest = rest[file.write(rest) :]


def _sync(file: BinaryIO) -> None:
    os.fsync(file.fileno())


def _make(folder: Path) -> None:
    """Make a folder, with those above it, so that it outlasts a power cut."""
    new = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    for each in new:
        _sync_folder(each.parent)


def _sync_folder(folder: Path) -> None:
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except PermissionError:  # one that is not ours was there before
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
