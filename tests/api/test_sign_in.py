"""Signing in with a password: once for all, for a while, from one site, and never by trying."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from adapters.settings import Settings
from adapters.snapshot import now_in_utc
from adapters.store.database import Database
from adapters.store.tables import accounts, sessions
from domain.accounts import FREE_TRIES
from tests.api.browser import ADMINISTRATOR, PASSWORD, Browser, one_time_password, recorded, settled_in
from tests.api.cast import (
    DIRECTOR,
    ENGLISH_HEAD,
    GENERAL_MANAGER,
    HEAD,
    MANAGER,
    OPERATOR,
    OTHER_OPERATOR,
    SPECIALIST,
    SUPERVISOR,
    TECHNICIAN,
    report,
)
from tests.api.system import Api, System, served, settings_for

WITHOUT_ACCOUNT = "yuan-hong"


@pytest.fixture
async def browser(system: System) -> AsyncIterator[Browser]:
    async with Browser.open(system.settings) as opened:
        yield opened


@pytest.fixture
async def database(system: System) -> AsyncIterator[Database]:
    opened = Database(system.settings.database_url, limit=30)
    yield opened
    await opened.close()


@pytest.fixture
def limited(system: System, tmp_path: Path) -> Settings:
    """An API of its own beside the same database, which takes little."""
    return settings_for(
        tmp_path,
        system.settings.temporal_address,
        requests_per_minute=5,
        sign_ins_per_minute=2,
        database_url=system.settings.database_url,
    )


async def test_a_one_time_password_only_opens_the_change_of_the_password(browser: Browser, system: System) -> None:
    first = await one_time_password(system.api, OPERATOR)
    answer = await browser.sign_in(OPERATOR, first)
    assert (answer.status_code, answer.json()["must_change_password"]) == (201, True)
    for method, path in (("GET", "/me"), ("POST", "/incidents"), ("GET", "/auth/tokens")):
        stopped = await browser.call(method, path)
        assert (stopped.status_code, stopped.json()["code"]) == (403, "password-change-needed"), path
    for weak in (first, "short", "zhangwei2026"):
        refused = await browser.call("PUT", "/auth/password", json={"old_password": first, "new_password": weak})
        assert (refused.status_code, refused.json()["field"]) == (422, "new_password")
    changed = await browser.call("PUT", "/auth/password", json={"old_password": first, "new_password": PASSWORD})
    assert changed.status_code == 200
    assert await browser.is_in()
    assert await recorded(system, OPERATOR, "password-changed")
    assert await recorded(system, OPERATOR, "signed-in")
    assert await recorded(system, ADMINISTRATOR, "account-given")
    async with Browser.open(system.settings) as another:
        assert (await another.sign_in(OPERATOR, first)).status_code == 401
        assert (await another.sign_in(OPERATOR, PASSWORD)).status_code == 201


async def test_a_one_time_password_lapses(browser: Browser, api: Api, database: Database) -> None:
    first = await one_time_password(api, HEAD)
    async with database.transaction() as connection:
        lapsed = update(accounts).where(accounts.c.person == HEAD).values(lapses_at=now_in_utc())
        await connection.execute(lapsed)
    assert (await browser.sign_in(HEAD, first)).status_code == 401


async def test_the_cookie_is_hidden_from_scripts_and_other_sites(browser: Browser, api: Api) -> None:
    first = await one_time_password(api, TECHNICIAN)
    cookie = (await browser.sign_in(TECHNICIAN, first)).headers["set-cookie"]
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie


async def test_over_https_nothing_else_sets_or_reads_the_cookie(system: System, tmp_path: Path) -> None:
    settings = settings_for(
        tmp_path,
        system.settings.temporal_address,
        public_url="https://fengsui.example",
        database_url=system.settings.database_url,
    )
    async with served(settings) as api, Browser.open(settings) as browser:
        cookie = (await browser.sign_in(TECHNICIAN, await one_time_password(api, TECHNICIAN))).headers["set-cookie"]
    assert cookie.startswith("__Host-fengsui=")
    assert "Secure" in cookie.split("; ")


async def test_a_change_needs_the_token_of_the_session(browser: Browser, system: System) -> None:
    await settled_in(browser, system.api, OTHER_OPERATOR)
    mine = browser.csrf
    async with Browser.open(system.settings) as another:
        assert (await another.sign_in(OTHER_OPERATOR, PASSWORD)).status_code == 201
        for forged in ("", "x" * 64, another.csrf):
            browser.csrf = forged
            refused = await browser.call("POST", "/incidents", json=report())
            assert (refused.status_code, refused.json()["code"]) == (403, "csrf")
    browser.csrf = mine
    assert (await browser.call("POST", "/incidents", json=report())).status_code == 201
    assert await recorded(system, OTHER_OPERATOR, "csrf")


async def test_wrong_passwords_cost_growing_pauses(browser: Browser, system: System, database: Database) -> None:
    await settled_in(browser, system.api, GENERAL_MANAGER)
    async with Browser.open(system.settings) as thief:
        tries = [await thief.sign_in(GENERAL_MANAGER, f"guess-number-{number}") for number in range(FREE_TRIES + 1)]
        assert {(answer.status_code, answer.json()["code"]) for answer in tries} == {(401, "wrong-credentials")}
        locked = await thief.sign_in(GENERAL_MANAGER, PASSWORD)
        assert (locked.status_code, locked.json()["code"]) == (401, "wrong-credentials")
        assert "ask an administrator" in locked.json()["detail"]
        assert not await thief.is_in()
    assert await browser.is_in(), "whoever is in stays in"
    body = {"old_password": PASSWORD, "new_password": "Green-lantern-9-hills"}
    told = await browser.call("PUT", "/auth/password", json=body)
    assert (told.status_code, told.json()["code"]) == (429, "locked-out"), "whoever is in learns it"
    assert 0 < int(told.headers["retry-after"]) <= 30
    assert len(await recorded(system, GENERAL_MANAGER, "wrong-credentials")) == FREE_TRIES + 1
    assert len(await recorded(system, GENERAL_MANAGER, "locked-out")) == 3
    async with database.transaction() as connection:
        his = update(accounts).where(accounts.c.person == GENERAL_MANAGER)
        await connection.execute(his.values(locked_until=now_in_utc()))
    async with Browser.open(system.settings) as another:
        assert (await another.sign_in(GENERAL_MANAGER, PASSWORD)).status_code == 201


async def test_many_tries_at_once_are_no_more_tries(system: System) -> None:
    await one_time_password(system.api, SPECIALIST)
    async with Browser.open(system.settings) as thief:
        tries = [
            thief.client.post("/api/v1/auth/session", json={"person": SPECIALIST, "password": f"guess-{n}"})
            for n in range(9)
        ]
        codes = [answer.json()["code"] for answer in await asyncio.gather(*tries)]
    assert set(codes) == {"wrong-credentials"}
    told = await recorded(system, SPECIALIST, "locked-out")
    assert len(told) == len(codes) - FREE_TRIES, "once when it is locked, then for each further try"


async def test_nobody_learns_by_trying_who_is_there(system: System) -> None:
    """Somebody unknown, somebody without an account, one with, and that one locked: one answer, in no less time."""
    await one_time_password(system.api, ENGLISH_HEAD)
    told: set[tuple[object, ...]] = set()
    async with Browser.open(system.settings) as thief:

        async def guess(who: str, tries: int) -> None:
            for _ in range(tries):
                answer = await thief.sign_in(who, "guess-guess-guess")
                told.add((answer.status_code, answer.text, *sorted(answer.headers)))
                assert answer.elapsed >= timedelta(seconds=0.25)

        await asyncio.gather(guess("nobody-at-all", 2), guess(WITHOUT_ACCOUNT, 2), guess(ENGLISH_HEAD, FREE_TRIES + 2))
    assert len(told) == 1
    assert await recorded(system, ENGLISH_HEAD, "locked-out")


async def test_tries_are_limited_by_name_and_by_address(limited: Settings) -> None:
    async with served(limited), Browser.open(limited) as browser:
        same = [await browser.sign_in("nobody-at-all", "guess-guess") for _ in range(3)]
        assert [answer.status_code for answer in same] == [401, 401, 429]
        assert int(same[-1].headers["retry-after"]) >= 1
        others = await asyncio.gather(*(browser.sign_in(f"somebody-{number}", "guess") for number in range(10)))
        assert sorted(answer.status_code for answer in others) == [401] * 9 + [429]


async def test_who_tries_too_often_is_told_each_time_and_recorded_once(limited: Settings, system: System) -> None:
    """Anybody may try without end; the record must not grow with it."""
    before = len(await recorded(system, DIRECTOR, "too-many"))
    async with served(limited), Browser.open(limited) as browser:
        same = [await browser.sign_in(DIRECTOR, "guess-guess") for _ in range(8)]
        assert [answer.status_code for answer in same] == [401] * 2 + [429] * 6
        assert len(await recorded(system, DIRECTOR, "too-many")) == before + 1
        others = (SUPERVISOR, HEAD, SPECIALIST, TECHNICIAN)
        kept = sum([len(await recorded(system, who, "too-many")) for who in others])
        tried = [(await browser.sign_in(who, "guess-guess")).status_code for who in others for _ in range(3)]
        assert tried.count(401) == 3, "then the address has had its share"
    now = sum([len(await recorded(system, who, "too-many")) for who in others])
    assert now == kept + 2, "once for the first person, once for the address"


async def test_who_asks_too_often_is_recorded_once(limited: Settings, system: System) -> None:
    before = len(await recorded(system, SUPERVISOR, "too-many"))
    async with served(limited) as api:
        answers = [(await api.post(SUPERVISOR, f"/inbox/{2**31 - 1}/reading")).status_code for _ in range(9)]
    assert answers == [404] * 5 + [429] * 4
    assert len(await recorded(system, SUPERVISOR, "too-many")) == before + 1


@pytest.mark.parametrize("column", ["ends_at", "used_at"])
async def test_a_session_ends_by_itself(column: str, browser: Browser, system: System, database: Database) -> None:
    await settled_in(browser, system.api, MANAGER)
    assert await browser.is_in()
    past = now_in_utc() - timedelta(minutes=system.settings.session_idle_minutes)
    async with database.transaction() as connection:
        await connection.execute(update(sessions).where(sessions.c.person == MANAGER).values({column: past}))
    assert not await browser.is_in()
    assert (await browser.call("GET", "/auth/sessions")).status_code == 401


async def test_signing_out_here_and_everywhere(browser: Browser, system: System) -> None:
    await settled_in(browser, system.api, TECHNICIAN)
    async with Browser.open(system.settings) as second, Browser.open(system.settings) as third:
        for other in (second, third):
            assert (await other.sign_in(TECHNICIAN, PASSWORD)).status_code == 201
        assert len((await browser.call("GET", "/auth/sessions")).json()) == 3
        kept = dict(second.client.cookies)
        assert (await second.call("DELETE", "/auth/session")).json() == {"count": 1}
        second.client.cookies.update(kept)
        assert not await second.is_in(), "a cookie that was kept opens nothing any more"
        assert await third.is_in()
        assert (await browser.call("DELETE", "/auth/sessions")).json() == {"count": 2}
        assert not await third.is_in()
        assert not await browser.is_in()
    assert await recorded(system, TECHNICIAN, "signed-out")


async def test_a_reset_or_the_end_of_an_account_signs_out(browser: Browser, system: System) -> None:
    await settled_in(browser, system.api, TECHNICIAN)
    await one_time_password(system.api, TECHNICIAN)
    assert not await browser.is_in()
    await settled_in(browser, system.api, TECHNICIAN)
    removed = await system.api.call("DELETE", ADMINISTRATOR, f"/auth/accounts/{TECHNICIAN}")
    assert (removed.status_code, removed.json()["sessions"]) == (200, 1)
    assert not await browser.is_in()
    assert (await browser.sign_in(TECHNICIAN, PASSWORD)).status_code == 401
    assert (await system.api.call("DELETE", ADMINISTRATOR, f"/auth/accounts/{TECHNICIAN}")).status_code == 404


async def test_only_an_administrator_sees_and_gives_accounts(system: System) -> None:
    listed = (await system.api.get(ADMINISTRATOR, "/auth/accounts")).json()
    assert all("password" not in account for account in listed)
    for method, path in (("GET", "/auth/accounts"), ("PUT", f"/auth/accounts/{OPERATOR}")):
        assert (await system.api.call(method, MANAGER, path)).status_code == 403
    assert (await system.api.call("PUT", ADMINISTRATOR, "/auth/accounts/nobody-at-all")).status_code == 404


async def test_a_person_has_a_limit_of_requests(limited: Settings) -> None:
    async with served(limited) as api:
        answers = [await api.get(OPERATOR, "/policy") for _ in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429]
        assert int(answers[-1].headers["retry-after"]) >= 1
        assert (await api.get(MANAGER, "/policy")).status_code == 200
