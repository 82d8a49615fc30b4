"""Signing in and out as a person does: in a real browser, at the company's provider and with a password."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.api.browser import one_time_password
from tests.api.cast import DIRECTOR, OPERATOR
from tests.api.system import Api, System, free_port, served, settings_for
from tests.browser.conftest import Window
from tests.oidc import known_there, provider_running

NEW = "Green-lantern-9-hills"


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with provider_running() as address:
        yield address


@pytest.fixture
async def company(system: System, provider: str, tmp_path: Path) -> AsyncIterator[str]:
    """The address of an API that knows the company's provider."""
    port = free_port()
    settings = settings_for(
        tmp_path,
        system.settings.temporal_address,
        database_url=system.settings.database_url,
        api_port=port,
        public_url=f"http://127.0.0.1:{port}",
        oidc_issuer=provider,
        oidc_client_secret="a secret of ours",
        oidc_claim="employee",
    )
    async with served(settings):
        yield settings.public_url


async def cookies(page: Page) -> set[str]:
    return {str(cookie.get("name")) for cookie in await page.context.cookies()}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the provider's own library, in a thread of this process
async def test_in_at_the_company_s_provider_and_out_again(company: str, provider: str, window: Window) -> None:
    await known_there(provider, "zw", employee=OPERATOR)
    await known_there(provider, "stranger", employee="nobody-at-all")
    page = await window(base_url=company)
    await page.goto("/sign-in")
    await page.get_by_role("link", name="Sign in with the company's account").click()
    assert page.url.startswith(provider)
    await page.get_by_placeholder("sub").fill("zw")
    await page.get_by_role("button", name="Authorize").click()
    await expect(page.get_by_text("You are signed in as Zhang Wei.")).to_be_visible()
    assert page.url == f"{company}/sign-in"
    assert await cookies(page) >= {"fengsui"}
    me = await page.request.get("/api/v1/me")
    assert (await me.json())["id"] == OPERATOR
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await expect(page.get_by_label("Person id")).to_be_visible()
    await page.get_by_role("link", name="Sign in with the company's account").click()
    await page.get_by_placeholder("sub").fill("stranger")
    await page.get_by_role("button", name="Authorize").first.click()
    await expect(page.get_by_text("does not know you")).to_be_visible()
    assert "fengsui" not in await cookies(page)
    assert (await page.request.get("/api/v1/me")).status == 401


async def test_the_first_password_is_changed_before_anything_else(address: str, api: Api, window: Window) -> None:
    first = await one_time_password(api, DIRECTOR)
    page = await window(base_url=address, locale="zh-CN")
    await page.goto("/sign-in")
    await page.get_by_label("人员编号").fill(DIRECTOR)
    await page.get_by_label("密码").fill(first)
    await page.get_by_role("button", name="登录").click()
    await expect(page.get_by_label("新密码", exact=True)).to_be_visible()
    assert (await page.request.get("/api/v1/me")).status == 403
    await page.get_by_label("当前密码").fill(first)
    await page.get_by_label("新密码", exact=True).fill(NEW)
    await page.get_by_label("再次输入新密码").fill(NEW)
    await page.get_by_role("button", name="修改密码").click()
    await expect(page.get_by_text("何志远")).to_be_visible()
    assert (await (await page.request.get("/api/v1/me")).json())["id"] == DIRECTOR
    await page.get_by_role("button", name="退出登录", exact=True).click()
    await expect(page.get_by_label("人员编号")).to_be_visible()
    again = await window(base_url=address, locale="zh-CN")
    await again.goto("/sign-in")
    await again.get_by_label("人员编号").fill(DIRECTOR)
    await again.get_by_label("密码").fill(NEW)
    await again.get_by_role("button", name="登录").click()
    await expect(again.get_by_text("何志远")).to_be_visible()
