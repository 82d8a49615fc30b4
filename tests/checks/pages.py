"""I2, I3, I11: what was due to be sent, what was sent, and what the provider got."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from tests.checks.evidence import (
    GRACE,
    TICK,
    Evidence,
    Row,
    Run,
    Violation,
    arguments,
    attributes,
    instant,
    kind_of,
)

DRILL = "【演练】"
_DURATION = TypeAdapter(timedelta)


class Sent(NamedTuple):
    """A message that a workflow asked to be handed over."""

    at: datetime
    order: int
    message: Row


class Page(NamedTuple):
    """One life of a workflow that pages: its ladder, what it sent, when it was told to rest, when its cause ended.

    A question that was closed and is asked again, as after a recovery that failed, begins another life under the same
    name; its calls are due from then on.
    """

    name: str
    ladder: Row
    begun_again_at: datetime | None
    sent: list[Sent]
    holds: list[tuple[datetime, datetime, int]]
    ended_at: datetime | None
    ended: int | None


def check(evidence: Evidence) -> Iterator[Violation]:
    """Check every page of every incident, then the provider's log as a whole."""
    got = _received(evidence)
    asked: dict[str, set[str]] = defaultdict(set)
    for number in evidence.numbers():
        for page in _pages(evidence, number):
            for item in page.sent:
                asked[item.message["dedup_key"]].add(page.name)
            yield from _nobody_missed(evidence, number, page, got)
            yield from _quiet(number, page)
        for run in evidence.histories.get(f"incident:{number}", []):
            for item in _sent(run):
                asked[item.message["dedup_key"]].add(f"incident:{number}")
        yield from _record_is_true(evidence, number, got)
    for name, runs in evidence.histories.items():
        if name.startswith("measure:"):
            for item in (sent for run in runs for sent in _sent(run)):
                asked[item.message["dedup_key"]].add(name)
    yield from _logical(evidence, asked)
    yield from _drills(evidence)


def _received(evidence: Evidence) -> dict[str, datetime]:
    """Return when each key reached the provider, or the inbox, first."""
    first: dict[str, datetime] = {}
    for item in evidence.sink:
        at = instant(item["at"])
        first[item["dedup_key"]] = min(first.get(item["dedup_key"], at), at)
    return first | {row["dedup_key"]: instant(row["created_at"]) for row in evidence.tables["inbox"]}


def _pages(evidence: Evidence, number: str) -> Iterator[Page]:
    for name, runs in evidence.children(number):
        if "ladder" in arguments(attributes(runs[0][0]))[0]:
            yield from (_page(name, life, is_first=not place) for place, life in enumerate(_lives(runs)))


def _lives(runs: list[Run]) -> list[list[Run]]:
    """Put runs that one continued as the next together."""
    lives: list[list[Run]] = []
    for run in runs:
        if lives and attributes(run[0]).get("continuedExecutionRunId"):
            lives[-1].append(run)
        else:
            lives.append([run])
    return lives


def _page(name: str, runs: list[Run], *, is_first: bool) -> Page:
    events = [event for run in runs for event in run]
    ends = [event for event in events if _signal(event) == "end"]
    closes = [event for event in events if kind_of(event) == "WORKFLOW_EXECUTION_COMPLETED"]
    last = (ends or closes)[:1]
    return Page(
        name=name,
        ladder=arguments(attributes(events[0]))[0]["ladder"],
        begun_again_at=None if is_first else instant(events[0]["eventTime"]),
        sent=[item for run in runs for item in _sent(run)],
        holds=[_hold(event) for event in events if _signal(event) == "acknowledged"],
        ended_at=instant(last[0]["eventTime"]) if last else None,
        ended=int(ends[0]["eventId"]) if ends else None,
    )


def _sent(run: Run) -> list[Sent]:
    scheduled = (event for event in run if kind_of(event) == "ACTIVITY_TASK_SCHEDULED")
    return [
        Sent(instant(event["eventTime"]), int(event["eventId"]), arguments(attributes(event))[0])
        for event in scheduled
        if attributes(event)["activityType"]["name"] == "hand_over"
    ]


def _signal(event: Row) -> str | None:
    return attributes(event).get("signalName") if kind_of(event) == "WORKFLOW_EXECUTION_SIGNALED" else None


def _hold(event: Row) -> tuple[datetime, datetime, int]:
    return instant(event["eventTime"]), instant(arguments(attributes(event))[0]["until"]), int(event["eventId"])


# ── I2 ────────────────────────────────────────────────────────────────────────


def _nobody_missed(evidence: Evidence, number: str, page: Page, got: dict[str, datetime]) -> Iterator[Violation]:
    """Everybody of every rung that was reached before the end was called, and the calls kept their pace."""
    asked_at = instant(page.ladder["asked_at"])
    called: dict[str, datetime] = {}
    for item in page.sent:
        key = item.message["dedup_key"]
        if key in got:
            called.setdefault(item.message["recipient"], item.at)
    horizon = page.ended_at or _last_seen(evidence)
    for rung in page.ladder["rungs"]:
        due = max(asked_at + _DURATION.validate_python(rung["after"]), page.begun_again_at or asked_at)
        limit = _unless_held(due, page) + GRACE + TICK
        limit += evidence.absence(due, horizon)
        for person in rung["people"]:
            if horizon > limit and called.get(person, horizon) > limit:
                yield Violation("I2", number, f"{page.ladder['question']}: {person} was due at {due} and not called")
    times = sorted({item.message["call"]: item.at for item in reversed(page.sent)}.values())
    pace = max(_DURATION.validate_python(page.ladder[name]) for name in ("repeat", "chorus"))
    for before, after in pairwise([*times, horizon]):
        if after - _unless_held(before, page) > pace + GRACE + TICK + evidence.absence(before, after):
            yield Violation("I2", number, f"{page.ladder['question']}: silent from {before} to {after}")


def _unless_held(due: datetime, page: Page) -> datetime:
    for since, until, _ in page.holds:
        if since - GRACE <= due < until or due < since:
            due = max(due, until)
    return due


def _last_seen(evidence: Evidence) -> datetime:
    return max(instant(event["eventTime"]) for runs in evidence.histories.values() for run in runs for event in run)


def _record_is_true(evidence: Evidence, number: str, got: dict[str, datetime]) -> Iterator[Violation]:
    """Whoever the record says was paged was really sent something."""
    keys = [key for key in got if key.startswith(f"{number}:")]
    for entry in evidence.entries(number):
        if entry["kind"] == "paged":
            question, call = entry["event"]["question"], entry["event"]["call"]
            for person in entry["event"]["people"]:
                if not [key for key in keys if _is_of(key, number, question, call, person)]:
                    yield Violation("I2", number, f"{question}: call {call} says {person}, who got nothing")


def _is_of(key: str, number: str, question: str, call: int, person: str) -> bool:
    incident, step, sent, to, _ = key.split(":")
    return (incident, step.split("~")[0], sent, to) == (number, question, str(call), person)


# ── I3 ────────────────────────────────────────────────────────────────────────


def _quiet(number: str, page: Page) -> Iterator[Violation]:
    """Nothing is begun after the cause has ended or while somebody is on it."""
    question = page.ladder["question"]
    for item in page.sent:
        who = f"{question}: call {item.message['call']} to {item.message['recipient']}"
        if page.ended is not None and item.order > page.ended:
            yield Violation("I3", number, f"{who} after its cause had ended")
    first = {item.message["call"]: item for item in reversed(page.sent)}
    for since, until, order in page.holds:
        for call, item in first.items():
            if item.order > order and since < item.at < until:
                yield Violation("I3", number, f"{question}: call {call} while it was held until {until}")


def _logical(evidence: Evidence, asked: dict[str, set[str]]) -> Iterator[Violation]:
    """One key is one message from one workflow, however often it arrives; and every message was asked for."""
    contents: dict[str, set[tuple[Any, ...]]] = defaultdict(set)
    meant: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    for item in evidence.sink:
        key = item["dedup_key"]
        about = (item["incident"], item["question"], item["call"], item["recipient"], item.get("channel", "webhook"))
        contents[key].add((*about, item["template"], item["subject"], item["body"]))
        meant[*about, key.split(":")[1]].add(key)
        if key not in asked:
            yield Violation("I3", item["incident"], f"{key} was sent by nobody")
    for key, seen in contents.items():
        if len(seen) > 1:
            yield Violation("I3", key.split(":")[0], f"{key} came with different contents")
    for keys in meant.values():
        if len(keys) > 1:
            yield Violation("I3", next(iter(keys)).split(":")[0], f"one message under {sorted(keys)}")
    for key, workflows in asked.items():
        if len(workflows) > 1:
            yield Violation("I3", key.split(":")[0], f"{key} is used by {sorted(workflows)}")


# ── I11 ───────────────────────────────────────────────────────────────────────


def _drills(evidence: Evidence) -> Iterator[Violation]:
    for number in evidence.numbers():
        reported = next((entry for entry in evidence.entries(number) if entry["kind"] == "reported"), None)
        is_drill = bool(reported and reported["event"].get("is_drill"))
        spared = _spared(evidence, number) - set(reported["event"].get("drill_includes", []) if reported else [])
        for item in [*evidence.sink, *evidence.tables["inbox"]]:
            if item["incident"] != number:
                continue
            if is_drill != item["subject"].startswith(DRILL):
                yield Violation("I11", number, f"“{item['subject']}” to {item['recipient']} is marked wrongly")
            if is_drill and item["recipient"] in spared:
                yield Violation("I11", number, f"{item['recipient']} was bothered by a drill")


def _spared(evidence: Evidence, number: str) -> set[str]:
    """Return the general managers and their deputies, from the company that the incident started with."""
    runs = evidence.histories.get(f"incident:{number}")
    if not runs:
        return set()
    company = arguments(attributes(runs[0][0]))[0]["company"]
    posts = {"general_manager"}
    holders = {person["id"] for person in company["people"] if posts.intersection(person["posts"])}
    return holders | {item["deputy"] for item in company["delegations"] if item["post"] in posts}
