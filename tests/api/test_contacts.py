"""A contact point is tried: who may, what the provider says, at once; a channel that lies is seen through."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr

from activities.messages import Message, Trial, Tried
from adapters.links import Links
from adapters.settings import Settings
from adapters.store import migrate
from adapters.store.communication import SqlCommunicationTests
from adapters.store.database import Database
from domain.company import Person
from domain.policy import Severity
from tests.api.cast import DIRECTOR, MANAGER, NOBODY_SPECIAL, OPERATOR, SUPERVISOR, TECHNICIAN
from tests.api.system import Api, served, settings_for
from tests.channels.loopback import SECRET as KEY
from tests.channels.loopback import WebhookReceiver, webhook_receiver

TESTED = f"/directory/people/{MANAGER}/contacts"


@pytest.fixture(scope="module")
def receiver() -> Iterator[WebhookReceiver]:
    with webhook_receiver() as running:
        yield running


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, receiver: WebhookReceiver) -> Settings:
    folder: Path = tmp_path_factory.mktemp("contacts")
    webhook = {"webhook_url": SecretStr(receiver.url), "webhook_secret": SecretStr(KEY)}
    return settings_for(folder, "127.0.0.1:1", **webhook)


@pytest.fixture(scope="module")
async def api(settings: Settings) -> AsyncIterator[Api]:
    await migrate.upgrade(settings.database_url)
    async with served(settings) as api:
        yield api


@pytest.fixture
async def database(api: Api, settings: Settings) -> AsyncIterator[Database]:
    opened = Database(settings.database_url, limit=30)
    yield opened
    await opened.close()


async def test_the_providers_answer_is_shown_at_once(api: Api, receiver: WebhookReceiver) -> None:
    answer = await api.post(MANAGER, f"{TESTED}/webhook/test")
    assert answer.json() == {
        "person": MANAGER,
        "channel": "webhook",
        "is_accepted": True,
        "is_confirmed": True,
        "detail": "HTTP 204",
    }
    _, content = receiver.received[-1]
    assert (content["template"], content["to"], content["subject"]) == ("contact_test", MANAGER, "测试消息")
    assert "这是对渠道 webhook 的测试" in content["body"]


async def test_a_refusal_is_an_answer_too(api: Api, receiver: WebhookReceiver) -> None:
    receiver.answers = [410]
    answer = await api.post(NOBODY_SPECIAL, f"{TESTED}/webhook/test")
    assert (answer.status_code, answer.json()["is_accepted"], answer.json()["detail"]) == (
        200,
        False,
        "webhook: HTTP 410",
    )


async def test_a_channel_that_is_not_set_up_is_told(api: Api) -> None:
    answer = await api.post(MANAGER, f"{TESTED}/mail/test")
    assert (answer.json()["is_accepted"], answer.json()["detail"]) == (False, "channel mail is not set up")


async def test_the_same_key_is_the_same_message(api: Api, receiver: WebhookReceiver) -> None:
    before = len(receiver.received)
    for _ in range(2):
        await api.call("POST", MANAGER, f"{TESTED}/webhook/test", headers={"Idempotency-Key": "one-and-the-same"})
    first, second = (headers["idempotency-key"] for headers, _ in receiver.received[before:])
    assert first == second


@pytest.mark.parametrize("path", [f"{TESTED}/pigeon/test", "/directory/people/nobody/contacts/mail/test"])
async def test_a_contact_point_that_does_not_exist_is_not_found(api: Api, path: str) -> None:
    assert (await api.post(MANAGER, path)).status_code == 404


async def test_everybody_may_try_his_own_only(api: Api) -> None:
    assert (await api.post(OPERATOR, f"/directory/people/{OPERATOR}/contacts/inbox/test")).json()["is_accepted"]
    refused = await api.post(OPERATOR, f"{TESTED}/webhook/test")
    assert (refused.status_code, refused.json()["clause"]) == (403, "4.2")


# ── the link that says “this message reached me” ──────────────────────────────


async def sent(api: Api, receiver: WebhookReceiver, who: str = MANAGER) -> str:
    """Ask for a test message to one's own contact point and take the link out of it, as its reader does."""
    answer = await api.post(who, f"/directory/people/{who}/contacts/webhook/test")
    assert answer.json()["is_accepted"], answer.text
    found = re.search(r"http\S+(/t/\w+)", receiver.received[-1][1]["body"])
    assert found
    return found[1]


async def contact(api: Api, who: str = MANAGER) -> dict[str, Any]:
    shown = (await api.get(who, f"/directory/people/{who}")).json()["item"]
    [found] = [item for item in shown["contacts"] if item["channel"] == "webhook"]
    return cast("dict[str, Any]", found)


async def gaps(api: Api, who: str = MANAGER) -> set[str]:
    found = (await api.get(NOBODY_SPECIAL, "/readiness")).json()["gaps"]
    return {gap["kind"] for gap in found if (gap["person"], gap["channel"]) == (who, "webhook")}


async def changes(api: Api, who: str = MANAGER) -> list[dict[str, Any]]:
    found = (await api.get(NOBODY_SPECIAL, f"/changes?kind=person&item={who}")).json()["items"]
    return [item for item in found if item["act"] == "verify_contact"]


async def test_one_button_verifies_the_contact_point_once(api: Api, receiver: WebhookReceiver) -> None:
    link = await sent(api, receiver)
    assert await gaps(api) == {"contact_unverified"}
    for method in ("HEAD", "GET"):  # previewers
        assert (await api.client.request(method, link)).status_code == 200
    page = await api.client.get(link)
    assert page.text.count("<button") == 1
    assert "本消息已收到" in page.text
    assert "<script" not in page.text
    assert page.headers["cache-control"] == "no-store"
    assert (await contact(api))["verified_at"] is None
    pressed = await api.client.post(link)
    assert (pressed.status_code, "已记录" in pressed.text, "<form" in pressed.text) == (200, True, False)
    first = (await contact(api))["verified_at"]
    assert first
    assert await gaps(api) == set()
    again = await api.client.post(link)
    assert (again.status_code, "您已通过此链接确认过" in again.text) == (409, True)
    assert "<form" not in (await api.client.get(link)).text
    [change] = await changes(api)
    assert (change["person"], change["at"] >= first[:19]) == (MANAGER, True)
    assert "not verified" in change["texts"][0]


async def test_a_contact_point_whose_channel_is_not_set_up_does_not_count(api: Api) -> None:
    path = f"/directory/people/{OPERATOR}"
    shown = (await api.get(OPERATOR, path)).json()
    by_mail = {"contacts": [{"channel": "mail", "address": "operator@huahui.example"}]}
    headers = {"If-Match": f'"{shown["version"]}"'}
    assert (await api.call("PUT", OPERATOR, f"{path}/contacts", json=by_mail, headers=headers)).status_code == 200
    found = (await api.get(NOBODY_SPECIAL, "/readiness")).json()["gaps"]
    assert "mail" not in {gap["channel"] for gap in found}
    assert "no_contact" in {gap["kind"] for gap in found if gap["person"] == OPERATOR}
    thin = next(gap for gap in found if gap["kind"] == "post_thin" and gap["post"] == "operator")
    assert thin["without"][OPERATOR] == "no_contact"


async def test_pressed_by_many_at_once_it_counts_once(api: Api, receiver: WebhookReceiver) -> None:
    before = len(await changes(api, SUPERVISOR))
    link = await sent(api, receiver, SUPERVISOR)
    pages = await asyncio.gather(*(api.client.post(link) for _ in range(5)))
    assert {page.status_code for page in pages} <= {200, 409}
    assert len(await changes(api, SUPERVISOR)) == before + 1


async def test_an_old_link_does_not_verify_a_new_address(api: Api, receiver: WebhookReceiver) -> None:
    link = await sent(api, receiver, TECHNICIAN)
    path = f"/directory/people/{TECHNICIAN}"
    shown = (await api.get(TECHNICIAN, path)).json()
    points = [{**item, "address": f"{item['address']}-new"} for item in shown["item"]["contacts"]]
    body = {"contacts": [{"channel": item["channel"], "address": item["address"]} for item in points]}
    headers = {"If-Match": f'"{shown["version"]}"'}
    assert (await api.call("PUT", TECHNICIAN, f"{path}/contacts", json=body, headers=headers)).status_code == 200
    assert "<form" not in (await api.client.get(link)).text
    pressed = await api.client.post(link)
    assert (pressed.status_code, "已变更" in pressed.text) == (409, True)
    assert (await contact(api, TECHNICIAN))["verified_at"] is None
    assert await changes(api, TECHNICIAN) == []
    assert (await api.client.post(await sent(api, receiver, TECHNICIAN))).status_code == 200
    assert (await contact(api, TECHNICIAN))["verified_at"]


async def test_what_was_verified_is_so_until_it_changes(api: Api, receiver: WebhookReceiver) -> None:
    await api.client.post(await sent(api, receiver, DIRECTOR))
    path = f"/directory/people/{DIRECTOR}"
    shown = (await api.get(DIRECTOR, path)).json()
    kept = [{"channel": item["channel"], "address": item["address"]} for item in shown["item"]["contacts"]]
    headers = {"If-Match": f'"{shown["version"]}"'}
    assert (await api.call("PUT", DIRECTOR, f"{path}/contacts", json={"contacts": kept}, headers=headers)).is_success
    assert (await contact(api, DIRECTOR))["verified_at"]


async def test_a_link_of_a_communication_test_answers_it_too(api: Api, settings: Settings, database: Database) -> None:
    """As the workflow sends it: the message of a test that has passed without an answer."""
    tests, now = SqlCommunicationTests(database), datetime.now(UTC)
    trial = Trial(id="2026-11-20", started_at=now - timedelta(hours=2), closes_at=now - timedelta(hours=1))
    await tests.begin(trial, [Tried(person=SUPERVISOR, channel="webhook"), Tried(person=MANAGER, channel="webhook")])
    assert await gaps(api, SUPERVISOR) in ({"test_unanswered"}, set()), "verified by the test before, or not yet"
    message = Message(
        dedup_key=f"communication-test:{trial.id}:{SUPERVISOR}:webhook",
        incident=f"communication-test:{trial.id}",
        title="",
        system="",
        severity=Severity.III,
        recipient=SUPERVISOR,
        channel="webhook",
        template="communication_test",
        question="communication_test/webhook",
        clause="4.2",
        created_at=now,
        params={"test": trial.id, "channel": "webhook"},
    )
    links = Links.by(settings)
    person = Person(id=SUPERVISOR, name="x", name_en="x", department="it")
    link = links.link(message, person, (await contact(api, SUPERVISOR))["address"], [SUPERVISOR])
    assert (await api.client.post(urlsplit(link).path)).status_code == 200
    assert (await tests.points(trial.id, SUPERVISOR))[0].answered_at
    assert await gaps(api, SUPERVISOR) == set()
    assert set(await tests.silent(now)) == {(MANAGER, "webhook")}


async def test_the_inbox_proves_nothing(api: Api) -> None:
    await api.post(MANAGER, f"/directory/people/{MANAGER}/contacts/inbox/test")
    letters = (await api.get(MANAGER, "/inbox?limit=100")).json()["items"]
    assert not [letter for letter in letters if "/t/" in letter["body"]]
