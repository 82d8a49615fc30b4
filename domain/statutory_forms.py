"""Drafts of statutory reports: the heads that a law names, filled from the incident, in either language (8).

Both languages stand here, not in the catalogues: what is filed as drafted is written down by the workflow itself, and
no file of a later release may change what a history says.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from domain.company import Role
from domain.incident import HANDLING, Incident, Phase
from domain.policy import Regulator
from domain.text import Text, excerpt

_MOST = 2000  # characters of one head
_TO_FILL = Text(zh="（待补充）", en="(to be filled in)")
_SEVERITIES = {
    "I": Text(zh="特别重大（I级）", en="especially major (I)"),
    "II": Text(zh="重大（II级）", en="major (II)"),
    "III": Text(zh="较大（III级）", en="relatively major (III)"),
    "IV": Text(zh="一般（IV级）", en="ordinary (IV)"),
}
_STANDS = {
    "handling": Text(zh="正在处置", en="being handled"),
    Phase.RECOVERY: Text(zh="已恢复，正在检查验证", en="restored, being checked and verified"),
    Phase.SUMMARY: Text(zh="已恢复并通过验证", en="restored and verified"),
    Phase.CLOSED: Text(zh="已关闭", en="closed"),
}


class Head(NamedTuple):
    """One head of a report: its number, its title, and how it is drafted."""

    number: int
    title: Text
    fill: Callable[["_Draft"], str]


class Drafted(NamedTuple):
    """One head in words."""

    number: int
    title: str
    text: str


class _Draft:
    """An incident as a report tells of it, in one language."""

    def __init__(self, incident: Incident, language: str) -> None:
        self.incident = incident
        self.language = language

    def say(self, zh: str, en: str, **params: object) -> str:
        """Return a sentence in the language of the draft."""
        template = zh if self.language.startswith("zh") else en
        return template.format(**params)

    def word(self, text: Text | None) -> str:
        """Return a text of the company."""
        return (text or _TO_FILL).in_language(self.language)

    def at(self, instant: datetime | None) -> str:
        """Return an instant on the company's clock, with its offset."""
        if instant is None:
            return self.word(None)
        return self.incident.calendar.local(instant).strftime("%Y-%m-%d %H:%M (UTC%z)")

    def lines(self, *parts: str) -> str:
        """Join what there is to say."""
        return "\n".join(part for part in parts if part) or self.word(None)

    def regulator(self, regulator_id: str) -> str:
        """Return a regulator's name."""
        known = self.incident.policy.regulator(regulator_id)
        return self.word(known.name) if known else regulator_id

    def name(self, person_id: str) -> str:
        """Return a person's name."""
        person = self.incident.company.person(person_id)
        return (person.name if self.language.startswith("zh") else person.name_en) if person else person_id


def _unit(draft: _Draft) -> str:
    incident, system = draft.incident, draft.incident.affected_system
    return draft.lines(
        draft.say("报告单位：{name}", "Unit: {name}", name=draft.word(incident.company.name)),
        draft.say(
            "受影响系统：{system}，位于{place}",
            "Affected system: {system}, at {place}",
            system=draft.word(system.name) if system else incident.system,
            place=draft.word(system.location) if system else draft.word(None),
        ),
    )


def _found(draft: _Draft) -> str:
    incident, system = draft.incident, draft.incident.affected_system
    place = incident.location or (draft.word(system.location) if system else draft.word(None))
    return draft.lines(
        draft.say(
            "发现时间：{at}；地点：{place}",
            "Found: {at}; place: {place}",
            at=draft.at(incident.discovered_at),
            place=place,
        ),
        draft.say("类型：{kind}", "Type: {kind}", kind=incident.category or draft.word(None)),
        draft.say("级别：{level}", "Level: {level}", level=draft.word(_SEVERITIES[incident.severity])),
        draft.say("现象与影响：{text}", "Symptom and impact: {text}", text=incident.symptom),
        _measures(draft),
        draft.say(
            "勒索软件攻击须另填：勒索金额、支付方式、日期。",
            "If ransom is asked: amount, way of payment, date.",
        ),
    )


def _measures(draft: _Draft) -> str:
    incident = draft.incident
    done = [step for step, result in incident.steps.items() if result == "done"]
    carried_out = [item.measure for item in incident.findings if item.is_carried_out and item.measure]
    stand = _STANDS["handling"] if incident.phase in HANDLING else _STANDS.get(incident.phase)
    return draft.lines(
        draft.say(
            "已采取措施：{steps}", "Measures taken: {steps}", steps="; ".join([*done, *carried_out]) or draft.word(None)
        ),
        draft.say("目前状态：{stand}", "It is now: {stand}", stand=draft.word(stand)),
    )


def _trend(draft: _Draft) -> str:
    incident = draft.incident
    news = [item.text for item in incident.information[-3:]]
    rest = draft.say("可能进一步造成的影响和危害：", "Further impact and harm that may follow: ") + draft.word(None)
    return draft.lines(*news, rest)


def _cause(draft: _Draft) -> str:
    findings = [item.text for item in draft.incident.findings[-5:]]
    assessment = draft.incident.preliminary_assessment
    first = draft.say("初步判断：{text}", "First assessment: {text}", text=assessment.text) if assessment else ""
    return draft.lines(first, *findings)


def _traces(draft: _Draft) -> str:
    return draft.say(
        "可能的攻击者信息、攻击路径、存在的漏洞：{rest}",
        "Possible attacker, path of the attack, vulnerabilities: {rest}",
        rest=draft.word(None),
    )


def _next(draft: _Draft) -> str:
    plan = draft.incident.plan
    planned = [step.text for step in plan.steps if plan.results.get(step.id) != "done"][:10] if plan else []
    asked = draft.say("请求支援事项：", "Help asked for: ") + draft.word(None)
    return draft.lines(*planned, asked)


def _scene(draft: _Draft) -> str:
    return draft.say(
        "事件现场和证据的保护情况：{rest}（处置全过程记录在事件 {number} 的时间线中）",
        "How the scene and the evidence are preserved: {rest} (the whole course is in the timeline of {number})",
        rest=draft.word(None),
        number=draft.incident.number,
    )


def _other(draft: _Draft) -> str:
    incident = draft.incident
    since = draft.say(
        "本事件是 {number} 的再次发生。", "This incident is a recurrence of {number}.", number=incident.recurrence_of
    )
    return draft.lines(since if incident.recurrence_of else "")


def _to_fill(draft: _Draft) -> str:
    return draft.word(None)


def _whole_report(draft: _Draft) -> str:
    summary = draft.incident.summary
    if summary is None or summary.is_wanted_anew:
        return draft.word(None)
    return draft.say(
        "见总结报告第 {version} 版：{rest}",
        "See the summary report, version {version}: {rest}",
        version=summary.version,
        rest=draft.word(None),
    )


def _reports_made(draft: _Draft) -> str:
    filed = [
        draft.say(
            "{at} 已报 {regulator}",
            "{at}: told {regulator}",
            at=draft.at(item.filed_at),
            regulator=draft.regulator(item.regulator),
        )
        for item in draft.incident.statutory
        if item.filed_at
    ]
    return draft.lines(*filed, _measures(draft))


def _contact(draft: _Draft) -> str:
    incident = draft.incident
    managers = incident.company.on_call(Role.IT_MANAGER, incident.activated_at) if incident.activated_at else []
    person = incident.commander or next(iter(managers), None)
    return draft.say(
        "联系人：{name}；联系方式：{rest}",
        "Contact: {name}; number: {rest}",
        name=draft.name(person) if person else draft.word(None),
        rest=draft.word(None),
    )


_CYBERSPACE = (
    Head(1, Text(zh="单位及相关系统基本情况", en="The unit and the system"), _unit),
    Head(
        2,
        Text(
            zh="发现时间地点、类型、级别、已造成的影响和危害、已采取的措施及效果",
            en="Time, place, type, level, impact, measures and effect",
        ),
        _found,
    ),
    Head(3, Text(zh="事态发展趋势及可能进一步造成的影响和危害", en="Trend and further harm"), _trend),
    Head(4, Text(zh="事件原因初步分析", en="First analysis of the cause"), _cause),
    Head(5, Text(zh="溯源调查线索", en="Clues for tracing"), _traces),
    Head(6, Text(zh="拟进一步采取的应对措施及请求支援事项", en="Next measures and help asked"), _next),
    Head(7, Text(zh="事件现场保护情况", en="Preservation of the scene"), _scene),
    Head(8, Text(zh="其他应当报告的情况", en="Other"), _other),
)
_SECURITIES = (
    *_CYBERSPACE,
    Head(9, Text(zh="影响人数初步评估", en="People affected, first estimate"), _to_fill),
    Head(10, Text(zh="经济损失初步评估", en="Economic loss, first estimate"), _to_fill),
    Head(11, Text(zh="后果及事件性质初步判断", en="Consequence and nature, first judgement"), _to_fill),
    Head(12, Text(zh="签发人和报告时间", en="Signed by, and time of the report"), _to_fill),
    Head(13, Text(zh="联系人与联系方式", en="Contact"), _contact),
)
_LATER = (
    Head(1, Text(zh="事件经过", en="Course"), _found),
    Head(2, Text(zh="影响范围、程度和损失", en="Scope, degree and loss"), _whole_report),
    Head(3, Text(zh="事件原因", en="Cause"), _cause),
    Head(4, Text(zh="报告情况、处置措施及效果", en="Reports made, measures and effect"), _reports_made),
    Head(5, Text(zh="责任认定和结论", en="Responsibility and conclusion"), _to_fill),
    Head(6, Text(zh="暴露的问题、整改措施和经验教训", en="Problems, rectification and lessons"), _whole_report),
)
_FORMS = {"cyberspace": _CYBERSPACE, "securities": _SECURITIES}


def _form(incident: Incident, regulator_id: str, report: str) -> tuple[Head, ...]:
    regulator = incident.policy.regulator(regulator_id)
    if report != "first":
        return _LATER
    return _FORMS[regulator.form] if regulator else _CYBERSPACE


def heads_of(incident: Incident, regulator: str, report: str) -> list[int]:
    """Return the numbers of the heads that a report has."""
    return [head.number for head in _form(incident, regulator, report)]


def drafted(incident: Incident, regulator: str, report: str, language: str) -> dict[int, str]:
    """Return the text of each head, as far as the incident tells it; what a person must add says so."""
    return {item.number: item.text for item in draft(incident, regulator, report, language)}


def draft(incident: Incident, regulator: str, report: str, language: str) -> list[Drafted]:
    """Return every head with its title and its text."""
    about = _Draft(incident, language)
    return [
        Drafted(head.number, head.title.in_language(language), excerpt(head.fill(about), _MOST))
        for head in _form(incident, regulator, report)
    ]


def report_name(regulator: Regulator, report: str) -> Text:
    """Return what a report is called."""
    later = {item.id: item.name for item in regulator.follow_ups}
    return later.get(report, Text(zh="首次报告", en="First report"))
