"""Which runbook fits what was seen: help for the operator's preliminary assessment (5.2.1, R9)."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import log
from typing import Literal, NamedTuple

from domain.company import Runbook
from domain.terms import is_chinese, runs, terms
from domain.text import Key, Text, Wire

MOST = 5
_MOST_MATCHES = 3
_MOST_CHARACTERS = 500
_OWN_SYSTEM = 4.0
_WEIGHTS = {"symptoms": 3.0, "title": 2.0, "precondition": 1.0, "step": 1.0, "check": 0.5}

Where = Literal["symptoms", "title", "precondition", "step", "check"]


class Match(Wire):
    """Where a runbook says what was asked: the text, and the words that stand in both."""

    where: Where
    item: Key | None = None
    text: Text
    words: list[str]


class Suggestion(Wire):
    """A runbook that may fit; ``is_for_system`` when it is for the affected system."""

    runbook: Key
    version: int
    title: Text
    score: float
    is_for_system: bool
    matches: list[Match]


class _Passage(NamedTuple):
    where: Where
    item: str | None
    text: Text
    terms: frozenset[str]


def suggest(
    books: Sequence[Runbook], symptom: str, system: str | None = None, named: Sequence[str] = ()
) -> list[Suggestion]:
    """Return the runbooks that fit best, best first; ``named`` are those that the system itself names.

    A runbook of the affected system goes before others that say the same, and is told even where no word fits.
    """
    wanted = list(dict.fromkeys(terms(symptom[:_MOST_CHARACTERS])))
    passages = {book.ref: list(_passages(book)) for book in books}
    rarity = _rarity(wanted, passages)
    found = []
    for book in books:
        is_own = system is not None and (system in book.systems or book.id in named)
        scored = [(_score(passage, rarity), passage) for passage in passages[book.ref]]
        score = sum(points for points, _ in scored) + (_OWN_SYSTEM if is_own else 0.0)
        if score > 0:
            best = sorted((item for item in scored if item[0] > 0), key=lambda item: -item[0])[:_MOST_MATCHES]
            matches = [
                Match(where=item.where, item=item.item, text=item.text, words=_words(symptom, item.text))
                for _, item in best
            ]
            found.append(
                Suggestion(
                    runbook=book.id,
                    version=book.version,
                    title=book.title,
                    score=round(score, 3),
                    is_for_system=is_own,
                    matches=matches,
                )
            )
    return sorted(found, key=lambda item: (-item.score, item.runbook))[:MOST]


def _passages(book: Runbook) -> Iterator[_Passage]:
    yield _passage("title", None, book.title)
    if book.symptoms:
        yield _passage("symptoms", None, book.symptoms)
    for text in book.preconditions:
        yield _passage("precondition", None, text)
    for step in book.steps:
        yield _passage("step", step.id, step.text)
        if step.expected:
            yield _passage("step", step.id, step.expected)
    for item in book.recovery_checklist:
        yield _passage("check", item.id, item.text)


def _passage(where: Where, item: str | None, text: Text) -> _Passage:
    both = f"{text.zh}\n{text.en}"
    # A single Chinese character is looked for as well, though texts are known by their pairs.
    single = {character for run in runs(both) if is_chinese(run) for character in run}
    return _Passage(where, item, text, frozenset(terms(both)) | single)


def _rarity(wanted: Sequence[str], passages: Mapping[str, Sequence[_Passage]]) -> dict[str, float]:
    """Return what each word is worth: one that stands in every runbook tells little."""
    counts = Counter(
        word for listed in passages.values() for word in wanted if any(word in item.terms for item in listed)
    )
    return {word: log(1 + len(passages) / counts[word]) for word in wanted if counts[word]}


def _score(passage: _Passage, rarity: Mapping[str, float]) -> float:
    return _WEIGHTS[passage.where] * sum(worth for word, worth in rarity.items() if word in passage.terms)


def _words(symptom: str, text: Text) -> list[str]:
    """Return the longest stretches of what was asked that stand in a text."""
    there = runs(f"{text.zh}\n{text.en}")
    found: list[str] = []
    for run in runs(symptom[:_MOST_CHARACTERS]):
        if is_chinese(run):
            found += _stretches(run, [other for other in there if is_chinese(other)])
        elif run in there:
            found.append(run)
    return list(dict.fromkeys(found))


def _stretches(run: str, there: Sequence[str]) -> Iterator[str]:
    start = 0
    while start < len(run):
        end = start
        while end < len(run) and any(run[start : end + 1] in other for other in there):
            end += 1
        if end - start > 1 or (end > start and len(run) == 1):
            yield run[start:end]
        start = max(end, start + 1)
