"""Bringing an incident into each of its phases, by acts alone."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx2

from domain.report import SECTIONS
from tests.api.cast import (
    DIRECTOR,
    GENERAL_MANAGER,
    MANAGER,
    OPERATOR,
    SPECIALIST,
    SUPERVISOR,
    TECHNICIAN,
    report,
)
from tests.api.system import Api

SUMMARY: dict[str, Any] = {
    **{name: "…" for name in SECTIONS if name != "measures"},
    "measures": [{"text": "Watch the disk", "owner": TECHNICIAN, "due": "2027-01-31T09:00:00+08:00"}],
}
CHECKS = ("connect", "orders", "replication", "backup")


async def _settled(api: Api, who: str, path: str, body: Any) -> httpx2.Response:
    """Send something until it is known what came of it: on a busy machine the same key is asked again."""
    key = {"Idempotency-Key": uuid4().hex}
    async with asyncio.timeout(60):
        while (answer := await api.post(who, path, body, headers=key)).status_code in (202, 503):  # noqa: ASYNC110
            await asyncio.sleep(0.2)
    return answer


class Story:
    """One incident and what people do to it."""

    def __init__(self, api: Api, number: str) -> None:
        self.api = api
        self.number = number

    @classmethod
    async def reported(cls, api: Api, **changes: object) -> "Story":
        answer = await _settled(api, OPERATOR, "/incidents", report(**changes))
        assert answer.status_code in (200, 201), answer.text
        return cls(api, answer.json()["number"])

    async def act(self, who: str, resource: str, expect: int = 201, **body: Any) -> dict[str, Any]:
        answer = await _settled(self.api, who, f"/incidents/{self.number}/{resource}", body)
        expect = 200 if expect == 201 and answer.status_code == 200 else expect
        assert answer.status_code == expect, answer.text
        content: dict[str, Any] = answer.json()
        return content

    async def look(self, who: str = MANAGER, language: str = "en") -> dict[str, Any]:
        async with asyncio.timeout(60):
            # A busy machine: the worker does not answer at once, and the API asks to come again.
            while (answer := await self.api.get(who, f"/incidents/{self.number}", language)).status_code == 503:  # noqa: ASYNC110
                await asyncio.sleep(0.2)
        assert answer.status_code == 200, answer.text
        content: dict[str, Any] = answer.json()
        return content

    async def refusal_of(self, act: str) -> dict[str, Any]:
        """Ask until a refusal of this act is audited; a busy database takes it a little later."""
        async with asyncio.timeout(60):
            while True:
                answer = await self.api.get(MANAGER, f"/incidents/{self.number}/refusals?limit=100")
                items: list[dict[str, Any]] = answer.json().get("items", [])
                if found := [item for item in items if item["act"] == act]:
                    return found[0]
                await asyncio.sleep(0.1)

    async def until(self, is_so: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """Ask until it is so; the workflow does some things by itself."""
        async with asyncio.timeout(90):
            while not is_so(seen := await self.look()):  # noqa: ASYNC110  the answer comes from elsewhere
                await asyncio.sleep(0.2)
        return seen


async def reported(api: Api) -> Story:
    return await Story.reported(api)


async def judging(api: Api) -> Story:
    story = await reported(api)
    await story.until(lambda seen: seen["phase"] == "judging")  # once somebody has been called
    return story


async def withdrawn(api: Api) -> Story:
    story = await reported(api)
    await story.act(OPERATOR, "withdrawal", reason="It was a test of mine")
    return story


async def dismissed(api: Api) -> Story:
    story = await reported(api)
    await story.act(MANAGER, "judgement", verdict="not_emergency", reason="Planned maintenance")
    return story


async def operator_handling(api: Api) -> Story:
    story = await reported(api)
    await story.act(SUPERVISOR, "judgement", verdict="emergency")
    return story


async def on_site_handling(api: Api) -> Story:
    story = await operator_handling(api)
    await story.act(OPERATOR, "unresolved-report", text="The restart did not help")
    return story


async def director_decision(api: Api) -> Story:
    story = await reported(api)
    await story.act(MANAGER, "judgement", verdict="emergency", severity="I")
    await story.until(lambda seen: seen["phase"] == "director_decision")
    return story


async def department_handling(api: Api) -> Story:
    story = await director_decision(api)
    await story.act(DIRECTOR, "procedure-decision", start=False, reason="The department can do it")
    return story


async def group_handling(api: Api) -> Story:
    story = await director_decision(api)
    await story.act(DIRECTOR, "procedure-decision", start=True, is_major=True, reason="Trading stands still")
    await story.act(DIRECTOR, "leading-group", members=[MANAGER, TECHNICIAN], commander=MANAGER)
    return story


async def dismissed_late(api: Api) -> Story:
    story = await group_handling(api)
    await story.act(DIRECTOR, "judgement", verdict="not_emergency", reason="It was a drill of the supplier")
    return story


async def recovery(api: Api) -> Story:
    story = await group_handling(api)
    await story.act(TECHNICIAN, "resolution", text="The standby is primary now")
    return story


async def summary(api: Api) -> Story:
    story = await recovery(api)
    for item in CHECKS:
        await story.act(TECHNICIAN, "recovery-checks", item=item, passed=True)
    await story.until(lambda seen: seen["recovery"]["missing"] == [])
    await story.act(SUPERVISOR, "verification", passed=True, text="Seen with my own eyes")
    return story


async def closed(api: Api) -> Story:
    story = await summary(api)
    await story.act(SPECIALIST, "summary-reports", **SUMMARY)
    for who in (DIRECTOR, GENERAL_MANAGER):
        await story.act(who, "summary-receipts", version=1, accept=True)
    await story.act(MANAGER, "runbook-decision", change=False, reason="The runbook was right")
    await story.act(MANAGER, "closure")
    return story


PHASES: dict[str, Callable[[Api], Awaitable[Story]]] = {
    builder.__name__: builder
    for builder in (
        *(judging, withdrawn, dismissed, operator_handling, on_site_handling, director_decision),
        *(department_handling, group_handling, dismissed_late, recovery, summary, closed),
    )
}
