"""Fault logs come from systems over HTTP or by an allowed command, bounded; whatever fails is told in words (5.3.5)."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import asyncssh
import httpx2
import pytest

from activities.ports import CannotCollect
from adapters.evidence.collecting import SystemCollectors, _hosts
from adapters.evidence.folder import FolderStorage
from adapters.evidencesettings import RemoteCommand
from adapters.settings import Settings
from domain.company import Collector

LOG = b"kernel: Out of memory: Killed process 4242 (oracle)\n" * 20_000
COMMANDS = {"journalctl -u db": (LOG, "", 0), "fails": (b"half", "no such unit", 3)}


@pytest.fixture(scope="module")
async def web() -> AsyncIterator[str]:
    """A system that gives its log over HTTP, and does everything else wrong."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readline()).split()[1].partition(b"?")[0]
        while (await reader.readline()).strip():
            pass
        if path == b"/silent":
            await silence.wait()
        status, body = (b"200 OK", LOG) if path == b"/db/alert.log" else (b"302 Found", b"moved")
        head = (
            b"HTTP/1.1 " + status + b"\r\nLocation: /db/alert.log\r\nContent-Type: text/plain\r\nConnection: close\r\n"
        )
        writer.write(head + b"Content-Length: " + str(len(body)).encode() + b"\r\nConnection: close\r\n\r\n" + body)
        writer.close()

    silence = asyncio.Event()
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    silence.set()
    server.close()


@pytest.fixture(scope="module")
async def settings(tmp_path_factory: pytest.TempPathFactory, web: str) -> AsyncIterator[Settings]:
    """A machine that takes our key and knows two commands; and what the settings allow there."""
    folder = tmp_path_factory.mktemp("ssh")
    host, ours = asyncssh.generate_private_key("ssh-ed25519"), asyncssh.generate_private_key("ssh-ed25519")
    (folder / "authorized").write_bytes(ours.export_public_key())
    ours.write_private_key(str(folder / "key"))
    (folder / "stranger").write_text(asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode())

    async def process(handling: "asyncssh.SSHServerProcess[bytes]") -> None:
        out, complaint, code = COMMANDS[handling.command or ""]
        handling.stdout.write(out)
        handling.stderr.write(complaint.encode())
        handling.exit(code)

    server = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_host_keys=[host],
        authorized_client_keys=str(folder / "authorized"),
        process_factory=process,
        encoding=None,
    )
    port = server.get_port()
    known = f"[127.0.0.1]:{port} {host.export_public_key().decode()}"
    (folder / "known_hosts").write_text(known)
    allowed = {
        name: RemoteCommand(host="127.0.0.1", user="fengsui", port=port, command=command)
        for name, command in (("db1-journal", "journalctl -u db"), ("db1-broken", "fails"))
    }
    yield Settings(
        home=folder,
        collector_commands=allowed,
        collector_hosts=[web.removeprefix("http://"), "127.0.0.1:9"],
        ssh_key=folder / "key",
        ssh_known_hosts=folder / "known_hosts",
    )
    server.close()
    await server.wait_closed()


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "evidence")


async def nothing_is_kept(storage: FolderStorage) -> None:
    assert [held async for held in storage.held()] == []


async def test_over_http(settings: Settings, storage: FolderStorage, web: str) -> None:
    collector = Collector(id="alert", kind="http", target=f"{web}/db/alert.log")
    exhibit = await SystemCollectors(settings, storage).collect(collector)
    assert (exhibit.file_name, exhibit.size, exhibit.media_type) == ("alert-alert.log", len(LOG), "text/plain")
    assert exhibit.digest == hashlib.sha256(LOG).hexdigest()
    assert b"".join([piece async for piece in storage.read("sha256", exhibit.digest)]) == LOG


async def test_what_a_query_holds_is_not_kept_for_good(settings: Settings, storage: FolderStorage, web: str) -> None:
    collector = Collector(id="alert", kind="http", target=f"{web}/db/alert.log?token=s3cret#x")
    assert (await SystemCollectors(settings, storage).collect(collector)).place == f"{web}/db/alert.log"


@pytest.mark.parametrize(
    ("named", "url"),
    [
        ("db1.example", "http://DB1.example/log"),
        ("db1.example", "https://db1.example:443/log"),
        ("db1.example:443", "https://db1.example/log"),
        ("10.0.0.7:8080", "http://10.0.0.7:8080"),
        ("[::1]:8080", "http://[::1]:8080/"),
    ],
)
def test_a_host_is_named_with_its_port_or_by_the_usual_one(named: str, url: str) -> None:
    assert not _hosts(httpx2.URL(url)).isdisjoint(Settings(collector_hosts=named).collector_hosts)  # type: ignore[arg-type]
    for other in ("http://db1.example:22/", "https://db1.example.evil.example/", "http://10.0.0.7/", "http://[::1]/"):
        assert _hosts(httpx2.URL(other)).isdisjoint([named])


async def test_without_named_hosts_nobody_is_asked(settings: Settings, storage: FolderStorage, web: str) -> None:
    closed = settings.model_copy(update={"collector_hosts": []})
    collector = Collector(id="alert", kind="http", target=f"{web}/db/alert.log")
    with pytest.raises(CannotCollect, match="FENGSUI_COLLECTOR_HOSTS does not name 127"):
        await SystemCollectors(closed, storage).collect(collector)
    await nothing_is_kept(storage)


async def test_by_an_allowed_command(settings: Settings, storage: FolderStorage) -> None:
    collector = Collector(id="journal", kind="ssh", target="db1-journal")
    exhibit = await SystemCollectors(settings, storage).collect(collector)
    assert (exhibit.file_name, exhibit.size, exhibit.place) == ("journal.log", len(LOG), "db1-journal")
    assert await storage.size("sha256", exhibit.digest) == len(LOG)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"target": "{web}/moved"}, "HTTP 302"),
        ({"target": "{web}/silent", "seconds": 1}, "no answer within 1 s"),
        ({"target": "{web}/db/alert.log", "most_bytes": 1000}, "more than 1000 bytes"),
        ({"target": "http://127.0.0.1:9/"}, "ConnectError"),
        ({"target": "file:///etc/passwd"}, "an http or https address"),
        ({"target": "http://:secret@127.0.0.1:9/"}, "without user and password"),
        ({"target": "http://127.0.0.1/"}, "FENGSUI_COLLECTOR_HOSTS does not name 127.0.0.1"),
        (
            {"target": "http://169.254.169.254/latest/meta-data/"},
            "FENGSUI_COLLECTOR_HOSTS does not name 169.254.169.254",
        ),
        ({"target": "http://127.0.0.1:9@localhost/"}, "without user and password"),
        ({"target": "http://localhost:9/?x=//127.0.0.1:9"}, "FENGSUI_COLLECTOR_HOSTS does not name localhost:9"),
        ({"kind": "ssh", "target": "rm -rf /"}, "FENGSUI_COLLECTOR_COMMANDS: rm -rf /?"),
        ({"kind": "ssh", "target": "db1-broken"}, "exit 3: no such unit"),
        ({"kind": "ssh", "target": "db1-journal", "most_bytes": 1000}, "more than 1000 bytes"),
    ],
)
async def test_what_fails_is_told_and_leaves_nothing(
    settings: Settings, storage: FolderStorage, web: str, changes: dict[str, object], reason: str
) -> None:
    given = {"id": "log", "kind": "http", **changes}
    given["target"] = str(given["target"]).format(web=web)
    with pytest.raises(CannotCollect) as failure:
        await SystemCollectors(settings, storage).collect(Collector.model_validate(given))
    assert reason in str(failure.value)
    await nothing_is_kept(storage)


async def test_a_machine_that_is_not_known_or_does_not_know_us_gives_nothing(
    settings: Settings, storage: FolderStorage, tmp_path: Path
) -> None:
    (tmp_path / "known_hosts").touch()
    collector = Collector(id="journal", kind="ssh", target="db1-journal")
    for change in ({"ssh_known_hosts": tmp_path / "known_hosts"}, {"ssh_key": settings.home / "stranger"}):
        with pytest.raises(CannotCollect):
            await SystemCollectors(settings.model_copy(update=change), storage).collect(collector)
    await nothing_is_kept(storage)
