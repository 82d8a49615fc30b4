"""How an act of a person becomes a command, and how its outcome is told."""

import hashlib
from secrets import token_hex
from typing import Literal

from fastapi.responses import JSONResponse
from pydantic import BaseModel

_LONGEST = 120


class Pending(BaseModel):
    """An act whose outcome is not known yet: stored without waiting, or no worker answered in time."""

    incident: str
    command_id: str
    status: Literal["stored", "unknown"]
    ask: str


def command_id(person: str, key: str | None) -> str:
    """Return the id of a command; the person is part of it, so that two people cannot meet in one key."""
    wanted = f"{person}:{key or token_hex(16)}"
    return wanted if len(wanted) <= _LONGEST else hashlib.sha256(wanted.encode()).hexdigest()


def pending(number: str, command: str, status: Literal["stored", "unknown"], ask: str | None = None) -> JSONResponse:
    """Answer 202: the timeline tells under this command id what became of it."""
    ask = ask or f"/api/v1/incidents/{number}/timeline"
    content = Pending(incident=number, command_id=command, status=status, ask=ask).model_dump()
    headers = {"Location": ask}
    if status == "stored":
        headers["Preference-Applied"] = "respond-async"
    return JSONResponse(content, status_code=202, headers=headers)
