"""Clause 8 and what the law asks for: who is told by when, what is filed, in which order, and what drafts say."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain import acts
from domain import events as ev
from domain.closure import left_open, missing_for_closing
from domain.errors import AlreadyDecided, Conflict, Incomplete, NotAuthorised, Unacceptable, Unknown
from domain.notes import notes
from domain.policy import Regulator, Severity
from domain.statutory_forms import draft
from tests import cast
from tests.domain import stage
from tests.domain.stage import Stage

HOUR = timedelta(hours=1)


def file(regulator: str = "cac", report: str = "first", **more: Any) -> acts.FileStatutoryReport:
    parts: dict[str, Any] = {"regulator": regulator, "report": report, "sent_to": "平台"}
    return acts.FileStatutoryReport(**(parts | more))


def told(**changes: Any) -> dict[str, Any]:
    return {"policy_": cast.policy(regulators=cast.regulators(**changes))}


def due(scene: Stage) -> dict[str, Any]:
    return {item.key: item.due and item.due.at - cast.NOW for item in scene.incident.statutory}


def severity(grade: str) -> acts.ChangeSeverity:
    return acts.ChangeSeverity(severity=Severity(grade), reason="核实")


# ── which are due, and when ───────────────────────────────────────────────────


def test_the_clock_runs_from_the_discovery_and_the_later_report_waits_for_the_recovery() -> None:
    scene = stage.activated(**told())
    assert due(scene) == {"statutory/cac/first": 4 * HOUR, "statutory/cac/final": None}
    assert scene.incident.deadlines["statutory/cac/first"].clause == "8"
    stage.summary(scene)
    verified = scene.now - cast.NOW
    assert due(scene)["statutory/cac/final"] == verified + timedelta(days=30)
    scene.do(cast.MANAGER, acts.Reopen(reason="又出现"))
    assert due(scene)["statutory/cac/final"] is None
    assert "statutory/cac/final" not in scene.incident.deadlines


def test_found_long_before_it_was_reported_it_is_overdue_at_once() -> None:
    scene = Stage(discovered_at=cast.NOW - 5 * HOUR, **told())
    scene.do(cast.MANAGER, stage.EMERGENCY)
    overdue = [event for event in scene.let_limits_pass() if isinstance(event, ev.StatutoryOverdue)]
    assert [event.regulator for event in overdue] == ["cac"]
    assert next(entry for entry in scene.timeline if entry.event in overdue).occurred_at == cast.NOW - HOUR


@pytest.mark.parametrize(
    ("changes", "applies"),
    [
        ({}, True),
        ({"severity_at_least": "II"}, False),
        ({"systems": [cast.TRADING]}, True),
        ({"systems": [cast.ACCESS]}, False),
        ({"kinds": ["outage"]}, True),
        ({"kinds": ["leak"]}, False),
        ({"categories": ["网络攻击"]}, True),  # nobody has said what it is
    ],
)
def test_to_whom_an_incident_of_severity_iii_is_told(changes: dict[str, Any], *, applies: bool) -> None:
    assert bool(stage.activated(**told(**changes)).incident.statutory) is applies


def test_a_known_category_of_another_kind_is_not_told_and_a_drill_never() -> None:
    assert not stage.activated(category="硬件故障", **told(categories=["网络攻击"])).incident.statutory
    assert not stage.activated(is_drill=True, **told()).incident.statutory
    assert not stage.on_site().incident.statutory


def test_a_changed_severity_is_told_to_more_and_what_nobody_heard_of_yet_is_dropped() -> None:
    scene = stage.on_site(**told())
    scene.do(cast.MANAGER, severity("I"))
    assert due(scene)["statutory/csrc/first"] == HOUR
    scene.do(cast.SPECIALIST, file("csrc", heads=[1, 2]))
    events = scene.do(cast.DIRECTOR, severity("IV"))
    assert [event.regulator for event in events if isinstance(event, ev.StatutoryDropped)] == ["cac"]
    assert list(due(scene)) == ["statutory/csrc/first"]  # who was told once hears the rest
    again = scene.do(cast.MANAGER, severity("III"))
    assert [event.report for event in again if isinstance(event, ev.StatutoryDue)] == ["first", "final"]


def test_dismissed_and_judged_again_it_is_due_again() -> None:
    scene = stage.activated(**told())
    scene.do(cast.MANAGER, stage.NOT_EMERGENCY)
    assert scene.wait(hours=5) == []
    scene.do(cast.SUPERVISOR, stage.EMERGENCY)
    assert due(scene)["statutory/cac/first"] == 4 * HOUR
    assert ev.StatutoryOverdue in [type(event) for event in scene.let_limits_pass()]


# ── reminders ─────────────────────────────────────────────────────────────────


def test_manager_and_director_are_reminded_before_and_again_and_again_after() -> None:
    scene = stage.department(**told())
    wanted = (ev.StatutoryReminded, ev.StatutoryOverdue)
    scene.wait(hours=7)
    rung = [entry for entry in scene.timeline if isinstance(entry.event, wanted)]
    assert [(entry.event.kind, entry.occurred_at - cast.NOW) for entry in rung] == [
        ("statutory_reminded", 2 * HOUR),
        ("statutory_overdue", 4 * HOUR),
        ("statutory_overdue", 5 * HOUR),
        ("statutory_overdue", 6 * HOUR),
        ("statutory_overdue", 7 * HOUR),
    ]
    [note] = notes(scene.incident, rung[1])
    assert (note.template, note.people) == ("statutory_overdue", [cast.MANAGER, cast.DIRECTOR])
    assert note.due == cast.NOW + 4 * HOUR
    scene.do(cast.MANAGER, file(heads=[1, 2], reference="2026-0007"))
    assert not [event for event in scene.wait(hours=9) if isinstance(event, wanted)]


def test_a_reminder_that_nobody_was_there_to_give_is_not_given_when_it_is_too_late() -> None:
    scene = stage.department(**told())
    scene.now += 9 * HOUR
    scene.let_limits_pass()
    rung = [entry for entry in scene.timeline if entry.event.kind.startswith("statutory_") and entry.person is None]
    assert [(entry.event.kind, entry.occurred_at) for entry in rung] == [("statutory_overdue", cast.NOW + 4 * HOUR)]


# ── what is filed ─────────────────────────────────────────────────────────────


def test_heads_1_and_2_may_go_first_and_the_others_follow() -> None:
    scene = stage.on_site(**told())
    scene.refuses(Unacceptable, "8", cast.SPECIALIST, file(heads=[2, 3]))
    scene.refuses(Unknown, "8", cast.SPECIALIST, file(heads=[1, 2, 9]))
    scene.refuses(NotAuthorised, "8", cast.OPERATOR, file())
    scene.refuses(Incomplete, "8", cast.SPECIALIST, file(report="final"))
    scene.wait(60)
    [first] = scene.do(cast.SPECIALIST, file(heads=[1, 2], sections=[{"head": 2, "text": "两个市场"}]))
    assert isinstance(first, ev.StatutoryFiled)
    assert ([item.head for item in first.sections], first.is_complete, first.late_minutes) == ([1, 2], False, 0)
    assert first.sections[1].text == "两个市场"
    assert "测试公司" in first.sections[0].text
    scene.refuses(AlreadyDecided, "8", cast.SPECIALIST, file(heads=[2]))
    [rest] = scene.do(cast.DIRECTOR, file(reference="2026-0007"))
    assert isinstance(rest, ev.StatutoryFiled)
    assert ([item.head for item in rest.sections], rest.is_complete) == ([3, 4, 5, 6, 7, 8], True)
    scene.refuses(AlreadyDecided, "8", cast.SPECIALIST, file())
    scene.refuses(Incomplete, "8", cast.SPECIALIST, file(report="final"))  # its clock starts with the recovery
    scene.refuses(Unknown, "8", cast.SPECIALIST, file("csrc"))


def test_late_is_late_by_the_minute_and_told_later_counts_from_when_it_was_sent() -> None:
    scene = stage.department(**told())
    scene.wait(hours=5)
    sent_at = cast.NOW + 4 * HOUR + timedelta(minutes=7)
    [filed] = scene.do(cast.SPECIALIST, file(), occurred_at=sent_at)
    assert isinstance(filed, ev.StatutoryFiled)
    assert filed.late_minutes == 7
    assert scene.incident.statutory[0].filed_at == sent_at


def test_the_director_finds_with_a_reason_that_one_need_not_be_told() -> None:
    scene = stage.on_site(**told())
    waive = acts.WaiveStatutoryReport(regulator="cac", reason="法务确认不属于")
    scene.refuses(NotAuthorised, "8", cast.MANAGER, waive)
    scene.do(cast.DIRECTOR, waive)
    assert scene.incident.statutory == []
    scene.refuses(AlreadyDecided, "8", cast.DIRECTOR, waive)
    scene.refuses(Unknown, "8", cast.DIRECTOR, acts.WaiveStatutoryReport(regulator="csrc", reason="无关"))
    scene.do(cast.MANAGER, severity("I"))
    assert list(due(scene)) == ["statutory/csrc/first"]
    scene.do(cast.SPECIALIST, file("csrc"))
    scene.refuses(Conflict, "8", cast.DIRECTOR, acts.WaiveStatutoryReport(regulator="csrc", reason="晚了"))


@pytest.mark.parametrize("confirmed_by", [None, "法务部"])
def test_what_the_lawyers_confirmed_holds_up_the_close_an_example_only_shows(confirmed_by: str | None) -> None:
    scene = stage.complete(stage.on_site(**told(confirmed_by=confirmed_by)))
    owed = ["statutory/cac/first", "statutory/cac/final"]
    assert (missing_for_closing(scene.incident), left_open(scene.incident)) == (
        (owed, []) if confirmed_by else ([], owed)
    )
    if confirmed_by:
        refused = scene.refuses(Incomplete, "6.2", cast.MANAGER, acts.Close())
        assert refused.params["missing"] == "statutory_reports"
        scene.do(cast.SPECIALIST, file())
        scene.do(cast.SPECIALIST, file(report="final"))
    scene.do(cast.MANAGER, acts.Close())


# ── drafts and entries ────────────────────────────────────────────────────────


def test_a_draft_says_what_the_incident_tells_and_names_what_a_person_adds() -> None:
    scene = stage.group(recurrence_of="BEFORE", **told())
    scene.do(cast.MANAGER, severity("I"))
    scene.do(cast.OPERATOR, acts.RaiseFinding(text="存储控制器日志异常"))
    for language, words in (
        ("zh-CN", ["测试公司", "2026-11-24 10:00", "特别重大", "登录页超时", "待补充", "BEFORE"]),
        ("en", ["The test company", "2026-11-24 10:00 (UTC+0800)", "especially major", "to be filled in", "BEFORE"]),
    ):
        heads = draft(scene.incident, "cac", "first", language)
        text = "\n".join(f"{head.title} {head.text}" for head in heads)
        assert [head.number for head in heads] == list(range(1, 9))
        assert all(word in text for word in words), text
        assert all(0 < len(head.text) <= 2000 for head in heads)
        assert len(draft(scene.incident, "csrc", "first", language)) == 13
        assert len(draft(scene.incident, "cac", "final", language)) == 6


def test_entries_that_cannot_be_meant() -> None:
    good = cast.regulators()[0].model_dump()
    for change in (
        {"id": "A B"},
        {"first": good["first"] | {"starts": "recovery"}},
        {"follow_ups": good["follow_ups"] * 2},
        {"first": good["first"] | {"value": 0}},
    ):
        with pytest.raises(ValidationError):
            Regulator.model_validate(good | change)
    with pytest.raises(ValidationError):
        cast.policy(regulators=cast.regulators() * 2)
