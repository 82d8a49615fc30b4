"""Sign-in at the company's OpenID provider: a real one on loopback, authorisation code with PKCE."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from adapters.settings import Settings
from adapters.store.catalogue import SqlCatalogue
from adapters.store.database import Database
from tests.api.browser import Browser
from tests.api.cast import DIRECTOR, OPERATOR
from tests.api.system import System, free_port, served, settings_for
from tests.oidc import known_there, provider_running

# The provider runs in a thread of this process and uses what its own library calls old.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with provider_running() as address:
        yield address


def settings_of(system: System, folder: Path, provider: str, **changes: Any) -> Settings:
    port = free_port()
    return settings_for(
        folder,
        system.settings.temporal_address,
        database_url=system.settings.database_url,
        api_port=port,
        public_url=f"http://127.0.0.1:{port}",
        oidc_issuer=provider,
        oidc_client_secret="a secret of ours",
        **changes,
    )


@pytest.fixture
async def browser(system: System, provider: str, tmp_path: Path) -> AsyncIterator[Browser]:
    settings = settings_of(system, tmp_path, provider, oidc_claim="employee", oidc_groups='{"watch": ["technician"]}')
    async with served(settings), Browser.open(settings) as opened:
        yield opened


async def back_from(provider: str, browser: Browser, sub: str, after: str = "/docs") -> str:
    """Go to the provider, sign in there, and return the address to which it sends the browser back."""
    there = await browser.client.get(f"/sign-in/oidc?after={after}")
    assert there.status_code == 303
    address = there.headers["location"]
    assert address.startswith(provider)
    assert re.search(r"code_challenge=[\w-]{43}&code_challenge_method=S256", address)
    async with httpx2.AsyncClient() as elsewhere:
        answer = await elsewhere.post(address, data={"sub": sub})
    assert answer.status_code == 302, answer.text
    return str(answer.headers["location"])


async def test_whom_the_provider_names_is_in(provider: str, browser: Browser) -> None:
    assert "/sign-in/oidc" in (await browser.client.get("/sign-in")).text
    await known_there(provider, "zw", employee=OPERATOR)
    answer = await browser.client.get(await back_from(provider, browser, "zw"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/docs")
    me = await browser.call("GET", "/me")
    assert me.json()["id"] == OPERATOR
    assert (await browser.call("GET", "/auth/sessions")).json()[0]["way"] == "oidc"


async def test_whom_the_company_does_not_know_stays_out(provider: str, browser: Browser) -> None:
    for sub, claims in (("stranger", {"employee": "nobody-at-all"}), ("nameless", {})):
        await known_there(provider, sub, **claims)
        answer = await browser.client.get(await back_from(provider, browser, sub))
        assert answer.status_code == 403
        assert not await browser.is_in()


async def test_an_answer_serves_once_and_only_where_it_was_asked_for(
    provider: str, browser: Browser, system: System, tmp_path: Path
) -> None:
    await known_there(provider, "zw", employee=OPERATOR)
    address = await back_from(provider, browser, "zw")
    kept = dict(browser.client.cookies)
    browser.client.cookies.clear()
    assert (await browser.client.get(address)).status_code == 403, "another browser"
    browser.client.cookies.update(kept)
    for forged in (re.sub(r"state=[^&]+", "state=other", address), re.sub(r"code=[^&]+", "code=other", address)):
        browser.client.cookies.update(kept)
        assert (await browser.client.get(forged)).status_code == 403
    browser.client.cookies.update(kept)
    assert (await browser.client.get(address)).status_code == 303
    browser.client.cookies.clear()
    browser.client.cookies.update(kept)
    assert (await browser.client.get(address)).status_code == 403, "replayed"
    assert not await browser.is_in()


async def test_groups_give_and_take_the_posts_that_are_tied_to_them(
    provider: str, browser: Browser, system: System
) -> None:
    database = Database(system.settings.database_url, limit=30)
    catalogue = SqlCatalogue(database)

    async def posts() -> list[str]:
        item = await catalogue.get("person", DIRECTOR)
        assert item
        return [*item.document["posts"]]

    before = await posts()
    for groups, expected in ((["watch", "unknown"], [*before, "technician"]), ([], before), (None, before)):
        await known_there(provider, "hz", employee=DIRECTOR, **({} if groups is None else {"groups": groups}))
        assert (await browser.client.get(await back_from(provider, browser, "hz"))).status_code == 303
        assert await posts() == expected
    made = (await catalogue.changes(kind="person", item=DIRECTOR)).items
    assert [change.act for change in made[:2]] == ["oidc_groups"] * 2
    await database.close()


@pytest.mark.parametrize(("verified", "status"), [(True, 303), (False, 403), (None, 403)])
async def test_an_address_names_a_person_once_it_is_verified(
    verified: bool | None, status: int, provider: str, system: System, tmp_path: Path
) -> None:
    claims = {"email": "He.Zhiyuan@huahui.example"} | ({} if verified is None else {"email_verified": verified})
    await known_there(provider, "mail", **claims)
    settings = settings_of(system, tmp_path, provider, oidc_claim="email")
    async with served(settings), Browser.open(settings) as browser:
        assert (await browser.client.get(await back_from(provider, browser, "mail"))).status_code == status


async def test_a_provider_that_is_away_is_told(system: System, tmp_path: Path) -> None:
    settings = settings_of(system, tmp_path, f"http://127.0.0.1:{free_port()}")
    async with served(settings), Browser.open(settings) as browser:
        answer = await browser.client.get("/sign-in/oidc")
        assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html; charset=utf-8")


async def test_without_a_provider_there_is_no_such_door(system: System) -> None:
    async with Browser.open(system.settings) as browser:
        assert (await browser.client.get("/sign-in/oidc")).status_code == 404
        assert "/sign-in/oidc" not in (await browser.client.get("/sign-in")).text
