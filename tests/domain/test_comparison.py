"""6.3: nothing is lost between two versions: what differs makes one the other, and back."""

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.company import Probe, RecoveryItem, Role, Runbook, RunbookStep
from domain.comparison import Turn, applied, compare, marked
from domain.text import Text
from tests import cast

FIRST = cast.company().runbooks[0]

_word = st.sampled_from(["数据库", "主库 重启", "restart", "standby, again", "观察 3 分钟"])
_text = st.builds(Text, zh=_word, en=_word)
_ids = st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1, max_size=6)


@st.composite
def _books(draw: st.DrawFn) -> Runbook:
    step = st.builds(
        RunbookStep,
        id=st.just("x"),
        who=st.sampled_from([Role.OPERATOR, Role.TECHNICIAN]),
        text=_text,
        expected=st.none() | _text,
        time_box_minutes=st.none() | st.integers(1, 60),
        needs_approval=st.booleans(),
        rollback=st.none() | _text,
    )
    probe = Probe(id="x", title=Text(zh="端口", en="Port"), kind="tcp", target="127.0.0.1:1")
    return Runbook(
        id="one",
        version=draw(st.integers(1, 3)),
        kind=draw(st.sampled_from(["outage", "leak"])),
        title=draw(_text),
        systems=draw(_ids),
        symptoms=draw(st.none() | _text),
        preconditions=draw(st.lists(_text, max_size=4)),
        steps=[draw(step).model_copy(update={"id": name}) for name in draw(_ids)],
        recovery_checklist=[RecoveryItem(id=name, text=draw(_text)) for name in draw(_ids)],
        probes=[probe.model_copy(update={"id": name}) for name in draw(_ids)],
        review_due=draw(st.none() | st.just(date(2027, 1, 2))),
    )


@given(_books(), _books())
def test_applied_to_one_version_the_differences_give_the_other_and_undone_the_first(
    before: Runbook, after: Runbook
) -> None:
    differences = compare(before, after)
    assert applied(before, differences) == after
    assert applied(after, [item.undone() for item in differences]) == before


@given(_books())
def test_a_version_does_not_differ_from_itself(book: Runbook) -> None:
    assert compare(book, book) == []


@given(st.text(max_size=40), st.text(max_size=40))
def test_marks_hold_both_texts(before: str, after: str) -> None:
    marks = marked(before, after)
    assert "".join(mark.text for mark in marks if mark.turn != "added") == before
    assert "".join(mark.text for mark in marks if mark.turn != "removed") == after


def test_very_long_texts_are_told_as_a_whole() -> None:
    assert [mark.turn for mark in marked("长" * 2000, "长" * 1999 + "短")] == ["removed", "added"]


def test_chinese_is_marked_by_character_and_english_by_word() -> None:
    assert [(mark.turn, mark.text) for mark in marked("重启主库", "重启备库")] == [
        ("kept", "重启"),
        ("removed", "主"),
        ("added", "备"),
        ("kept", "库"),
    ]
    assert [mark.text for mark in marked("restart it", "start it") if mark.turn != "kept"] == ["restart", "start"]


def told(before: Runbook, after: Runbook) -> list[tuple[Any, ...]]:
    return [
        (item.turn, item.part, item.item, item.field, item.place_before, item.place_after)
        for item in compare(before, after)
    ]


def test_only_the_step_that_moved_is_told() -> None:
    look, restart, switch = FIRST.steps
    after = FIRST.model_copy(update={"steps": [switch, look, restart]})
    assert told(FIRST, after) == [(Turn.MOVED, "steps", "switch", None, 2, 0)]


def test_added_removed_and_changed_steps_checks_and_fields_are_told() -> None:
    look, restart, switch = FIRST.steps
    changed = restart.model_copy(update={"time_box_minutes": 5})
    new = look.model_copy(update={"id": "cache"})
    after = FIRST.model_copy(
        update={
            "version": 4,
            "steps": [look, changed, new],
            "recovery_checklist": FIRST.recovery_checklist[:1],
            "preconditions": [FIRST.title],
        }
    )
    assert told(FIRST, after) == [
        (Turn.CHANGED, "runbook", None, "version", None, None),
        (Turn.ADDED, "preconditions", f"{FIRST.title.zh} / {FIRST.title.en}", None, None, 0),
        (Turn.REMOVED, "steps", switch.id, None, 2, None),
        (Turn.CHANGED, "steps", "restart", "time_box_minutes", None, None),
        (Turn.ADDED, "steps", "cache", None, None, 2),
        (Turn.REMOVED, "recovery_checklist", cast.CHECKS[1], None, 1, None),
    ]
