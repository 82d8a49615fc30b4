"""Whom the policy has called when, written down once more by hand, and read beside what histories say was done.

Nothing here uses the product's own ladder: a wrong rung or pace there must show as a difference here.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from domain.policy import Limit, Policy
from tests.cast import (
    DEPUTY_DIRECTOR,
    DEPUTY_GENERAL_MANAGER,
    DEPUTY_MANAGER,
    DEPUTY_SUPERVISOR,
    DIRECTOR,
    FINANCE_HEAD,
    GENERAL_MANAGER,
    MANAGER,
    OPERATIONS_HEAD,
    SECOND_SPECIALIST,
    SECOND_TECHNICIAN,
    SPECIALIST,
    SUPERVISOR,
    TECHNICIAN,
)
from tests.replay.witness import inputs, seconds
from tools.replay import Stored

SLACK = timedelta(milliseconds=5)
TRIED_AGAIN = {timedelta(seconds=1), timedelta(seconds=3)}
REPORTED = {timedelta(seconds=1)}
TOP = {GENERAL_MANAGER, DEPUTY_GENERAL_MANAGER}
TEAM = {
    MANAGER,
    SUPERVISOR,
    DIRECTOR,
    SPECIALIST,
    SECOND_SPECIALIST,
    DEPUTY_MANAGER,
    DEPUTY_SUPERVISOR,
    DEPUTY_DIRECTOR,
}
HANDS = {SPECIALIST, SECOND_SPECIALIST, TECHNICIAN, SECOND_TECHNICIAN}
COMMANDER = "whoever commands"
# Solved before one was sent, and by no group.
WITHOUT_TECHNICIAN = {"short", "evidence", "failed_recovery", "summary_returned", "time_box", "reopened", "linked"}
COMMANDERS = dict.fromkeys(
    {
        *("on_duty", "major_approved", "not_started_then_reasked", "late_arrival_with_backup", "told_to_regulators"),
        "open_action",
        *WITHOUT_TECHNICIAN,
    },
    MANAGER,
)
# Put to the manager before the group was formed, or once he commands; to the commander of that time otherwise.
TO_THE_MANAGER = {
    "automatic_step/incident-7K3Q9-DXMB2.page.step.restart",
    *(f"command_passes/incident-7K3Q9-DXMB2.page.{kind}.1" for kind in ("information", "measure", "checklist")),
    *(f"command_passes/incident-7K3Q9-DXMB2.page.{kind}.1.anew.2" for kind in ("information", "measure")),
}
# Rosters that put the second before the first.
ON_DUTY = {
    SPECIALIST: SECOND_SPECIALIST,
    SECOND_SPECIALIST: SPECIALIST,
    TECHNICIAN: SECOND_TECHNICIAN,
    SECOND_TECHNICIAN: TECHNICIAN,
}
# Whom a course's incidents go on without; only what they asked first still knows him.
LEFT = {"departure": DEPUTY_MANAGER}
BEFORE = "departure/incident-7K3Q9-DXMB2.page.judgement.1", "departure/incident-7K3Q9-DXMB3.page.judgement.1"

Rungs = list[tuple[str, set[str]]]
_CALLS = "EVENT_TYPE_ACTIVITY_TASK_SCHEDULED"


class Row(NamedTuple):
    """A question: its clause and template, its pace, and who joins after which limits of the policy."""

    clause: str
    template: str
    rungs: Rungs
    repeat: str = "page_repeat"
    chorus: str = "page_everyone"
    told_once: frozenset[str] = frozenset()


class Pace(NamedTuple):
    """A row with the policy's numbers in it."""

    rungs: list[tuple[timedelta, set[str]]]
    repeat: timedelta
    chorus: timedelta
    told_once: frozenset[str] = frozenset()


def _upwards(first: set[str], deputies: set[str]) -> Rungs:
    everyone = "page_director+page_everyone"
    return [("", first), ("page_deputies", deputies), ("page_director", {DIRECTOR}), (everyone, TEAM)]


_DIRECTOR: Rungs = [("", {DIRECTOR}), ("director_deputies", {DEPUTY_DIRECTOR})]
_JUDGES = _upwards({MANAGER, SUPERVISOR}, {DEPUTY_MANAGER, DEPUTY_SUPERVISOR})
_DAILY = ("summary_reminder", "summary_reminder")
_PLAN = ("approval_repeat", "approval_repeat")

TABLE = {
    "judgement": Row("5.2.1", "judgement", _JUDGES),
    "judgement/2": Row(
        "5.2.2", "contested", [("", {SUPERVISOR, DIRECTOR}), ("page_deputies", {DEPUTY_SUPERVISOR}), *_JUDGES[2:]]
    ),
    "again": Row("5.2.1", "again", _JUDGES),
    "activation": Row(
        "3.3",
        "activation",
        [("", {SPECIALIST}), ("page_deputies", {SECOND_SPECIALIST}), ("page_director", {MANAGER})],
    ),
    "at_risk": Row("5.3", "at_risk", _upwards({COMMANDER, MANAGER}, {DEPUTY_MANAGER})),
    "overdue": Row("5.3", "overdue", _upwards({COMMANDER, MANAGER}, {DEPUTY_MANAGER})),
    "procedure": Row(
        "5.2.6",
        "procedure",
        [*_DIRECTOR, ("general_manager_informed", {GENERAL_MANAGER})],
        told_once=frozenset({GENERAL_MANAGER}),
    ),
    "group": Row("5.2.9", "form_group", _DIRECTOR),
    "plan": Row("5.2.8", "plan", [("", {GENERAL_MANAGER}), ("approval_deputies", {DEPUTY_GENERAL_MANAGER})], *_PLAN),
    "major": Row("5.2.8", "plan_due", _DIRECTOR, *_PLAN),
    "plan_refused": Row("5.2.8", "plan_refused", _DIRECTOR, *_PLAN),
    "command": Row("5.2.9", "command_offered", [("", {MANAGER})]),
    "order": Row("5.3.2", "order", [("", {OPERATIONS_HEAD, FINANCE_HEAD}), ("page_deputies", {COMMANDER})]),
    "objection": Row("5.3.2", "order_objected", [("", {COMMANDER}), ("page_director", {DIRECTOR})]),
    "step": Row("5.2.3", "step_approval", _upwards({COMMANDER}, {DEPUTY_MANAGER})),
    "information": Row("5.3.6", "information", [("", {COMMANDER}), ("page_deputies", {MANAGER})]),
    "finding": Row("5.3.7", "finding", _upwards({TECHNICIAN}, set())),
    "measure": Row("5.3.7", "measure", _upwards({COMMANDER}, {DEPUTY_MANAGER})),
    "checklist": Row(
        "6.1", "checklist", [("", set()), ("page_deputies", HANDS), ("page_director", {COMMANDER, MANAGER})]
    ),
    "verification": Row("6.1", "verification", _JUDGES),
    "summary": Row("6.2", "summary", [("", {MANAGER, SPECIALIST})], *_DAILY),
    "preliminary": Row("6.2", "preliminary", [("", {MANAGER, SPECIALIST})], *_DAILY),
    "preliminary/it_director": Row("6.2", "preliminary_made", [], *_DAILY),
    "preliminary/general_manager": Row("6.2", "preliminary_made", [], *_DAILY),
    "receipt": Row("6.2", "receipt", [], *_DAILY),
    "runbook": Row("6.3", "runbook", [("", {MANAGER})], *_DAILY),
    "closing": Row("6.2", "closing", [("", {MANAGER})], *_DAILY),
    "arrival": Row("5.3", "dispatch", []),
}
# A template of its own: the general manager is informed, not asked; members are called to a group; whoever may not
# answer himself is told that nobody has.
OTHER_TEMPLATES = {
    **{kind: {"unanswered"} for kind in ("judgement", "again", "at_risk", "overdue", "step", "finding", "measure")},
    **{kind: {"unanswered"} for kind in ("checklist", "verification")},
    "procedure": {"informed"},
    "arrival": {"group_member"},
    "order": {"order_unanswered"},
    "objection": {"objection_unanswered"},
}


def pace(row: Row, item: Stored, question: str, policy: Policy, *, is_drill: bool) -> Pace:
    """Return the row for one question of one course; a drill leaves the top out."""
    rungs = row.rungs or _by_name(question)
    commander = COMMANDERS.get(item.name.split("/")[0], DIRECTOR)
    commander = MANAGER if item.name in TO_THE_MANAGER else commander
    people = [(after, {commander if one == COMMANDER else one for one in who}) for after, who in rungs]
    if is_drill:
        people = [(after, who - TOP) for after, who in people]
    if question.startswith("order/"):
        head = {"major_approved": OPERATIONS_HEAD}.get(item.name.split("/")[0], FINANCE_HEAD)
        people[0] = ("", {head})
    if question.startswith("checklist/"):
        on_it = {SPECIALIST} if item.name.split("/")[0] in WITHOUT_TECHNICIAN else {SPECIALIST, TECHNICIAN}
        people[:2] = [("", on_it), (people[1][0], HANDS - on_it)]
    if row.rungs:
        people = [(after, _as_cast(item.name, who)) for after, who in people]
    manned = [(_sum(policy, after), who) for after, who in people if who] or [(timedelta(0), set())]
    manned[0] = (timedelta(0), manned[0][1])
    widens = sum(not who <= row.told_once for _, who in manned) > 1
    chorus = _sum(policy, row.chorus if widens else row.repeat)
    return Pace(manned, _sum(policy, row.repeat), chorus, row.told_once)


def _as_cast(name: str, who: set[str]) -> set[str]:
    course = name.partition("/")[0]
    if course == "on_duty":
        return {ON_DUTY.get(one, one) for one in who}
    return who - {LEFT.get(course)} if name not in BEFORE else who


def _by_name(question: str) -> Rungs:
    kind, *rest = question.split("/")
    if kind == "arrival":
        return [("", {rest[0]})]
    receiver, deputy = {
        "it_director": (DIRECTOR, DEPUTY_DIRECTOR),
        "general_manager": (GENERAL_MANAGER, DEPUTY_GENERAL_MANAGER),
    }[rest[-1]]
    return [("", {receiver}), ("summary_reminder", {deputy})]


def _sum(policy: Policy, names: str) -> timedelta:
    limits: list[Limit] = [getattr(policy, name) for name in names.split("+") if name]
    return sum((limit.duration for limit in limits), timedelta(0))


class Reading:
    """Reads the history of one child that pages, event by event, and keeps its own idea of what is due."""

    def __init__(self, item: Stored, beacon: dict[str, Any], expected: Pace) -> None:
        state = beacon.get("state") or {}
        self.item = item
        self.question: str = beacon["ladder"]["question"]
        self.asked_at = instant(beacon["ladder"]["asked_at"])
        self.expected = expected
        self.calls: int = state.get("calls", 0)
        self.called_at = instant(state["called_at"]) if state.get("called_at") else None
        self.held_until = instant(state["held_until"]) if state.get("held_until") else None
        limits = [beacon.get("at_risk_at"), beacon.get("deadline", {}).get("at")]
        self.limits = [instant(limit) for limit in limits if limit]
        self.wish = timedelta(0)
        self.now = self.asked_at
        self.called: set[str] = set()
        self.before: dict[int, set[str]] = {}
        self.wanted: set[str] = set()

    def next_at(self) -> datetime:
        """Return when the next call is due."""
        joins = [self.asked_at + after for after, _ in self.expected.rungs]
        at = self.asked_at
        if self.called_at:
            pause = self.expected.chorus if self.called_at >= joins[-1] else self.expected.repeat
            at = min([self.called_at + pause, *(join for join in joins if join > self.called_at)])
        return max(at, self.held_until) if self.held_until else at

    def due(self) -> set[str]:
        """Return who is called now."""
        joined = [(after, who) for after, who in self.expected.rungs if self.asked_at + after <= self.now]
        return set().union(*(who - self._told(after) for after, who in joined or self.expected.rungs[:1]))

    def _told(self, after: timedelta) -> frozenset[str]:
        is_called = self.called_at is not None and self.called_at >= self.asked_at + after
        return self.expected.told_once if is_called else frozenset()

    def faults(self) -> Iterator[str]:
        """Return everything that was not done as it should have been."""
        for event in _calls_first(self.item.events):
            kind = event["eventType"].removeprefix("EVENT_TYPE_")
            if kind == "WORKFLOW_TASK_STARTED":
                self.now = instant(event["eventTime"])
            elif kind == "WORKFLOW_EXECUTION_SIGNALED":
                self._hear(event["workflowExecutionSignaledEventAttributes"])
            elif kind == "ACTIVITY_TASK_FAILED":
                failure = event["activityTaskFailedEventAttributes"]["failure"]["applicationFailureInfo"]
                self.wish = seconds(failure.get("nextRetryDelay", "0s"))
            elif kind == "TIMER_STARTED":
                yield from self._timer(seconds(event["timerStartedEventAttributes"]["startToFireTimeout"]))
            elif kind == "ACTIVITY_TASK_SCHEDULED":
                yield from self._page(inputs(event["activityTaskScheduledEventAttributes"])[0])
        yield from self._end_of_call()

    def _hear(self, signal: dict[str, Any]) -> None:
        if signal["signalName"] == "acknowledged":
            self.held_until = instant(inputs(signal)[0]["until"])

    def _timer(self, length: timedelta) -> Iterator[str]:
        if self.next_at() <= self.now and not self.due():  # a call to nobody leaves no other trace
            yield from self._begin_call(self.calls + 1)
        wanted = [self.next_at(), *self.limits]
        waits = [max(at - self.now, timedelta(milliseconds=1)) for at in wanted]
        waits += [self.wish] if self.wish else []
        if length not in TRIED_AGAIN | REPORTED and not any(abs(length - wait) <= SLACK for wait in waits):
            yield f"{self.question}: waits {length} after call {self.calls}, should wait {waits}"

    def _page(self, message: dict[str, Any]) -> Iterator[str]:
        number, person = message["call"], message["recipient"]
        if number < self.calls:
            if person not in self.before.get(number, ()):
                yield f"{self.question}: call {number} to {person}, who was not called by it before the next one"
        else:
            if number != self.calls:
                yield from self._end_of_call()
                yield from self._begin_call(number)
            self.called.add(person)
        if not message["dedup_key"].endswith(f":{number}:{person}:{message['channel']}"):
            yield f"{self.question}: {message['dedup_key']} is not the key of call {number} to {person}"
        kind = self.question.split("/")[0]
        row = TABLE.get(self.question) or TABLE[kind]
        if message["template"] not in {row.template} | OTHER_TEMPLATES.get(kind, set()):
            yield f"{self.question}: {person} is told “{message['template']}”"
        if not message["clause"].startswith(row.clause):
            yield f"{self.question}: cites {message['clause']}, should cite {row.clause}"

    def _begin_call(self, number: int) -> Iterator[str]:
        due_at = self.next_at()
        if number != self.calls + 1:
            yield f"{self.question}: call {number} follows call {self.calls}"
        if self.now < due_at - SLACK:
            yield f"{self.question}: call {number} at {self.now}, due at {due_at}"
        self.wanted = self.due()
        self.called_at = due_at
        if self.next_at() <= self.now:  # so late that the next one is due as well: the pace starts anew
            self.called_at = self.now
        self.calls, self.called = number, set()
        self.before[number] = self.called

    def _end_of_call(self) -> Iterator[str]:
        if self.calls and self.called and self.called != self.wanted:
            yield f"{self.question}: call {self.calls} went to {sorted(self.called)}, not to {sorted(self.wanted)}"


def _calls_first(events: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Return events in order, of the commands of one workflow task its calls before the timers that follow them."""
    for is_command, group in groupby(events, _is_command):
        together = list(group)
        yield from sorted(together, key=lambda event: event["eventType"] != _CALLS) if is_command else together


def _is_command(event: dict[str, Any]) -> bool:
    return any("workflowTaskCompletedEventId" in value for name, value in event.items() if name.endswith("Attributes"))


def ladder_faults(ladder: dict[str, Any], expected: Pace) -> Iterator[str]:
    """Compare a whole ladder, also the rungs that nobody had to climb."""
    rungs = [(_duration(rung["after"]), set(rung["people"])) for rung in ladder["rungs"]]
    if rungs != expected.rungs:
        yield f"{ladder['question']}: rungs {rungs}, should be {expected.rungs}"
    found = (_duration(ladder["repeat"]), _duration(ladder["chorus"]))
    if found != (expected.repeat, expected.chorus):
        yield f"{ladder['question']}: repeats {found}, should repeat {expected.repeat, expected.chorus}"


def instant(text: str) -> datetime:
    """Read an instant of a history, which may have nanoseconds."""
    head, _, tail = text.rstrip("Z").partition(".")
    return datetime.fromisoformat(f"{head}.{tail[:6]:0<6}").replace(tzinfo=UTC)


_DURATION = TypeAdapter(timedelta)


def _duration(value: Any) -> timedelta:
    return _DURATION.validate_python(value)
