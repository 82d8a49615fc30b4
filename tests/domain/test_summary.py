"""R25 (6.2): the report drafted from the record, reviewed by another, submitted whole; who read it; what was due."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from adapters.i18n import translator
from api.summary.wording import drafted
from domain import acts, deadlines, report
from domain import events as ev
from domain.acts import SummaryContent
from domain.company import Delegation, Role
from domain.deadlines import kept_deadlines
from domain.drafting import Story
from domain.errors import AlreadyDecided, Incomplete, NotAuthorised, OwnWork, StaleVersion, Unacceptable, WrongPhase
from domain.report import SECTIONS, Draft, Reviewed
from tests import cast
from tests.domain import stage
from tests.domain.stage import SUMMARY, Stage, accept

WHOLE = SummaryContent.model_validate(SUMMARY.model_dump())


def course() -> Stage:
    """A whole course: everything in time but the technician, who is three minutes late."""
    scene = stage.judging()
    scene.wait(2)
    scene.do(cast.MANAGER, stage.EMERGENCY)
    scene.do(cast.OPERATOR, acts.RecordStep(step=cast.STEPS[0], result="failed", text="仍超时"))
    scene.do(cast.OPERATOR, stage.UNRESOLVED)
    scene.wait(8)
    scene.do(cast.TECHNICIAN, acts.CheckIn())
    scene.wait(25)
    scene.do(cast.MANAGER, acts.ReportToDirector(text="短时间内不能恢复"))
    scene.do(cast.DIRECTOR, stage.START_MAJOR)
    scene.do(cast.DIRECTOR, stage.FORM_GROUP)
    scene.do(cast.DIRECTOR, stage.PLAN)
    scene.do(cast.GENERAL_MANAGER, acts.DecidePlan(version=1, decision="approved"))
    notice = acts.GiveNotice(kind="notice", audience=[cast.FINANCE], text="交易暂停")
    scene.do(cast.MANAGER, notice)
    scene.do(cast.SPECIALIST, acts.Record(kind="fault_log", text="主库日志", sha256="ab" * 32))
    scene.do(cast.TECHNICIAN, acts.RaiseFinding(text="复制槽失效"))
    return stage.summary(scene)


def story(scene: Stage) -> Story:
    return Story(scene.incident, scene.timeline, scene.now)


# ── what was in time ──────────────────────────────────────────────────────────


def test_deadlines_met_and_missed_are_those_of_the_timeline() -> None:
    """The manager, who was still in time on his way when it was solved, is not among them."""
    scene = course()
    found = [(row.what, row.person, row.is_met(scene.now)) for row in kept_deadlines(scene.incident, scene.timeline)]
    assert sorted(found, key=str) == sorted(
        [
            (deadlines.JUDGEMENT, None, True),
            (deadlines.OPERATOR, None, True),
            (deadlines.ARRIVAL, cast.TECHNICIAN, False),
            (deadlines.SHORT_TIME, None, False),
            (deadlines.REPORT_TO_DIRECTOR, None, True),
            (deadlines.DIRECTOR, None, True),
            (deadlines.APPROVAL, None, True),
            (deadlines.NOTICE, None, True),
            (deadlines.REPORT, None, None),
        ],
        key=str,
    )
    late = next(row for row in kept_deadlines(scene.incident, scene.timeline) if row.person == cast.TECHNICIAN)
    assert late.done_at is not None
    assert late.done_at - late.due == timedelta(minutes=3)
    assert late.clause == "5.3.3"


@pytest.mark.parametrize(
    ("build", "what", "is_met"),
    [
        (lambda: stage.recovery(stage.activated()), deadlines.SHORT_TIME, True),
        (lambda: _back(stage.recovery(stage.activated())), deadlines.SHORT_TIME, False),
        (lambda: _after(stage.judging(), minutes=6), deadlines.JUDGEMENT, False),
        (lambda: _after(stage.activated(), minutes=11), deadlines.OPERATOR, False),
        (lambda: _after(stage.group(), minutes=61), deadlines.NOTICE, False),
        (lambda: _after(stage.summary(), days=8), deadlines.REPORT, False),
    ],
    ids=["short way", "recovery failed", "silent judges", "operator limit", "no notice", "no report"],
)
def test_each_deadline_falls_due(build: Callable[[], Stage], what: str, *, is_met: bool) -> None:
    scene = build()
    rows = [row for row in kept_deadlines(scene.incident, scene.timeline) if row.what == what]
    assert rows[0].is_met(scene.now) is is_met


def _after(scene: Stage, **time: float) -> Stage:
    scene.wait(**time)
    return scene


def _back(scene: Stage) -> Stage:
    scene.do(cast.MANAGER, acts.VerifyRecovery(passed=False, text="又超时"))
    scene.wait(40)
    return scene


def test_a_dismissed_incident_is_owed_nothing_more() -> None:
    scene = stage.activated()
    scene.do(cast.MANAGER, stage.NOT_EMERGENCY)
    scene.wait(hours=30)
    assert {row.what for row in kept_deadlines(scene.incident, scene.timeline)} == {deadlines.JUDGEMENT}


def test_acts_are_counted_by_clause_and_those_told_late() -> None:
    scene = stage.activated()
    step = acts.RecordStep(step=cast.STEPS[0], result="done")
    scene.wait(5)
    scene.do(cast.OPERATOR, step, occurred_at=scene.now - timedelta(minutes=4))
    found = {item.clause: (item.number, item.late) for item in report.acts_by_clause(scene.timeline)}
    assert found["5.2.3"] == (1, 1)
    assert found["5.2.2"] == (1, 0)
    assert list(found) == sorted(found, key=lambda clause: [int(part) for part in clause.split(".")])


# ── drafting ──────────────────────────────────────────────────────────────────

DRAFTED: dict[str, dict[str, tuple[str, ...]]] = {
    "zh-CN": {
        "overview": ("交易系统：交易系统无响应。级别 III。", "于 2026-11-24 10:00:00 报告", "北京时间"),
        "course": (
            "地点：主机房",
            "判断为应急事件",
            "启动应急流程：影响全部交易",
            "任现场总指挥",
            "验证恢复：逐项核对无误",
        ),
        "scope_and_loss": ("受影响系统：交易系统", "涉及部门：finance部", "▢ 危害程度与损失"),
        "cause": ("初步判断：手册第一项", "手册外问题 1：复制槽失效", "▢ 原因及促成因素"),
        "handling": ("步骤 look：失败。仍超时", "晚 3 分钟", f"主库日志（SHA-256 {'ab' * 32}）"),
        "reports_made": (
            "向信息总监报告：短时间内不能恢复",
            "应急方案第 1 版报总经理",
            "发布通知：交易暂停",
            "▢ 向监管",
        ),
        "measures_and_effect": ("效果：业务恢复", "supervisor 验证：逐项核对无误"),
        "level": ("报告时级别 III", "属重大信息系统问题", "最终级别：III"),
        "responsibility": ("▢ 责任认定与结论",),
        "problems_exposed": (
            "未按时（5.3.3）：到达现场，技术人员",
            "未按时（5.2.6）：短时间内解决",
            "手册未覆盖：复制槽失效",
        ),
        "went_well": ("项时限中", "▢ 做得好的方面"),
        "lessons": ("▢ 做得不好的方面及教训",),
        "runbook_changes": ("本事件所用手册：trading-outage@3", "look：失败。仍超时", "▢ 手册如何修订"),
    },
    "en": {
        "overview": (
            "Trading: 交易系统无响应. Severity III.",
            "reported it at 2026-11-24 10:00:00.",
            "in Beijing time.",
        ),
        "course": (
            "Place: Main machine room",
            "judged it an emergency",
            "started the emergency flow",
            "commanded on the",
        ),
        "scope_and_loss": ("Affected system: Trading.", "Departments concerned: Department finance.", "▢ Degree of"),
        "cause": ("Preliminary assessment: 手册第一项", "Finding 1: 复制槽失效", "▢ The cause"),
        "handling": ("step look: failed. 仍超时", "3 minutes late", f"主库日志 (SHA-256 {'ab' * 32})"),
        "reports_made": ("reported to the IT director", "went to the general manager", "notice to Department", "▢ Rep"),
        "measures_and_effect": ("Effect: 业务恢复", "Verified by Supervisor: 逐项核对无误"),
        "level": ("Reported as severity III.", "a major information-system problem", "Severity in the end: III."),
        "responsibility": ("▢ Who is responsible",),
        "problems_exposed": ("Deadline missed (5.3.3): On the scene, Technician", "The runbook did not cover: 复制槽"),
        "went_well": ("deadlines were met.", "▢ What went well"),
        "lessons": ("▢ What went badly",),
        "runbook_changes": (
            "The runbook of this incident: trading-outage@3.",
            "look of trading-outage@3: failed",
            "▢ What",
        ),
    },
}


@pytest.mark.parametrize("language", DRAFTED)
def test_every_section_is_drafted_from_a_whole_course(language: str) -> None:
    content = drafted(story(course()), translator(language))
    for section, parts in DRAFTED[language].items():
        text: str = getattr(content, section)
        for part in parts:
            assert part in text, f"{section}: {text}"
        assert "{" not in text
    assert set(DRAFTED[language]) == set(SECTIONS) - {"measures"}


def test_what_only_people_can_say_keeps_the_draft_from_being_submitted() -> None:
    scene = course()
    content = drafted(story(scene), translator("zh-CN"))
    missing = {"scope_and_loss", "cause", "reports_made", "responsibility", "measures", "went_well", "lessons"}
    assert set(report.unwritten(content)) == missing | {"runbook_changes"}
    act = acts.SubmitSummary.model_validate(content.model_dump())
    scene.refuses(Unacceptable, "6.2", cast.SPECIALIST, act)


@pytest.mark.parametrize(("length", "kept"), [(300, 12), (2, 60)], ids=["characters", "lines"])
def test_a_draft_of_a_long_course_says_how_much_it_leaves_out_and_what_is_to_write(length: int, kept: int) -> None:
    scene = stage.group()
    for _ in range(150):
        scene.do(cast.MANAGER, acts.GiveOrder(department=cast.FINANCE, text="请" * length))
        scene.do(cast.TECHNICIAN, acts.RaiseFinding(text="障" * length))
    content = drafted(story(scene), translator("zh-CN"))
    *told, left_out = content.handling.split("\n")
    assert len(content.handling) <= 4000
    assert (len(told), left_out) == (kept, f"另有 {151 - kept} 行仅见于时间线。")
    assert all(line.startswith("指令") for line in told)
    *told, left_out, to_write = content.cause.split("\n")
    assert len(content.cause) <= 4000
    assert (left_out, to_write) == (f"另有 {151 - len(told)} 行仅见于时间线。", "▢ 原因及促成因素")
    # What is left out is in the timeline: it keeps nobody from submitting.
    assert {"cause"} == {"cause", "handling"} & set(report.unwritten(content))


def test_a_regulator_told_too_late_is_named_among_the_problems() -> None:
    scene = stage.on_site(policy_=cast.policy(regulators=cast.regulators()))
    scene.wait(hours=5)
    for language, said in (
        ("zh-CN", "未按时（8）：向“网信办”的“首次报告”，"),
        ("en", "Deadline missed (8): Report “First report” to “Cyberspace administration”, due"),
    ):
        assert said in drafted(story(scene), translator(language)).problems_exposed


def test_only_a_solution_that_held_is_quoted_as_one() -> None:
    said = "短时间内解决：业务恢复"
    scene = stage.summary(stage.activated())
    assert said in drafted(story(scene), translator("zh-CN")).went_well
    scene = stage.recovery(_after(stage.reopened(scene), minutes=60))
    assert said not in drafted(story(scene), translator("zh-CN")).went_well


# ── review and submission ─────────────────────────────────────────────────────


def version(number: int, person: str, *, content: SummaryContent = WHOLE, behalf: str | None = None) -> Draft:
    at = cast.clock_time(12, number)
    return Draft(
        version=number,
        at=at,
        person=person,
        on_behalf_of=behalf,
        role=Role.EMERGENCY_SPECIALIST,
        change="edited",
        section="cause",
        language="zh-CN",
        content=content,
    )


def said(number: int, person: str, *, approve: bool = True) -> Reviewed:
    at = cast.clock_time(13)
    return Reviewed(version=number, at=at, person=person, approve=approve, reason=None if approve else "原因不清")


REQUIRED = {"value": "required", "unit": "choice", "clause": "6.2", "effective_from": "2026-01-01"}
DRAFTS = [version(1, cast.SPECIALIST), version(2, cast.DEPUTY_MANAGER, behalf=cast.MANAGER)]


def strict() -> Stage:
    """A policy by which every report is reviewed."""
    return stage.summary(stage.on_site(policy_=cast.policy(summary_review=REQUIRED)))


def submitted(scene: Stage, by: str, drafts: list[Draft], reviews: list[Reviewed]) -> acts.SubmitSummary:
    actor = report.may_write(scene.incident, by, None, scene.now)
    return report.submission(scene.incident, actor, drafts, reviews)


def test_a_reviewed_draft_is_submitted_with_its_authors_and_reviewers() -> None:
    scene = strict()
    act = submitted(scene, cast.SPECIALIST, DRAFTS, [said(2, cast.SUPERVISOR)])
    [event] = scene.do(cast.SPECIALIST, act)
    assert isinstance(event, ev.SummarySubmitted)
    assert event.authors == [cast.SPECIALIST, cast.DEPUTY_MANAGER, cast.MANAGER]
    assert [(item.person, item.at) for item in event.reviews] == [(cast.SUPERVISOR, cast.clock_time(13))]
    assert event.draft == 2


def test_without_a_review_the_policy_decides() -> None:
    scene = strict()
    scene.refuses(Incomplete, "6.2", cast.SPECIALIST, SUMMARY)
    with pytest.raises(Incomplete):
        submitted(scene, cast.SPECIALIST, DRAFTS, [said(1, cast.SUPERVISOR)])  # of an older version
    relaxed = stage.summary()
    assert relaxed.do(cast.SPECIALIST, submitted(relaxed, cast.SPECIALIST, DRAFTS, []))


def test_whoever_asks_for_a_change_holds_the_version_up() -> None:
    scene = strict()
    reviews = [said(2, cast.SUPERVISOR), said(2, cast.TECHNICIAN, approve=False)]
    with pytest.raises(Incomplete) as caught:
        submitted(scene, cast.SPECIALIST, DRAFTS, reviews)
    assert caught.value.params["reason"] == "原因不清"
    newer = [*DRAFTS, version(3, cast.SPECIALIST)]
    assert submitted(scene, cast.SPECIALIST, newer, [*reviews, said(3, cast.SUPERVISOR)]).draft == 3


@pytest.mark.parametrize("reviewer", [cast.SPECIALIST, cast.MANAGER, cast.DEPUTY_MANAGER])
def test_i8_nobody_reviews_what_he_wrote_also_for_another(reviewer: str) -> None:
    scene = strict()
    with pytest.raises(OwnWork):
        report.may_review(scene.incident, reviewer, None, scene.now, drafts=DRAFTS, said=[])
    forged = SUMMARY.model_copy(
        update={"authors": [cast.SPECIALIST], "reviews": [acts.Review(person=cast.SPECIALIST, at=scene.now)]}
    )
    scene.refuses(OwnWork, "6.2", cast.SUPERVISOR, forged)


def test_i8_nor_does_whoever_submits() -> None:
    scene = strict()
    with pytest.raises(OwnWork):
        submitted(scene, cast.SUPERVISOR, DRAFTS, [said(2, cast.SUPERVISOR)])


@pytest.mark.parametrize(
    ("person", "drafts", "reviews", "error"),
    [
        (cast.DIRECTOR, DRAFTS, [], NotAuthorised),
        (cast.GENERAL_MANAGER, DRAFTS, [], NotAuthorised),
        (cast.OUTSIDER, DRAFTS, [], NotAuthorised),
        (cast.SUPERVISOR, [], [], Incomplete),
        (cast.SUPERVISOR, DRAFTS, [said(2, cast.SUPERVISOR)], AlreadyDecided),
        (cast.SUPERVISOR, DRAFTS, [said(1, cast.SUPERVISOR)], None),
        (cast.TECHNICIAN, DRAFTS, [], None),
    ],
)
def test_who_reviews(person: str, drafts: list[Draft], reviews: list[Reviewed], error: type[Exception] | None) -> None:
    scene = strict()

    def review() -> object:
        return report.may_review(scene.incident, person, None, scene.now, drafts=drafts, said=reviews)

    if error is None:
        assert review()
    else:
        with pytest.raises(error):
            review()


def test_drafts_are_written_in_recovery_and_summary_until_the_report_stands() -> None:
    early = stage.group()
    with pytest.raises(WrongPhase):
        report.may_write(early.incident, cast.MANAGER, None, early.now)
    recovering = stage.recovery()
    assert (
        report.may_write(recovering.incident, cast.SPECIALIST, None, recovering.now).role == Role.EMERGENCY_SPECIALIST
    )
    with pytest.raises(NotAuthorised):
        report.may_write(recovering.incident, cast.DIRECTOR, None, recovering.now)
    scene = stage.summary()
    scene.do(cast.SPECIALIST, SUMMARY)
    with pytest.raises(AlreadyDecided):
        report.may_write(scene.incident, cast.SPECIALIST, None, scene.now)
    scene.do(cast.DIRECTOR, acts.ReceiveSummary(version=1, accept=False, reason="再写"))
    assert report.may_write(scene.incident, cast.SPECIALIST, None, scene.now)


def test_the_version_that_was_looked_at_must_be_the_newest() -> None:
    report.require_newest([], 0)
    report.require_newest(DRAFTS, 2)
    for drafts, seen in (([], 1), (DRAFTS, 1), (DRAFTS, 0)):
        with pytest.raises(StaleVersion):
            report.require_newest(drafts, seen)


def test_a_report_beyond_what_an_incident_carries_is_refused() -> None:
    huge = SummaryContent.model_validate(
        {name: "字" * 4000 for name in SECTIONS if name != "measures"}
        | {"measures": [{"text": "字" * 2000, "owner": cast.MANAGER, "due": cast.clock_time(10)}] * 20}
    )
    with pytest.raises(Unacceptable) as caught:
        report.require_bounded(huge)
    assert caught.value.params["most"] == str(report.MOST_BYTES)
    act = acts.SubmitSummary.model_validate(huge.model_dump())
    stage.summary().refuses(Unacceptable, "6.2", cast.SPECIALIST, act)


# ── reading and receiving ─────────────────────────────────────────────────────


def test_r25_each_receiver_opens_a_version_once() -> None:
    scene = stage.summary()
    reading = acts.ReadSummary(version=1)
    scene.refuses(Incomplete, "6.2", cast.DIRECTOR, reading)
    scene.do(cast.SPECIALIST, SUMMARY)
    before = scene.incident.version
    for person in (cast.DIRECTOR, cast.DEPUTY_DIRECTOR, cast.GENERAL_MANAGER):
        scene.do(person, reading)
        scene.refuses(AlreadyDecided, "6.2", person, reading)
    scene.refuses(NotAuthorised, "6.2", cast.MANAGER, reading)
    scene.refuses(StaleVersion, "6.2", cast.DIRECTOR, acts.ReadSummary(version=2))
    assert scene.incident.version == before  # nobody's If-Match is spoilt by a reader
    assert scene.incident.summaries[0].read_by == [cast.DIRECTOR, cast.DEPUTY_DIRECTOR, cast.GENERAL_MANAGER]


def test_r25_i8_whoever_reviewed_it_or_wrote_some_of_it_does_not_accept_it_also_as_a_deputy() -> None:
    for_him = Delegation(post=Role.IT_DIRECTOR, principal=cast.DIRECTOR, deputy=cast.SUPERVISOR)
    company = cast.company(delegations=[*cast.company().delegations, for_him])
    reviewed = SUMMARY.model_copy(update={"reviews": [acts.Review(person=cast.SUPERVISOR, at=cast.NOW)]})
    written = SUMMARY.model_copy(update={"authors": [cast.SUPERVISOR]})
    for act in (reviewed, written):
        scene = stage.summary(stage.group(company_=company))
        scene.do(cast.SPECIALIST, act)
        scene.refuses(OwnWork, "6.2", cast.SUPERVISOR, accept())
        scene.do(cast.DIRECTOR, accept())


# ── what changed ──────────────────────────────────────────────────────────────


def test_what_changed_is_told_sentence_by_sentence() -> None:
    before = SummaryContent(cause="磁盘写满。清理任务失效。", lessons="无")
    after = before.model_copy(update={"cause": "磁盘写满。清理任务无人负责。告警缺失。", "lessons": ""})
    after.measures = [acts.RectificationMeasure(text="加告警", owner=cast.MANAGER, due=cast.clock_time(10))]
    found = {change.section: (change.removed, change.added) for change in report.changes(before, after)}
    assert found == {
        "cause": (["清理任务失效。"], ["清理任务无人负责。", "告警缺失。"]),
        "lessons": (["无"], []),
        "measures": ([], ["加告警 (manager, 2026-11-24)"]),
    }
    assert report.changes(after, after) == []
