"""The far side of the network: a webhook that notes when each message was handed over."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvicorn
from fastapi import FastAPI, Request

from tools.launcher.ports import HOST


@dataclass
class Provider:
    """Where messages arrived, and when (seconds since 1970)."""

    port: int
    arrivals: dict[str, float] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Return where messages are posted."""
        return f"http://{HOST}:{self.port}/"

    def about(self, incident: str) -> list[float]:
        """Return when the messages about an incident arrived, the first first."""
        return [at for key, at in self.arrivals.items() if key.startswith(f"{incident}:")]


@asynccontextmanager
async def receiving() -> AsyncIterator[Provider]:
    """Receive on a free port."""
    app = FastAPI()
    listening = socket.create_server((HOST, 0))
    provider = Provider(listening.getsockname()[1])

    @app.post("/")
    async def receive(request: Request) -> None:
        arrived_at = time.time()
        provider.arrivals.setdefault(json.loads(await request.body())["dedup_key"], arrived_at)

    @app.get("/healthz")
    async def answer() -> None:
        """The probe of the affected system: it is well."""

    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield provider
    finally:
        server.should_exit = True
        await serving
