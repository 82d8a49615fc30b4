"""R9 (5.2.1), R28 (9): what a report must say, what it pins, and who is asked at once."""

from datetime import UTC, date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.activation import report
from domain.acts import Assessment, Report
from domain.awaited import awaited
from domain.company import Role
from domain.errors import InTheFuture, Refusal, Unknown
from domain.incident import Incident, Phase
from domain.policy import Severity
from tests import cast
from tests.domain import stage

COVERED = Assessment(covered=True, runbook=cast.TRADING_RUNBOOK, text="手册第一项")


def test_r9_manager_and_supervisor_are_asked_at_once() -> None:
    [question] = awaited(stage.reported().incident)
    assert (question.question, question.clause) == ("judgement/1", "5.2.1")
    assert question.people == [cast.MANAGER, cast.SUPERVISOR]
    assert (question.since, question.due) == (cast.NOW, cast.NOW + timedelta(minutes=5))


def test_r9_a_report_says_what_was_seen_and_pins_its_policy() -> None:
    scene = stage.reported(severity=Severity.II, location="二楼机房", dedup_key="cpu/7")
    incident = scene.incident
    assert (incident.phase, incident.seq, incident.version) == (Phase.REPORTED, 1, 1)
    assert (incident.system, incident.reporter, incident.severity) == (cast.TRADING, cast.OPERATOR, Severity.II)
    assert (incident.preliminary_assessment, incident.location, incident.dedup_key) == (COVERED, "二楼机房", "cpu/7")
    [entry] = scene.timeline
    assert (entry.event.policy_version, entry.clause) == ("2026.1", "5.2.1")  # type: ignore[union-attr] # Reported


def test_the_level_is_iii_where_nobody_knows_it() -> None:
    assert stage.reported().incident.severity == Severity.III


@pytest.mark.parametrize(
    ("details", "error", "field"),
    [
        ({"system": "canteen"}, Unknown, "system"),
        (
            {"preliminary_assessment": Assessment(covered=True, text="忘了写")},
            Unknown,
            "preliminary_assessment.runbook",
        ),
        (
            {"preliminary_assessment": Assessment(covered=True, runbook="canteen", text="有手册")},
            Unknown,
            "preliminary_assessment.runbook",
        ),
        ({"discovered_at": cast.NOW + timedelta(seconds=6)}, InTheFuture, "discovered_at"),
    ],
    ids=["unknown system", "no runbook item", "unknown runbook", "in the future"],
)
def test_r9_refused_reports(details: dict[str, Any], error: type[Refusal], field: str) -> None:
    start = cast.opening()
    blank = Incident(number="N", policy=start.policy, company=start.company, calendar=start.calendar)
    with pytest.raises(Refusal) as caught:
        report(blank, cast.report(**details), "api", cast.NOW, None)
    assert (type(caught.value), caught.value.clause, caught.value.field) == (error, "5.2.1", field)


@pytest.mark.parametrize("field", ["title", "system", "symptom", "preliminary_assessment"])
def test_r9_a_report_without_its_needed_fields_is_refused(field: str) -> None:
    body = cast.report().model_dump(exclude={field})
    with pytest.raises(ValidationError) as caught:
        Report.model_validate(body)
    assert [error["loc"] for error in caught.value.errors()] == [(field,)]


def test_r9_an_anomaly_may_be_covered_by_no_runbook() -> None:
    scene = stage.activated(preliminary_assessment=Assessment(covered=False, text="手册没有"))
    assert scene.incident.runbook is None


def test_a_report_entered_later_keeps_when_it_was_discovered_and_is_marked_late() -> None:
    scene = stage.reported(discovered_at=cast.NOW - timedelta(hours=2))
    [entry] = scene.timeline
    assert entry.occurred_at == cast.NOW - timedelta(hours=2)
    assert entry.recorded_at == cast.NOW.astimezone(UTC)
    assert (entry.is_late, scene.incident.reported_at) == (True, cast.NOW)


@pytest.mark.parametrize(("day", "holds"), [("2025-12-31", False), ("2026-01-01", True), ("2026-01-02", True)])
def test_r28_the_policy_is_in_force_from_its_effective_date(day: str, holds: bool) -> None:
    assert cast.policy().is_in_force(date.fromisoformat(day)) is holds


def test_r28_before_its_effective_date_the_policy_works_all_the_same() -> None:
    scene = stage.closed(stage.group(policy_=cast.policy(effective_from=date(2030, 1, 1))))
    assert scene.phase == Phase.CLOSED


def test_a_question_that_a_post_has_nobody_for_goes_to_the_next() -> None:
    judges = (Role.IT_MANAGER, Role.IT_SUPERVISOR)
    people = [
        person.model_copy(update={"is_active": not set(judges) & set(person.posts)}) for person in cast.company().people
    ]
    [question] = awaited(stage.reported(company_=cast.company(people=people)).incident)
    assert question.people == [cast.DEPUTY_MANAGER, cast.DEPUTY_SUPERVISOR]


def test_a_report_from_a_clock_that_is_a_little_fast_is_taken_with_our_time() -> None:
    start = cast.opening()
    blank = Incident(number="N", policy=start.policy, company=start.company, calendar=start.calendar)
    fast = cast.report(discovered_at=cast.NOW + timedelta(seconds=4))
    assert report(blank, fast, "api", cast.NOW, None).discovered_at == cast.NOW
