"""Recovery probes against real sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
from temporalio.testing import ActivityEnvironment

from activities.messages import ProbeRun
from activities.probes import ProbeChecks
from adapters.probes import NetworkProbes
from domain.company import Probe
from domain.text import Text

TITLE = Text(zh="探活", en="answers")


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """A server that answers /well with 200, /moved with 302, everything else with 503."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = await reader.readline()
        path = line.split()[1] if line else b""
        status = {b"/well": b"200 OK", b"/moved": b"302 Found"}.get(path, b"503 Away")
        writer.write(b"HTTP/1.1 " + status + b"\r\nLocation: /well\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    ("kind", "target", "passes"),
    [
        ("http", "http://127.0.0.1:{port}/well", True),
        ("http", "/well", True),
        ("http", "http://127.0.0.1:{port}/ill", False),
        ("http", "http://127.0.0.1:{port}/moved", False),
        ("http", "http://[broken", False),
        ("http", "ftp://127.0.0.1/", False),
        ("tcp", "127.0.0.1:{port}", True),
        ("tcp", "127.0.0.1:{closed}", False),
        ("tcp", "127.0.0.1", False),
    ],
)
async def test_a_probe_tells_what_it_saw(port: int, kind: str, target: str, passes: bool) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        address = target.format(port=port, closed=bound.getsockname()[1])
        probe = Probe.model_validate({"id": "p", "title": TITLE, "kind": kind, "target": address})
        result, saw = await NetworkProbes(f"http://127.0.0.1:{port}").check(probe)
    assert result is passes
    assert saw


async def test_a_round_names_who_passed_and_who_failed(port: int) -> None:
    probes = [
        Probe(id="front", title=TITLE, kind="http", target="/well"),
        Probe(id="back", title=TITLE, kind="http", target="/ill"),
    ]
    checks = ProbeChecks(NetworkProbes(f"http://127.0.0.1:{port}"))
    results = await ActivityEnvironment().run(checks.run_probes, ProbeRun(incident="INC-1", round=1, probes=probes))
    assert (results.passed, results.failed) == (["front"], ["back"])
    assert results.detail == "front: HTTP 200; back: HTTP 503"
