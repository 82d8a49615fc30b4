"""The caller's own messages."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path

from adapters.snapshot import now_in_utc
from adapters.store.inbox import Received
from api.auth import CurrentPerson
from api.deps import Ports
from api.openapi import problems
from api.paging import After, Limit, Listing

router = APIRouter(prefix="/inbox", tags=["company"])
MessageId = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("", operation_id="inbox", summary="My messages, newest first", responses=problems(422))
async def inbox(
    person: CurrentPerson, ports: Ports, *, unread: bool = False, after: After = None, limit: Limit = 50
) -> Listing[Received]:
    """List the caller's messages."""
    page = await ports.inbox.of_person(person.id, unread_only=unread, after=after, limit=limit)
    return Listing(items=page.items, next=page.next)


@router.post(
    "/{message}/reading",
    operation_id="read_message",
    summary="I have read it",
    responses=problems(404, 413, 415, 422),
)
async def reading(message: MessageId, person: CurrentPerson, ports: Ports) -> Received:
    """Mark a message as read; the first reading stands."""
    read = await ports.inbox.mark_read(person.id, message, now_in_utc())
    if read is None:
        raise HTTPException(404)
    return read
