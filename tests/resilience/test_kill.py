"""Workers are killed in the middle of transitions; afterwards every invariant holds (I1 to I13)."""

from collections import Counter

import pytest

from tests import cast
from tests.checker import check, check_replay
from tests.resilience.conftest import CONTINUED, Played
from tests.resilience.kills import KILLS
from workflows.contract import incident_id

pytestmark = pytest.mark.timeout(150)


@pytest.mark.parametrize("name", KILLS)
async def test_nothing_is_lost_by_a_kill(played: Played, name: str) -> None:
    evidence = await played[name]
    assert check(evidence) == []
    assert await check_replay(evidence) == []
    assert {row["phase"] for row in evidence.tables["incidents"]} == {"closed"}
    assert evidence.absences
    assert [operation for operation in evidence.operations if operation["outcome"] == "unknown"] == []


async def test_a_repeat_that_a_kill_cut_off_is_sent_again_under_its_own_key_alone(played: Played) -> None:
    evidence = await played["repeat_in_the_providers_hands"]
    times = Counter(letter["dedup_key"] for letter in evidence.sink)
    again = [letter for letter in evidence.sink if times[letter["dedup_key"]] > 1]
    assert {(letter["question"], letter["call"]) for letter in again} == {("judgement/1", 2)}
    calls = {letter["call"] for letter in evidence.sink if letter["question"] == "judgement/1"}
    assert calls == set(range(1, max(calls) + 1))


async def test_nothing_is_lost_when_incidents_continue_as_new_meanwhile(played: Played) -> None:
    evidence = await played[CONTINUED]
    assert check(evidence) == []
    assert await check_replay(evidence) == []
    assert len(evidence.histories[incident_id(cast.NUMBER)]) > 1
