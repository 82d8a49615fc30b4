"""Files come in whole or not at all, are recorded by their digest, and do no harm on their way out (5.3.5)."""

import asyncio
import csv
import hashlib
import io
import zipfile
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from pydantic import SecretStr

from adapters.evidence.bundlecheck import check
from adapters.evidence.folder import FolderStorage
from adapters.store.database import Database
from adapters.verify import verify
from api.acts import RESOURCES
from domain.acts import AddEvidence
from tests.api.browser import recorded as audited
from tests.api.cast import (
    DIRECTOR,
    HEAD,
    MANAGER,
    OPERATOR,
    SPECIALIST,
    TECHNICIAN,
    TOKENS,
)
from tests.api.story import Story, operator_handling
from tests.api.system import Api, System, free_port, served, settings_for

KEY = "bWFkZS11cC1zZWVkLW9mLTMyLWJ5dGVzLWZvci10c3Q="
SMALL = b"y" * 100_000
PAGE = b"<!DOCTYPE html><script>alert(document.cookie)</script>"


@pytest.fixture(scope="module")
async def story(api: Api) -> Story:
    found = await Story.reported(api, discovered_at=ago(minutes=10))
    await found.act(MANAGER, "judgement", verdict="emergency")
    return found


def ago(**span: float) -> str:
    return (datetime.now(UTC) - timedelta(**span)).isoformat()


@pytest.fixture(scope="session")
def api(system: System) -> Api:
    return system.api


async def upload(story: Story, who: str | None, content: Any, *, expect: int = 201, **about: Any) -> dict[str, Any]:
    query = {"name": "db1-错误.log", "kind": "fault_log", **about}
    key = {"Idempotency-Key": query.pop("key", uuid4().hex), "Content-Type": query.pop("declared", "text/plain")}
    answer = await story.api.call(
        "POST", who, f"/incidents/{story.number}/evidence", content=content, params=query, headers=key
    )
    assert answer.status_code == expect, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def listed(story: Story, language: str = "en") -> list[dict[str, Any]]:
    answer = await story.api.get(MANAGER, f"/incidents/{story.number}/evidence?limit=500", language)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def folder(system: System) -> Path:
    return system.settings.evidence_home


def kept(system: System, content: bytes) -> Path:
    digest = hashlib.sha256(content).hexdigest()
    return folder(system) / "sha256" / digest[:2] / digest


def arriving(system: System) -> list[Path]:
    return list((folder(system) / "arriving").iterdir())


async def recorded(story: Story, seq: int) -> None:
    async with asyncio.timeout(30):
        while not [item for item in await listed(story) if item["seq"] == seq and item["is_recorded"]]:  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def test_a_file_is_kept_recorded_listed_and_given_back(system: System, story: Story) -> None:
    content = "09:58 归档已满\n".encode() * 50_000
    receipt = await upload(
        story,
        SPECIALIST,
        content,
        text="首次报错，见第一行",
        place="机房一楼 B12 柜",
        collected_by="设备商 王工",
        collected_at=ago(minutes=5),
    )
    digest = hashlib.sha256(content).hexdigest()
    assert (receipt["digest"], receipt["size"], receipt["media_type"]) == (digest, len(content), "text/plain")
    assert kept(system, content).read_bytes() == content
    assert arriving(system) == []
    [item] = [item for item in await listed(story) if item["seq"] == receipt["seq"]]
    assert (item["file_name"], item["place"], item["collected_by"]) == (
        "db1-错误.log",
        "机房一楼 B12 柜",
        "设备商 王工",
    )
    assert (item["is_late"], item["received_by"], item["received_from"]) == (True, SPECIALIST, "127.0.0.1")
    told = await story.api.get(
        MANAGER, f"/incidents/{story.number}/timeline?after_seq={receipt['seq'] - 1}&limit=1", "zh-CN"
    )
    [entry] = told.json()["items"]
    assert (entry["is_late"], entry["clause"]) == (True, "5.3.5")
    assert digest in entry["sentence"]
    assert "故障信息日志" in entry["sentence"]

    await recorded(story, receipt["seq"])
    path = f"/incidents/{story.number}/evidence/{receipt['seq']}"
    answer = await story.api.get(TECHNICIAN, path)
    assert answer.content == content
    assert (await story.api.post(MANAGER, f"{path}/verifications")).json()["is_intact"] is True
    hands = (await story.api.get(MANAGER, f"{path}/custody")).json()
    assert [(hand["act"], hand["person"], hand["address"], hand["detail"]) for hand in hands] == [
        ("received", SPECIALIST, "127.0.0.1", None),
        ("downloaded", TECHNICIAN, "127.0.0.1", None),
        ("verified", MANAGER, "127.0.0.1", "intact"),
    ]


async def test_nothing_of_a_file_is_shown_or_run_by_a_browser(story: Story) -> None:
    name = "..\\..\\<img src=x onerror=alert(1)>\u202e\r\nSet-Cookie: a=b.html"
    receipt = await upload(story, OPERATOR, PAGE, name=name, declared="image/png")
    assert (receipt["media_type"], receipt["declared_type"]) == ("text/html", "image/png")
    assert not set('<>/\\\r\n\u202e"') & set(receipt["file_name"])
    answer = await story.api.get(MANAGER, f"/incidents/{story.number}/evidence/{receipt['seq']}")
    assert answer.content == PAGE
    headers = answer.headers
    assert headers["content-type"] == "application/octet-stream"
    assert headers["content-disposition"].startswith("attachment; filename=")
    assert "set-cookie" not in headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "sandbox; default-src 'none'"


async def test_a_table_holds_no_formula(story: Story) -> None:
    harmful = ['=HYPERLINK("http://evil","x")', "+1+cmd|' /C calc'!A0", "@SUM(1)", "-2+3"]
    for text in harmful:
        await upload(story, OPERATOR, text.encode(), text=text, name=f"={text}.csv", place=text)
    answer = await story.api.get(MANAGER, f"/incidents/{story.number}/evidence.csv", "zh-CN")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][:3] == ["条目", "文件", "类别"]
    cells = [cell for row in rows[1:] for cell in row]
    assert {f"'{text}" for text in harmful} <= set(cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


async def test_the_same_request_counts_once_and_the_same_content_is_kept_once(system: System, story: Story) -> None:
    content, key = b"twice", uuid4().hex
    first = await upload(story, OPERATOR, content, key=key)
    again = await upload(story, OPERATOR, content, key=key, expect=200)
    assert (again["seq"], again["is_repeat"]) == (first["seq"], True)
    other = await upload(story, SPECIALIST, content)
    assert other["seq"] != first["seq"]
    assert kept(system, content).stat().st_nlink == 1
    reused = await upload(story, OPERATOR, b"another content under the same key", key=key, expect=409)
    assert reused["code"] == "command-reused"
    assert not kept(system, b"another content under the same key").exists()
    assert arriving(system) == []


async def test_whoever_may_not_is_told_before_anything_is_read(
    system: System, story: Story, phases: dict[str, Story]
) -> None:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(400):
            yield b"x" * 65536

    refused = await upload(story, HEAD, b"small", post="it_manager", expect=403)
    assert (refused["code"], refused["clause"]) == ("not-authorised", "5.3.5")
    await upload(story, None, b"small", expect=401)
    gone = await upload(phases["closed"], OPERATOR, b"too late", expect=409)
    assert gone["clause"] == "5.3.5"
    early = await upload(phases["judging"], OPERATOR, b"too early", expect=409)
    assert early["code"] == "wrong-phase"
    for content in (b"small", b"too late", b"too early"):
        assert not kept(system, content).exists()
    with suppress(httpx2.TransportError):  # the answer may come while the rest is still being sent
        await upload(story, HEAD, body(), post="it_manager", expect=403)
    assert arriving(system) == []


async def test_nobody_takes_a_piece_of_evidence_before_it_was_received(story: Story) -> None:
    """The record brings what comes in quick succession a little later; whoever asks at once waits for it."""
    for content in (b"recorded at once", b"recorded with what follows"):
        receipt = await upload(story, OPERATOR, content)
        path = f"/incidents/{story.number}/evidence/{receipt['seq']}"
        assert (await story.api.get(MANAGER, path)).content == content
        assert (await story.api.post(MANAGER, f"{path}/verifications")).json()["is_intact"] is True
        hands = (await story.api.get(MANAGER, f"{path}/custody")).json()
        assert [hand["act"] for hand in hands] == ["received", "downloaded", "verified"]


async def test_who_may_look_and_who_may_export(story: Story) -> None:
    receipt = await upload(story, OPERATOR, b"for some eyes only")
    path = f"/incidents/{story.number}/evidence"
    for what in (path, f"{path}.csv", f"{path}/{receipt['seq']}", f"{path}/{receipt['seq']}/custody"):
        assert (await story.api.get(HEAD, what)).status_code == 403
        assert (await story.api.get(TECHNICIAN, what)).status_code == 200
    assert (await story.api.get(TECHNICIAN, f"/incidents/{story.number}/bundle")).json()["clause"] == "5.3.5"
    assert (await story.api.get(MANAGER, f"{path}/99999")).status_code == 404


async def test_what_is_empty_too_large_or_cut_off_leaves_nothing(system: System, story: Story, tmp_path: Path) -> None:
    before = [item["seq"] for item in await listed(story)]
    assert (await upload(story, OPERATOR, b"", expect=422))["code"] == "empty"
    settings = system.settings.model_copy(
        update={"evidence_most_bytes": 100_000, "api_port": free_port(), "evidence_folder": tmp_path / "evidence"}
    )
    async with served(settings) as api:
        small = Story(api, story.number)
        declared = await upload(small, OPERATOR, b"x" * 100_001, expect=413)
        assert (declared["code"], declared["params"]) == ("too-large", {"most": "100000"})

        async def endless() -> AsyncIterator[bytes]:
            for _ in range(30):
                yield b"y" * 10_000

        assert (await upload(small, OPERATOR, endless(), expect=413))["code"] == "too-large"
        await cut_off(settings.api_port, story.number, tmp_path)
        async with asyncio.timeout(20):
            while left(tmp_path):  # noqa: ASYNC110  the server notices it in its own time
                await asyncio.sleep(0.05)
        await upload(small, OPERATOR, SMALL)
    assert len([item for item in await listed(story) if item["seq"] not in before]) == 1


def left(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def cut_off(port: int, number: str, folder: Path) -> None:
    """Send half of what is announced, and hang up."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    head = (
        f"POST /api/v1/incidents/{number}/evidence?name=half.log HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {TOKENS[OPERATOR]}\r\nContent-Type: text/plain\r\nContent-Length: 90000\r\n\r\n"
    )
    writer.write(head.encode() + b"z" * 45_000)
    await writer.drain()
    async with asyncio.timeout(20):
        while not left(folder):  # noqa: ASYNC110  the half arrives; the rest never comes
            await asyncio.sleep(0.02)
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize(("language", "told"), [("en", "Keep the file unchanged"), ("zh-CN", "请保持文件原样")])
async def test_with_the_storage_away_it_is_said_what_to_do(
    system: System, story: Story, tmp_path: Path, language: str, told: str
) -> None:
    (tmp_path / "evidence").touch()
    settings = system.settings.model_copy(update={"api_port": free_port(), "evidence_folder": tmp_path / "evidence"})
    before = len(await listed(story))
    async with served(settings) as api:
        answer = await api.call(
            "POST", OPERATOR, f"/incidents/{story.number}/evidence?name=a.log", content=b"log", language=language
        )
    assert (answer.status_code, answer.json()["code"]) == (503, "storage-away")
    assert told in answer.json()["detail"]
    assert len(await listed(story)) == before


async def test_with_the_database_away_a_file_is_taken_all_the_same(
    system: System, story: Story, tmp_path: Path
) -> None:
    settings = settings_for(
        tmp_path,
        system.settings.temporal_address,
        database_url=f"sqlite+aiosqlite:///{tmp_path}/away.db",
        evidence_folder=folder(system),
    )
    async with served(settings) as api:
        receipt = await upload(Story(api, story.number), OPERATOR, b"while the database is away")
        assert (await api.get(MANAGER, f"/incidents/{story.number}/evidence/{receipt['seq']}")).status_code == 503
    await recorded(story, receipt["seq"])
    assert kept(system, b"while the database is away").exists()


async def test_every_export_leaves_a_trace_also_where_there_is_no_evidence(system: System) -> None:
    story = await operator_handling(system.api)
    async with asyncio.timeout(60):
        while (await story.api.get(DIRECTOR, f"/incidents/{story.number}/bundle")).status_code != 200:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    told = [item["number"] for item in await audited(system, DIRECTOR, "exported")]
    assert told.count(story.number) == 1
    refused = (await story.api.get(MANAGER, f"/incidents/{story.number}/refusals?limit=100")).json()["items"]
    assert "exported" not in {item["code"] for item in refused}


async def test_a_bundle_leaves_the_house_and_is_checked_without_it(system: System, tmp_path: Path) -> None:
    settings = system.settings.model_copy(update={"api_port": free_port(), "signing_key": SecretStr(KEY)})
    async with served(settings) as api:
        story = Story(api, (await operator_handling(api)).number)
        contents = (b"first\n" * 1000, PAGE)
        seqs = [(await upload(story, OPERATOR, content, name=f"{n}.log"))["seq"] for n, content in enumerate(contents)]
        await recorded(story, seqs[-1])
        answer = await api.get(DIRECTOR, f"/incidents/{story.number}/bundle")
        key = (await api.get(None, "/signing-key")).json()["current"]
    assert answer.headers["content-disposition"].startswith("attachment")
    file = tmp_path / "bundle.zip"
    file.write_bytes(answer.content)
    found = check(file, key)
    assert (found.faults, found.files, found.incident) == ([], 2, story.number)
    with zipfile.ZipFile(file) as bundle:
        assert bundle.read(f"evidence/{seqs[0]:05}/0.log") == contents[0]
        assert "请勿随意打开" in bundle.read("README.zh-CN.txt").decode()
        assert '"exported"' in bundle.read("custody.jsonl").decode()
        assert "EVENT_TYPE_WORKFLOW_EXECUTION_STARTED" in bundle.read("temporal-history.json").decode()
    other = check(file, "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
    assert [fault.member for fault in other.faults] == ["manifest.json"]


async def test_the_whole_record_of_these_tests_verifies(system: System, story: Story) -> None:
    """Database, storage, custody list and timeline say the same; what was refused left nothing behind."""
    database = Database(system.settings.database_url, limit=30)
    found = await verify(database, number=story.number, storage=FolderStorage(folder(system)))
    await database.close()
    elsewhere = hashlib.sha256(SMALL).hexdigest()  # it stands in a folder of its own
    assert [fault for fault in found.faults if fault.params.get("digest") != elsewhere] == []
    assert found.custody > 0


def test_the_door_of_uploads_is_where_the_table_says() -> None:
    assert RESOURCES[AddEvidence] == "evidence"
