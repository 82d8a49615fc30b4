"""4.3, 6.3 over HTTP: a version is written, handed in, returned, published, compared, found, taken out and in."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from adapters.files import load_runbooks
from tests.api.cast import HEAD, MANAGER, NOBODY_SPECIAL, OPERATOR, SPECIALIST, SUPERVISOR, TECHNICIAN, report
from tests.api.system import ROOT, Api, System, served, settings_for

DEPUTY = NOBODY_SPECIAL  # of the manager
FOLDER = ROOT / "runbooks"
NAME = "video-access-loss"


def content(runbook: str = NAME, **changes: Any) -> dict[str, Any]:
    """What a draft says: the shipped version, with changes."""
    book = next(book for book in load_runbooks(FOLDER) if book.id == runbook)
    return {**book.model_dump(mode="json", exclude={"id", "version"}), **changes}


def seen(answer: Any) -> dict[str, str]:
    return {"If-Match": answer.headers["etag"]}


async def put(api: Api, who: str, ref: str, body: Any, **headers: str) -> Any:
    name, version = ref.split("@")
    return await api.call("PUT", who, f"/runbooks/{name}/versions/{version}", json=body, headers=headers)


async def move(api: Api, who: str, ref: str, resource: str, body: Any = None) -> Any:
    name, version = ref.split("@")
    return await api.post(who, f"/runbooks/{name}/versions/{version}/{resource}", body)


async def letter(api: Api, who: str, subject: str) -> str:
    """The message that comes a moment after the answer."""
    async with asyncio.timeout(30):
        while True:
            items = (await api.get(who, "/inbox?limit=100")).json()["items"]
            if found := [item for item in items if subject in item["subject"]]:
                return str(found[0]["body"])
            await asyncio.sleep(0.05)


async def test_a_version_is_written_returned_revised_and_published(api: Api) -> None:
    ref = f"{NAME}@2"
    steps = content()["steps"]
    steps[1]["text"]["zh"] = "检查录像存储的磁盘、时间、网络和授权状态"
    new = {"id": "licence", "who": "technician", "text": {"zh": "核对授权到期日", "en": "Check when the licence ends"}}
    steps = [steps[1], steps[0], steps[2], new]
    made = await put(api, TECHNICIAN, ref, content(steps=steps, why="授权到期未覆盖"))
    assert (made.status_code, made.json()["status"], made.json()["writers"]) == (200, "draft", [TECHNICIAN])
    assert (await put(api, TECHNICIAN, ref, content())).status_code == 409  # without If-Match only a new one
    again = await put(api, SPECIALIST, ref, content(steps=steps, preconditions=[]), **seen(made))
    assert again.json()["writers"] == [TECHNICIAN, SPECIALIST]
    assert again.json()["why"] == "授权到期未覆盖"
    stale = await put(api, SPECIALIST, ref, content(), **seen(made))
    assert (stale.status_code, stale.json()["code"], stale.json()["clause"]) == (409, "stale-version", "4.3")

    assert (await move(api, MANAGER, ref, "publication")).status_code == 409  # nobody handed it in
    assert (await move(api, TECHNICIAN, ref, "submission")).json()["status_text"] == "submitted"
    assert "等待您处理" in await letter(api, MANAGER, f"手册待发布或退回：{ref}")
    frozen = await put(api, TECHNICIAN, ref, content(), **seen(again))
    assert frozen.status_code == 409
    assert (await move(api, SUPERVISOR, ref, "return", {"reason": "…"})).status_code == 403
    returned = await move(api, MANAGER, ref, "return", {"reason": "补充回退办法"})
    assert (returned.json()["status"], returned.json()["reason"]) == ("returned", "补充回退办法")
    assert "补充回退办法" in await letter(api, TECHNICIAN, f"手册被退回：{ref}")
    assert (await move(api, TECHNICIAN, ref, "submission")).status_code == 409  # change it first
    new["rollback"] = {"zh": "恢复原授权文件", "en": "Put the old licence file back"}
    revised = await put(api, TECHNICIAN, ref, content(steps=steps), **seen(returned))
    assert revised.json()["status"] == "draft"

    told = (await api.get(MANAGER, f"/runbooks/{NAME}/versions/2/comparison")).json()
    assert (told["before"], told["after"]) == (f"{NAME}@1", ref)
    clock = "Check disks, clock and network of the recorder"
    was, now = "检查录像存储的磁盘、时间和网络状态", "检查录像存储的磁盘、时间、网络和授权状态"
    assert told["texts"] == [
        "version: 1 → 2",
        f"Taken out: step restart: {content()['steps'][3]['text']['en']}",
        "Moved: step recorder from no. 2 to no. 1",
        f"step recorder: text: {was} / {clock} → {now} / {clock}",
        "New: step licence (no. 4): Check when the licence ends",
    ]
    chinese = (await api.get(MANAGER, f"/runbooks/{NAME}/versions/2/comparison", language="zh-CN")).json()
    assert "移动：步骤 recorder 从第 2 项到第 1 项" in chinese["texts"]
    [changed] = [item for item in chinese["differences"] if item["field"] == "text"]
    assert [mark["text"] for mark in changed["marks"] if mark["turn"] == "removed"] == ["和"]

    assert (await move(api, TECHNICIAN, ref, "submission")).status_code == 200
    published = await move(api, DEPUTY, ref, "publication")
    assert published.json()["published"]["person"] == DEPUTY
    assert published.json()["published"]["on_behalf_of"] == MANAGER
    assert (await put(api, TECHNICIAN, ref, content(), **seen(published))).status_code == 409
    shown = (await api.get(OPERATOR, f"/runbooks/{NAME}")).json()
    assert shown["in_force"] == ref
    assert [(item["version"], item["status"]) for item in shown["versions"]] == [(2, "published"), (1, "superseded")]
    assert (await api.get(OPERATOR, f"/runbooks/{NAME}/versions/1")).json()["book"]["steps"] == load_steps()

    changes = (await api.get(MANAGER, f"/changes?kind=runbook&item={ref}")).json()["items"]
    assert [item["act"] for item in changes[:3]] == ["publish", "submit", "put"]
    assert f"runbook {ref}: status: submitted → published" in changes[0]["texts"]
    assert changes[0]["person"] == DEPUTY


def load_steps() -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = content()["steps"]
    return steps


async def test_the_list_is_filtered(api: Api) -> None:
    async def names(**query: Any) -> set[str]:
        answer = await api.get(OPERATOR, "/runbooks", params=query)
        assert answer.status_code == 200, answer.text
        return {item["id"] for item in answer.json()}

    everything = await names()
    assert {"market-db-outage", "machine-room-power", NAME} <= everything
    assert await names(system="machine-room") >= {"machine-room-power"}
    assert "market-db-outage" not in await names(system="machine-room")
    assert "machine-room-power" in await names(kind="machine_room")
    assert "market-db-outage" not in await names(kind="machine_room")
    assert "market-db-outage" in await names(status="published")
    assert "market-db-outage" not in await names(status="draft")
    assert await names(stale=True) == set()
    assert await names(stale=False) == everything
    [listed] = [item for item in (await api.get(OPERATOR, "/runbooks")).json() if item["id"] == "market-db-outage"]
    assert (listed["version"], listed["review_due"], listed["is_stale"]) == (1, "2027-06-30", False)
    covered = (await api.get(OPERATOR, "/runbooks/coverage")).json()
    assert all(item["is_covered"] for item in covered)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"systems": ["void"]}, "systems.0"),
        ({"steps": [*content()["steps"], content()["steps"][0]]}, "steps.4.id"),
        ({"steps": [{**content()["steps"][0], "who": "janitor"}]}, "steps.0.who"),
        ({"steps": [{**content()["steps"][0], "who": "administrator"}]}, "steps.0.who"),
        ({"steps": [{**content()["steps"][0], "action": "reboot"}]}, "steps.0.action"),
        ({"steps": [{**content()["steps"][0], "text": {"zh": " ", "en": "x"}}]}, "steps.0.text.zh"),
        ({"steps": []}, "steps"),
        ({"review_due": "2027-13-01"}, "review_due"),
        ({"author": "ghost"}, "author"),
        ({"symptom": "typo"}, "symptom"),
        ({"source": {"incident": "00000-00000", "finding": 1}}, "source.incident"),
    ],
)
async def test_a_draft_that_cannot_stand_names_its_fields(api: Api, changes: dict[str, Any], field: str) -> None:
    refused = await put(api, TECHNICIAN, f"{NAME}@9", content(**changes))
    assert (refused.status_code, refused.json()["field"]) == (422, field), refused.text
    assert (await api.get(TECHNICIAN, f"/runbooks/{NAME}/versions/9")).status_code == 404


async def test_texts_are_shown_as_harmless_html(api: Api) -> None:
    steps = content()["steps"]
    steps[0]["text"]["zh"] = (
        "**先**看 <script>alert(1)</script>\n\n- [x] [坏](javascript:alert(1))\n- [好](https://a.example)"
    )
    assert (await put(api, TECHNICIAN, "html-test@1", content(steps=steps))).status_code == 200
    path = "/runbooks/html-test/versions/1/rendering"
    [first, *_] = (await api.get(OPERATOR, path, language="zh-CN")).json()["steps"]
    assert "<strong>先</strong>" in first["text"]
    assert 'href="https://a.example"' in first["text"]
    assert "<script" not in first["text"]
    assert 'href="javascript' not in first["text"]
    assert first["who_text"] == "操作人员"


async def test_whoever_the_manager_gives_the_task_writes_that_runbook_and_no_other(api: Api) -> None:
    refused = await put(api, HEAD, "till-closing@1", content())
    assert (refused.status_code, refused.json()["clause"]) == (403, "4.3")
    given = await api.call("PUT", MANAGER, "/runbooks/till-closing/drafting", json={"people": [HEAD], "text": "收银"})
    assert given.status_code == 200, given.text
    assert (await api.get(OPERATOR, "/runbooks/till-closing")).json()["drafting"]["people"] == [HEAD]
    assert (await put(api, HEAD, "till-closing@1", content())).status_code == 200
    assert (await put(api, HEAD, "till-opening@1", content())).status_code == 403
    text = (FOLDER / f"{NAME}@1.yaml").read_text(encoding="utf-8")
    body = {"files": [{"name": f"{NAME}@1.yaml", "text": text}]}
    assert (await api.post(HEAD, "/runbooks/import", body)).status_code == 403
    unknown = await api.call("PUT", MANAGER, "/runbooks/till-closing/drafting", json={"people": ["ghost"]})
    assert (unknown.status_code, unknown.json()["field"]) == (422, "people")


async def test_a_runbook_that_a_system_names_is_not_retired_and_another_is(api: Api) -> None:
    refused = await move(api, MANAGER, "trading-halt@1", "retirement", {"reason": "旧"})
    assert (refused.status_code, refused.json()["code"], refused.json()["params"]["systems"]) == (
        409,
        "incomplete",
        "trading",
    )
    assert (await put(api, TECHNICIAN, "old-thing@1", content())).status_code == 200
    retired = await move(api, MANAGER, "old-thing@1", "retirement", {"reason": "旧"})
    assert (retired.status_code, retired.json()["status"]) == (200, "retired")
    assert (await move(api, TECHNICIAN, "nothing@1", "submission")).status_code == 404


# ── what fits ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("language", "why"), [("en", "It is a runbook of this system."), ("zh-CN", "这是该系统的手册。")]
)
async def test_what_was_seen_finds_its_runbook_with_reasons(api: Api, language: str, why: str) -> None:
    query = {"symptom": "主库连接失败", "system": "market-db"}
    found = (await api.get(OPERATOR, "/runbooks/suggestions", language, params=query)).json()
    assert (found[0]["runbook"], found[0]["is_for_system"], found[0]["why"][0]) == ("market-db-outage", True, why)
    assert {"主库", "连接失败"} <= set(found[0]["matches"][0]["words"])
    assert "连接失败" in found[0]["matches"][0]["why"]
    empty = await api.get(OPERATOR, "/runbooks/suggestions", params={"symptom": " "})
    assert (empty.status_code, empty.json()["field"]) == (422, "symptom")


async def test_a_report_without_a_runbook_is_answered_with_what_may_fit(api: Api) -> None:
    plain = {"covered": False, "text": "手册未见"}
    answer = await api.post(OPERATOR, "/incidents", report(preliminary_assessment=plain, symptom="数据库拒绝连接"))
    assert (answer.status_code, answer.json()["suggestions"][0]["runbook"]) == (201, "market-db-outage")
    covered = await api.post(OPERATOR, "/incidents", report())
    assert covered.json()["suggestions"] == []


# ── files ─────────────────────────────────────────────────────────────────────


def filed(texts: dict[str, str]) -> dict[str, Any]:
    """What is sent: files by their names."""
    return {"files": [{"name": name, "text": text} for name, text in texts.items()]}


async def test_what_goes_out_is_the_folder_and_comes_in_without_a_change(api: Api) -> None:
    out = (await api.get(TECHNICIAN, "/runbooks/export")).json()
    written = {file["name"]: file["text"] for file in out}
    for file in FOLDER.glob("*.yaml"):
        assert written[file.name] == file.read_text(encoding="utf-8")
    assert {file["status"] for file in out} <= {"published", "superseded"}
    body = {"files": [{"name": file["name"], "text": file["text"]} for file in out]}
    for dry_run in (True, False):
        answer = (await api.post(TECHNICIAN, "/runbooks/import", {**body, "dry_run": dry_run})).json()
        assert {file["change"] for file in answer["files"]} == {"same"}
        assert answer["missing"] == []


async def test_a_new_file_is_compared_drafted_and_by_the_manager_published(api: Api) -> None:
    first = (FOLDER / "trading-halt@1.yaml").read_text(encoding="utf-8")
    name = "imported-halt@{}.yaml"
    one = first.replace("id: trading-halt", "id: imported-halt")
    two = one.replace("version: 1", "version: 2").replace("行情停在同一时刻", "行情停止刷新")
    files = filed({name.format(1): one, name.format(2): two})
    compared = (await api.post(TECHNICIAN, "/runbooks/import", files)).json()
    assert [file["change"] for file in compared["files"]] == ["new", "new"]
    assert any("行情停止刷新" in text for text in compared["files"][1]["texts"])
    assert (await api.get(TECHNICIAN, "/runbooks/imported-halt")).status_code == 404
    refused = await api.post(TECHNICIAN, "/runbooks/import", {**files, "dry_run": False, "publish": True})
    assert refused.status_code == 403
    taken = await api.post(TECHNICIAN, "/runbooks/import", {**files, "dry_run": False, "why": "移植"})
    assert taken.status_code == 200, taken.text
    shown = (await api.get(TECHNICIAN, "/runbooks/imported-halt")).json()
    assert [(item["status"], item["why"]) for item in shown["versions"]] == [("draft", "移植")] * 2
    renamed = [{key: value.replace("imported", "direct") for key, value in item.items()} for item in files["files"]]
    put_in_force = await api.post(MANAGER, "/runbooks/import", {"files": renamed, "dry_run": False, "publish": True})
    assert put_in_force.status_code == 200, put_in_force.text
    shown = (await api.get(TECHNICIAN, "/runbooks/direct-halt")).json()
    assert [item["status"] for item in shown["versions"]] == ["published", "superseded"]


async def test_drafts_of_the_same_words_are_published_from_their_files(api: Api) -> None:
    first = (FOLDER / "trading-halt@1.yaml").read_text(encoding="utf-8").replace("id: trading-halt", "id: drafted-halt")
    texts = [first, *(first.replace("version: 1", f"version: {number}") for number in (2, 3))]
    texts = [text.replace("行情停在同一时刻", f"行情停止刷新{number}") for number, text in enumerate(texts)]
    names = [f"drafted-halt@{number}" for number in (1, 2, 3)]
    files = filed({f"{name}.yaml": text for name, text in zip(names, texts, strict=True)})

    async def statuses() -> list[str]:
        shown = (await api.get(TECHNICIAN, "/runbooks/drafted-halt")).json()
        return [item["status"] for item in reversed(shown["versions"])]

    async def imported(who: str, **parts: Any) -> Any:
        return await api.post(who, "/runbooks/import", {**files, "dry_run": False, **parts})

    assert (await imported(TECHNICIAN)).status_code == 200
    assert (await move(api, TECHNICIAN, names[1], "submission")).status_code == 200
    assert (await move(api, TECHNICIAN, names[2], "submission")).status_code == 200
    assert (await move(api, MANAGER, names[2], "return", {"reason": "补充英文"})).status_code == 200
    assert await statuses() == ["draft", "submitted", "returned"]
    refused = await imported(MANAGER, publish=True)
    assert (refused.status_code, refused.json()["clause"], refused.json()["code"]) == (409, "4.3", "already-decided")
    assert names[2] in refused.json()["detail"]
    assert await statuses() == ["draft", "submitted", "returned"]
    files["files"].pop()
    compared = (await api.post(TECHNICIAN, "/runbooks/import", files)).json()
    assert [(file["change"], file["is_published"]) for file in compared["files"]] == [("same", False)] * 2
    made = (await imported(MANAGER, publish=True)).json()
    assert [(file["change"], file["is_published"], file["texts"]) for file in made["files"]] == [
        ("same", True, [f"{name} was published."]) for name in names[:2]
    ]
    assert await statuses() == ["superseded", "published", "returned"]
    again = (await imported(MANAGER, publish=True)).json()
    assert [(file["change"], file["is_published"]) for file in again["files"]] == [("same", False)] * 2


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("systems: [trading]", "systems: [void]", "trading-halt@1.yaml:7: systems[1]"),
        ("version: 1", "version: one", "trading-halt@1.yaml:2: version"),
        ("id: trading-halt", "id: other", "trading-halt@1.yaml:1: id"),
        ("symptoms:", "symptom:", "trading-halt@1.yaml:8: symptom"),
        ("kind: outage", "kind: outage\nkind: leak", "trading-halt@1.yaml:4"),
        ("行情停在同一时刻", "行情停止刷新", "trading-halt@1.yaml:2: version"),  # what was published never changes
    ],
)
async def test_a_fault_of_a_file_has_its_line(api: Api, old: str, new: str, told: str) -> None:
    text = (FOLDER / "trading-halt@1.yaml").read_text(encoding="utf-8")
    body = filed({"trading-halt@1.yaml": text.replace(old, new, 1)})
    for dry_run in (True, False):
        refused = await api.post(TECHNICIAN, "/runbooks/import", {**body, "dry_run": dry_run})
        assert (refused.status_code, refused.json()["clause"]) == (422, "4.3")
        assert any(fault["field"].startswith(told) for fault in refused.json()["errors"]), refused.text


async def test_with_the_database_away_runbooks_are_read_and_not_written(system: System, tmp_path: Path) -> None:
    away = f"sqlite+aiosqlite:///{tmp_path / 'no' / 'such.db'}"
    settings = settings_for(tmp_path, system.client.service_client.config.target_host, database_url=away)
    async with served(settings) as api:
        listed = await api.get(OPERATOR, "/runbooks")
        assert (listed.status_code, len(listed.json())) == (200, 5)
        for answer in (
            await put(api, TECHNICIAN, f"{NAME}@2", content()),
            await move(api, MANAGER, f"{NAME}@1", "retirement", {"reason": "…"}),
            await api.post(
                MANAGER,
                "/incidents/00000-00000/runbook-decision",
                {"change": True, "new_version": f"{NAME}@2", "reason": "…"},
            ),
        ):
            assert (answer.status_code, answer.json()["code"]) == (503, "database-away"), answer.text
