"""5.3.3, 5.3.4: what an instant means, and how an administrator enters the notice of a year."""

from typing import Any

import pytest

from tests.api.cast import MANAGER, NOBODY_SPECIAL, OPERATOR, OTHER_OPERATOR, SUPERVISOR
from tests.api.system import Api, System

KEEPER = NOBODY_SPECIAL  # administrator
NOTICE = {
    "holidays": ["2031-01-01", "2031-10-01", "2031-10-02"],
    "make_up_days": ["2031-09-28"],
    "reason": "国办发明电〔2030〕7号",
}


@pytest.mark.parametrize(
    ("at", "day", "is_working", "minutes", "clause", "until"),
    [
        ("2026-11-24T10:00:00+08:00", "workday", True, 5, "5.3.3", "2026-11-24T18:00:00"),
        ("2026-11-24T12:30:00+08:00", "workday", True, 5, "5.3.3", "2026-11-24T18:00:00"),
        ("2026-11-24T18:00:00+08:00", "workday", False, 60, "5.3.4", "2026-11-25T09:00:00"),
        ("2026-10-10T10:00:00+08:00", "make_up_day", True, 5, "5.3.3", "2026-10-10T18:00:00"),
        ("2026-10-05T10:00:00+08:00", "holiday", False, 60, "5.3.4", "2026-10-08T09:00:00"),
        ("2026-11-28T02:00:00Z", "weekend", False, 60, "5.3.4", "2026-11-30T09:00:00"),
    ],
)
async def test_an_instant_is_working_time_or_not_and_why(
    api: Api, at: str, day: str, is_working: bool, minutes: int, clause: str, until: str
) -> None:
    found = (await api.get(OPERATOR, "/business-time", params={"at": at})).json()
    assert (found["day"], found["is_working_time"], found["is_provisional"]) == (day, is_working, False)
    assert (found["arrival_minutes"], found["arrival"]["clause"]) == (minutes, clause)
    assert found["until"] == f"{until.replace('18:00', '10:00').replace('09:00', '01:00')}Z"


async def test_duty_staff_on_site_has_five_minutes_at_any_hour(api: Api) -> None:
    at = "2026-11-28T03:00:00+08:00"
    for person, minutes in ((OPERATOR, 5), (OTHER_OPERATOR, 60)):
        found = (await api.get(MANAGER, "/business-time", params={"at": at, "person": person})).json()
        assert (found["arrival_minutes"], found["is_on_site"]) == (minutes, minutes == 5)
    refused = await api.get(MANAGER, "/business-time", params={"at": at, "person": "nobody"})
    assert (refused.status_code, refused.json()["field"]) == (422, "person")


async def test_a_year_that_nobody_announced_is_provisional(api: Api) -> None:
    year = (await api.get(OPERATOR, "/calendar/2041")).json()
    assert (year["source"], year["is_provisional"], year["holidays"]) == ("provisional", True, [])
    instant = (await api.get(OPERATOR, "/business-time", params={"at": "2041-10-01T10:00:00+08:00"})).json()
    assert (instant["day"], instant["is_provisional"], instant["arrival"]["is_provisional"]) == ("workday", True, True)


async def test_the_official_notice_is_known(api: Api) -> None:
    year = (await api.get(OPERATOR, "/calendar/2026")).json()
    assert (year["source"], year["version"]) == ("official", 0)
    assert "2026-10-01" in year["holidays"]
    assert "2026-10-10" in year["make_up_days"]


async def enter(api: Api, who: str, year: int, body: dict[str, Any], **query: Any) -> Any:
    return await api.call("PUT", who, f"/calendar/{year}", json=body, params=query)


async def test_a_notice_is_tried_entered_and_withdrawn(system: System, api: Api) -> None:
    tried = (await enter(api, KEEPER, 2031, NOTICE, dry_run=True)).json()
    assert tried["is_dry_run"]
    assert [(change["day"], change["before"], change["after"]) for change in tried["changes"]] == [
        ("2031-01-01", "workday", "holiday"),
        ("2031-09-28", "weekend", "make_up_day"),
        ("2031-10-01", "workday", "holiday"),
        ("2031-10-02", "workday", "holiday"),
    ]
    assert (await api.get(OPERATOR, "/calendar/2031")).json()["source"] == "provisional"

    entered = (await enter(api, KEEPER, 2031, NOTICE | {"version": 0})).json()
    assert entered["changes"] == tried["changes"]
    assert (entered["before"]["source"], entered["after"]["source"]) == ("provisional", "organisation")
    day = (await api.get(OPERATOR, "/business-time", params={"at": "2031-09-28T10:00:00+08:00"})).json()
    assert (day["day"], day["arrival_minutes"], day["is_provisional"]) == ("make_up_day", 5, False)
    stale = await enter(api, KEEPER, 2031, NOTICE | {"version": 0, "holidays": []})
    assert (stale.status_code, stale.json()["code"]) == (409, "conflict")

    withdrawn = await api.call("DELETE", KEEPER, "/calendar/2031", params={"reason": "误录"})
    assert (withdrawn.status_code, withdrawn.json()["after"]["source"]) == (200, "provisional")


async def test_what_the_company_enters_goes_before_the_official_notice(api: Api) -> None:
    body = {"holidays": ["2020-01-01"], "make_up_days": []}
    entered = (await enter(api, KEEPER, 2020, body)).json()
    assert {"day": "2020-10-01", "before": "holiday", "after": "workday"}.items() <= next(
        change for change in entered["changes"] if change["day"] == "2020-10-01"
    ).items()
    back = (await api.call("DELETE", KEEPER, "/calendar/2020")).json()
    assert (back["before"]["source"], back["after"]["source"]) == ("organisation", "official")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"holidays": ["2032-01-01"]}, "holidays.0"),
        ({"holidays": ["2031-01-01", "2031-01-01"]}, "holidays.1"),
        ({"make_up_days": ["2031-01-02"]}, "make_up_days.0"),
        ({"holidays": ["2031-01-04"], "make_up_days": ["2031-01-04"]}, "make_up_days.0"),
        ({"holidays": ["soon"]}, "holidays.0"),
        ({"days": []}, "days"),
    ],
)
async def test_a_day_that_cannot_be_is_refused(api: Api, body: dict[str, Any], field: str) -> None:
    refused = await enter(api, KEEPER, 2031, body)
    assert (refused.status_code, refused.json()["field"]) == (422, field)


@pytest.mark.parametrize(("who", "status"), [(MANAGER, 200), (KEEPER, 200), (SUPERVISOR, 403), (OPERATOR, 403)])
async def test_only_administrator_and_manager_enter_a_year(api: Api, who: str, status: int) -> None:
    answer = await enter(api, who, 2031, NOTICE, dry_run=True)
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["clause"] == "5.3.3"
    assert (await api.call("DELETE", who, "/calendar/2031", params={"dry_run": True})).status_code == status
