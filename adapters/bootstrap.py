"""`python -m adapters.bootstrap PERSON`: let the first administrator in, with a one-time password printed here."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta

from adapters.leaving import leave
from adapters.passwords import Passwords, one_time_password
from adapters.process import USAGE, run
from adapters.settings import Settings
from adapters.store.accounts import SqlAccounts
from adapters.store.database import Database, DatabaseAway

LAPSES_AFTER = timedelta(hours=72)


def main(settings: Settings) -> None:
    """Give the person that the command names an account, or a new password."""
    if len(sys.argv) != 2:  # noqa: PLR2004 - the command and the person
        sys.stderr.write("python -m adapters.bootstrap PERSON\n")
        leave(USAGE)
    try:
        password = asyncio.run(let_in(settings, sys.argv[1]))
    except DatabaseAway as away:
        sys.stderr.write(f"{settings.home}: {away}\n")
        leave(USAGE)
    sys.stdout.write(f"{password}\n")


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
