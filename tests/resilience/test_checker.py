"""The checker is not blind: each violation that is planted into good evidence is found."""

import copy
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests import cast
from tests.checker import check, check_replay
from tests.checks.evidence import Evidence, Row, attributes, instant, kind_of
from tests.checks.record import GENESIS, digest
from tests.resilience.conftest import Played

pytestmark = pytest.mark.timeout(150)

MAJOR = "plan_being_approved"
LATER = timedelta(hours=1)


@pytest.fixture
async def evidence(played: Played) -> Evidence:
    """Return evidence of a whole major incident without a fault."""
    found = copy.deepcopy(await played[MAJOR])
    assert check(found) == []
    return found


def entry(evidence: Evidence, kind: str, **content: Any) -> Row:
    """Return the first entry of a kind whose event holds the content."""
    return next(
        row for row in evidence.entries(cast.NUMBER) if row["kind"] == kind and content.items() <= row["event"].items()
    )


def seal(evidence: Evidence) -> None:
    """Number and chain the timeline anew, so that only what it tells is wrong, and not its hashes."""
    before, version = GENESIS, 0
    entries = evidence.entries(cast.NUMBER)
    silent = {row["seq"] for row, last in zip(entries[1:], entries, strict=False) if row["version"] == last["version"]}
    for seq, row in enumerate(entries, 1):
        version += row["seq"] not in silent
        row |= {"seq": seq, "version": version, "prev_hash": before}
        row["hash"] = before = digest(row)
    for kept in evidence.tables["incidents"]:
        kept |= {"seq": len(entries), "head_hash": before, "version": version}
    for runs in evidence.histories.values():
        runs[-1] = [event for event in runs[-1] if kind_of(event) != "WORKFLOW_EXECUTION_COMPLETED"]


def drop(evidence: Evidence, row: Row) -> None:
    evidence.tables["entries"].remove(row)


def again(evidence: Evidence, row: Row, **changes: Any) -> None:
    """Insert an entry once more, right after itself."""
    for other in evidence.tables["entries"]:
        other["seq"] += other["seq"] > row["seq"]
    evidence.tables["entries"].append(copy.deepcopy(row) | {"seq": row["seq"] + 1} | changes)


def page(evidence: Evidence, child: str) -> list[Row]:
    """Return the events of a child's first run."""
    return evidence.histories[f"incident:{cast.NUMBER}/{child}"][0]


async def test_a_question_that_was_closed_and_is_asked_again_begins_another_life(evidence: Evidence) -> None:
    runs = evidence.histories[f"incident:{cast.NUMBER}/page/activation"]
    runs.append([copy.deepcopy(event) | {"eventId": str(1000 + int(event["eventId"]))} for event in runs[0]])
    assert check(evidence) == []
    sent = next(event for event in runs[1] if kind_of(event) == "ACTIVITY_TASK_SCHEDULED")
    runs[1].append(copy.deepcopy(sent) | {"eventId": "9999"})
    assert "I3" in {violation.invariant for violation in check(evidence)}


# ── what is planted ───────────────────────────────────────────────────────────


def a_lost_act(evidence: Evidence) -> None:
    drop(evidence, entry(evidence, "group_formed"))
    seal(evidence)


def another_time_of_discovery(evidence: Evidence) -> None:
    opened = next(item for item in evidence.operations if item["act"] == "open")
    opened["discovered_at"] = (instant(entry(evidence, "reported")["event"]["discovered_at"]) - LATER).isoformat()


def a_page_that_never_arrived(evidence: Evidence) -> None:
    for log in (evidence.sink, evidence.tables["inbox"]):
        log[:] = [item for item in log if not (item["recipient"] == cast.MANAGER and "judgement" in item["question"])]


def a_call_that_was_not_made(evidence: Evidence) -> None:
    events = page(evidence, "page/activation")
    events[:] = [event for event in events if kind_of(event) != "ACTIVITY_TASK_SCHEDULED"]
    events[-1]["eventTime"] = (instant(events[-1]["eventTime"]) + LATER).isoformat()
    events[:] = [event for event in events if attributes(event).get("signalName") != "end"]


def the_same_message_under_two_keys(evidence: Evidence) -> None:
    letter = evidence.sink[0]
    evidence.sink.append(letter | {"dedup_key": letter["dedup_key"] + "-again"})


def other_words_under_the_same_key(evidence: Evidence) -> None:
    evidence.sink.append(evidence.sink[0] | {"body": "something else"})


def a_page_after_the_end(evidence: Evidence) -> None:
    events = page(evidence, "page/judgement/1")
    sent = next(event for event in events if kind_of(event) == "ACTIVITY_TASK_SCHEDULED")
    events.append(copy.deepcopy(sent) | {"eventId": "9999"})


def two_questions_with_one_key(evidence: Evidence) -> None:
    sent = next(event for event in page(evidence, "page/judgement/1") if kind_of(event) == "ACTIVITY_TASK_SCHEDULED")
    page(evidence, "page/activation").insert(5, copy.deepcopy(sent) | {"eventId": "5"})


def a_phase_that_was_skipped(evidence: Evidence) -> None:
    drop(evidence, entry(evidence, "resolved_reported"))
    seal(evidence)


def a_gap_in_the_versions(evidence: Evidence) -> None:
    entry(evidence, "group_formed")["version"] += 1


def a_row_that_says_something_else(evidence: Evidence) -> None:
    evidence.tables["incidents"][0]["phase"] = "recovery"


def a_plan_decided_twice(evidence: Evidence) -> None:
    again(evidence, entry(evidence, "plan_decided"), person=cast.DEPUTY_GENERAL_MANAGER, command_id="other")
    seal(evidence)


def an_arrival_recorded_twice(evidence: Evidence) -> None:
    again(evidence, entry(evidence, "arrived"), command_id="other")
    seal(evidence)


def a_changed_entry(evidence: Evidence) -> None:
    entry(evidence, "group_formed")["event"]["commander"] = cast.MANAGER


def a_changed_author(evidence: Evidence) -> None:
    entry(evidence, "plan_decided")["person"] = cast.DEPUTY_GENERAL_MANAGER


def a_cut_tail(evidence: Evidence) -> None:
    """The row goes back with it: only the workflow's own end, outside the database, can tell."""
    last = evidence.entries(cast.NUMBER)[-1]
    drop(evidence, last)
    rest = evidence.entries(cast.NUMBER)[-1]
    evidence.tables["incidents"][0] |= {"seq": rest["seq"], "head_hash": rest["hash"], "version": rest["version"]}


def a_missing_entry(evidence: Evidence) -> None:
    drop(evidence, evidence.entries(cast.NUMBER)[4])


def a_refusal_without_its_trail(evidence: Evidence) -> None:
    next(head for head in evidence.tables["heads"] if head["chain"] == "refusals")["seq"] += 1


def a_refused_act_that_was_done(evidence: Evidence) -> None:
    refused = next(item for item in evidence.operations if item["outcome"] == "refused")
    entry(evidence, "plan_decided")["command_id"] = refused["command_id"]
    seal(evidence)


def an_act_done_twice(evidence: Evidence) -> None:
    made = entry(evidence, "plan_submitted")
    again(evidence, made, kind="recorded", event={"kind": "recorded", "record": "observation", "text": "x"})
    evidence.entries(cast.NUMBER)[made["seq"]]["recorded_at"] = "2026-12-31 23:59:59.000001"
    seal(evidence)


def an_approval_of_ones_own(evidence: Evidence) -> None:
    entry(evidence, "plan_decided")["on_behalf_of"] = entry(evidence, "plan_submitted")["person"]
    seal(evidence)


def a_verification_by_a_doer(evidence: Evidence) -> None:
    entry(evidence, "recovery_verified")["person"] = entry(evidence, "recovery_checked")["person"]
    seal(evidence)


def a_limit_that_fired_early(evidence: Evidence) -> None:
    passed = entry(evidence, "short_time_limit_passed")
    entry(evidence, "severity_changed")["event"]["short_time_limit"]["at"] = _shift(passed["recorded_at"], LATER)
    seal(evidence)


def a_limit_that_fired_late(evidence: Evidence) -> None:
    passed = entry(evidence, "short_time_limit_passed")
    entry(evidence, "severity_changed")["event"]["short_time_limit"]["at"] = _shift(passed["recorded_at"], -LATER)
    seal(evidence)


def a_lateness_that_is_not_marked(evidence: Evidence) -> None:
    row = entry(evidence, "arrived")
    row["occurred_at"] = _shift(row["recorded_at"], -LATER)
    seal(evidence)


def a_second_commander(evidence: Evidence) -> None:
    formed = entry(evidence, "group_formed")
    accepted = {"kind": "command_accepted", "commander": cast.MANAGER}
    again(evidence, formed, kind="command_accepted", event=accepted, command_id="other")
    seal(evidence)


def a_drill_without_its_mark(evidence: Evidence) -> None:
    entry(evidence, "reported")["event"]["is_drill"] = True
    seal(evidence)


def a_mark_without_a_drill(evidence: Evidence) -> None:
    evidence.sink[0]["subject"] = f"【演练】{evidence.sink[0]['subject']}"


def a_close_without_a_receipt(evidence: Evidence) -> None:
    drop(evidence, entry(evidence, "summary_received", by="general_manager"))
    seal(evidence)


def a_close_without_verification(evidence: Evidence) -> None:
    drop(evidence, entry(evidence, "recovery_verified"))
    seal(evidence)


def _shift(instant_: Any, length: timedelta) -> str:
    return (instant(instant_) + length).isoformat().replace("+00:00", "Z")


PLANTED: dict[str, tuple[Callable[[Evidence], None], ...]] = {
    "I1": (a_lost_act, another_time_of_discovery),
    "I2": (a_page_that_never_arrived, a_call_that_was_not_made),
    "I3": (
        the_same_message_under_two_keys,
        other_words_under_the_same_key,
        a_page_after_the_end,
        two_questions_with_one_key,
    ),
    "I4": (a_phase_that_was_skipped, a_gap_in_the_versions, a_row_that_says_something_else),
    "I5": (a_plan_decided_twice, an_arrival_recorded_twice),
    "I6": (a_changed_entry, a_changed_author, a_cut_tail, a_missing_entry, a_refusal_without_its_trail),
    "I7": (a_refused_act_that_was_done, an_act_done_twice),
    "I8": (an_approval_of_ones_own, a_verification_by_a_doer),
    "I9": (a_limit_that_fired_early, a_limit_that_fired_late, a_lateness_that_is_not_marked),
    "I10": (a_second_commander,),
    "I11": (a_drill_without_its_mark, a_mark_without_a_drill),
    "I13": (a_close_without_a_receipt, a_close_without_verification),
}
CASES = [(invariant, planted) for invariant, plants in PLANTED.items() for planted in plants]


@pytest.mark.parametrize(
    ("invariant", "planted"), CASES, ids=[f"{invariant}-{planted.__name__}" for invariant, planted in CASES]
)
async def test_a_planted_violation_is_found(
    evidence: Evidence, invariant: str, planted: Callable[[Evidence], None]
) -> None:
    planted(evidence)
    assert invariant in {violation.invariant for violation in check(evidence)}


async def test_a_history_that_does_not_replay_is_found(evidence: Evidence) -> None:
    (run,) = evidence.histories[f"incident:{cast.NUMBER}/page/judgement/1"]
    sent = next(event for event in run if kind_of(event) == "ACTIVITY_TASK_SCHEDULED")
    attributes(sent)["activityType"]["name"] = "another"
    assert {violation.invariant for violation in await check_replay(evidence)} == {"I12"}


def test_resealing_alone_breaks_nothing_but_the_anchor(played: Played) -> None:
    """The plants above break what they mean to break: a timeline sealed anew without a change is clean."""
    found = copy.deepcopy(played[MAJOR].result())
    seal(found)
    assert check(found) == []
