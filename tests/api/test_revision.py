"""6.3, R27: a finding becomes a proposal, the proposal a published version, and the next incident works by it."""

from typing import Any

from tests.api.cast import DIRECTOR, GENERAL_MANAGER, MANAGER, OPERATOR, SPECIALIST, SUPERVISOR, TECHNICIAN, report
from tests.api.story import SUMMARY, Story
from tests.api.system import Api

RUNBOOK = "weighing-payment-offline"
WHY = "上联口自协商失败，手册未写"


async def reported(api: Api) -> Story:
    assessment = {"covered": True, "runbook": RUNBOOK, "text": "按手册"}
    answer = await api.post(
        OPERATOR, "/incidents", report(system="weighing-payment", preliminary_assessment=assessment)
    )
    assert answer.status_code == 201, answer.text
    return Story(api, answer.json()["number"])


async def summed_up(api: Api) -> Story:
    """Handled, with one finding, recovered, and the report accepted by both."""
    story = await reported(api)
    await story.act(MANAGER, "judgement", verdict="emergency")
    assert (await story.look())["runbook"] == f"{RUNBOOK}@1"
    await story.act(OPERATOR, "findings", text=WHY)
    await story.act(OPERATOR, "resolution", text="更换端口后恢复")
    for check in (await story.look())["recovery"]["checklist"]:
        await story.act(TECHNICIAN, "recovery-checks", item=check["id"], passed=True)
    await story.until(lambda seen: seen["recovery"]["missing"] == [])
    await story.act(SUPERVISOR, "verification", passed=True, text="现场抽查")
    await story.act(SPECIALIST, "summary-reports", **SUMMARY)
    for who in (DIRECTOR, GENERAL_MANAGER):
        await story.act(who, "summary-receipts", version=1, accept=True)
    return story


async def decide(story: Story, version: str, expect: int = 201) -> dict[str, Any]:
    return await story.act(
        MANAGER, "runbook-decision", expect=expect, change=True, new_version=version, reason="补充端口检查"
    )


async def test_what_one_incident_found_is_what_the_next_one_works_by(api: Api) -> None:
    story, ref = await summed_up(api), f"{RUNBOOK}@2"
    proposals = f"/runbooks/{RUNBOOK}/proposals"
    source = {"incident": story.number, "finding": 1}
    for wrong, field in (({"finding": 2}, "source.finding"), ({"finding": None}, "source")):
        refused = await api.post(TECHNICIAN, proposals, {"why": WHY, "source": {**source, **wrong}})
        assert (refused.status_code, refused.json()["clause"], refused.json()["field"]) == (422, "6.3", field)
    made = await api.post(TECHNICIAN, proposals, {"why": WHY, "source": source})
    assert (made.status_code, made.json()["ref"], made.json()["source"]["finding"]) == (201, ref, 1)
    assert made.headers["location"] == f"/api/v1/runbooks/{RUNBOOK}/versions/2"

    # A decision names what was published, and nothing else; nothing of it reaches the incident.
    unpublished = await decide(story, ref, 422)
    assert (unpublished["code"], unpublished["clause"], unpublished["field"]) == ("unknown", "6.3", "new_version")
    older = await decide(story, f"{RUNBOOK}@1", 422)
    assert (older["code"], older["clause"]) == ("unacceptable", "6.3")
    assert (await story.refusal_of("decide_runbook"))["clause"] == "6.3"

    book = made.json()["book"]
    new = {"id": "port", "who": "technician", "text": {"zh": "更换上联端口", "en": "Use another uplink port"}}
    body = {name: value for name, value in book.items() if name not in ("id", "version")}
    path = f"/runbooks/{RUNBOOK}/versions/2"
    changed = await api.call(
        "PUT",
        TECHNICIAN,
        path,
        json={**body, "steps": [*book["steps"], new]},
        headers={"If-Match": made.headers["etag"]},
    )
    assert changed.status_code == 200, changed.text
    told = (await api.get(MANAGER, f"{path}/comparison", "zh-CN")).json()["texts"]
    assert "新增：步骤 port（第 5 项）：更换上联端口" in told
    [proposal] = (await story.look())["runbook_proposals"]
    assert proposal == {"ref": ref, "status": "draft", "finding": 1, "summary": None, "why": WHY}
    waiting = await reported(api)
    assert (await api.post(TECHNICIAN, f"{path}/submission")).status_code == 200
    assert (await api.post(MANAGER, f"{path}/publication")).status_code == 200

    await decide(story, ref)
    await story.act(MANAGER, "closure")
    closed = await story.until(lambda seen: seen["is_over"] and seen["source"] == "record")
    assert (closed["runbook"], closed["runbook_proposals"][0]["status"]) == (f"{RUNBOOK}@1", "published")
    assert len(closed["runbook_steps"]) == 4  # shown as it was worked by, though a newer version is in force

    # What is in force when it is judged is pinned, also where the report came before the publication.
    for following in (await reported(api), waiting):
        await following.act(SUPERVISOR, "judgement", verdict="emergency")
        pinned = await following.look()
        steps = [step["id"] for step in pinned["runbook_steps"]]
        assert (pinned["runbook"], steps[-1]) == (ref, "port")
        await following.act(OPERATOR, "steps", step=steps[0], result="done")
