"""`python -m adapters.bootstrap PERSON`: let the first administrator in, with a one-time password printed here."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta

from adapters.passwords import Passwords, one_time_password
from adapters.process import run
from adapters.settings import Settings
from adapters.store.accounts import SqlAccounts
from adapters.store.database import Database

LAPSES_AFTER = timedelta(hours=72)


def main(settings: Settings) -> None:
    """Give the person that the command names an account, or a new password."""
    (person,) = sys.argv[1:]
    sys.stdout.write(f"{asyncio.run(let_in(settings, person))}\n")


async def let_in(settings: Settings, person: str) -> str:
    """Return the password; it must be changed at the first sign-in."""
    database = Database(settings.database_url)
    password = one_time_password()
    try:
        lapses_at = datetime.now(UTC) + LAPSES_AFTER
        hashed = await Passwords().hash(password)
        await SqlAccounts(database).put(person, hashed, by="system", lapses_at=lapses_at)
    finally:
        await database.close()
    return password


if __name__ == "__main__":
    run(main)
