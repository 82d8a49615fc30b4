"""Whoever was in stays in for a short while when the database is away, and not a moment longer."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.credentials import REMEMBERED, Caller, Credentials, HeldOnce
from adapters.settings import Settings
from adapters.store.accounts import SqlAccounts
from adapters.store.audit import Audited, SqlAudit
from adapters.store.database import Database, DatabaseAway
from domain.company import Person

ZHANG_WEI = Person(id="zhang-wei", name="张伟", name_en="Zhang Wei", department="it")


class Time:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def credentials(database: Database, time: Time, tmp_path: Path) -> Credentials:
    return Credentials(Settings(home=tmp_path), database, time)


async def session(credentials: Credentials) -> str:
    return await credentials.open(ZHANG_WEI, way="password", address="127.0.0.1", agent="")


async def token(credentials: Credentials) -> str:
    _, secret = await credentials.issue("token", ZHANG_WEI.id, "Script", ["read"], by=ZHANG_WEI.id, ends_at=None)
    return secret


async def shown(credentials: Credentials, kind: str, secret: str) -> Caller | None:
    return await (credentials.by_session(secret) if kind == "session" else credentials.by_token(secret))


async def go_away(database: Database, *, back: bool = False) -> None:
    """To whoever asks for a table, one that is missing is a database that is away."""
    names = [("sessions", "sessions_away"), ("keys", "keys_away")]
    async with database.transaction() as connection:
        for here, away in names:
            old, new = (away, here) if back else (here, away)
            await connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))


@pytest.mark.parametrize("kind", ["session", "token"])
async def test_a_credential_that_was_seen_opens_for_a_short_while(
    kind: str, credentials: Credentials, database: Database, time: Time
) -> None:
    secret = await (session(credentials) if kind == "session" else token(credentials))
    assert await shown(credentials, kind, secret)
    await go_away(database)
    for _ in range(3):
        time.now += REMEMBERED / 3
        found = await shown(credentials, kind, secret)
        assert found
        assert found.person == ZHANG_WEI.id
    time.now += timedelta(seconds=1)
    with pytest.raises(DatabaseAway):
        await shown(credentials, kind, secret)
    await go_away(database, back=True)
    time.now += timedelta(seconds=10)
    assert await shown(credentials, kind, secret)


@pytest.mark.parametrize("kind", ["session", "token"])
async def test_what_was_never_seen_is_not_believed(kind: str, credentials: Credentials, database: Database) -> None:
    await go_away(database)
    with pytest.raises(DatabaseAway):
        await shown(credentials, kind, "fgs_whatever-somebody-shows")


async def test_what_was_ended_is_not_remembered(credentials: Credentials, database: Database, time: Time) -> None:
    secret, other = await session(credentials), await token(credentials)
    assert await credentials.by_session(secret)
    assert await credentials.by_token(other)
    await credentials.sessions.end(ZHANG_WEI.id)
    await credentials.keys.revoke("token", at=time.now, owner=ZHANG_WEI.id)
    assert await credentials.by_session(secret) is None
    with pytest.raises(HeldOnce) as shown:
        await credentials.by_token(other)
    assert (shown.value.key.owner, shown.value.key.name) == (ZHANG_WEI.id, "Script")
    await go_away(database)
    with pytest.raises(DatabaseAway):
        await credentials.by_session(secret)
    with pytest.raises(HeldOnce):
        await credentials.by_token(other)


async def test_use_keeps_a_session_awake_until_its_end(credentials: Credentials, time: Time, tmp_path: Path) -> None:
    secret, settings = await session(credentials), Settings(home=tmp_path)
    began = time.now
    for _ in range(settings.session_hours * 2 - 1):
        time.now += timedelta(minutes=30)
        assert await credentials.by_session(secret)
    time.now = began + timedelta(hours=settings.session_hours)
    assert await credentials.by_session(secret) is None


TOLD = Audited(person=ZHANG_WEI.id, act="change_password", method="PUT", path="/", code="password-changed")


async def test_a_new_password_ends_the_sessions_and_is_recorded_in_the_same_moment(
    credentials: Credentials, database: Database
) -> None:
    secret = await session(credentials)
    await SqlAccounts(database).put(ZHANG_WEI.id, "new", by=ZHANG_WEI.id, audited=TOLD)
    assert await credentials.by_session(secret) is None
    [told] = (await SqlAudit(database).of_person(ZHANG_WEI.id)).items
    assert told.code == "password-changed"


async def test_a_new_password_that_cannot_be_recorded_changes_nothing(
    credentials: Credentials, database: Database
) -> None:
    accounts = SqlAccounts(database)
    await accounts.put(ZHANG_WEI.id, "old", by=ZHANG_WEI.id)
    secret = await session(credentials)
    async with database.transaction() as connection:
        await connection.execute(text("ALTER TABLE refusals RENAME TO refusals_away"))
    with pytest.raises(DatabaseAway):
        await accounts.put(ZHANG_WEI.id, "new", by=ZHANG_WEI.id, audited=TOLD)
    assert await credentials.by_session(secret)
    assert (await accounts.attempt(ZHANG_WEI.id)).password == "old"
