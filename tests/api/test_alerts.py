"""What monitoring sends: real payloads of Alertmanager, generic events, storms and repeats."""

import asyncio
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.api.cast import MANAGER, OPERATOR, OTHER_OPERATOR, report
from tests.api.story import Story
from tests.api.system import Api

RECORDED = [json.loads(path.read_text()) for path in sorted((Path(__file__).parent / "data").glob("*.json"))]


def sample(mark: str, *, system: str = "market-db", **alert: Any) -> dict[str, Any]:
    """A group of one alert, in the shape that Alertmanager sends; the mark keeps tests apart."""
    group: dict[str, Any] = json.loads(json.dumps(RECORDED[0]))
    labels = {"alertname": f"Down{mark}", "system": system, "severity": "critical"}
    group["groupLabels"] = {"alertname": labels["alertname"], "system": system}
    group["alerts"] = [{**group["alerts"][0], "labels": labels, "fingerprint": mark, **alert}]
    return group


def event(mark: str, **changes: Any) -> dict[str, Any]:
    return {"dedup_key": mark, "title": "Disk full", "system": "trading", "symptom": "No space left", **changes}


async def kinds(api: Api, number: str) -> list[str]:
    listed = (await api.get(MANAGER, f"/incidents/{number}/timeline")).json()["items"]
    return [entry["kind"] for entry in listed if entry["kind"] != "paged"]


async def until_kinds(api: Api, number: str, expected: list[str]) -> None:
    async with asyncio.timeout(20):
        while await kinds(api, number) != expected:  # noqa: ASYNC110  the answer comes from elsewhere
            await asyncio.sleep(0.05)


async def test_what_a_real_alertmanager_sent_opens_one_incident_per_group(api: Api) -> None:
    """In the order of the recording: two groups, growth, repeats, a mixed group, all resolved."""
    numbers: dict[str, set[str]] = {}
    for group in RECORDED:
        known = [alert["labels"]["system"] in ("market-db", "machine-room") for alert in group["alerts"]]
        assert all(known), "the recording names systems of the sample company"
        answer = await api.post("monitoring", "/alerts/alertmanager", group)
        assert answer.status_code == 200, answer.text
        assert len(answer.json()["alerts"]) == len(group["alerts"])
        for item in answer.json()["alerts"]:
            numbers.setdefault(item["system"], set()).add(item["number"])
    assert {system: len(found) for system, found in numbers.items()} == {"market-db": 1, "machine-room": 1}
    (number,) = numbers["market-db"]
    seen = await Story(api, number).look()
    assert (seen["channel"], seen["reporter"], seen["severity"]) == ("alertmanager", "alert_source", "II")
    assert seen["phase"] in ("reported", "judging")


async def test_a_repeat_is_damped_and_news_joins(api: Api) -> None:
    mark = uuid4().hex
    first = (await api.post("monitoring", "/alerts/alertmanager", sample(mark))).json()["alerts"][0]
    again = (await api.post("monitoring", "/alerts/alertmanager", sample(mark))).json()["alerts"][0]
    news = sample(mark, startsAt="2026-11-24T05:00:00Z")
    joined = (await api.post("monitoring", "/alerts/alertmanager", news)).json()["alerts"][0]
    assert (first["outcome"], joined["outcome"]) == ("opened", "joined")
    assert first["number"] == again["number"] == joined["number"]
    await until_kinds(api, first["number"], ["reported", "report_repeated"])


async def test_resolved_is_recorded_and_not_trusted_as_recovery(api: Api) -> None:
    mark = uuid4().hex
    number = (await api.post("monitoring", "/alerts/alertmanager", sample(mark))).json()["alerts"][0]["number"]
    answer = await api.post("monitoring", "/alerts/alertmanager", sample(mark, status="resolved"))
    assert answer.json()["alerts"][0] == {
        "system": "market-db",
        "status": "resolved",
        "outcome": "noted",
        "number": number,
        "detail": None,
    }
    await until_kinds(api, number, ["reported", "alert_resolved"])
    assert (await Story(api, number).look())["phase"] in ("reported", "judging")


async def test_resolved_without_an_incident_opens_none(api: Api) -> None:
    answer = await api.post("monitoring", "/alerts/alertmanager", sample(uuid4().hex, status="resolved"))
    assert answer.status_code == 200
    assert answer.json()["alerts"][0]["number"] is None


async def test_after_the_end_the_next_alert_opens_a_recurrence(api: Api) -> None:
    mark = uuid4().hex
    first = (await api.post("monitoring", "/alerts/events", event(mark, started_at="2026-11-24T01:00:00Z"))).json()
    story = Story(api, first["number"])
    await story.act(MANAGER, "judgement", verdict="not_emergency", reason="Test")
    async with asyncio.timeout(20):
        while (second := (await api.post("monitoring", "/alerts/events", event(mark))).json())["number"] is None:  # noqa: ASYNC110  the answer comes from elsewhere
            await asyncio.sleep(0.05)
    assert second["number"] == first["number"], "a dismissal can still be overridden: the incident is open"


async def test_fifty_at_once_open_one_incident(api: Api) -> None:
    mark = uuid4().hex
    answers = await asyncio.gather(
        *(
            api.post("monitoring", "/alerts/events", event(mark, started_at=f"2026-11-24T02:00:{n:02d}Z"))
            for n in range(50)
        )
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["number"] for answer in answers}) == 1
    listed = (await api.get(MANAGER, "/incidents?limit=100&system=trading")).json()["items"]
    number = answers[0].json()["number"]
    assert [item["number"] for item in listed if item["dedup_key"] == mark] == [number]


async def test_fifty_reports_with_one_dedup_key_open_one_incident(api: Api) -> None:
    mark = uuid4().hex
    answers = await asyncio.gather(
        *(api.post(OPERATOR if n % 2 else OTHER_OPERATOR, "/incidents", report(dedup_key=mark)) for n in range(50))
    )
    assert sorted(answer.status_code for answer in answers) == [200] * 49 + [201]
    assert len({answer.json()["number"] for answer in answers}) == 1
    seen = await Story(api, answers[0].json()["number"]).look()
    assert seen["preliminary_assessment"]["runbook"] == "market-db-outage"
    assert seen["reporter"] in (OPERATOR, OTHER_OPERATOR)


async def test_a_real_alarm_never_joins_a_drill_of_the_same_key(api: Api) -> None:
    """Nor does a drill join, or end, what is real."""
    mark = uuid4().hex
    drill = (await api.post("monitoring", "/alerts/events", event(mark, is_drill=True))).json()
    real = (await api.post("monitoring", "/alerts/events", event(mark))).json()
    assert (drill["outcome"], real["outcome"]) == ("opened", "opened")
    assert drill["number"] != real["number"]
    over = (await api.post("monitoring", "/alerts/events", event(mark, is_drill=True, status="resolved"))).json()
    assert (over["outcome"], over["number"]) == ("noted", drill["number"])
    again = event(mark, symptom="Still no space left")
    for noted, number in ((again, real["number"]), (again | {"is_drill": True}, drill["number"])):
        joined = (await api.post("monitoring", "/alerts/events", noted)).json()
        assert (joined["outcome"], joined["number"]) == ("joined", number)
    assert [(await Story(api, told["number"]).look())["is_drill"] for told in (drill, real)] == [True, False]


async def test_a_real_report_never_joins_a_drill_of_the_same_key(api: Api) -> None:
    mark = uuid4().hex
    answers = [
        await api.post(OPERATOR, "/incidents", report(dedup_key=mark, is_drill=is_drill)) for is_drill in (True, False)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert [(await Story(api, answer.json()["number"]).look())["is_drill"] for answer in answers] == [True, False]


async def test_an_unknown_system_is_refused_and_the_others_go_on(api: Api) -> None:
    mark = uuid4().hex
    group = sample(mark)
    group["alerts"].insert(0, {**group["alerts"][0], "labels": {**group["alerts"][0]["labels"], "system": "nowhere"}})
    answer = await api.post("monitoring", "/alerts/alertmanager", group)
    assert answer.status_code == 200
    refused, opened = answer.json()["alerts"]
    assert (refused["outcome"], refused["number"]) == ("refused", None)
    assert "nowhere" in refused["detail"]
    assert opened["outcome"] == "opened"
    alone = await api.post("monitoring", "/alerts/alertmanager", sample(mark, system="nowhere"))
    assert (alone.status_code, alone.json()["code"], alone.json()["clause"]) == (422, "unknown", "5.2.1")
    generic = await api.post("monitoring", "/alerts/events", event(mark, system="nowhere"))
    assert (generic.status_code, generic.json()["field"]) == (422, "system")


async def test_foreign_text_is_cleaned_and_never_loses_an_alert(api: Api) -> None:
    notes = {"summary": "行\u202e倒\x00\n" + "很长" * 300, "description": "\ud7ff\x07" + "x" * 5000}
    answer = await api.post(
        "monitoring", "/alerts/alertmanager", sample(uuid4().hex, annotations=notes, extra={"a": 1})
    )
    assert answer.status_code == 200, answer.text
    seen = await Story(api, answer.json()["alerts"][0]["number"]).look()
    assert seen["title"].startswith("行倒 很长很长")
    assert (len(seen["title"]), len(seen["symptom"])) == (200, 2000)


NEVER = "0001-01-01T00:00:00+08:00"  # what "unknown" is in the clock of some monitors


async def test_a_start_that_cannot_be_never_loses_an_alert(api: Api) -> None:
    group = await api.post("monitoring", "/alerts/alertmanager", sample(uuid4().hex, startsAt=NEVER))
    alone = await api.post("monitoring", "/alerts/events", event(uuid4().hex, started_at=NEVER))
    assert (group.status_code, alone.status_code) == (200, 200), (group.text, alone.text)
    for number in (group.json()["alerts"][0]["number"], alone.json()["number"]):
        seen = await Story(api, number).look()
        assert seen["phase"] in ("reported", "judging")


MALFORMED: list[dict[str, Any]] = [
    {},
    {"alerts": []},
    {**sample("x"), "version": "3"},
    {"alerts": [{"status": "on", "labels": {}}]},
]


@pytest.mark.parametrize("body", MALFORMED)
async def test_a_malformed_alert_is_a_problem(body: dict[str, Any], api: Api) -> None:
    answer = await api.post("monitoring", "/alerts/alertmanager", body)
    assert (answer.status_code, answer.json()["code"], answer.json()["clause"]) == (422, "malformed", "5.2.1")
