"""4.3: a runbook as a file says what the runbook says, always in the same form, and its faults have lines."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from adapters.files import load_runbooks
from adapters.problems import FileProblem
from adapters.runbooks.files import NamedText, name_of, read, written
from adapters.runbooks.rendering import html
from adapters.yamlfile import loads
from domain.company import Runbook, RunbookStep
from domain.text import Prose, Text
from tests import cast

FOLDER = Path(__file__).resolve().parents[2] / "runbooks"
FIRST = cast.company().runbooks[0]
_PROSE = TypeAdapter(Prose)


def _is_prose(text: str) -> bool:
    try:
        return bool(_PROSE.validate_python(text))
    except ValidationError:
        return False


_odd = st.sampled_from(
    [
        "yes",
        "12:30",
        "- a",
        "# b",
        "a: b",
        "'",
        '"',
        "|",
        "~",
        "一\n  二\n\n- 三",
        "{x}",
        "2027-01-01",
        "a\r\nb",
        "a\tb",
        "x \n y",
    ]
)
_prose = (_odd | st.text(min_size=1, max_size=80)).filter(_is_prose)
_texts = st.builds(Text, zh=_prose, en=_prose)


@given(_texts, _texts, st.booleans(), st.none() | st.just(date(2027, 1, 2)))
def test_what_is_written_is_read_again_and_written_alike(
    title: Text, text: Text, needs_approval: bool, due: date | None
) -> None:
    step = RunbookStep(id="no", text=text, rollback=title, time_box_minutes=3, needs_approval=needs_approval)
    book = FIRST.model_copy(update={"title": title, "preconditions": [text], "steps": [step], "review_due": due})
    again = loads(written(book), name_of(book), Runbook).model
    assert again == book
    assert written(again) == written(book)


@pytest.mark.parametrize("book", load_runbooks(FOLDER), ids=lambda book: book.ref)
def test_the_shipped_files_are_in_this_form(book: Runbook) -> None:
    assert (FOLDER / name_of(book)).read_text(encoding="utf-8") == written(book)


def test_a_changed_word_changes_one_line() -> None:
    before = load_runbooks(FOLDER)[0]
    after = before.model_copy(deep=True)
    after.steps[0].text.zh += "，并拍照"
    changed = [
        pair
        for pair in zip(written(before).splitlines(), written(after).splitlines(), strict=True)
        if pair[0] != pair[1]
    ]
    assert len(changed) == 1


def test_every_fault_of_every_file_is_told_with_its_line() -> None:
    good = written(FIRST)
    bad = {
        "trading-outage@3.yaml": good.replace(f"systems: [{cast.TRADING}]", "systems: [void]"),
        "other@1.yaml": good.replace("id: look", "id: restart"),
        "broken@1.yaml": "id: [",
    }
    with pytest.raises(FileProblem) as problem:
        read([NamedText(name=name, text=text) for name, text in bad.items()], cast.company())
    told = {(fault.file, fault.field) for fault in problem.value.faults}
    assert {("trading-outage@3.yaml", "systems[1]"), ("other@1.yaml", "id"), ("other@1.yaml", "steps[2].id")} <= told
    assert all(fault.line for fault in problem.value.faults)


def test_a_file_that_was_sent_holds_no_aliases() -> None:
    """Twelve lines would stand for millions of fields, each of which is looked at."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 8)]
    with pytest.raises(FileProblem) as problem:
        loads("\n".join(lines), "x.yaml", Runbook)
    [fault] = problem.value.faults
    assert (fault.line, "alias" in fault.message) == (2, True)
    with pytest.raises(FileProblem, match="alias"):
        loads("base: &base {id: a}\nkind: system\n<<: *base\n", "x.yaml", Runbook)


def test_only_so_many_faults_are_told_as_anybody_mends_at_once() -> None:
    text = written(FIRST) + "".join(f"unknown_{number}: 1\n" for number in range(5000))
    with pytest.raises(FileProblem) as problem:
        loads(text, name_of(FIRST), Runbook)
    assert len(problem.value.faults) == 200
    bad = written(FIRST) + "preconditions:\n" + "  - 7\n" * 5000
    with pytest.raises(FileProblem) as problem:
        loads(bad.replace("preconditions: []\n", ""), name_of(FIRST), Runbook)
    assert 0 < len(problem.value.faults) <= 200


@pytest.mark.parametrize("text", ["[" * 5000, "a: " + "{a: " * 5000, "- " * 5000 + "x"])
def test_what_is_nested_without_end_is_refused(text: str) -> None:
    with pytest.raises(FileProblem):
        loads(text, "x.yaml", Runbook)


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("<script>alert(1)</script>", "<script"),
        ("<img src=x onerror=alert(1)>", "<img"),
        ("[x](javascript:alert(1))", "href"),
        ("[x](data:text/html;base64,PHNjcmlwdD4=)", "href"),
        ("![x](https://a.example/pixel.png)", "<img"),
        ('[x](https://a.example "t\\" onclick=alert(1)")', 't" onclick'),
        ("<a href='javascript:x'>y</a>", "<a"),
    ],
)
def test_nothing_that_a_writer_puts_into_a_text_runs_in_a_browser(text: str, absent: str) -> None:
    assert absent not in html(text)
    assert html("**粗** ~~删~~") == "<p><strong>粗</strong> <s>删</s></p>"


@pytest.mark.parametrize(
    "text",
    [
        "a: ._",
        "a: !!int x",
        "? [a, [b]]\n: 2",
        'a: "\\UFFFFFFFF"',
        "version: " + "1" * 5000,
        "a: !!null x",
        "%YAML x\n---\na: 1",
    ],
)
def test_whatever_yaml_stumbles_over_is_a_fault_of_the_file(text: str) -> None:
    with pytest.raises(FileProblem) as caught:
        loads(text, "x@1.yaml", Runbook)
    assert caught.value.faults
