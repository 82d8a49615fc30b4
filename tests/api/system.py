"""The system under test, and people who speak HTTP to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import uvicorn
from temporalio.client import Client

from activities.messages import Message
from adapters.composition import activities
from adapters.links import Links
from adapters.settings import Settings
from adapters.store import migrate
from adapters.temporal import DATA_CONVERTER, register_search_attributes
from adapters.tls import trusted
from api.__main__ import options
from api.app import create_app
from domain.company import Person
from domain.policy import Severity
from tests.api.cast import TOKENS
from tests.servers import dev_server
from tools.launcher.ports import choose
from worker import workers

ROOT = Path(__file__).resolve().parents[2]
ALERT_TOKEN = "monitoring-token-of-the-api-tests"
PHONES = ["010-5550-0110", "010-5550-0119"]


def free_port() -> int:
    return choose("", 0)


def quick_policy(folder: Path) -> Path:
    """The shipped policy with the period of observation cut short, and reports that nobody must review."""
    text = (ROOT / "policy.yaml").read_text()
    lines = []
    for line in text.splitlines():
        name = line.partition(":")[0]
        if name in ("observation", "probe_interval"):
            head, _, tail = line.partition("value:")
            line = f"{head}value: 0.2, unit: seconds,{tail.split(',', 2)[2]}"  # noqa: PLW2901
        if name == "summary_review":
            line = line.replace("required", "optional")  # noqa: PLW2901
        lines.append(line)
    path = folder / "policy.yaml"
    path.write_text("\n".join(lines) + "\n")
    return path


def settings_for(folder: Path, temporal: str, **changes: Any) -> Settings:
    return Settings(
        **{
            "home": folder,
            "temporal_address": temporal,
            "policy": quick_policy(folder),
            "tokens": TOKENS,
            "alert_token": ALERT_TOKEN,
            "api_port": free_port(),
            "sign_ins_per_minute": 1000,
            "emergency_phones": ",".join(PHONES),
            "language": "zh-CN",
            **changes,
        }
    )


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator["Api"]:
    """The API on real HTTP."""
    config = uvicorn.Config(create_app(settings), **{**options(settings), "timeout_graceful_shutdown": 1})
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined] # the tests' own stay
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(20):
        while not server.started:
            if task.done():
                task.result()
            await asyncio.sleep(0.02)
    try:
        base = f"http://127.0.0.1:{settings.api_port}"
        async with httpx2.AsyncClient(base_url=base, timeout=20, verify=trusted()) as client:
            yield Api(client, settings)
    finally:
        server.should_exit = True
        await task


@dataclass
class Api:
    """HTTP as somebody: `api.post("zhang-wei", "/incidents", {...})`; None is nobody."""

    client: httpx2.AsyncClient
    settings: Settings

    async def get(self, who: str | None, path: str, language: str = "en", **options: Any) -> httpx2.Response:
        return await self.call("GET", who, path, language=language, **options)

    async def post(
        self, who: str | None, path: str, body: Any = None, *, language: str = "en", **options: Any
    ) -> httpx2.Response:
        if body is not None:
            options["json"] = body
        return await self.call("POST", who, path, language=language, **options)

    async def call(
        self,
        method: str,
        who: str | None,
        path: str,
        *,
        language: str | None = "en",
        headers: dict[str, str] | None = None,
        **options: Any,
    ) -> httpx2.Response:
        sent = dict(headers or {})
        if language:
            sent["Accept-Language"] = language
        if who:
            token = ALERT_TOKEN if who == "monitoring" else TOKENS.get(who, who)
            sent["Authorization"] = f"Bearer {token}"
        url = path if path.startswith(("/healthz", "/readyz", "/docs", "/openapi")) else f"/api/v1{path}"
        return await self.client.request(method, url, headers=sent, **options)

    def link_of(self, letter: dict[str, Any]) -> str:
        """Return the path of the link that a phone gets with a letter of the inbox, which itself holds none."""
        assert "/t/" not in letter["body"]
        told = {name: letter[name] for name in ("incident", "recipient", "template", "question", "clause")}
        message = Message(
            **told,
            dedup_key=letter["dedup_key"],
            title="x",
            system="x",
            severity=Severity.III,
            channel="mail",
            created_at=letter["created_at"],
        )
        reader = Person(id=letter["recipient"], name="x", name_en="x", department="x")
        return urlsplit(Links.by(self.settings).link(message, reader)).path


@dataclass
class System:
    """Everything that runs, and its API."""

    settings: Settings
    client: Client
    api: Api

    @classmethod
    @asynccontextmanager
    async def running(cls, folder: Path, **changes: Any) -> AsyncIterator["System"]:
        async with AsyncExitStack() as stack:
            environment = await dev_server(data_converter=DATA_CONVERTER)
            stack.push_async_callback(environment.shutdown)
            client = environment.client
            await register_search_attributes(client)
            settings = settings_for(folder, client.service_client.config.target_host, **changes)
            await migrate.upgrade(settings.database_url)
            ready = await stack.enter_async_context(activities(settings, client))
            for worker in workers(client, ready):
                await stack.enter_async_context(worker)
            yield cls(settings, client, await stack.enter_async_context(served(settings)))
