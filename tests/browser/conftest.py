"""A real browser, Debian's Chromium, before a whole system on loopback; each test has windows of its own."""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

from tests.api.system import Api, System

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
# A folder for pictures of what each window showed last, for whoever wants to look.
SHOTS = os.environ.get("FENGSUI_TEST_SHOTS")

Window = Callable[..., Awaitable[Page]]


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium as the machine has it; nothing is downloaded."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip("no Chromium on this machine (Debian: chromium)")
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=program, args=[*FLAGS])
        yield running
        await running.close()


@pytest.fixture
async def window(browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Window]:
    """Open windows with the options of a context, such as `**PHONE`; whatever one logs as an error fails the test."""
    pages: list[Page] = []
    faults: list[str] = []

    def is_ours(said: ConsoleMessage, page: Page) -> bool:
        """Pages of others, such as a provider's, may lack what they want; a page itself may say 403."""
        is_foreign = page.url.startswith("http://localhost:")
        return said.type == "error" and not is_foreign and said.location["url"] != page.url

    async def opened(**options: Any) -> Page:
        context = await browser.new_context(**{"locale": "en-GB", **options})
        page = await context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if is_ours(said, page) else None)
        pages.append(page)
        return page

    yield opened
    for number, page in enumerate(pages):
        if SHOTS:
            await page.screenshot(path=Path(SHOTS) / f"{request.node.name}-{number}.png", full_page=True)
        await page.context.close()
    assert faults == []


@pytest.fixture(scope="session")
async def system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    async with System.running(tmp_path_factory.mktemp("browser")) as running:
        yield running


@pytest.fixture
def api(system: System) -> Api:
    return system.api


@pytest.fixture
def address(system: System) -> str:
    """Where the system answers."""
    return f"http://127.0.0.1:{system.settings.api_port}"
