"""Tencent Cloud SMS (2021-01-11), signed by hand with TC3-HMAC-SHA256."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from activities.messages import Message
from adapters.channels import sms
from adapters.channels.provider import Provider
from adapters.channels.writer import Writer
from adapters.channelsettings import account_of
from adapters.settings import Settings
from domain.company import Person

NAME = "tencent-sms"
_ALGORITHM = "TC3-HMAC-SHA256"
_JSON = "application/json; charset=utf-8"
_TEMPORARY = (
    "RequestLimitExceeded",
    "LimitExceeded",
    "InternalError",
    "ResourceUnavailable",
    "FailedOperation.Timeout",
)


class Account(NamedTuple):
    """Whose messages they are: the key, the app, its approved signature, and the region."""

    secret_id: str
    secret_key: str
    app: str
    sign: str
    region: str


def authorization(key: tuple[str, str], service: str, host: str, timestamp: int, body: bytes) -> str:
    """Return the Authorization header of a JSON POST to ``/``; content type and host are signed."""
    secret_id, secret_key = key
    canonical = f"POST\n/\n\ncontent-type:{_JSON}\nhost:{host}\n\ncontent-type;host\n{hashlib.sha256(body).hexdigest()}"
    date = datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d")
    scope = f"{date}/{service}/tc3_request"
    told = f"{_ALGORITHM}\n{timestamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    derived = f"TC3{secret_key}".encode()
    for part in (date, service, "tc3_request"):
        derived = hmac.new(derived, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(derived, told.encode(), hashlib.sha256).hexdigest()
    return f"{_ALGORITHM} Credential={secret_id}/{scope}, SignedHeaders=content-type;host, Signature={signature}"


class TencentSmsChannel:
    """Sends by an approved template; Tencent took it when the one number's own ``Code`` is Ok."""

    name = NAME

    def __init__(
        self,
        base_url: str,
        account: Account,
        template: sms.Template,
        writer: Writer,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take where Tencent is, the account and the template."""
        self._url = f"{base_url}/"
        self._account = account
        self._template = template
        self._writer = writer
        self._clock = clock
        self._provider = Provider(NAME, account.secret_key, clock=clock)

    async def send(self, message: Message, recipient: Person, address: str) -> str:
        """Send one SMS; ``SessionContext`` is the message's dedup key, by which its receipt is found."""
        text = await self._writer.write(message, recipient, address)
        content = {
            "PhoneNumberSet": [sms.number(address, NAME)],
            "SmsSdkAppId": self._account.app,
            "SignName": self._account.sign,
            "TemplateId": self._template.code(recipient),
            "TemplateParamSet": list(self._template.fill(text).values()),
            "SessionContext": message.dedup_key[:512],
        }
        body = json.dumps(content, ensure_ascii=False).encode()
        answer = await self._provider.post(self._url, body, self._headers(body))
        self._provider.require_success(answer)
        response: dict[str, Any] = answer.content.get("Response", {})
        status: dict[str, Any] = (response.get("SendStatusSet") or [response.get("Error") or {}])[0]
        code, told = status.get("Code"), status.get("Message", "")
        if code != "Ok":
            is_final = code is not None and not code.startswith(_TEMPORARY)
            raise self._provider.refusal(f"{code} {told}", answer, is_final=is_final)
        return self._provider.kept(f"Ok {status.get('SerialNo', '')}")

    def _headers(self, body: bytes) -> dict[str, str]:
        stamp, host = int(self._clock()), urlsplit(self._url).netloc
        return {
            "Content-Type": _JSON,
            "Host": host,
            "X-TC-Action": "SendSms",
            "X-TC-Version": "2021-01-11",
            "X-TC-Timestamp": str(stamp),
            "X-TC-Region": self._account.region,
            "Authorization": authorization(
                (self._account.secret_id, self._account.secret_key), "sms", host, stamp, body
            ),
        }


def build(settings: Settings, writer: Writer) -> TencentSmsChannel:
    """Build the channel from its settings."""
    secret_id, secret_key, app, sign, code = account_of(settings, NAME)
    account = Account(secret_id, secret_key, app, sign, settings.tencent_sms_region)
    template = sms.template(settings, code, settings.tencent_sms_template_en)
    return TencentSmsChannel(settings.tencent_sms_base_url, account, template, writer)
