"""Temporal away, the database away, no worker: what is told, how fast, and that it heals alone."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from adapters.servers import temporal_cli
from adapters.store import migrate
from adapters.temporal import connect, register_search_attributes
from tests.api.cast import MANAGER, OPERATOR, report
from tests.api.story import Story, operator_handling
from tests.api.system import PHONES, Api, System, free_port, served, settings_for

LIMIT_SECONDS = 3.0
# Where Temporal is there and no worker is: what the door waits for the record, an answer, and the reason of silence.
SILENT_SECONDS = 5.0
TRIES = 3


@asynccontextmanager
async def temporal_on(port: int, database: Path) -> AsyncIterator[None]:
    """A Temporal server on a port, which ends like one that crashes."""
    process = await asyncio.create_subprocess_exec(
        *(str(temporal_cli(os.environ)), "server", "start-dev", "--headless", "--port", str(port)),
        *("--db-filename", str(database), "--log-level", "never"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(30):
            while True:
                try:
                    client = await connect(f"127.0.0.1:{port}", "default")
                    await register_search_attributes(client)
                    break
                except RuntimeError:
                    await asyncio.sleep(0.1)
        yield
    finally:
        process.kill()
        await process.wait()


@asynccontextmanager
async def nobody_answers() -> AsyncIterator[int]:
    """A port that takes connections and never says a word."""

    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await held.wait()
        writer.close()

    held = asyncio.Event()
    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        held.set()
        server.close()


async def within(limit: float, call: Callable[[], Awaitable[Any]]) -> Any:
    """Return an answer that comes in time: a machine may be busy once, a limit that is not kept is missed each time."""
    for _ in range(TRIES):
        start = time.monotonic()
        answer = await call()
        if time.monotonic() - start < limit:
            return answer
    raise AssertionError(f"no answer within {limit:g} s")


@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "Nothing was recorded. Report by phone now"), ("zh-CN", "电话")]
)
@pytest.mark.parametrize("is_silent", [False, True], ids=["gone", "silent"])
async def test_with_temporal_away_nobody_believes_to_have_reported(
    system: System, tmp_path: Path, language: str, sentence: str, *, is_silent: bool
) -> None:
    async with nobody_answers() as silent_port:
        port = silent_port if is_silent else free_port()
        settings = settings_for(tmp_path, f"127.0.0.1:{port}", database_url=system.settings.database_url)
        async with served(settings) as api:
            assert (await api.get(OPERATOR, "/me")).status_code == 200
            for path, body in (
                ("/incidents", report()),
                ("/incidents/00000-00000/judgement", {"verdict": "emergency"}),
            ):
                answer = await within(LIMIT_SECONDS, partial(api.post, OPERATOR, path, body, language=language))
                assert answer.status_code == 503, answer.text
                problem = answer.json()
                assert (problem["code"], problem["phones"]) == ("temporal-away", PHONES)
                assert sentence in problem["detail"]
                assert all(phone in problem["detail"] for phone in PHONES)
                assert answer.headers["retry-after"].isdigit()
            alert = {"dedup_key": "k", "title": "t", "system": "trading", "symptom": "s"}
            answer = await within(LIMIT_SECONDS, partial(api.post, "monitoring", "/alerts/events", alert))
            assert answer.status_code == 503
            assert (await api.get(None, "/readyz")).status_code == 503
            assert (await api.get(None, "/healthz")).status_code == 200


async def test_with_temporal_away_an_incident_is_read_from_the_record(
    system: System, tmp_path: Path, phases: dict[str, Story]
) -> None:
    number = phases["group_handling"].number
    async with asyncio.timeout(90):
        while not await system_row_is_at(system, number, "group_handling"):  # noqa: ASYNC110  the answer comes from elsewhere
            await asyncio.sleep(0.1)
    settings = settings_for(tmp_path, f"127.0.0.1:{free_port()}", database_url=system.settings.database_url)
    async with served(settings) as api:
        seen = (await api.get(MANAGER, f"/incidents/{number}")).json()
        assert (seen["source"], seen["phase"], seen["commander"]) == ("record", "group_handling", MANAGER)
        assert seen["as_of"] < seen["deadlines"]["notice_due"]["at"]
        assert (await api.get(MANAGER, f"/incidents/{number}/timeline")).status_code == 200


async def system_row_is_at(system: System, number: str, phase: str) -> bool:
    listed = (await system.api.get(MANAGER, f"/incidents?phase={phase}&limit=100")).json()["items"]
    return number in [item["number"] for item in listed]


async def test_an_api_that_started_without_temporal_works_when_it_comes_and_comes_again(
    system: System, tmp_path: Path
) -> None:
    port, database = free_port(), tmp_path / "temporal.db"
    settings = settings_for(tmp_path, f"127.0.0.1:{port}", database_url=system.settings.database_url)
    async with served(settings) as api:
        assert (await api.post(OPERATOR, "/incidents", report())).status_code == 503
        for round_ in range(2):
            async with temporal_on(port, database):
                answer = await until_taken(api, f"key-{round_}")
                assert answer.json()["number"]
            answer = await within(LIMIT_SECONDS, partial(api.post, OPERATOR, "/incidents", report()))
            assert answer.status_code == 503


async def until_taken(api: Api, key: str) -> Any:
    async with asyncio.timeout(30):
        while True:
            answer = await api.post(OPERATOR, "/incidents", report(), headers={"Idempotency-Key": key})
            if answer.status_code in (200, 201):
                return answer
            assert answer.status_code == 503


async def test_without_a_worker_an_act_is_pending_and_a_report_is_safe(system: System, tmp_path: Path) -> None:
    port = free_port()
    settings = settings_for(tmp_path, f"127.0.0.1:{port}", database_url=system.settings.database_url)
    async with temporal_on(port, tmp_path / "temporal.db"), served(settings) as api:
        opened = await api.post(OPERATOR, "/incidents", report())
        assert opened.status_code == 201
        path = f"/incidents/{opened.json()['number']}/judgement"
        judge = partial(api.post, MANAGER, path, {"verdict": "emergency"})
        answer = await within(SILENT_SECONDS, partial(judge, headers={"Idempotency-Key": "once"}))
        assert answer.status_code == 202
        assert answer.json()["status"] == "unknown"
        assert answer.json()["command_id"] == f"{MANAGER}:once"
        assert "preference-applied" not in answer.headers
        stored = await within(SILENT_SECONDS, partial(judge, headers={"Prefer": "respond-async"}))
        assert (stored.status_code, stored.json()["status"]) == (202, "stored")
        unread = await api.get(MANAGER, f"/incidents/{opened.json()['number']}")
        assert (unread.status_code, unread.json()["code"]) == (503, "no-answer")


@pytest.mark.parametrize("kind", ["gone", "silent", "missing"])
async def test_with_the_database_away_acts_go_on_and_lists_say_so(kind: str, system: System, tmp_path: Path) -> None:
    async with nobody_answers() as silent_port:
        url = {
            "gone": f"postgresql://nobody@127.0.0.1:{free_port()}/none",
            "silent": f"postgresql://nobody@127.0.0.1:{silent_port}/none",
            "missing": f"sqlite:///{tmp_path}/no/such/folder.db",
        }[kind]
        settings = settings_for(tmp_path, system.settings.temporal_address, database_url=url)
        async with served(settings) as api:
            story = await operator_handling(api)
            await story.act(OPERATOR, "steps", step="look", result="done")
            await story.act(OPERATOR, "leading-group", 403, members=[MANAGER], commander=MANAGER)
            seen = await story.look()
            assert (seen["source"], seen["steps"]) == ("workflow", {"look": "done"})
            for path in (
                "/incidents",
                f"/incidents/{story.number}/timeline",
                f"/incidents/{story.number}/refusals",
                "/inbox",
            ):
                answer = await within(LIMIT_SECONDS, partial(api.get, MANAGER, path))
                assert (answer.status_code, answer.json()["code"]) == (503, "database-away"), path
            assert (await api.get(MANAGER, "/incidents/00000-00000")).json()["code"] == "database-away"
            assert (await api.get(MANAGER, "/me")).json()["unread"] is None
            assert (await api.get(None, "/readyz")).status_code == 503


async def test_what_was_refused_while_the_database_was_away_is_audited_afterwards(
    system: System, tmp_path: Path
) -> None:
    folder = tmp_path / "later"
    url = f"sqlite:///{folder}/fengsui.db"
    settings = settings_for(tmp_path, system.settings.temporal_address, database_url=url)
    async with served(settings) as api:
        story = await operator_handling(api)
        await story.act(OPERATOR, "leading-group", 403, members=[MANAGER], commander=MANAGER)
        assert (await api.get(MANAGER, f"/incidents/{story.number}/refusals")).status_code == 503
        folder.mkdir()
        await migrate.upgrade(url)
        refusal = await story.refusal_of("form_group")
        assert (refusal["person"], refusal["code"]) == (OPERATOR, "not-authorised")
