"""An HTTP request of the allow-list: one attempt, no redirects, an answer that is read only as far as it is kept."""

from collections.abc import Mapping

import httpx2

from activities.messages import ActionResult
from adapters.actions.entries import HttpAction
from adapters.tls import trusted

MOST_BYTES = 4096
CONNECT_SECONDS = 5.0
# Whoever could not even be reached has done nothing.
_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.UnsupportedProtocol, httpx2.InvalidURL)


async def carry_out(entry: HttpAction, secrets: Mapping[str, str]) -> ActionResult:
    """Send the request once; after it was sent, no answer means that nobody knows."""
    headers = entry.headers | {name: secrets[secret] for name, secret in entry.secret_headers.items()}
    timeout = httpx2.Timeout(entry.timeout_seconds, connect=min(CONNECT_SECONDS, entry.timeout_seconds))
    body = entry.body.encode() if entry.body is not None else None
    try:
        async with (
            httpx2.AsyncClient(timeout=timeout, trust_env=False, verify=trusted()) as client,
            client.stream(entry.method, entry.url, headers=headers, content=body) as response,
        ):
            is_expected = response.status_code in entry.expected_status
            told = f"HTTP {response.status_code} {await _beginning(response)}".rstrip()
    except _NEVER_SENT as error:
        return ActionResult(outcome="failed", why="unreachable", output=type(error).__name__)
    except httpx2.HTTPError as error:
        return ActionResult(outcome="unclear", why="no_answer", output=type(error).__name__)
    if is_expected:
        return ActionResult(outcome="done", output=told)
    return ActionResult(outcome="failed", why="unexpected", output=told)


async def _beginning(response: httpx2.Response) -> str:
    """Return the beginning of the answer; that it breaks off later changes nothing about the status."""
    found = b""
    try:
        async for part in response.aiter_bytes():
            found += part
            if len(found) >= MOST_BYTES:
                break
    except httpx2.HTTPError:
        """The status has come; the rest of the words is not needed."""
    return found[:MOST_BYTES].decode(errors="replace")
