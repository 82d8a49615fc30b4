"""Every template reads in both languages, with every parameter and with none."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from activities.messages import Message
from adapters.files import Roster
from adapters.i18n import translator
from adapters.messages import BESIDE_INCIDENTS, TEMPLATES, Letterhead, render
from domain.clauses import CLAUSES
from domain.company import Person, Role
from domain.readiness import Absence, Gap, GapKind, Urgency

HEAD = Letterhead("https://fengsui.example")
FULL = {
    "person": "xu-bin",
    "post": "emergency_specialist",
    "department": "settlement",
    "order": "3",
    "plan_version": "2",
    "version": "1",
    "runbook": "market-db-outage@1",
    "step": "restart",
    "result": "failed",
    "kind": "advance_notice",
    "items": "service, unheard-of",
    "text": "text of a person {braces} {{ no_template }} %(no)s",
    "reason": "because 4711",
    "other": "7K3Q9-DXMB9",
    "regulator": '{"zh": "网信办", "en": "Cyberspace administration"}',
    "statutory_report": "of another release",
    "is_example": "yes",
}
DOMAIN = Path(__file__).resolve().parents[2] / "domain"

MessageWith = Callable[..., Message]


@pytest.fixture
def people(roster: Roster) -> dict[str, Person]:
    return {person.language: person for person in roster.company.people}


@pytest.mark.parametrize("template", sorted(set(TEMPLATES) - set(BESIDE_INCIDENTS)))
@pytest.mark.parametrize("params", [{}, FULL, dict.fromkeys(FULL, "")], ids=["none", "full", "empty"])
@pytest.mark.parametrize("due", [None, datetime(2026, 11, 24, 3, 19, tzinfo=UTC)], ids=["no-due", "due"])
def test_a_template_reads_in_both_languages(
    message_with: MessageWith,
    people: dict[str, Person],
    roster: Roster,
    template: str,
    params: dict[str, str],
    due: datetime | None,
) -> None:
    message = message_with(template=template, params=params, due=due)
    zh, en = (render(message, people[language], roster.company, HEAD) for language in ("zh-CN", "en"))
    assert zh.body != en.body
    assert zh.subject != en.subject or template == "plain"
    for text in (zh, en):
        assert "\n" not in text.subject
        assert "https://fengsui.example/api/v1/incidents/INC-1" in text.body
        assert "\n\n\n" not in text.body
        assert ("because 4711" in text.body) == bool(params.get("reason"))
        assert ("{braces} {{ no_template }} %(no)s" in text.body) == bool(params.get("text"))
    frame = en.body.replace("交易数据库 无响应", "").replace(people["en"].name, "")
    assert not re.search("[\u4e00-\u9fff]", frame), "English text holds Chinese"


@pytest.mark.parametrize("template", BESIDE_INCIDENTS)
@pytest.mark.parametrize("due", [None, datetime(2026, 11, 24, 3, 19, tzinfo=UTC)], ids=["no-due", "due"])
@pytest.mark.parametrize("params", [{}, {"gaps": "[]", "urgency": "alarm", "channel": "mail", "test": "2026-11-24"}])
def test_what_is_about_no_incident_reads_in_both_languages(
    message_with: MessageWith, people: dict[str, Person], template: str, params: dict[str, str], due: datetime | None
) -> None:
    message = message_with(template=template, params=params, due=due)
    zh, en = (render(message, people[language], None, HEAD) for language in ("zh-CN", "en"))
    assert (zh.subject != en.subject, zh.body != en.body) == (True, True)
    for text in (zh, en):
        assert "INC-1" not in text.body.replace("/incidents/INC-1", "")
        assert "https://fengsui.example/" in text.body
    assert not re.search("[\u4e00-\u9fff]", en.body.replace(people["en"].name, ""))


def test_a_gap_is_told_with_names_dates_and_reasons(
    message_with: MessageWith, people: dict[str, Person], roster: Roster
) -> None:
    gap = Gap(
        kind=GapKind.POST_THIN,
        clause="4.2",
        urgency=Urgency.ALARM,
        starts=datetime(2026, 11, 24, 1, tzinfo=UTC),
        ends=datetime(2026, 11, 26, 1, tzinfo=UTC),
        post=Role.TECHNICIAN,
        count=1,
        needed=2,
        without={"xu-bin": Absence.ON_LEAVE},
    )
    params = {"gaps": f"[{gap.model_dump_json()}]", "urgency": "alarm"}
    zh, en = (
        render(message_with(template="readiness", params=params), people[language], roster.company, HEAD).body
        for language in ("zh-CN", "en")
    )
    assert "- 技术人员：应有 2 人可联系，现有 1 人。 自 2026年11月24日 09:00:00" in zh
    assert "未计入：徐斌（请假）" in zh
    assert "technician: 1 of 2 people can be reached. From 24 Nov 2026, 09:00:00" in en
    assert "Not counted: Xu Bin (on leave)." in en


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_drill_is_marked_before_anything_else(
    message_with: MessageWith, people: dict[str, Person], roster: Roster, template: str
) -> None:
    message = message_with(template=template, is_drill=True)
    for person in people.values():
        text = render(message, person, roster.company, HEAD)
        assert text.subject.startswith("【演练】")
        assert text.body.startswith("【演练】")
    assert render(message, people["en"], None, HEAD).subject.startswith("【演练】[DRILL] ")


def test_a_message_says_what_is_asked_by_which_clause_until_when(
    message_with: MessageWith, people: dict[str, Person], roster: Roster
) -> None:
    message = message_with(call=3, is_provisional=True)
    zh, en = (render(message, people[language], roster.company, HEAD).body for language in ("zh-CN", "en"))
    for part in (
        "请立即判断是否属于应急事件",
        "INC-1",
        "交易数据库 无响应",
        "交易市场数据库",
        "II",
        "5.2.1",
        CLAUSES["5.2.1"].zh,
    ):
        assert part in zh
    for part in ("2026年11月24日 11:19:00（北京时间）（暂定", "第 3 次", "主库端口拒绝连接"):
        assert part in zh
    for part in (
        "24 Nov 2026, 11:19:00 (Beijing time) (provisional",
        "Call no.: 3",
        CLAUSES["5.2.1"].en,
        "Market database",
    ):
        assert part in en


@pytest.mark.parametrize(
    "news", ["verified", "sent_back", "extension_granted", "extension_refused", "cancelled", "passed_on", "unheard-of"]
)
def test_news_of_a_measure_name_its_people_and_where_it_is(
    message_with: MessageWith, people: dict[str, Person], roster: Roster, news: str
) -> None:
    params = {"measure": "M-1", "owner": "xu-bin", "verifier": "sun-jing", "news": news, "source": "drill 2026"}
    message = message_with(template="rectification_news", params=params, incident="M-1")
    zh, en = (render(message, people[language], roster.company, HEAD) for language in ("zh-CN", "en"))
    assert ("责任人：徐斌" in zh.body, "Owner: Xu Bin" in en.body) == (True, True)
    assert "https://fengsui.example/api/v1/measures/M-1" in en.body
    assert zh.subject != en.subject


def test_ids_become_names(message_with: MessageWith, people: dict[str, Person], roster: Roster) -> None:
    message = message_with(template="step_result", params=FULL)
    zh, en = (render(message, people[language], roster.company, HEAD).body for language in ("zh-CN", "en"))
    for part in ("徐斌", "应急专员", "结算财务部", "失败", "预告"):
        assert part in zh
    for part in ("Xu Bin", "emergency specialist", "Settlement and finance", "failed", "Restart the primary"):
        assert part in en


def test_the_items_of_a_checklist_read_in_both_languages(
    message_with: MessageWith, people: dict[str, Person], roster: Roster
) -> None:
    [first, *_] = (book := roster.company.runbooks[0]).recovery_checklist
    params = {"runbook": book.ref, "items": f"{first.id}, unheard-of"}
    for language, semicolon in (("zh-CN", "；"), ("en", "; ")):
        text = render(message_with(template="checklist", params=params), people[language], roster.company, HEAD)
        assert f"{first.text.in_language(language)}{semicolon}unheard-of" in text.body


def test_a_template_of_a_newer_release_still_goes_out(message_with: MessageWith, sun: Person) -> None:
    text = render(message_with(template="from_the_future", clause="99.9"), sun, None, HEAD)
    assert text.subject == "交易数据库 无响应"
    assert "请立即查看该事件" in text.body
    assert "99.9" in text.body


def test_every_template_that_the_policy_names_is_there() -> None:
    quoted = r'"([a-z_]+)"'
    notes = (DOMAIN / "notes.py").read_text()
    named = set(re.findall(rf"Note\([^\n]*?, {quoted}, (?:params|\{{)", notes))
    assert len(named) > 10
    assert named <= set(TEMPLATES)
    escalation = (DOMAIN / "escalation.py").read_text()
    assert {name for name in re.findall(quoted, escalation) if name in TEMPLATES} >= {"judgement", "plan", "closing"}


def test_the_word_of_a_drill_is_not_left_to_the_catalogue() -> None:
    assert translator("zh-CN")("Judge now: {title}", title="x") == "请立即判断：x"


def test_a_message_that_comes_late_says_since_when(
    message_with: MessageWith, people: dict[str, Person], roster: Roster
) -> None:
    message = message_with(is_late=True, planned_at=datetime(2026, 11, 24, 1, 0, tzinfo=UTC))
    zh, en = (render(message, people[language], roster.company, HEAD).body for language in ("zh-CN", "en"))
    assert "本消息迟到：本应于2026年11月24日 09:00:00（北京时间）发出。" in zh
    assert "This message is late: it should have gone out at 24 Nov 2026, 09:00:00 (Beijing time)." in en
    assert "late" not in render(message_with(), people["en"], roster.company, HEAD).body
