"""Automatic actions against real servers: carried out once, told truly, and no secret in what is told."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from temporalio.testing import ActivityEnvironment

from activities.actions import Actions
from activities.messages import ActionResult, ActionRun
from adapters.actions.allowlist import AllowList
from adapters.actions.entries import ActionsFile

TITLE = {"zh": "重启", "en": "Restart"}
SECRET = "Bearer s3cr3t-of-the-platform"
RUN = ActionRun(incident="INC-1", step="restart", run=1, action="it")


def listed(secrets: dict[str, str] | None = None, **entry: Any) -> AllowList:
    file = ActionsFile.model_validate({"actions": [{"id": "it", "title": TITLE, **entry}]})
    return AllowList({item.id: item for item in file.actions}, secrets or {})


async def carried_out(allowed: AllowList, run: ActionRun = RUN) -> ActionResult:
    return await ActivityEnvironment().run(Actions(allowed).run_action, run)


# ── HTTP ──────────────────────────────────────────────────────────────────────


class Platform:
    """Takes requests; /hang never answers, /cut breaks off, /status/N answers N and says what it was told."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.url = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        path = head.split()[1]
        self.heard.append(head)
        if path == "/hang":
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(30)
        elif path != "/cut":
            told = "\n".join(line for line in head.splitlines() if line.lower().startswith("authorization"))
            body = f"ok\x1b[31m {told} {'x' * 9000}".encode()
            status = path.rpartition("/")[2].encode()
            headers = b"Location: /status/200\r\nConnection: close\r\nContent-Length: " + str(len(body)).encode()
            writer.write(b"HTTP/1.1 " + status + b" Told\r\n" + headers + b"\r\n\r\n" + body)
        writer.close()


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    made = Platform()
    server = await asyncio.start_server(made.answer, "127.0.0.1", 0)
    async with server:
        made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield made
        server.close()


def http(platform: Platform, path: str, **more: Any) -> AllowList:
    return listed(
        {"ops": SECRET},
        kind="http",
        url=f"{platform.url}{path}",
        secret_headers={"Authorization": "ops"},
        body="{}",
        **{"timeout_seconds": 0.5, **more},
    )


@pytest.mark.parametrize(
    ("path", "outcome", "why"),
    [
        ("/status/200", "done", None),
        ("/status/503", "failed", "unexpected"),
        ("/status/302", "failed", "unexpected"),  # nobody is followed elsewhere
        ("/hang", "unclear", "no_answer"),
        ("/cut", "unclear", "no_answer"),
    ],
)
async def test_a_request_is_made_once_and_told_truly(
    platform: Platform, path: str, outcome: str, why: str | None
) -> None:
    result = await carried_out(http(platform, path))
    assert (result.outcome, result.why) == (outcome, why)
    assert len(platform.heard) == 1
    assert SECRET in platform.heard[0]


async def test_no_secret_and_nothing_unprintable_is_told_and_no_more_than_an_excerpt(platform: Platform) -> None:
    output = (await carried_out(http(platform, "/status/200"))).output or ""
    assert "authorization: ***" in output.lower()
    assert "s3cr3t" not in output
    assert output.isprintable()
    assert len(output) == 500


async def test_nobody_there_is_a_failure_that_did_nothing(unused_tcp_port: int) -> None:
    result = await carried_out(listed(kind="http", url=f"http://127.0.0.1:{unused_tcp_port}/"))
    assert (result.outcome, result.why) == ("failed", "unreachable")


@pytest.mark.parametrize(
    ("run", "why"),
    [
        (RUN.model_copy(update={"action": "other"}), "not_listed"),
        (RUN.model_copy(update={"reads": "000000000000"}), "entry_changed"),
    ],
)
async def test_what_was_not_confirmed_is_not_begun(platform: Platform, run: ActionRun, why: str) -> None:
    result = await carried_out(http(platform, "/status/200"), run)
    assert (result.outcome, result.why, platform.heard) == ("failed", why, [])


async def test_a_drill_carries_out_only_what_says_so(platform: Platform) -> None:
    drill = RUN.model_copy(update={"is_drill": True})
    spared = await carried_out(http(platform, "/status/200"), drill)
    assert (spared.outcome, spared.why, platform.heard) == ("done", "spared_in_drill", [])
    allowed = http(platform, "/status/200", in_drills=True)
    confirmed = drill.model_copy(update={"reads": allowed.entries["it"].fingerprint})
    assert (await carried_out(allowed, confirmed)).outcome == "done"


# ── SQL ───────────────────────────────────────────────────────────────────────


@pytest.fixture
def sql(tmp_path: Path) -> Callable[..., AllowList]:
    file = tmp_path / "trading.db"
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE control (id INTEGER, state TEXT)")
        database.execute("INSERT INTO control VALUES (1, 'open'), (2, 'open')")
    database.close()

    def entry(statement: str, **expected: Any) -> AllowList:
        fixed = {"kind": "sql", "database": "db", "host": "here", "statement": statement}
        return listed({"db": f"sqlite:///{file}"}, **fixed, **expected)

    return entry


async def test_a_statement_is_committed_when_it_did_what_is_expected(sql: Callable[..., AllowList]) -> None:
    pause = sql("UPDATE control SET state = 'paused:%s' WHERE id = 1", expected_rows=1)
    assert await carried_out(pause) == ActionResult(outcome="done", output="1 rows")
    seen = await carried_out(sql("SELECT state FROM control WHERE id = 1", expected_value="paused:%s"))
    assert seen == ActionResult(outcome="done", output="paused:%s")


async def test_one_that_did_something_else_is_taken_back(sql: Callable[..., AllowList]) -> None:
    result = await carried_out(sql("UPDATE control SET state = 'paused'", expected_rows=1))
    assert result == ActionResult(outcome="failed", why="taken_back", output="2 rows")
    assert (
        await carried_out(sql("SELECT count(*) FROM control WHERE state = 'open'", expected_value=2))
    ).outcome == "done"


async def test_one_that_the_database_refuses_has_failed_in_its_own_words(sql: Callable[..., AllowList]) -> None:
    result = await carried_out(sql("UPDATE absent SET state = 1", expected_rows=1))
    assert (result.outcome, result.why) == ("failed", "unexpected")
    assert result.output == "OperationalError: no such table: absent"


async def test_a_database_that_is_not_there_and_its_password_is_not_told(unused_tcp_port: int) -> None:
    url = f"postgresql://fengsui:pass-word@127.0.0.1:{unused_tcp_port}/trading"
    fixed: dict[str, Any] = {"kind": "sql", "database": "db", "host": "127.0.0.1", "statement": "SELECT 1"}
    result = await carried_out(listed({"db": url}, expected_value=1, **fixed))
    assert (result.outcome, result.why) == ("failed", "unreachable")
    assert "pass-word" not in result.model_dump_json()


# ── SSH ───────────────────────────────────────────────────────────────────────


class Host(asyncssh.SSHServer):
    """Lets in whoever has the key."""

    def begin_auth(self, username: str) -> bool:
        return True


@pytest.fixture
async def ssh(tmp_path: Path) -> AsyncIterator[Callable[..., AllowList]]:
    own, theirs = asyncssh.generate_private_key("ssh-ed25519"), asyncssh.generate_private_key("ssh-ed25519")
    own.write_private_key(str(tmp_path / "id"))
    own.write_public_key(str(tmp_path / "authorized"))

    async def work(process: asyncssh.SSHServerProcess[str]) -> None:
        match process.command:
            case "promote":
                process.stdout.write("promoted")
                process.exit(0)
            case "hang":
                await asyncio.sleep(30)
            case _:
                process.stderr.write("no such thing")
                process.exit(3)

    server = await asyncssh.create_server(
        Host,
        "127.0.0.1",
        0,
        server_host_keys=[theirs],
        authorized_client_keys=str(tmp_path / "authorized"),
        process_factory=work,
    )
    port = server.sockets[0].getsockname()[1]

    def entry(command: str, host_key: asyncssh.SSHKey = theirs) -> AllowList:
        known = tmp_path / "known_hosts"
        known.write_text(f"[127.0.0.1]:{port} {host_key.export_public_key().decode()}")
        fixed = {"host": "127.0.0.1", "port": port, "user": "fengsui", "timeout_seconds": 2}
        return listed(kind="ssh", key_file=tmp_path / "id", known_hosts=known, command=command, **fixed)

    async with server:
        yield entry


@pytest.mark.parametrize(
    ("command", "result"),
    [
        ("promote", ActionResult(outcome="done", output="exit 0 promoted")),
        ("destroy", ActionResult(outcome="failed", why="unexpected", output="exit 3 no such thing")),
    ],
)
async def test_a_command_is_run_on_a_known_host(
    ssh: Callable[..., AllowList], command: str, result: ActionResult
) -> None:
    assert await carried_out(ssh(command)) == result


async def test_a_host_with_another_key_is_not_spoken_to(ssh: Callable[..., AllowList]) -> None:
    stranger = asyncssh.generate_private_key("ssh-ed25519")
    result = await carried_out(ssh("promote", stranger))
    assert (result.outcome, result.why, result.output) == ("failed", "unreachable", "HostKeyNotVerifiable")


async def test_a_command_that_does_not_end_is_unclear(ssh: Callable[..., AllowList]) -> None:
    result = await carried_out(ssh("hang"))
    assert (result.outcome, result.why) == ("unclear", "no_answer")
