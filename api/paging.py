"""Pages of a list: `next` names the place where the next one starts."""

from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

from adapters.store.pages import LARGEST

T = TypeVar("T")

After = Annotated[str | None, Query(max_length=400, description="`next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=LARGEST)]


class Listing(BaseModel, Generic[T]):
    """Some items, and where the next page starts; null at the end."""

    items: list[T]
    next: str | None = None
