"""For whoever runs the service: is the process alive, are its servers there."""

import asyncio
from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from adapters.store.database import DatabaseAway
from api.deps import Ports
from api.services import Services

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """Nothing but yes or no: anybody may ask."""

    status: Literal["ok", "away"] = "ok"


@router.get("/healthz", summary="The process answers", operation_id="healthz")
async def healthz() -> Health:
    """Say that the process lives; its servers may be away."""
    return Health()


@router.get(
    "/readyz",
    summary="Temporal and the database answer",
    operation_id="readyz",
    responses={503: {"model": Health, "description": "One of them does not answer."}},
)
async def readyz(ports: Ports, response: Response) -> Health:
    """Say whether requests can be served in full."""
    if all(await asyncio.gather(ports.incidents.is_reachable(), _has_database(ports))):
        return Health()
    response.status_code = 503
    return Health(status="away")


async def _has_database(ports: Services) -> bool:
    try:
        await ports.database.ping()
    except DatabaseAway:
        return False
    return True
