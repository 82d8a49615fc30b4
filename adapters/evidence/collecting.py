"""Fetching fault logs from systems: over HTTP, or by a command that the settings allow (5.3.5)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2

from activities.ports import CannotCollect, Empty, EvidenceStorage, StorageAway, TooLarge
from adapters.evidence.sniffing import declared, sniffed
from adapters.evidencesettings import RemoteCommand
from adapters.settings import Settings
from adapters.tls import trusted
from domain.company import Collector
from domain.exhibit import Exhibit, safe_name

PIECE = 64 * 1024
_PORTS = {"http": 80, "https": 443}
Content = tuple[AsyncIterator[bytes], str | None]


class SystemCollectors:
    """Each collector is bounded in time and size, and answers with a digest (``activities.ports.Collecting``)."""

    def __init__(self, settings: Settings, storage: EvidenceStorage) -> None:
        """Take what collectors may do, and where what they fetch is kept."""
        self._settings = settings
        self._storage = storage

    async def collect(self, collector: Collector) -> Exhibit:
        """Fetch and keep; CannotCollect tells people why not."""
        try:
            async with asyncio.timeout(collector.seconds):
                return await self._fetched(collector)
        except TimeoutError:
            raise CannotCollect(f"no answer within {collector.seconds} s") from None
        except TooLarge:
            raise CannotCollect(f"more than {self._most(collector)} bytes") from None
        except Empty:
            raise CannotCollect("nothing came") from None
        except (StorageAway, OSError, ValueError, httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise CannotCollect(f"{type(error).__name__}: {error}") from error

    async def _fetched(self, collector: Collector) -> Exhibit:
        source = self._http(collector.target) if collector.kind == "http" else self._ssh(collector.target)
        async with source as (content, media_type):
            received = await self._storage.receive(content, self._most(collector))
        await self._storage.settle(received)
        return Exhibit(
            file_name=_name(collector),
            size=received.size,
            digest=received.digest,
            algorithm=received.algorithm,
            media_type=sniffed(received.head),
            declared_type=declared(media_type),
            collected_at=datetime.now(UTC),
            place=_place(collector)[:200],
        )

    def _most(self, collector: Collector) -> int:
        return min(collector.most_bytes, self._settings.evidence_most_bytes)

    def _http(self, target: str) -> Any:
        """Ask a host that the settings name: whoever keeps the directory must not reach whatever the worker reaches."""
        url = httpx2.URL(target)  # read by what will connect, so that both mean the same host
        if url.scheme not in _PORTS or not url.host or url.userinfo:
            raise CannotCollect("an http or https address without user and password is needed")
        if _hosts(url).isdisjoint(self._settings.collector_hosts):
            raise CannotCollect(f"FENGSUI_COLLECTOR_HOSTS does not name {url.netloc.decode()}")
        return _http(url)

    def _ssh(self, name: str) -> Any:
        """Run what the settings allow under a name; whatever else a company file says is refused."""
        command = self._settings.collector_commands.get(name)
        if command is None:
            raise CannotCollect(f"FENGSUI_COLLECTOR_COMMANDS: {name}?")
        try:
            import asyncssh  # noqa: F401, PLC0415 - an extra
        except ModuleNotFoundError:
            raise CannotCollect("the extra ssh is not installed") from None
        return _remote(command, self._settings)


def _name(collector: Collector) -> str:
    path = urlsplit(collector.target).path if collector.kind == "http" else ""
    ending = safe_name(path) if path.rstrip("/") else "log"
    return safe_name(f"{collector.id}-{ending}" if "." in ending else f"{collector.id}.log")


def _hosts(url: httpx2.URL) -> set[str]:
    """Return how the settings may name the host of an address; without its port only where that is the scheme's own."""
    host = url.netloc.decode()
    return {host} if url.port else {host, f"{host}:{_PORTS[url.scheme]}"}


def _place(collector: Collector) -> str:
    """Return where a log came from, for good: without what a query may hold of secrets."""
    if collector.kind != "http":
        return collector.target
    url = httpx2.URL(collector.target)
    return f"{url.scheme}://{url.netloc.decode()}{url.path}"


@asynccontextmanager
async def _http(url: httpx2.URL) -> AsyncIterator[Content]:
    """Open a URL; a redirect is not followed: it could lead anywhere."""
    async with (
        httpx2.AsyncClient(timeout=None, trust_env=False, verify=trusted(), follow_redirects=False) as client,
        client.stream("GET", url) as response,
    ):
        if not response.is_success:
            raise CannotCollect(f"HTTP {response.status_code}")
        yield response.aiter_bytes(PIECE), response.headers.get("content-type")


@asynccontextmanager
async def _remote(command: RemoteCommand, settings: Settings) -> AsyncIterator[Content]:
    import asyncssh  # noqa: PLC0415 - an extra

    try:
        async with (
            asyncssh.connect(
                command.host,
                command.port,
                username=command.user,
                client_keys=[str(settings.ssh_key)],
                known_hosts=str(settings.ssh_known_hosts),
                config=[],
                agent_path=None,
            ) as connection,
            connection.create_process(command.command, encoding=None, stdin=asyncssh.DEVNULL) as process,
        ):
            yield _output(process), "text/plain"
    except asyncssh.Error as error:
        raise CannotCollect(f"{type(error).__name__}: {error}") from error


async def _output(process: Any) -> AsyncIterator[bytes]:
    """Give what the command writes; one that fails has fetched nothing."""
    complaints = asyncio.create_task(_drained(process.stderr.read))
    try:
        while piece := await process.stdout.read(PIECE):
            yield piece
        await process.wait_closed()
        if process.exit_status != 0:
            raise CannotCollect(f"exit {process.exit_status}: {(await complaints).decode(errors='replace')[:300]}")
    finally:
        complaints.cancel()


async def _drained(read: Callable[[int], Any]) -> bytes:
    """Read all complaints, and keep the beginning."""
    kept = b""
    while piece := await read(PIECE):
        kept += piece[: 1000 - len(kept)] if len(kept) < 1000 else b""  # noqa: PLR2004
    return kept
