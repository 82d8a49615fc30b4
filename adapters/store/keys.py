"""Personal tokens and machine keys: shown once, kept as digests, scoped, ending, revocable."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BeforeValidator
from sqlalchemy import select, update

from adapters.store.database import Database
from adapters.store.tables import keys
from domain.text import Wire

Kind = Literal["token", "machine"]


class Key(Wire):
    """A token or key without its secret; ``systems`` limits what a machine reports, none of them means all."""

    id: str
    kind: Kind
    owner: str
    name: str
    scopes: list[str]
    systems: Annotated[list[str], BeforeValidator(lambda kept: kept or [])] = []
    created_at: AwareDatetime
    created_by: str
    ends_at: AwareDatetime | None = None
    revoked_at: AwareDatetime | None = None
    used_at: AwareDatetime | None = None

    def holds_at(self, now: datetime) -> bool:
        """Tell whether it opens anything at an instant; its end itself is outside."""
        return self.revoked_at is None and (self.ends_at is None or now < self.ends_at)


class SqlKeys:
    """The tokens and keys. Everything here raises DatabaseAway."""

    def __init__(self, database: Database) -> None:
        """Take a database that is migrated."""
        self._database = database

    async def add(self, key: Key, digest: str) -> None:
        """Keep a new one."""
        async with self._database.transaction() as connection:
            await connection.execute(keys.insert().values(digest=digest, **key.model_dump()))

    async def find(self, digest: str) -> Key | None:
        """Find one by its digest, whether it still holds or not."""
        async with self._database.session() as connection:
            found = await connection.execute(select(keys).where(keys.c.digest == digest))
            row = found.mappings().one_or_none()
        return Key.model_validate(dict(row)) if row else None

    async def get(self, kind: Kind, key_id: str) -> Key | None:
        """Find one by its id."""
        async with self._database.session() as connection:
            found = await connection.execute(select(keys).where(keys.c.kind == kind, keys.c.id == key_id))
            row = found.mappings().one_or_none()
        return Key.model_validate(dict(row)) if row else None

    async def every(self, kind: Kind, owner: str | None = None) -> list[Key]:
        """Return those of a kind, the newest first."""
        wanted = select(keys).where(keys.c.kind == kind).order_by(keys.c.created_at.desc(), keys.c.id)
        if owner is not None:
            wanted = wanted.where(keys.c.owner == owner)
        async with self._database.session() as connection:
            return [Key.model_validate(dict(row)) for row in (await connection.execute(wanted)).mappings()]

    async def used(self, digest: str, at: datetime) -> None:
        """Say that it was used."""
        async with self._database.transaction() as connection:
            await connection.execute(update(keys).where(keys.c.digest == digest).values(used_at=at))

    async def revoke(self, kind: Kind, *, at: datetime, key_id: str | None = None, owner: str | None = None) -> int:
        """End one, or all of an owner; return how many ended by it."""
        ended = update(keys).where(keys.c.kind == kind, keys.c.revoked_at.is_(None))
        if key_id is not None:
            ended = ended.where(keys.c.id == key_id)
        if owner is not None:
            ended = ended.where(keys.c.owner == owner)
        async with self._database.transaction() as connection:
            return len((await connection.execute(ended.values(revoked_at=at).returning(keys.c.id))).all())
