"""Accounts: who has a password, whether it may be tried now, and what a wrong one costs."""

from datetime import datetime
from typing import Any, NamedTuple

from pydantic import AwareDatetime
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import audit, sessions
from adapters.store.audit import Audited
from adapters.store.database import Database
from adapters.store.rows import insert
from adapters.store.tables import accounts
from domain.accounts import pause_after
from domain.text import Wire


class Account(Wire):
    """An account as administrators see it."""

    person: str
    must_change: bool
    failures: int
    locked_until: AwareDatetime | None = None
    lapses_at: AwareDatetime | None = None
    changed_at: AwareDatetime
    changed_by: str


class Try(NamedTuple):
    """One attempt: the kept hash (None: no password can be right now) and how long trying is locked from now."""

    password: str | None
    account: Account | None
    locked_until: datetime | None = None


class SqlAccounts:
    """The accounts. Everything here raises DatabaseAway."""

    def __init__(self, database: Database) -> None:
        """Take a database that is migrated."""
        self._database = database

    async def every(self) -> list[Account]:
        """Return all accounts."""
        async with self._database.session() as connection:
            found = await connection.execute(select(accounts).order_by(accounts.c.person))
            return [Account.model_validate(dict(row)) for row in found.mappings()]

    async def put(
        self,
        person: str,
        password: str,
        *,
        by: str,
        lapses_at: datetime | None = None,
        audited: Audited | None = None,
    ) -> None:
        """Give somebody a password, end his sessions and record it, all or none.

        One that lapses is for the first sign-in only and must be changed there.
        """
        async with self._database.transaction() as connection:
            now = await self._database.now(connection)
            values = {
                "password": password,
                "must_change": lapses_at is not None,
                "failures": 0,
                "locked_until": None,
                "lapses_at": lapses_at,
                "changed_at": now,
                "changed_by": by,
            }
            adding = insert(accounts, is_postgres=self._database.is_postgres).values(person=person, **values)
            await connection.execute(adding.on_conflict_do_update(index_elements=["person"], set_=values))
            await connection.execute(sessions.of(person))
            link = await audit.add(connection, audited, now) if audited else None
        if link:
            audit.anchor(link)

    async def remove(self, person: str) -> bool:
        """Take an account away; False when there was none."""
        async with self._database.transaction() as connection:
            gone = delete(accounts).where(accounts.c.person == person).returning(accounts.c.person)
            return (await connection.execute(gone)).first() is not None

    async def attempt(self, person: str) -> Try:
        """Count a try as failed before it is made, so that many at once get no more of them than one after another."""
        async with self._database.transaction() as connection:
            row = await self._locked(connection, person)
            if row is None:
                return Try(None, None)
            account = Account.model_validate(row)
            now = await self._database.now(connection)
            if account.locked_until and now < account.locked_until:
                return Try(None, account, account.locked_until)
            failures = account.failures + 1
            until = now + pause_after(failures) if pause_after(failures) else None
            his = update(accounts).where(accounts.c.person == person)
            await connection.execute(his.values(failures=failures, locked_until=until))
            has_lapsed = account.lapses_at is not None and account.lapses_at <= now
            return Try(None if has_lapsed else row["password"], account, until)

    async def succeeded(self, person: str) -> None:
        """Forget the wrong tries of before."""
        async with self._database.transaction() as connection:
            his = update(accounts).where(accounts.c.person == person)
            await connection.execute(his.values(failures=0, locked_until=None))

    async def _locked(self, connection: AsyncConnection, person: str) -> dict[str, Any] | None:
        found = await connection.execute(select(accounts).where(accounts.c.person == person).with_for_update())
        row = found.mappings().one_or_none()
        return dict(row) if row else None
