"""Lists, one incident, its timeline, the caller's inbox, and what everybody may know."""

import asyncio
from typing import Any

from domain.acts import ACTS
from tests.api.cast import (
    DIRECTOR,
    ENGLISH_HEAD,
    GENERAL_MANAGER,
    MANAGER,
    OPERATOR,
    SUPERVISOR,
    TECHNICIAN,
    report,
)
from tests.api.story import Story, operator_handling
from tests.api.system import Api


async def test_a_list_is_filtered_and_paged_without_gaps(api: Api) -> None:
    for n in range(5):
        await Story.reported(
            api, title=f"Keyset {n}", system="video-access", preliminary_assessment={"covered": False, "text": "…"}
        )
    async with asyncio.timeout(20):
        while len((await api.get(MANAGER, "/incidents?q=keyset&limit=5")).json()["items"]) < 5:  # noqa: ASYNC110  the answer comes from elsewhere
            await asyncio.sleep(0.05)
    titles, after = [], ""
    while True:
        page = (await api.get(MANAGER, f"/incidents?q=KEYSET&system=video-access&open=true&limit=2{after}")).json()
        titles += [item["title"] for item in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert sorted(titles) == [f"Keyset {n}" for n in range(5)]


async def listed(api: Api, query: str, number: str = "") -> list[dict[str, Any]]:
    """Look until the list holds something, or that incident: the record comes a little later."""
    async with asyncio.timeout(20):
        while True:
            items: list[dict[str, Any]] = (await api.get(MANAGER, f"/incidents?limit=100&{query}")).json()["items"]
            if any(item["number"] == number or not number for item in items):
                return items
            await asyncio.sleep(0.05)


async def test_each_filter_filters(api: Api, phases: dict[str, Story]) -> None:
    assert await listed(api, "phase=closed&open=false&severity=I", phases["closed"].number)
    for query, name, value in (
        ("phase=summary", "phase", "summary"),
        ("severity=I", "severity", "I"),
        (f"reporter={OPERATOR}", "reporter", OPERATOR),
        ("awaited=it_manager", "awaited", "it_manager"),
        ("drill=false", "is_drill", False),
        ("open=false", "is_over", True),
    ):
        assert {item[name] for item in await listed(api, query)} == {value}, query
    assert (await api.get(MANAGER, "/incidents?system=machine-room&phase=closed")).json()["items"] == []


async def test_an_incident_tells_what_is_awaited_and_what_i_may_do(api: Api) -> None:
    story = await Story.reported(api)
    seen = await story.look(MANAGER, "zh-CN")
    assert seen["source"] == "workflow"
    assert seen["phase"] in ("reported", "judging")
    (asked,) = seen["awaited"]
    assert (asked["question"], asked["clause"], asked["people"]) == ("judgement/1", "5.2.1", [MANAGER, SUPERVISOR])
    assert asked["names"] == ["陈磊", "孙静"]
    assert asked["due"]
    assert "judge" in seen["allowed_acts"]
    assert "judge" not in (await story.look(OPERATOR))["allowed_acts"]
    assert "withdraw" in (await story.look(OPERATOR))["allowed_acts"]
    assert set(seen["allowed_acts"]) <= set(ACTS)
    assert {"company", "handled"}.isdisjoint(seen)


async def test_an_activated_incident_shows_steps_limits_and_policy(api: Api) -> None:
    story = await operator_handling(api)
    await story.act(OPERATOR, "steps", step="look", result="done", text="Primary refuses connections")
    seen = await story.look()
    assert seen["runbook"] == "market-db-outage@1"
    assert [step["result"] for step in seen["runbook_steps"]] == ["done", None, None, None, None]
    assert (seen["limit"]["name"], seen["limit"]["clause"]) == ("time_box", "5.2.3")
    assert {"operator_limit", "short_time_limit"} <= set(seen["deadlines"])
    assert seen["policy"] == {"version": "2026.1", "is_in_force": True}


async def test_recovery_shows_its_checklist_and_what_is_missing(api: Api, phases: dict[str, Story]) -> None:
    seen = await phases["recovery"].until(lambda view: view["recovery"]["is_observed"])
    assert [item["id"] for item in seen["recovery"]["checklist"]] == seen["recovery"]["missing"]
    seen = await phases["summary"].look()
    assert seen["missing_for_closing"] == [
        *("summary_report", "receipt:it_director", "receipt:general_manager", "runbook_decision")
    ]


async def test_a_closed_incident_is_read_from_the_record(api: Api, phases: dict[str, Story]) -> None:
    seen = await phases["closed"].until(lambda view: view["source"] == "record")
    assert (seen["phase"], seen["is_over"], seen["awaited"], seen["allowed_acts"]) == ("closed", True, [], [])
    assert seen["as_of"] >= seen["closed_at"]


async def test_the_timeline_tells_every_clause_in_both_languages(api: Api, phases: dict[str, Story]) -> None:
    number = phases["closed"].number
    chinese = (await api.get(DIRECTOR, f"/incidents/{number}/timeline?limit=500", "zh")).json()["items"]
    english = (await api.get(DIRECTOR, f"/incidents/{number}/timeline?limit=500", "en")).json()["items"]
    assert [entry["seq"] for entry in english] == list(range(1, len(english) + 1))
    assert [entry["hash"] for entry in chinese] == [entry["hash"] for entry in english]
    assert english[0]["sentence"].startswith("Zhang Wei (operator) reported “交易市场数据库无响应” of Market database")
    for entry in english:
        assert "{" not in entry["sentence"], entry["sentence"]
    assert {"5.2.1", "5.2.2", "5.2.6", "5.2.7", "5.2.9", "6.1", "6.2", "6.3"} <= {entry["clause"] for entry in english}
    assert chinese[0]["clause_text"] != english[0]["clause_text"]
    assert "closed" in [entry["kind"] for entry in english]


async def test_the_timeline_is_read_in_parts(api: Api, phases: dict[str, Story]) -> None:
    number = phases["closed"].number
    whole = (await api.get(DIRECTOR, f"/incidents/{number}/timeline?limit=500")).json()["items"]
    parts: list[dict[str, object]] = []
    after: int | None = 0
    while after is not None:
        page = (await api.get(DIRECTOR, f"/incidents/{number}/timeline?limit=7&after_seq={after}")).json()
        parts += page["items"]
        after = page["next_after_seq"]
    assert parts == whole


async def test_refusals_can_be_read_with_the_timeline(api: Api) -> None:
    story = await Story.reported(api)
    await story.act(TECHNICIAN, "judgement", 403, verdict="emergency")
    answer = (await api.get(MANAGER, f"/incidents/{story.number}/timeline?refusals=true")).json()
    assert [(item["act"], item["person"]) for item in answer["refusals"]] == [("judge", TECHNICIAN)]
    assert (await api.get(MANAGER, f"/incidents/{story.number}/timeline")).json()["refusals"] == []


async def test_an_unknown_incident_is_nowhere(api: Api) -> None:
    for path in ("", "/timeline", "/refusals", "/stream"):
        answer = await api.get(MANAGER, f"/incidents/00000-00000{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "no-such-incident"), path


async def test_a_page_lands_in_the_inbox_and_is_read_once(api: Api) -> None:
    story = await Story.reported(api, title="Inbox")
    async with asyncio.timeout(20):
        while not (mine := await letters(api, MANAGER, story.number)):  # noqa: ASYNC110  the answer comes from elsewhere
            await asyncio.sleep(0.05)
    message = mine[0]
    assert message["question"] == "judgement/1"
    assert (await api.post(OPERATOR, f"/inbox/{message['id']}/reading")).status_code == 404
    read = await api.post(MANAGER, f"/inbox/{message['id']}/reading")
    assert read.status_code == 200
    again = await api.post(MANAGER, f"/inbox/{message['id']}/reading")
    assert again.json()["read_at"] == read.json()["read_at"] is not None
    unread = (await api.get(MANAGER, "/inbox?unread=true&limit=100")).json()["items"]
    assert message["id"] not in [item["id"] for item in unread]


async def letters(api: Api, who: str, number: str) -> list[dict[str, object]]:
    items = (await api.get(who, "/inbox?limit=100")).json()["items"]
    return [item for item in items if item["incident"] == number]


async def test_i_am_told_who_i_am(api: Api) -> None:
    me = (await api.get(MANAGER, "/me")).json()
    assert (me["id"], me["name"], me["posts"]) == (MANAGER, "Chen Lei", ["it_manager", "department_head"])
    assert [item["deputy"] for item in me["delegations"]] == ["wu-min"]
    deputy = (await api.get("wu-min", "/me")).json()
    assert deputy["deputy_for"] == ["it_manager"]


async def test_company_and_policy_are_open_to_everybody_without_contacts(api: Api) -> None:
    people = await api.get(ENGLISH_HEAD, "/company/people")
    assert len(people.json()) >= 14
    assert "@" not in people.text
    assert [item["id"] for item in (await api.get(ENGLISH_HEAD, "/company/systems")).json()][:2] == [
        "trading",
        "market-db",
    ]
    departments = [item["id"] for item in (await api.get(ENGLISH_HEAD, "/company/departments")).json()]
    assert departments[:2] == ["management", "it"]
    assert len(departments) >= 7
    assert {"market-db-outage"} <= {book["id"] for book in (await api.get(GENERAL_MANAGER, "/runbooks")).json()}
    policy = (await api.get(ENGLISH_HEAD, "/policy")).json()
    assert policy["policy"]["operator_limit"]["clause"] == "5.2.4"
    assert policy["is_in_force"] is True
    assert len(policy["clauses"]) > 25


async def test_a_report_by_a_drill_is_marked(api: Api) -> None:
    answer = await api.post(OPERATOR, "/incidents", report(is_drill=True))
    assert (await Story(api, answer.json()["number"]).look())["is_drill"] is True
