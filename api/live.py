"""The timeline as it grows: server-sent events with a bounded life, resumed by Last-Event-ID."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header
from fastapi.sse import EventSourceResponse, ServerSentEvent

from adapters.store.database import DatabaseAway
from api.auth import CurrentPerson
from api.bodies import Number
from api.deps import Locale, Ports
from api.openapi import problems
from api.reading import must_exist
from api.timeline import AfterSeq, entry_view

router = APIRouter(prefix="/incidents/{number}/stream", tags=["incidents"])
LIFE_SECONDS = 300.0
PACE_SECONDS = 0.5
_BATCH = 100


async def _existing(number: Number, ports: Ports) -> str:
    await must_exist(ports, number)
    return number


@router.get(
    "",
    operation_id="stream",
    summary="Follow the timeline of an incident",
    response_class=EventSourceResponse,
    responses=problems(404, 422),
)
async def stream(
    number: Annotated[str, Depends(_existing)],
    _person: CurrentPerson,
    ports: Ports,
    _: Locale,
    *,
    after_seq: AfterSeq = 0,
    last_event_id: Annotated[int | None, Header(alias="Last-Event-ID", ge=0, le=2**31 - 1)] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Send `entry` events with the seq as their id, first those that were missed; after some minutes `reconnect`."""
    seq = after_seq if last_event_id is None else last_event_id
    end = time.monotonic() + LIFE_SECONDS
    while time.monotonic() < end:
        try:
            entries = await ports.record.timeline(number, after_seq=seq, limit=_BATCH)
        except DatabaseAway:
            entries = []
        company = await ports.snapshots.directory.company()
        for entry in entries:
            seq = entry.seq
            shown = entry_view(entry, company, _, ports.snapshots.policy.regulators)
            yield ServerSentEvent(event="entry", id=str(seq), data=shown)
        if len(entries) < _BATCH:
            await asyncio.sleep(PACE_SECONDS)
    yield ServerSentEvent(event="reconnect", data={"after_seq": seq}, retry=1000)
