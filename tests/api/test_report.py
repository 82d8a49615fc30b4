"""Reporting an anomaly over HTTP (5.2.1)."""

from typing import Any
from uuid import uuid4

import pytest

from tests.api.cast import GENERAL_MANAGER, MANAGER, NOBODY_SPECIAL, OPERATOR, SUPERVISOR, report
from tests.api.system import Api


async def first_entry(api: Api, number: str) -> dict[str, Any]:
    entry: dict[str, Any] = (await api.get(MANAGER, f"/incidents/{number}/timeline")).json()["items"][0]
    assert entry["kind"] == "reported"
    return entry


async def test_a_report_opens_an_incident(api: Api) -> None:
    answer = await api.post(OPERATOR, "/incidents", report())
    assert answer.status_code == 201, answer.text
    number = answer.json()["number"]
    assert answer.headers["location"] == f"/api/v1/incidents/{number}"
    judged = await api.post(MANAGER, f"/incidents/{number}/judgement", {"verdict": "emergency"})
    assert judged.status_code == 201, judged.text
    assert judged.json()["phase"] == "operator_handling"
    assert judged.headers["etag"] == f'"{judged.json()["version"]}"'


@pytest.mark.parametrize("has_key", [False, True])
@pytest.mark.parametrize(
    ("person", "role", "principal"),
    [
        (OPERATOR, "operator", None),
        (SUPERVISOR, "it_supervisor", None),
        (NOBODY_SPECIAL, "it_manager", MANAGER),  # his deputy
    ],
)
async def test_the_record_tells_in_which_role_and_for_whom_it_was_reported(
    person: str, role: str, principal: str | None, has_key: bool, api: Api
) -> None:
    answer = await api.post(person, "/incidents", report(dedup_key=uuid4().hex if has_key else None))
    assert answer.status_code == 201, answer.text
    reported = await first_entry(api, answer.json()["number"])
    assert (reported["person"], reported["role"], reported["on_behalf_of"]) == (person, role, principal)


@pytest.mark.parametrize("has_key", [False, True])
async def test_a_drill_includes_whom_its_report_names(has_key: bool, api: Api) -> None:
    drill = report(is_drill=True, drill_includes=[GENERAL_MANAGER], dedup_key=uuid4().hex if has_key else None)
    answer = await api.post(OPERATOR, "/incidents", drill)
    assert answer.status_code == 201, answer.text
    reported = await first_entry(api, answer.json()["number"])
    assert reported["event"]["drill_includes"] == [GENERAL_MANAGER]
