"""Two languages: nothing untranslated, placeholders kept, the reader's wish understood."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from adapters.i18n import negotiate, translator
from adapters.i18n.formats import duration, instant
from adapters.i18n.validation import explain
from adapters.i18n.words import WORDS
from domain.acts import ACTS, Report
from domain.clauses import CLAUSES
from domain.company import Role
from domain.incident import Phase
from tools import translations


def test_every_text_is_translated_with_the_same_placeholders() -> None:
    assert list(translations.faults(translations._read())) == []


@pytest.mark.parametrize(
    ("wish", "language"),
    [
        ("zh-CN", "zh-CN"),
        ("zh", "zh-CN"),
        ("zh-Hans-CN", "zh-CN"),
        ("zh-TW,en;q=0.5", "zh-CN"),
        ("zh_CN", "zh-CN"),
        ("en-GB,en;q=0.9", "en"),
        ("en;q=0.5, zh-CN;q=0.8", "zh-CN"),
        ("fr, en;q=0.3", "en"),
        ("fr", "zh-CN"),
        ("*", "zh-CN"),
        ("zh;q=0, en;q=0.1", "en"),
        ("en;q=high", "zh-CN"),
        ("", "zh-CN"),
        (None, "zh-CN"),
    ],
)
def test_the_readers_wish_is_understood(wish: str | None, language: str) -> None:
    assert negotiate(wish) == language


def test_the_house_language_is_for_whoever_wishes_nothing() -> None:
    assert negotiate(None, "en") == "en"


def test_a_refusal_reads_in_both_languages() -> None:
    message, params = "{person} has none of the roles that may do this: {roles}.", {"person": "li-na"}
    roles = "it_manager, it_supervisor"
    assert (
        translator("zh-CN")(message, **params, roles=roles)
        == "li-na 不具备可进行此操作的角色：信息部经理、信息部主管。"
    )
    assert translator("en")(message, **params, roles=roles) == (
        "li-na has none of the roles that may do this: IT manager, IT supervisor."
    )


def test_an_unknown_text_or_placeholder_stays_as_it_is() -> None:
    _ = translator("zh-CN")
    assert _("Never heard of {this}.", that=1) == "Never heard of {this}."
    assert _("The plan has no step “{step}”.") == "方案没有步骤“{step}”。"
    assert _("") == ""


def test_text_of_people_is_no_template() -> None:
    assert (
        translator("en")("There is no incident {number}.", number="{x.__class__}")
        == "There is no incident {x.__class__}."
    )


def test_what_a_person_wrote_stays_verbatim() -> None:
    assert translator("zh-CN")("Reason: {reason}", reason="closed") == "理由：closed"
    assert translator("zh-CN")("Post: {value}", value="operator") == "岗位：操作人员"


@pytest.mark.parametrize("word", [*Role, *Phase, *ACTS])
def test_every_post_phase_and_act_has_a_name(word: str) -> None:
    assert word in WORDS
    assert translator("zh-CN").word(word) != word


def test_a_list_of_ids_keeps_what_has_no_name() -> None:
    assert translator("zh-CN").word("connect, observation") == "connect、观察"
    assert translator("en").word("It is closed, they say") == "It is closed, they say"


@pytest.mark.parametrize("clause", CLAUSES)
def test_every_clause_is_named(clause: str) -> None:
    assert translator("zh-CN").clause(clause) == f"{clause}（{CLAUSES[clause].zh}）"
    assert translator("en").clause(clause) == f"{clause} ({CLAUSES[clause].en})"


def test_times_name_their_zone() -> None:
    at = datetime(2026, 12, 31, 16, 0, 5, tzinfo=UTC)
    assert instant(at, translator("zh-CN")) == "2027年1月1日 00:00:05（北京时间）"
    assert instant(at, translator("en")) == "1 Jan 2027, 00:00:05 (Beijing time)"
    assert instant(at, translator("en"), "UTC") == "31 Dec 2026, 16:00:05 (UTC)"


@pytest.mark.parametrize(
    ("length", "english", "chinese"),
    [
        ({}, "0 seconds", "0秒"),
        ({"seconds": 1, "milliseconds": 900}, "1 second", "1秒"),
        ({"minutes": 47}, "47 minutes", "47分钟"),
        ({"minutes": 3, "seconds": 30}, "3 minutes 30 seconds", "3分钟30秒"),
        ({"minutes": 91}, "1 hour 31 minutes", "1小时31分钟"),
        ({"hours": 1, "minutes": 59, "seconds": 59}, "1 hour 59 minutes", "1小时59分钟"),
        ({"hours": 2}, "2 hours", "2小时"),
        ({"days": 9, "hours": 1, "minutes": 30}, "9 days 1 hour", "9天1小时"),
    ],
)
def test_a_duration_has_two_units_and_is_not_rounded(length: dict[str, int], english: str, chinese: str) -> None:
    found = timedelta(**length)
    assert (duration(found, translator("en")), duration(found, translator("zh-CN"))) == (english, chinese)


def test_why_a_field_is_refused_reads_in_both_languages() -> None:
    with pytest.raises(ValidationError) as refused:
        Report.model_validate({"title": "a\u202eb", "system": "no spaces", "discovered_at": "2026-01-01T09:00:00"})
    reasons = {str(error["loc"][0]): explain(error) for error in refused.value.errors()}
    zh = {field: translator("zh-CN")(message, **params) for field, (message, params) in reasons.items()}
    assert zh["title"] == "不允许使用字符 U+202E"
    assert zh["symptom"] == "缺少此项"
    assert zh["system"].startswith("必须符合格式")
    assert zh["discovered_at"] == "必须带时区，例如 2026-01-31T09:00:00+08:00"
    assert translator("en")(reasons["title"][0], **reasons["title"][1]) == "character U+202E is not allowed"


def test_a_language_has_one_translator_however_it_is_spelled() -> None:
    """Whoever makes spellings up makes no catalogues."""
    assert translator("zh-Hant-made-up") is translator("zh")
    assert translator("xx") is translator("en")
