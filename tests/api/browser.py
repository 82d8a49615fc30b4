"""A browser of one person: it keeps its cookies, and sends along what its pages would."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from adapters.settings import Settings
from adapters.store.audit import SqlAudit
from adapters.store.database import Database
from adapters.tls import trusted
from tests.api.cast import NOBODY_SPECIAL
from tests.api.system import Api, System

ADMINISTRATOR = NOBODY_SPECIAL
PASSWORD = "Blue-kettle-7-rivers"


class Browser:
    """HTTP with cookies; `csrf` is what the sign-in told."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client
        self.csrf = ""

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings) -> AsyncIterator["Browser"]:
        base = f"http://127.0.0.1:{settings.api_port}"
        english = {"Accept-Language": "en"}
        async with httpx2.AsyncClient(base_url=base, timeout=20, verify=trusted(), headers=english) as client:
            yield cls(client)

    async def sign_in(self, person: str, password: str) -> httpx2.Response:
        answer = await self.client.post("/api/v1/auth/session", json={"person": person, "password": password})
        self.csrf = answer.json().get("csrf", "")
        return answer

    async def call(self, method: str, path: str, **options: Any) -> httpx2.Response:
        headers = {"X-CSRF-Token": self.csrf, **options.pop("headers", {})}
        return await self.client.request(method, f"/api/v1{path}", headers=headers, **options)

    async def is_in(self) -> bool:
        return (await self.call("GET", "/me")).status_code == 200


async def one_time_password(api: Api, person: str) -> str:
    answer = await api.call("PUT", ADMINISTRATOR, f"/auth/accounts/{person}")
    assert answer.status_code == 200, answer.text
    password: str = answer.json()["password"]
    return password


async def settled_in(browser: Browser, api: Api, person: str, password: str = PASSWORD) -> None:
    """Let somebody in and through his first change of the password."""
    first = await one_time_password(api, person)
    assert (await browser.sign_in(person, first)).json()["must_change_password"]
    body = {"old_password": first, "new_password": password}
    answer = await browser.call("PUT", "/auth/password", json=body)
    assert answer.status_code == 200, answer.text
    browser.csrf = answer.json()["csrf"]


async def recorded(system: System, person: str, code: str) -> list[dict[str, str]]:
    """What the record has of this code about a person."""
    database = Database(system.settings.database_url, limit=30)
    try:
        page = await SqlAudit(database).of_person(person, limit=100)
    finally:
        await database.close()
    return [item.params for item in page.items if item.code == code]
