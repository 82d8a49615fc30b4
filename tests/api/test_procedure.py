"""Working by the runbook through the API: what a step would set going is read, confirmed, carried out, told."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.cast import DIRECTOR, ENGLISH_HEAD, MANAGER, OPERATOR, SUPERVISOR, TECHNICIAN
from tests.api.story import Story
from tests.api.system import ROOT, System
from workflows.contract import child_id, incident_id

SECRET = "Bearer s3cr3t-of-the-operations-platform"
ACTIONS = """actions:
  - id: pause-matching
    kind: http
    title: {{ zh: 暂停撮合写入, en: Pause matching }}
    url: http://127.0.0.1:{port}/pause
    secret_headers: {{ Authorization: ops }}
"""


class Platform:
    """The far side of the automatic action; it says what it was told."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heard.append((await reader.readuntil(b"\r\n\r\n")).decode())
        body = f"paused for {SECRET}".encode()
        head = f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        writer.close()


@pytest.fixture(scope="module")
async def far_side() -> AsyncIterator[tuple[Platform, int]]:
    made = Platform()
    server = await asyncio.start_server(made.answer, "127.0.0.1", 0)
    async with server:
        yield made, server.sockets[0].getsockname()[1]


@pytest.fixture(scope="module")
async def worked(tmp_path_factory: pytest.TempPathFactory, far_side: tuple[Platform, int]) -> AsyncIterator[System]:
    """A system of its own whose runbook has a time box, an approval and an automatic action."""
    folder = tmp_path_factory.mktemp("procedure")
    shutil.copytree(ROOT / "runbooks", folder / "runbooks")
    _revise(folder / "runbooks")
    (folder / "actions.yaml").write_text(ACTIONS.format(port=far_side[1]), encoding="utf-8")
    changes = {"runbooks": folder / "runbooks", "actions": folder / "actions.yaml", "action_secrets": {"ops": SECRET}}
    async with System.running(folder, **changes) as running:
        yield running


def _revise(folder: Path) -> None:
    text = (folder / "market-db-outage@1.yaml").read_text(encoding="utf-8")
    for old, new in (
        ("version: 1", "version: 2"),
        (
            "  - id: space\n",
            "  - id: space\n    needs_approval: true\n    rollback: { zh: 无需回退, en: Nothing to undo }\n",
        ),
        ("  - id: stop-writes\n", "  - id: stop-writes\n    action: pause-matching\n"),
        ("  - id: restart\n", "  - id: restart\n    action: not-there\n"),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    (folder / "market-db-outage@2.yaml").write_text(text, encoding="utf-8")


async def steps(story: Story, language: str = "en") -> dict[str, dict[str, Any]]:
    answer = await story.api.get(OPERATOR, f"/incidents/{story.number}/runbook", language)
    assert answer.status_code == 200, answer.text
    assert answer.json()["runbook"] == "market-db-outage@2"
    return {step["id"]: step for step in answer.json()["steps"]}


async def test_a_runbook_is_worked_through_and_its_action_read_before_it_is_confirmed(
    worked: System, far_side: tuple[Platform, int]
) -> None:
    story = await Story.reported(worked.api)
    await story.act(SUPERVISOR, "judgement", verdict="emergency")
    first = await steps(story)
    assert [step["state"] for step in first.values()] == ["next", *["waiting"] * 4]
    assert first["look"]["time_box_until"]
    assert (first["space"]["approval"], first["space"]["rollback"]) == ("needed", "Nothing to undo")

    await story.act(OPERATOR, "steps", step="look", result="done")
    assert (await steps(story, "zh-CN"))["space"]["approval_text"] == "待批准"
    refused = await story.act(OPERATOR, "steps", expect=409, step="space", result="done")
    assert (refused["code"], refused["clause"]) == ("incomplete", "5.2.3")
    await story.act(MANAGER, "step-decisions", step="space", approve=True)
    assert (await steps(story))["space"]["decided_by"] == ["Chen Lei"]
    await story.act(OPERATOR, "steps", step="space", result="done")

    action = (await steps(story))["stop-writes"]["action"]
    host = f"127.0.0.1:{far_side[1]}"
    assert (action["kind"], action["target"], action["text"]) == ("http", host, "Pause matching")
    assert action["does"] == f"POST http://{host}/pause"
    assert (await steps(story, "zh-CN"))["stop-writes"]["action"]["text"] == "暂停撮合写入"
    await story.act(MANAGER, "step-runs", expect=403, step="stop-writes")
    await story.act(OPERATOR, "step-runs", expect=422, step="stop-writes", url="http://elsewhere.example/")
    assert far_side[0].heard == []
    await story.act(OPERATOR, "step-runs", step="stop-writes", reads=action["reads"])
    await story.until(lambda seen: seen["steps"].get("stop-writes") == "done")
    [heard] = far_side[0].heard
    assert SECRET in heard

    missing = (await steps(story))["restart"]["action"]
    assert (missing["is_listed"], missing["reads"]) == (False, None)
    await story.act(OPERATOR, "step-runs", step="restart")
    await story.until(lambda seen: seen["steps"].get("restart") == "failed")
    answer = await worked.api.get(OPERATOR, f"/incidents/{story.number}/timeline?limit=500", "zh-CN")
    told = [item["sentence"] for item in answer.json()["items"]]
    assert any("不在允许清单中" in sentence for sentence in told)
    assert any("paused for ***" in sentence for sentence in told)
    assert SECRET not in answer.text
    for workflow in (incident_id(story.number), child_id(story.number, "run/stop-writes/1")):
        history = await worked.client.get_workflow_handle(workflow).fetch_history()
        assert SECRET not in history.to_json()


async def test_a_draft_is_filled_given_and_its_deliveries_are_told(worked: System) -> None:
    story = await Story.reported(worked.api, symptom="{title} stands still")
    await story.act(MANAGER, "judgement", verdict="emergency", severity="I")
    await story.until(lambda seen: seen["phase"] == "director_decision")
    await story.act(DIRECTOR, "procedure-decision", start=True, reason="Trading stands still")
    await story.act(DIRECTOR, "leading-group", members=[MANAGER, TECHNICIAN], commander=MANAGER)
    await story.until(lambda seen: seen["notices_due"] == ["formation"])
    path = f"/incidents/{story.number}"
    draft = (await worked.api.get(MANAGER, f"{path}/notice-draft?kind=notice", "en")).json()
    assert (draft["occasion"], draft["occasion_text"]) == ("formation", "formation of the leading group")
    for part in (story.number, "Chen Lei", "severity I"):
        assert part in draft["text"]
    assert "陈磊" in draft["texts"]["zh-CN"]
    assert "{" not in draft["text"]
    update = (await worked.api.get(MANAGER, f"{path}/notice-draft?occasion=update", "en")).json()
    assert "{title} stands still" in update["text"]  # what people wrote is no template
    ahead = (await worked.api.get(MANAGER, f"{path}/notice-draft?kind=advance_notice", "zh-CN")).json()
    assert ahead["occasion"] == "advance"
    assert "【预告】" in ahead["text"]
    assert (await worked.api.get(MANAGER, f"{path}/notice-draft?occasion=party")).status_code == 422

    wrong = await story.act(MANAGER, "notices", expect=422, kind="notice", audience=["canteen"], text="…")
    assert (wrong["code"], wrong["field"], wrong["clause"]) == ("unknown", "audience", "5.3.1")
    audience = ["operations", "general_manager"]
    await story.act(MANAGER, "notices", kind="notice", audience=audience, text=draft["text"], occasion="formation")
    async with asyncio.timeout(30):
        while True:
            listed = (await worked.api.get(MANAGER, f"{path}/notices", "en")).json()
            if listed["items"] and all(item["channels"] for item in listed["items"][0]["recipients"]):
                break
            await asyncio.sleep(0.1)
    [notice] = listed["items"]
    assert (notice["occasion"], notice["given_by"], listed["due"]) == ("formation", MANAGER, [])
    assert notice["audience_names"][1] == "general manager"
    assert len(notice["recipients"]) == 2
    for person in notice["recipients"]:
        ways = {way["channel"]: way for way in person["channels"]}
        assert (ways["inbox"]["state"], ways["inbox"]["state_text"]) == ("accepted", "accepted")
        assert ways["inbox"]["at"]
        assert all(way["state"] == "failed" and way["detail"] for name, way in ways.items() if name != "inbox")
    assert json.dumps(listed).count(story.number) >= 1
    assert (await worked.api.get(ENGLISH_HEAD, f"{path}/notices")).status_code == 200
    assert (await worked.api.get(MANAGER, "/incidents/00000-00000/notices")).status_code == 404
