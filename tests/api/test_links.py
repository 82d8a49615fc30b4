"""A link in a message opens its very task, once, for one person, and leaves no trace of its token."""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from activities.messages import Message
from adapters.links import Links
from adapters.snapshot import now_in_utc
from domain.company import Person
from domain.policy import Severity
from tests.api.cast import (
    DIRECTOR,
    ENGLISH_HEAD,
    GENERAL_MANAGER,
    MANAGER,
    NOBODY_SPECIAL,
    OPERATOR,
    SPECIALIST,
    SUPERVISOR,
    TECHNICIAN,
)
from tests.api.story import (
    Story,
    director_decision,
    group_handling,
    on_site_handling,
    operator_handling,
    recovery,
    reported,
)
from tests.api.system import Api, System
from tests.logs import logged

PLAN: dict[str, Any] = {
    **dict.fromkeys(("scope", "risk", "rollback", "resources"), "全市交易中断，切换到备库"),
    "steps": [{"id": "switch", "text": "切换到备库", "needs_approval": True}],
}


async def link_of(story: Story, who: str, question: str, template: str = "") -> str:
    """Wait for the message and return the link that comes with it on a phone."""
    async with asyncio.timeout(60):
        while True:
            letters = (await story.api.get(who, "/inbox?limit=100")).json().get("items", [])
            for letter in letters:
                is_about = letter["incident"] == story.number and letter["question"].startswith(question)
                if is_about and template in ("", letter["template"]):
                    return story.api.link_of(letter)
            await asyncio.sleep(0.1)


async def look(story: Story, link: str, method: str = "GET") -> httpx2.Response:
    return await story.api.client.request(method, link)


async def answer(story: Story, link: str, key: str, **fields: str | list[str]) -> httpx2.Response:
    async with asyncio.timeout(60):
        while True:
            page = await story.api.client.post(link, data={"task": key, **fields})
            if page.status_code not in (202, 503):  # a busy machine: nobody carried it out in time
                return page
            await asyncio.sleep(0.2)


async def test_looking_never_consumes(api: Api) -> None:
    story = await reported(api)
    link = await link_of(story, SUPERVISOR, "judgement/1")
    before = await story.look()
    for method in ("HEAD", "GET", "GET"):
        page = await look(story, link, method)
        assert page.status_code == 200
        assert page.headers["content-type"] == "text/html; charset=utf-8"
    page = await look(story, link)
    assert "请立即判断" in page.text
    assert "属于应急事件" in page.text
    assert (await story.look())["version"] == before["version"]


async def test_a_verdict_by_link_counts_as_the_persons_own_and_only_once(api: Api) -> None:
    story = await reported(api)
    link = await link_of(story, SUPERVISOR, "judgement/1")
    page = await answer(story, link, "judge", verdict="emergency", severity="II", reason="行情全部中断")
    assert page.status_code == 200, page.text
    assert "已记录" in page.text
    seen = await story.look()
    assert (seen["phase"], seen["verdict_by"], seen["severity"]) == ("operator_handling", [SUPERVISOR], "II")
    again = await answer(story, link, "judge", verdict="not_emergency", reason="看错了")
    assert again.status_code == 409
    assert "您已通过此链接办理过该事项" in again.text
    read_only = await look(story, link)
    assert read_only.status_code == 200
    assert "<form" not in read_only.text
    assert (await story.look())["version"] == seen["version"]
    refused = await story.refusal_of("judge")
    assert (refused["person"], refused["code"]) == (SUPERVISOR, "link-used")


async def test_two_at_the_same_time_are_one(api: Api) -> None:
    story = await reported(api)
    link = await link_of(story, MANAGER, "judgement/1")
    pages = await asyncio.gather(*(answer(story, link, "judge", verdict="emergency") for _ in range(4)))
    assert 200 in {page.status_code for page in pages}
    timeline = (await api.get(MANAGER, f"/incidents/{story.number}/timeline?limit=500")).json()["items"]
    assert len([entry for entry in timeline if entry["kind"] == "activated"]) == 1


async def test_a_rule_that_refuses_is_told_with_its_clause_and_the_link_still_works(api: Api) -> None:
    story = await reported(api)
    link = await link_of(story, SUPERVISOR, "judgement/1")
    page = await answer(story, link, "judge", verdict="not_emergency")
    assert page.status_code == 422
    assert "未执行" in page.text
    assert "5.2.2" in page.text
    assert (await story.refusal_of("judge"))["code"] == "reason-needed"
    page = await answer(story, link, "judge", verdict="not_emergency", reason="计划内维护")
    assert page.status_code == 200
    assert (await story.look())["phase"] == "dismissed"


async def test_answers_that_cannot_be_accepted_are_recorded_within_bounds(api: Api) -> None:
    story = await reported(api)
    link = await link_of(story, SUPERVISOR, "judgement/1")
    for _ in range(15):
        assert (await answer(story, link, "judge", verdict="perhaps")).status_code == 422
    refused = await story.refusal_of("judge")
    assert (refused["person"], refused["code"]) == (SUPERVISOR, "malformed")
    items = (await api.get(MANAGER, f"/incidents/{story.number}/refusals?limit=100")).json()["items"]
    assert len([item for item in items if item["code"] == "malformed"]) <= 10


async def test_what_was_decided_meanwhile_is_only_read(api: Api) -> None:
    story = await reported(api)
    link = await link_of(story, SUPERVISOR, "judgement/1")
    await story.act(MANAGER, "judgement", verdict="emergency")
    assert "<form" not in (await look(story, link)).text
    page = await answer(story, link, "judge", verdict="not_emergency", reason="不是")
    assert page.status_code == 409
    assert "已不再需要答复" in page.text
    assert (await story.refusal_of("answer_link"))["code"] == "not-asked-now"
    assert (await story.look())["verdict_by"] == [MANAGER]


async def test_a_link_gives_no_other_right(api: Api) -> None:
    story = await operator_handling(api)
    link = await link_of(story, SPECIALIST, "activation")
    for key in ("judge", "dispatch", "close", "report_resolved", "", "acknowledge/judgement/1"):
        page = await answer(story, link, key, verdict="emergency", text="x", responder=TECHNICIAN)
        assert page.status_code == 409, key
    # What is sent beside the form is not looked at.
    page = await answer(
        story, link, "acknowledge/activation", question="judgement/1", person=MANAGER, post="it_manager"
    )
    assert page.status_code == 200
    assert (await story.look())["acknowledged_by"]["activation"] == [SPECIALIST]
    assert "set-cookie" not in page.headers
    assert (await api.get(None, "/me")).status_code == 401


@pytest.mark.parametrize(
    ("who", "question", "builder", "key", "fields", "seen"),
    [
        (
            DIRECTOR,
            "procedure/",
            director_decision,
            "decide_procedure",
            {"start": "true", "reason": "全市停摆"},
            "group",
        ),
        (TECHNICIAN, "arrival/", on_site_handling, "check_in", {"place": "三楼机房"}, "arrived"),
        (OPERATOR, "note/", operator_handling, "report_unresolved", {"text": "重启无效"}, "on_site"),
    ],
)
async def test_the_task_of_a_link_is_the_one_of_its_message(
    api: Api, who: str, question: str, builder: object, key: str, fields: dict[str, str], seen: str
) -> None:
    story = await builder(api)  # type: ignore[operator] # one of the story's builders
    link = await link_of(story, who, question)
    page = await answer(story, link, key, **fields)
    assert page.status_code == 200, page.text
    now = await story.look()
    if seen == "arrived":
        assert [(item["person"], item["late_minutes"]) for item in now["responders"]] == [(TECHNICIAN, 0)]
        assert now["responders"][0]["arrived_at"]
    else:
        assert now["phase"].startswith(seen)


async def test_a_plan_is_read_in_full_and_decided(api: Api) -> None:
    story = await group_handling(api)
    await story.act(DIRECTOR, "plans", **PLAN)
    link = await link_of(story, GENERAL_MANAGER, "plan/1")
    page = await look(story, link)
    assert "1. 切换到备库（待批准后执行）" in page.text
    page = await answer(story, link, "decide_plan/1", decision="approved")
    assert page.status_code == 200, page.text
    assert (await story.look())["plans"][0]["status"] == "approved"


async def test_a_measure_outside_the_runbook_is_recorded_from_the_message_of_its_approval(api: Api) -> None:
    story = await group_handling(api)
    await story.act(TECHNICIAN, "findings", text="手册未提及的存储故障")
    await story.act(TECHNICIAN, "measures", finding=1, text="只读挂载")
    await story.act(MANAGER, "measure-decisions", finding=1, approve=True)
    link = await link_of(story, TECHNICIAN, "note/", "measure_approved")
    page = await look(story, link)
    assert "只读挂载" in page.text
    page = await answer(story, link, "carry_out_measure/1", text="已只读挂载")
    assert page.status_code == 200, page.text
    assert (await story.look())["findings"][0]["is_carried_out"]
    assert (await answer(story, link, "carry_out_measure/1", text="再次")).status_code == 409


async def test_each_item_of_a_checklist_once(api: Api) -> None:
    story = await recovery(api)
    link = await link_of(story, SPECIALIST, "checklist/1")
    page = await answer(story, link, "check_recovery/connect", passed="true")
    assert page.status_code == 200, page.text
    assert 'value="check_recovery/connect"' not in page.text
    assert 'value="check_recovery/orders"' in page.text
    assert (await answer(story, link, "check_recovery/connect", passed="false", text="x")).status_code == 409
    assert (await answer(story, link, "check_recovery/orders", passed="true")).status_code == 200


def made(system: System, number: str, who: str, at: datetime, secret: str | None = None) -> str:
    """A link as it would have been sent at another time, or by somebody else."""
    message = Message(
        dedup_key=f"{number}:judgement/1:1:{who}:test",
        incident=number,
        title="x",
        system="market-db",
        severity=Severity.III,
        recipient=who,
        channel="mail",
        template="judgement",
        question="judgement/1",
        clause="5.2.1",
        created_at=at,
    )
    links = Links(secret or system.settings.secret.get_secret_value(), "http://x", timedelta(hours=24))
    return urlsplit(links.link(message, Person(id=who, name="x", name_en="x", department="it"))).path


async def test_an_expired_link_is_told_and_audited(system: System) -> None:
    story = await reported(system.api)
    link = made(system, story.number, SUPERVISOR, now_in_utc() - timedelta(hours=24, seconds=1))
    for page in (await look(story, link), await answer(story, link, "judge", verdict="emergency")):
        assert page.status_code == 410
        assert "此链接已过期" in page.text
        assert "<form" not in page.text
    assert (await story.look())["verdict"] is None
    refused = await story.refusal_of("open_link")
    assert (refused["person"], refused["code"]) == (SUPERVISOR, "link-expired")


@pytest.mark.parametrize("kind", ["secret", "signature", "content", "nothing", "long", "bytes"])
async def test_a_forged_link_opens_nothing(system: System, kind: str) -> None:
    story = await reported(system.api)
    good = made(system, story.number, SUPERVISOR, now_in_utc())
    other = made(system, story.number, MANAGER, now_in_utc())
    forged = {
        "secret": made(system, story.number, SUPERVISOR, now_in_utc(), secret="another secret of another place"),
        "signature": good[:-6] + "AAAAAA",
        "content": f"{other[:20]}{good[20:]}",
        "nothing": "/t/x",
        "long": f"/t/{'x' * 1900}",
        "bytes": "/t/%ff%00%e4.%ff",
    }[kind]
    for page in (await look(story, forged), await answer(story, forged, "judge", verdict="emergency")):
        assert page.status_code == 404
        assert "此链接无效" in page.text
    assert (await story.look())["verdict"] is None


async def test_the_links_of_whoever_left_end(system: System) -> None:
    story, path = await reported(system.api), "/directory/people/gone-girl"
    body = {"name": "小芳", "name_en": "Xiao Fang", "department": "it", "is_active": False}
    left = await system.api.call("PUT", NOBODY_SPECIAL, path, json=body)
    assert left.status_code == 200, left.text
    link = made(system, story.number, "gone-girl", now_in_utc())
    page = await look(story, link)
    assert page.status_code == 403
    assert "已不在任" in page.text
    assert (await story.refusal_of("open_link"))["code"] == "link-of-a-leaver"
    gone = await system.api.call("DELETE", NOBODY_SPECIAL, path, headers={"If-Match": left.headers["ETag"]})
    assert gone.status_code == 204, gone.text
    assert (await look(story, link)).status_code == 404


async def test_a_page_runs_nothing_and_is_kept_nowhere(api: Api) -> None:
    story = await reported(api)
    page = await look(story, await link_of(story, SUPERVISOR, "judgement/1"))
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "<script" not in page.text
    assert 'style="' not in page.text
    assert '<html lang="zh-CN">' in page.text


async def test_what_people_wrote_stays_text(api: Api) -> None:
    story = await Story.reported(api, symptom="<script>alert(1)</script> {{ 7*7 }}")
    page = await look(story, await link_of(story, SUPERVISOR, "judgement/1"))
    assert "<script>" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }}" in page.text


async def test_a_token_is_in_no_history_no_log_and_no_audit(system: System) -> None:
    with logged(system.settings) as stream:
        story = await reported(system.api)
        link = await link_of(story, SUPERVISOR, "judgement/1")
        logging.getLogger("uvicorn.access").info('%s - "%s %s HTTP/%s" %d', "127.0.0.1", "GET", link, "1.1", 200)
        await look(story, link)
        await answer(story, link, "judge", verdict="emergency")
        await answer(story, link, "judge", verdict="emergency")
    token = link.rpartition("/")[2]
    assert "GET /t/*** HTTP/1.1" in stream.getvalue()
    assert token not in stream.getvalue()
    for workflow in (f"incident:{story.number}", f"incident:{story.number}/page/judgement/1"):
        assert token not in (await system.client.get_workflow_handle(workflow).fetch_history()).to_json()
    audited = await system.api.get(MANAGER, f"/incidents/{story.number}/refusals?limit=100")
    assert audited.json()["items"]
    assert token not in audited.text


async def test_everybody_reads_in_his_own_language(api: Api) -> None:
    story = await group_handling(api)
    await story.act(MANAGER, "orders", department="service", text="Tell the customers")
    link = await link_of(story, ENGLISH_HEAD, "order/1")
    page = await look(story, link)
    assert '<html lang="en">' in page.text
    assert "We will do it" in page.text
    page = await answer(story, link, "answer_order/1", decision="acknowledged")
    assert page.status_code == 422
    assert "Something is missing" in page.text
    page = await answer(story, link, "answer_order/1", answer="acknowledged")
    assert page.status_code == 200, page.text
    assert "answered order 1: acknowledged" in page.text
