"""Contents are kept once, whole, unchanged and under their digest; folder and bucket keep the same promises."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from activities.ports import Empty, EvidenceStorage, StorageAway, TooLarge
from adapters.evidence.bucket import BucketStorage
from adapters.evidence.folder import FolderStorage
from adapters.evidence.inspection import measured
from adapters.evidence.sniffing import declared, sniffed
from adapters.settings import Settings
from tests.evidence.bucketserver import Bucket, serving

CONTENT = "ORA-00257 归档已满\n".encode() * 200_000  # 4.6 MB: several pieces
DIGEST = hashlib.sha256(CONTENT).hexdigest()
MOST = 10**9


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    with serving() as bucket:
        yield bucket


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> EvidenceStorage:
    if request.param == "folder":
        return FolderStorage(tmp_path)
    found: Bucket = request.getfixturevalue("bucket")
    found.objects.clear()
    found.is_away = False
    return in_bucket(found, tmp_path)


def in_bucket(bucket: Bucket, home: Path) -> BucketStorage:
    return BucketStorage(
        Settings(
            home=home,
            evidence_bucket="s3://evidence/fengsui",
            s3_endpoint=bucket.endpoint,
            s3_key_id="key-id",
            s3_key_secret=SecretStr("key-secret"),
        )
    )


async def arriving(content: bytes = CONTENT, size: int = 65536) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def whole(storage: EvidenceStorage) -> bytes:
    return b"".join([piece async for piece in storage.read("sha256", DIGEST)])


async def test_what_came_is_read_back_under_its_digest(storage: EvidenceStorage) -> None:
    received = await storage.receive(arriving(), MOST)
    assert (received.digest, received.size, received.head) == (DIGEST, len(CONTENT), CONTENT[:8192])
    await storage.settle(received)
    assert await whole(storage) == CONTENT
    assert await storage.size("sha256", DIGEST) == len(CONTENT)
    assert [(held.algorithm, held.digest, held.size) async for held in storage.held()] == [
        ("sha256", DIGEST, len(CONTENT))
    ]


async def test_the_same_content_is_kept_once_and_whoever_is_refused_takes_it_from_nobody(
    storage: EvidenceStorage,
) -> None:
    accepted, refused = [await storage.receive(arriving(), MOST) for _ in range(2)]
    await storage.drop(refused, is_referenced=False)
    assert await storage.size("sha256", DIGEST) is not None
    await storage.settle(accepted)
    again = await storage.receive(arriving(), MOST)
    await storage.drop(again, is_referenced=True)
    assert len([held async for held in storage.held()]) == 1
    assert await whole(storage) == CONTENT


async def test_the_first_that_is_refused_leaves_it_to_the_second(storage: EvidenceStorage) -> None:
    refused, accepted = [await storage.receive(arriving(), MOST) for _ in range(2)]
    await asyncio.gather(storage.drop(refused, is_referenced=False), storage.settle(accepted))
    assert await whole(storage) == CONTENT


async def test_what_is_refused_leaves_nothing(storage: EvidenceStorage, tmp_path: Path) -> None:
    await storage.drop(await storage.receive(arriving(), MOST), is_referenced=False)
    await nothing_is_left(storage, tmp_path)


@pytest.mark.parametrize("failure", [TooLarge, Empty, ConnectionResetError, TimeoutError])
async def test_what_does_not_come_whole_leaves_nothing(
    storage: EvidenceStorage, failure: type[Exception], tmp_path: Path
) -> None:
    async def cut_off() -> AsyncIterator[bytes]:
        if failure is not Empty:
            async for piece in arriving():
                yield piece
        if failure not in (Empty, TooLarge):
            raise failure

    expected = StorageAway if failure is ConnectionResetError else failure
    with pytest.raises(expected):
        await storage.receive(cut_off(), 4_000_000 if failure is TooLarge else MOST)
    await nothing_is_left(storage, tmp_path)


def left(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def nothing_is_left(storage: EvidenceStorage, folder: Path) -> None:
    assert [held async for held in storage.held()] == []
    assert await storage.size("sha256", DIGEST) is None
    assert left(folder) == []
    with pytest.raises(FileNotFoundError):
        await whole(storage)


async def test_nobody_writes_into_what_is_kept(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path)
    await storage.settle(await storage.receive(arriving(), MOST))
    kept = tmp_path / "sha256" / DIGEST[:2] / DIGEST
    assert kept.stat().st_mode & 0o222 == 0
    assert kept.stat().st_nlink == 1


async def test_what_a_killed_process_left_behind_is_swept_away(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path)
    abandoned = await storage.receive(arriving(), MOST)  # neither settled nor dropped
    half = tmp_path / "arriving" / "half.part"
    half.touch()
    for path in (half, tmp_path / "arriving" / abandoned.token):
        os.utime(path, (0, 0))
    await storage.settle(await storage.receive(arriving(b"another"), MOST))
    assert list((tmp_path / "arriving").iterdir()) == []
    assert await whole(storage) == CONTENT


async def test_sm3_where_the_site_asks_for_it(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path, "sm3")
    received = await storage.receive(arriving(b"abc"), MOST)
    assert received.algorithm == "sm3"
    # The example of GB/T 32905-2016.
    assert received.digest == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    await storage.settle(received)
    assert await measured(storage, "sm3", received.digest) == (received.digest, 3)


async def test_a_storage_that_is_away_says_so(bucket: Bucket, tmp_path: Path) -> None:
    storage = in_bucket(bucket, tmp_path)
    bucket.is_away = True
    with pytest.raises(StorageAway):
        await storage.receive(arriving(b"log"), MOST)
    bucket.is_away = False
    (tmp_path / "file").touch()
    with pytest.raises(StorageAway):
        await FolderStorage(tmp_path / "file").receive(arriving(b"log"), MOST)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"2026-11-24 error\n", "text/plain"),
        ("错误日志".encode()[:-1], "text/plain"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "text/html"),
        (b"GIF89a<script>alert(1)</script>\x00\x01\xff", "image/gif"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 16, "image/png"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "application/pdf"),
        (b"PK\x03\x04" + b"\x00" * 26, "application/zip"),
        (b"\x00\x01\x02\x03", "application/octet-stream"),
    ],
)
def test_a_file_is_what_its_first_bytes_say(head: bytes, kind: str) -> None:
    assert sniffed(head) == kind


def test_what_a_sender_declares_is_kept_only_where_it_is_a_media_type() -> None:
    assert declared("Text/HTML; charset=utf-8") == "text/html"
    assert declared("a\r\nb") is declared("") is declared(None) is None


async def test_every_folder_on_the_way_is_on_the_disk_before_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes second relies on folders that the first has only just made."""
    synced: list[int] = []
    sync = os.fsync

    def fsync(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_ino)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    home, deep = tmp_path / "home", tmp_path / "deep"
    storage = FolderStorage(home / "evidence")
    kept = home / "evidence" / "sha256" / DIGEST[:2]
    for _ in ("first", "second"):
        synced.clear()
        received = await storage.receive(arriving(), MOST)
        assert _numbers(kept, kept.parent, home / "evidence", home) <= {*synced}
        await storage.settle(received)
    synced.clear()
    await FolderStorage(deep / "down" / "evidence").receive(arriving(), MOST)
    assert _numbers(tmp_path, deep) <= {*synced}


def _numbers(*folders: Path) -> set[int]:
    return {folder.stat().st_ino for folder in folders}
