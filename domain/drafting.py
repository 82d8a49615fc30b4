"""A first draft of the summary report, section by section, out of the timeline: phrases to be put into a language."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, TypeVar

from domain import events as ev
from domain.deadlines import SHORT_TIME, Kept, kept_deadlines
from domain.entry import Entry
from domain.incident import Incident
from domain.report import TO_WRITE, SectionName
from domain.text import N_, excerpt

E = TypeVar("E", bound=ev.Event)
_QUOTED = 300


class Named(NamedTuple):
    """Something that has a name in each language: people, systems, departments, words of the policy."""

    kind: Literal["person", "system", "place", "department", "word", "zone"]
    ids: tuple[str, ...]


Value = str | int | datetime | timedelta | Named | Kept


class Phrase(NamedTuple):
    """A message key and what fills it; the same phrase is written in any language."""

    message: str
    params: dict[str, Value] = {}

    @property
    def is_to_write(self) -> bool:
        """Tell whether it only says what people are still to write."""
        return self.message.startswith(TO_WRITE)


class Story(NamedTuple):
    """What is told: the incident and its timeline, as they are at an instant."""

    incident: Incident
    entries: Sequence[Entry]
    now: datetime

    def all(self, kind: type[E]) -> Iterator[tuple[Entry, E]]:
        """Yield the entries of one kind with their event."""
        return ((entry, entry.event) for entry in self.entries if isinstance(entry.event, kind))

    def last(self, kind: type[E]) -> tuple[Entry, E] | None:
        """Return the newest entry of one kind."""
        return next(reversed(list(self.all(kind))), None)


def draft(section: SectionName, story: Story) -> list[Phrase]:
    """Draft one section; what only people can say is marked in it."""
    return list(_DRAFTS[section](story)) if section in _DRAFTS else []


def _person(*ids: str | None) -> Named:
    return Named("person", tuple(person for person in ids if person))


def _who(entry: Entry) -> Named:
    return _person(entry.person) if entry.person else Named("word", (entry.role,))


def _word(value: str) -> Named:
    return Named("word", (value,))


def _departments(ids: Sequence[str]) -> Named:
    return Named("department", tuple(ids))


def _quoted(text: str | None) -> str:
    return excerpt(" ".join((text or "").split()), _QUOTED)


def _say(message: str, /, **params: Value) -> Phrase:
    return Phrase(message, params)


# ── what happened ─────────────────────────────────────────────────────────────


def _overview(story: Story) -> Iterator[Phrase]:
    incident = story.incident
    yield _say(
        N_("{system}: {title}. Severity {severity}."),
        system=Named("system", (incident.system,)),
        title=incident.title,
        severity=incident.severity,
    )
    if incident.is_drill:
        yield _say(N_("This was a drill."))
    if reported := story.last(ev.Reported):
        entry, _ = reported
        yield _say(N_("{who} reported it at {at}."), who=_who(entry), at=entry.recorded_at)
    if (verified := story.last(ev.RecoveryVerified)) and incident.discovered_at:
        entry, _ = verified
        length = entry.occurred_at - incident.discovered_at
        yield _say(
            N_("The recovery was verified at {at}, {duration} after the discovery."),
            at=entry.occurred_at,
            duration=length,
        )
    yield _say(N_("All times are in {zone}."), zone=Named("zone", (incident.policy.time_zone,)))


def _course(story: Story) -> Iterator[Phrase]:
    incident = story.incident
    system = incident.affected_system
    if incident.location:
        yield _say(N_("Place: {text}"), text=incident.location)
    elif system:
        yield _say(N_("Place: {place}"), place=Named("place", (system.id,)))
    for entry in story.entries:
        if milestone := _MILESTONES.get(type(entry.event)):
            yield from milestone(entry, entry.event)


def _reported(entry: Entry, event: ev.Reported) -> Iterator[Phrase]:
    yield _say(N_("{at}: the anomaly was discovered."), at=event.discovered_at)
    yield _say(N_("{at}: {who} reported it."), at=entry.recorded_at, who=_who(entry))


def _activated(entry: Entry, event: ev.Activated) -> Iterator[Phrase]:
    said = N_("{at}: {who} judged it an emergency, severity {severity}; the procedure started.")
    yield _say(said, at=entry.occurred_at, who=_who(entry), severity=event.severity)


def _unresolved(entry: Entry, _event: ev.UnresolvedReported) -> Iterator[Phrase]:
    yield _say(N_("{at}: the first steps did not solve it; technicians were sent."), at=entry.occurred_at)


def _short_time_passed(entry: Entry, _event: ev.ShortTimeLimitPassed) -> Iterator[Phrase]:
    yield _say(N_("{at}: it was not solved in a short time; the director was called."), at=entry.occurred_at)


def _decided(entry: Entry, event: ev.ProcedureDecided) -> Iterator[Phrase]:
    said = (
        N_("{at}: {who} started the emergency flow: {reason}")
        if event.start
        else N_("{at}: {who} did not start the emergency flow: {reason}")
    )
    yield _say(said, at=entry.occurred_at, who=_who(entry), reason=_quoted(event.reason))


def _grouped(entry: Entry, event: ev.GroupFormed) -> Iterator[Phrase]:
    said = N_("{at}: the leading group was formed; {commander} commanded on the scene.")
    yield _say(said, at=entry.occurred_at, commander=_person(event.commander))


def _commanded(entry: Entry, event: ev.CommandAccepted) -> Iterator[Phrase]:
    yield _say(N_("{at}: {commander} took the command."), at=entry.occurred_at, commander=_person(event.commander))


def _plan_decided(entry: Entry, event: ev.PlanDecided) -> Iterator[Phrase]:
    yield _say(
        N_("{at}: {who} decided version {version} of the response plan: {decision}."),
        at=entry.occurred_at,
        who=_who(entry),
        version=event.plan_version,
        decision=_word(event.decision),
    )


def _resolved(entry: Entry, event: ev.ResolvedReported) -> Iterator[Phrase]:
    said = N_("{at}: {who} reported it solved: {text}")
    yield _say(said, at=entry.occurred_at, who=_who(entry), text=_quoted(event.text))


def _failed(entry: Entry, event: ev.RecoveryFailed) -> Iterator[Phrase]:
    said = N_("{at}: the recovery failed, handling went on: {reason}")
    yield _say(said, at=entry.occurred_at, reason=_quoted(event.reason))


def _verified(entry: Entry, event: ev.RecoveryVerified) -> Iterator[Phrase]:
    said = N_("{at}: {who} verified the recovery: {text}")
    yield _say(said, at=entry.occurred_at, who=_who(entry), text=_quoted(event.text))


_MILESTONES: dict[type[ev.Event], Callable[..., Iterator[Phrase]]] = {
    ev.Reported: _reported,
    ev.Activated: _activated,
    ev.UnresolvedReported: _unresolved,
    ev.ShortTimeLimitPassed: _short_time_passed,
    ev.ProcedureDecided: _decided,
    ev.GroupFormed: _grouped,
    ev.CommandAccepted: _commanded,
    ev.PlanDecided: _plan_decided,
    ev.ResolvedReported: _resolved,
    ev.RecoveryFailed: _failed,
    ev.RecoveryVerified: _verified,
}


def _scope_and_loss(story: Story) -> Iterator[Phrase]:
    incident = story.incident
    yield _say(N_("Affected system: {system}."), system=Named("system", (incident.system,)))
    yield _say(N_("What could be seen: {symptom}"), symptom=_quoted(incident.symptom))
    told = dict.fromkeys(each for _, event in story.all(ev.NoticeGiven) for each in event.audience)
    told |= dict.fromkeys(event.department for _, event in story.all(ev.OrderGiven))
    if told:
        yield _say(N_("Departments concerned: {departments}."), departments=_departments(list(told)))
    if (verified := story.last(ev.RecoveryVerified)) and incident.discovered_at:
        length = verified[0].occurred_at - incident.discovered_at
        yield _say(N_("From the discovery to the verified recovery: {duration}."), duration=length)
    yield _say(N_("▢ Degree of the harm and the loss"))


def _cause(story: Story) -> Iterator[Phrase]:
    if reported := story.last(ev.Reported):
        yield _say(N_("Preliminary assessment: {text}"), text=_quoted(reported[1].preliminary_assessment.text))
    for _, event in story.all(ev.FindingRaised):
        yield _say(N_("Finding {number}: {text}"), number=event.finding, text=_quoted(event.text))
    yield _say(N_("▢ The cause, and what contributed to it"))


def _handling(story: Story) -> Iterator[Phrase]:
    for entry in story.entries:
        if told := _HANDLED.get(type(entry.event)):
            yield from told(entry, entry.event)
    yield _say(N_("The whole course with every entry is in the timeline."))


def _step(_entry: Entry, event: ev.StepRecorded) -> Iterator[Phrase]:
    said = N_("{runbook}, step {step}: {result}. {text}") if event.text else N_("{runbook}, step {step}: {result}.")
    text = {"text": _quoted(event.text)} if event.text else {}
    yield Phrase(said, {"runbook": event.runbook, "step": event.step, "result": _word(event.result), **text})


def _arrival(entry: Entry, event: ev.Arrived) -> Iterator[Phrase]:
    if not event.counts_as_arrival:
        return
    said = (
        N_("{who} was on the scene at {at}, {late} minutes late.")
        if event.late_minutes
        else N_("{who} was on the scene at {at}, in time.")
    )
    late: dict[str, Value] = {"late": f"{event.late_minutes:g}"} if event.late_minutes else {}
    yield Phrase(said, {"who": _person(event.responder), "at": entry.occurred_at, **late})


def _order(_entry: Entry, event: ev.OrderGiven) -> Iterator[Phrase]:
    said = N_("Order {number} to {department}: {text}")
    department = _departments([event.department])
    yield _say(said, number=event.order, department=department, text=_quoted(event.text))


def _plan_step(_entry: Entry, event: ev.PlanStepRecorded) -> Iterator[Phrase]:
    said = N_("Response plan, version {version}, step {step}: {result}.")
    yield _say(said, version=event.plan_version, step=event.step, result=_word(event.result))


def _carried_out(_entry: Entry, event: ev.MeasureCarriedOut) -> Iterator[Phrase]:
    yield _say(N_("Measure for finding {number}: {text}"), number=event.finding, text=_quoted(event.text))


def _evidence(entry: Entry, event: ev.Recorded) -> Iterator[Phrase]:
    if event.sha256:
        said = N_("Evidence, entry {number} of the timeline: {text} (SHA-256 {digest})")
        yield _say(said, number=entry.seq, text=_quoted(event.text), digest=event.sha256)
    elif event.record in ("first_hand_material", "fault_log"):
        said = N_("Evidence, entry {number} of the timeline: {text}")
        yield _say(said, number=entry.seq, text=_quoted(event.text))


_HANDLED: dict[type[ev.Event], Callable[..., Iterator[Phrase]]] = {
    ev.StepRecorded: _step,
    ev.Arrived: _arrival,
    ev.OrderGiven: _order,
    ev.PlanStepRecorded: _plan_step,
    ev.MeasureCarriedOut: _carried_out,
    ev.Recorded: _evidence,
}


def _reports_made(story: Story) -> Iterator[Phrase]:
    for entry, event in story.all(ev.ReportedToDirector):
        said = N_("{at}: {who} reported to the IT director: {text}")
        yield _say(said, at=entry.occurred_at, who=_who(entry), text=_quoted(event.text))
    for entry, plan in story.all(ev.PlanSubmitted):
        said = N_("{at}: version {version} of the response plan went to the general manager.")
        yield _say(said, at=entry.occurred_at, version=plan.plan_version)
    for entry, notice in story.all(ev.NoticeGiven):
        yield _say(
            N_("{at}: {notice} to {departments}: {text}"),
            at=entry.occurred_at,
            notice=_word(notice.notice),
            departments=_departments(notice.audience),
            text=_quoted(notice.text),
        )
    yield _say(N_("▢ Reports to regulators and others: which, when, under what number; or that none was due"))


def _measures_and_effect(story: Story) -> Iterator[Phrase]:
    for entry, event in story.all(ev.StepRecorded):
        if event.result == "done":
            yield from _step(entry, event)
    for entry, planned in story.all(ev.PlanStepRecorded):
        if planned.result == "done":
            yield from _plan_step(entry, planned)
    for entry, measure in story.all(ev.MeasureCarriedOut):
        yield from _carried_out(entry, measure)
    if solved := story.last(ev.ResolvedReported):
        yield _say(N_("Effect: {text}"), text=_quoted(solved[1].text))
    if verified := story.last(ev.RecoveryVerified):
        entry, event_ = verified
        yield _say(N_("Verified by {who}: {text}"), who=_who(entry), text=_quoted(event_.text))


def _level(story: Story) -> Iterator[Phrase]:
    if reported := story.last(ev.Reported):
        yield _say(N_("Reported as severity {severity}."), severity=reported[1].severity)
    for entry, event in story.all(ev.Activated):
        yield _say(N_("Judged as severity {severity} by {who}."), severity=event.severity, who=_who(entry))
    for entry, change in story.all(ev.SeverityChanged):
        yield _say(
            N_("{at}: {who} changed it from {old} to {new}: {reason}"),
            at=entry.occurred_at,
            who=_who(entry),
            old=change.old,
            new=change.new,
            reason=_quoted(change.reason),
        )
    if story.incident.is_major:
        yield _say(N_("The director judged it a major information-system problem."))
    yield _say(N_("Severity in the end: {severity}."), severity=story.incident.severity)


# ── what is learned ───────────────────────────────────────────────────────────


def _responsibility(_story: Story) -> Iterator[Phrase]:
    yield _say(N_("▢ Who is responsible for what, and the conclusion"))


def _problems(story: Story) -> Iterator[Phrase]:
    problems = [
        *_missed(story),
        *(_say(N_("Nobody could be reached as {post}."), post=_word(gap.post)) for _, gap in story.all(ev.GapFound)),
        *(
            _say(N_("The recovery failed once: {reason}"), reason=_quoted(failed.reason))
            for _, failed in story.all(ev.RecoveryFailed)
        ),
        *(
            _say(N_("The runbook did not cover: {text}"), text=_quoted(finding.text))
            for _, finding in story.all(ev.FindingRaised)
        ),
    ]
    yield from problems or [_say(N_("▢ Which problems showed"))]


def _missed(story: Story) -> Iterator[Phrase]:
    for row in kept_deadlines(story.incident, story.entries):
        if row.is_met(story.now) is False:
            params: dict[str, Value] = {"what": row, "at": row.due, "clause": row.clause}
            if row.person:
                said = N_("Deadline missed ({clause}): {what}, {who}, due at {at}.")
                yield Phrase(said, {**params, "who": _person(row.person)})
            else:
                yield Phrase(N_("Deadline missed ({clause}): {what}, due at {at}."), params)


def _went_well(story: Story) -> Iterator[Phrase]:
    rows = kept_deadlines(story.incident, story.entries)
    decided = [row.is_met(story.now) for row in rows]
    met, total = decided.count(True), len(decided) - decided.count(None)
    if met:
        yield _say(N_("{met} of {total} deadlines were met."), met=met, total=total)
    # A word that did not hold is quoted as no success (R24).
    if any(row.what == SHORT_TIME and row.is_met(story.now) for row in rows):
        solved = [event for _, event in story.all(ev.ResolvedReported) if event.in_short_time]
        yield _say(N_("It was solved in a short time: {text}"), text=_quoted(solved[-1].text))
    yield _say(N_("▢ What went well"))


def _lessons(_story: Story) -> Iterator[Phrase]:
    yield _say(N_("▢ What went badly, and what is learned from it"))


def _runbook_changes(story: Story) -> Iterator[Phrase]:
    incident = story.incident
    if decided := story.last(ev.RunbookDecided):
        _, event = decided
        if event.change:
            said = N_("The runbook is amended to {runbook}: {reason}")
            yield _say(said, runbook=event.new_version or "", reason=_quoted(event.reason))
        else:
            yield _say(N_("The runbook needs no change: {reason}"), reason=_quoted(event.reason))
        return
    if incident.runbook:
        yield _say(N_("The runbook of this incident: {runbook}."), runbook=incident.runbook)
    else:
        yield _say(N_("No runbook covered this incident."))
    for _, step in story.all(ev.StepRecorded):
        if step.result != "done":
            said = N_("Step {step} of {runbook}: {result}. {text}")
            text = _quoted(step.text)
            yield _say(said, step=step.step, runbook=step.runbook, result=_word(step.result), text=text)
    for _, finding in story.all(ev.FindingRaised):
        yield _say(N_("The runbook did not cover: {text}"), text=_quoted(finding.text))
    yield _say(N_("▢ What is changed in the runbook, or that nothing is"))


_DRAFTS: dict[SectionName, Callable[[Story], Iterator[Phrase]]] = {
    "overview": _overview,
    "course": _course,
    "scope_and_loss": _scope_and_loss,
    "cause": _cause,
    "handling": _handling,
    "reports_made": _reports_made,
    "measures_and_effect": _measures_and_effect,
    "level": _level,
    "responsibility": _responsibility,
    "problems_exposed": _problems,
    "went_well": _went_well,
    "lessons": _lessons,
    "runbook_changes": _runbook_changes,
}
