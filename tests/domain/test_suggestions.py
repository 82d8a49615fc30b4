"""R9 (5.2.1): the runbook that fits what was seen is found by any two-character word, and told with its reason."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.files import load_runbooks
from domain.company import Runbook
from domain.suggestions import MOST, suggest
from domain.terms import is_chinese, pieces, runs, terms

BOOKS = load_runbooks(Path(__file__).resolve().parents[2] / "runbooks")


def texts(book: Runbook) -> list[str]:
    said = [book.title, book.symptoms, *book.preconditions, *(step.text for step in book.steps)]
    said += [step.expected for step in book.steps] + [item.text for item in book.recovery_checklist]
    return [text.zh for text in said if text]


WORDS = [
    (book.id, run[place : place + 2])
    for book in BOOKS
    for text in texts(book)
    for run in runs(text)
    if is_chinese(run)
    for place in range(len(run) - 1)
]


@given(st.sampled_from(WORDS))
def test_every_two_character_word_of_a_runbook_finds_it_and_says_where(named: tuple[str, str]) -> None:
    runbook, word = named
    only = [book for book in BOOKS if book.id == runbook]
    [found] = suggest(only, word)
    assert found.runbook == runbook
    assert all(word in match.text.zh and match.words == [word] for match in found.matches)
    everywhere = [item.runbook for item in suggest(BOOKS, word)]
    assert runbook in everywhere or len(everywhere) == MOST


@pytest.mark.parametrize(
    ("symptom", "system", "first", "where"),
    [
        ("数据库拒绝连接，结算页面打不开", None, "market-db-outage", "symptoms"),
        ("UPS 电池告警", None, "machine-room-power", "symptoms"),
        ("Card readers do not react", "video-access", "video-access-loss", "symptoms"),
        ("门禁", None, "video-access-loss", "symptoms"),
        ("扫码付款失败", "weighing-payment", "weighing-payment-offline", "symptoms"),
        ("撮", None, "trading-halt", "title"),
    ],
)
def test_what_was_seen_leads_to_the_runbook(symptom: str, system: str | None, first: str, where: str) -> None:
    found = suggest(BOOKS, symptom, system)[0]
    assert (found.runbook, found.matches[0].where) == (first, where)
    assert found.is_for_system == (system is not None)


def test_a_runbook_of_the_system_is_told_even_where_no_word_fits_and_nothing_else_is() -> None:
    [only] = suggest(BOOKS, "xyzzy", "trading")
    assert (only.runbook, only.is_for_system, only.matches) == ("trading-halt", True, [])
    assert suggest(BOOKS, "xyzzy") == []
    assert [item.runbook for item in suggest(BOOKS, "xyzzy", "other", named=["video-access-loss"])] == [
        "video-access-loss"
    ]


def test_the_same_words_rank_the_runbook_of_the_system_first() -> None:
    first = BOOKS[0]
    twin = first.model_copy(update={"id": "a-twin", "systems": []})
    system = first.systems[0]
    assert [item.runbook for item in suggest([twin, first], "电池告警", system)] == [first.id, "a-twin"]


@given(st.text(max_size=60))
def test_no_question_breaks_the_search_and_pieces_lose_nothing(text: str) -> None:
    assert len(suggest(BOOKS, text)) <= MOST
    assert "".join(pieces(text)) == text


def test_chinese_is_cut_into_pairs_and_other_words_stay_whole() -> None:
    assert terms("主库Port 5432拒绝连接") == ["主库", "port", "5432", "拒绝", "绝连", "连接"]
    assert terms("锁") == ["锁"]
