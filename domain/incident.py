"""The incident as it stands: one serialisable state, changed only by ``fold.apply``."""

from enum import StrEnum

from pydantic import AwareDatetime

from domain.acts import Assessment, NoticeOccasion, PlanStep, Receipt
from domain.calendar import Calendar
from domain.company import Company, Role, Runbook, RunbookStep, System
from domain.entry import GENESIS
from domain.policy import Deadline, Policy, Severity
from domain.text import Wire


class Phase(StrEnum):
    """Where an incident stands."""

    REPORTED = "reported"
    JUDGING = "judging"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"
    OPERATOR_HANDLING = "operator_handling"
    ON_SITE_HANDLING = "on_site_handling"
    DIRECTOR_DECISION = "director_decision"
    DEPARTMENT_HANDLING = "department_handling"
    GROUP_HANDLING = "group_handling"
    RECOVERY = "recovery"
    SUMMARY = "summary"
    CLOSED = "closed"


JUDGEMENT = frozenset({Phase.REPORTED, Phase.JUDGING})
HANDLING = frozenset(
    {
        Phase.OPERATOR_HANDLING,
        Phase.ON_SITE_HANDLING,
        Phase.DIRECTOR_DECISION,
        Phase.DEPARTMENT_HANDLING,
        Phase.GROUP_HANDLING,
    }
)
ACTIVE = HANDLING | {Phase.RECOVERY, Phase.SUMMARY}
# Where an alarm that comes again says that it is not over after all.
THOUGHT_OVER = frozenset({Phase.DISMISSED, Phase.RECOVERY, Phase.SUMMARY})
EVERY = frozenset(Phase)

# The phase diagram: from each phase, the phases that may follow.
FOLLOWS: dict[Phase, frozenset[Phase]] = {
    Phase.REPORTED: frozenset({Phase.JUDGING, Phase.DISMISSED, Phase.WITHDRAWN, Phase.OPERATOR_HANDLING}),
    Phase.JUDGING: frozenset({Phase.DISMISSED, Phase.WITHDRAWN, Phase.OPERATOR_HANDLING}),
    Phase.DISMISSED: frozenset({Phase.JUDGING, Phase.OPERATOR_HANDLING}),
    Phase.WITHDRAWN: frozenset(),
    Phase.OPERATOR_HANDLING: frozenset(
        {Phase.ON_SITE_HANDLING, Phase.DIRECTOR_DECISION, Phase.RECOVERY, Phase.DISMISSED}
    ),
    Phase.ON_SITE_HANDLING: frozenset({Phase.DIRECTOR_DECISION, Phase.RECOVERY, Phase.DISMISSED}),
    Phase.DIRECTOR_DECISION: frozenset(
        {Phase.DEPARTMENT_HANDLING, Phase.GROUP_HANDLING, Phase.RECOVERY, Phase.DISMISSED}
    ),
    Phase.DEPARTMENT_HANDLING: frozenset(
        {Phase.DIRECTOR_DECISION, Phase.GROUP_HANDLING, Phase.RECOVERY, Phase.DISMISSED}
    ),
    Phase.GROUP_HANDLING: frozenset({Phase.RECOVERY, Phase.DISMISSED}),
    Phase.RECOVERY: HANDLING | {Phase.SUMMARY},
    Phase.SUMMARY: HANDLING | {Phase.CLOSED},
    Phase.CLOSED: frozenset(),
}


class Responder(Wire):
    """Somebody dispatched to the scene, and how his arrival went."""

    person: str
    role: Role
    dispatch: int
    dispatched_at: AwareDatetime
    deadline: Deadline
    replaces: str | None = None
    arrived_at: AwareDatetime | None = None
    late_minutes: float = 0
    joined_remotely: bool = False
    is_verified: bool = False
    recorded_by: str | None = None
    is_at_risk: bool = False
    is_overdue: bool = False
    is_stood_down: bool = False

    @property
    def is_awaited(self) -> bool:
        """Tell whether he is still expected on the scene."""
        return self.arrived_at is None and not self.is_stood_down


class StepWork(Wire):
    """What a step of the runbook has beside its result: a decision, confirmed runs, a time box that has passed.

    ``approved`` is None while nobody decided; ``running_since`` is when the run under way was confirmed.
    """

    approved: bool | None = None
    decided_by: list[str] = []
    runs: int = 0
    run_by: str | None = None
    running_since: AwareDatetime | None = None
    reads: str | None = None
    is_unclear: bool = False
    is_overdue: bool = False


class Plan(Wire):
    """One version of the response plan."""

    version: int
    submitted_by: list[str]
    submitted_at: AwareDatetime
    scope: str
    steps: list[PlanStep]
    risk: str
    rollback: str
    resources: str
    status: str = "submitted"
    decided_by: str | None = None
    decided_at: AwareDatetime | None = None
    reason: str | None = None
    course: str | None = None
    results: dict[str, str] = {}


class Order(Wire):
    """An order to a department and its answer; one that was upheld is not objected to again."""

    department: str
    text: str
    given_at: AwareDatetime
    answer: str | None = None
    objection: str | None = None
    objected_at: AwareDatetime | None = None
    is_upheld: bool = False


class Information(Wire):
    """New information and whether the commander took note."""

    text: str
    given_at: AwareDatetime
    is_acknowledged: bool = False


class Finding(Wire):
    """Something outside the runbook, its proposed measure and the commander's decision."""

    text: str
    raised_at: AwareDatetime
    asked_at: AwareDatetime
    measure: str | None = None
    approved: bool | None = None
    is_carried_out: bool = False
    technicians: list[str] = []
    due: Deadline | None = None
    is_overdue: bool = False

    @property
    def is_analysed(self) -> bool:
        """Tell whether a measure stands that nobody refused."""
        return self.measure is not None and self.approved is not False


class Recovery(Wire):
    """One round of recovery: ``doers`` reported it solved or checked it, and cannot verify it."""

    round: int
    started_at: AwareDatetime
    doers: list[str]
    checks: dict[str, bool] = {}
    probes: dict[str, bool] = {}
    is_observed: bool = False
    tested_at: AwareDatetime | None = None
    outcome: str | None = None


class Summary(Wire):
    """One version of the summary report and who received it how."""

    version: int
    authors: list[str]
    submitted_at: AwareDatetime
    due: Deadline | None = None
    receipts: dict[Role, bool] = {}
    received_at: AwareDatetime | None = None
    returned_by: Role | None = None
    is_void: bool = False
    covered_by: str | None = None
    are_measures_open: bool = False
    reviewers: list[str] = []
    read_by: list[str] = []

    @property
    def is_wanted_anew(self) -> bool:
        """Tell whether it must be written again: it was returned, or what it tells of came back (6.1, 6.2)."""
        return self.is_void or self.returned_by is not None


class StatutoryReport(Wire):
    """One report that a law asks for: by when, what was filed of it, and when somebody is next reminded of it (8)."""

    regulator: str
    report: str
    starts: str
    due: Deadline | None = None
    rings_at: AwareDatetime | None = None
    is_reminded: bool = False
    is_overdue: bool = False
    filed_at: AwareDatetime | None = None
    heads: list[int] = []
    is_complete: bool = False
    reference: str | None = None

    @property
    def key(self) -> str:
        """Name the report, as among the deadlines."""
        return f"statutory/{self.regulator}/{self.report}"


class Handled(Wire):
    """A command that was carried out: its content's digest and its receipt."""

    digest: str
    receipt: Receipt


# What people do not see of an incident: what it pinned when it opened, its command ids, and whose verdict is contested,
# which the timeline tells.
_UNSEEN = {"company", "policy", "calendar", "edition", "handled", "contested_verdict_by"}


class Incident(Wire):
    """Everything about one incident, with the policy, company and calendar that it pinned when it opened."""

    number: str
    policy: Policy
    company: Company
    calendar: Calendar

    phase: Phase = Phase.REPORTED
    is_over: bool = False
    seq: int = 0
    version: int = 0
    head_hash: str = GENESIS

    title: str = ""
    system: str = ""
    symptom: str = ""
    location: str | None = None
    category: str | None = None
    channel: str = ""
    reporter: str = ""
    discovered_at: AwareDatetime | None = None
    reported_at: AwareDatetime | None = None
    preliminary_assessment: Assessment | None = None
    dedup_key: str | None = None
    recurrence_of: str | None = None
    is_drill: bool = False
    drill_includes: list[str] = []

    severity: Severity = Severity.III
    severity_set_by: Role = Role.OPERATOR
    verdict: str | None = None
    judged_by: list[str] = []
    verdict_by: list[str] = []
    judgement_round: int = 1
    judgement_asked_at: AwareDatetime | None = None
    is_contested: bool = False
    contested_at: AwareDatetime | None = None
    contested_verdict_by: list[str] = []

    activated_at: AwareDatetime | None = None
    runbook: str | None = None
    edition: Runbook | None = None
    operator: str | None = None
    specialists: list[str] = []
    gaps: list[Role] = []
    steps: dict[str, str] = {}
    doers: list[str] = []
    is_unresolved: bool = False
    responders: list[Responder] = []
    handling_phase: Phase = Phase.OPERATOR_HANDLING
    is_short_time_over: bool = False
    manager_reported_at: AwareDatetime | None = None
    procedure_round: int = 0
    procedure_asked_at: AwareDatetime | None = None
    procedure_due_at: AwareDatetime | None = None
    short_time_runs_since: AwareDatetime | None = None
    is_started: bool = False
    started_at: AwareDatetime | None = None
    is_major: bool = False
    plans: list[Plan] = []
    group_members: list[str] = []
    commander: str | None = None
    command_offered_to: str | None = None
    command_offered_at: AwareDatetime | None = None

    notices: int = 0
    orders: list[Order] = []
    evidence: int = 0
    collection: int = 0
    collecting: list[str] = []
    information: list[Information] = []
    findings: list[Finding] = []
    recoveries: list[Recovery] = []
    summaries: list[Summary] = []
    verified_by: str | None = None
    verified_at: AwareDatetime | None = None
    is_runbook_decided: bool = False
    runbook_decided_at: AwareDatetime | None = None
    is_summary_overdue: bool = False
    measures: list[str] = []
    closed_at: AwareDatetime | None = None

    step_work: dict[str, StepWork] = {}
    step_in_turn: str | None = None
    next_step_since: AwareDatetime | None = None
    commanding_since: AwareDatetime | None = None
    notices_due: list[NoticeOccasion] = []
    major_rounds: int = 0
    major_since: AwareDatetime | None = None
    plans_before_major: int = 0
    reopenings: int = 0
    reopened_at: AwareDatetime | None = None
    preliminary_at: AwareDatetime | None = None
    preliminary_by: list[str] = []
    preliminary_what: str = ""
    is_preliminary_overdue: bool = False
    is_reported_by_others: bool = False
    again: int = 0
    again_at: AwareDatetime | None = None
    again_text: str = ""
    parent: str | None = None
    children: dict[str, int] = {}
    told_by: dict[str, int] = {}
    statutory: list[StatutoryReport] = []
    statutory_waived: list[str] = []

    deadlines: dict[str, Deadline] = {}
    acknowledged: dict[str, AwareDatetime] = {}
    acknowledged_by: dict[str, list[str]] = {}
    asked_anew: dict[str, int] = {}
    handled: dict[str, Handled] = {}

    @property
    def plan(self) -> Plan | None:
        """Return the newest version of the response plan."""
        return self.plans[-1] if self.plans else None

    @property
    def recovery(self) -> Recovery | None:
        """Return the round of recovery that is going on."""
        return self.recoveries[-1] if self.recoveries and self.phase == Phase.RECOVERY else None

    @property
    def summary(self) -> Summary | None:
        """Return the newest version of the summary report."""
        return self.summaries[-1] if self.summaries else None

    @property
    def pinned_runbook(self) -> Runbook | None:
        """Return the runbook version that was pinned at activation (4.3)."""
        if self.edition and self.edition.ref == self.runbook:
            return self.edition
        return self.company.runbook(self.runbook) if self.runbook else None

    @property
    def next_step(self) -> RunbookStep | None:
        """Return the first step of the pinned runbook that has no result yet (5.2.3)."""
        runbook = self.pinned_runbook
        return next((step for step in runbook.steps if step.id not in self.steps), None) if runbook else None

    def work_on(self, step_id: str) -> StepWork:
        """Return what a step has beside its result."""
        return self.step_work.get(step_id) or StepWork()

    @property
    def affected_system(self) -> System | None:
        """Return the affected system."""
        return self.company.system(self.system)

    def statutory_report(self, regulator: str, report: str) -> StatutoryReport | None:
        """Return a report that a law asks for."""
        return next((item for item in self.statutory if (item.regulator, item.report) == (regulator, report)), None)

    def responder(self, person: str) -> Responder | None:
        """Return the newest dispatch of a person."""
        return next((item for item in reversed(self.responders) if item.person == person), None)

    def view(self) -> dict[str, object]:
        """Return what people may see: the state without the pinned company, policy, calendar and command ids.

        Nor the text of a runbook that the incident did not open with: the library and the timeline have it.
        """
        return self.model_dump(mode="json", exclude=_UNSEEN)

    def kept(self) -> dict[str, object]:
        """Return the view as the record keeps it: without whatever stands as it did at the beginning.

        So a default of the state never changes: what was recorded before rests on it.
        """
        return self.model_dump(mode="json", exclude=_UNSEEN, exclude_defaults=True)
