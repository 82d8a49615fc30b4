"""Whatever people do, in whatever order: the invariants I4, I5, I7, I8, I10 and I13 hold after every step."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain import acts, clock, procedure
from domain import events as ev
from domain.authority import allowed
from domain.awaited import awaited, ladders
from domain.company import Company as CompanyOf
from domain.company import Delegation, Role
from domain.entry import GENESIS, Entry
from domain.errors import Refusal
from domain.fold import apply
from domain.incident import FOLLOWS, HANDLING, Incident, Phase
from domain.possible import possible
from tests import cast
from tests.domain import stage as scenes
from tests.domain.deeds import DEEDS
from tests.domain.stage import Stage
from tests.domain.table import ROWS

NOW_AND_THEN = st.sampled_from([0, 0, 0, 1, 4, 5, 10, 30, 61, 60 * 24, 60 * 24 * 8])
PEOPLE = st.sampled_from(cast.EVERYBODY)
LIKELY = [(person, act) for row, people in DEEDS for act in row for person in people]
ANYTHING = st.tuples(PEOPLE, st.sampled_from([row.act for row in ROWS]))


def busy_group(**opening: Any) -> Stage:
    """The group is formed, and everything that can be open is open."""
    scene = scenes.group(**opening)
    for person, act in (
        (cast.DIRECTOR, scenes.PLAN),
        (cast.MANAGER, acts.GiveOrder(department=cast.OPERATIONS, text="暂停")),
        (cast.OPERATOR, acts.GiveInformation(text="新情况")),
        (cast.OPERATOR, acts.RaiseFinding(text="手册没有")),
        (cast.TECHNICIAN, acts.ProposeMeasure(finding=1, text="换")),
        (cast.MANAGER, acts.OfferCommand(to=cast.TECHNICIAN, reason="换班")),
    ):
        scene.do(person, act)
    return scene


def worked(*, company_: CompanyOf, **opening: Any) -> Stage:
    """The runbook has time boxes, an approval and an automatic action; its first step is done."""
    book = cast.worked_runbook()
    scene = scenes.activated(company_=company_.model_copy(update={"runbooks": [book]}), **opening)
    scene.do(cast.OPERATOR, acts.RecordStep(step=cast.STEPS[0], result="done"))
    return scene


BEGINNINGS: list[Callable[..., Stage]] = [
    scenes.reported,
    scenes.dismissed,
    scenes.on_site,
    worked,
    scenes.department,
    scenes.started,
    scenes.group,
    busy_group,
    lambda **opening: scenes.recovery(scenes.group(**opening)),
    lambda **opening: scenes.checked(scenes.on_site(**opening)),
    lambda **opening: scenes.summary(scenes.department(**opening)),
    lambda **opening: scenes.complete(scenes.group(**opening)),
    lambda **opening: scenes.reopened(scenes.complete(scenes.department(**opening))),
    lambda **opening: scenes.reopened(scenes.summary(scenes.group(scenes.START, **opening))),
]


def comparable(incident: Incident) -> dict[str, object]:
    return incident.model_dump(exclude={"handled"})


def asked_by_child(incident: Incident) -> dict[tuple[str, int], list[list[str]]]:
    """Return whom each page calls that is going on: the people with whom it began."""
    times = incident.asked_anew
    burning = {(item.question, times.get(item.question, 0)): item for item in ladders(incident)}
    return {child: [rung.people for rung in ladder.rungs] for child, ladder in burning.items()}


class Company(RuleBasedStateMachine):
    """One incident and everybody who could act on it; a shadow is folded from what the record would hold."""

    stage: Stage
    shadow: Incident

    @initialize(begin=st.sampled_from(BEGINNINGS), is_drill=st.booleans(), is_own_work=st.booleans())
    def begin(self, begin: Callable[..., Stage], *, is_drill: bool, is_own_work: bool) -> None:
        extra = [Delegation(post=Role.GENERAL_MANAGER, principal=cast.GENERAL_MANAGER, deputy=cast.DIRECTOR)]
        delegations = [*cast.company().delegations, *(extra if is_own_work else [])]
        self.stage = begin(
            is_drill=is_drill,
            company_=cast.company(delegations=delegations),
            policy_=cast.policy(regulators=cast.regulators()),
        )
        self.shadow = self.stage.blank
        self.seen = 1
        self.head = self.stage.timeline[0].hash
        self.promised: dict[tuple[str, int], object] = {}

    # ── what happens ──────────────────────────────────────────────────────────

    def _try(self, person: str, act: acts.Act, late_minutes: int) -> None:
        stage = self.stage
        command = stage.command(person, act, occurred_at=stage.now - timedelta(minutes=late_minutes))
        before, offered = stage.incident.model_dump(), possible(stage.incident, person, stage.now)
        try:
            stage.file.check(command, stage.now)
        except Refusal:
            with pytest.raises(Refusal):
                stage.file.act(command, stage.now)
            assert stage.incident.model_dump() == before  # I7
        else:
            assert act.name in offered
            stage.file.act(command, stage.now)
            stage.note()

    @precondition(lambda self: not self.stage.incident.is_over)
    @rule(data=st.data(), late_minutes=st.sampled_from([0, 0, 0, 0, 1, 20]))
    def somebody_does_what_is_his(self, data: st.DataObject, late_minutes: int) -> None:
        incident, now = self.stage.incident, self.stage.now
        may = {person: allowed(incident, person, now) for person in cast.EVERYBODY}
        if deeds := [(person, act) for person, act in LIKELY if act.name in may[person]]:
            self._try(*data.draw(st.sampled_from(deeds)), late_minutes)

    @rule(deed=ANYTHING)
    def anybody_does_anything(self, deed: tuple[str, acts.Act]) -> None:
        self._try(*deed, late_minutes=0)

    @rule(minutes=NOW_AND_THEN)
    def time_passes(self, minutes: int) -> None:
        self.stage.wait(minutes)

    @rule(minutes=NOW_AND_THEN)
    def time_passes_unheard(self, minutes: int) -> None:
        """No worker was there; people may be faster than the timers when it is back."""
        self.stage.now += timedelta(minutes=minutes)

    @rule()
    def timers_are_heard(self) -> None:
        self.stage.let_limits_pass()

    @precondition(lambda self: self.stage.phase == Phase.REPORTED)
    @rule()
    def judges_are_paged(self) -> None:
        self.stage.note(ev.Paged(question="judgement/1", cited="5.2.1", call=1, people=[cast.MANAGER]))

    @precondition(lambda self: self.stage.incident.recovery is not None)
    @rule(is_well=st.booleans())
    def probes_report(self, *, is_well: bool) -> None:
        recovery = self.stage.incident.recovery
        assert recovery is not None
        number = recovery.round
        if is_well:
            self.stage.note(ev.Probed(round=number, passed=list(cast.PROBES)), ev.ObservationPassed(round=number))
        else:
            failed = ev.Probed(round=number, passed=[], failed=list(cast.PROBES))
            self.stage.note(failed, ev.RecoveryFailed(round=number, reason="probe"))

    @rule(person=PEOPLE)
    def somebody_did_not_come(self, person: str) -> None:
        responder = self.stage.incident.responder(person)
        if responder and responder.deadline.at <= self.stage.now and not self.stage.incident.is_over:
            missed = clock.overdue_arrival(self.stage.incident, person, responder.dispatch, self.stage.now)
            self.stage.note(*missed)

    @rule(outcome=st.sampled_from(["done", "failed", "unclear"]))
    def an_automatic_action_ends(self, outcome: procedure.Outcome) -> None:
        incident, now = self.stage.incident, self.stage.now
        for step, work in list(incident.step_work.items()):
            self.stage.note(*procedure.step_ran(incident, step, work.runs, procedure.Ran(outcome), now))

    # ── what must hold ────────────────────────────────────────────────────────

    @invariant()
    def state_is_the_fold_of_a_sound_chain_along_the_phase_diagram(self) -> None:
        for entry in self.stage.timeline[self.seen :]:
            read = Entry.model_validate_json(entry.model_dump_json())
            assert (read.seq, read.prev_hash) == (self.shadow.seq + 1, self.head or GENESIS)
            assert read.digest() == entry.hash
            assert read.version == self.shadow.version + read.event.counts
            self._check_before(read)
            was, passes_command = self.shadow.phase, isinstance(read.event, ev.GroupFormed | ev.CommandAccepted)
            asked = asked_by_child(self.shadow) if passes_command else {}
            apply(self.shadow, read)
            assert self.shadow.phase == was or self.shadow.phase in FOLLOWS[was]
            now = asked_by_child(self.shadow) if passes_command else {}
            assert all(now.get(child, people) == people for child, people in asked.items()), "a page keeps its people"
            self.head = read.hash
        self.seen = len(self.stage.timeline)
        assert comparable(self.shadow) == comparable(self.stage.incident)

    def _check_before(self, entry: Entry) -> None:
        """What an entry decides was open, and not the work of whoever decided it (I5, I8)."""
        people, before, event = {entry.person, entry.on_behalf_of}, self.shadow, entry.event
        assert not before.is_over
        match event:
            case ev.PlanDecided():
                plan = before.plans[event.plan_version - 1]
                assert plan is before.plan
                assert plan.status == "submitted"
                assert not people & set(plan.submitted_by)
            case ev.RecoveryVerified():
                assert before.recovery is not None
                assert not people & set(before.recovery.doers)
                assert all(before.recovery.checks.get(item) for item in cast.CHECKS)
                assert before.recovery.is_observed
            case ev.Reopened():
                assert before.phase == Phase.SUMMARY
            case ev.StatutoryFiled():
                filed = before.statutory_report(event.regulator, event.report)
                assert filed is not None
                assert not set(filed.heads) & {section.head for section in event.sections}
            case ev.SummaryReceived():
                assert not before.summaries[-1].is_wanted_anew
                assert not people & set(before.summaries[-1].authors)
                assert event.by not in before.summaries[-1].receipts
            case ev.StepRecorded() if event.result != "skipped":
                runbook, work = before.pinned_runbook, before.work_on(event.step)
                assert runbook is not None
                if any(step.needs_approval for step in runbook.steps if step.id == event.step):
                    assert work.approved
                    assert not people & set(work.decided_by)
                assert (event.run is None) == (work.running_since is None)
            case ev.PlanStepRecorded():
                gated = [step.id for step in before.plans[-1].steps if step.needs_approval]
                goes_on = {"approved", "submitted"} if before.is_drill else {"approved"}  # it asks no general manager
                assert event.step not in gated or before.plans[-1].status in goes_on

    @invariant()
    def there_is_exactly_one_commander_from_formation_to_dismissal(self) -> None:
        incident = self.stage.incident
        turns = [entry.event for entry in self.stage.timeline if isinstance(entry.event, ev.GroupFormed | ev.Dismissed)]
        assert (incident.commander is not None) == isinstance(next(reversed(turns), None), ev.GroupFormed)
        assert incident.commander is None or incident.commander in incident.group_members

    @invariant()
    def deadlines_of_responders_never_change(self) -> None:
        for item in self.stage.incident.responders:
            deadline = self.promised.setdefault((item.person, item.dispatch), item.deadline)
            assert item.deadline == deadline
            assert item.deadline.at - item.dispatched_at in (timedelta(minutes=5), timedelta(minutes=60))

    @invariant()
    def nobody_is_expected_twice(self) -> None:
        expected = [item.person for item in self.stage.incident.responders if not item.is_stood_down]
        assert len(expected) == len(set(expected))

    @invariant()
    def an_open_incident_always_waits_for_somebody_or_some_instant(self) -> None:
        incident = self.stage.incident
        if incident.is_over or incident.phase == Phase.RECOVERY or (incident.is_drill and incident.summary):
            return  # in recovery the probes run; a drill does not ask the general manager for his receipt
        assert awaited(incident) or clock.next_due(incident)

    @invariant()
    def closed_means_verified_reported_and_decided(self) -> None:
        incident = self.stage.incident
        if incident.phase == Phase.CLOSED:
            assert incident.is_over
            assert incident.is_runbook_decided
            assert incident.summaries[-1].receipts == {Role.IT_DIRECTOR: True, Role.GENERAL_MANAGER: True}
            assert incident.verified_by not in incident.recoveries[-1].doers
            assert not incident.summaries[-1].is_wanted_anew

    @invariant()
    def a_law_is_never_told_of_a_drill_and_reminds_only_of_what_is_not_filed(self) -> None:
        incident = self.stage.incident
        assert not (incident.is_drill and incident.statutory)
        assert not [item for item in incident.statutory if item.is_complete and item.key in incident.deadlines]

    @invariant()
    def the_short_time_limit_passes_once_in_an_activation(self) -> None:
        limits = (ev.Activated, ev.ShortTimeLimitPassed)
        kinds = [type(entry.event) for entry in self.stage.timeline if isinstance(entry.event, limits)]
        assert (ev.ShortTimeLimitPassed, ev.ShortTimeLimitPassed) not in pairwise(kinds)
        if self.stage.phase in HANDLING:
            assert self.stage.incident.is_short_time_over == (kinds[-1] is ev.ShortTimeLimitPassed)


TestCompany = Company.TestCase
TestCompany.settings = settings(max_examples=40, stateful_step_count=50)
