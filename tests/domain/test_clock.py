"""What falls due, in which order, and what waits: never early, once, at its own instant."""

from datetime import datetime, timedelta

import pytest

from domain import acts, clock
from domain import events as ev
from domain.awaited import awaited, nearest_deadline
from domain.incident import Incident, Phase
from domain.policy import Severity
from tests import cast
from tests.domain import stage
from tests.domain.stage import PHASES

LIMITS = {
    Phase.DISMISSED: ("dismissal_window", 24 * 60),
    Phase.OPERATOR_HANDLING: ("operator_limit", 10),
    Phase.ON_SITE_HANDLING: ("short_time_limit", 30),
    Phase.DEPARTMENT_HANDLING: ("procedure_asked_again", 60),
    Phase.GROUP_HANDLING: ("notice_due", 90),
    Phase.SUMMARY: ("summary_due", 7 * 24 * 60 + 40),
}


@pytest.mark.parametrize("phase", list(Phase))
def test_each_phase_waits_for_its_own_limit(phase: Phase) -> None:
    scene = PHASES[phase]()
    expected = LIMITS.get(phase)
    limit = clock.next_due(scene.incident)
    assert (limit and (limit[0], limit[1].at)) == (
        expected and (expected[0], cast.NOW + timedelta(minutes=expected[1]))
    )


@pytest.mark.parametrize("phase", list(LIMITS))
def test_nothing_is_due_a_microsecond_early_and_it_is_at_its_instant(phase: Phase) -> None:
    incident = PHASES[phase]().incident
    limit = clock.next_due(incident)
    assert limit is not None
    at = limit[1].at
    assert clock.due(incident, at - timedelta(microseconds=1)) == []
    assert clock.due(incident, at)
    before = incident.model_dump()
    assert clock.due(incident, at) == clock.due(incident, at)
    assert incident.model_dump() == before  # asking changes nothing


def test_after_a_long_absence_limits_fall_due_in_the_order_of_their_instants_each_once() -> None:
    scene = stage.activated()
    scene.now += timedelta(hours=10)
    kinds = [type(event) for event in scene.let_limits_pass()]
    assert kinds == [ev.UnresolvedReported, ev.Dispatched, ev.ShortTimeLimitPassed]
    at = {type(entry.event): entry.occurred_at for entry in scene.timeline}
    assert at[ev.UnresolvedReported] == cast.NOW + timedelta(minutes=10)
    assert at[ev.ShortTimeLimitPassed] == cast.NOW + timedelta(minutes=30)
    assert at[ev.Dispatched] == scene.now
    assert scene.let_limits_pass() == []


def test_a_judgement_phoned_in_later_is_overdue_at_birth_and_fires_at_once() -> None:
    scene = stage.judging()
    scene.wait(50)
    scene.do(cast.MANAGER, stage.EMERGENCY, occurred_at=cast.NOW + timedelta(minutes=5))
    assert scene.incident.deadlines["short_time_limit"].at == cast.NOW + timedelta(minutes=35)
    assert ev.ShortTimeLimitPassed in [type(event) for event in scene.let_limits_pass()]


def test_a_level_with_a_limit_below_the_operator_s_goes_first() -> None:
    policy = cast.policy(short_time_limit={"II": 4, "III": 5})
    scene = stage.activated(policy_=policy, judge=acts.Judge(verdict="emergency", severity=Severity.III))
    assert [type(event) for event in scene.wait(5)] == [ev.UnresolvedReported, ev.Dispatched, ev.ShortTimeLimitPassed]
    assert scene.wait(60) == []


@pytest.mark.parametrize("phase", [Phase.ON_SITE_HANDLING, Phase.DEPARTMENT_HANDLING, Phase.GROUP_HANDLING])
def test_limits_rest_in_recovery_and_run_on(phase: Phase) -> None:
    scene = stage.recovery(PHASES[phase]())
    assert clock.next_due(scene.incident) is None
    assert scene.wait(hours=5) == []
    scene.do(cast.SUPERVISOR, acts.VerifyRecovery(passed=False, text="仍超时"))
    assert len(scene.let_limits_pass()) == 1


def test_what_is_awaited_is_sorted_by_its_deadline_and_the_nearest_counts_limits_too() -> None:
    scene = stage.on_site()
    scene.do(cast.OPERATOR, acts.GiveInformation(text="备用库也报警"))
    dues = [item.due for item in awaited(scene.incident)]
    known = [due for due in dues if due]
    assert dues == [*sorted(known), *[None] * (len(dues) - len(known))]
    assert _next(scene.incident) == (cast.NOW + timedelta(minutes=5), False)
    scene.do(cast.TECHNICIAN, acts.CheckIn())
    assert _next(scene.incident) == (cast.NOW + timedelta(minutes=30), False)


def test_the_nearest_deadline_tells_that_it_rests_on_a_year_that_nobody_announced() -> None:
    scene = stage.on_site()
    (responder,) = scene.incident.responders
    responder.deadline = responder.deadline.model_copy(update={"is_provisional": True})
    assert _next(scene.incident) == (responder.deadline.at, True)
    scene.do(cast.TECHNICIAN, acts.CheckIn())
    assert _next(scene.incident) == (cast.NOW + timedelta(minutes=30), False)


def _next(incident: Incident) -> tuple[datetime, bool]:
    due = nearest_deadline(incident)
    assert due is not None
    return due.at, due.is_provisional


def test_nothing_is_awaited_or_due_once_it_is_over() -> None:
    for scene in (stage.withdrawn(), stage.closed()):
        assert (awaited(scene.incident), clock.next_due(scene.incident)) == ([], None)
        assert nearest_deadline(scene.incident) is None
