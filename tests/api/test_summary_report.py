"""6.2 over the API: drafted, edited, reviewed by another, submitted, opened, accepted; a file of each kind."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from domain.report import SECTIONS
from tests.api.cast import (
    DIRECTOR,
    GENERAL_MANAGER,
    HEAD,
    MANAGER,
    OPERATOR,
    SPECIALIST,
    SUPERVISOR,
    TECHNICIAN,
)
from tests.api.story import SUMMARY, Story, group_handling, summary
from tests.api.system import Api, System, free_port, served
from tests.api.test_links import link_of

MEASURES = SUMMARY["measures"]
WRITTEN = {name: f"Written: {name}" for name in SECTIONS if name != "measures"}


@asynccontextmanager
async def strict(system: System) -> AsyncIterator[Api]:
    """An API by whose policy every report is reviewed."""
    text = system.settings.policy.read_text(encoding="utf-8")
    path = system.settings.home / "strict.yaml"
    path.write_text(text.replace("value: optional", "value: required"), encoding="utf-8")
    async with served(system.settings.model_copy(update={"policy": path, "api_port": free_port()})) as api:
        yield api


class Desk:
    """The report of one incident, and the version of its draft that was looked at last."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.seen = 0

    async def ask(
        self, who: str | None, method: str, rest: str = "", body: Any = None, *, seen: int | None = None, **options: Any
    ) -> httpx2.Response:
        headers = {"If-Match": f'"{self.seen if seen is None else seen}"'} if method != "GET" else {}
        path = f"/incidents/{self.story.number}/report{rest}"
        if body is not None:
            options["json"] = body
        async with asyncio.timeout(60):
            while True:
                answer = await self.story.api.call(method, who, path, headers=headers, **options)
                if answer.status_code not in (202, 503):  # a busy machine
                    break
                await asyncio.sleep(0.2)
        if answer.is_success and "draft_version" in answer.text[:2000]:
            self.seen = answer.json()["draft_version"]
        return answer

    async def write(self, who: str, section: str, said: Any, **options: Any) -> httpx2.Response:
        body = {"measures": said} if section == "measures" else {"text": said}
        return await self.ask(who, "PUT", f"/sections/{section}", body, **options)

    async def written(self, who: str = SPECIALIST) -> "Desk":
        for name in SECTIONS:
            answer = await self.write(who, name, MEASURES if name == "measures" else WRITTEN[name])
            assert answer.status_code == 200, answer.text
        return self

    async def told(self, kind: str) -> list[dict[str, Any]]:
        path = f"/incidents/{self.story.number}/timeline?limit=500"
        items = (await self.story.api.get(MANAGER, path)).json()["items"]
        return [item for item in items if item["kind"] == kind]

    async def until_told(self, kind: str, times: int) -> list[dict[str, Any]]:
        """Ask until it is told: a reading is recorded after its answer."""
        async with asyncio.timeout(60):
            while len(found := await self.told(kind)) < times:  # noqa: ASYNC110  the answer comes from elsewhere
                await asyncio.sleep(0.1)
        return found


def refused(answer: httpx2.Response, status: int, code: str, field: str | None = None) -> None:
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), answer.text
    if status in (403, 409):
        assert problem["clause"] == "6.2"
    if field:
        assert problem["field"] == field


async def test_from_the_first_draft_to_both_receipts(system: System) -> None:
    async with strict(system) as api:
        desk = Desk(await summary(api))
        await _drafted(desk)
        await _edited(desk)
        await _reviewed(desk)
        await _submitted(desk)
        await _returned_and_received(desk)


async def _drafted(desk: Desk) -> None:
    """Nobody has edited it: it is made from the record, for everybody, in either language."""
    assert (await desk.ask(None, "GET")).status_code == 401
    answer = await desk.ask(HEAD, "GET")
    assert answer.headers["etag"] == '"0"'
    report = answer.json()
    assert (report["is_draft"], report["draft_version"], report["needs_review"]) == (True, 0, True)
    texts = {section["name"]: section["text"] for section in report["sections"]}
    assert list(texts) == [name for name in SECTIONS if name != "measures"]
    assert "judged it an emergency" in texts["course"]
    assert "cause" in report["missing"]
    assert {"5.2.1", "6.2"} <= {item["clause"] for item in report["deadlines"]}
    assert {"5.2.2", "6.1"} <= {item["clause"] for item in report["acts_by_clause"]}
    chinese = (await desk.ask(OPERATOR, "GET", "?language=zh-CN")).json()["sections"]
    assert "判断为应急事件" in chinese[1]["text"]
    assert chinese[1]["title"] == "时间、地点与经过"


async def _edited(desk: Desk) -> None:
    """Section by section, by those who may, on what they have seen."""
    for who in (OPERATOR, TECHNICIAN, DIRECTOR, GENERAL_MANAGER, HEAD):
        refused(await desk.write(who, "cause", "The disk"), 403, "not-authorised")
    assert (await desk.ask(None, "PUT", "/sections/cause", {"text": "…"})).status_code == 401
    refused(await desk.write(SPECIALIST, "weather", "Rain"), 422, "malformed")
    refused(await desk.write(SPECIALIST, "cause", "x" * 4001), 422, "malformed")
    refused(await desk.ask(SPECIALIST, "PUT", "/sections/measures", {"text": "All"}), 422, "unknown")
    nobody = [{**MEASURES[0], "owner": "nobody"}]
    refused(await desk.write(SPECIALIST, "measures", nobody), 422, "unknown", "measures.owner")
    refused(await desk.write(SPECIALIST, "cause", "The disk", seen=7), 409, "stale-version", "If-Match")
    without = await desk.story.api.call(
        "PUT", SPECIALIST, f"/incidents/{desk.story.number}/report/sections/cause", json={"text": "The disk"}
    )
    assert without.status_code == 422  # it must say what it looked at
    first = await desk.write(SPECIALIST, "cause", "The disk was full. Nobody looked.")
    assert (first.status_code, first.headers["etag"]) == (200, '"1"')
    both = await asyncio.gather(
        desk.write(SPECIALIST, "lessons", "Look at it", seen=1), desk.write(MANAGER, "lessons", "Alert", seen=1)
    )
    assert sorted(answer.status_code for answer in both) == [200, 409]
    desk.seen = 2
    again = await desk.ask(SPECIALIST, "POST", "/redraft", {"section": "cause"})
    assert again.json()["sections"][3]["text"].startswith("Preliminary assessment")
    refused(await desk.ask(TECHNICIAN, "POST", "/redraft", {"section": "cause"}), 403, "not-authorised")
    await desk.write(SPECIALIST, "cause", "The disk was full. The alert was missing.")
    versions = (await desk.ask(OPERATOR, "GET", "/versions")).json()["items"]
    assert [item["version"] for item in versions] == [4, 3, 2, 1]
    assert versions[-1]["person"]["id"] == SPECIALIST
    assert "Cause and contributing factors" in versions[-1]["changes"][0]
    assert "The alert was missing." in versions[0]["changes"][0]


async def _reviewed(desk: Desk) -> None:
    """By somebody else, on the newest version; a section that is empty keeps it from being submitted."""
    refused(await desk.ask(SPECIALIST, "POST", "/submission", {}), 422, "unacceptable", "scope_and_loss")
    await desk.written()
    refused(await desk.ask(SPECIALIST, "POST", "/submission", {}), 409, "incomplete")
    refused(await desk.ask(SPECIALIST, "POST", "/reviews", {"approve": True}), 403, "own-work")
    for who in (OPERATOR, DIRECTOR, GENERAL_MANAGER, HEAD):
        refused(await desk.ask(who, "POST", "/reviews", {"approve": True}), 403, "not-authorised")
    refused(await desk.ask(SUPERVISOR, "POST", "/reviews", {"approve": False}), 422, "reason-needed")
    refused(await desk.ask(SUPERVISOR, "POST", "/reviews", {"approve": True}, seen=3), 409, "stale-version")
    change = await desk.ask(SUPERVISOR, "POST", "/reviews", {"approve": False, "reason": "Say how much was lost"})
    assert change.status_code == 201
    refused(await desk.ask(SUPERVISOR, "POST", "/reviews", {"approve": True}), 409, "already-decided")
    held = await desk.ask(SPECIALIST, "POST", "/submission", {})
    refused(held, 409, "incomplete")
    assert "Say how much was lost" in held.json()["detail"]
    await desk.write(SPECIALIST, "scope_and_loss", "Ten orders were lost")
    assert (await desk.ask(SUPERVISOR, "POST", "/reviews", {"approve": True})).status_code == 201
    refused(await desk.ask(SUPERVISOR, "POST", "/submission", {}), 403, "own-work")


async def _submitted(desk: Desk) -> None:
    """With authors and reviewers in the record; a repeat is the same."""
    answer = await desk.ask(SPECIALIST, "POST", "/submission", {})
    assert answer.status_code in (200, 201), answer.text
    repeat = await desk.ask(SPECIALIST, "POST", "/submission", {})
    assert (repeat.status_code, repeat.json()["seq"]) == (200, answer.json()["seq"])
    refused(await desk.write(SPECIALIST, "cause", "Something else"), 409, "already-decided")
    [entry] = await desk.told("summary_submitted")
    event = entry["event"]
    assert set(event["authors"]) in ({SPECIALIST}, {SPECIALIST, MANAGER})
    assert [item["person"] for item in event["reviews"]] == [SUPERVISOR]
    assert (event["draft"], event["scope_and_loss"]) == (desk.seen, "Ten orders were lost")
    await desk.ask(MANAGER, "GET")  # he receives nothing
    report = (await desk.ask(DIRECTOR, "GET")).json()
    assert (report["is_draft"], report["submitted_version"]) == (False, 1)
    read = await desk.until_told("summary_read", 1)
    assert [(item["person"], item["role"]) for item in read] == [(DIRECTOR, "it_director")]
    await desk.ask(DIRECTOR, "GET", "/document")
    page = await desk.story.api.client.get(await link_of(desk.story, GENERAL_MANAGER, "receipt/1"))
    assert "Ten orders were lost" in page.text
    assert len(await desk.told("summary_read")) == 1  # looking at the page of a link is no reading
    link = await link_of(desk.story, GENERAL_MANAGER, "receipt/1")
    whole = await desk.story.api.client.get(f"{link}/report")
    assert whole.content.startswith(b"%PDF") or b"Ten orders were lost" in whole.content
    read = await desk.until_told("summary_read", 2)
    assert read[1]["person"] == GENERAL_MANAGER
    [submitted] = (await desk.ask(OPERATOR, "GET")).json()["submitted"]
    assert submitted["receipts"][0]["delivered"][0]["person"]["id"] == DIRECTOR
    assert submitted["receipts"][0]["read"][0]["person"]["id"] == DIRECTOR


async def _returned_and_received(desk: Desk) -> None:
    """What was returned is changed before it is submitted again."""
    story = desk.story
    await story.act(GENERAL_MANAGER, "summary-receipts", version=1, accept=False, reason="What did it cost?")
    refused(await desk.ask(SPECIALIST, "POST", "/submission", {}), 409, "already-decided")
    assert (await desk.ask(GENERAL_MANAGER, "GET")).json()["is_draft"] is True
    await desk.write(SPECIALIST, "scope_and_loss", "Ten orders were lost, 4,000 yuan")
    assert (await desk.ask(SUPERVISOR, "POST", "/reviews", {"approve": True})).status_code == 201
    assert (await desk.ask(SPECIALIST, "POST", "/submission", {})).status_code in (200, 201)
    for who in (DIRECTOR, GENERAL_MANAGER):
        await story.act(who, "summary-receipts", version=2, accept=True)
    old = await desk.ask(OPERATOR, "GET", "/document?version=1&language=en")
    assert "Ten orders were lost" in old.text
    assert "4,000 yuan" not in old.text
    assert "What did it cost?" in old.text
    new = await desk.ask(OPERATOR, "GET", "/document?language=zh-CN", language="en")
    assert new.headers["content-language"] == "zh-CN"
    assert "default-src 'none'" in new.headers["content-security-policy"]
    assert "突发事件应急处置总结报告" in new.text
    assert "4,000 yuan" in new.text
    assert (await desk.ask(OPERATOR, "GET", "/document?version=3")).status_code == 404


@pytest.mark.parametrize(("kind", "begins"), [("pdf", b"%PDF-"), ("docx", b"PK\x03\x04"), ("html", b"<!doctype html>")])
async def test_a_draft_is_a_document_of_each_kind(kind: str, begins: bytes, phases: dict[str, Story]) -> None:
    number = phases["summary"].number
    api = phases["summary"].api
    answer = await api.get(OPERATOR, f"/incidents/{number}/report/document?format={kind}&version=0", timeout=90)
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(begins)
    assert f'filename="report-{number}.{kind}"' in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    assert (await api.get(None, f"/incidents/{number}/report/document?format={kind}")).status_code == 401


async def test_what_is_not_there_or_not_yet(api: Api) -> None:
    for rest in ("", "/versions", "/document"):
        assert (await api.get(OPERATOR, f"/incidents/00000-00000/report{rest}")).status_code == 404
    desk = Desk(await group_handling(api))
    refused(await desk.write(SPECIALIST, "cause", "Too early"), 409, "wrong-phase")
    refused(await desk.ask(SUPERVISOR, "POST", "/reviews", {"approve": True}), 409, "wrong-phase")
    refused(await desk.ask(SPECIALIST, "POST", "/submission", {}), 409, "wrong-phase")
    assert (await desk.story.refusal_of("edit_summary_section"))["clause"] == "6.2"


async def test_who_reviewed_it_cannot_be_made_up(phases: dict[str, Story]) -> None:
    path = f"/incidents/{phases['summary'].number}/summary-reports"
    forged = {**SUMMARY, "reviews": [{"person": MANAGER, "at": "2026-11-24T00:00:00Z"}]}
    answer = await phases["summary"].api.post(SPECIALIST, path, forged)
    assert (answer.status_code, answer.json()["field"]) == (422, "reviews")
