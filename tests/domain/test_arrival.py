"""R20 (5.3.3, 5.3.4): the deadline is fixed at dispatch; who arrives, who records it, what if nobody comes."""

from datetime import UTC, datetime, timedelta

import pytest

from domain import acts, clock
from domain import events as ev
from domain.awaited import awaited
from domain.calendar import arrival_deadline
from domain.company import Delegation, Role
from domain.errors import AlreadyDecided, InTheFuture, NotAuthorised, Unacceptable, Unknown
from domain.escalation import at_risk_at, beacons
from domain.incident import Phase
from domain.ladder import Ladder
from domain.notes import notes
from domain.policy import Severity
from domain.possible import possible
from tests import cast
from tests.cast import clock_time
from tests.domain import stage
from tests.domain.stage import Stage

MS = timedelta(milliseconds=1)
PROOF = "9f" * 32


@pytest.mark.parametrize(
    ("dispatched_at", "minutes", "clause"),
    [
        (clock_time(9), 5, "5.3.3"),
        (clock_time(9) - MS, 60, "5.3.4"),
        (clock_time(12, 30), 5, "5.3.3"),  # lunch counts as working
        (clock_time(17, 59, 59), 5, "5.3.3"),  # kept over the end of work
        (clock_time(18) - MS, 5, "5.3.3"),
        (clock_time(18), 60, "5.3.4"),
        (clock_time(23, 30), 60, "5.3.4"),  # kept over midnight
        (clock_time(10, day="2026-11-28"), 60, "5.3.4"),  # Saturday
        (clock_time(10, day="2026-10-10"), 5, "5.3.3"),  # make-up Saturday
        (clock_time(10, day="2026-10-05"), 60, "5.3.4"),  # statutory Monday
        (clock_time(8, 59, 59, day="2026-10-08"), 60, "5.3.4"),  # one second before work after the holiday
    ],
)
def test_r20_the_dispatch_instant_alone_chooses(dispatched_at: datetime, minutes: int, clause: str) -> None:
    deadline = arrival_deadline(cast.calendar(), cast.policy(), dispatched_at, is_on_site=False)
    assert (deadline.at, deadline.clause) == (dispatched_at + timedelta(minutes=minutes), clause)
    assert not deadline.is_provisional


def test_r20_the_instant_is_read_on_the_company_s_clock() -> None:
    in_utc = clock_time(9).astimezone(UTC)
    assert arrival_deadline(cast.calendar(), cast.policy(), in_utc, is_on_site=False).clause == "5.3.3"


@pytest.mark.parametrize(
    ("instant", "clause"),
    [(clock_time(10, day="2031-01-01"), "5.3.3"), (clock_time(10, day="2031-01-04"), "5.3.4")],
)
def test_r20_in_a_year_without_notice_the_plain_week_holds_provisionally(instant: datetime, clause: str) -> None:
    deadline = arrival_deadline(cast.calendar(), cast.policy(), instant, is_on_site=False)
    assert (deadline.clause, deadline.is_provisional) == (clause, True)


def test_r20_duty_staff_on_shift_have_five_minutes_at_night() -> None:
    deadline = arrival_deadline(cast.calendar(), cast.policy(), clock_time(3), is_on_site=True)
    assert deadline.at == clock_time(3, 5)


def test_r20_a_deadline_never_changes_and_is_shown() -> None:
    scene = stage.on_site(at=clock_time(17, 59, 59))
    deadline = scene.incident.responders[0].deadline
    assert deadline.at == clock_time(18, 4, 59)
    assert next(item for item in awaited(scene.incident) if item.question.startswith("arrival/")).due == deadline.at
    scene.wait(minutes=4)
    scene.do(cast.MANAGER, acts.ChangeSeverity(severity=Severity.I, reason="影响扩大"))
    scene.do(cast.MANAGER, acts.Dispatch(responder=cast.SECOND_TECHNICIAN))
    first, second = scene.incident.responders
    assert first.deadline == deadline
    assert second.deadline.at == scene.now + timedelta(minutes=60)  # a newly dispatched person gets his own


@pytest.mark.parametrize(
    ("after", "late_minutes"),
    [
        (timedelta(0), 0),
        (timedelta(minutes=5) - MS, 0),
        (timedelta(minutes=5), 0),  # exactly at the deadline is on time
        (timedelta(minutes=5) + MS, 0.01),  # late is late, however little
        (timedelta(minutes=6), 1),
        (timedelta(minutes=12, seconds=30), 7.5),
    ],
)
def test_r20_late_is_recorded_with_its_minutes(after: timedelta, late_minutes: float) -> None:
    scene = stage.on_site()
    scene.now += after
    [event] = scene.do(cast.TECHNICIAN, acts.CheckIn(place="主机房"))
    assert isinstance(event, ev.Arrived)
    assert (event.late_minutes, scene.timeline[-1].clause) == (late_minutes, "5.3.3")
    assert scene.incident.responders[0].late_minutes == late_minutes


def test_r20_at_night_the_clause_is_that_of_the_sixty_minutes() -> None:
    scene = stage.on_site(at=clock_time(22))
    scene.do(cast.TECHNICIAN, acts.CheckIn())
    assert scene.timeline[-1].clause == "5.3.4"


def test_r20_an_arrival_phoned_in_later_counts_from_when_it_happened() -> None:
    scene = stage.on_site()
    scene.wait(20)
    scene.do(cast.TECHNICIAN, acts.CheckIn(), occurred_at=cast.NOW + timedelta(minutes=4))
    assert (scene.incident.responders[0].late_minutes, scene.timeline[-1].is_late) == (0, True)


def test_r20_refused_check_ins() -> None:
    scene = stage.on_site()
    scene.wait(2)
    in_a_minute = scene.now + timedelta(minutes=1)
    scene.refuses(InTheFuture, "5.3.3", cast.TECHNICIAN, acts.CheckIn(), occurred_at=in_a_minute)
    too_early = cast.NOW - timedelta(seconds=1)
    scene.refuses(Unacceptable, "5.3.3", cast.TECHNICIAN, acts.CheckIn(), occurred_at=too_early)
    scene.refuses(NotAuthorised, "5.3.3", cast.SECOND_TECHNICIAN, acts.CheckIn())
    scene.refuses(Unknown, "5.3.3", cast.SPECIALIST, acts.CheckIn())
    scene.do(cast.TECHNICIAN, acts.CheckIn())
    scene.refuses(AlreadyDecided, "5.3.3", cast.TECHNICIAN, acts.CheckIn())


def test_r20_not_before_the_dispatch() -> None:
    scene = stage.activated()
    scene.wait(5)
    scene.do(cast.OPERATOR, stage.UNRESOLVED)
    before = scene.now - timedelta(seconds=1)
    scene.refuses(Unacceptable, "5.3.3", cast.TECHNICIAN, acts.CheckIn(), occurred_at=before)


def _with_specialist(arrived: bool) -> Stage:
    scene = stage.on_site()
    scene.do(cast.MANAGER, acts.Dispatch(responder=cast.SPECIALIST))
    scene.do(cast.MANAGER, acts.Dispatch(responder=cast.SECOND_OPERATOR))
    for person in (cast.SPECIALIST, cast.SECOND_OPERATOR):
        if arrived:
            scene.do(person, acts.CheckIn())
    return scene


def test_r20_only_specialist_or_commander_on_the_scene_records_another_s_arrival() -> None:
    for_another = acts.CheckIn(responder=cast.TECHNICIAN)
    _with_specialist(arrived=False).refuses(NotAuthorised, "5.3.3", cast.SPECIALIST, for_another)
    scene = _with_specialist(arrived=True)
    scene.refuses(NotAuthorised, "5.3.3", cast.SECOND_OPERATOR, for_another)
    scene.do(cast.SPECIALIST, for_another)
    entry = scene.timeline[-1]
    assert isinstance(entry.event, ev.Arrived)
    assert (entry.person, entry.event.responder) == (cast.SPECIALIST, cast.TECHNICIAN)


def test_r20_the_commander_on_the_scene_records_another_s_arrival() -> None:
    scene = stage.group()
    scene.refuses(NotAuthorised, "5.3.3", cast.MANAGER, acts.CheckIn(responder=cast.TECHNICIAN))
    scene.do(cast.MANAGER, acts.CheckIn())
    scene.do(cast.MANAGER, acts.CheckIn(responder=cast.TECHNICIAN))


def test_r20_nobody_arrives_by_deputy() -> None:
    named = Delegation(post=Role.EMERGENCY_SPECIALIST, principal=cast.SPECIALIST, deputy=cast.FINANCE_HEAD)
    scene = stage.on_site(company_=cast.company(delegations=[named]))
    scene.do(cast.MANAGER, acts.Dispatch(responder=cast.SPECIALIST))
    assert "check_in" not in possible(scene.incident, cast.FINANCE_HEAD, scene.now)
    scene.refuses(Unknown, "5.3.3", cast.FINANCE_HEAD, acts.CheckIn())
    scene.refuses(NotAuthorised, "5.3.3", cast.FINANCE_HEAD, acts.CheckIn(responder=cast.SPECIALIST))
    scene.do(cast.MANAGER, acts.Dispatch(responder=cast.FINANCE_HEAD))
    scene.do(cast.FINANCE_HEAD, acts.CheckIn(), post=Role.EMERGENCY_SPECIALIST)
    arrived, waited_for = (scene.incident.responder(person) for person in (cast.FINANCE_HEAD, cast.SPECIALIST))
    assert arrived
    assert waited_for
    assert (arrived.recorded_by, arrived.is_awaited, waited_for.is_awaited) == (None, False, True)
    # On the scene he stands in for the specialist there, and what he records of the specialist is marked as his.
    assert "check_in" in possible(scene.incident, cast.FINANCE_HEAD, scene.now)
    for_him = acts.CheckIn(responder=cast.SPECIALIST)
    scene.do(cast.FINANCE_HEAD, for_him, post=Role.EMERGENCY_SPECIALIST)
    there = scene.incident.responder(cast.SPECIALIST)
    assert there
    assert there.recorded_by == cast.FINANCE_HEAD


@pytest.mark.parametrize(("system", "counts"), [(cast.TRADING, False), (cast.ACCESS, True)])
def test_joining_from_afar_counts_only_where_the_system_says_so(system: str, counts: bool) -> None:
    runbook = {cast.TRADING: cast.TRADING_RUNBOOK, cast.ACCESS: cast.ACCESS_RUNBOOK}[system]
    assessment = acts.Assessment(covered=True, runbook=runbook, text="手册")
    scene = stage.on_site(system=system, preliminary_assessment=assessment)
    scene.do(scene.incident.responders[0].person, acts.CheckIn(remote=True))
    responder = scene.incident.responders[0]
    assert (responder.joined_remotely, responder.is_awaited) == (True, not counts)


def _overdue(scene: Stage, person: str, dispatch: int = 1) -> list[ev.Event]:
    return scene.note(*clock.overdue_arrival(scene.incident, person, dispatch, scene.now))


def test_r20_nobody_at_the_deadline_sends_a_backup_and_pages_who_commands() -> None:
    scene = stage.on_site()
    scene.wait(5)
    missed, backup = _overdue(scene, cast.TECHNICIAN)
    assert isinstance(missed, ev.ArrivalOverdue)
    assert isinstance(backup, ev.Dispatched)
    assert (backup.responder, backup.replaces) == (cast.SECOND_TECHNICIAN, cast.TECHNICIAN)
    assert backup.deadline.at == scene.now + timedelta(minutes=5)
    page = next(item for item in awaited(scene.incident) if item.question.startswith("overdue/"))
    assert (page.people, page.clause) == ([cast.MANAGER], "5.3.3")
    assert _overdue(scene, cast.TECHNICIAN) == []  # once


def test_r20_without_a_backup_the_gap_is_recorded() -> None:
    scene = stage.on_site()
    scene.do(cast.MANAGER, acts.Dispatch(responder=cast.SECOND_TECHNICIAN))
    scene.wait(5)
    _, gap = _overdue(scene, cast.TECHNICIAN)
    assert isinstance(gap, ev.GapFound)


def test_r20_for_a_manager_who_heads_a_department_his_deputy_is_sent_and_no_other_head() -> None:
    scene = stage.group()
    scene.wait(5)
    missed, sent = _overdue(scene, cast.MANAGER)
    assert isinstance(missed, ev.ArrivalOverdue)
    assert isinstance(sent, ev.Dispatched)
    assert (sent.responder, sent.role_sent, sent.replaces) == (cast.DEPUTY_MANAGER, Role.COMMANDER, cast.MANAGER)


def test_r20_a_manager_without_a_deputy_has_no_backup() -> None:
    scene = stage.group(company_=cast.company(delegations=[]))
    scene.wait(5)
    _, gap = _overdue(scene, cast.MANAGER)
    assert isinstance(gap, ev.GapFound)


def test_r20_nothing_is_overdue_of_who_arrived_or_was_stood_down_or_was_sent_again() -> None:
    scene = stage.on_site()
    scene.do(cast.MANAGER, acts.StandDown(responder=cast.TECHNICIAN, reason="不需要"))
    scene.refuses(Unknown, "5.2.4", cast.MANAGER, acts.StandDown(responder=cast.TECHNICIAN, reason="不需要"))
    scene.do(cast.MANAGER, acts.Dispatch(responder=cast.TECHNICIAN))
    scene.refuses(AlreadyDecided, "5.2.4", cast.MANAGER, acts.Dispatch(responder=cast.TECHNICIAN))
    assert _overdue(scene, cast.TECHNICIAN, dispatch=1) == []
    scene.do(cast.TECHNICIAN, acts.CheckIn())
    assert _overdue(scene, cast.TECHNICIAN, dispatch=2) == []


def test_r20_who_is_stood_down_is_told_that_he_is_not_needed_any_more() -> None:
    scene = stage.on_site()
    scene.do(cast.MANAGER, acts.StandDown(responder=cast.TECHNICIAN, reason="已远程解决"))
    [note] = notes(scene.incident, scene.timeline[-1])
    assert (note.template, note.people, note.params) == ("stood_down", [cast.TECHNICIAN], {"reason": "已远程解决"})
    scene.do(cast.MANAGER, acts.Dispatch(responder=cast.MANAGER))
    scene.do(cast.MANAGER, acts.StandDown(responder=cast.MANAGER, reason="留在办公室"))
    assert notes(scene.incident, scene.timeline[-1]) == []  # he knows


def test_r20_dispatching_somebody_unknown_is_refused() -> None:
    stage.on_site().refuses(Unknown, "5.2.4", cast.MANAGER, acts.Dispatch(responder="nobody"))


def test_r20_a_dispatch_and_its_clock_start_at_the_same_instant_when_phoned_in_later() -> None:
    scene = stage.activated()
    scene.wait(8)
    phoned_at = cast.NOW + timedelta(minutes=1)
    scene.do(cast.MANAGER, acts.Dispatch(responder=cast.TECHNICIAN), occurred_at=phoned_at)
    [responder] = scene.incident.responders
    assert responder.dispatched_at == phoned_at
    assert responder.deadline.at == phoned_at + timedelta(minutes=5)  # overdue at birth: it alarms at once


def test_6_1_arrivals_rest_in_recovery_and_come_back_with_their_old_deadline() -> None:
    scene = stage.recovery(stage.on_site())
    assert not [item for item in awaited(scene.incident) if item.question.startswith("arrival/")]
    scene.wait(20)
    scene.do(cast.OPERATOR, acts.CheckRecovery(item=cast.CHECKS[0], passed=False, text="仍超时"))
    assert scene.phase == Phase.ON_SITE_HANDLING
    assert [item.due for item in awaited(scene.incident) if item.question.startswith("arrival/")] == [
        cast.NOW + timedelta(minutes=5)
    ]


def test_r20_who_is_not_there_when_most_of_the_time_has_passed_is_at_risk() -> None:
    scene = stage.on_site(at=clock_time(22))
    [responder] = scene.incident.responders
    assert at_risk_at(scene.incident, responder) == responder.dispatched_at + timedelta(minutes=48)

    def arrival() -> str | None:
        return next(item.arrival for item in awaited(scene.incident) if item.question.startswith("arrival/"))

    assert arrival() == "on_the_way"
    [risk] = scene.note(*clock.arrival_at_risk(scene.incident, cast.TECHNICIAN, 1))
    assert (arrival(), scene.timeline[-1].clause) == ("at_risk", "5.3.4")
    assert notes(scene.incident, scene.timeline[-1]) == []
    question = f"at_risk/{cast.TECHNICIAN}/1"
    [page] = [item for item in beacons(scene.incident) if item.question == question]
    assert (page.rungs[0].people, page.template, page.due) == ([cast.MANAGER], "at_risk", responder.deadline.at)
    assert (page.asked_at, page.clause) == (at_risk_at(scene.incident, responder), "5.3.4")
    assert scene.incident.version == scene.timeline[-2].version, "an act prepared before is not stale by it"
    assert isinstance(risk, ev.ArrivalAtRisk)
    scene.note(*clock.overdue_arrival(scene.incident, cast.TECHNICIAN, 1, scene.now))
    assert arrival() == "overdue"
    assert question not in [item.question for item in beacons(scene.incident)]
    assert clock.arrival_at_risk(scene.incident, cast.TECHNICIAN, 1) == []


def test_r20_nobody_is_asked_where_he_is_himself() -> None:
    scene = stage.on_site()
    scene.do(cast.MANAGER, acts.Dispatch(responder=cast.MANAGER))
    scene.wait(4)
    scene.note(*clock.arrival_at_risk(scene.incident, cast.MANAGER, 1))
    [page] = [item for item in beacons(scene.incident) if item.question.startswith("at_risk/")]
    assert (page.rungs[0].level, page.rungs[0].people) == ("deputies", [cast.DEPUTY_MANAGER])
    scene.do(cast.DEPUTY_MANAGER, acts.Acknowledge(question=page.question))
    assert not [item for item in beacons(scene.incident) if item.question == page.question]


@pytest.mark.parametrize("kind", ["at_risk", "overdue"])
def test_r20_the_commander_who_is_late_himself_ends_no_page_for_him(kind: str) -> None:
    scene = stage.group()
    scene.wait(4)
    scene.note(*clock.arrival_at_risk(scene.incident, cast.MANAGER, 1))
    if kind == "overdue":
        _overdue(scene, cast.MANAGER)
    question = f"{kind}/{cast.MANAGER}/1"

    def pages() -> list[Ladder]:
        return [item for item in beacons(scene.incident) if item.question == question]

    [page] = pages()
    assert cast.MANAGER not in {person for rung in page.rungs for person in rung.people}
    scene.refuses(NotAuthorised, "5.3.3", cast.MANAGER, acts.Acknowledge(question=question))
    scene.note(ev.Acknowledged(question=question, until=scene.now), by=cast.MANAGER)  # as long as he was still asked
    assert pages() == [page]
    scene.do(cast.DEPUTY_MANAGER, acts.Acknowledge(question=question))
    assert pages() == []


def test_r20_who_is_there_is_not_at_risk() -> None:
    scene = stage.on_site()
    scene.do(cast.TECHNICIAN, acts.CheckIn())
    assert clock.arrival_at_risk(scene.incident, cast.TECHNICIAN, 1) == []


def test_r20_the_code_of_the_place_proves_the_arrival() -> None:
    scene = stage.on_site(company_=cast.company(place_code=PROOF))
    scene.refuses(Unacceptable, "5.3.3", cast.TECHNICIAN, acts.CheckIn(place_code="ABCD2345WXYZ"))
    scene.refuses(Unacceptable, "5.3.3", cast.TECHNICIAN, acts.CheckIn(place_code=PROOF, remote=True))
    scene.do(cast.TECHNICIAN, acts.CheckIn(place_code=PROOF))
    assert scene.incident.responders[0].is_verified


def test_r20_without_a_code_an_arrival_is_not_verified() -> None:
    scene = stage.on_site()
    scene.refuses(Unacceptable, "5.3.3", cast.TECHNICIAN, acts.CheckIn(place_code=PROOF))
    scene.do(cast.TECHNICIAN, acts.CheckIn())
    assert not scene.incident.responders[0].is_verified


def test_r20_who_recorded_another_s_arrival_stands_in_it() -> None:
    scene = _with_specialist(arrived=True)
    scene.do(cast.SPECIALIST, acts.CheckIn(responder=cast.TECHNICIAN))
    responder = scene.incident.responder(cast.TECHNICIAN)
    assert responder
    assert responder.recorded_by == cast.SPECIALIST
