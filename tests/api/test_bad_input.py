"""Hostile and mistaken requests: a clear problem, an audit row, and nothing changed."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.store.pages import write_cursor
from domain.clauses import wording
from tests.api.cast import ENGLISH_HEAD, MANAGER, OPERATOR, report
from tests.api.story import Story, operator_handling
from tests.api.system import Api

JSON = {"Content-Type": "application/json"}
LONE = base64.urlsafe_b64encode(b'["2026-11-26T00:00:00+00:00","\\ud800"]').decode()  # half a character


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (report(system="nowhere"), "system"),
        (
            report(preliminary_assessment={"covered": True, "runbook": "nothing", "text": "…"}),
            "preliminary_assessment.runbook",
        ),
        (report(preliminary_assessment={"covered": True, "text": "…"}), "preliminary_assessment.runbook"),
        (report(discovered_at="2099-01-01T00:00:00+08:00"), "discovered_at"),
        (report(discovered_at="2026-01-01T00:00:00"), "discovered_at"),
        (report(discovered_at="0001-01-01T00:00:00+08:00"), "discovered_at"),  # before the first year of our clocks
        (report(discovered_at="9999-12-31T23:59:59-12:00"), "discovered_at"),
        (report(is_drill=True, drill_includes=["李娜"]), "drill_includes.0"),
        ({key: value for key, value in report().items() if key != "preliminary_assessment"}, "preliminary_assessment"),
        (report(title=" "), "title"),
        (report(title="x" * 201), "title"),
        (report(title=["list"]), "title"),
        (report(title="line\u202ereversed"), "title"),
        (report(title="nul\x00"), "title"),
        (report(severity="V"), "severity"),
        (report(titel="typo"), "titel"),
        (report(preliminary_assessment={"covered": False, "text": "…", "extra": 1}), "preliminary_assessment.extra"),
        (report(is_drill="perhaps"), "is_drill"),
        ([], "body"),
        ("text", "body"),
        (None, "body"),
    ],
)
async def test_a_report_that_breaks_a_rule_is_refused_and_named(body: Any, field: str, api: Api) -> None:
    answer = await api.call("POST", OPERATOR, "/incidents", content=json.dumps(body), headers=JSON)
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert problem["field"] == field
    assert problem["clause"] == "5.2.1"
    assert problem["instance"] == "/api/v1/incidents"


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 400),
        (b"[" * 200_000, 400),
        (b'{"title": ' + b"1" * 10_000 + b"}", 400),
        (b"\xff\xfe\x00", 400),
        (b'{"\\ud800": 1}', 422),
        (b'{"title": "\\ud800"}', 422),
        (json.dumps({"x" * 50_000: 1}).encode(), 422),
        (json.dumps({f"field-{n}": n for n in range(5000)}).encode(), 422),
        (b"x" * (256 * 1024 + 1), 413),
    ],
)
async def test_hostile_bodies_end_in_a_small_problem(content: bytes, status: int, api: Api) -> None:
    answer = await api.call("POST", OPERATOR, "/incidents", content=content, headers=JSON)
    assert answer.status_code == status, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(answer.content) < 8000


async def test_a_body_without_a_length_is_bounded_too(api: Api) -> None:
    async def endless() -> Any:
        for _ in range(300):
            yield b" " * 1024

    answer = await api.call("POST", OPERATOR, "/incidents", content=endless(), headers=JSON)
    assert answer.status_code == 413
    assert answer.json()["code"] == "too-large"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_only_json_is_read(kind: str, api: Api) -> None:
    answer = await api.call(
        "POST", OPERATOR, "/incidents", content=json.dumps(report()), headers={"Content-Type": kind}
    )
    assert (answer.status_code, answer.json()["code"]) == (415, "not-json")


async def test_another_method_is_refused(api: Api) -> None:
    answer = await api.call("DELETE", OPERATOR, "/incidents")
    assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed")
    assert "allow" in answer.headers


@pytest.mark.parametrize("header", ["", "x" * 81, "with space", "a,b"])
async def test_a_key_has_a_form(header: str, api: Api) -> None:
    answer = await api.post(OPERATOR, "/incidents", report(), headers={"Idempotency-Key": header})
    assert answer.status_code == 422
    assert answer.json()["field"] == "Idempotency-Key"


@pytest.mark.parametrize("number", ["x" * 41, "a b", "%00", "..%2f..", "7K3Q9_DXMB2"])
async def test_a_number_has_a_form(number: str, api: Api) -> None:
    for path in ("", "/timeline", "/refusals", "/stream"):
        answer = await api.get(OPERATOR, f"/incidents/{number}{path}")
        assert answer.status_code in (404, 422)
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("query", ["after=nonsense", "limit=0", "limit=101", "phase=somewhere", "q=%00", "drill=maybe"])
async def test_a_question_has_a_form(query: str, api: Api) -> None:
    answer = await api.get(OPERATOR, f"/incidents?{query}")
    assert answer.status_code == 422
    assert answer.json()["field"] == query.partition("=")[0]


@pytest.mark.parametrize(
    ("who", "path", "field"),
    [
        (MANAGER, "/measures?due_before=0001-01-01T00:00:00%2B08:00", "due_before"),
        (MANAGER, "/statistics/arrivals?since=9999-12-31T23:59:59-12:00", "since"),
        (OPERATOR, "/duty/shifts?until=9999-12-31T23:59:59-12:00", "until"),
        (OPERATOR, "/business-time?at=0001-01-01T00:00:00%2B08:00", "at"),
        (OPERATOR, "/inbox?after=" + write_cursor(10**30), "after"),
        (OPERATOR, "/incidents?after=" + write_cursor(datetime(2026, 11, 26, tzinfo=UTC), "a\0b"), "after"),
        (OPERATOR, "/incidents?after=" + LONE, "after"),
    ],
)
async def test_what_no_clock_and_no_database_can_hold_is_refused(who: str, path: str, field: str, api: Api) -> None:
    answer = await api.get(who, path)
    assert (answer.status_code, answer.json().get("field")) == (422, field), answer.text


@pytest.mark.parametrize("prefer", ["respond-async", "wait=5"])
async def test_a_number_that_no_timeline_can_hold_never_reaches_one(prefer: str, api: Api) -> None:
    """What the hash cannot be taken of (RFC 8785 ends at 2^53) would hold the workflow up for ever."""
    story = await operator_handling(api)
    body = {"kind": "observation", "text": "x", "corrects": 2**53 + 1}
    answer = await api.post(OPERATOR, f"/incidents/{story.number}/records", body, headers={"Prefer": prefer})
    assert (answer.status_code, answer.json()["field"]) == (422, "corrects")
    body["corrects"] = 2**31 - 1
    answer = await api.post(OPERATOR, f"/incidents/{story.number}/records", body)
    assert (answer.status_code, answer.json()["field"], answer.json()["clause"]) == (422, "corrects", "5.3.5")
    await story.act(OPERATOR, "records", kind="observation", text="It goes on", corrects=1)


async def test_what_was_malformed_is_audited_and_changes_nothing(api: Api) -> None:
    story = await Story.reported(api)
    await api.post(MANAGER, f"/incidents/{story.number}/judgement", {"verdict": "perhaps"})
    await api.post(MANAGER, f"/incidents/{story.number}/judgement", {"verdict": "not_emergency"})
    listed = (await api.get(MANAGER, f"/incidents/{story.number}/refusals")).json()["items"]
    assert [(item["act"], item["code"], item["clause"]) for item in listed] == [
        ("judge", "reason-needed", "5.2.2"),
        ("judge", "malformed", "5.2.2"),
    ]
    seen = await story.look()
    assert (seen["version"], seen["verdict"]) == (1, None)


async def test_problems_speak_the_callers_language(api: Api) -> None:
    story = await Story.reported(api)
    path = f"/incidents/{story.number}/closure"
    chinese = await api.post(OPERATOR, path, {}, language="zh-CN,zh;q=0.9,en;q=0.5")
    english = await api.post(OPERATOR, path, {}, language="en-GB")
    assert chinese.headers["content-language"] == "zh-CN"
    assert chinese.json()["clause_text"] == wording("6.2", "zh-CN")
    assert english.headers["content-language"] == "en"
    assert english.json()["clause_text"] == wording("6.2", "en")
    assert chinese.json()["params"] == english.json()["params"]


async def test_without_a_wish_everybody_is_answered_in_his_own_language(api: Api) -> None:
    for who, language in ((OPERATOR, "zh-CN"), (ENGLISH_HEAD, "en")):
        answer = await api.call("GET", who, "/incidents/00000-00000", language=None)
        assert (answer.status_code, answer.headers["content-language"]) == (404, language)
