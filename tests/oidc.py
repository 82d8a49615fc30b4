"""A real OpenID provider on loopback, whose users a test makes up."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest

from adapters.tls import trusted

# It uses what its own library calls old; the first import says so.
with pytest.warns(DeprecationWarning, match="authlib"):
    import oidc_provider_mock


@contextmanager
def provider_running() -> Iterator[str]:
    """Run a provider in a thread of this process; return its address."""
    with oidc_provider_mock.run_server_in_thread() as server:
        yield f"http://localhost:{server.server_port}"


async def known_there(provider: str, sub: str, **claims: object) -> None:
    """Make somebody up at the provider."""
    async with httpx2.AsyncClient(verify=trusted()) as client:
        answer = await client.put(f"{provider}/users/{sub}", json=claims)
        assert answer.is_success, answer.text
