"""Whether somebody still belongs to the company, asked of the catalogue itself."""

from typing import Literal

from adapters.directory.documents import PERSON
from adapters.store.catalogue import SqlCatalogue


class CatalogueMembership:
    """Implements ``activities.ports.Membership``."""

    def __init__(self, catalogue: SqlCatalogue) -> None:
        """Take the catalogue."""
        self._catalogue = catalogue

    async def standing(self, person: str, version: int) -> Literal["left", "stayed", "pending"]:
        """Tell what came of a person's version; raises DatabaseAway."""
        item = await self._catalogue.get(PERSON, person)
        if item is not None and item.version < version:
            return "pending"
        return "left" if item is None or not item.document["is_active"] else "stayed"
