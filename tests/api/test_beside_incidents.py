"""Over HTTP: recurrences both ways, one cause in two incidents, two commands, regulators, what comes back."""

import asyncio
from typing import Any

import httpx2
import pytest

from tests.api.cast import (
    DIRECTOR,
    GENERAL_MANAGER,
    HEAD,
    MANAGER,
    OPERATOR,
    SPECIALIST,
    SUPERVISOR,
    TECHNICIAN,
    report,
)
from tests.api.story import SUMMARY, Story, director_decision, operator_handling, recovery, summary
from tests.api.system import Api
from tests.api.test_links import answer, link_of

LINK: dict[str, Any] = {"reason": "The same storage"}


async def until_listed(api: Api, query: str, number: str) -> dict[str, Any]:
    """Ask until the record has caught up and a list holds an incident."""
    async with asyncio.timeout(60):
        while True:
            items: list[dict[str, Any]] = (await api.get(MANAGER, f"/incidents?{query}")).json()["items"]
            if found := [item for item in items if item["number"] == number]:
                return found[0]
            await asyncio.sleep(0.1)


async def opened(api: Api, **changes: object) -> httpx2.Response:
    return await api.post(OPERATOR, "/incidents", report(**changes))


# ── 5.2.1: again ──────────────────────────────────────────────────────────────


async def test_a_recurrence_is_named_by_hand_and_shown_both_ways(api: Api, phases: dict[str, Story]) -> None:
    before = phases["closed"]
    made = await opened(api, recurrence_of=before.number)
    assert made.status_code == 201, made.text
    again = Story(api, made.json()["number"])
    assert (await again.look())["recurrence_of"] == before.number
    await until_listed(api, f"recurrence_of={before.number}", again.number)
    seen = await before.until(lambda shown: again.number in shown["recurrences"])
    assert seen["is_over"]
    listed = await until_listed(api, "open=false", before.number)
    assert again.number in listed["recurrences"]


@pytest.mark.parametrize(
    ("phase", "changes", "status", "code", "field"),
    [
        (None, {}, 422, "unknown", "recurrence_of"),
        ("recovery", {}, 409, "conflict", "recurrence_of"),
        ("closed", {"system": "weighing-payment"}, 422, "reason-needed", "recurrence_reason"),
        ("closed", {"system": "weighing-payment", "recurrence_reason": "The same switch"}, 201, "", ""),
        ("withdrawn", {"dedup_key": "again"}, 201, "", ""),
    ],
)
async def test_what_can_come_again(
    phase: str | None,
    changes: dict[str, Any],
    status: int,
    code: str,
    field: str,
    api: Api,
    phases: dict[str, Story],
) -> None:
    changes = {**changes, "preliminary_assessment": {"covered": False, "text": "As before"}}
    number = phases[phase].number if phase else "00000-00000"
    made = await opened(api, recurrence_of=number, **changes)
    assert made.status_code == status, made.text
    if code:
        assert (made.json()["code"], made.json()["field"], made.json()["clause"]) == (code, field, "5.2.1")
    else:
        story = Story(api, made.json()["number"])
        await story.until(lambda shown: shown["recurrence_of"] == number)


# ── 3.1: one cause ────────────────────────────────────────────────────────────


async def test_a_link_is_refused_at_the_door_and_shown_from_both_sides(api: Api, phases: dict[str, Story]) -> None:
    parent, child = await operator_handling(api), await operator_handling(api)
    refused = await child.act(SPECIALIST, "link", 403, parent="00000-00001", **LINK)
    assert refused["clause"] == "3.1"
    refused = await child.act(MANAGER, "link", 422, parent="00000-00001", **LINK)
    assert (refused["code"], refused["field"]) == ("unknown", "parent")
    refused = await child.act(MANAGER, "link", 409, parent=phases["closed"].number, **LINK)
    assert phases["closed"].number in refused["detail"]
    await child.act(MANAGER, "link", parent=parent.number, **LINK)
    assert child.number in (await parent.until(lambda shown: shown["children"]))["children"]
    assert (await until_listed(api, f"parent={parent.number}", child.number))["parent"] == parent.number
    assert (await until_listed(api, "open=true", parent.number))["children"] == [child.number]
    other = await operator_handling(api)
    refused = await other.act(MANAGER, "link", 409, parent=child.number, **LINK)
    assert (refused["code"], refused["field"]) == ("conflict", "parent")
    await child.act(MANAGER, "unlinking", reason="Another cause")
    await parent.until(lambda shown: not shown["children"])


async def test_whoever_holds_two_commands_is_warned(api: Api) -> None:
    first, second = await director_decision(api), await director_decision(api)
    members: dict[str, Any] = {"members": [HEAD, TECHNICIAN], "commander": HEAD}
    for story in (first, second):
        await story.act(DIRECTOR, "procedure-decision", start=True, reason="Trading stands still")
    formed = await first.act(DIRECTOR, "leading-group", **members)
    async with asyncio.timeout(60):
        recorded = -1
        while recorded < formed["version"]:
            recorded = (await until_listed(api, "phase=group_handling&limit=100", first.number))["version"]
    said = await second.act(DIRECTOR, "leading-group", **members)
    seen = await second.until(lambda shown: shown["warnings"])
    assert first.number in seen["warnings"][0]
    assert any(first.number in warning for item in seen["awaited"] for warning in item["warnings"])
    assert said["warnings"] == seen["warnings"]
    for story in (first, second):
        await story.act(DIRECTOR, "judgement", verdict="not_emergency", reason="It was a drill of the supplier")


# ── 6: what comes back, what is left open ─────────────────────────────────────


async def test_it_is_reopened_before_the_close_and_never_after(api: Api) -> None:
    story = await recovery(api)
    await story.act(MANAGER, "orders", department="settlement", text="Stop settling")
    story.number = (await _summed_up(story)).number
    seen = await story.look()
    assert "order 1" in " ".join(seen["warnings"])
    await story.act(SPECIALIST, "summary-reports", **SUMMARY)
    await story.act(DIRECTOR, "reopening", reason="The same errors again")
    seen = await story.look()
    assert (seen["phase"], seen["commander"], seen["reopenings"]) == ("group_handling", MANAGER, 1)
    await story.act(TECHNICIAN, "resolution", text="Controller replaced")
    await _summed_up(story)
    await story.act(DIRECTOR, "summary-receipts", 409, version=1, accept=True)
    await story.act(SPECIALIST, "summary-reports", **SUMMARY)
    for who in (DIRECTOR, GENERAL_MANAGER):
        await story.act(who, "summary-receipts", version=2, accept=True)
    await story.act(MANAGER, "runbook-decision", change=False, reason="The runbook was right")
    closed = await story.act(MANAGER, "closure")
    assert "order 1" in " ".join(closed["warnings"])
    refused = await story.act(MANAGER, "reopening", 409, reason="Once more")
    assert (refused["clause"], story.number in refused["detail"]) == ("6.1", True)


async def _summed_up(story: Story) -> Story:
    for item in ("connect", "orders", "replication", "backup"):
        await story.act(TECHNICIAN, "recovery-checks", item=item, passed=True)
    await story.until(lambda shown: shown["recovery"]["missing"] == [])
    await story.act(SUPERVISOR, "verification", passed=True, text="Seen with my own eyes")
    return story


# ── 8: what the law asks for ──────────────────────────────────────────────────


async def test_what_is_due_to_regulators_is_shown_drafted_and_filed(api: Api) -> None:
    story = await summary(api)
    path = f"/incidents/{story.number}/statutory-reports"
    shown = (await api.get(MANAGER, path)).json()
    due = {(item["regulator"], item["report"]): item for item in shown["items"]}
    assert set(due) == {("cac", "first"), ("cac", "final"), ("csrc", "first"), ("csrc", "final")}
    assert all(item["due"] and item["source"] and item["is_example"] for item in due.values())
    for language, word in (("zh-CN", "待补充"), ("en", "to be filled in")):
        draft = await api.get(MANAGER, f"{path}/cac/draft?language={language}")
        assert draft.headers["content-type"].startswith("text/plain")
        assert draft.headers["content-language"] == language
        assert (word in draft.text, draft.text.count("\n\n") >= 8) == (True, True)
    page = await api.get(MANAGER, f"{path}/csrc/draft?report=final&form=html", "zh-CN")
    assert page.headers["content-type"].startswith("text/html")
    assert "第十八条" in page.text
    for missing in ("nobody/draft", "cac/draft?report=none"):
        assert (await api.get(MANAGER, f"{path}/{missing}")).status_code == 404
    await story.act(OPERATOR, "statutory-reports", 403, regulator="cac", sent_to="Portal")
    await story.act(SPECIALIST, "statutory-reports", 422, regulator="cac", heads=[3], sent_to="Portal")
    await story.act(SPECIALIST, "statutory-reports", 422, regulator="cac", sent_to="Portal", sections=[{"head": 1}])
    await story.act(SPECIALIST, "statutory-reports", regulator="cac", heads=[1, 2], sent_to="Portal", reference="7")
    shown = (await api.get(MANAGER, path)).json()
    [first] = [item for item in shown["items"] if (item["regulator"], item["report"]) == ("cac", "first")]
    [filing] = first["filings"]
    assert (filing["person"], filing["heads"], filing["reference"]) == (SPECIALIST, [1, 2], "7")
    assert first["missing_heads"] == [3, 4, 5, 6, 7, 8]
    await story.act(DIRECTOR, "statutory-waivers", regulator="csrc", reason="Not a securities company")
    assert (await api.get(MANAGER, path)).json()["waived"] == ["csrc"]


async def test_from_a_phone_it_is_recorded_that_it_was_sent(api: Api) -> None:
    story = await director_decision(api)
    timeline = (await api.get(MANAGER, f"/incidents/{story.number}/timeline?limit=500")).json()["items"]
    due = next(item for item in timeline if item["kind"] == "statutory_due" and item["event"]["due"])
    link = await link_of(story, DIRECTOR, f"note/{due['seq']}")
    sheet = (await api.client.get(link)).text
    assert "file_statutory_report/cac/first" in sheet
    assert "示例" in (await api.get(DIRECTOR, "/inbox?limit=100", "zh-CN")).text
    page = await answer(story, link, "file_statutory_report/cac/first", sent_to="网信办平台", heads=["1", "2"])
    assert page.status_code == 200, page.text
    await story.until(lambda shown: [item["heads"] for item in shown["statutory"] if item["heads"]] == [[1, 2]])
    page = await answer(story, link, "waive_statutory_report/csrc", reason="不属于证券期货业")
    assert page.status_code == 200, page.text
    await story.until(lambda shown: shown["statutory_waived"] == ["csrc"])
