"""Technical recovery checks over the network (6.1)."""

import asyncio
from contextlib import suppress
from urllib.parse import urljoin

import httpx2

from adapters.tls import trusted
from domain.company import Probe

_SECONDS = 5.0


class NetworkProbes:
    """HTTP and TCP probes, five seconds each; implements ``activities.ports.Probing``."""

    def __init__(self, own_url: str) -> None:
        """Take our own address: an HTTP target that is only a path is looked for there."""
        self._own_url = own_url

    async def check(self, probe: Probe) -> tuple[bool, str]:
        """Tell whether the target answers (HTTP: with 2xx), and what was seen."""
        try:
            async with asyncio.timeout(_SECONDS):
                return await (self._http(probe.target) if probe.kind == "http" else _tcp(probe.target))
        except TimeoutError:
            return False, f"no answer within {_SECONDS:g} s"
        except (OSError, ValueError, httpx2.HTTPError, httpx2.InvalidURL) as error:
            return False, f"{type(error).__name__}: {error}"

    async def _http(self, target: str) -> tuple[bool, str]:
        url = urljoin(self._own_url, target) if target.startswith("/") else target
        async with (
            httpx2.AsyncClient(timeout=_SECONDS, trust_env=False, verify=trusted()) as client,
            client.stream("GET", url) as response,
        ):
            return response.is_success, f"HTTP {response.status_code}"


async def _tcp(target: str) -> tuple[bool, str]:
    host, _, port = target.rpartition(":")
    _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True, "connected"
