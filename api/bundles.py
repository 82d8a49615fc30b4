"""Everything about an incident in one file that can be checked on another machine (5.3.5)."""

import asyncio
import zlib
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse
from temporalio.service import RPCError

from adapters.evidence.bundle import Bundle
from adapters.snapshot import now_in_utc
from adapters.store import evidence as record
from api import audit
from api.auth import Keeper
from api.bodies import Number
from api.deps import Ports
from api.evidence import HARMLESS, disposition, handled
from api.openapi import problems
from api.problems import Case, Denied
from api.reading import must_exist
from api.services import Services
from api.signin.entry import address_of
from api.summary.bundled import papers
from domain.administration import Task
from domain.company import Person
from domain.text import N_
from workflows.contract import incident_id

router = APIRouter(prefix="/incidents/{number}", tags=["evidence"])

Exporter = Annotated[Person, Depends(Keeper(Task.EXPORT_RECORD))]
_HISTORY_SECONDS = 20
_EXPORTED = Case(200, "exported", N_("{person} exported everything about the incident {number}."), clause="5.3.5")
_NOT_RECORDED = Case(
    503,
    "not-recorded",
    N_("The record does not have this incident yet; try again in a moment."),
    headers={"Retry-After": "5"},
)


@router.get(
    "/bundle",
    operation_id="bundle",
    summary="Export everything about an incident",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}},
        **problems(404, 422),
    },
)
async def bundle(number: Number, exporter: Exporter, ports: Ports, request: Request) -> Response:
    """Pack timeline, evidence, reports, history and signatures as recorded; the record tells who took it."""
    found = await record.incident(ports.database, number)
    row = found.row
    if row is None:
        await must_exist(ports, number)
        raise Denied(_NOT_RECORDED)
    if found.history is None:
        found = replace(found, history=await _history(ports, number))
    taken = [handled(item, "exported", exporter, request) for item in found.exhibits.values() if item]
    await ports.custody.append(taken)
    told = _EXPORTED._replace(params={"person": exporter.id, "number": number, "address": address_of(request)})
    await audit.keep(ports, audit.line(request, told, exporter.id))
    packed = Bundle(
        found,
        row,
        handled=await ports.custody.of_incident(number),
        papers=await papers(ports, number),
    ).packed(ports.storage, ports.signer, ports.settings.retired_keys, by=exporter.id, at=now_in_utc())
    headers = {**HARMLESS, "Content-Disposition": disposition(f"{number}.zip")}
    return StreamingResponse(packed, media_type="application/zip", headers=headers)


async def _history(ports: Services, number: str) -> bytes | None:
    """Return the history of an incident that goes on, where Temporal gives it."""
    try:
        async with asyncio.timeout(_HISTORY_SECONDS):
            return zlib.compress((await ports.incidents.fetch(incident_id(number))).encode())
    except (RPCError, RuntimeError, TimeoutError):
        return None
