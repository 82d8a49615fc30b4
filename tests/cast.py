"""The people and places of every test: one small company, its policy and calendar, and how an incident begins."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from domain.activation import report as reported
from domain.acts import Assessment, Report
from domain.authority import Actor
from domain.calendar import Calendar
from domain.casefile import CaseFile
from domain.company import Company, Delegation, Department, Person, Probe, RecoveryItem, Role, Runbook, System
from domain.company import RunbookStep as Step
from domain.incident import Incident
from domain.policy import FollowUp, Policy, Regulator, Severity, StatutoryClock
from domain.text import Text
from workflows.contract import Opening

OPERATOR = "operator"
SECOND_OPERATOR = "second-operator"
MANAGER = "manager"
DEPUTY_MANAGER = "deputy-manager"
SUPERVISOR = "supervisor"
DEPUTY_SUPERVISOR = "deputy-supervisor"
SPECIALIST = "specialist"
SECOND_SPECIALIST = "second-specialist"
DIRECTOR = "director"
DEPUTY_DIRECTOR = "deputy-director"
GENERAL_MANAGER = "general-manager"
DEPUTY_GENERAL_MANAGER = "deputy-general-manager"
TECHNICIAN = "technician"
SECOND_TECHNICIAN = "second-technician"
OPERATIONS_HEAD = "operations-head"
FINANCE_HEAD = "finance-head"
OUTSIDER = "outsider"  # heads a department that no incident here concerns


IT, OPERATIONS, FINANCE, SECURITY, LEADERSHIP = "it", "operations", "finance", "security", "leadership"

TRADING, ACCESS = "trading", "access"  # responders of ACCESS may join from afar
TRADING_RUNBOOK, ACCESS_RUNBOOK = "trading-outage", "access-outage"
STEPS = ("look", "restart", "switch")
CHECKS = ("orders-flow", "books-agree")
PROBES = ("trading-page", "trading-port")

SHANGHAI = ZoneInfo("Asia/Shanghai")
NUMBER = "7K3Q9-DXMB2"

_POSTS = {
    OPERATOR: Role.OPERATOR,
    SECOND_OPERATOR: Role.OPERATOR,
    MANAGER: Role.IT_MANAGER,
    SUPERVISOR: Role.IT_SUPERVISOR,
    SPECIALIST: Role.EMERGENCY_SPECIALIST,
    SECOND_SPECIALIST: Role.EMERGENCY_SPECIALIST,
    DIRECTOR: Role.IT_DIRECTOR,
    GENERAL_MANAGER: Role.GENERAL_MANAGER,
    TECHNICIAN: Role.TECHNICIAN,
    SECOND_TECHNICIAN: Role.TECHNICIAN,
    OPERATIONS_HEAD: Role.DEPARTMENT_HEAD,
    FINANCE_HEAD: Role.DEPARTMENT_HEAD,
    OUTSIDER: Role.DEPARTMENT_HEAD,
}
_DEPUTIES = {
    DEPUTY_MANAGER: (Role.IT_MANAGER, MANAGER),
    DEPUTY_SUPERVISOR: (Role.IT_SUPERVISOR, SUPERVISOR),
    DEPUTY_DIRECTOR: (Role.IT_DIRECTOR, DIRECTOR),
    DEPUTY_GENERAL_MANAGER: (Role.GENERAL_MANAGER, GENERAL_MANAGER),
}
EVERYBODY = (*_POSTS, *_DEPUTIES)
_DEPARTMENTS = {
    OPERATIONS_HEAD: OPERATIONS,
    FINANCE_HEAD: FINANCE,
    OUTSIDER: SECURITY,
    DIRECTOR: LEADERSHIP,
    DEPUTY_DIRECTOR: LEADERSHIP,
    GENERAL_MANAGER: LEADERSHIP,
    DEPUTY_GENERAL_MANAGER: LEADERSHIP,
}
_HEADS = {
    LEADERSHIP: GENERAL_MANAGER,
    IT: MANAGER,
    OPERATIONS: OPERATIONS_HEAD,
    FINANCE: FINANCE_HEAD,
    SECURITY: OUTSIDER,
}

_SINCE = date(2026, 1, 1)
_LIMITS = {  # every default of the policy where it is silent: value, unit, clause
    "operator_limit": (10, "minutes", "5.2.4"),
    "acknowledgement_limit": (5, "minutes", "5.2.1"),
    "action_limit": (60, "seconds", "5.2.3"),
    "analysis_limit": (30, "minutes", "5.3.7"),
    "page_repeat": (5, "minutes", "5.2.1"),
    "page_deputies": (10, "minutes", "5.2.1"),
    "page_director": (15, "minutes", "5.2.1"),
    "page_everyone": (10, "minutes", "5.2.1"),
    "director_deputies": (10, "minutes", "5.2.7"),
    "general_manager_informed": (20, "minutes", "5.2.7"),
    "procedure_asked_again": (30, "minutes", "5.2.7"),
    "approval_repeat": (10, "minutes", "5.2.8"),
    "approval_deputies": (20, "minutes", "5.2.8"),
    "arrival_working_hours": (5, "minutes", "5.3.3"),
    "arrival_off_hours": (60, "minutes", "5.3.4"),
    "notice_interval": (60, "minutes", "5.3.1"),
    "observation": (10, "minutes", "6.1"),
    "probe_interval": (5, "minutes", "6.1"),
    "dismissal_window": (24, "hours", "5.2.2"),
    "preliminary_summary_deadline": (3, "days", "6.2"),
    "summary_reminder": (24, "hours", "6.2"),
}
_SHORT_TIME = {"I": 0, "II": 15, "III": 30, "IV": 60}


def clock_time(hour: int, minute: int = 0, second: int = 0, *, day: str = "2026-11-24") -> datetime:
    """Return an instant on the company's clock; the usual day is a Tuesday."""
    return datetime.combine(date.fromisoformat(day), time(hour, minute, second), SHANGHAI)


NOW = clock_time(10)


def company(**overrides: Any) -> Company:
    """Return the company; ``overrides`` replace whole fields."""
    parts: dict[str, Any] = {
        "version": "2026.1",
        "name": _text("测试公司", "The test company"),
        "departments": [
            Department(id=key, name=_text(f"{key}部", f"Department {key}"), head=head) for key, head in _HEADS.items()
        ],
        "people": [_person(person_id) for person_id in EVERYBODY],
        "delegations": [
            Delegation(post=post, principal=principal, deputy=deputy) for deputy, (post, principal) in _DEPUTIES.items()
        ],
        "systems": _systems(),
        "runbooks": _runbooks(),
    }
    return Company(**(parts | overrides))


def policy(**overrides: Any) -> Policy:
    """Return the policy with its default numbers; a number or timedelta replaces a limit's value."""
    short_time = _SHORT_TIME | overrides.pop("short_time_limit", {})
    parts: dict[str, Any] = {
        "version": "2026.1",
        "effective_from": _SINCE,
        "time_zone": "Asia/Shanghai",
        "working_spans": [{"start": time(9), "end": time(18)}],
        "short_time_limit": {grade: _number(value, "minutes", "5.2.6") for grade, value in short_time.items()},
        "approval_blocks": _number("plan_steps", "choice", "5.2.8"),
        "group_members": _number(2, "people", "5.2.9"),
        "summary_deadline": _number(5, "working_days", "6.2"),
        **{name: _number(*limit) for name, limit in _LIMITS.items()},
    }
    for name, wanted in overrides.items():
        is_number = isinstance(parts.get(name), dict) and not isinstance(wanted, dict)
        parts[name] = _replaced(parts[name], wanted) if is_number else wanted
    return Policy.model_validate(parts)


def regulators(**changes: Any) -> list[Regulator]:
    """Return two made-up regulators: one told within 4 hours from severity III on, one within the hour from I on."""
    law = _text("某办法第四条", "Some measures, art. 4")
    parts: dict[str, Any] = {
        "id": "cac",
        "name": _text("网信办", "Cyberspace administration"),
        "severity_at_least": "III",
        "first": StatutoryClock(value=4, unit="hours", source=law),
        "follow_ups": [
            FollowUp(
                id="final",
                name=_text("总结报告", "Final report"),
                clock=StatutoryClock(value=30, unit="days", starts="recovery", source=law),
            )
        ],
    }
    securities = Regulator(
        id="csrc",
        name=_text("证监局", "Securities regulator"),
        severity_at_least=Severity.I,
        form="securities",
        first=StatutoryClock(value=60, unit="minutes", source=law),
    )
    return [Regulator(**(parts | changes)), securities]


def calendar(**overrides: Any) -> Calendar:
    """Return the official calendar of 2026: public holidays on weekdays, and make-up workdays."""
    holidays = (
        "01-01 01-02 02-16 02-17 02-18 02-19 02-20 02-23 04-06 05-01 05-04 05-05 06-19 09-25 "
        "10-01 10-02 10-05 10-06 10-07"
    )
    make_up_days = "01-04 02-14 02-28 05-09 09-20 10-10"
    parts: dict[str, Any] = {
        "time_zone": "Asia/Shanghai",
        "years": [2026],
        "holidays": [date.fromisoformat(f"2026-{day}") for day in holidays.split()],
        "make_up_days": [date.fromisoformat(f"2026-{day}") for day in make_up_days.split()],
    }
    return Calendar(**(parts | overrides))


def report(**overrides: Any) -> Report:
    """Return what the operator reports about the trading system."""
    parts: dict[str, Any] = {
        "title": "交易系统无响应",
        "system": TRADING,
        "symptom": "登录页超时，订单提交失败",
        "preliminary_assessment": Assessment(covered=True, runbook=TRADING_RUNBOOK, text="手册第一项"),
    }
    return Report(**(parts | overrides))


def opening(
    number: str = NUMBER,
    *,
    reporter: str = OPERATOR,
    company_: Company | None = None,
    policy_: Policy | None = None,
    calendar_: Calendar | None = None,
    **details: Any,
) -> Opening:
    """Return the start of an incident's workflow; ``details`` go into the report."""
    told = report(**details)
    return Opening(
        number=number,
        report=told,
        reporter=reporter,
        command_id=f"report-{number}",
        policy=policy_ or policy(),
        company=(company_ or company()).excerpt(told.system),
        calendar=calendar_ or calendar(),
    )


def casefile(start: Opening | None = None, *, at: datetime = NOW) -> CaseFile:
    """Return the case file of an incident that was just reported, as the workflow opens it."""
    start = start or opening()
    file = CaseFile(Incident(number=start.number, policy=start.policy, company=start.company, calendar=start.calendar))
    event = reported(file.incident, start.report, start.channel, at, start.recurrence_of)
    actor = Actor(start.reporter, start.reporter_role, start.on_behalf_of)
    file.note([event], at, at=event.discovered_at, actor=actor, command_id=start.command_id)
    return file


def _text(zh: str, en: str) -> Text:
    return Text(zh=zh, en=en)


def _person(person_id: str) -> Person:
    post = _POSTS.get(person_id)
    posts = [post] if post else []
    if person_id == MANAGER:
        posts.append(Role.DEPARTMENT_HEAD)
    return Person(
        id=person_id,
        name=person_id,
        name_en=person_id.replace("-", " ").title(),
        department=_DEPARTMENTS.get(person_id, IT),
        posts=posts,
    )


def _systems() -> list[System]:
    return [
        System(
            id=TRADING,
            name=_text("交易系统", "Trading"),
            location=_text("主机房", "Main machine room"),
            technicians=[TECHNICIAN, SECOND_TECHNICIAN],
            runbooks=[TRADING_RUNBOOK],
            probes=[
                Probe(id=PROBES[0], title=_text("登录页", "Login page"), kind="http", target="http://127.0.0.1:9/"),
                Probe(id=PROBES[1], title=_text("撮合端口", "Matching port"), kind="tcp", target="127.0.0.1:9"),
            ],
        ),
        System(
            id=ACCESS,
            name=_text("门禁系统", "Access control"),
            location=_text("二号楼", "Building two"),
            technicians=[SECOND_TECHNICIAN],
            runbooks=[ACCESS_RUNBOOK],
            remote_ok=True,
        ),
    ]


def _runbooks() -> list[Runbook]:
    return [
        Runbook(
            id=TRADING_RUNBOOK,
            version=3,
            title=_text("交易系统中断", "Trading outage"),
            systems=[TRADING],
            steps=[Step(id=step, text=_text(f"步骤 {step}", f"Step {step}")) for step in STEPS],
            recovery_checklist=[RecoveryItem(id=item, text=_text(f"检查 {item}", f"Check {item}")) for item in CHECKS],
        ),
        Runbook(
            id=ACCESS_RUNBOOK,
            version=1,
            title=_text("门禁系统中断", "Access control outage"),
            systems=[ACCESS],
            steps=[Step(id="unlock", text=_text("手动开门", "Open the doors by hand"))],
            recovery_checklist=[RecoveryItem(id="doors", text=_text("门可刷卡", "Cards open the doors"))],
        ),
    ]


def worked_runbook() -> Runbook:
    """Return the trading runbook in its next version: time boxes, a step that needs approval, an automatic action."""
    look, restart, switch = _runbooks()[0].steps
    steps = [
        look.model_copy(update={"time_box_minutes": 5}),
        restart.model_copy(update={"time_box_minutes": 10, "needs_approval": True}),
        switch.model_copy(update={"action": "restart-matching"}),
    ]
    return _runbooks()[0].model_copy(update={"version": 4, "steps": steps})


def worked_company(**changes: Any) -> Company:
    """Return the company with that runbook; ``changes`` go into its automatic step."""
    book = worked_runbook()
    book = book.model_copy(update={"steps": [*book.steps[:2], book.steps[2].model_copy(update=changes)]})
    return company(runbooks=[book, *_runbooks()[1:]])


def _number(value: float | str, unit: str, clause: str) -> dict[str, Any]:
    return {"value": value, "unit": unit, "clause": clause, "effective_from": _SINCE}


def _replaced(old: dict[str, Any], wanted: float | str | timedelta) -> dict[str, Any]:
    if isinstance(wanted, timedelta):
        return old | {"value": wanted.total_seconds(), "unit": "seconds"}
    return old | {"value": wanted}
