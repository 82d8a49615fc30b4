"""WeCom's group robot and WeCom's app; both answer 200 with an ``errcode``, the app by a token that runs out."""

import asyncio
import re
import time
from collections.abc import Callable

from activities.messages import Message
from activities.ports import NotHandedOver
from adapters.channels.provider import Answer, Provider
from adapters.channels.wording import markdown, plain
from adapters.channels.writer import Writer
from adapters.channelsettings import account_of
from adapters.settings import Settings
from domain.company import Person

ROBOT = "wecom-robot"
APP = "wecom"
_ROBOT_BYTES = 4096
_TEXT_BYTES = 2048
# A user id may be all digits too: a phone number is one of the mainland, or says which country it is of.
_PHONE = re.compile(r"1\d{10}|\+[0-9-]{6,20}", re.ASCII)
_USER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")
# Busy, called too often (20 messages a minute for a robot), too many at once.
_TEMPORARY = {-1, 45009, 45033, 45011}
# Nobody of that id whom the app may see; somebody without the licence that a third-party app asks for.
_MISSED = ("invaliduser", "unlicenseduser")
_STALE_TOKEN = {40014, 42001, 41001}
_DUPLICATE_SECONDS = 1800
_MARGIN_SECONDS = 120


class WeComRobotChannel:
    """Posts to one group robot: markdown that mentions a user id, or text that mentions a phone number."""

    name = ROBOT

    def __init__(self, base_url: str, key: str, writer: Writer, *, clock: Callable[[], float] = time.time) -> None:
        """Take where WeCom is and the robot's key."""
        self._url = f"{base_url}/cgi-bin/webhook/send"
        self._key = key
        self._writer = writer
        self._provider = Provider(ROBOT, key, clock=clock)

    async def send(self, message: Message, recipient: Person, address: str) -> str:
        """Post a message; only text may mention a phone number."""
        text = await self._writer.write(message, recipient, address)
        content: dict[str, object]
        if _PHONE.fullmatch(address):
            mentioned = {"content": plain(text, _TEXT_BYTES), "mentioned_mobile_list": [address]}
            content = {"msgtype": "text", "text": mentioned}
        elif _USER.fullmatch(address):
            mention = f"\n<@{address}>"
            written = markdown(text, _ROBOT_BYTES - len(mention.encode())) + mention
            content = {"msgtype": "markdown", "markdown": {"content": written}}
        else:
            raise NotHandedOver(f"{ROBOT}: the address must be a user id or a phone number", is_final=True)
        answer = await self._provider.post(self._url, content, params={"key": self._key})
        _judge(self._provider, answer)
        return _told(self._provider, answer)


class WeComAppChannel:
    """Sends as one app to one user; its token is fetched when it is needed and kept until shortly before it ends."""

    name = APP

    def __init__(
        self,
        base_url: str,
        corp_id: str,
        agent_id: int,
        secret: str,
        writer: Writer,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take where WeCom is, whose app it is and its secret."""
        self._base_url = base_url
        self._account = {"corpid": corp_id, "corpsecret": secret}
        self._agent_id = agent_id
        self._writer = writer
        self._clock = clock
        self._provider = Provider(APP, secret, clock=clock)
        self._lock = asyncio.Lock()
        self._token = ""
        self._ends_at = 0.0

    async def send(self, message: Message, recipient: Person, address: str) -> str:
        """Send a message; WeCom itself drops a repeat of the same one within half an hour."""
        if not _USER.fullmatch(address):
            raise NotHandedOver(f"{APP}: the address must be a user id", is_final=True)
        text = await self._writer.write(message, recipient, address)
        content = {
            "touser": address,
            "agentid": self._agent_id,
            "msgtype": "markdown",
            "markdown": {"content": markdown(text, _TEXT_BYTES)},
            "enable_duplicate_check": 1,
            "duplicate_check_interval": _DUPLICATE_SECONDS,
        }
        answer = await self._post(content, await self._valid_token())
        if answer.content.get("errcode") in _STALE_TOKEN:
            answer = await self._post(content, await self._valid_token(instead_of=self._token))
        _judge(self._provider, answer)
        if missed := _missed(answer, address):
            raise self._provider.refusal(f"errcode 0 {missed} {address}", answer, is_final=True)
        return _told(self._provider, answer, answer.content.get("msgid", ""))

    async def _post(self, content: dict[str, object], token: str) -> Answer:
        url = f"{self._base_url}/cgi-bin/message/send"
        return await self._provider.post(url, content, params={"access_token": token})

    async def _valid_token(self, instead_of: str | None = None) -> str:
        """Return the token, or a fresh one; many that wait for it ask once."""
        async with self._lock:
            if self._clock() >= self._ends_at or self._token == instead_of:
                answer = await self._provider.get(f"{self._base_url}/cgi-bin/gettoken", self._account)
                _judge(self._provider, answer)
                self._token = str(answer.content.get("access_token", ""))
                self._ends_at = self._clock() + max(float(answer.content.get("expires_in", 0)) - _MARGIN_SECONDS, 0)
            return self._token


def _judge(provider: Provider, answer: Answer) -> None:
    provider.require_success(answer)
    code, told = answer.content.get("errcode"), answer.content.get("errmsg", "")
    if code != 0:
        # A token that was just fetched and is stale again: somebody else fetches too; the next attempt has a new one.
        is_final = code is not None and code not in _TEMPORARY | _STALE_TOKEN
        raise provider.refusal(f"errcode {code} {told}", answer, is_final=is_final)


def _missed(answer: Answer, user: str) -> str | None:
    """Return under what WeCom names a user whom it did not reach although it took the message; in lower case there."""
    named = {field: str(answer.content.get(field) or "").casefold().split("|") for field in _MISSED}
    return next((field for field, users in named.items() if user.casefold() in users), None)


def _told(provider: Provider, answer: Answer, message_id: str = "") -> str:
    return provider.kept(f"errcode 0 {answer.content.get('errmsg', '')} {message_id}")


def build_robot(settings: Settings, writer: Writer) -> WeComRobotChannel:
    """Build the robot's channel from its settings."""
    [key] = account_of(settings, ROBOT)
    return WeComRobotChannel(settings.wecom_base_url, key, writer)


def build_app(settings: Settings, writer: Writer) -> WeComAppChannel:
    """Build the app's channel from its settings."""
    corp_id, agent_id, secret = account_of(settings, APP)
    return WeComAppChannel(settings.wecom_base_url, corp_id, int(agent_id), secret, writer)
