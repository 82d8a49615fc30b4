"""6.2, R26: who may do what to a measure, in which state; by table, and by whatever people do in whatever order."""

from datetime import timedelta
from typing import NamedTuple

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.company import Delegation, Role
from domain.entry import GENESIS, first_break
from domain.errors import (
    AlreadyDecided,
    CommandReused,
    Conflict,
    DelegationEnded,
    Incomplete,
    InTheFuture,
    NotAuthorised,
    OwnWork,
    ReasonNeeded,
    Refusal,
    StaleVersion,
    Unacceptable,
    Unknown,
    WrongPhase,
)
from domain.measure import (
    MEASURE_ACTS,
    AskExtension,
    CancelMeasure,
    DecideExtension,
    DoneReported,
    ExtensionGranted,
    Measure,
    MeasureAct,
    MeasureEntry,
    MeasureSentBack,
    MeasureState,
    MeasureVerified,
    ReassignMeasure,
    ReportDone,
    VerifyMeasure,
    apply,
    fold,
)
from domain.rectification import RIGHTS, default_verifier, possible
from tests import cast
from tests.domain.measured import Measured

DONE = ReportDone(text="已更换，见照片")
PASSED = VerifyMeasure(completion=1, passed=True, text="看过现场")
FAILED = VerifyMeasure(completion=1, passed=False, text="指示灯仍是红色")
LATER = AskExtension(due=cast.NOW + timedelta(days=20), reason="备件未到")
GRANT = DecideExtension(extension=1, grant=True)
GIVE = ReassignMeasure(owner=cast.SECOND_TECHNICIAN, reason="换人")
CANCEL = CancelMeasure(reason="系统下线")


def asked() -> Measured:
    scene = Measured()
    scene.do(cast.TECHNICIAN, LATER)
    return scene


def done() -> Measured:
    scene = Measured()
    scene.do(cast.TECHNICIAN, DONE)
    return scene


def closed() -> Measured:
    scene = done()
    scene.do(cast.SUPERVISOR, PASSED)
    return scene


class Row(NamedTuple):
    """One act, written down once more from the policy: whoever may, and when there is something to do it to."""

    act: MeasureAct
    people: set[str]
    scenes: set[str]


_MANAGERS = {cast.MANAGER, cast.DEPUTY_MANAGER, cast.DIRECTOR, cast.DEPUTY_DIRECTOR}
ROWS = [
    Row(DONE, {cast.TECHNICIAN}, {"open", "asked"}),
    Row(PASSED, {cast.SUPERVISOR, cast.DEPUTY_SUPERVISOR}, {"done"}),
    Row(LATER, {cast.TECHNICIAN}, {"open"}),
    Row(GRANT, _MANAGERS, {"asked"}),
    Row(GIVE, _MANAGERS, {"open", "asked"}),
    Row(CANCEL, _MANAGERS, {"open", "asked", "done"}),
]
SCENES = {"open": Measured, "asked": asked, "done": done, "closed": closed}


@pytest.mark.parametrize("name", SCENES)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.act.name)
def test_everybody_tries_everything(row: Row, name: str) -> None:
    for person in cast.EVERYBODY:
        scene = SCENES[name]()
        offered = possible(scene.measure, scene.company, person, scene.now)
        command = scene.command(person, row.act)
        if person in row.people and name in row.scenes:
            assert row.act.name in offered
            scene.do(person, row.act)
        else:
            with pytest.raises(Refusal) as caught:
                scene.file.check(command, scene.now)
            assert caught.value.clause == "6.2"
            assert isinstance(caught.value, NotAuthorised) == (person not in row.people), (person, caught.value)


def test_the_table_has_every_act() -> None:
    assert {row.act.name for row in ROWS} == set(MEASURE_ACTS) == {act.name for act in RIGHTS}


def test_the_verifier_by_rule_is_never_the_owner_nor_his_deputy() -> None:
    assert Measured().measure.verifier == cast.SUPERVISOR
    assert Measured(owner=cast.SUPERVISOR).measure.verifier == cast.MANAGER
    stands_in = Delegation(post=Role.IT_MANAGER, principal=cast.MANAGER, deputy=cast.SUPERVISOR)
    company = cast.company(delegations=[stands_in])
    assert Measured(owner=cast.MANAGER, company=company).measure.verifier == cast.DIRECTOR
    alone = cast.company(people=[person for person in cast.company().people if person.id == cast.SUPERVISOR])
    assert Measured(owner=cast.SUPERVISOR, company=alone).measure.verifier is None


@pytest.mark.parametrize(
    ("day", "ends"),
    [
        ("2026-11-27", "2026-11-27"),
        ("2026-11-28", "2026-11-30"),  # a Saturday
        ("2026-10-03", "2026-10-08"),  # within the National Day holiday
        ("2026-10-10", "2026-10-10"),  # a make-up day
    ],
)
def test_it_is_due_when_that_working_day_ends(day: str, ends: str) -> None:
    opened_at = cast.clock_time(10, day="2026-09-01")
    scene = Measured(at=opened_at, days=(cast.clock_time(10, day=day) - opened_at) / timedelta(days=1))
    due = scene.measure.due
    assert due is not None
    assert (due.at, due.clause, due.is_provisional) == (cast.clock_time(18, day=ends), "6.2", False)


def test_a_year_that_nobody_announced_marks_the_due_day_provisional() -> None:
    due = Measured(days=60).measure.due
    assert due is not None
    assert due.is_provisional


def test_evidence_verification_and_sending_back() -> None:
    scene = done()
    assert scene.refuses(WrongPhase, cast.TECHNICIAN, DONE).params == {"state": "done_reported"}
    [back] = scene.do(cast.SUPERVISOR, FAILED)
    assert isinstance(back, MeasureSentBack)
    assert scene.measure.state == MeasureState.OPEN
    scene.do(cast.TECHNICIAN, DONE)
    scene.refuses(AlreadyDecided, cast.SUPERVISOR, PASSED)
    scene.refuses(Unknown, cast.SUPERVISOR, PASSED.model_copy(update={"completion": 3}))
    scene.do(cast.SUPERVISOR, PASSED.model_copy(update={"completion": 2}))
    assert (scene.measure.state, scene.measure.closed_at) == (MeasureState.CLOSED, scene.now)
    scene.refuses(Conflict, cast.MANAGER, CANCEL)


def test_an_extension_is_one_wish_with_one_decision() -> None:
    scene = asked()
    scene.refuses(AlreadyDecided, cast.TECHNICIAN, LATER)
    scene.refuses(ReasonNeeded, cast.MANAGER, DecideExtension(extension=1, grant=False))
    scene.refuses(Unknown, cast.MANAGER, DecideExtension(extension=2, grant=True))
    scene.do(cast.MANAGER, DecideExtension(extension=1, grant=False, reason="备件已到"))
    assert scene.refuses(AlreadyDecided, cast.DIRECTOR, GRANT).params["outcome"] == "refused"
    for due in (cast.NOW - timedelta(days=9999), cast.NOW + timedelta(days=3)):
        scene.refuses(Unacceptable, cast.TECHNICIAN, AskExtension(due=due, reason="早一点"))
    scene.refuses(Unacceptable, cast.TECHNICIAN, AskExtension(due=cast.NOW + timedelta(days=2000), reason="很久"))
    scene.do(cast.TECHNICIAN, LATER)
    [granted] = scene.do(cast.DEPUTY_MANAGER, DecideExtension(extension=2, grant=True))
    assert isinstance(granted, ExtensionGranted)
    assert scene.measure.due == granted.due


def test_a_wish_lapses_when_the_measure_is_done() -> None:
    scene = asked()
    scene.do(cast.TECHNICIAN, DONE)
    assert scene.measure.extensions[0].outcome == "lapsed"
    scene.do(cast.SUPERVISOR, FAILED)
    scene.refuses(AlreadyDecided, cast.MANAGER, GRANT)


def test_two_people_always() -> None:
    scene = Measured()
    scene.refuses(OwnWork, cast.MANAGER, ReassignMeasure(verifier=cast.TECHNICIAN, reason="他在场"))
    scene.refuses(Incomplete, cast.MANAGER, ReassignMeasure(owner=cast.TECHNICIAN, reason="不变"))
    scene.refuses(Unknown, cast.MANAGER, ReassignMeasure(owner="nobody", reason="换人"))
    scene.do(cast.MANAGER, ReassignMeasure(owner=cast.SUPERVISOR, reason="由主管负责"))
    assert (scene.measure.owner, scene.measure.verifier) == (cast.SUPERVISOR, cast.MANAGER)
    scene.do(cast.SUPERVISOR, DONE)
    scene.refuses(Conflict, cast.DIRECTOR, ReassignMeasure(owner=cast.TECHNICIAN, reason="换人"))
    scene.refuses(OwnWork, cast.MANAGER, ReassignMeasure(verifier=cast.SUPERVISOR, reason="换人"))
    scene.do(cast.DIRECTOR, ReassignMeasure(verifier=cast.DIRECTOR, reason="亲自验证"))
    scene.do(cast.DIRECTOR, PASSED)


def test_who_reported_it_as_done_before_is_not_named_as_its_verifier() -> None:
    scene = Measured()
    scene.do(cast.MANAGER, ReassignMeasure(owner=cast.SUPERVISOR, reason="由主管负责"))
    scene.do(cast.SUPERVISOR, ReportDone(text="已更换"))
    scene.do(cast.MANAGER, VerifyMeasure(completion=1, passed=False, text="未复位"))
    again = ReassignMeasure(owner=cast.TECHNICIAN, verifier=cast.SUPERVISOR, reason="换回")
    scene.refuses(OwnWork, cast.MANAGER, again)
    scene.do(cast.DIRECTOR, ReassignMeasure(owner=cast.TECHNICIAN, reason="换回"))
    assert scene.measure.verifier == cast.MANAGER
    assert default_verifier(scene.measure, scene.company, cast.TECHNICIAN, scene.now) == cast.MANAGER


def test_a_delegation_that_has_ended_is_told_from_one_that_never_was() -> None:
    ended = Delegation(post=Role.TECHNICIAN, principal=cast.TECHNICIAN, deputy=cast.OUTSIDER, ends=cast.NOW)
    scene = Measured(company=cast.company(delegations=[ended]))
    scene.refuses(DelegationEnded, cast.OUTSIDER, DONE)
    scene.refuses(NotAuthorised, cast.FINANCE_HEAD, DONE)
    lent = ended.model_copy(update={"post": Role.IT_DIRECTOR, "ends": None})
    scene = Measured(company=cast.company(delegations=[lent]))
    scene.refuses(DelegationEnded, cast.OUTSIDER, DONE)


def test_commands_count_once_at_the_version_that_was_seen() -> None:
    scene = Measured()
    command = scene.command(cast.TECHNICIAN, LATER)
    first = scene.file.act(command, scene.now)
    assert scene.file.act(command, scene.now) == first.model_copy(update={"is_repeat": True})
    other = scene.command(cast.TECHNICIAN, DONE, command_id=command.command_id)
    with pytest.raises(CommandReused):
        scene.file.check(other, scene.now)
    scene.file.take_fresh()
    scene.refuses(StaleVersion, cast.TECHNICIAN, DONE, expected_version=1)
    scene.refuses(InTheFuture, cast.TECHNICIAN, DONE, occurred_at=scene.now + timedelta(minutes=1))
    scene.refuses(Unacceptable, cast.TECHNICIAN, DONE, occurred_at=scene.now - timedelta(minutes=1))


# ── whatever people do ────────────────────────────────────────────────────────

PEOPLE = st.sampled_from(cast.EVERYBODY)
LIKELY = st.one_of(
    st.tuples(st.sampled_from([cast.TECHNICIAN, cast.SECOND_TECHNICIAN, cast.SUPERVISOR]), st.just(DONE)),
    st.builds(
        lambda who, number, passed: (who, VerifyMeasure(completion=number, passed=passed, text="看过")),
        st.sampled_from([cast.SUPERVISOR, cast.DEPUTY_SUPERVISOR, cast.MANAGER]),
        st.integers(1, 3),
        st.booleans(),
    ),
    st.builds(
        lambda who, days: (who, AskExtension(due=cast.NOW + timedelta(days=days), reason="等")),
        st.sampled_from([cast.TECHNICIAN, cast.SECOND_TECHNICIAN]),
        st.sampled_from([5, 20, 40, 80]),
    ),
    st.builds(
        lambda who, number, grant: (who, DecideExtension(extension=number, grant=grant, reason="看情况")),
        st.sampled_from([cast.MANAGER, cast.DIRECTOR]),
        st.integers(1, 3),
        st.booleans(),
    ),
)
SELDOM = st.builds(
    lambda who, owner, verifier: (who, ReassignMeasure(owner=owner, verifier=verifier, reason="换人")),
    PEOPLE,
    st.none() | PEOPLE,
    st.none() | PEOPLE,
) | st.tuples(PEOPLE, st.just(CANCEL))


class Rectification(RuleBasedStateMachine):
    """One measure and everybody who could act on it; a shadow is folded from what the record would hold."""

    @initialize(owner=st.sampled_from([cast.TECHNICIAN, cast.SUPERVISOR, cast.MANAGER]))
    def begin(self, owner: str) -> None:
        self.scene = Measured(owner=owner, days=4)
        self.shadow = Measure(number=self.scene.measure.number)
        self.seen = 0

    @rule(deed=LIKELY)
    def somebody_does_what_is_likely(self, deed: tuple[str, MeasureAct]) -> None:
        self._try(*deed)

    @rule(deed=SELDOM)
    def somebody_does_what_is_seldom(self, deed: tuple[str, MeasureAct]) -> None:
        self._try(*deed)

    @rule(hours=st.sampled_from([1, 9, 24, 72, 200]))
    def time_passes(self, hours: int) -> None:
        self.scene.until(self.scene.now + timedelta(hours=hours))

    @rule(person=PEOPLE)
    def somebody_leaves(self, person: str) -> None:
        self.scene.leave(person)

    def _try(self, person: str, act: MeasureAct) -> None:
        scene = self.scene
        command, before = scene.command(person, act), scene.measure.model_dump()
        offered = possible(scene.measure, scene.company, person, scene.now)
        try:
            scene.file.check(command, scene.now)
        except Refusal:
            with pytest.raises(Refusal):
                scene.file.act(command, scene.now)
            assert scene.measure.model_dump() == before  # I7
        else:
            assert act.name in offered
            scene.file.act(command, scene.now)
            scene.note()

    @invariant()
    def state_is_the_fold_of_a_sound_chain(self) -> None:
        for entry in self.scene.timeline[self.seen :]:
            read = MeasureEntry.model_validate_json(entry.model_dump_json())
            assert read.prev_hash == (self.shadow.head_hash or GENESIS)
            assert read.digest() == entry.hash
            people, event = {entry.person, entry.on_behalf_of}, read.event
            match event:
                case MeasureVerified():  # I8, and only what was reported as done
                    assert not people & self.shadow.doers
                    assert self.shadow.state == MeasureState.DONE
                case DoneReported():
                    assert self.shadow.owner in people
                case ExtensionGranted():  # I5
                    assert not people & {self.shadow.owner, *self.shadow.extensions[-1].by}
                    assert self.shadow.extensions[event.extension - 1].outcome is None
                    assert self.shadow.due is not None
                    assert event.due.at > self.shadow.due.at
            assert not self.shadow.is_over
            apply(self.shadow, read)
        self.seen = len(self.scene.timeline)
        assert self.shadow == self.scene.measure.model_copy(update={"handled": {}})

    @invariant()
    def owner_and_verifier_are_two_people(self) -> None:
        measure = self.scene.measure
        assert measure.verifier != measure.owner

    @invariant()
    def an_open_measure_always_waits_for_an_instant(self) -> None:
        if not self.scene.measure.is_over:
            self.scene.look()
            assert self.scene.next_look is not None
            assert self.scene.next_look > self.scene.now


TestRectification = Rectification.TestCase
TestRectification.settings = settings(max_examples=40, stateful_step_count=40)


def test_a_changed_entry_breaks_the_chain() -> None:
    scene = closed()
    assert first_break(scene.timeline) is None
    assert fold(Measure(number=scene.measure.number), scene.timeline).state == MeasureState.CLOSED
    scene.timeline[1] = scene.timeline[1].model_copy(update={"person": cast.OUTSIDER})
    assert first_break(scene.timeline) == "entry 2 was changed"
