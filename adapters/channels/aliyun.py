"""Aliyun SMS (dysmsapi 2017-05-25), signed by hand with ACS3-HMAC-SHA256."""

import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from activities.messages import Message
from adapters.channels import sms
from adapters.channels.provider import Provider
from adapters.channels.writer import Writer
from adapters.channelsettings import account_of
from adapters.settings import Settings
from domain.company import Person

NAME = "aliyun-sms"
_ALGORITHM = "ACS3-HMAC-SHA256"
_TEMPORARY = ("Throttling", "ServiceUnavailable", "InternalError", "SignatureNonceUsed", "isp.")
_FLOW_CONTROL = "isv.BUSINESS_LIMIT_CONTROL"


def encoded(params: Mapping[str, str]) -> str:
    """Return parameters sorted and percent-encoded as the signature wants them."""
    return "&".join(f"{quote(name, safe='~')}={quote(params[name], safe='~')}" for name in sorted(params))


def authorization(key_id: str, secret: str, headers: Mapping[str, str], query: str, body: bytes) -> str:
    """Return the Authorization header of a POST to ``/``; every header given (lower case) is signed."""
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    canonical = f"POST\n/\n{query}\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    told = f"{_ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), told.encode(), hashlib.sha256).hexdigest()
    return f"{_ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={signature}"


class AliyunSmsChannel:
    """Sends by an approved template; ``Code`` OK alone means that Aliyun took it."""

    name = NAME

    def __init__(
        self,
        base_url: str,
        key: tuple[str, str],
        sign: str,
        template: sms.Template,
        writer: Writer,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take where Aliyun is, the AccessKey (id, secret), the signature and the template."""
        self._url = f"{base_url}/"
        self._key = key
        self._sign = sign
        self._template = template
        self._writer = writer
        self._clock = clock
        self._provider = Provider(NAME, key[1], clock=clock)

    async def send(self, message: Message, recipient: Person, address: str) -> str:
        """Send one SMS; ``OutId`` is the message's dedup key, by which its receipt is found."""
        text = await self._writer.write(message, recipient, address)
        params = {
            "PhoneNumbers": sms.number(address, NAME).removeprefix("+86").removeprefix("+"),
            "SignName": self._sign,
            "TemplateCode": self._template.code(recipient),
            "TemplateParam": json.dumps(self._template.fill(text), ensure_ascii=False),
            "OutId": message.dedup_key[:256],
        }
        body = encoded(params).encode()
        answer = await self._provider.post(self._url, body, self._headers(body))
        code, told = answer.content.get("Code"), answer.content.get("Message", "")
        if code is None:
            self._provider.require_success(answer)
        if code != "OK":
            is_final = code is not None and not (code.startswith(_TEMPORARY) or code == _FLOW_CONTROL)
            raise self._provider.refusal(f"{code} {told}", answer, is_final=is_final)
        return self._provider.kept(f"OK {answer.content.get('BizId', '')}")

    def _headers(self, body: bytes) -> dict[str, str]:
        signed = {
            "content-type": "application/x-www-form-urlencoded",
            "host": urlsplit(self._url).netloc,
            "x-acs-action": "SendSms",
            "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
            "x-acs-date": datetime.fromtimestamp(self._clock(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": uuid.uuid4().hex,
            "x-acs-version": "2017-05-25",
        }
        return {**signed, "authorization": authorization(*self._key, signed, "", body)}


def build(settings: Settings, writer: Writer) -> AliyunSmsChannel:
    """Build the channel from its settings."""
    key_id, secret, sign, code = account_of(settings, NAME)
    template = sms.template(settings, code, settings.aliyun_sms_template_en)
    return AliyunSmsChannel(settings.aliyun_sms_base_url, (key_id, secret), sign, template, writer)
