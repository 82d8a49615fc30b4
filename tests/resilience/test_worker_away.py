"""Deadlines that pass while all workers are down fire once on return, marked late, with one page instead of a burst."""

from datetime import datetime, timedelta

import pytest

from tests import cast
from tests.checker import check, check_replay
from tests.checks.evidence import Evidence, instant
from tests.resilience.conftest import ABSENCE, Played

pytestmark = pytest.mark.timeout(150)
MISSED_REPEATS = 10


async def test_every_invariant_holds_after_a_long_absence(played: Played) -> None:
    evidence = await played[ABSENCE]
    assert check(evidence) == []
    assert await check_replay(evidence) == []


async def test_limits_fire_once_marked_late_with_their_own_time(played: Played) -> None:
    evidence = await played[ABSENCE]
    for kind in ("unresolved_reported", "short_time_limit_passed"):
        (entry,) = [row for row in evidence.entries(cast.NUMBER) if row["kind"] == kind]
        assert entry["is_late"]
        assert instant(entry["recorded_at"]) - instant(entry["occurred_at"]) > timedelta(minutes=1)


async def test_missed_calls_become_one(played: Played) -> None:
    evidence = await played[ABSENCE]
    since, until = evidence.absences[0]
    assert (until - since) / timedelta(seconds=5) > MISSED_REPEATS
    assert _calls(evidence, "activation", until + timedelta(seconds=4)) == {1, 2}
    assert _calls(evidence, "procedure/1", until + timedelta(seconds=4)) == {1}


def _calls(evidence: Evidence, question: str, until: datetime) -> set[int]:
    letters = [letter for letter in evidence.sink if letter["question"] == question]
    return {letter["call"] for letter in letters if instant(letter["at"]) <= until}
