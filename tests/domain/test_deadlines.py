"""Which deadlines were met and which were missed: none that was not expected any more, none by a word that fell."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from domain import acts, deadlines
from domain.deadlines import Kept, kept_deadlines
from domain.policy import Severity
from tests import cast
from tests.domain import stage
from tests.domain.stage import SUMMARY, Stage

NOTICE = acts.GiveNotice(kind="notice", audience=[cast.FINANCE], text="交易暂停")
TOLD = acts.ReportToDirector(text="短时间内不能恢复")
FAILED = acts.VerifyRecovery(passed=False, text="又超时")
RETURNED = acts.ReceiveSummary(version=1, accept=False, reason="再写")
LINK = acts.Link(parent="7K3Q9-DXMB9", reason="同一存储故障")


def after(scene: Stage, **time: float) -> Stage:
    scene.wait(**time)
    return scene


def does(scene: Stage, person: str, act: acts.Act) -> Stage:
    scene.do(person, act)
    return scene


def rows(scene: Stage, what: str) -> list[Kept]:
    return [row for row in kept_deadlines(scene.incident, scene.timeline) if row.what == what]


def met(scene: Stage, what: str) -> list[bool | None]:
    return [row.is_met(scene.now) for row in rows(scene, what)]


# ── not missed: nobody expected it any more, or it was done before ────────────


def test_5_3_1_the_notice_of_the_end_is_followed_by_none() -> None:
    scene = stage.summary(does(stage.group(), cast.MANAGER, NOTICE))
    scene.do(cast.MANAGER, NOTICE.model_copy(update={"occasion": acts.NoticeOccasion.END}))
    assert met(after(scene, hours=3), deadlines.NOTICE) == [True]


@pytest.mark.parametrize(("minutes", "found"), [(50, []), (70, [False])])
def test_5_3_1_no_notice_is_missed_once_it_was_reported_as_solved(minutes: int, found: list[bool]) -> None:
    scene = after(stage.recovery(after(stage.group(), minutes=minutes)), minutes=15)
    assert met(scene, deadlines.NOTICE) == found
    assert met(after(stage.summary(scene), hours=2), deadlines.NOTICE) == found


def test_5_2_6_the_manager_may_report_before_the_limit() -> None:
    scene = does(after(stage.on_site(), minutes=5), cast.MANAGER, TOLD)
    assert rows(scene, deadlines.REPORT_TO_DIRECTOR) == []
    [row] = rows(after(scene, minutes=60), deadlines.REPORT_TO_DIRECTOR)
    assert row.done_at == cast.NOW + timedelta(minutes=5)
    assert row.is_met(scene.now)


@pytest.mark.parametrize(
    "act",
    [acts.Judge(verdict="emergency", severity=Severity.I), acts.ChangeSeverity(severity=Severity.I, reason="扩大")],
    ids=["judged", "raised"],
)
def test_5_2_6_severity_i_leaves_no_time_that_could_be_missed(act: acts.Act) -> None:
    scene = stage.judging() if isinstance(act, acts.Judge) else after(stage.activated(), minutes=4)
    scene.do(cast.MANAGER, act)
    scene.let_limits_pass()
    scene.wait(20)
    assert met(scene, deadlines.SHORT_TIME) == met(scene, deadlines.OPERATOR) == []
    assert met(scene, deadlines.REPORT_TO_DIRECTOR) == [False]


@pytest.mark.parametrize(("minutes", "found"), [(3, []), (5, []), (6, [False])])
def test_5_3_3_nobody_is_late_who_was_on_his_way_when_it_was_solved(minutes: int, found: list[bool]) -> None:
    scene = stage.recovery(after(stage.on_site(), minutes=minutes))
    assert met(after(scene, minutes=7), deadlines.ARRIVAL) == found
    scene.do(cast.MANAGER, FAILED)  # now he is expected again, and is late
    assert met(scene, deadlines.ARRIVAL) == [False]
    assert met(stage.summary(scene), deadlines.ARRIVAL) == [False]


def test_5_3_3_nor_once_the_recovery_is_verified() -> None:
    assert met(stage.summary(after(stage.on_site(), minutes=3)), deadlines.ARRIVAL) == []


# ── not met: the word did not hold ────────────────────────────────────────────


def _fails(scene: Stage) -> None:
    scene.do(cast.MANAGER, FAILED)


def _comes_back(scene: Stage) -> None:
    stage.reopened(stage.summary(scene))


@pytest.mark.parametrize("falls", [_fails, _comes_back])
def test_r24_a_solution_that_does_not_hold_meets_no_limit(falls: Callable[[Stage], None]) -> None:
    scene = stage.recovery(after(stage.activated(), minutes=8))
    assert met(scene, deadlines.OPERATOR) == met(scene, deadlines.SHORT_TIME) == [True]
    falls(scene)
    scene.let_limits_pass()
    assert met(scene, deadlines.SHORT_TIME) == [None]
    assert met(after(scene, minutes=40), deadlines.SHORT_TIME) == met(scene, deadlines.OPERATOR) == [False]


@pytest.mark.parametrize("falls", [_fails, _comes_back])
def test_r24_solved_again_in_time_it_is_met(falls: Callable[[Stage], None]) -> None:
    scene = stage.recovery(after(stage.on_site(), minutes=8))
    falls(scene)
    assert met(scene, deadlines.OPERATOR) == [True]  # he had said himself that he could not
    stage.recovery(scene)
    assert met(after(scene, minutes=40), deadlines.SHORT_TIME) == [True]


def test_r24_what_came_back_is_owed_no_report_and_the_director_is_asked_anew() -> None:
    scene = stage.summary(stage.director_asked())
    assert met(scene, deadlines.DIRECTOR) == []
    stage.reopened(after(scene, hours=1))
    assert (met(scene, deadlines.REPORT), met(scene, deadlines.DIRECTOR)) == ([], [None])
    assert met(after(scene, minutes=11), deadlines.DIRECTOR) == [False]
    assert met(stage.summary(scene), deadlines.REPORT) == [None]


def test_r24_the_group_gives_notice_again() -> None:
    scene = stage.reopened(stage.summary(does(stage.group(), cast.MANAGER, NOTICE)))
    assert met(scene, deadlines.NOTICE) == [True, None]


def test_r25_the_clock_of_a_returned_report_is_not_reset() -> None:
    scene = does(after(stage.summary(), days=4), cast.SPECIALIST, SUMMARY)
    [due] = [row.due for row in rows(scene, deadlines.REPORT)]
    assert met(scene, deadlines.REPORT) == [True]
    does(after(scene, days=1), cast.DIRECTOR, RETURNED)
    assert met(scene, deadlines.REPORT) == [None]
    does(after(scene, days=5), cast.SPECIALIST, SUMMARY)
    assert [(row.due, row.is_met(scene.now)) for row in rows(scene, deadlines.REPORT)] == [(due, False)]


def test_r25_nor_is_that_of_a_report_whose_parent_is_gone() -> None:
    scene = does(stage.summary(), cast.MANAGER, LINK)
    scene.do(cast.SPECIALIST, SUMMARY.model_copy(update={"covered_by": LINK.parent}))
    scene.do(cast.MANAGER, acts.Unlink(reason="原因不同"))
    assert met(after(scene, days=8), deadlines.REPORT) == [False]


# ── 6.2: told early ───────────────────────────────────────────────────────────


def severe() -> Stage:
    scene = stage.group()
    scene.do(cast.MANAGER, acts.ChangeSeverity(severity=Severity.II, reason="全部会员"))
    return stage.summary(scene)


@pytest.mark.parametrize(
    ("days", "act", "found"),
    [
        (1, None, None),
        (4, None, False),
        (1, stage.PRELIMINARY, True),
        (1, SUMMARY, True),
        (4, stage.PRELIMINARY, False),
    ],
)
def test_r25_the_preliminary_report_has_a_deadline(days: int, act: acts.Act | None, found: bool | None) -> None:
    scene = after(severe(), days=days)
    if act:
        scene.do(cast.SPECIALIST, act)
    [row] = rows(scene, deadlines.PRELIMINARY)
    assert (row.clause, row.is_met(scene.now)) == ("6.2", found)


def test_r25_the_preliminary_report_waits_for_no_second_recovery() -> None:
    scene = severe()
    [before] = rows(scene, deadlines.PRELIMINARY)
    stage.summary(stage.reopened(scene))
    assert rows(scene, deadlines.PRELIMINARY) == [before]
    assert rows(stage.summary(), deadlines.PRELIMINARY) == []


# ── 8: what the law asks for ──────────────────────────────────────────────────


def told(build: Callable[..., Stage] = stage.on_site, **changes: Any) -> Stage:
    return build(policy_=cast.policy(regulators=cast.regulators(**changes)))


def file(report: str = "first", **more: Any) -> acts.FileStatutoryReport:
    return acts.FileStatutoryReport(regulator="cac", report=report, sent_to="平台", **more)


WAIVED = acts.WaiveStatutoryReport(regulator="cac", reason="未达标准")


@pytest.mark.parametrize(
    ("hours", "person", "act", "found"),
    [
        (3, None, None, [None]),
        (5, None, None, [False]),
        (3, cast.SPECIALIST, file(), [True]),
        (3, cast.SPECIALIST, file(heads=[1, 2]), [True]),  # they may go before the others
        (5, cast.SPECIALIST, file(), [False]),
        (3, cast.DIRECTOR, WAIVED, []),
        (5, cast.DIRECTOR, WAIVED, [False]),
        (3, cast.DIRECTOR, acts.ChangeSeverity(severity=Severity.IV, reason="核实"), []),
    ],
)
def test_a_regulator_is_told_in_time_or_not(
    hours: float, person: str | None, act: acts.Act | None, found: list[bool | None]
) -> None:
    scene = after(told(), hours=hours)
    if person and act:
        scene.do(person, act)
    assert met(scene, deadlines.STATUTORY) == found
    assert all(row.report == ("cac", "first") and row.clause == "8" for row in rows(scene, deadlines.STATUTORY))


def test_the_clock_of_the_later_report_begins_with_each_recovery_and_it_goes_whole() -> None:
    scene = stage.summary(does(told(), cast.SPECIALIST, file()))
    assert [row.report for row in rows(scene, deadlines.STATUTORY)] == [("cac", "first"), ("cac", "final")]
    assert met(scene, deadlines.STATUTORY) == [True, None]
    assert met(stage.reopened(scene), deadlines.STATUTORY) == [True]
    stage.summary(after(scene, hours=2))
    assert rows(scene, deadlines.STATUTORY)[1].due == scene.now + timedelta(days=30)
    scene.do(cast.SPECIALIST, file("final", heads=[1]))
    assert met(scene, deadlines.STATUTORY) == [True, None]
    scene.do(cast.SPECIALIST, file("final"))
    assert met(after(scene, days=31), deadlines.STATUTORY) == [True, True]


def test_what_is_due_again_at_the_same_instant_is_missed_once() -> None:
    scene = after(told(), hours=5)
    for grade in (Severity.IV, Severity.III):
        scene.do(cast.DIRECTOR, acts.ChangeSeverity(severity=grade, reason="核实"))
    assert met(scene, deadlines.STATUTORY) == [False]


def test_what_the_close_leaves_open_is_not_missed_later() -> None:
    scene = stage.closed(does(told(), cast.SPECIALIST, file()))
    assert met(after(scene, days=40), deadlines.STATUTORY) == [True]
