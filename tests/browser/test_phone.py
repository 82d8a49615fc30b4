"""A link of a message on a phone of 390 pixels, without script: a big button, and it is done."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

from playwright.async_api import Page, expect

from activities.messages import Message
from adapters.links import Links
from adapters.snapshot import now_in_utc
from domain.company import Person
from domain.policy import Severity
from tests.api.cast import MANAGER, SUPERVISOR
from tests.api.story import Story
from tests.api.system import Api, System
from tests.api.test_links import link_of
from tests.browser.conftest import PHONE, Window

FINGER = 44


async def fits(page: Page) -> None:
    """Nothing hangs over the edge, and every button is as high as a finger."""
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE["viewport"]["width"]
    for button in await page.get_by_role("button").all():
        box = await button.bounding_box()
        assert box
        assert box["height"] >= FINGER


async def test_a_verdict_is_given_on_a_phone(address: str, api: Api, window: Window) -> None:
    story = await Story.reported(api)
    link = await link_of(story, SUPERVISOR, "judgement/1")
    assert len(link.removeprefix("/t/")) <= 35
    page = await window(base_url=address, java_script_enabled=False, **PHONE)
    await page.goto(link)
    await fits(page)
    await page.get_by_label(re.compile("理由")).fill("行情全部中断")
    await page.get_by_role("button", name="属于应急事件", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("已记录")
    await fits(page)
    assert (await story.look())["verdict_by"] == [SUPERVISOR]


async def test_a_message_that_arrived_is_confirmed_on_a_phone(
    system: System, address: str, api: Api, window: Window
) -> None:
    contacts = (await api.get(MANAGER, f"/directory/people/{MANAGER}")).json()["item"]["contacts"]
    [mail] = [item["address"] for item in contacts if item["channel"] == "mail"]
    message = Message(
        dedup_key="contact_test:x",
        incident="contact_test",
        title="",
        system="",
        severity=Severity.IV,
        recipient=MANAGER,
        channel="mail",
        template="contact_test",
        question="contact_test",
        clause="4.2",
        created_at=now_in_utc(),
    )
    links = Links(system.settings.secret.get_secret_value(), address, timedelta(hours=24))
    person = Person(id=MANAGER, name="x", name_en="x", department="it")
    page = await window(base_url=address, java_script_enabled=False, **PHONE)
    await page.goto(urlsplit(links.link(message, person, mail, [MANAGER])).path)
    await fits(page)
    await page.get_by_role("button", name=re.compile("本消息已收到")).click()
    await expect(page.get_by_role("alert")).to_contain_text("已记录")
    await fits(page)
    assert await page.get_by_role("button").count() == 0
