"""On a running system: a provider that refuses in words, an acknowledgement, and silence at every receiver (5.2.1)."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from adapters.store import migrate
from adapters.store.database import Database
from adapters.store.deliveries import SqlDeliveries
from tests import cast
from tests.api.system import Api, served, settings_for
from tests.channels import platforms
from tests.channels.platforms import DingTalk, Reply, WeComRobot, on_loopback
from tests.checker import check
from tests.resilience.provider import SECRET
from tests.resilience.site import Site, site
from tests.servers import dev_server

pytestmark = pytest.mark.timeout(90)

SECONDS = 5
REPEAT = timedelta(seconds=2)
TOKENS = {person: f"token-of-{person}-for-these-tests" for person in (cast.OPERATOR, cast.MANAGER)}
REACH = {cast.MANAGER: {"dingtalk": "13800138000", "wecom-robot": "Manager"}}


class Deaf(DingTalk):
    """A robot that takes every well-formed request with HTTP 200 and says in its body that it does not."""

    def taken(self) -> Reply:
        return Reply({"errcode": 310000, "errmsg": "keywords not in content"})


class Installation:
    """A worker of its own process, the API on real HTTP, and every receiver that a message can come to."""

    def __init__(self, at: Site, api: Api, database: Database, robots: tuple[DingTalk, WeComRobot]) -> None:
        self.site = at
        self.api = api
        self.database = database
        self.first, self.second = robots

    async def report(self) -> str:
        """Report an anomaly and return the incident's number."""
        body = cast.report().model_dump(mode="json", exclude_defaults=True)
        answer = await self.api.post(TOKENS[cast.OPERATOR], "/incidents", body)
        assert answer.status_code == 201, answer.text
        number: str = answer.json()["number"]
        return number

    def handed_to_the_manager(self, number: str) -> list[dict[str, Any]]:
        """Return what his second channel has taken."""
        return [item for item in self.second.received if number in str(item) and "<@Manager>" in str(item)]

    def repeats(self, number: str) -> set[int]:
        """Return the calls of which the supervisor's provider has heard."""
        letters = [item for item in self.site.provider.received if item["incident"] == number]
        return {item["call"] for item in letters if item["recipient"] == cast.SUPERVISOR}

    async def received(self, number: str) -> int:
        """Count the messages about an incident at all receivers."""
        far = [*self.first.received, *self.second.received, *self.site.provider.received]
        async with self.database.session() as connection:
            query = text("SELECT count(*) FROM inbox WHERE incident = :number")
            near = await connection.scalar(query, {"number": number})
        return sum(number in json.dumps(item, ensure_ascii=False) for item in far) + int(near or 0)

    async def until(self, is_so: Any) -> None:
        async def asked() -> bool:
            return bool(is_so())

        await self.site.until(asked)


@pytest.fixture
async def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Installation]:
    monkeypatch.setattr(platforms, "NOW", time.time())
    first, second = Deaf(), WeComRobot()
    policy = cast.policy(page_repeat=REPEAT)
    async with AsyncExitStack() as stack:
        stack.enter_context(on_loopback(first))
        stack.enter_context(on_loopback(second))
        server = await dev_server()
        stack.push_async_callback(server.shutdown)
        address = server.client.service_client.config.target_host
        home = tmp_path / "home"
        home.mkdir()
        await migrate.upgrade(f"sqlite+aiosqlite:///{home / 'record.db'}")
        robots = {
            "dingtalk_base_url": first.url,
            "dingtalk_token": first.token,
            "dingtalk_secret": first.secret,
            "wecom_base_url": second.url,
            "wecom_robot_key": second.key,
        }
        environment = {f"FENGSUI_{name.upper()}": value for name, value in robots.items()}
        at = await stack.enter_async_context(site(address, "default", home, policy, REACH, environment))
        settings = settings_for(
            tmp_path,
            address,
            home=home,
            database_url=at.database_url,
            company=home / "company.yaml",
            runbooks=home / "runbooks",
            policy=home / "policy.yaml",
            tokens=TOKENS,
            secret=SECRET,
            webhook_url=f"{at.provider.url}/hook",
            webhook_secret=SECRET,
            **robots,
        )
        database = Database(at.database_url)
        stack.push_async_callback(database.close)
        yield Installation(at, await stack.enter_async_context(served(settings)), database, (first, second))


async def test_the_second_channel_within_seconds_and_silence_after_an_acknowledgement(
    installation: Installation,
) -> None:
    reported_at = time.monotonic()
    number = await installation.report()
    await installation.until(lambda: installation.handed_to_the_manager(number))
    assert time.monotonic() - reported_at < SECONDS

    async def both_attempts() -> bool:
        attempts = await SqlDeliveries(installation.database).of_incident(number)
        first = [item for item in attempts if (item.recipient, item.channel) == (cast.MANAGER, "dingtalk")][:1]
        second = [item for item in attempts if (item.recipient, item.channel) == (cast.MANAGER, "wecom-robot")][:1]
        told = [(item.is_accepted, item.detail, item.dedup_key.rpartition(":")[0]) for item in first + second]
        page = told[0][2] if told else ""
        return told == [
            (False, "dingtalk: errcode 310000 keywords not in content", page),
            (True, "wecom-robot: errcode 0 ok", page),
        ]

    await installation.site.until(both_attempts)
    other = await installation.report()
    await installation.until(lambda: {1, 2} <= installation.repeats(number) & installation.repeats(other))

    answer = await installation.api.post(
        TOKENS[cast.MANAGER], f"/incidents/{number}/acknowledgements", {"question": "judgement/1"}
    )
    assert answer.status_code == 201, answer.text
    # What was in flight has landed when the other incident, which nobody acknowledged, is called the next time.
    await _calls_more(installation, other, 1)
    before = await installation.received(number)
    await _calls_more(installation, other, 2)
    assert await installation.received(number) == before

    evidence = await installation.site.evidence()
    assert [violation for violation in check(evidence) if violation.invariant in ("I2", "I3", "I11")] == []


async def _calls_more(installation: Installation, number: str, times: int) -> None:
    wanted = max(installation.repeats(number)) + times
    await installation.until(lambda: wanted in installation.repeats(number))
