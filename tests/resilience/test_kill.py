"""Workers are killed in the middle of transitions; afterwards every invariant holds (I1 to I13)."""

import pytest

from tests import cast
from tests.checker import check, check_replay
from tests.resilience.conftest import CONTINUED, Played
from tests.resilience.kills import KILLS
from workflows.contract import incident_id

pytestmark = [pytest.mark.xdist_group("resilience"), pytest.mark.timeout(150)]


@pytest.mark.parametrize("name", KILLS)
async def test_nothing_is_lost_by_a_kill(played: Played, name: str) -> None:
    evidence = await played[name]
    assert check(evidence) == []
    assert await check_replay(evidence) == []
    assert {row["phase"] for row in evidence.tables["incidents"]} == {"closed"}
    assert evidence.absences
    assert [operation for operation in evidence.operations if operation["outcome"] == "unknown"] == []


async def test_nothing_is_lost_when_incidents_continue_as_new_meanwhile(played: Played) -> None:
    evidence = await played[CONTINUED]
    assert check(evidence) == []
    assert await check_replay(evidence) == []
    assert len(evidence.histories[incident_id(cast.NUMBER)]) > 1
