"""R11, R12, R13 (5.2.3 to 5.2.5): the operator's steps, technicians to the scene, the short way to recovery."""

from datetime import timedelta

import pytest

from domain import acts
from domain import events as ev
from domain.acts import Assessment
from domain.company import Delegation, Leave, Role, Watch
from domain.errors import AlreadyDecided, Conflict, ReasonNeeded, Unknown
from domain.incident import Phase
from domain.notes import notes
from tests import cast
from tests.domain import stage
from tests.domain.stage import PHASES

LOOK, RESTART, SWITCH = cast.STEPS
HANDLING = [Phase.OPERATOR_HANDLING, Phase.ON_SITE_HANDLING, Phase.DIRECTOR_DECISION, Phase.DEPARTMENT_HANDLING]


def step(name: str, result: str = "done", text: str | None = None) -> acts.RecordStep:
    return acts.RecordStep.model_validate({"step": name, "result": result, "text": text})


def test_r11_each_result_is_a_message_to_the_supervisor() -> None:
    scene = stage.activated()
    scene.do(cast.OPERATOR, step(LOOK, text="风扇停转"))
    entry = scene.timeline[-1]
    [note] = notes(scene.incident, entry)
    assert (entry.clause, note.people, note.template) == ("5.2.3", [cast.SUPERVISOR], "step_result")
    assert note.params == {"step": LOOK, "result": "done", "text": "风扇停转", "runbook": "trading-outage@3"}


def test_r11_it_goes_to_the_supervisor_on_duty_and_to_nobody_on_leave() -> None:
    since, until = cast.NOW - timedelta(days=1), cast.NOW + timedelta(days=1)

    def told(*away: str, duty: tuple[str, ...] = ()) -> list[str]:
        plain = cast.company()
        more = [person.model_copy(update={"id": "second"}) for person in plain.people if person.id == cast.SUPERVISOR]
        company = cast.company(
            people=[*plain.people, *more],
            duty=[Watch(post=Role.IT_SUPERVISOR, starts=since, ends=until, people=[*duty])] if duty else [],
            leaves=[Leave(id=person, person=person, starts=since, ends=until) for person in away],
        )
        scene = stage.activated(company_=company)
        scene.do(cast.OPERATOR, step(LOOK))
        [note] = notes(scene.incident, scene.timeline[-1])
        return note.people

    assert told() == [cast.SUPERVISOR, "second"]
    assert told(cast.SUPERVISOR) == ["second"]
    assert told(duty=("second", cast.SUPERVISOR)) == ["second"]
    assert told("second", duty=("second", cast.SUPERVISOR)) == [cast.SUPERVISOR]
    assert told("second", cast.SUPERVISOR) == [cast.DEPUTY_SUPERVISOR]


def test_r10_whoever_is_there_is_tasked_and_a_deputy_before_an_operator_on_leave() -> None:
    since, until = cast.NOW - timedelta(days=1), cast.NOW + timedelta(days=1)
    lent = Delegation(post=Role.OPERATOR, principal=cast.OPERATOR, deputy=cast.SECOND_TECHNICIAN)

    def tasked(*away: str, reporter: str = cast.MANAGER) -> str | None:
        leaves = [Leave(id=person, person=person, starts=since, ends=until) for person in away]
        company = cast.company(delegations=[*cast.company().delegations, lent], leaves=leaves)
        return stage.activated(company_=company, reporter=reporter).incident.operator

    assert tasked() == cast.OPERATOR
    assert tasked(cast.OPERATOR) == cast.SECOND_OPERATOR
    assert tasked(cast.OPERATOR, cast.SECOND_OPERATOR) == cast.SECOND_TECHNICIAN
    assert tasked(cast.OPERATOR, cast.SECOND_OPERATOR, cast.SECOND_TECHNICIAN) == cast.OPERATOR
    assert tasked(reporter=cast.SECOND_TECHNICIAN) == cast.SECOND_TECHNICIAN


def test_r11_steps_go_in_order_and_each_once() -> None:
    scene = stage.activated()
    scene.refuses(Conflict, "5.2.3", cast.OPERATOR, step(RESTART))
    scene.do(cast.OPERATOR, step(LOOK))
    scene.refuses(AlreadyDecided, "5.2.3", cast.OPERATOR, step(LOOK))
    scene.do(cast.SPECIALIST, step(RESTART, "failed"))
    scene.do(cast.TECHNICIAN, step(RESTART))  # a failed step may be tried again
    scene.do(cast.OPERATOR, step(SWITCH, "skipped", "备机已在用"))
    assert scene.incident.steps == {LOOK: "done", RESTART: "done", SWITCH: "skipped"}


def test_r11_skipping_needs_a_reason() -> None:
    refusal = stage.activated().refuses(ReasonNeeded, "5.2.3", cast.OPERATOR, step(LOOK, "skipped"))
    assert refusal.field == "text"


def test_r11_a_step_that_is_not_in_the_pinned_version_is_refused() -> None:
    stage.activated().refuses(Unknown, "5.2.3", cast.OPERATOR, step("unlock"))
    uncovered = stage.activated(preliminary_assessment=Assessment(covered=False, text="手册没有"))
    uncovered.refuses(Unknown, "5.2.3", cast.OPERATOR, step(LOOK))


def test_r12_the_operator_s_word_sends_a_technician_and_tells_the_manager() -> None:
    scene = stage.activated()
    word, sent = scene.do(cast.OPERATOR, stage.UNRESOLVED)
    assert isinstance(word, ev.UnresolvedReported)
    assert isinstance(sent, ev.Dispatched)
    assert (sent.responder, sent.role_sent) == (cast.TECHNICIAN, Role.TECHNICIAN)
    assert scene.phase == Phase.ON_SITE_HANDLING
    assert [note.people for note in notes(scene.incident, scene.timeline[-2])] == [[cast.MANAGER]]


def test_r12_the_operator_limit_does_the_same_and_not_a_second_earlier() -> None:
    scene = stage.activated()
    assert scene.wait(minutes=9, seconds=59) == []
    word, sent = scene.wait(seconds=1)
    assert isinstance(word, ev.UnresolvedReported)
    assert word.limit_passed
    assert isinstance(sent, ev.Dispatched)
    assert scene.timeline[-1].occurred_at == cast.NOW + timedelta(minutes=10)
    assert scene.timeline[-1].person is None


def test_r12_no_technician_is_a_gap_in_the_two_person_backup() -> None:
    people = [person for person in cast.company().people if "technician" not in person.id]
    scene = stage.on_site(company_=cast.company(people=people))
    assert isinstance(scene.timeline[-1].event, ev.GapFound)
    assert scene.timeline[-1].clause == "4.2"


def test_r12_a_technician_who_was_sent_before_keeps_his_dispatch() -> None:
    scene = stage.activated()
    scene.do(cast.MANAGER, acts.Dispatch(responder=cast.TECHNICIAN))
    scene.wait(3)
    scene.do(cast.TECHNICIAN, acts.CheckIn())
    assert [type(event) for event in scene.wait(7)] == [ev.UnresolvedReported]
    [responder] = scene.incident.responders
    assert (responder.dispatched_at, responder.is_awaited) == (cast.NOW, False)


def test_r12_of_a_late_timer_the_technician_does_not_lose_his_minutes() -> None:
    scene = stage.activated()
    scene.now += timedelta(minutes=25)  # nobody was there to hear the timer
    scene.let_limits_pass()
    [responder] = scene.incident.responders
    assert responder.dispatched_at == scene.now
    assert responder.deadline.at == scene.now + timedelta(minutes=5)


def test_r13_solved_in_a_short_time_goes_to_recovery_without_the_director() -> None:
    scene = stage.on_site()
    scene.wait(minutes=29, seconds=59)
    [event] = scene.do(cast.OPERATOR, stage.RESOLVED)
    assert isinstance(event, ev.ResolvedReported)
    assert (event.in_short_time, scene.timeline[-1].clause) == (True, "5.2.5")
    assert scene.wait(60) == []
    assert not any(isinstance(entry.event, ev.ShortTimeLimitPassed) for entry in scene.timeline)


@pytest.mark.parametrize(("late_by", "is_short"), [(0, True), (1, False)])
def test_r13_the_instant_tells_what_was_short_even_before_the_timer_is_heard(late_by: int, is_short: bool) -> None:
    scene = stage.on_site()
    scene.now += timedelta(minutes=30, seconds=late_by)
    [event] = scene.do(cast.OPERATOR, stage.RESOLVED)
    assert isinstance(event, ev.ResolvedReported)
    assert event.in_short_time is is_short


@pytest.mark.parametrize("phase", HANDLING)
def test_6_1_any_handling_phase_goes_to_recovery_when_its_people_say_so(phase: Phase) -> None:
    scene = PHASES[phase]()
    scene.do(cast.TECHNICIAN, stage.RESOLVED)
    assert scene.phase == Phase.RECOVERY
