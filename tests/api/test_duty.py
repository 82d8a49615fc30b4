"""4.2: rosters, overrides and swaps over the API, whom a question would reach, and calendars for other programs."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from icalendar import Calendar

from tests.api.cast import (
    ENGLISH_HEAD,
    HEAD,
    MANAGER,
    NOBODY_SPECIAL,
    OPERATOR,
    SPECIALIST,
    SUPERVISOR,
    TOKENS,
    report,
)
from tests.api.system import ROOT, Api, System

KEEPER = NOBODY_SPECIAL  # administrator
PATH = "/rosters/heads"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ROSTER = {
    "post": "department_head",
    "name": {"zh": "部门负责人值班", "en": "Heads of departments"},
    "rotations": [
        {"people": [HEAD, ENGLISH_HEAD], "rule": "FREQ=DAILY", "since": "2026-01-05"},
        {"seat": "first_backup", "people": ["luo-yang"], "since": "2026-01-05"},
    ],
}


@pytest.fixture
async def roster(api: Api) -> AsyncIterator[str]:
    """A roster that pages nobody in the other tests."""
    kept = await api.call("PUT", KEEPER, PATH, json=ROSTER)
    assert kept.status_code == 200, kept.text
    yield "heads"
    assert (await api.call("DELETE", KEEPER, PATH, headers=await seen(api))).status_code == 204


async def seen(api: Api) -> dict[str, str]:
    return {"If-Match": (await api.get(OPERATOR, PATH)).headers["ETag"]}


def at(days: float = 0) -> str:
    return (datetime.now(UTC) + days * DAY).isoformat()


async def turns(api: Api, person: str, days: int = 12) -> list[dict[str, Any]]:
    """The whole turns that somebody has soon, the first of them in the future."""
    wanted = {"since": at(), "until": at(days), "roster": "heads", "person": person}
    found = (await api.get(OPERATOR, "/duty/shifts", params=wanted)).json()
    primary = [shift for shift in found if shift["seat"] == "primary"]
    return [shift for shift in primary if datetime.fromisoformat(shift["starts"]).minute == 0][1:-1]


async def reached(api: Api, instant: str, language: str = "en") -> list[dict[str, Any]]:
    wanted = {"post": "department_head", "at": instant}
    answer = await api.get(OPERATOR, "/duty/reach", params=wanted, language=language)
    assert answer.status_code == 200, answer.text
    people: list[dict[str, Any]] = answer.json()["people"]
    return people


def stretch(shift: dict[str, Any]) -> dict[str, str]:
    return {"starts": shift["starts"], "ends": shift["ends"]}


async def test_the_sample_s_rosters_say_who_is_on_duty(api: Api) -> None:
    found = {item["roster"]: item for item in (await api.get(OPERATOR, "/duty")).json()["rosters"]}
    assert [item["person"] for item in found["managers"]["people"]] == [MANAGER, NOBODY_SPECIAL]
    assert [item["person"] for item in found["supervisors"]["people"]] == [SUPERVISOR, "qian-yu"]
    backup = found["managers"]["people"][1]
    assert backup["seat"] == "first_backup"
    assert [reason["text"] for reason in backup["reasons"]] == ["has the turn: first backup", "acts for Chen Lei"]


async def test_a_report_pages_manager_and_supervisor_at_once_as_the_preview_says(api: Api) -> None:
    expected = []
    for post in ("it_manager", "it_supervisor"):
        answer = await api.get(OPERATOR, "/duty/reach", params={"post": post, "system": "market-db"})
        expected += [item["person"] for item in answer.json()["people"] if item["step"] == "first"]
    opened = await api.post(OPERATOR, "/incidents", report())
    number = opened.json()["number"]
    awaited = (await api.get(MANAGER, f"/incidents/{number}")).json()["awaited"]
    assert next(item["people"] for item in awaited if item["question"] == "judgement/1") == expected
    assert expected == [MANAGER, SUPERVISOR]
    await api.post(OPERATOR, f"/incidents/{number}/withdrawal", {"reason": "only a test"})


async def test_a_roster_is_kept_changed_and_removed(api: Api, roster: str) -> None:
    shown = (await api.get(OPERATOR, PATH)).json()
    assert (shown["id"], shown["time_zone"], shown["rotations"][0]["at"]) == ("heads", "Asia/Shanghai", "09:00:00")
    changed = {**ROSTER, "time_zone": "Europe/Berlin"}
    for late in ({"If-Match": f'"{shown["version"] + 1}"'}, {}):
        refused = await api.call("PUT", KEEPER, PATH, json=changed, headers=late)
        assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (
            409,
            "stale-version",
            "If-Match",
        )
    before = await seen(api)
    again = await api.call("PUT", KEEPER, PATH, json=changed, headers=before, params={"reason": "moved"})
    assert again.headers["ETag"] == f'"{shown["version"] + 1}"'
    assert (await api.call("DELETE", KEEPER, PATH, headers=before)).status_code == 409
    assert (await api.call("DELETE", KEEPER, PATH)).status_code == 422
    assert (again.json()["time_zone"], again.json()["version"]) == ("Europe/Berlin", shown["version"] + 1)
    newest = (await api.get(MANAGER, "/changes", params={"kind": "roster"})).json()["items"][0]
    assert (newest["person"], newest["act"], newest["reason"]) == (KEEPER, "keep_roster", "moved")
    assert (await api.get(OPERATOR, "/rosters/no-such")).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"post": "night_owl"}, "post"),
        ({"post": "commander"}, "post"),
        ({"rotations": [{"people": [HEAD, OPERATOR], "since": "2026-01-05"}]}, "rotations.0.people.1"),
        ({"rotations": [{"people": ["nobody"], "since": "2026-01-05"}]}, "rotations.0.people.0"),
        ({"rotations": [{"people": [HEAD], "since": "2026-01-05", "rule": "FREQ=SECONDLY"}]}, "rotations.0.rule"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"rotations": []}, "rotations"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_roster_that_cannot_work_is_refused(api: Api, change: dict[str, Any], field: str) -> None:
    refused = await api.call("PUT", KEEPER, "/rosters/odd", json=ROSTER | change)
    assert (refused.status_code, refused.json()["field"]) == (422, field), refused.text
    assert (await api.get(OPERATOR, "/rosters/odd")).status_code == 404


async def test_only_keepers_change_rosters(api: Api, roster: str) -> None:
    for who in (OPERATOR, HEAD, SPECIALIST):
        refused = await api.call("PUT", who, PATH, json=ROSTER)
        assert (refused.status_code, refused.json()["clause"]) == (403, "4.2")
        assert (await api.call("DELETE", who, PATH)).status_code == 403
    assert (await api.call("PUT", SUPERVISOR, PATH, json=ROSTER, headers=await seen(api))).status_code == 200


async def test_an_override_wins_and_is_told_with_who_entered_it(api: Api, roster: str) -> None:
    turn = (await turns(api, HEAD))[0]
    body = {"roster": roster, "person": "luo-yang", **stretch(turn), "reason": "away"}
    assert (await api.post(ENGLISH_HEAD, "/overrides", body)).status_code == 403  # for another
    key = {"Idempotency-Key": f"override-{turn['starts']}"}
    put = await api.post(KEEPER, "/overrides", body, headers=key)
    assert put.status_code == 201, put.text
    assert (await api.post(KEEPER, "/overrides", body, headers=key)).json() == put.json()
    other = await api.post(KEEPER, "/overrides", {**body, "reason": "ill"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "command-reused")
    first = (await reached(api, turn["starts"]))[0]
    assert (first["person"], first["step"]) == ("luo-yang", "first")
    assert first["reasons"][0]["text"] == "was put on duty by Wu Min instead of Cao Lin: primary duty"
    chinese = (await reached(api, turn["starts"], language="zh-CN"))[0]
    assert "吴敏" in chinese["reasons"][0]["text"]
    number = put.json()["id"]
    assert number in [item["id"] for item in (await api.get(OPERATOR, "/overrides")).json()]
    assert (await api.call("DELETE", OPERATOR, f"/overrides/{number}")).status_code == 403
    assert (await api.call("DELETE", KEEPER, f"/overrides/{number}")).status_code == 204
    assert (await reached(api, turn["starts"]))[0]["person"] == HEAD
    assert (await api.call("DELETE", KEEPER, f"/overrides/{number}")).status_code == 404


async def test_everybody_takes_over_himself_what_is_not_over(api: Api, roster: str) -> None:
    turn = (await turns(api, HEAD))[0]
    own = await api.post(ENGLISH_HEAD, "/overrides", {"roster": roster, "person": ENGLISH_HEAD, **stretch(turn)})
    assert own.status_code == 201
    for change, field in (
        ({"starts": at(-2), "ends": at(-1)}, "ends"),
        ({"seat": "second_backup"}, "seat"),
        ({"roster": "no-such"}, "roster"),
        ({"person": OPERATOR}, "person"),
    ):
        refused = await api.post(KEEPER, "/overrides", {"roster": roster, "person": HEAD, **stretch(turn), **change})
        assert (refused.status_code, refused.json()["field"]) == (422, field)


async def test_two_swap_when_the_other_accepts(api: Api, roster: str) -> None:
    mine, yours = (await turns(api, HEAD))[0], (await turns(api, ENGLISH_HEAD))[-1]
    body = {"roster": roster, "offered_to": ENGLISH_HEAD, "gives": stretch(mine), "takes": stretch(yours)}
    offer = await api.post(HEAD, "/swaps", body)
    assert (offer.status_code, offer.json()["status"]) == (201, "offered")
    answer = f"/swaps/{offer.json()['id']}/answer"
    assert (await reached(api, mine["starts"]))[0]["person"] == HEAD  # nothing is exchanged yet
    assert (await api.post(HEAD, answer, {"accept": True})).status_code == 403
    assert (await api.post(OPERATOR, answer, {"accept": True})).status_code == 403
    accepted = await api.post(ENGLISH_HEAD, answer, {"accept": True})
    assert accepted.json()["status"] == "accepted"
    for shift, person, other in ((mine, ENGLISH_HEAD, "Cao Lin"), (yours, HEAD, "Jiang Yan")):
        first = (await reached(api, shift["starts"]))[0]
        assert first["person"] == person
        assert first["reasons"][0]["text"] == f"swapped the turn with {other}: primary duty"
    twice = await api.post(ENGLISH_HEAD, answer, {"accept": False})
    assert (twice.status_code, twice.json()["code"]) == (409, "already-decided")
    assert (await api.call("DELETE", HEAD, f"/swaps/{offer.json()['id']}")).status_code == 409


async def test_an_offer_is_withdrawn_or_exchanges_nothing(api: Api, roster: str) -> None:
    mine, yours = (await turns(api, HEAD))[0], (await turns(api, ENGLISH_HEAD))[-1]
    body = {"roster": roster, "offered_to": ENGLISH_HEAD, "gives": stretch(mine), "takes": stretch(yours)}
    nothing = await api.post(HEAD, "/swaps", {**body, "gives": stretch(yours)})
    assert (nothing.status_code, nothing.json()["field"]) == (422, "gives")
    offer = (await api.post(HEAD, "/swaps", body)).json()
    assert (await api.call("DELETE", ENGLISH_HEAD, f"/swaps/{offer['id']}")).status_code == 403
    assert (await api.call("DELETE", HEAD, f"/swaps/{offer['id']}")).json()["status"] == "withdrawn"
    assert (await api.post(ENGLISH_HEAD, f"/swaps/{offer['id']}/answer", {"accept": True})).status_code == 409


async def test_on_leave_the_backup_is_reached_and_the_leave_is_told(api: Api, roster: str) -> None:
    turn = (await turns(api, HEAD))[0]
    path = f"/directory/people/{HEAD}/leaves/away"
    entered = await api.call("PUT", HEAD, path, json=stretch(turn))
    assert entered.status_code == 200, entered.text
    people = {item["person"]: item for item in await reached(api, turn["starts"])}
    assert people["luo-yang"]["step"] == "first"
    assert people[HEAD]["step"] == "everybody"
    assert [reason["code"] for reason in people[HEAD]["reasons"]][:2] == ["turn", "on_leave"]
    await api.call("DELETE", HEAD, path, headers={"If-Match": entered.headers["ETag"]})


@pytest.fixture
async def monday(api: Api) -> AsyncIterator[datetime]:
    """The Monday, at 10:00, of a week to come: a holiday, worked on its Saturday; HEAD has leave on its Thursday."""
    base = datetime.now(ZoneInfo("Asia/Shanghai")).replace(hour=10, minute=0, second=0, microsecond=0) + 60 * DAY
    base -= base.weekday() * DAY
    if (base + 6 * DAY).year != base.year:
        base += 14 * DAY
    calendar, leave = f"/calendar/{base.year}", f"/directory/people/{HEAD}/leaves/a-thursday"
    notice = {"holidays": [f"{base:%Y-%m-%d}"], "make_up_days": [f"{base + 5 * DAY:%Y-%m-%d}"]}
    entered = await api.call("PUT", KEEPER, calendar, json=notice, params={"dry_run": "false"})
    assert entered.status_code == 200, entered.text
    thursday = {"starts": (base + 3 * DAY - 10 * HOUR).isoformat(), "ends": (base + 4 * DAY - 10 * HOUR).isoformat()}
    away = await api.call("PUT", HEAD, leave, json=thursday)
    assert away.status_code == 200, away.text
    rotations = [
        {"people": [HEAD], "since": "2026-01-05", "days": "workday"},
        {"people": [ENGLISH_HEAD], "since": "2026-01-05", "days": "offday"},
        {"people": ["luo-yang"], "since": "2026-01-05", "seat": "first_backup"},
    ]
    kept = await api.call("PUT", KEEPER, PATH, json=ROSTER | {"rotations": rotations})
    assert kept.status_code == 200, kept.text
    yield base
    await api.call("DELETE", KEEPER, PATH, headers=await seen(api))
    await api.call("DELETE", HEAD, leave, headers={"If-Match": away.headers["ETag"]})
    gone = await api.call("DELETE", KEEPER, calendar, params={"dry_run": "false"})
    assert gone.status_code == 200, gone.text


async def test_a_day_of_any_kind_reaches_whoever_has_it_within_its_limit(api: Api, monday: datetime) -> None:
    for what, instant, day, first, codes, limit in (
        ("holiday", monday, "holiday", ENGLISH_HEAD, ["turn"], (60, "5.3.4")),
        ("make-up Saturday", monday + 5 * DAY, "make_up_day", HEAD, ["turn"], (5, "5.3.3")),
        ("weekday night", monday + 2 * DAY - 7 * HOUR, "workday", HEAD, ["turn"], (60, "5.3.4")),
        ("leave day", monday + 3 * DAY, "workday", "luo-yang", ["turn"], (5, "5.3.3")),
    ):
        people = await reached(api, instant.isoformat())
        called = [item for item in people if item["step"] == "first"]
        assert [item["person"] for item in called] == [first], what
        assert [reason["code"] for reason in called[0]["reasons"]][: len(codes)] == codes, what
        seat = "first backup" if what == "leave day" else "primary duty"
        assert called[0]["reasons"][0]["text"] == f"has the turn: {seat}", what
        told = (await api.get(OPERATOR, "/business-time", params={"at": instant.isoformat(), "person": first})).json()
        assert (told["day"], told["is_provisional"]) == (day, False), what
        assert (told["arrival_minutes"], told["arrival"]["clause"]) == limit, what
    [head] = [item for item in await reached(api, (monday + 3 * DAY).isoformat()) if item["person"] == HEAD]
    assert (head["step"], [reason["code"] for reason in head["reasons"]][:2]) == ("everybody", ["turn", "on_leave"])
    assert "is on leave until" in head["reasons"][1]["text"]


async def test_the_preview_names_weak_ways_to_reach_somebody(api: Api) -> None:
    answer = await api.get(OPERATOR, "/duty/reach", params={"post": "it_manager"})
    first = answer.json()["people"][0]
    assert (first["person"], first["channels"]) == (MANAGER, ["inbox"])
    assert {"turn", "only_inbox", "unverified"} == {reason["code"] for reason in first["reasons"]}


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/duty?at=2000-01-01T00:00:00Z", "at"),
        ("/duty/reach?post=on_scene_commander", "post"),
        ("/duty/reach?post=it_manager&system=unheard-of", "system"),
        ("/duty/reach", "post"),
        ("/duty/reach?post=it_manager&at=tomorrow", "at"),
        ("/duty/shifts?until=2100-01-01T00:00:00Z", "until"),
    ],
)
async def test_questions_that_make_no_sense_are_refused(api: Api, path: str, field: str) -> None:
    refused = await api.get(OPERATOR, path)
    assert (refused.status_code, refused.json()["field"].rpartition(".")[2]) == (422, field)


async def test_a_feed_is_read_by_its_address_alone_until_it_is_revoked(api: Api, roster: str) -> None:
    wanted = await turns(api, HEAD)
    own, whole = [(await api.get(HEAD, f"/duty/feeds/{name}")).json()["url"] for name in ("mine", "rosters/heads")]
    address = "/feeds/" + whole.rpartition("/")[2]
    for path in ("/feeds/" + own.rpartition("/")[2], address):
        read = await api.client.get(path)
        assert (read.status_code, read.headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
        events = recurring_ical_events.of(Calendar.from_ical(read.text)).between(
            datetime.fromisoformat(wanted[0]["starts"]), datetime.fromisoformat(wanted[0]["ends"]) - HOUR
        )
        assert HEAD in [str(event["x-fengsui-person"]) for event in events]
    for forged in (address.replace(".ics", "x.ics"), "/feeds/nothing.ics", "/feeds/.ics"):
        assert (await api.client.get(forged)).status_code == 404
    assert (await api.call("DELETE", HEAD, "/duty/feeds")).status_code == 200
    assert (await api.client.get(address)).status_code == 404
    assert (await api.get(HEAD, "/duty/feeds/rosters/no-such")).status_code == 404
    plain = await api.get(HEAD, "/duty/shifts.ics")
    assert (plain.status_code, "BEGIN:VTIMEZONE" in plain.text) == (200, True)


async def test_overrides_come_from_a_calendar_all_or_none(api: Api, roster: str) -> None:
    turn = (await turns(api, HEAD))[0]
    start, end = (datetime.fromisoformat(turn[name]).strftime("%Y%m%dT%H%M%SZ") for name in ("starts", "ends"))
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", "UID:1", f"DTSTART:{start}", f"DTEND:{end}"]
    text = "\r\n".join([*lines, "SUMMARY:Luo Yang", "END:VEVENT", "END:VCALENDAR", ""])
    body = {"roster": roster, "calendar": text}
    assert (await api.post(HEAD, "/overrides/calendar", body)).status_code == 403
    tried = (await api.post(KEEPER, "/overrides/calendar", body)).json()
    assert (tried["is_dry_run"], len(tried["changed"]), tried["unread"]) == (True, 1, [])
    assert (await reached(api, turn["starts"]))[0]["person"] == HEAD
    wrong = {**body, "calendar": text.replace("Luo Yang", "Zhang Wei")}
    refused = (await api.post(KEEPER, "/overrides/calendar?dry_run=false", wrong)).json()
    assert (refused["changed"], len(refused["unread"])) == ([], 1)
    for changes in (1, 0):
        made = (await api.post(KEEPER, "/overrides/calendar?dry_run=false", body)).json()
        assert len(made["changed"]) == changes
    assert (await reached(api, turn["starts"]))[0]["person"] == "luo-yang"


def one_event(event: str, starts: datetime, *more: str) -> str:
    times = (f"{name}:{at:%Y%m%dT%H%M%SZ}" for name, at in (("DTSTART", starts), ("DTEND", starts + 4 * HOUR)))
    lines = ["VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", f"UID:{event}", "SUMMARY:Luo Yang", *times, *more, "END:VEVENT"]
    return "\r\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR", ""])


async def test_a_corrected_calendar_takes_back_what_is_not_in_it_any_more(api: Api, roster: str) -> None:
    turn = datetime.fromisoformat((await turns(api, HEAD))[0]["starts"]).astimezone(UTC)

    async def imported(text: str, query: str = "?dry_run=false") -> dict[str, Any]:
        answer = await api.post(KEEPER, f"/overrides/calendar{query}", {"roster": roster, "calendar": text})
        told: dict[str, Any] = answer.json()
        return told

    async def first_at(instant: datetime) -> str:
        return str((await reached(api, instant.isoformat()))[0]["person"])

    await imported(one_event("other", turn + 12 * HOUR))
    await imported(one_event("shift", turn))
    moved = one_event("shift", turn + 6 * HOUR)
    tried = await imported(moved, "")
    assert [item["starts"] for item in tried["removed"]] == [f"{turn:%Y-%m-%dT%H:%M:%SZ}"]
    assert await first_at(turn) == "luo-yang"  # only tried
    wrong = await imported(moved.replace("Luo Yang", "Zhang Wei"))
    assert (wrong["changed"], wrong["removed"], len(wrong["unread"])) == ([], [], 1)
    unseated = await imported(one_event("shift", turn, "X-FENGSUI-SEAT:second_backup"))
    assert [item["text"] for item in unseated["unread"]] == ["The roster heads has no seat second backup."]
    made = await imported(moved)
    assert (len(made["changed"]), made["removed"]) == (1, tried["removed"])
    assert [await first_at(turn + hours * HOUR) for hours in (0, 6, 12)] == [HEAD, "luo-yang", "luo-yang"]
    cancelled = await imported(one_event("shift", turn + 6 * HOUR, "STATUS:CANCELLED"))
    assert (cancelled["overrides"], cancelled["changed"], len(cancelled["removed"])) == ([], [], 1)
    assert [await first_at(turn + hours * HOUR) for hours in (6, 12)] == [HEAD, "luo-yang"]


@pytest.mark.parametrize(
    ("arguments", "language", "told"),
    [
        (("duty",), "en", "IT managers (IT manager)"),
        (("duty",), "zh-CN", "信息部经理值班"),
        (("duty", "--mine"), "en", "There are no shifts."),
        (("reach", "it_manager"), "en", "called at once"),
        (("reach", "it_manager"), "zh-CN", "立即呼叫"),
        (("reach", "night_owl"), "en", "post"),
    ],
)
async def test_the_terminal_tells_it_as_well(
    system: System, arguments: tuple[str, ...], language: str, told: str
) -> None:
    api = f"http://127.0.0.1:{system.settings.api_port}"
    line = ("--language", language, "--api", api, "--token", TOKENS[SPECIALIST], *arguments)
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "cli.py", *line), cwd=ROOT, env={**os.environ}, stdout=PIPE, stderr=STDOUT
    )
    out, _ = await child.communicate()
    assert told in out.decode()
    assert (child.returncode == 0) == (arguments[-1] != "night_owl")
