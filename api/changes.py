"""Who changed what that is kept beside incidents: before, after, and in words."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from adapters.directory.words import Difference, told
from api.deps import Locale, Ports
from api.directory import Entitled
from api.openapi import problems
from api.paging import After, Limit, Listing
from domain.administration import Task
from domain.text import Key, Wire

router = APIRouter(tags=["directory"])


class ChangeView(Wire):
    """A change: a link of the chain of all changes."""

    id: int
    at: AwareDatetime
    person: str
    act: str
    kind: str
    item: str
    version: int
    reason: str | None = None
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    texts: list[str]
    hash: str


@router.get("/changes", operation_id="changes", summary="Who changed what, newest first", responses=problems(422))
async def changes(
    _editor: Annotated[object, Depends(Entitled(Task.READ_CHANGES))],
    ports: Ports,
    _: Locale,
    *,
    kind: Annotated[Key | None, Query(description="Such as `person`, `delegation`, `roster`.")] = None,
    item: Annotated[Key | None, Query(description="The id of one item.")] = None,
    after: After = None,
    limit: Limit = 50,
) -> Listing[ChangeView]:
    """List the changes of people, duty and calendar: who, when, why, from what to what."""
    page = await ports.snapshots.catalogue.changes(kind=kind, item=item, after=after, limit=limit)
    views = [
        ChangeView(
            **change.model_dump(exclude={"prev_hash"}),
            texts=told(Difference(change.kind, change.item, change.before, change.after), _),
        )
        for change in page.items
    ]
    return Listing(items=views, next=page.next)
