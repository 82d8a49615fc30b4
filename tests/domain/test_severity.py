"""5.2.2, 5.2.6: raising the level recomputes the short-time limit, lowering it needs the role that set it or above."""

from datetime import timedelta

import pytest

from domain import acts
from domain import events as ev
from domain.company import Role
from domain.errors import Conflict, NotAuthorised
from domain.incident import Phase
from domain.policy import Severity
from tests import cast
from tests.domain import stage

I, II, III, IV = Severity  # noqa: E741 - the grade's own name
LIMITS = {I: 0, II: 15, III: 30, IV: 60}


def to(severity: Severity) -> acts.ChangeSeverity:
    return acts.ChangeSeverity(severity=severity, reason="重新评估")


@pytest.mark.parametrize("severity", Severity)
def test_r13_r14_the_limit_of_each_level_counts_from_activation(severity: Severity) -> None:
    scene = stage.activated(judge=acts.Judge(verdict="emergency", severity=severity))
    due = cast.NOW + timedelta(minutes=LIMITS[severity])
    assert scene.incident.deadlines["short_time_limit"].at == due
    scene.wait(LIMITS[severity])
    assert scene.phase == Phase.DIRECTOR_DECISION
    assert scene.incident.procedure_asked_at == due


def test_level_i_goes_to_the_director_at_once_and_the_technicians_go_too() -> None:
    scene = stage.activated(judge=acts.Judge(verdict="emergency", severity=I))
    kinds = [type(event) for event in scene.let_limits_pass()]
    assert kinds == [ev.UnresolvedReported, ev.Dispatched, ev.ShortTimeLimitPassed]
    assert {entry.occurred_at for entry in scene.timeline[-3:]} == {cast.NOW}


@pytest.mark.parametrize("old", Severity)
@pytest.mark.parametrize("new", Severity)
@pytest.mark.parametrize("after", [5, 20, 29])
def test_a_changed_level_recomputes_the_limit_and_may_be_due_at_once(old: Severity, new: Severity, after: int) -> None:
    scene = stage.on_site(judge=acts.Judge(verdict="emergency", severity=old))
    scene.wait(after)
    if old == new:
        scene.refuses(Conflict, "5.2.2", cast.MANAGER, to(new))
        return
    [event] = scene.do(cast.MANAGER, to(new))
    assert isinstance(event, ev.SeverityChanged)
    is_over = after >= LIMITS[old]
    due = cast.NOW + timedelta(minutes=LIMITS[new])
    assert event.short_time_limit is None if is_over else event.short_time_limit.at == due  # type: ignore[union-attr]
    happened = [type(item) for item in scene.let_limits_pass()]
    assert happened == ([ev.ShortTimeLimitPassed] if not is_over and after >= LIMITS[new] else [])


STANDING = (cast.SUPERVISOR, cast.MANAGER, cast.DIRECTOR)


@pytest.mark.parametrize("setter", STANDING)
@pytest.mark.parametrize("other", STANDING)
def test_lowering_needs_the_role_that_set_it_or_above_raising_does_not(setter: str, other: str) -> None:
    scene = stage.activated()
    scene.do(setter, to(II))
    if STANDING.index(other) < STANDING.index(setter):
        scene.refuses(NotAuthorised, "5.2.2", other, to(III))
    else:
        scene.do(other, to(III))
        assert scene.incident.severity_set_by == scene.timeline[-1].role
    scene.do(cast.SUPERVISOR, to(I))


def test_a_deputy_has_the_standing_of_the_post_he_acts_for() -> None:
    scene = stage.activated()
    scene.do(cast.MANAGER, to(II))
    scene.refuses(NotAuthorised, "5.2.2", cast.DEPUTY_SUPERVISOR, to(III))
    scene.do(cast.DEPUTY_MANAGER, to(III))
    assert scene.incident.severity_set_by == Role.IT_MANAGER


def test_r15_a_raised_level_asks_the_director_again_a_lowered_one_does_not() -> None:
    scene = stage.department()
    scene.do(cast.DIRECTOR, to(IV))
    assert scene.incident.procedure_round == 1
    scene.do(cast.MANAGER, to(II))
    assert (scene.phase, scene.incident.procedure_round) == (Phase.DIRECTOR_DECISION, 2)


def test_every_change_is_recorded_with_its_reason() -> None:
    scene = stage.activated()
    scene.do(cast.MANAGER, to(II))
    event = scene.timeline[-1].event
    assert isinstance(event, ev.SeverityChanged)
    assert (event.old, event.new, event.reason) == (III, II, "重新评估")


def test_the_recomputed_limit_counts_from_activation_not_from_the_report() -> None:
    scene = stage.judging()
    scene.wait(8)
    scene.do(cast.MANAGER, stage.EMERGENCY)
    scene.do(cast.MANAGER, to(II))
    assert scene.incident.deadlines["short_time_limit"].at == cast.NOW + timedelta(minutes=8 + 15)
