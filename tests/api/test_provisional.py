"""5.3.3, 6.2: a deadline in a year that nobody announced is marked wherever it is shown."""

from datetime import timedelta

import pytest

from adapters.i18n import translator
from adapters.store.database import Database
from adapters.store.record import SqlRecord
from api.sentences import _text
from domain.policy import Deadline
from tests import cast
from tests.api.cast import MANAGER
from tests.api.system import System
from tests.cast import NOW
from tests.store.story import batch, timeline

DUE = Deadline(at=NOW + timedelta(days=40), clause="6.2", is_provisional=True)


@pytest.mark.parametrize(("language", "mark"), [("en", "(provisional)"), ("zh-CN", "（暂定）")])
def test_the_timeline_marks_it(language: str, mark: str) -> None:
    assert _text("deadline", DUE, cast.company(), translator(language)).endswith(mark)
    known = DUE.model_copy(update={"is_provisional": False})
    assert mark not in _text("deadline", known, cast.company(), translator(language))


@pytest.mark.parametrize("is_provisional", [True, False])
async def test_lists_mark_it(is_provisional: bool, system: System) -> None:
    number = f"2019-{int(is_provisional):04}"
    database = Database(system.settings.database_url, limit=30)
    listed = batch(timeline(number, title=number), deadline=DUE.at, is_provisional=is_provisional)
    await SqlRecord(database).append(listed)
    await database.close()
    (shown,) = (await system.api.get(MANAGER, f"/incidents?q={number}")).json()["items"]
    assert (shown["number"], shown["is_provisional"]) == (number, is_provisional)
