"""R28 (7 to 9) and the policy file's numbers: the defaults are those of the policy, bad values say what is wrong."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from adapters.files import load_policy
from domain.clauses import CLAUSES, wording
from domain.policy import Policy, Severity
from tests import cast

ROOT = Path(__file__).resolve().parents[2]
MINUTES = {
    "operator_limit": 10,
    "acknowledgement_limit": 5,
    "page_repeat": 5,
    "page_deputies": 10,
    "page_director": 15,
    "page_everyone": 10,
    "director_deputies": 10,
    "general_manager_informed": 20,
    "procedure_asked_again": 30,
    "approval_repeat": 10,
    "approval_deputies": 20,
    "arrival_working_hours": 5,
    "arrival_off_hours": 60,
    "dismissal_window": 24 * 60,
    "preliminary_summary_deadline": 3 * 24 * 60,
}


@pytest.mark.parametrize("policy", [load_policy(ROOT / "policy.yaml"), cast.policy()], ids=["policy.yaml", "cast"])
def test_the_defaults_where_the_policy_is_silent(policy: Policy) -> None:
    assert {name: getattr(policy, name).duration // timedelta(minutes=1) for name in MINUTES} == MINUTES
    assert [policy.short_time(grade) // timedelta(minutes=1) for grade in Severity] == [0, 15, 30, 60]
    assert (policy.default_severity, policy.approval_blocks.value) == (Severity.III, "plan_steps")
    assert (policy.group_members.value, policy.summary_deadline.value) == (2, 5)
    assert [(str(span.start), str(span.end)) for span in policy.working_spans] == [("09:00:00", "18:00:00")]


def test_the_demo_policy_is_the_same_at_another_pace() -> None:
    real, demo = load_policy(ROOT / "policy.yaml"), load_policy(ROOT / "policy.demo.yaml")
    assert set(real.model_dump()) == set(demo.model_dump())
    assert real.version != demo.version


def _number(**change: Any) -> dict[str, Any]:
    return {"value": 10, "unit": "minutes", "clause": "5.2.1", "effective_from": "2026-01-01"} | change


SHORT_TIME = {"I": _number(value=20), "II": _number(value=15), "III": _number(value=30), "IV": _number(value=60)}


@pytest.mark.parametrize(
    ("field", "value", "place", "reason"),
    [
        ("operator_limit", _number(value=-1), "value", "greater than or equal to 0"),
        ("operator_limit", _number(value=float("nan")), "value", "should be less than or equal to"),
        ("operator_limit", _number(value=float("inf")), "value", "less than or equal to"),
        ("operator_limit", _number(value="soon"), "value", "valid number"),
        ("operator_limit", _number(unit="fortnights"), "unit", "'seconds', 'minutes', 'hours' or 'days'"),
        ("operator_limit", _number(clause="5.2.10"), "clause", "the policy has no clause 5.2.10"),
        ("operator_limit", _number(effective_from="soon"), "effective_from", "valid date"),
        *((name, _number(value=0), "value", "greater than 0") for name in ("page_repeat", "page_everyone")),
        *((name, _number(value=0), "value", "greater than 0") for name in ("approval_repeat", "notice_interval")),
        *((name, _number(value=0), "value", "greater than 0") for name in ("probe_interval", "summary_reminder")),
        ("procedure_asked_again", _number(value=0), "value", "greater than 0"),
        ("group_members", _number(value=0, unit="people"), "value", "greater than or equal to 1"),
        ("summary_deadline", _number(value=2.5, unit="working_days"), "value", "valid integer"),
        ("approval_blocks", _number(value="maybe", unit="choice"), "value", "'plan_steps', 'all' or 'none'"),
        ("summary_review", _number(value="later", unit="choice"), "value", "'required' or 'optional'"),
        ("default_severity", "V", "default_severity", "'I', 'II', 'III' or 'IV'"),
        ("time_zone", "Asia/Peking2", "time_zone", "is not a time zone"),
        ("time_zone", "../../etc/passwd", "time_zone", "is not a time zone"),
        ("working_spans", [], "working_spans", "at least 1 item"),
        ("working_spans", [{"start": "18:00", "end": "09:00"}], 0, "a span starts before it ends"),
        ("short_time_limit", SHORT_TIME, None, "a worse severity never has the longer limit"),
        ("page_director", _number(value=5), None, "paged after the deputies"),
    ],
)
def test_a_bad_value_is_refused_with_its_place_and_reason(
    field: str, value: Any, place: str | int | None, reason: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        Policy.model_validate(cast.policy().model_dump() | {field: value})
    [error] = caught.value.errors()
    assert reason in error["msg"]
    assert error["loc"][-1:] == ((place,) if place is not None else ())


# What incidents pinned before does not name them.
LATER = {
    *("default_severity", "arrival_at_risk", "summary_review", "action_limit", "analysis_limit"),
    *("statutory_reminder", "statutory_repeat", "regulators"),
}


@pytest.mark.parametrize("field", sorted(set(Policy.model_fields) - LATER))
def test_no_number_may_be_missing(field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Policy.model_validate(cast.policy().model_dump(exclude={field}))
    assert [error["loc"] for error in caught.value.errors()] == [(field,)]


def test_every_clause_reads_in_both_languages() -> None:
    for clause in CLAUSES.values():
        assert wording(clause.id, "zh-CN") == clause.zh
        assert wording(clause.id, "en") == clause.en
        assert clause.en.isascii()
        assert not clause.zh.isascii()
    with pytest.raises(KeyError):
        wording("5.2.10", "en")
