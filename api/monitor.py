"""Are the people ready: a yes or no that a monitor can poll with a machine's key (4.2)."""

from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime

from api import problems
from api.deps import Ports
from api.readiness import judge
from domain.text import N_, Wire

router = APIRouter(tags=["readiness"])


class ReadinessStatus(Wire):
    """No gap is an alarm; notices do not count."""

    status: Literal["ready"] = "ready"
    notices: int
    as_of: AwareDatetime


@router.get(
    "/readiness/status",
    operation_id="readiness_status",
    summary="Are the people ready: 200 they are, 503 they are not",
    response_model=ReadinessStatus,
)
async def status(request: Request, response: Response, ports: Ports) -> ReadinessStatus | Response:
    """Say yes or no to a monitor; not ready is the problem `not-ready` with the number of gaps."""
    found = await judge(ports)
    counts = {"alarms": len(found.alarms), "notices": len(found.gaps) - len(found.alarms)}
    if found.is_ready:
        response.headers["Cache-Control"] = "no-store"
        return ReadinessStatus(notices=counts["notices"], as_of=found.as_of)
    case = problems.Case(
        503,
        "not-ready",
        N_("Not all is ready: {alarms} gaps and {notices} notices."),
        {name: str(count) for name, count in counts.items()},
        clause="4.2",
        headers={"Cache-Control": "no-store"},
    )
    return problems.respond(request, case)
