"""From the settings to the channels: only what is set up is there, and each really delivers."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from activities.messages import Message
from adapters.channels import build_channels, channels_set_up
from adapters.channelsettings import NEEDS
from adapters.directory import FileDirectory
from adapters.links import Links
from adapters.settings import Settings
from adapters.store.inbox import Letter
from domain.company import Person
from tests.channels.loopback import SECRET, webhook_receiver

ROOT = Path(__file__).resolve().parents[2]


class Letters:
    """Keeps letters in memory."""

    def __init__(self) -> None:
        """Start empty."""
        self.kept: list[Letter] = []

    async def put(self, letter: Letter) -> bool:
        """Keep a letter."""
        self.kept.append(letter)
        return True


def directory(settings: Settings) -> FileDirectory:
    return FileDirectory(ROOT / "sample" / "company.yaml", ROOT / "runbooks", channels_set_up(settings))


async def test_the_inbox_is_always_there(message: Message, sun: Person) -> None:
    settings, letters = Settings(public_url="https://fengsui.example/"), Letters()
    channels = build_channels(settings, letters, directory(settings))
    assert list(channels) == ["inbox"]
    await channels["inbox"].send(message.model_copy(update={"channel": "inbox"}), sun, "sun-jing")
    assert [letter.recipient for letter in letters.kept] == ["sun-jing"]


@pytest.mark.parametrize(("template", "verb"), [("judgement", "show"), ("rectification_due", "measure show")])
async def test_the_inbox_holds_no_link_that_opens_without_a_sign_in(
    message: Message, sun: Person, template: str, verb: str
) -> None:
    """A token that may only look reads the inbox, and /t/ asks for no token."""
    settings, letters = Settings(public_url="https://fengsui.example/"), Letters()
    number = "M-7K3Q9-DXMB2-1" if template.startswith("rectification") else "INC-1"
    about = {"template": template, "incident": number, "params": {"measure": number}}
    to_inbox = message.model_copy(update={"channel": "inbox", **about})
    await build_channels(settings, letters, directory(settings))["inbox"].send(to_inbox, sun, "sun-jing")
    [letter] = letters.kept
    kind = "measures" if template.startswith("rectification") else "incidents"
    assert f"https://fengsui.example/api/v1/{kind}/{number}\n" in letter.body
    assert f"fengsui {verb} {number}\n" in letter.body
    assert "/t/" not in letter.model_dump_json()


async def test_a_webhook_that_is_set_up_delivers(message: Message, sun: Person) -> None:
    with webhook_receiver() as receiver:
        settings = Settings(webhook_url=SecretStr(receiver.url), webhook_secret=SecretStr(SECRET))
        people = directory(settings)
        channels = build_channels(settings, Letters(), people)
        assert set(channels) == {"inbox", "webhook"}
        person = await people.person("sun-jing")
        assert person is not None
        assert person.channels == ["inbox", "webhook"]
        sent = message.model_copy(update={"channel": "webhook"})
        await channels["webhook"].send(sent, person, await people.address("sun-jing", "webhook") or "")
    [(_, content)] = receiver.received
    assert content["to"] == "sun-jing"
    [token] = re.findall(r"/t/(\S+)", content["body"])
    link = Links.by(settings).read(token, ["sun-jing", "xu-bin"], message.created_at)
    assert (link.person, link.incident, link.question) == ("sun-jing", "INC-1", "judgement/1")


def test_mail_is_built_from_its_url() -> None:
    settings = Settings(smtp_url=SecretStr("smtp://127.0.0.1:2525"))
    assert set(build_channels(settings, Letters(), directory(settings))) == {"inbox", "mail"}


def test_every_channel_is_built_when_its_account_is_set_and_only_then() -> None:
    fields = {name: Settings.model_fields[name] for names in NEEDS.values() for name in names}
    values: dict[str, Any] = {
        name: SecretStr(name) if "SecretStr" in str(field.annotation) else name for name, field in fields.items()
    }
    values["wecom_agent_id"] = 7
    for channel, names in NEEDS.items():
        settings = Settings(**{name: values[name] for name in names})
        assert set(build_channels(settings, Letters(), directory(settings))) == {"inbox", channel}
        assert channels_set_up(settings) == {"inbox", channel}


async def test_apprise_is_a_channel_under_the_name_that_is_given() -> None:
    settings = Settings(apprise={"bark": SecretStr("bark://host/{address}")})
    assert set(build_channels(settings, Letters(), directory(settings))) == {"inbox", "bark"}
