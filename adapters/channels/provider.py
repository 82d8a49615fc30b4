"""One request to a provider over HTTP: bounded in time and in what is read, and no secret in what is kept of it."""

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

import httpx2

from activities.ports import NotHandedOver
from adapters.tls import trusted

SECONDS = 5.0
TOTAL_SECONDS = 7.0
_MOST_BYTES = 16 * 1024
_MOST_DETAIL = 300
_LONGEST_PAUSE = timedelta(hours=1)
_TEMPORARY = {408, 425, 429}
_SERVER_ERROR = 500


class Answer(NamedTuple):
    """What came back: the status, the beginning of the body, and how long the provider asks to be left alone."""

    status: int
    body: bytes
    retry_after: timedelta | None = None

    @property
    def is_success(self) -> bool:
        """Tell whether HTTP says that it went well; the provider's own code may say otherwise."""
        return 200 <= self.status < 300  # noqa: PLR2004

    @property
    def is_passing(self) -> bool:
        """Tell whether HTTP says that it may go well later: 408, 425, 429 and 5xx."""
        return self.status in _TEMPORARY or self.status >= _SERVER_ERROR

    @property
    def content(self) -> dict[str, Any]:
        """Return the JSON object of the body; nothing where there is none."""
        try:
            content = json.loads(self.body)
        except ValueError:
            return {}
        return content if isinstance(content, dict) else {}


class Provider:
    """Posts to one provider; what it says is kept with the channel's name before it and the secrets blanked."""

    def __init__(self, name: str, *secrets: str, clock: Callable[[], float]) -> None:
        """Take the channel's name, what may never be told, and the clock for ``Retry-After`` (seconds since 1970)."""
        self._name = name
        self._secrets = secrets
        self._clock = clock

    async def post(
        self,
        url: str,
        content: object,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Answer:
        """Post JSON."""
        body = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
        return await self._ask(
            "POST", url, body, {"Content-Type": "application/json; charset=utf-8", **(headers or {})}, params
        )

    async def get(self, url: str, params: Mapping[str, str]) -> Answer:
        """Ask for something."""
        return await self._ask("GET", url, b"", {}, params)

    async def _ask(
        self, method: str, url: str, body: bytes, headers: Mapping[str, str], params: Mapping[str, str] | None
    ) -> Answer:
        client = httpx2.AsyncClient(timeout=SECONDS, trust_env=False, verify=trusted())
        request = client.build_request(method, url, content=body or None, headers=headers, params=params or None)
        try:
            async with asyncio.timeout(TOTAL_SECONDS), client:
                response = await client.send(request, stream=True)
                told = await _beginning(response)
                await response.aclose()
        except (httpx2.HTTPError, OSError, TimeoutError) as error:
            # The error's own words would name the address, which may hold a key.
            raise NotHandedOver(f"{self._name}: {type(error).__name__}") from None
        return Answer(response.status_code, told, self._pause(response.headers.get("retry-after", "")))

    def _pause(self, wish: str) -> timedelta | None:
        if wish.strip().isdecimal():
            return min(timedelta(seconds=min(int(wish), 10**6)), _LONGEST_PAUSE)
        try:
            left = parsedate_to_datetime(wish).timestamp() - self._clock()
        except ValueError:
            return None
        return min(max(timedelta(seconds=left), timedelta(0)), _LONGEST_PAUSE)

    def require_success(self, answer: Answer) -> None:
        """Refuse what HTTP itself calls a failure: what may pass is tried again, the rest is final."""
        if not answer.is_success:
            raise NotHandedOver(
                f"{self._name}: HTTP {answer.status}", is_final=not answer.is_passing, retry_after=answer.retry_after
            )

    def refusal(self, told: str, answer: Answer, *, is_final: bool) -> NotHandedOver:
        """Return a refusal in the provider's own words."""
        return NotHandedOver(self.kept(told), is_final=is_final, retry_after=answer.retry_after)

    def kept(self, told: str) -> str:
        """Return what a provider said as it may be kept."""
        for secret in self._secrets:
            told = told.replace(secret, "***")
        return f"{self._name}: {' '.join(told.split())}"[:_MOST_DETAIL]


async def _beginning(response: httpx2.Response) -> bytes:
    body = b""
    async for part in response.aiter_bytes():
        body += part
        if len(body) > _MOST_BYTES:
            break
    return body[:_MOST_BYTES]
