"""Are the people ready: a yes or no that a monitor can poll with a machine's key (4.2)."""

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import AwareDatetime

from api.deps import Ports
from api.readiness import judge
from domain.text import Wire

router = APIRouter(tags=["readiness"])


class ReadinessStatus(Wire):
    """What a monitor polls: 200 ready, 503 not."""

    status: Literal["ready", "not_ready"]
    alarms: int
    notices: int
    as_of: AwareDatetime


@router.get(
    "/readiness/status",
    operation_id="readiness_status",
    summary="Are the people ready: for a monitor",
    responses={503: {"model": ReadinessStatus, "description": "They are not, or nobody can tell."}},
)
async def status(ports: Ports, response: Response) -> ReadinessStatus:
    """Say yes or no, and how many gaps there are."""
    found = await judge(ports)
    response.status_code = 200 if found.is_ready else 503
    response.headers["Cache-Control"] = "no-store"
    return ReadinessStatus(
        status="ready" if found.is_ready else "not_ready",
        alarms=len(found.alarms),
        notices=len(found.gaps) - len(found.alarms),
        as_of=found.as_of,
    )
