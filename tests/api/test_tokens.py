"""Personal tokens and machine keys: shown once, scoped, ending, revocable, known by their last use."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from adapters.credentials import Credentials
from adapters.snapshot import now_in_utc
from adapters.store.audit import AuditEntry
from adapters.store.database import Database
from adapters.store.tables import keys, refusals
from tests.api.browser import ADMINISTRATOR, recorded
from tests.api.cast import MANAGER, OPERATOR, SUPERVISOR, report
from tests.api.story import Story
from tests.api.system import Api, System

EVENT = {"dedup_key": "disk-7", "system": "market-db", "title": "Disk full", "symptom": "99 %", "status": "firing"}


@pytest.fixture
async def database(system: System) -> AsyncIterator[Database]:
    opened = Database(system.settings.database_url, limit=30)
    yield opened
    await opened.close()


def files_of(home: Path) -> list[Path]:
    files = list(home.glob("fengsui.db*"))
    assert files
    return files


async def made(api: Api, who: str = OPERATOR, *scopes: str) -> dict[str, Any]:
    answer = await api.post(who, "/auth/tokens", {"name": "A script", "scopes": [*scopes] or ["read"]})
    assert answer.status_code == 201, answer.text
    token: dict[str, Any] = answer.json()
    return token


async def machine(api: Api, **changes: Any) -> dict[str, Any]:
    body = {"source": "zabbix", "name": "Zabbix of the machine room", **changes}
    answer = await api.post(ADMINISTRATOR, "/auth/machine-keys", body)
    assert answer.status_code == 201, answer.text
    key: dict[str, Any] = answer.json()
    return key


async def test_a_token_speaks_for_its_owner_within_its_scopes(api: Api) -> None:
    reading, acting = await made(api), await made(api, OPERATOR, "read", "act")
    assert (await api.get(reading["secret"], "/me")).json()["id"] == OPERATOR
    for path, body in (("/incidents", report()), ("/inbox/1/reading", None)):
        refused = await api.post(reading["secret"], path, body)
        assert (refused.status_code, refused.json()["code"]) == (403, "out-of-scope")
    assert (await api.post(acting["secret"], "/incidents", report())).status_code == 201
    session = (await api.get(acting["secret"], "/auth/session")).json()
    assert (session["way"], session["scopes"], session["csrf"]) == (
        "token",
        ["act", "read"],
        None,
    )


async def test_a_token_that_only_looks_finds_nothing_to_act_with(api: Api) -> None:
    reading, story = await made(api, SUPERVISOR), await Story.reported(api)
    async with asyncio.timeout(60):
        while True:
            letters = (await api.get(reading["secret"], "/inbox?limit=100")).json()["items"]
            if of_this := [letter for letter in letters if letter["incident"] == story.number]:
                break
            await asyncio.sleep(0.1)
    assert f"/api/v1/incidents/{story.number}" in of_this[0]["body"]
    assert not [letter for letter in letters if "/t/" in letter["body"]]


async def test_no_token_makes_ends_or_changes_what_lets_people_in(api: Api) -> None:
    mighty = await made(api, ADMINISTRATOR, "read", "act", "administer")
    for method, path in (
        ("POST", "/auth/tokens"),
        ("POST", "/auth/machine-keys"),
        ("PUT", f"/auth/accounts/{OPERATOR}"),
        ("PUT", "/auth/password"),
        ("DELETE", "/auth/sessions"),
    ):
        refused = await api.call(method, mighty["secret"], path)
        assert (refused.status_code, refused.json()["code"]) == (403, "out-of-scope"), path


async def test_a_revoked_token_and_one_that_ended_open_nothing(system: System, database: Database) -> None:
    api = system.api
    revoked, ended = await made(api), await made(api)
    assert (await api.get(revoked["secret"], "/me")).status_code == 200
    answer = await api.call("DELETE", OPERATOR, f"/auth/tokens/{revoked['key']['id']}")
    assert answer.json()["revoked_at"]
    async with database.transaction() as connection:
        his = update(keys).where(keys.c.id == ended["key"]["id"])
        await connection.execute(his.values(ends_at=now_in_utc() - timedelta(seconds=1)))
    for token in (revoked, ended):
        refused = await api.get(token["secret"], "/me")
        assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")
    assert await recorded(system, OPERATOR, "key-made")
    assert await recorded(system, OPERATOR, "key-revoked")
    shown = [item["key"] for item in await recorded(system, OPERATOR, "credentials-ended")]
    assert {revoked["key"]["id"], ended["key"]["id"]} <= {*shown}


async def test_what_let_somebody_in_who_left_opens_nothing_and_is_recorded_within_bounds(
    system: System, database: Database
) -> None:
    api, path, who = system.api, "/directory/people/left-lin", "left-lin"
    body = {"name": "林离", "name_en": "Lin Li", "department": "it"}
    here = await api.call("PUT", ADMINISTRATOR, path, json=body)
    assert here.status_code == 200, here.text
    credentials = Credentials(system.settings, database, now_in_utc)
    _, secret = await credentials.issue("token", who, "A script", ["read"], by=who, ends_at=None)
    assert (await api.get(secret, "/me")).status_code == 200
    left = await api.call(
        "PUT", ADMINISTRATOR, path, json={**body, "is_active": False}, headers={"If-Match": here.headers["ETag"]}
    )
    assert left.status_code == 200, left.text
    answers = [await api.get(secret, "/me") for _ in range(15)]
    assert {answer.status_code for answer in answers} == {401}
    told = await recorded(system, who, "not-active")
    assert (len(told), told[0]["way"]) == (10, "token")


async def test_whose_tokens_are_whose(api: Api) -> None:
    token = await made(api)
    path = f"/auth/tokens/{token['key']['id']}"
    for who in (MANAGER, ADMINISTRATOR):
        expected = 200 if who == ADMINISTRATOR else 403
        assert (await api.get(who, f"/auth/tokens?owner={OPERATOR}")).status_code == expected
        assert (await api.call("DELETE", who, path)).status_code == expected
    assert (await api.get(token["secret"], "/me")).status_code == 401
    assert (await api.call("DELETE", ADMINISTRATOR, "/auth/tokens/abcdef")).status_code == 404


async def test_a_machine_key_only_reports_alerts(system: System) -> None:
    api = system.api
    key = await machine(api)
    taken = await api.post(key["secret"], "/alerts/events", EVENT)
    assert taken.status_code in (200, 202), taken.text
    for path in ("/me", "/incidents", "/auth/session"):
        assert (await api.get(key["secret"], path)).status_code == 403
    assert [entry.code for entry in await audited(system, key["key"]["id"])] == ["not-authorised"] * 3
    assert (await api.post(MANAGER, "/auth/machine-keys", {"source": "x", "name": "x"})).status_code == 403
    answer = await api.call("DELETE", ADMINISTRATOR, f"/auth/machine-keys/{key['key']['id']}")
    assert answer.json()["revoked_at"]
    assert (await api.post(key["secret"], "/alerts/events", EVENT)).status_code == 401
    assert (await audited(system, key["key"]["id"]))[-1].code == "credentials-ended"


async def test_a_token_and_a_machine_key_are_not_swapped(api: Api) -> None:
    token, key = await made(api, OPERATOR, "read", "act", "administer"), await machine(api)
    assert (await api.post(token["secret"], "/alerts/events", EVENT)).status_code == 403
    for kind, other in (("tokens", key), ("machine-keys", token)):
        assert (await api.call("DELETE", ADMINISTRATOR, f"/auth/{kind}/{other['key']['id']}")).status_code == 404


async def test_a_secret_is_kept_nowhere(system: System, database: Database) -> None:
    token = await made(system.api)
    await system.api.get(token["secret"], "/me")
    listed = (await system.api.get(OPERATOR, "/auth/tokens")).json()
    (own,) = [item for item in listed if item["id"] == token["key"]["id"]]
    assert own["used_at"]
    assert token["secret"].startswith("fgs_")
    async with database.session() as connection:
        rows = (await connection.execute(select(keys))).all()
    assert token["secret"] not in str(rows) + str(listed)
    assert not any(token["secret"].encode() in path.read_bytes() for path in files_of(system.settings.home))


@pytest.mark.parametrize("body", [{"scopes": []}, {"scopes": ["all"]}, {"days": 0}, {"days": 1000}, {"owner": MANAGER}])
async def test_a_token_is_asked_for_properly(body: dict[str, Any], api: Api) -> None:
    answer = await api.post(OPERATOR, "/auth/tokens", {"name": "A script", "scopes": ["read"], **body})
    assert answer.status_code == 422


# ── machine keys of some systems only ─────────────────────────────────────────


async def audited(system: System, key: str) -> list[AuditEntry]:
    database = Database(system.settings.database_url, limit=30)
    async with database.session() as connection:
        rows = (await connection.execute(select(refusals).where(refusals.c.person.is_(None)))).mappings().all()
    await database.close()
    entries = [AuditEntry.model_validate(dict(row)) for row in rows]
    return [entry for entry in entries if entry.params.get("key") == key]


async def test_a_key_of_one_system_reports_of_no_other(system: System) -> None:
    api = system.api
    key = await machine(api, systems=["video-access", "video-access"])
    assert key["key"]["systems"] == ["video-access"]
    refused = await api.post(key["secret"], "/alerts/events", EVENT)
    assert (refused.status_code, refused.json()["code"], refused.json()["clause"]) == (403, "not-authorised", "5.2.1")
    assert "video-access" in refused.json()["detail"]
    resolved = await api.post(key["secret"], "/alerts/events", EVENT | {"status": "resolved"})
    assert resolved.status_code == 403
    taken = await api.post(key["secret"], "/alerts/events", EVENT | {"system": "video-access"})
    assert taken.status_code in (200, 202), taken.text
    first, second = await audited(system, key["key"]["id"])
    assert (first.act, first.code, first.params["system"]) == ("from_anywhere", "not-authorised", "market-db")
    assert second.clause == "5.2.1"


async def test_a_key_of_one_system_joins_and_ends_no_other_s_alert(api: Api) -> None:
    own, theirs = {"dedup_key": "shared-key"}, {"dedup_key": "shared-key", "system": "video-access"}
    key = await machine(api, systems=["video-access"])
    opened = await api.post("monitoring", "/alerts/events", EVENT | own)
    joined = await api.post(key["secret"], "/alerts/events", EVENT | theirs)
    numbers = {answer.json()["number"] for answer in (opened, joined)}
    assert (opened.status_code, joined.status_code, len(numbers)) == (200, 200, 2)


async def test_of_a_group_only_what_the_key_is_for_is_taken(system: System) -> None:
    key = await machine(system.api, systems=["video-access"])
    alert = {"status": "firing", "startsAt": "2026-11-24T05:00:00Z", "annotations": {"summary": "Door"}}
    names = ("video-access", "market-db", "video-access")
    group = {"alerts": [alert | {"labels": {"alertname": "Door", "system": name}} for name in names]}
    answer = await system.api.post(key["secret"], "/alerts/alertmanager", group)
    assert [item["outcome"] == "refused" for item in answer.json()["alerts"]] == [False, True, False]
    assert len(await audited(system, key["key"]["id"])) == 1
    group["alerts"] = group["alerts"][1:2]
    assert (await system.api.post(key["secret"], "/alerts/alertmanager", group)).status_code == 403


async def test_a_key_is_not_made_for_a_system_that_is_not_there(api: Api) -> None:
    body = {"source": "zabbix", "name": "Zabbix", "systems": ["video-access", "nowhere"]}
    refused = await api.post(ADMINISTRATOR, "/auth/machine-keys", body)
    assert (refused.status_code, refused.json()["field"]) == (422, "systems.1")
