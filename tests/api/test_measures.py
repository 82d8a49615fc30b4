"""Rectification measures over HTTP: opened, listed, acted on by whom it concerns, refused with the clause, audited."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.api.cast import (
    DIRECTOR,
    MANAGER,
    NOBODY_SPECIAL,
    OPERATOR,
    PEOPLE,
    SUPERVISOR,
    TECHNICIAN,
)
from tests.api.story import Story
from tests.api.system import Api

SECONDS = 30
OPENING: dict[str, Any] = {
    "text": "Replace the power supply",
    "owner": TECHNICIAN,
    "due": "2027-03-15T00:00:00+08:00",
    "source": {"kind": "inspection", "ref": "2026-Q4", "finding": "Supply B is hot", "system": "market-db"},
}
BODIES: dict[str, dict[str, Any]] = {
    "completion": {"text": "Replaced, see the photograph"},
    "verification": {"completion": 1, "passed": True, "text": "Seen"},
    "extension-requests": {"due": "2027-04-15T00:00:00+08:00", "reason": "No parts"},
    "extension-decisions": {"extension": 1, "grant": True},
    "reassignment": {"owner": OPERATOR, "reason": "He is there"},
    "cancellation": {"reason": "Not needed"},
}
LED = {"extension-decisions", "reassignment", "cancellation"}
# Who may do what; wu-min stands in for the manager.
MAY = {
    TECHNICIAN: {"completion", "extension-requests"},
    SUPERVISOR: {"verification"},
    **dict.fromkeys((MANAGER, DIRECTOR, NOBODY_SPECIAL), LED),
}


async def opened(api: Api, **changes: Any) -> str:
    answer = await api.post(MANAGER, "/measures", OPENING | changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["number"])


async def act(api: Api, who: str, number: str, resource: str, **options: Any) -> httpx2.Response:
    """Do something; a busy machine is asked again with the same key."""
    options.setdefault("headers", {}).setdefault("Idempotency-Key", uuid4().hex)
    body = BODIES[resource] | options.pop("body", {})
    async with asyncio.timeout(SECONDS):
        while True:
            answer = await api.post(who, f"/measures/{number}/{resource}", body, **options)
            if answer.status_code not in (202, 503):
                return answer


async def look(api: Api, who: str, number: str) -> dict[str, Any]:
    async with asyncio.timeout(SECONDS):
        while (answer := await api.get(who, f"/measures/{number}")).status_code == 503:  # noqa: ASYNC110
            await asyncio.sleep(0.2)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_an_incidents_measures_are_named_and_go_on_when_it_is_closed(phases: dict[str, Story], api: Api) -> None:
    incident = await phases["closed"].until(lambda seen: seen["measures"])
    number = f"M-{phases['closed'].number}-1"
    assert (incident["phase"], incident["measures"]) == ("closed", [number])
    seen = await look(api, TECHNICIAN, number)
    assert (seen["state"], seen["owner"], seen["verifier"]) == ("open", TECHNICIAN, SUPERVISOR)
    assert seen["source"] | {"kind": "incident", "ref": incident["number"]} == seen["source"]
    assert seen["due"]["is_provisional"], "nobody has announced 2027"
    assert seen["allowed_acts"] == ["report_done", "ask_extension"]
    assert seen["timeline"][0]["sentence"].startswith("The measure begins: Watch the disk Owner Xu Bin")
    listed = (await api.get(OPERATOR, f"/measures?incident={incident['number']}&open=true")).json()["items"]
    assert [item["number"] for item in listed] == [number]


async def test_from_opening_to_verification(api: Api) -> None:
    number = await opened(api)
    first = await act(api, TECHNICIAN, number, "extension-requests")
    assert (first.status_code, first.json()["state"], first.headers["etag"]) == (201, "open", '"2"')
    assert (await act(api, DIRECTOR, number, "extension-decisions")).status_code == 201
    assert (await look(api, OPERATOR, number))["due"]["at"].startswith("2027-04-15")
    key = {"Idempotency-Key": uuid4().hex}
    done = await act(api, TECHNICIAN, number, "completion", headers=dict(key))
    again = await act(api, TECHNICIAN, number, "completion", headers=dict(key))
    assert (again.status_code, again.json()["is_repeat"], again.json()["seq"]) == (200, True, done.json()["seq"])
    assert (await look(api, SUPERVISOR, number))["allowed_acts"] == ["verify_measure"]
    own = await act(api, TECHNICIAN, number, "verification", language="zh-CN")
    problem = own.json()
    assert (own.status_code, problem["code"], problem["clause"]) == (403, "not-authorised", "6.2")
    assert "整改验证人" in problem["detail"]
    verified = await act(api, SUPERVISOR, number, "verification")
    assert verified.json()["state"] == "closed"
    over = await act(api, MANAGER, number, "cancellation")
    assert (over.status_code, over.json()["detail"]) == (409, "The measure is over; it takes no more acts.")
    async with asyncio.timeout(SECONDS):
        while not (refused := (await api.get(MANAGER, f"/measures/{number}/refusals")).json()["items"]):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    assert {item["act"] for item in refused} <= {"verify_measure", "cancel_measure"}
    assert {item["clause"] for item in refused} == {"6.2"}
    timeline = (await api.get(OPERATOR, f"/measures/{number}/timeline?limit=2&after_seq=1")).json()
    assert (len(timeline["items"]), timeline["next_after_seq"]) == (2, 3)


@pytest.mark.parametrize("person", PEOPLE)
async def test_acts_are_for_whom_they_concern(person: str, api: Api) -> None:
    """Whoever may act looks at a version that never was: he is let through to that, and changes nothing either."""
    number = await opened(api)
    for resource in BODIES:
        answer = await act(api, person, number, resource, headers={"If-Match": '"999999999"'})
        if resource in MAY.get(person, set()):
            code = "wrong-phase" if resource == "verification" else "stale-version"
            assert (answer.status_code, answer.json()["code"]) == (409, code), f"{resource} as {person}"
        else:
            assert (answer.status_code, answer.json()["clause"]) == (403, "6.2"), f"{resource} as {person}"
    assert (await look(api, person, number))["version"] == 1


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"owner": "nobody"}, "unknown", "owner"),
        ({"verifier": TECHNICIAN}, "own-work", "verifier"),
        ({"due": "2020-01-01T00:00:00Z"}, "unacceptable", "due"),
        ({"due": "2199-12-31T23:59:59Z"}, "unacceptable", "due"),
        ({"due": "9999-12-31T23:59:59Z"}, "malformed", "due"),
        ({"source": {"kind": "incident", "ref": "7K3Q9-DXMB2"}}, "unacceptable", "source.kind"),
        ({"text": ""}, "malformed", "text"),
        ({"surprise": 1}, "malformed", "surprise"),
    ],
)
async def test_what_makes_no_sense_is_not_opened(changes: dict[str, Any], code: str, field: str, api: Api) -> None:
    problem = (await api.post(MANAGER, "/measures", OPENING | changes)).json()
    assert (problem["code"], problem["field"], problem["clause"]) == (code, field, "6.2")


async def test_the_same_key_opens_the_same_measure(api: Api) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    first, again = [await api.post(SUPERVISOR, "/measures", OPENING, headers=key) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["number"] == again.json()["number"]
    other = await api.post(SUPERVISOR, "/measures", OPENING | {"text": "Something else"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "command-reused")


async def test_whoever_stands_in_opens_it_for_him(api: Api) -> None:
    made = await api.post(NOBODY_SPECIAL, "/measures", OPENING)
    assert made.status_code == 201, made.text
    entry = (await look(api, OPERATOR, made.json()["number"]))["timeline"][0]
    assert (entry["person"], entry["role"], entry["on_behalf_of"]) == (NOBODY_SPECIAL, "it_manager", MANAGER)


async def test_lists_are_filtered_and_paged_by_the_due_day(api: Api) -> None:
    source = {"kind": "drill", "ref": uuid4().hex[:8]}
    days = [f"2028-0{month}-10T00:00:00+08:00" for month in (5, 3, 4)]
    numbers = [await opened(api, due=day, source=source) for day in days]
    wanted = [numbers[1], numbers[2], numbers[0]]
    query = f"/measures?source_kind=drill&source={source['ref']}"

    async def listed(more: str) -> tuple[list[str], str | None]:
        answer = (await api.get(OPERATOR, query + more)).json()
        return [item["number"] for item in answer["items"]], answer["next"]

    async with asyncio.timeout(SECONDS):
        while (await listed(""))[0] != wanted:  # noqa: ASYNC110 - the record follows
            await asyncio.sleep(0.1)
    first, after = await listed("&limit=2")
    assert first == wanted[:2]
    assert await listed(f"&limit=2&after={after}") == (wanted[2:], None)
    assert (await listed("&due_before=2028-04-01T00:00:00Z"))[0] == wanted[:1]
    assert (await listed(f"&owner={OPERATOR}"))[0] == (await listed("&overdue=true"))[0] == []
    assert (await listed("&state=open"))[0] == wanted
    assert (await api.get(OPERATOR, "/measures?after=nonsense")).status_code == 422


async def test_what_does_not_exist_is_not_found(api: Api) -> None:
    for path in ("", "/timeline", "/refusals"):
        answer = await api.get(OPERATOR, f"/measures/M-00000-00000{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "no-such-measure")
    assert (await act(api, MANAGER, "M-00000-00000", "cancellation")).json()["code"] == "no-such-measure"


async def test_stored_without_waiting_unless_it_is_refused(api: Api) -> None:
    number = await opened(api)
    path, headers = f"/measures/{number}/cancellation", {"Prefer": "respond-async"}
    refused = await api.post(OPERATOR, path, BODIES["cancellation"], headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "not-authorised")
    stored = await api.post(MANAGER, path, BODIES["cancellation"], headers=headers)
    assert (stored.status_code, stored.headers["location"]) == (202, f"/api/v1/measures/{number}/timeline")
    async with asyncio.timeout(SECONDS):
        while len(entries := (await look(api, OPERATOR, number))["timeline"]) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    assert [entry["kind"] for entry in entries] == ["measure_opened", "measure_cancelled"]
