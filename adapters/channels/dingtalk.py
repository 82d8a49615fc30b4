"""DingTalk's group robot: signed, in markdown, and it calls the person by the phone number that DingTalk knows."""

import base64
import hashlib
import hmac
import re
import time
from collections.abc import Callable

from activities.messages import Message
from activities.ports import NotHandedOver
from adapters.channels.provider import Provider
from adapters.channels.wording import inert, markdown
from adapters.channels.writer import Writer
from adapters.channelsettings import account_of
from adapters.settings import Settings
from domain.company import Person

NAME = "dingtalk"
_MOST_BYTES = 18_000
_PHONE = re.compile(r"\+?[0-9][0-9-]{5,19}")
# Busy, too fast (20 messages a minute), throttled, over the webhook's limit.
_TEMPORARY = {-1, 130101, 410100, 90030}


def signature(secret: str, timestamp: str) -> str:
    """Return what DingTalk computes over its time stamp (milliseconds); base64, not yet percent-encoded."""
    digest = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


class DingTalkChannel:
    """Posts to one robot; ``errcode`` 0 alone means that DingTalk took it."""

    name = NAME

    def __init__(
        self, base_url: str, token: str, secret: str, writer: Writer, *, clock: Callable[[], float] = time.time
    ) -> None:
        """Take where DingTalk is, the robot's token and secret, and the clock that stamps."""
        self._url = f"{base_url}/robot/send"
        self._token = token
        self._secret = secret
        self._writer = writer
        self._clock = clock
        self._provider = Provider(NAME, token, secret, clock=clock)

    async def send(self, message: Message, recipient: Person, address: str) -> str:
        """Post a message that mentions the phone number ``address``."""
        if not _PHONE.fullmatch(address):
            raise NotHandedOver(f"{NAME}: the address must be a phone number", is_final=True)
        text = await self._writer.write(message, recipient, address)
        content = {
            "msgtype": "markdown",
            "markdown": {"title": inert(text.subject), "text": f"{_broken(markdown(text, _MOST_BYTES))}\n\n@{address}"},
            "at": {"atMobiles": [address], "isAtAll": False},
        }
        stamp = str(int(self._clock() * 1000))
        params = {"access_token": self._token, "timestamp": stamp, "sign": signature(self._secret, stamp)}
        answer = await self._provider.post(self._url, content, params=params)
        self._provider.require_success(answer)
        code, told = answer.content.get("errcode"), answer.content.get("errmsg", "")
        if code != 0:
            raise self._provider.refusal(
                f"errcode {code} {told}", answer, is_final=code is not None and code not in _TEMPORARY
            )
        return self._provider.kept(f"errcode 0 {told}")


def _broken(text: str) -> str:
    """Keep the lines apart: markdown joins them otherwise."""
    return text.replace("\n", "  \n")


def build(settings: Settings, writer: Writer) -> DingTalkChannel:
    """Build the channel from its settings."""
    token, secret = account_of(settings, NAME)
    return DingTalkChannel(settings.dingtalk_base_url, token, secret, writer)
