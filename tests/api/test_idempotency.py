"""The same request twice is done once; the same key with another content is told so."""

import asyncio

import pytest

from tests.api.cast import MANAGER, OPERATOR, OTHER_OPERATOR, SUPERVISOR, report
from tests.api.story import Story, operator_handling
from tests.api.system import Api, System


def key(value: str) -> dict[str, str]:
    return {"Idempotency-Key": value}


async def test_a_report_sent_again_is_the_same_incident(api: Api) -> None:
    answers = await asyncio.gather(
        *(api.post(OPERATOR, "/incidents", report(), headers=key("report-1")) for _ in range(8))
    )
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["number"] for answer in answers}) == 1
    assert {answer.json()["outcome"] for answer in answers} == {"opened", "repeated"}


async def test_another_report_under_the_same_key_is_refused(api: Api) -> None:
    await api.post(OPERATOR, "/incidents", report(), headers=key("report-2"))
    answer = await api.post(OPERATOR, "/incidents", report(title="Something else"), headers=key("report-2"))
    assert (answer.status_code, answer.json()["code"]) == (409, "command-reused")
    assert answer.json()["field"] == "Idempotency-Key"


async def test_a_report_with_a_dedup_key_sent_again_is_the_same_incident_also_when_that_is_over(
    system: System,
) -> None:
    api = system.api
    body = report(dedup_key="report-3")
    answers = await asyncio.gather(*(api.post(OPERATOR, "/incidents", body, headers=key("report-3")) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    (number,) = {answer.json()["number"] for answer in answers}
    assert {answer.json()["outcome"] for answer in answers} == {"opened", "repeated"}
    await Story(api, number).act(OPERATOR, "withdrawal", reason="It was a test of mine")
    await system.client.get_workflow_handle(f"incident:{number}").result()  # by then its key has heard of it
    again = await api.post(OPERATOR, "/incidents", body, headers=key("report-3"))
    assert (again.status_code, again.json()["outcome"], again.json()["number"]) == (200, "repeated", number)
    other = await api.post(OPERATOR, "/incidents", body, headers=key("report-4"))
    assert (other.status_code, other.json()["outcome"]) == (201, "opened")
    assert other.json()["number"] != number
    again = await api.post(OPERATOR, "/incidents", body, headers=key("report-3"))
    assert (again.status_code, again.json()["number"]) == (200, number), "and not the one that is open now"


async def test_a_report_that_joined_and_is_sent_again_joins_once(api: Api) -> None:
    number = (await api.post(OPERATOR, "/incidents", report(dedup_key="report-5"))).json()["number"]
    mine = report(dedup_key="report-5", symptom="Now the settlement pages as well")
    answers = [await api.post(OTHER_OPERATOR, "/incidents", mine, headers=key("report-5")) for _ in range(2)]
    assert [answer.json() for answer in answers] == [
        {"number": number, "outcome": outcome, "suggestions": []} for outcome in ("joined", "repeated")
    ]
    story = Story(api, number)
    await story.act(MANAGER, "judgement", verdict="emergency")
    listed = (await api.get(MANAGER, f"/incidents/{number}/timeline")).json()["items"]
    assert [item["person"] for item in listed if item["kind"] == "report_repeated"] == [OTHER_OPERATOR]


async def test_another_report_under_the_same_key_is_refused_with_a_dedup_key_as_well(api: Api) -> None:
    body = report(dedup_key="report-6")
    await api.post(OPERATOR, "/incidents", body, headers=key("report-6"))
    answer = await api.post(OPERATOR, "/incidents", {**body, "symptom": "Something else"}, headers=key("report-6"))
    assert (answer.status_code, answer.json()["code"]) == (409, "command-reused")
    assert (answer.json()["clause"], answer.json()["field"]) == ("5.2.1", "Idempotency-Key")


async def test_two_people_do_not_meet_in_one_key(api: Api) -> None:
    one = await api.post(OPERATOR, "/incidents", report(), headers=key("mine"))
    two = await api.post(OTHER_OPERATOR, "/incidents", report(), headers=key("mine"))
    assert (one.status_code, two.status_code) == (201, 201)
    assert one.json()["number"] != two.json()["number"]


async def test_an_act_sent_again_is_done_once(api: Api) -> None:
    story = await operator_handling(api)
    path, body = f"/incidents/{story.number}/steps", {"step": "look", "result": "done"}
    first = await api.post(OPERATOR, path, body, headers=key("step-1"))
    again = await asyncio.gather(*(api.post(OPERATOR, path, body, headers=key("step-1")) for _ in range(5)))
    assert first.status_code == 201
    assert {answer.status_code for answer in again} == {200}
    assert all(answer.json() == {**first.json(), "is_repeat": True} for answer in again)
    seen = await story.look()
    assert seen["version"] == first.json()["version"]


async def test_another_act_under_the_same_key_is_refused(api: Api) -> None:
    story = await operator_handling(api)
    path = f"/incidents/{story.number}/steps"
    await api.post(OPERATOR, path, {"step": "look", "result": "done"}, headers=key("step-2"))
    other = await api.post(OPERATOR, path, {"step": "space", "result": "done"}, headers=key("step-2"))
    assert (other.status_code, other.json()["code"]) == (409, "command-reused")
    same_key_other_person = await api.post(
        SUPERVISOR, f"/incidents/{story.number}/records", {"kind": "observation", "text": "…"}, headers=key("step-2")
    )
    assert same_key_other_person.status_code == 201


async def test_the_second_judge_is_told_who_was_first(api: Api) -> None:
    story = await Story.reported(api)
    path, body = f"/incidents/{story.number}/judgement", {"verdict": "emergency"}
    answers = await asyncio.gather(*(api.post(who, path, body) for who in (MANAGER, SUPERVISOR)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    refused = next(answer.json() for answer in answers if answer.status_code == 409)
    assert refused["code"] == "already-decided"
    assert refused["params"]["winner"] in (MANAGER, SUPERVISOR)


async def test_whoever_looked_at_an_older_version_is_told(api: Api) -> None:
    story = await operator_handling(api)
    version = (await story.look())["version"]
    path, body = f"/incidents/{story.number}/severity", {"severity": "II", "reason": "More markets"}
    stale = await api.post(MANAGER, path, {**body, "expected_version": version - 1})
    assert (stale.status_code, stale.json()["code"], stale.json()["field"]) == (
        409,
        "stale-version",
        "expected_version",
    )
    assert stale.json()["params"]["current"] == str(version)
    by_header = await api.post(MANAGER, path, body, headers={"If-Match": f'"{version - 1}"'})
    assert by_header.json()["code"] == "stale-version"
    right = await api.post(MANAGER, path, body, headers={"If-Match": f'"{version}"'})
    assert right.status_code == 201


async def test_an_act_need_not_wait(api: Api) -> None:
    story = await operator_handling(api)
    path = f"/incidents/{story.number}/steps"
    asynchronous = {"Prefer": "respond-async", **key("step-3")}
    answer = await api.post(OPERATOR, path, {"step": "look", "result": "done"}, headers=asynchronous)
    assert answer.status_code == 202
    assert answer.headers["preference-applied"] == "respond-async"
    assert answer.json()["command_id"] == f"{OPERATOR}:step-3"
    await story.until(lambda seen: seen["steps"] == {"look": "done"})
    timeline = (await api.get(OPERATOR, answer.json()["ask"].removeprefix("/api/v1"))).json()
    assert answer.json()["command_id"] in [entry["command_id"] for entry in timeline["items"]]
    again = await api.post(OPERATOR, path, {"step": "look", "result": "done"}, headers=key("step-3"))
    assert (again.status_code, again.json()["is_repeat"]) == (200, True)


@pytest.mark.parametrize(("who", "status", "code"), [(OPERATOR, 403, "not-authorised"), (MANAGER, 409, "wrong-phase")])
async def test_what_breaks_a_rule_is_never_stored(system: System, who: str, status: int, code: str) -> None:
    """A signal stays in the history for good: whoever may nothing could fill that of any incident."""
    api, story = system.api, await operator_handling(system.api)
    workflow = system.client.get_workflow_handle(f"incident:{story.number}")
    for _ in range(3):
        answer = await api.post(who, f"/incidents/{story.number}/closure", {}, headers={"Prefer": "respond-async"})
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    history = await workflow.fetch_history()
    assert not [
        event
        for event in history.events
        if event.HasField("workflow_execution_signaled_event_attributes")
        and event.workflow_execution_signaled_event_attributes.signal_name == "close"
    ]
    refused = await story.refusal_of("close")
    assert (refused["person"], refused["code"]) == (who, code)


async def test_what_was_stored_may_be_sent_again(api: Api) -> None:
    story = await operator_handling(api)
    path, body = f"/incidents/{story.number}/steps", {"step": "look", "result": "done"}
    asynchronous = {"Prefer": "respond-async", **key("step-4")}
    assert (await api.post(OPERATOR, path, body, headers=asynchronous)).status_code == 202
    await story.until(lambda seen: seen["steps"] == {"look": "done"})
    again = await api.post(OPERATOR, path, body, headers=asynchronous)
    assert again.status_code in (200, 202), again.text
    assert (await story.look())["steps"] == {"look": "done"}
