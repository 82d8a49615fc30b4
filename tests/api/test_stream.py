"""Following an incident live, and taking up the thread after a break."""

import asyncio
from collections.abc import Callable

import pytest
from httpx2 import EventSource

from api import live
from tests.api.cast import MANAGER, OPERATOR, TOKENS
from tests.api.story import Story, operator_handling
from tests.api.system import Api

Event = tuple[str, str, str]


async def read(api: Api, number: str, enough: Callable[[Event], bool], last: str | None = None) -> list[Event]:
    """Read a stream until an event is enough."""
    headers = {"Authorization": f"Bearer {TOKENS[OPERATOR]}", "Accept-Language": "en"}
    if last:
        headers["Last-Event-ID"] = last
    found: list[Event] = []
    path = f"/api/v1/incidents/{number}/stream"
    async with asyncio.timeout(60), api.client.stream("GET", path, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        async for event in EventSource(answer):
            found.append((event.event, event.id, event.data))
            if enough(found[-1]):
                break
    return found


async def test_what_happened_comes_first_then_what_happens(api: Api) -> None:
    story = await operator_handling(api)
    following = asyncio.create_task(read(api, story.number, lambda event: "step_recorded" in event[2]))
    await read(api, story.number, lambda event: "activated" in event[2])
    await story.act(OPERATOR, "steps", step="look", result="done", text="Seen")
    events = await following
    assert {event for event, _, _ in events} == {"entry"}
    assert [int(number) for _, number, _ in events] == list(range(1, len(events) + 1))
    assert '"kind":"reported"' in events[0][2]
    assert "Zhang Wei (operator) recorded step" in events[-1][2]


async def test_a_break_loses_nothing_and_repeats_nothing(api: Api, phases: dict[str, Story]) -> None:
    number = phases["closed"].number
    first = await read(api, number, lambda event: event[1] == "5")
    rest = await read(api, number, lambda event: '"kind":"closed"' in event[2], last=first[-1][1])
    seqs = [int(number) for _, number, _ in first + rest]
    assert seqs == list(range(1, len(seqs) + 1))


async def test_a_stream_has_a_bounded_life(api: Api, phases: dict[str, Story], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LIFE_SECONDS", 0.3)
    events = await read(api, phases["withdrawn"].number, lambda event: event[0] == "reconnect")
    assert len(events) > 1
    assert f'"after_seq":{events[-2][1]}' in events[-1][2].replace(" ", "")


async def test_a_last_event_of_somebody_else_is_refused(api: Api, phases: dict[str, Story]) -> None:
    path = f"/incidents/{phases['closed'].number}/stream"
    answer = await api.get(MANAGER, path, headers={"Last-Event-ID": "seven"})
    assert (answer.status_code, answer.json()["field"]) == (422, "Last-Event-ID")
