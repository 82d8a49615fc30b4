"""R24, R25, R27 (6.1 to 6.3): recovery verified by another, the report to two readers, the runbook, the end."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from domain import acts
from domain import events as ev
from domain.awaited import awaited, ladders
from domain.closure import checklist, missing_for_closing, report_without_measures
from domain.company import Delegation, Role
from domain.entry import Entry
from domain.errors import (
    AlreadyDecided,
    Conflict,
    Incomplete,
    NotAuthorised,
    OwnWork,
    ReasonNeeded,
    StaleVersion,
    Unacceptable,
    Unknown,
)
from domain.incident import HANDLING, Phase
from domain.policy import Severity
from domain.report import SECTIONS, TO_WRITE, SectionName
from tests import cast
from tests.cast import clock_time
from tests.domain import stage
from tests.domain.stage import NO_RUNBOOK_CHANGE, PHASES, SUMMARY, Stage, accept

FIRST, SECOND = cast.CHECKS
VERIFIED = acts.VerifyRecovery(passed=True, text="逐项核对无误")
FAILED = acts.VerifyRecovery(passed=False, text="仍有超时")
Work = Callable[[Stage], None]


def check(item: str, *, passed: bool = True, text: str | None = None) -> acts.CheckRecovery:
    return acts.CheckRecovery(item=item, passed=passed, text=text)


def asked(scene: Stage) -> dict[str, list[str]]:
    return {item.question: item.people for item in awaited(scene.incident)}


# ── 6.1 ───────────────────────────────────────────────────────────────────────


def test_r24_verification_waits_for_checklist_probes_and_observation() -> None:
    scene = stage.recovery()
    steps: list[Callable[[], object]] = [
        lambda: scene.do(cast.TECHNICIAN, check(FIRST)),
        lambda: scene.do(cast.TECHNICIAN, check(SECOND)),
        lambda: scene.note(ev.Probed(round=1, passed=list(cast.PROBES))),
        lambda: scene.note(ev.ObservationPassed(round=1)),
    ]
    missing = [FIRST, SECOND, *cast.PROBES, "observation"]
    for step, done in zip(steps, (1, 1, 2, 1), strict=True):
        refusal = scene.refuses(Incomplete, "6.1", cast.SUPERVISOR, VERIFIED)
        assert refusal.params["missing"] == ", ".join(missing)
        assert "verification/1" not in asked(scene)
        scene.wait(1)
        step()
        missing = missing[done:]
    [question] = [item for item in awaited(scene.incident) if item.question == "verification/1"]
    assert (question.people, question.since) == ([cast.SUPERVISOR, cast.MANAGER], scene.now)
    scene.do(cast.SUPERVISOR, VERIFIED)
    assert scene.phase == Phase.SUMMARY


def test_r24_the_checklist_is_put_to_those_who_are_on_the_incident_until_every_item_is_checked() -> None:
    scene = stage.recovery()
    [ladder] = [item for item in ladders(scene.incident) if item.question == "checklist/1"]
    assert (ladder.rungs[0].people, ladder.clause) == ([cast.SPECIALIST, cast.TECHNICIAN], "6.1")
    assert ladder.params == {"items": f"{FIRST}, {SECOND}", "runbook": scene.incident.runbook}
    scene.do(cast.TECHNICIAN, check(FIRST))
    assert "checklist/1" in asked(scene)
    scene.do(cast.TECHNICIAN, check(SECOND))
    assert "checklist/1" not in asked(scene)


def test_r24_a_failed_item_ends_the_question_and_the_next_round_asks_anew() -> None:
    scene = stage.recovery()
    scene.do(cast.TECHNICIAN, check(FIRST, passed=False, text="仍超时"))
    assert "checklist/1" not in asked(scene)
    assert "checklist/2" in asked(stage.recovery(scene))


def test_r24_whoever_was_stood_down_is_not_asked_and_with_nobody_on_it_the_posts_are() -> None:
    scene = stage.on_site()
    scene.do(cast.MANAGER, acts.StandDown(responder=cast.TECHNICIAN, reason="不需要"))
    scene.do(cast.MANAGER, stage.RESOLVED)
    assert asked(scene)["checklist/1"] == [cast.SPECIALIST]
    specialists = {cast.SPECIALIST, cast.SECOND_SPECIALIST}
    people = [person for person in cast.company().people if person.id not in specialists]
    scene = stage.activated(company_=cast.company(people=people))
    scene.do(cast.MANAGER, stage.RESOLVED)
    assert asked(scene)["checklist/1"] == [cast.TECHNICIAN, cast.SECOND_TECHNICIAN]


def test_r24_without_a_runbook_the_service_itself_is_checked() -> None:
    scene = stage.activated(preliminary_assessment=acts.Assessment(covered=False, text="手册没有"))
    assert [item.id for item in checklist(scene.incident)] == ["service"]


def test_r24_checks_are_those_of_the_pinned_list_each_once() -> None:
    scene = stage.recovery()
    scene.refuses(Unknown, "6.1", cast.TECHNICIAN, check("canteen"))
    scene.do(cast.TECHNICIAN, check(FIRST))
    scene.refuses(AlreadyDecided, "6.1", cast.SPECIALIST, check(FIRST))
    scene.refuses(ReasonNeeded, "6.1", cast.SPECIALIST, check(SECOND, passed=False))


def test_r24_the_doer_never_verifies() -> None:
    scene = stage.recovery(stage.on_site())
    scene.do(cast.SPECIALIST, check(FIRST))
    for act in (VERIFIED, FAILED):
        scene.refuses(OwnWork, "6.1", cast.SPECIALIST, act)


def test_r24_i8_nor_does_he_for_whom_it_was_done_or_who_acts_for_the_doer() -> None:
    scene = stage.on_site()
    scene.do(cast.DEPUTY_MANAGER, stage.RESOLVED)  # for the manager
    for person in (cast.DEPUTY_MANAGER, cast.MANAGER):
        scene.refuses(OwnWork, "6.1", person, FAILED)
    other = stage.on_site()
    other.do(cast.MANAGER, stage.RESOLVED)
    other.refuses(OwnWork, "6.1", cast.DEPUTY_MANAGER, FAILED)


def test_r24_those_who_worked_on_it_are_not_asked_to_verify() -> None:
    scene = stage.on_site()
    scene.do(cast.SUPERVISOR, stage.RESOLVED)
    scene = stage.checked(_already_in_recovery(scene))
    assert asked(scene)["verification/2"] == [cast.SUPERVISOR, cast.MANAGER]  # of this round they did nothing


def _already_in_recovery(scene: Stage) -> Stage:
    scene.do(cast.MANAGER, FAILED)
    return scene


STEP, *_ = cast.STEPS


def _runbook_step(scene: Stage) -> None:
    scene.do(cast.SPECIALIST, acts.RecordStep(step=STEP, result="failed"))


def _plan_step(scene: Stage) -> None:
    scene.do(cast.DIRECTOR, stage.PLAN)
    scene.do(cast.MANAGER, acts.RecordPlanStep(version=1, step="freeze", result="done"))


def _measure(scene: Stage) -> None:
    scene.do(cast.OPERATOR, acts.RaiseFinding(text="手册没有"))
    scene.do(cast.TECHNICIAN, acts.ProposeMeasure(finding=1, text="换主板"))
    scene.do(cast.MANAGER, acts.DecideMeasure(finding=1, approve=True))
    scene.do(cast.SECOND_SPECIALIST, acts.CarryOutMeasure(finding=1, text="已换"))


@pytest.mark.parametrize(
    ("work", "people"),
    [
        (_runbook_step, [cast.SPECIALIST]),
        (_plan_step, [cast.MANAGER, cast.DEPUTY_MANAGER]),
        (_measure, [cast.SECOND_SPECIALIST]),
    ],
)
def test_r24_nor_does_whoever_carried_out_a_step_or_a_measure(work: Work, people: list[str]) -> None:
    scene = stage.group()
    work(scene)
    stage.checked(scene)
    for act in (VERIFIED, FAILED):
        for person in people:
            scene.refuses(OwnWork, "6.1", person, act)
    [ladder] = [item for item in ladders(scene.incident) if item.question == "verification/1"]
    assert not {person for rung in ladder.rungs[:-1] for person in rung.people} & set(people)


def test_r24_a_step_skipped_or_of_an_earlier_activation_was_not_carried_out() -> None:
    scene = stage.activated()
    scene.do(cast.SPECIALIST, acts.RecordStep(step=STEP, result="done"))
    scene.do(cast.MANAGER, stage.NOT_EMERGENCY)
    scene.do(cast.SUPERVISOR, stage.EMERGENCY)
    scene.do(cast.SPECIALIST, acts.RecordStep(step=STEP, result="skipped", text="已重启过"))
    stage.checked(scene)
    scene.do(cast.SPECIALIST, VERIFIED)
    assert scene.phase == Phase.SUMMARY


def test_r24_when_both_judges_worked_on_it_the_director_is_asked_and_verifies() -> None:
    people = cast.company().people
    next(person for person in people if person.id == cast.SUPERVISOR).posts.append(Role.TECHNICIAN)
    scene = stage.group(company_=cast.company(people=people))
    scene.do(cast.SUPERVISOR, acts.RecordStep(step=STEP, result="done"))
    _plan_step(scene)
    stage.checked(scene)
    [question] = [item for item in awaited(scene.incident) if item.question == "verification/1"]
    assert (question.level, question.people) == (Role.IT_DIRECTOR, [cast.DIRECTOR])
    for person in (cast.SUPERVISOR, cast.DEPUTY_SUPERVISOR, cast.MANAGER, cast.DEPUTY_MANAGER):
        scene.refuses(OwnWork, "6.1", person, VERIFIED)
    scene.do(cast.DIRECTOR, VERIFIED)
    assert scene.phase == Phase.SUMMARY


def test_r24_the_deputy_of_an_absent_supervisor_is_asked_at_once() -> None:
    people = [
        person.model_copy(update={"is_active": person.id not in (cast.SUPERVISOR, cast.MANAGER)})
        for person in cast.company().people
    ]
    scene = stage.activated(by=cast.DEPUTY_MANAGER, company_=cast.company(people=people))
    stage.checked(scene)
    assert asked(scene)["verification/1"] == [cast.DEPUTY_SUPERVISOR, cast.DEPUTY_MANAGER]


@pytest.mark.parametrize("phase", sorted(HANDLING))
def test_r24_a_failure_goes_back_to_where_it_was_and_no_clock_is_reset(phase: Phase) -> None:
    scene = PHASES[phase]()
    before = scene.incident.model_copy(deep=True)
    scene.do(cast.TECHNICIAN, stage.RESOLVED)
    scene.wait(1)
    scene.do(cast.TECHNICIAN, check(FIRST, passed=False, text="仍超时"))
    assert scene.phase == phase
    assert (scene.incident.activated_at, scene.incident.deadlines) == (before.activated_at, before.deadlines)
    recovery = scene.incident.recoveries[-1]
    assert (recovery.outcome, scene.incident.recovery) == ("failed", None)


def test_r24_the_limit_rests_in_recovery_and_fires_at_once_when_it_fails() -> None:
    scene = stage.recovery(stage.on_site())
    assert scene.wait(45) == []
    scene.do(cast.SUPERVISOR, FAILED)
    assert scene.phase == Phase.ON_SITE_HANDLING
    [passed] = scene.let_limits_pass()
    assert isinstance(passed, ev.ShortTimeLimitPassed)
    assert scene.timeline[-1].occurred_at == cast.NOW + timedelta(minutes=30)
    assert scene.timeline[-1].is_late


def test_r24_one_verification_per_round() -> None:
    scene = stage.summary()
    for act in (VERIFIED, FAILED):
        refusal = scene.refuses(AlreadyDecided, "6.1", cast.MANAGER, act)
        assert refusal.params == {"winner": cast.SUPERVISOR}


# ── 6.2 ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("severity", "preliminary"),
    [
        (Severity.I, clock_time(10, 40, day="2026-11-27")),
        (Severity.II, clock_time(10, 40, day="2026-11-27")),
        (Severity.III, None),
        (Severity.IV, None),
    ],
)
def test_r25_the_report_is_due_after_working_days_and_a_severe_one_is_told_early(
    severity: Severity, preliminary: object
) -> None:
    scene = stage.group()
    if severity != scene.incident.severity:
        scene.do(cast.MANAGER, acts.ChangeSeverity(severity=severity, reason="核实"))
    stage.summary(scene)
    assert scene.incident.deadlines["summary_due"].at == clock_time(10, 40, day="2026-12-01")
    early = scene.incident.deadlines.get("preliminary_due")
    assert (early and early.at) == preliminary
    questions = ["preliminary", "summary/1"] if preliminary else ["summary/1"]
    assert asked(scene) == {question: [cast.MANAGER, cast.SPECIALIST] for question in questions}


def test_r25_a_verification_told_later_starts_its_deadlines_when_it_was_made() -> None:
    def verified(hours: float) -> Stage:
        scene = stage.group(policy_=cast.policy(regulators=cast.regulators()))
        scene.do(cast.MANAGER, acts.ChangeSeverity(severity=Severity.II, reason="核实"))
        stage.checked(scene)
        made_at = scene.now
        scene.wait(hours=hours)
        scene.do(cast.SUPERVISOR, VERIFIED, occurred_at=made_at)
        return scene

    from_recovery = ("summary_due", "preliminary_due", "statutory/cac/final")
    due = {name: verified(0).incident.deadlines[name] for name in from_recovery}
    assert due["summary_due"].at == clock_time(10, 40, day="2026-12-01")
    scene = verified(24 * 3)
    assert {name: scene.incident.deadlines[name] for name in from_recovery} == due
    assert asked(scene)["summary/1"] == [cast.MANAGER, cast.SPECIALIST]
    assert {item.since for item in awaited(scene.incident) if item.question == "summary/1"} == {scene.now}
    late = verified(24 * 40)
    late.let_limits_pass()
    born: dict[str, Entry] = {entry.event.kind: entry for entry in late.timeline[-10:]}
    for name, kind in zip(from_recovery, ("summary_overdue", "preliminary_overdue", "statutory_overdue"), strict=True):
        assert born[kind].occurred_at == due[name].at, "overdue at birth, it alarms at once"


def test_r25_an_overdue_report_is_reminded_of_every_day() -> None:
    scene = stage.summary()
    assert not scene.wait(hours=7 * 24 - 1)
    assert len(scene.wait(hours=1)) == 1
    assert [type(event) for event in scene.wait(hours=48)] == [ev.SummaryOverdue] * 2
    assert scene.incident.is_summary_overdue


@pytest.mark.parametrize("section", SECTIONS)
def test_r25_a_report_with_a_section_that_is_not_written_is_refused_and_the_section_named(section: SectionName) -> None:
    scene = stage.summary()
    empties: list[object] = [[]] if section == "measures" else ["", f"经过如下\n{TO_WRITE} 待写"]
    for unwritten in empties:
        act = SUMMARY.model_copy(update={section: unwritten})
        refusal = scene.refuses(Unacceptable, "6.2", cast.SPECIALIST, act)
        assert (refusal.field, refusal.params) == (section, {"sections": section})


def test_r25_an_owner_of_a_measure_is_somebody() -> None:
    measure = SUMMARY.measures[0].model_copy(update={"owner": "nobody"})
    act = SUMMARY.model_copy(update={"measures": [measure]})
    assert stage.summary().refuses(Unknown, "6.2", cast.MANAGER, act).field == "measures.owner"


def test_r25_director_and_general_manager_each_answer_once() -> None:
    scene = stage.summary()
    scene.refuses(Incomplete, "6.2", cast.DIRECTOR, accept())
    scene.do(cast.SPECIALIST, SUMMARY)
    assert asked(scene) == {"receipt/1/it_director": [cast.DIRECTOR], "receipt/1/general_manager": ["general-manager"]}
    scene.refuses(AlreadyDecided, "6.2", cast.MANAGER, SUMMARY)
    scene.refuses(StaleVersion, "6.2", cast.DIRECTOR, accept(2))
    scene.do(cast.DEPUTY_DIRECTOR, accept())
    scene.refuses(AlreadyDecided, "6.2", cast.DIRECTOR, accept())
    assert report_without_measures(scene.incident) is None
    scene.do(cast.GENERAL_MANAGER, accept())
    assert scene.incident.summaries[-1].receipts == {Role.IT_DIRECTOR: True, Role.GENERAL_MANAGER: True}


def test_r26_the_measures_of_a_report_are_opened_once_when_both_have_accepted_it() -> None:
    scene = stage.complete()
    assert report_without_measures(scene.incident) == 1
    scene.note(ev.MeasuresOpened(summary_version=1, measures=["M-7K3Q9-DXMB2-1"]))
    assert (report_without_measures(scene.incident), scene.incident.measures) == (None, ["M-7K3Q9-DXMB2-1"])
    scene.do(cast.MANAGER, acts.Close())
    drill = stage.summary(stage.group(is_drill=True))
    drill.do(cast.SPECIALIST, SUMMARY)
    drill.do(cast.DIRECTOR, accept())
    assert report_without_measures(drill.incident) == 1, "the general manager is spared"


def test_r26_nobody_verifies_his_own_measure() -> None:
    measure = SUMMARY.measures[0].model_copy(update={"verifier": SUMMARY.measures[0].owner})
    act = SUMMARY.model_copy(update={"measures": [measure]})
    assert stage.summary().refuses(OwnWork, "6.2", cast.MANAGER, act).field == "measures.verifier"


def test_r25_a_returned_report_is_written_again_and_its_clock_is_not_reset() -> None:
    scene = stage.summary()
    due = scene.incident.deadlines["summary_due"]
    scene.do(cast.SPECIALIST, SUMMARY)
    assert scene.wait(hours=24 * 10) == []  # it lies with its readers
    scene.refuses(ReasonNeeded, "6.2", cast.DIRECTOR, acts.ReceiveSummary(version=1, accept=False))
    scene.do(cast.DIRECTOR, acts.ReceiveSummary(version=1, accept=False, reason="原因不清"))
    assert scene.incident.deadlines["summary_due"] == due
    assert [type(event) for event in scene.let_limits_pass()] == [ev.SummaryOverdue]
    scene.refuses(AlreadyDecided, "6.2", cast.GENERAL_MANAGER, accept())
    scene.do(cast.SPECIALIST, SUMMARY)
    scene.do(cast.DIRECTOR, accept(2))  # both answer the new version
    assert missing_for_closing(scene.incident) == ["receipt:general_manager", "runbook_decision"]


def test_r25_i8_an_author_never_accepts_his_own_report() -> None:
    people = cast.company().people
    next(person for person in people if person.id == cast.MANAGER).posts.append(Role.IT_DIRECTOR)
    for_him = Delegation(post=Role.IT_DIRECTOR, principal=cast.MANAGER, deputy=cast.OUTSIDER)
    company = cast.company(people=people, delegations=[*cast.company().delegations, for_him])
    for author in (cast.MANAGER, cast.DEPUTY_MANAGER):
        scene = stage.summary(stage.group(company_=company))
        scene.do(author, SUMMARY)
        for answer in (accept(), acts.ReceiveSummary(version=1, accept=False, reason="不同意")):
            for reader in (cast.MANAGER, cast.OUTSIDER):
                scene.refuses(OwnWork, "6.2", reader, answer)


# ── 6.3 and the end ───────────────────────────────────────────────────────────


def test_r27_a_changed_runbook_names_its_version_no_change_its_reason() -> None:
    scene = stage.summary()
    scene.refuses(ReasonNeeded, "6.3", cast.MANAGER, acts.DecideRunbook(change=True, reason="补一步"))
    with pytest.raises(ValueError, match="reason"):
        acts.DecideRunbook.model_validate({"change": False, "reason": " "})
    scene.do(cast.MANAGER, acts.DecideRunbook(change=True, new_version="trading-outage@4", reason="补一步"))
    scene.refuses(AlreadyDecided, "6.3", cast.MANAGER, NO_RUNBOOK_CHANGE)


def test_r25_r27_closing_is_refused_until_everything_is_there() -> None:
    scene = stage.summary()
    missing = ["summary_report", "receipt:it_director", "receipt:general_manager", "runbook_decision"]
    todo = [
        (cast.SPECIALIST, SUMMARY),
        (cast.DIRECTOR, accept()),
        (cast.GENERAL_MANAGER, accept()),
        (cast.MANAGER, NO_RUNBOOK_CHANGE),
    ]
    for person, act in todo:
        refusal = scene.refuses(Incomplete, "6.2", cast.MANAGER, acts.Close())
        assert refusal.params["missing"] == ", ".join(missing)
        scene.do(person, act)
        missing = missing[1:]
    scene.refuses(NotAuthorised, "6.2", cast.SUPERVISOR, acts.Close())
    scene.do(cast.MANAGER, acts.Close())
    assert (scene.phase, scene.incident.is_over, scene.incident.closed_at) == (Phase.CLOSED, True, scene.now)
    assert (awaited(scene.incident), scene.incident.deadlines) == ([], {})


def test_the_runbook_and_the_close_are_asked_from_when_nothing_before_them_was_missing() -> None:
    scene = stage.summary()
    scene.do(cast.SPECIALIST, SUMMARY)
    scene.do(cast.DIRECTOR, accept())
    scene.now += timedelta(hours=20)
    scene.do(cast.GENERAL_MANAGER, accept())
    [runbook] = awaited(scene.incident)
    assert (runbook.question, runbook.since) == ("runbook", scene.now)
    scene.now += timedelta(hours=3)
    scene.do(cast.MANAGER, NO_RUNBOOK_CHANGE)
    [closing] = awaited(scene.incident)
    assert (closing.question, closing.since) == ("closing", scene.now)


def test_a_runbook_decided_before_the_report_was_received_does_not_hasten_the_close() -> None:
    scene = stage.summary()
    scene.do(cast.MANAGER, NO_RUNBOOK_CHANGE)
    scene.do(cast.SPECIALIST, SUMMARY)
    scene.do(cast.DIRECTOR, accept())
    scene.now += timedelta(hours=20)
    scene.do(cast.GENERAL_MANAGER, accept())
    [closing] = awaited(scene.incident)
    assert (closing.question, closing.since) == ("closing", scene.now)


def test_nothing_happens_to_a_closed_incident() -> None:
    scene = stage.closed()
    scene.refuses(Conflict, "5.3.6", cast.OPERATOR, acts.GiveInformation(text="太晚"))
    assert scene.wait(hours=24 * 365) == []
