"""Workers are killed in the middle of transitions; afterwards every invariant holds (I1 to I13)."""

import pytest

from tests.checker import check, check_replay
from tests.resilience.conftest import Played
from tests.resilience.kills import KILLS

pytestmark = [pytest.mark.xdist_group("resilience"), pytest.mark.timeout(150)]


@pytest.mark.parametrize("name", KILLS)
async def test_nothing_is_lost_by_a_kill(played: Played, name: str) -> None:
    evidence = await played[name]
    assert check(evidence) == []
    assert await check_replay(evidence) == []
    assert {row["phase"] for row in evidence.tables["incidents"]} == {"closed"}
    assert evidence.absences
    assert [operation for operation in evidence.operations if operation["outcome"] == "unknown"] == []
