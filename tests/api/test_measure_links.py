"""6.2: the link in a message about a rectification measure opens its very task, for one person, once."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from activities.messages import Message
from adapters.links import Links
from adapters.snapshot import now_in_utc
from domain.company import Person
from domain.policy import Severity
from tests.api.cast import MANAGER, SUPERVISOR, TECHNICIAN
from tests.api.system import Api, System
from tests.api.test_measures import act, look, opened

SECONDS = 30
PHOTO = "已更换，见照片"


def link(system: System, number: str, who: str, question: str, template: str = "rectification_due") -> str:
    """Return the link that a message about a question carries."""
    message = Message(
        dedup_key="k",
        incident=number,
        title="x",
        system="",
        severity=Severity.III,
        recipient=who,
        channel="mail",
        template=template,
        question=question,
        clause="6.2",
        created_at=now_in_utc(),
    )
    links = Links(system.settings.secret.get_secret_value(), "", timedelta(hours=24))
    return links.link(message, Person(id=who, name="x", name_en="x", department="it"), people=[])


async def page(api: Api, path: str) -> httpx2.Response:
    return await api.client.request("GET", path)


async def answer(api: Api, path: str, key: str, **fields: str) -> httpx2.Response:
    async with asyncio.timeout(SECONDS):
        while True:
            answered = await api.client.post(path, data={"task": key, **fields})
            if answered.status_code not in (202, 503):
                return answered
            await asyncio.sleep(0.2)


async def of_message(api: Api, who: str, number: str) -> str:
    """Wait for the first message about a measure and return the link that comes with it on a phone."""
    async with asyncio.timeout(SECONDS):
        while True:
            letters: list[dict[str, Any]] = (await api.get(who, "/inbox?limit=100")).json().get("items", [])
            if found := [letter for letter in letters if letter["incident"] == number]:
                return api.link_of(found[-1])
            await asyncio.sleep(0.1)


async def test_the_owner_reports_it_as_done_from_the_message_that_gave_it_to_him(system: System) -> None:
    api, number = system.api, await opened(system.api)
    path = await of_message(api, TECHNICIAN, number)
    shown = await page(api, path)
    assert shown.status_code == 200
    for text in ("Replace the power supply", "Supply B is hot", number, "整改措施当前等待", "完成证据"):
        assert text in shown.text
    assert (await look(api, TECHNICIAN, number))["version"] == 1, "looking changes nothing"
    empty = await answer(api, path, "report_done", text=" ")
    assert empty.status_code == 422
    done = await answer(api, path, "report_done", text=PHOTO)
    assert done.status_code == 200, done.text
    assert PHOTO in done.text
    seen = await look(api, TECHNICIAN, number)
    assert (seen["state"], seen["completions"][0]["by"]) == ("done_reported", [TECHNICIAN])
    again = await answer(api, path, "report_done", text="又一次")
    assert again.status_code == 409
    assert len((await look(api, TECHNICIAN, number))["completions"]) == 1


async def test_another_verifies_or_sends_back_and_an_older_question_is_closed(system: System) -> None:
    api, number = system.api, await opened(system.api)
    assert (await act(api, TECHNICIAN, number, "completion")).status_code == 201
    ask = f"verification/{(await look(api, SUPERVISOR, number))['round']}"
    shown = await page(api, link(system, number, SUPERVISOR, ask))
    assert "Replaced, see the photograph" in shown.text
    assert "<form" not in (await page(api, link(system, number, TECHNICIAN, ask))).text, "nobody verifies his own work"
    own = await answer(api, link(system, number, TECHNICIAN, ask), "verify_measure/1", passed="true", text="自查")
    assert own.status_code == 403
    back = await answer(api, link(system, number, SUPERVISOR, ask), "verify_measure/1", passed="false", text="仍然发热")
    assert back.status_code == 200
    assert (await look(api, SUPERVISOR, number))["state"] == "open"
    assert (await act(api, TECHNICIAN, number, "completion")).status_code == 201
    late = await answer(api, link(system, number, SUPERVISOR, ask), "verify_measure/2", passed="true", text="好")
    assert late.status_code == 409
    anew = f"verification/{(await look(api, SUPERVISOR, number))['round']}"
    good = await answer(api, link(system, number, SUPERVISOR, anew), "verify_measure/2", passed="true", text="温度正常")
    assert good.status_code == 200
    assert (await look(api, SUPERVISOR, number))["state"] == "closed"
    read_only = await page(api, link(system, number, TECHNICIAN, "overdue/1"))
    assert (read_only.status_code, "<form" in read_only.text) == (200, False)


async def test_more_time_is_asked_for_and_granted(system: System) -> None:
    api, number = system.api, await opened(system.api)
    ask = f"due/{(await look(api, TECHNICIAN, number))['round']}"
    path = link(system, number, TECHNICIAN, ask)
    assert 'type="date"' in (await page(api, path)).text
    for day in ("", "soon", "2027-03-01"):
        assert (await answer(api, path, "ask_extension", due=day, reason="缺件")).status_code == 422
    asked = await answer(api, path, "ask_extension", due="2027-04-15", reason="缺件")
    assert asked.status_code == 200, asked.text
    extension = (await look(api, MANAGER, number))["extensions"][0]
    assert extension["due"]["at"].startswith("2027-04-15")
    decide = link(system, number, MANAGER, "extension/1")
    shown = await page(api, decide)
    assert "缺件" in shown.text
    assert (await answer(api, decide, "decide_extension/1", grant="false")).status_code == 422
    granted = await answer(api, decide, "decide_extension/1", grant="true")
    assert granted.status_code == 200
    assert (await look(api, MANAGER, number))["due"]["at"].startswith("2027-04-15")
    decided = await answer(api, link(system, number, SUPERVISOR, "extension/1"), "decide_extension/1", grant="true")
    assert decided.status_code == 409


@pytest.mark.parametrize("path", ["M-00000-00000", "M-00000-00000-3"])
async def test_a_measure_that_is_not_there_is_told(system: System, path: str) -> None:
    told = await page(system.api, link(system, path, TECHNICIAN, "due/1"))
    assert told.status_code == 404
    assert "<form" not in told.text
