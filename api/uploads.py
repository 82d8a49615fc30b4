"""Evidence comes in: streamed to the storage first, then the incident hears of it by its digest (5.3.5)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from starlette.requests import ClientDisconnect

from activities.ports import Empty, Received, TooLarge
from adapters.evidence.sniffing import declared, sniffed
from adapters.snapshot import now_in_utc
from adapters.store.database import DatabaseAway
from adapters.temporal import OutcomeUnknown, TemporalAway
from api.acts import RESOURCES
from api.auth import CurrentPerson
from api.bodies import IdempotencyKey, IfMatch, Number, Strict
from api.commands import Pending, command_id, pending
from api.deps import Ports
from api.openapi import ETAG, problems
from api.problems import Case, Denied, too_large
from api.reading import find
from api.services import Services
from api.signin.entry import address_of
from domain.acts import Act, AddEvidence, Command, Receipt
from domain.company import Role
from domain.decide import decide
from domain.errors import Refusal
from domain.exhibit import Algorithm, MediaType, safe_name
from domain.incident import Incident
from domain.text import N_, Line, Prose
from domain.values import Instant

IDLE_SECONDS = 60.0
CLAUSE = "5.3.5"
_NOTHING = Case(422, "empty", N_("The file is empty; there is nothing to keep."), clause=CLAUSE)
_CUT_OFF = Case(400, "cut-off", N_("The file did not come in whole; nothing was kept."), clause=CLAUSE)
_UNKNOWN_DIGEST = "0" * 64
# Any content at all, of whatever type its sender declares.
_CONTENT = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
_BODY: dict[str, Any] = {"requestBody": {"required": True, "content": _CONTENT}}

router = APIRouter(prefix=f"/incidents/{{number}}/{RESOURCES[AddEvidence]}", tags=["evidence"])


class About(Strict):
    """What goes with a file: in the query, where any language is safe."""

    name: str = Field("", max_length=1000, description="Name of the file; paths and hidden signs go.")
    kind: Literal["first_hand_material", "fault_log"] = "first_hand_material"
    text: Prose | None = Field(None, description="What it shows.")
    collected_at: Instant | None = Field(None, description="When it was collected.")
    collected_by: Line | None = Field(None, description="Who collected it, when it was not you.")
    place: Line | None = Field(None, description="Where it was collected.")
    post: Role | None = Field(None, description="In which role you act.")


class EvidenceReceipt(Receipt):
    """Where the file stands in the record, and under which digest its content is kept."""

    digest: str
    algorithm: Algorithm
    size: int
    file_name: str
    media_type: MediaType
    declared_type: MediaType | None = None


@router.post(
    "",
    name=AddEvidence.name,
    operation_id=AddEvidence.name,
    summary="Add a file to the evidence",
    response_model=EvidenceReceipt,
    status_code=201,
    response_description="Kept and recorded.",
    responses={
        200: {"model": EvidenceReceipt, "description": "The same file was recorded before.", "headers": ETAG},
        202: {"model": Pending, "description": "Kept; whether it is recorded is not known yet."},
        **problems(404, 409, 413, 422),
    },
    openapi_extra=_BODY,
)
async def add_evidence(
    *,
    number: Number,
    person: CurrentPerson,
    ports: Ports,
    request: Request,
    response: Response,
    about: Annotated[About, Query()],
    key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Any:
    """Send the raw content as the body; nothing is kept of what is refused."""
    incident = (await find(ports, number)).incident
    # Another machine may have discovered it by a clock that is ahead of ours.
    now = max(now_in_utc(), incident.discovered_at or now_in_utc())
    act = AddEvidence(
        kind=about.kind,
        text=about.text,
        file_name=safe_name(about.name),
        size=1,
        digest=_UNKNOWN_DIGEST,
        declared_type=declared(request.headers.get("content-type")),
        collected_at=about.collected_at,
        collected_by=about.collected_by or person.id,
        place=about.place,
        received_from=address_of(request),
    )
    command = Command[AddEvidence](
        command_id=command_id(person.id, key),
        person=person.id,
        post=about.post,
        occurred_at=_happened_at(incident, about.collected_at, now),
        expected_version=int(if_match.strip('"')) if if_match else None,
        act=act,
    )
    # Whoever has no right is told before anything of the file is read.
    decide(incident, cast("Command[Act]", command), now)
    received = await _receive(request, ports)
    kept = {"size": received.size, "digest": received.digest, "algorithm": received.algorithm}
    act = act.model_copy(update={**kept, "media_type": sniffed(received.head)})
    return await _tell(ports, number, command.model_copy(update={"act": act}), received, response)


def _happened_at(incident: Incident, collected_at: datetime | None, now: datetime) -> datetime | None:
    """What was collected before is told late; a log may well be older than the discovery of the anomaly."""
    if collected_at is None or collected_at >= now:
        return None
    return max(collected_at, incident.discovered_at or collected_at)


async def _receive(request: Request, ports: Services) -> Received:
    most = ports.settings.evidence_most_bytes
    try:
        return await ports.storage.receive(_chunks(request), most)
    except TooLarge:
        raise Denied(too_large(most)._replace(clause=CLAUSE)) from None
    except Empty:
        raise Denied(_NOTHING) from None
    except (ClientDisconnect, TimeoutError):
        raise Denied(_CUT_OFF) from None


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    stream = request.stream()
    while True:
        async with asyncio.timeout(IDLE_SECONDS):
            try:
                chunk = await anext(stream)
            except StopAsyncIteration:
                return
        yield chunk


async def _tell(
    ports: Services, number: str, command: Command[AddEvidence], received: Received, response: Response
) -> Any:
    try:
        receipt = await ports.incidents.act(number, command)
    except OutcomeUnknown:
        await ports.storage.settle(received)
        return pending(number, command.command_id, "unknown")
    except TemporalAway:
        # It may have heard of it all the same. The content stays; the same key tells, or `fengsui verify` finds it.
        await ports.storage.settle(received)
        raise
    except Refusal:
        await ports.storage.drop(received, is_referenced=await _is_referenced(ports, received))
        raise
    await ports.storage.settle(received)
    response.status_code = 200 if receipt.is_repeat else 201
    response.headers["ETag"] = f'"{receipt.version}"'
    told = command.act.model_dump(include=set(EvidenceReceipt.model_fields))
    return EvidenceReceipt(**receipt.model_dump(), **told)


async def _is_referenced(ports: Services, received: Received) -> bool:
    try:
        return await ports.exhibits.is_referenced(received.algorithm, received.digest)
    except DatabaseAway:
        return True
