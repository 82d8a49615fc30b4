"""The group robots of Feishu and Lark: one protocol in two places; signed, as a card, the person mentioned."""

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

FEISHU = "feishu"
LARK = "lark"
_MOST_BYTES = 18_000
_ADDRESS = re.compile(r"[A-Za-z0-9_.+-]+(@[A-Za-z0-9.-]+)?")
# Frequency limits (5 a second, 100 a minute), busy, internal.
_TEMPORARY = {9499, 11232, 11233, 99991400, 99991663, 1500, 2200}


def signature(secret: str, timestamp: str) -> str:
    """Return what Feishu computes: nothing, signed by the time stamp (seconds) and the secret."""
    return base64.b64encode(hmac.new(f"{timestamp}\n{secret}".encode(), b"", hashlib.sha256).digest()).decode()


class FeishuChannel:
    """Posts to one robot; ``code`` 0 alone means that the platform took it."""

    def __init__(
        self,
        name: str,
        base_url: str,
        token: str,
        secret: str,
        writer: Writer,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take which of the two it is, where it is, the robot's token and secret, and the clock that stamps."""
        self.name = name
        self._url = f"{base_url}/open-apis/bot/v2/hook/{token}"
        self._secret = secret
        self._writer = writer
        self._clock = clock
        self._provider = Provider(name, token, secret, clock=clock)

    async def send(self, message: Message, recipient: Person, address: str) -> str:
        """Post a card that mentions ``address``: an open id, a user id or a mail address."""
        if not _ADDRESS.fullmatch(address):
            raise NotHandedOver(
                f"{self.name}: the address must be an open id, a user id or a mail address", is_final=True
            )
        text = await self._writer.write(message, recipient, address)
        mention = f'<at {"email" if "@" in address else "id"}="{address}"></at>'
        stamp = str(int(self._clock()))
        content = {
            "timestamp": stamp,
            "sign": signature(self._secret, stamp),
            "msg_type": "interactive",
            "card": {
                "header": {"title": {"tag": "plain_text", "content": inert(text.subject)}, "template": "red"},
                "elements": [{"tag": "markdown", "content": f"{markdown(text, _MOST_BYTES)}\n{mention}"}],
            },
        }
        answer = await self._provider.post(self._url, content)
        code, told = answer.content.get("code", answer.content.get("StatusCode")), answer.content.get("msg", "")
        if not code:
            self._provider.require_success(answer)
        if code != 0:
            # Frequency limits come with HTTP 400: the code says more than the status.
            is_final = code is not None and code not in _TEMPORARY and not answer.is_passing
            raise self._provider.refusal(f"code {code} {told}", answer, is_final=is_final)
        return self._provider.kept(f"code 0 {told}")


def build_feishu(settings: Settings, writer: Writer) -> FeishuChannel:
    """Build Feishu's channel from its settings."""
    token, secret = account_of(settings, FEISHU)
    return FeishuChannel(FEISHU, settings.feishu_base_url, token, secret, writer)


def build_lark(settings: Settings, writer: Writer) -> FeishuChannel:
    """Build Lark's channel from its settings."""
    token, secret = account_of(settings, LARK)
    return FeishuChannel(LARK, settings.lark_base_url, token, secret, writer)
