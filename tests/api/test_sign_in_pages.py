"""The pages of the sign-in: in both languages, without script, and only for their own site."""

import hashlib
import re
from base64 import b64encode
from collections.abc import AsyncIterator

import httpx2
import pytest

from tests.api.browser import PASSWORD, Browser, one_time_password, recorded, settled_in
from tests.api.cast import DIRECTOR, HEAD, SUPERVISOR
from tests.api.system import System

NEW = "Green-lantern-9-hills"


@pytest.fixture
async def browser(system: System) -> AsyncIterator[Browser]:
    async with Browser.open(system.settings) as opened:
        yield opened


async def submit(browser: Browser, path: str, **fields: str) -> httpx2.Response:
    """Send a form as a browser does: with what is hidden in the page."""
    page = await browser.client.get(path)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    action = re.search(r'<form method="post" action="([^"]+)"', page.text)
    assert action
    return await browser.client.post(action[1], data=hidden | fields)


async def test_from_the_one_time_password_to_where_one_wanted_to_go(browser: Browser, system: System) -> None:
    first = await one_time_password(system.api, DIRECTOR)
    answer = await submit(browser, "/sign-in?after=/docs", person=DIRECTOR, password=first)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in/password")
    answer = await submit(browser, "/sign-in/password", old=first, new=NEW, again=NEW + "!")
    assert (answer.status_code, "differ" in answer.text) == (422, True)
    answer = await submit(browser, "/sign-in/password", old=first, new="short", again="short")
    assert (answer.status_code, "at least 10" in answer.text) == (422, True)
    answer = await submit(browser, "/sign-in/password?after=/docs", old=first, new=NEW, again=NEW)
    assert (answer.status_code, answer.headers["location"]) == (303, "/docs")
    assert "He Zhiyuan" in (await browser.client.get("/sign-in")).text
    answer = await submit(browser, "/sign-in")
    assert answer.status_code == 303
    assert not await browser.is_in()
    assert await recorded(system, DIRECTOR, "signed-out")


async def test_a_wrong_password_is_told_and_not_shown_again(browser: Browser) -> None:
    answer = await submit(browser, "/sign-in", person=DIRECTOR, password="guess-<b>-guess")
    assert answer.status_code == 401
    assert 'role="alert"' in answer.text
    assert "guess" not in answer.text
    assert f'value="{DIRECTOR}"' in answer.text


@pytest.mark.parametrize(
    "after", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:1", "/a\nb"]
)
async def test_nobody_is_sent_to_another_site(after: str, browser: Browser, system: System) -> None:
    await settled_in(browser, system.api, HEAD)
    form = {"person": HEAD, "password": PASSWORD, "after": after}
    answer = await browser.client.post("/sign-in", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


async def test_a_form_of_another_site_does_nothing(browser: Browser, system: System) -> None:
    await settled_in(browser, system.api, SUPERVISOR)
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        form = {"person": SUPERVISOR, "password": PASSWORD}
        answer = await browser.client.post("/sign-in", data=form, headers=headers)
        assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
    for path in ("/sign-in/end", "/sign-in/password"):
        for csrf in ("", "x" * 64):
            form = {"csrf": csrf, "old": PASSWORD, "new": NEW, "again": NEW}
            assert (await browser.client.post(path, data=form)).status_code == 403
    assert await browser.is_in()
    assert len(await recorded(system, SUPERVISOR, "csrf")) >= 4


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_each_page_is_complete_in_itself(language: str, browser: Browser, system: System) -> None:
    pages = [await browser.client.get(f"/sign-in?lang={language}")]
    await settled_in(browser, system.api, HEAD)
    pages += [await browser.client.get(f"{path}?lang={language}") for path in ("/sign-in", "/sign-in/password")]
    for page in pages:
        policy = page.headers["content-security-policy"]
        style = re.search(r"<style>(.*?)</style>", page.text, re.DOTALL)
        assert style
        digest = b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
        assert f"style-src 'sha256-{digest}'" in policy
        assert policy.startswith("default-src 'none'")
        assert not re.search(r"<script|\son\w+=|style=|src=|https?://", page.text)
        assert f'<html lang="{language}">' in page.text
        assert page.headers["cache-control"] == "no-store"
        assert ("登录" in page.text or "密码" in page.text) is (language == "zh-CN")


async def test_what_no_form_sends_is_only_refused(browser: Browser) -> None:
    many = "&".join(f"a{n}=1" for n in range(100))
    nul = b"person=a%00b&password=x"
    for content, status in ((b"\xff\xfe", 401), (nul, 401), (many.encode(), 400), (b"x" * 20_000, 413)):
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        assert (await browser.client.post("/sign-in", content=content, headers=headers)).status_code == status
