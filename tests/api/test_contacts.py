"""A contact point is tried: who may, what the provider says, at once; a channel that lies is seen through."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from adapters.store import migrate
from tests.api.cast import MANAGER, NOBODY_SPECIAL, OPERATOR
from tests.api.system import Api, served, settings_for
from tests.channels.loopback import SECRET as KEY
from tests.channels.loopback import WebhookReceiver, webhook_receiver

TESTED = f"/directory/people/{MANAGER}/contacts"


@pytest.fixture(scope="module")
def receiver() -> Iterator[WebhookReceiver]:
    with webhook_receiver() as running:
        yield running


@pytest.fixture(scope="module")
async def api(tmp_path_factory: pytest.TempPathFactory, receiver: WebhookReceiver) -> AsyncIterator[Api]:
    folder: Path = tmp_path_factory.mktemp("contacts")
    webhook = {"webhook_url": SecretStr(receiver.url), "webhook_secret": SecretStr(KEY)}
    settings = settings_for(folder, "127.0.0.1:1", **webhook)
    await migrate.upgrade(settings.database_url)
    async with served(settings) as api:
        yield api


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
