"""Bounds of what people write, hostile characters, and numbers that are stable and easy to say."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.numbering import number_from
from domain.text import Key, Line, Prose, Text, brief, excerpt

LINE, PROSE, KEY = TypeAdapter(Line), TypeAdapter(Prose), TypeAdapter(Key)
HOSTILE = ["\x00", "\x07", "\x1b[2J", "\x7f", "\x85", "\u202e", "\u2066", "\ufffe", "\uffff"]
BREAKS = ["\n", "\r", "\t", "\u2028", "\u2029"]


@pytest.mark.parametrize("character", HOSTILE, ids=ascii)
def test_control_and_reordering_characters_are_refused_by_name(character: str) -> None:
    for kind in (LINE, PROSE):
        with pytest.raises(ValidationError, match=rf"character U\+{ord(character[0]):04X} is not allowed"):
            kind.validate_python(f"交易{character}系统")


@pytest.mark.parametrize("character", BREAKS, ids=ascii)
def test_a_line_is_one_line_prose_may_have_many(character: str) -> None:
    with pytest.raises(ValidationError, match="is not allowed"):
        LINE.validate_python(f"交易{character}系统")
    assert PROSE.validate_python(f"交易{character}系统") == f"交易{character}系统"


def test_a_lone_surrogate_is_refused() -> None:
    for kind in (LINE, PROSE):
        with pytest.raises(ValidationError):
            kind.validate_python("交易\ud800系统")
        with pytest.raises(ValidationError):
            kind.validate_json('"\\ud800"')


@pytest.mark.parametrize(("kind", "most"), [(LINE, 200), (PROSE, 2000)])
def test_the_bound_holds_after_normalising(kind: TypeAdapter[str], most: int) -> None:
    assert kind.validate_python(f"  {'汉' * most}  ") == "汉" * most
    for text in ("汉" * (most + 1), "", "   ", "\u3000", "\ufb2c" * most):  # the last is three times as long in NFC
        with pytest.raises(ValidationError):
            kind.validate_python(text)


@given(st.text())
def test_whatever_is_accepted_is_printable_normal_and_within_its_bound(text: str) -> None:
    try:
        accepted = PROSE.validate_python(text)
    except ValidationError:
        return
    assert accepted == unicodedata.normalize("NFC", accepted) == accepted.strip()
    assert 0 < len(accepted) <= 2000
    assert PROSE.validate_json(PROSE.dump_json(accepted)) == accepted
    accepted.encode()


@pytest.mark.parametrize("value", [1, None, True, b"x", ["x"], {"zh": "x"}])
def test_text_is_text(value: object) -> None:
    for kind in (LINE, PROSE, KEY):
        with pytest.raises(ValidationError):
            kind.validate_python(value, strict=True)


@pytest.mark.parametrize("key", ["a", "A9", "zhang-wei", "trading-outage@3", "judgement/1", "alert:cpu_1.2", "x" * 120])
def test_keys(key: str) -> None:
    assert KEY.validate_python(key) == key


@pytest.mark.parametrize(
    "key", ["", " a", "a ", "a\n", "-a", "/etc", ".", "张伟", "a b", "a;b", "a'b", "a%00", "a?b", "x" * 121]
)
def test_no_keys(key: str) -> None:
    with pytest.raises(ValidationError):
        KEY.validate_python(key)


@given(st.text(max_size=500))
def test_what_an_incident_carries_of_a_text_is_bounded_in_characters_and_bytes(text: str) -> None:
    short = brief(text)
    assert len(short) <= 200
    assert len(short.encode()) <= 402
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))
    assert len(excerpt(text, 50)) <= 50


def test_a_text_of_the_company_is_read_in_either_language() -> None:
    text = Text(zh="交易系统", en="Trading")
    assert [text.in_language(tag) for tag in ("zh-CN", "zh", "ZH-tw", "en", "en-GB", "fr")] == [
        *["交易系统"] * 3,
        *["Trading"] * 3,
    ]


def test_a_number_is_the_same_for_the_same_opening_for_ever() -> None:
    assert number_from("api", "key-1") == "DHF8Y-C0YDR"
    assert number_from("api", "key-1") != number_from("apikey-1") != number_from("api", "key-2")


@given(st.lists(st.text(), min_size=1, max_size=3))
def test_a_number_is_easy_to_say(parts: list[str]) -> None:
    number = number_from(*(part.encode(errors="replace").decode() for part in parts))
    assert len(number) == 11
    assert number[5] == "-"
    assert not set(number) & set("ILOU")


def test_numbers_are_well_spread() -> None:
    numbers = [number_from("alert", str(count)) for count in range(100_000)]
    assert len(set(numbers)) == len(numbers)
    for place in (*range(5), *range(6, 11)):
        counts = [
            sum(number[place] == digit for number in numbers[:32_000]) for digit in "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
        ]
        assert 850 < min(counts) <= max(counts) < 1150
