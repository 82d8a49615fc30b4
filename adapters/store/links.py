"""What was done by one-time links: once for each act of a link."""

from datetime import datetime

from sqlalchemy import select

from adapters.links import Link
from adapters.store.database import Database
from adapters.store.rows import insert
from adapters.store.tables import used_links


class SqlLinks:
    """The used links. Everything here raises DatabaseAway."""

    def __init__(self, database: Database) -> None:
        """Take a database that is migrated."""
        self._database = database

    async def use(self, link: Link, act: str) -> None:
        """Note that a link was used for an act; its first use stands."""
        async with self._database.transaction() as connection:
            adding = insert(used_links, is_postgres=self._database.is_postgres).values(
                link=link.id,
                act=act,
                person=link.person,
                incident=link.incident,
                question=link.question,
                used_at=await self._database.now(connection),
            )
            await connection.execute(adding.on_conflict_do_nothing())

    async def used(self, link: Link) -> dict[str, datetime]:
        """Return for which acts a link was used, and when."""
        wanted = select(used_links.c.act, used_links.c.used_at).where(used_links.c.link == link.id)
        async with self._database.session() as connection:
            rows = await connection.execute(wanted.order_by(used_links.c.used_at))
        return {row.act: row.used_at for row in rows}
