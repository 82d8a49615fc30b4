"""Evidence in an S3-compatible bucket (extra s3): brought under its own name, then copied under its digest once."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError
from obstore.store import S3Store

from activities.ports import Held, Received, StorageAway, TooLarge
from adapters.evidence.folder import PIECE, pieces
from adapters.evidence.hashing import Digester
from adapters.settings import Settings
from domain.exhibit import Algorithm

PART = 8 * 1024 * 1024
_ARRIVING, _SETTLED = "arriving", "settled"
_PATH = re.compile(r"(sha256|sm3)/[0-9a-f]{2}/([0-9a-f]{64})")
_THERE_ALREADY = (AlreadyExistsError, PreconditionError)


class BucketStorage:
    """``activities.ports.EvidenceStorage`` in a bucket; nothing is ever written over."""

    def __init__(self, settings: Settings) -> None:
        """Connect to nothing yet."""
        bucket = urlsplit(settings.evidence_bucket or "")
        secret = settings.s3_key_secret.get_secret_value() if settings.s3_key_secret else None
        account = {"access_key_id": settings.s3_key_id, "secret_access_key": secret, "endpoint": settings.s3_endpoint}
        given: dict[str, Any] = {name: value for name, value in account.items() if value is not None}
        self._store = S3Store(
            bucket.netloc,
            prefix=bucket.path.strip("/") or None,
            region=settings.s3_region,
            copy_if_not_exists="multipart",
            client_options={"allow_http": True, "connect_timeout": "5s", "timeout": "60s"},
            retry_config={"max_retries": 2},
            **given,
        )
        self._algorithm: Algorithm = settings.evidence_digest

    async def receive(self, chunks: AsyncIterator[bytes], most: int) -> Received:
        """Bring a stream in parts, bounded; only what came whole is there at all."""
        draft, digester = f"{_ARRIVING}/{token_hex(8)}.part", Digester(self._algorithm)
        async with _named_failures():
            writer = obstore.open_writer_async(self._store, draft, buffer_size=PART, max_concurrency=1)
            async for piece in pieces(chunks, PIECE):
                digester.take(piece)
                if digester.size > most:
                    raise TooLarge
                await writer.write(piece)
            received = digester.received("")
            await writer.close()
            return await self._keep(draft, received)

    async def _keep(self, draft: str, received: Received) -> Received:
        token = f"{_ARRIVING}/{received.algorithm}-{received.digest}.{token_hex(8)}"
        await obstore.rename_async(self._store, draft, token)
        is_first = await self._copy(token, received)
        return received._replace(token=token, mark=1 if is_first else -1)

    async def _copy(self, token: str, received: Received) -> bool:
        target = _path(received.algorithm, received.digest)
        if await self.size(received.algorithm, received.digest) is not None:
            return False
        try:
            await obstore.copy_async(self._store, token, target, overwrite=False)
        except _THERE_ALREADY:
            return False
        return True

    async def settle(self, received: Received) -> None:
        """Keep it for good."""
        async with _named_failures():
            with suppress(FileNotFoundError):
                await self._copy(received.token, received)
            await obstore.put_async(self._store, _settled(received), b"")
            await obstore.delete_async(self._store, received.token)

    async def drop(self, received: Received, *, is_referenced: bool) -> None:
        """Let it go unless somebody else has it or brings it."""
        async with _named_failures():
            await obstore.delete_async(self._store, received.token)
            if is_referenced or received.mark < 0:
                return
            # Whoever else brings it has his own name for it until it is marked as settled: so none is missed.
            arriving = f"{_ARRIVING}/{received.algorithm}-{received.digest}."
            is_brought = [name async for name in self._names(_ARRIVING) if name.startswith(arriving)]
            if not is_brought and not await self._is_there(_settled(received)):
                await obstore.delete_async(self._store, _path(received.algorithm, received.digest))

    async def read(self, algorithm: Algorithm, digest: str) -> AsyncIterator[bytes]:
        """Read piece by piece."""
        async with _named_failures(may_be_missing=True):
            found = await obstore.get_async(self._store, _path(algorithm, digest))
            async for piece in found.stream(min_chunk_size=PIECE):
                yield bytes(piece)

    async def size(self, algorithm: Algorithm, digest: str) -> int | None:
        """Look how large it is."""
        async with _named_failures():
            try:
                return (await obstore.head_async(self._store, _path(algorithm, digest)))["size"]
            except FileNotFoundError:
                return None

    async def held(self) -> AsyncIterator[Held]:
        """Walk through the bucket."""
        async with _named_failures():
            async for page in obstore.list(self._store):
                for item in page:
                    if found := _PATH.fullmatch(item["path"]):
                        algorithm: Algorithm = "sm3" if found[1] == "sm3" else "sha256"
                        yield Held(algorithm, found[2], item["size"], item["last_modified"].astimezone(UTC))

    async def _is_there(self, path: str) -> bool:
        try:
            await obstore.head_async(self._store, path)
        except FileNotFoundError:
            return False
        return True

    async def _names(self, prefix: str) -> AsyncIterator[str]:
        async for page in obstore.list(self._store, prefix=prefix):
            for item in page:
                yield item["path"]


def _settled(received: Received) -> str:
    return f"{_SETTLED}/{received.algorithm}-{received.digest}"


def _path(algorithm: str, digest: str) -> str:
    return f"{algorithm}/{digest[:2]}/{digest}"


@asynccontextmanager
async def _named_failures(*, may_be_missing: bool = False) -> AsyncIterator[None]:
    try:
        yield
    except (BaseError, OSError) as error:
        if isinstance(error, TimeoutError) or (may_be_missing and isinstance(error, FileNotFoundError)):
            raise  # the sender's own, or an answer
        raise StorageAway(f"{type(error).__name__}: {str(error)[:300]}") from error
