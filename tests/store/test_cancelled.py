"""A writer that is cancelled at any moment leaves no lock behind."""

import asyncio
import random
from pathlib import Path

import pytest

from adapters.store import migrate
from adapters.store.audit import Audited, SqlAudit
from adapters.store.database import Database

REFUSAL = Audited(person="somebody", act="judge", method="POST", path="/", code="not-authorised")


@pytest.mark.parametrize("cancels", [1, 2])
async def test_whoever_is_cancelled_in_the_middle_of_a_write_holds_nobody_up(cancels: int, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/record.db"
    await migrate.upgrade(url)
    databases = [Database(url), Database(url)]  # as of two processes
    audits = [SqlAudit(database) for database in databases]
    chance = random.Random(cancels)
    for _ in range(40):
        writers = [asyncio.create_task(audit.append(REFUSAL)) for audit in (*audits, *audits)]
        for _ in range(cancels):
            await asyncio.sleep(chance.random() * 0.01)
            for writer in writers:
                writer.cancel()
        await asyncio.gather(*writers, return_exceptions=True)
        for audit in audits:
            assert (await audit.append(REFUSAL)).id
    for database in databases:
        await database.close()
