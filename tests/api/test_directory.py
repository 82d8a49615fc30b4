"""Keeping the directory over the API: who may, what is refused, what is remembered (2, 4.2)."""

import asyncio
from typing import Any

import pytest

from tests.api.cast import DIRECTOR, MANAGER, NOBODY_SPECIAL, OPERATOR, OTHER_OPERATOR, SUPERVISOR
from tests.api.system import Api

ADMINISTRATOR = NOBODY_SPECIAL
NEWCOMER = {
    "name": "夏雨",
    "name_en": "Xia Yu",
    "department": "it",
    "posts": ["technician", "operator"],
    "time_zone": "Asia/Urumqi",
    "contacts": [{"channel": "mail", "address": "xia.yu@huahui.example"}],
}


async def put(api: Api, who: str, path: str, body: Any, version: str | None = None, **options: Any) -> Any:
    headers = {"If-Match": version} if version else {}
    return await api.call("PUT", who, f"/directory{path}", json=body, headers=headers, **options)


async def remove(api: Api, who: str, path: str, version: str) -> Any:
    return await api.call("DELETE", who, f"/directory{path}", headers={"If-Match": version})


async def test_a_person_comes_changes_and_goes(api: Api) -> None:
    added = await put(api, ADMINISTRATOR, "/people/xia-yu?reason=hired", NEWCOMER)
    assert (added.status_code, added.headers["ETag"]) == (200, '"1"'), added.text
    assert added.json()["item"]["posts"] == ["technician", "operator"]
    assert "xia-yu" in [person["id"] for person in (await api.get(OPERATOR, "/company/people")).json()]
    again = await put(api, ADMINISTRATOR, "/people/xia-yu", NEWCOMER)
    assert (again.status_code, again.json()["code"]) == (409, "stale-version")
    renamed = await put(api, ADMINISTRATOR, "/people/xia-yu", {**NEWCOMER, "name_en": "Xia Yue"}, '"1"')
    assert renamed.headers["ETag"] == '"2"'
    late = await put(api, ADMINISTRATOR, "/people/xia-yu", NEWCOMER, '"1"')
    assert (late.status_code, late.json()["field"]) == (409, "If-Match")
    assert (await remove(api, ADMINISTRATOR, "/people/xia-yu", '"2"')).status_code == 204
    assert (await api.get(ADMINISTRATOR, "/directory/people/xia-yu")).status_code == 404
    for language, told in (("en", "English name: Xia Yu → Xia Yue"), ("zh-CN", "英文姓名")):
        listed = await api.get(MANAGER, "/changes?kind=person&item=xia-yu", language=language)
        gone, changed, new = listed.json()["items"]
        assert told in changed["texts"][0]
        assert (new["person"], new["reason"], new["before"]) == (ADMINISTRATOR, "hired", None)
        assert (changed["before"]["name_en"], changed["after"]["name_en"]) == ("Xia Yu", "Xia Yue")
        assert gone["after"] is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"department": "nowhere"}, "department"),
        ({"posts": ["on_scene_commander"]}, "posts"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"contacts": [{"channel": "mail", "address": "a"}, {"channel": "mail", "address": "b"}]}, "contacts"),
        ({"nickname": "x"}, "nickname"),
    ],
)
async def test_what_leads_nowhere_is_refused(api: Api, change: dict[str, Any], field: str) -> None:
    refused = await put(api, ADMINISTRATOR, "/people/xia-yu", {**NEWCOMER, **change})
    assert refused.status_code == 422, refused.text
    assert field in refused.json()["field"]
    assert (await api.get(ADMINISTRATOR, "/directory/people/xia-yu")).status_code == 404


async def test_who_may_not_is_refused_and_remembered(api: Api) -> None:
    refused = await put(api, OPERATOR, "/people/xia-yu", NEWCOMER)
    assert (refused.status_code, refused.json()["code"], refused.json()["clause"]) == (403, "not-authorised", "2")
    assert (await api.get(OPERATOR, "/changes")).status_code == 403
    assert (await api.get(OPERATOR, "/directory/export")).status_code == 403


async def test_how_somebody_is_reached_is_his_own_and_the_keepers_to_see(api: Api) -> None:
    shown = {who: (await api.get(who, f"/directory/people/{OPERATOR}")).json() for who in (OPERATOR, OTHER_OPERATOR)}
    assert shown[OPERATOR]["item"]["contacts"] is not None
    assert shown[OTHER_OPERATOR]["item"]["contacts"] is None
    version = f'"{shown[OPERATOR]["version"]}"'
    body = {"contacts": [{"channel": "mail", "address": "zhang@huahui.example"}]}
    path = f"/people/{OPERATOR}/contacts"
    assert (await put(api, OTHER_OPERATOR, path, body, version)).status_code == 403
    own = await put(api, OPERATOR, path, body, version)
    assert own.json()["item"]["contacts"] == [
        {"channel": "mail", "address": "zhang@huahui.example", "verified_at": None}
    ]


async def test_a_deputy_is_named_and_his_delegation_ends(api: Api) -> None:
    path = f"/people/{DIRECTOR}/delegations/for-a-week"
    body = {"post": "it_director", "deputy": SUPERVISOR, "systems": ["market-db"], "reason": "business trip"}
    assert (await put(api, OPERATOR, path, body)).status_code == 403
    named = await put(api, DIRECTOR, path, body)
    assert named.status_code == 200, named.text
    me = (await api.get(SUPERVISOR, "/me")).json()
    assert {"it_director"} <= set(me["deputy_for"])
    backwards = {**body, "starts": "2026-01-02T00:00:00+08:00", "ends": "2026-01-01T00:00:00+08:00"}
    refused = await put(api, DIRECTOR, path, backwards, named.headers["ETag"])
    assert (refused.status_code, "ends before it starts" in refused.json()["detail"]) == (422, True)
    ended = await put(api, DIRECTOR, path, {**body, "ends": "2026-01-01T00:00:00+08:00"}, named.headers["ETag"])
    assert "it_director" not in (await api.get(SUPERVISOR, "/me")).json()["deputy_for"]
    assert (await remove(api, SUPERVISOR, path.replace(DIRECTOR, SUPERVISOR), ended.headers["ETag"])).status_code == 404
    assert (await remove(api, DIRECTOR, path, ended.headers["ETag"])).status_code == 204
    not_his = {**body, "post": "general_manager"}
    assert (await put(api, DIRECTOR, path, not_his)).status_code == 422


async def test_a_leave_is_entered_by_whoever_takes_it(api: Api) -> None:
    path = f"/people/{OPERATOR}/leaves/spring"
    body = {"starts": "2027-02-05T00:00:00+08:00", "ends": "2027-02-13T00:00:00+08:00", "reason": "春节"}
    assert (await put(api, OTHER_OPERATOR, path, body)).status_code == 403
    entered = await put(api, OPERATOR, path, body)
    assert entered.status_code == 200, entered.text
    assert "spring" in [leave["item"]["id"] for leave in (await api.get(MANAGER, "/directory/leaves")).json()]
    assert (await remove(api, OPERATOR, path, entered.headers["ETag"])).status_code == 204


async def test_departments_and_systems(api: Api) -> None:
    name = {"zh": "档案室", "en": "Archive"}
    department = await put(api, MANAGER, "/departments/archive", {"name": name, "head": OPERATOR})
    assert department.status_code == 200, department.text
    assert (await put(api, MANAGER, "/departments/void", {"name": name, "head": "ghost"})).status_code == 422
    system = {"name": name, "location": name, "technicians": ["xu-bin"], "runbooks": ["machine-room-power"]}
    added = await put(api, MANAGER, "/systems/archive", system)
    assert added.status_code == 200, added.text
    assert (await put(api, MANAGER, "/systems/void", {**system, "runbooks": ["none"]})).status_code == 422
    assert (await remove(api, MANAGER, "/systems/archive", added.headers["ETag"])).status_code == 204
    assert (await remove(api, MANAGER, "/departments/archive", department.headers["ETag"])).status_code == 204
    named = (await api.get(MANAGER, "/directory/departments")).json()
    version = next(item["version"] for item in named if item["item"]["id"] == "it")
    kept = await remove(api, MANAGER, "/departments/it", f'"{version}"')
    assert (kept.status_code, kept.json()["code"]) == (409, "incomplete")


async def test_what_is_written_out_and_read_in_changes_nothing(api: Api) -> None:
    text = (await api.get(MANAGER, "/directory/export")).text
    compared = await api.post(MANAGER, "/directory/import", {"text": text})
    assert compared.status_code == 200, compared.text
    assert (compared.json()["differences"], compared.json()["is_dry_run"]) == ([], True)


async def test_a_file_is_compared_then_taken_in_and_back(api: Api) -> None:
    before = await api.get(MANAGER, "/directory/export")
    text = before.text.replace("name_en: Gao Peng", "name_en: Gao Feng")
    compared: dict[str, Any] = {}
    for language, word in (("en", "English name"), ("zh-CN", "英文姓名")):
        compared = (await api.post(MANAGER, "/directory/import", {"text": text}, language=language)).json()
        [difference] = compared["differences"]
        assert (difference["kind"], difference["item"], difference["change"]) == ("person", "gao-peng", "changed")
        assert word in difference["texts"][0]
    body = {"text": text, "dry_run": False, "revision": compared["revision"], "reason": "typo"}
    taken = (await api.post(MANAGER, "/directory/import", body)).json()
    assert [item["item"] for item in taken["differences"]] == ["gao-peng"]
    assert taken["revision"] == compared["revision"] + 1
    late = await api.post(MANAGER, "/directory/import", {**body, "text": before.text})
    assert (late.status_code, late.json()["field"]) == (409, "revision")
    again = (await api.post(MANAGER, "/directory/import", {**body, "revision": None})).json()
    assert (again["differences"], again["revision"]) == ([], taken["revision"])
    await api.post(MANAGER, "/directory/import", {"text": before.text, "dry_run": False})
    assert (await api.get(MANAGER, "/directory/export")).text == before.text


async def test_a_fault_has_its_line_and_changes_nothing(api: Api) -> None:
    text = (await api.get(MANAGER, "/directory/export")).text
    line = text[: text.index("department: it\n")].count("\n") + 1
    refused = await api.post(
        MANAGER,
        "/directory/import",
        {"text": text.replace("department: it\n", "department: ti\n", 1), "dry_run": False},
    )
    assert refused.status_code == 422
    [fault] = refused.json()["errors"]
    assert fault["field"].startswith(f"company.yaml:{line}: people[")
    assert fault["message"] == "there is no department “ti”"


async def test_a_post_that_nobody_holds_is_a_warning(api: Api) -> None:
    text = (await api.get(MANAGER, "/directory/export")).text
    compared = (
        await api.post(MANAGER, "/directory/import", {"text": text.replace("- emergency_specialist", "- operator")})
    ).json()
    assert any("nobody active holds the post “emergency specialist”" in warning for warning in compared["warnings"])


async def test_two_who_change_different_things_at_once_both_succeed(api: Api) -> None:
    body = {"starts": "2027-03-01T00:00:00+08:00", "ends": "2027-03-02T00:00:00+08:00"}
    paths = [f"/people/{who}/leaves/day-off-of-{who}" for who in (OPERATOR, OTHER_OPERATOR)]
    answers = await asyncio.gather(*(put(api, MANAGER, path, body) for path in paths))
    assert [answer.status_code for answer in answers] == [200, 200]
    gone = [await remove(api, MANAGER, path, '"1"') for path in paths]
    assert [answer.status_code for answer in gone] == [204, 204]
