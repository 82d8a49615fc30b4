"""Who is called when nobody answers (5.2.1, 5.2.6 to 5.2.8, 5.3.2): exact instants and people, without end."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import acts
from domain.awaited import ladders
from domain.company import Role
from domain.errors import NotAuthorised
from domain.escalation import beacons
from domain.ladder import Ladder, LadderState, Rung, call_due, called, next_call_at
from domain.possible import possible
from tests import cast
from tests.domain import stage
from tests.domain.stage import Stage

MINUTE = timedelta(minutes=1)
JUDGES = {cast.MANAGER, cast.SUPERVISOR}
JUDGES_AND_DEPUTIES = JUDGES | {cast.DEPUTY_MANAGER, cast.DEPUTY_SUPERVISOR}
WITH_DIRECTOR = JUDGES_AND_DEPUTIES | {cast.DIRECTOR}
EVERYONE = WITH_DIRECTOR | {cast.DEPUTY_DIRECTOR, cast.SPECIALIST, cast.SECOND_SPECIALIST}
DIRECTORS = {cast.DIRECTOR, cast.DEPUTY_DIRECTOR}


def ladder_of(scene: Stage, question: str) -> Ladder:
    return next(item for item in ladders(scene.incident) if item.question == question)


def silence(ladder: Ladder, minutes: int, state: LadderState | None = None) -> Iterator[tuple[int, set[str]]]:
    """Play a ladder that nobody answers: the minute and the people of each call."""
    state = state or LadderState()
    for minute in range(minutes + 1):
        now = ladder.asked_at + minute * MINUTE
        while call := call_due(ladder, state, now):
            assert next_call_at(ladder, state) == now  # never early, and not late either
            yield minute, set(call.people)
            state = called(ladder, state, now)


def test_judgement_with_everybody_silent_for_an_hour() -> None:
    assert list(silence(ladder_of(stage.judging(), "judgement/1"), 60)) == [
        (0, JUDGES),
        (5, JUDGES),
        (10, JUDGES_AND_DEPUTIES),
        (15, WITH_DIRECTOR),
        (20, WITH_DIRECTOR),
        (25, EVERYONE),
        (35, EVERYONE),
        (45, EVERYONE),
        (55, EVERYONE),
    ]


def test_it_never_ends_by_itself() -> None:
    week = 7 * 24 * 60
    calls = list(silence(ladder_of(stage.judging(), "judgement/1"), week))
    assert calls[-1] == (week - 5, EVERYONE)  # every ten minutes: ..., 10065, 10075
    assert {later[0] - earlier[0] for earlier, later in pairwise(calls[5:])} == {10}


def test_director_silent() -> None:
    ladder = ladder_of(stage.director_asked(), "procedure/1")
    assert list(silence(ladder, 45)) == [
        (0, {cast.DIRECTOR}),
        (5, {cast.DIRECTOR}),
        (10, DIRECTORS),
        (15, DIRECTORS),
        (20, DIRECTORS | {cast.GENERAL_MANAGER}),
        (30, DIRECTORS),
        (40, DIRECTORS),
    ]


def test_the_general_manager_is_informed_not_asked() -> None:
    ladder = ladder_of(stage.director_asked(), "procedure/1")
    call = call_due(ladder, LadderState(calls=4), ladder.asked_at + 20 * MINUTE)
    assert call is not None
    assert call.people[cast.GENERAL_MANAGER] == "informed"
    assert call.people[cast.DIRECTOR] == call.people[cast.DEPUTY_DIRECTOR] == "procedure"


def test_who_is_only_informed_does_not_silence_the_question() -> None:
    scene = stage.director_asked()
    scene.wait(21)
    scene.refuses(NotAuthorised, "5.2.6", cast.GENERAL_MANAGER, acts.Acknowledge(question="procedure/1"))
    assert "acknowledge" not in possible(scene.incident, cast.GENERAL_MANAGER, scene.now)
    scene.do(cast.DIRECTOR, acts.Acknowledge(question="procedure/1"))


@pytest.mark.parametrize("woken_at", [20, 21, 34])
def test_the_general_manager_is_informed_once_however_late(woken_at: int) -> None:
    ladder = ladder_of(stage.director_asked(), "procedure/1")
    now = ladder.asked_at + woken_at * MINUTE
    state = LadderState(calls=4, called_at=ladder.asked_at + 15 * MINUTE)
    call = call_due(ladder, state, now)
    assert call is not None
    assert cast.GENERAL_MANAGER in call.people
    people = {person for _, people in silence(ladder, 24 * 60, called(ladder, state, now)) for person in people}
    assert people == DIRECTORS


def test_with_no_director_at_all_the_general_manager_is_called_again_and_again() -> None:
    directors = {"is_active": False}
    people = [item.model_copy(update=directors) if item.id in DIRECTORS else item for item in cast.company().people]
    ladder = ladder_of(stage.director_asked(company_=cast.company(people=people)), "procedure/1")
    general_manager = {cast.GENERAL_MANAGER}
    assert list(silence(ladder, 12)) == [(0, general_manager), (5, general_manager), (10, general_manager)]


def _offered(scene: Stage) -> str:
    scene.do(cast.MANAGER, acts.OfferCommand(to=cast.TECHNICIAN, reason="换班"))
    return f"command/{cast.TECHNICIAN}"


@pytest.mark.parametrize("question_of", [lambda _: f"arrival/{cast.TECHNICIAN}/1", _offered])
def test_a_ladder_of_one_rung_keeps_its_pace(question_of: Callable[[Stage], str]) -> None:
    scene = stage.group()
    question = question_of(scene)
    assert list(silence(ladder_of(scene, question), 20)) == [(at, {cast.TECHNICIAN}) for at in range(0, 21, 5)]


def test_the_command_that_is_offered_during_recovery_is_put_to_the_member() -> None:
    scene = stage.recovery()
    assert ladder_of(scene, _offered(scene)).asked == {cast.TECHNICIAN}
    scene.do(cast.TECHNICIAN, acts.AcceptCommand())
    assert scene.incident.commander == cast.TECHNICIAN


def test_whoever_is_only_informed_widens_no_ladder() -> None:
    company = cast.company(delegations=[])
    ladder = ladder_of(stage.director_asked(company_=company), "procedure/1")
    assert [minute for minute, people in silence(ladder, 40) if cast.DIRECTOR in people] == list(range(0, 41, 5))


def test_the_recovery_checklist_with_everybody_silent() -> None:
    on_it = {cast.SPECIALIST, cast.TECHNICIAN}
    colleagues = on_it | {cast.SECOND_SPECIALIST, cast.SECOND_TECHNICIAN}
    assert list(silence(ladder_of(stage.recovery(), "checklist/1"), 25)) == [
        (0, on_it),
        (5, on_it),
        (10, colleagues),
        (15, colleagues | {cast.MANAGER}),
        (25, colleagues | {cast.MANAGER}),
    ]


def test_general_manager_silent() -> None:
    scene = stage.group()
    scene.do(cast.DIRECTOR, stage.PLAN)
    both = {cast.GENERAL_MANAGER, cast.DEPUTY_GENERAL_MANAGER}
    assert list(silence(ladder_of(scene, "plan/1"), 60)) == [
        (0, {cast.GENERAL_MANAGER}),
        (10, {cast.GENERAL_MANAGER}),
        *((minute, both) for minute in (20, 30, 40, 50, 60)),
    ]


def test_specialist_silent_then_his_backup_then_the_manager() -> None:
    first, both = {cast.SPECIALIST}, {cast.SPECIALIST, cast.SECOND_SPECIALIST}
    assert list(silence(ladder_of(stage.activated(), "activation"), 25)) == [
        (0, first),
        (5, first),
        (10, both),
        (15, both | {cast.MANAGER}),
        (25, both | {cast.MANAGER}),
    ]


def test_a_manager_who_acknowledges_lets_the_specialists_rest_and_ends_nothing() -> None:
    scene = stage.activated()
    scene.wait(16)
    scene.do(cast.MANAGER, acts.Acknowledge(question="activation"))
    assert scene.incident.acknowledged["activation"] == scene.now + 5 * MINUTE
    assert {cast.SPECIALIST, cast.SECOND_SPECIALIST} < ladder_of(scene, "activation").asked
    scene.do(cast.SECOND_SPECIALIST, acts.Acknowledge(question="activation"))
    assert "activation" not in [ladder.question for ladder in ladders(scene.incident)]


def test_with_no_specialist_at_all_the_manager_s_word_ends_the_page() -> None:
    posts = {Role.EMERGENCY_SPECIALIST}
    people = [item.model_copy(update={"is_active": not posts & {*item.posts}}) for item in cast.company().people]
    scene = stage.activated(company_=cast.company(people=people))
    assert scene.incident.gaps == [Role.EMERGENCY_SPECIALIST]
    scene.do(cast.MANAGER, acts.Acknowledge(question="activation"))
    assert "activation" not in [ladder.question for ladder in ladders(scene.incident)]


def test_a_department_that_does_not_answer_is_reminded_then_the_commander_hears_of_it() -> None:
    scene = stage.group()
    scene.do(cast.MANAGER, acts.GiveOrder(department=cast.OPERATIONS, text="暂停"))
    head = {cast.OPERATIONS_HEAD}
    assert list(silence(ladder_of(scene, "order/1"), 20)) == [
        (0, head),
        (5, head),
        (10, head | {cast.MANAGER}),
        (20, head | {cast.MANAGER}),
    ]


@pytest.mark.parametrize(("woken_at", "next_at"), [(5, 10), (7, 10), (9, 10), (12, 15), (16, 21), (60, 70), (600, 610)])
def test_calls_missed_while_nobody_was_there_become_one(woken_at: int, next_at: int) -> None:
    ladder = ladder_of(stage.judging(), "judgement/1")
    state = called(ladder, LadderState(), ladder.asked_at)
    now = ladder.asked_at + woken_at * MINUTE
    call = call_due(ladder, state, now)
    assert call is not None
    assert call.number == 2
    state = called(ladder, state, now)
    assert call_due(ladder, state, now) is None
    assert next_call_at(ladder, state) == ladder.asked_at + next_at * MINUTE


def test_a_held_ladder_rests_until_the_hold_is_over() -> None:
    ladder = ladder_of(stage.judging(), "judgement/1")
    state = called(ladder, LadderState(), ladder.asked_at)
    held = state.model_copy(update={"held_until": ladder.asked_at + 13 * MINUTE})
    assert list(silence(ladder, 26, held)) == [
        (13, JUDGES_AND_DEPUTIES),
        (15, WITH_DIRECTOR),
        (20, WITH_DIRECTOR),
        (25, EVERYONE),
    ]


minutes = st.integers(0, 40).map(lambda number: number * MINUTE)


@st.composite
def any_ladder(draw: st.DrawFn) -> Ladder:
    joins = sorted([timedelta(0), *draw(st.lists(minutes, max_size=4))])
    rungs = [
        Rung(after=join, level=str(at), people=[f"p{at}"], is_told_once=at > 0 and draw(st.booleans()))
        for at, join in enumerate(joins)
    ]
    repeat, chorus = draw(st.integers(1, 20)), draw(st.integers(1, 20))
    return Ladder(
        question="q",
        clause="5.2.1",
        template="t",
        asked_at=cast.NOW,
        rungs=rungs,
        repeat=repeat * MINUTE,
        chorus=chorus * MINUTE,
    )


@given(any_ladder(), st.lists(st.integers(0, 3600), min_size=1, max_size=30))
def test_however_late_it_is_woken_no_call_is_early_doubled_or_lost(ladder: Ladder, pauses: list[int]) -> None:
    state, now, people = LadderState(), ladder.asked_at, set[str]()
    told = _everybody_in(ladder) - ladder.asked
    for pause in pauses:
        now += timedelta(seconds=pause)
        due = next_call_at(ladder, state)
        call = call_due(ladder, state, now)
        assert (call is not None) == (due <= now)
        if call:
            joined = {person for rung in ladder.rungs if ladder.asked_at + rung.after <= now for person in rung.people}
            assert (call.number, set(call.people)) == (state.calls + 1, joined - (told & people))
            assert people <= joined
            state, people = called(ladder, state, now), joined
            following = next_call_at(ladder, state)
            assert now < following <= now + max(ladder.repeat, ladder.chorus)


@given(any_ladder())
def test_every_rung_is_called_at_the_instant_at_which_it_joins(ladder: Ladder) -> None:
    assert {rung.after // MINUTE for rung in ladder.rungs} <= {at for at, _ in silence(ladder, 50)}


def _everybody_in(ladder: Ladder) -> set[str]:
    return {person for rung in ladder.rungs for person in rung.people}


def test_every_page_knows_the_channels_of_its_people() -> None:
    scene = stage.group()
    for ladder in beacons(scene.incident):
        assert set(ladder.channels) == _everybody_in(ladder)
        assert all(channels == ["inbox"] for channels in ladder.channels.values())
