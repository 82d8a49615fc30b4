"""Frozen words between processes: task queues, workflow ids, search attributes, inputs and machine signals."""

from datetime import datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime

from activities.messages import ActionResult, ActionRun, Message
from domain.acts import Report
from domain.calendar import Calendar
from domain.company import Collector, Company, Probe, Role
from domain.entry import Entry
from domain.exhibit import Exhibit
from domain.incident import Incident
from domain.ladder import Ladder, LadderState
from domain.measure import Measure, MeasureEntry, Source, Surroundings
from domain.policy import Deadline, Policy, Severity
from domain.text import Wire

INCIDENTS = "incidents"
NOTIFY = "notify"

PHASE = "Phase"
SEVERITY = "Severity"
SYSTEM = "System"
AWAITED = "Awaited"
NUMBER = "Number"
DEADLINE = "Deadline"
DRILL = "Drill"

SEARCH_ATTRIBUTES = {
    PHASE: "Keyword",
    SEVERITY: "Keyword",
    SYSTEM: "Keyword",
    AWAITED: "Keyword",
    NUMBER: "Keyword",
    DEADLINE: "Datetime",
    DRILL: "Bool",
}

SNAPSHOT = "snapshot"
TIMELINE = "timeline"
END = "end"
ACKNOWLEDGED = "acknowledged"
PAGED = "paged"
ARRIVAL_AT_RISK = "arrival_at_risk"
ARRIVAL_OVERDUE = "arrival_overdue"
PROBED = "probed"
OBSERVED = "observed"
ALERT = "alert"
INCIDENT_OVER = "incident_over"
PERSON_LEFT = "person_left"
CHILD_SAYS = "child_says"
PARENT_REFUSES = "parent_refuses"
MEASURES_OPENED = "measures_opened"
COLLECTED = "collected"
STEP_RAN = "step_ran"


READINESS = "readiness"


def communication_test_id(test: str) -> str:
    """Return the workflow id of a communication test."""
    return f"communication-test:{test}"


def incident_id(number: str) -> str:
    """Return the workflow id of an incident."""
    return f"incident:{number}"


def child_id(number: str, key: str) -> str:
    """Return the workflow id of a child; its key reads as a path, such as ``page/judgement/1``."""
    return f"{incident_id(number)}/{key}"


def alert_id(source: str, digest: str, *, is_drill: bool = False) -> str:
    """Return the workflow id that stands for one dedup key of one alert source; drills never share one with alarms."""
    return f"alert:{source}:drill:{digest}" if is_drill else f"alert:{source}:{digest}"


def measure_id(number: str) -> str:
    """Return the workflow id of a rectification measure."""
    return f"measure:{number}"


def departure_id(person: str, version: int) -> str:
    """Return the workflow id of what somebody leaves behind; ``version`` is his in the directory."""
    return f"departure:{person}:{version}"


class ChildWord(Wire):
    """Signal ``child_says`` to a parent: this incident is linked to it, or not any more.

    ``told_as`` is the child's own entry that says so: a repeat, and what was overtaken, changes nothing.
    """

    parent: str
    child: str
    told_as: int
    is_linked: bool
    is_drill: bool = False
    title: str = ""
    reason: str


class ParentRefusal(Wire):
    """Signal ``parent_refuses`` to a child: why it cannot be linked, as a message to translate."""

    parent: str
    child: str
    why: str


class Carried(Wire):
    """What an incident takes along when it continues as new."""

    incident: Incident
    outbox: list[Entry] = []
    lit: list[str] = []
    unsent: list[Message] = []
    title: str = ""
    unsaid: list[ChildWord | ParentRefusal] = []


class Opening(Wire):
    """Start of an incident: the report, who made it, and the policy, company and calendar that it pins."""

    number: str
    report: Report
    reporter: str
    reporter_role: Role = Role.OPERATOR
    on_behalf_of: str | None = None
    channel: str = "api"
    command_id: str = ""
    policy: Policy
    company: Company
    calendar: Calendar
    recurrence_of: str | None = None
    alert_workflow: str | None = None
    carried: Carried | None = None


class Outcome(Wire):
    """How an incident ended."""

    number: str
    phase: str
    seq: int
    head_hash: str


class Subject(Wire):
    """What every message about an incident says of it."""

    incident: str
    title: str
    system: str
    severity: Severity
    is_drill: bool


class Beacon(Wire):
    """Input of every child that pages: about what, whom in which order, and where it stood before."""

    subject: Subject
    ladder: Ladder
    state: LadderState | None = None


class ArrivalInput(Beacon):
    """A responder on his way: his page, and the deadline fixed at dispatch."""

    responder: str
    deadline: Deadline
    is_overdue: bool = False
    at_risk_at: AwareDatetime | None = None


class ApprovalInput(Beacon):
    """A version of a response plan before the general manager."""

    plan_version: int


class RecoveryInput(Wire):
    """One round of recovery: the system's probes and its period of observation."""

    incident: str
    round: int
    probes: list[Probe]
    observed_until: AwareDatetime
    probe_interval_seconds: float


class ActionInput(Wire):
    """One confirmed run of an automatic action: it begins by then or never, and answers within the limit."""

    wanted: ActionRun
    begin_by: AwareDatetime
    limit: timedelta


class ActionReport(Wire):
    """Signal ``step_ran``: what came of a confirmed run."""

    step: str
    run: int
    result: ActionResult
    occurred_at: AwareDatetime


class PageReport(Wire):
    """Signal ``paged``: what came of one call."""

    question: str
    clause: str
    call: int
    level: str
    occurred_at: AwareDatetime
    reached: list[str]
    failed: list[str] = []
    late_since: AwareDatetime | None = None


class OverdueReport(Wire):
    """Signals ``arrival_at_risk`` and ``arrival_overdue``."""

    responder: str
    dispatch: int
    deadline: AwareDatetime


class ProbeReport(Wire):
    """Signals ``probed`` and ``observed``."""

    round: int
    passed: list[str] = []
    failed: list[str] = []
    detail: str = ""
    occurred_at: AwareDatetime


class CollectionInput(Wire):
    """One collection of fault logs: the collectors that it asks."""

    incident: str
    collection: int
    collectors: list[Collector]


class CollectionReport(Wire):
    """Signal ``collected``: what one collector fetched, by its digest, or why it could not."""

    collection: int
    collector: str
    exhibit: Exhibit | None = None
    reason: str = ""
    occurred_at: AwareDatetime


class Hold(Wire):
    """Signal ``acknowledged``: the page rests until then."""

    until: AwareDatetime


class Alert(Wire):
    """Signal ``alert`` of an alert workflow: one occurrence from a monitor, or a report that carries a dedup key.

    A report has the ``digest`` of its content; ``request`` tells the attempt that was first from those that repeat it.
    An incident that is over already gives back what it did not take.
    """

    source: str
    dedup_key: str
    status: Literal["firing", "resolved"]
    occurrence: str
    command_id: str
    title: str
    system: str
    symptom: str
    severity: Severity | None = None
    started_at: AwareDatetime
    reporter: str | None = None
    is_drill: bool = False
    runbook: str | None = None
    location: str | None = None
    category: str | None = None
    assessment: str | None = None
    recurrence_of: str | None = None
    recurrence_reason: str | None = None
    reporter_role: Role | None = None
    on_behalf_of: str | None = None
    drill_includes: list[str] = []
    digest: str = ""
    request: str = ""
    is_given_back: bool = False


class TakenReport(Wire):
    """A person's report as it was taken: its content, the request that brought it, the incident that has it."""

    digest: str
    request: str
    number: str
    has_opened: bool = False


class AlertState(Wire):
    """What an alert workflow knows: the open incident of its dedup key, the one before, and how often it fired.

    ``reports`` has those of people by their command ids, so that each is carried out once (5.2.1).
    """

    source: str = ""
    dedup_key: str = ""
    number: str | None = None
    opened_by: str = ""
    last_number: str | None = None
    openings: int = 0
    seen: list[str] = []
    firing: list[str] = []
    reports: dict[str, TakenReport] = {}
    firing_count: int = 0
    last_signal_at: datetime | None = None


class AlertInput(Wire):
    """Start of an alert workflow."""

    source: str
    dedup_key: str
    state: AlertState | None = None


class Vigil(Wire):
    """What the morning look at readiness takes along: when each open gap was last told, and when it looks again."""

    told: dict[str, AwareDatetime] = {}
    next_look: AwareDatetime | None = None


class Departure(Wire):
    """Start of a departure, and signal ``person_left``: who is inactive or gone from which version on."""

    person: str
    version: int


class MeasuresOpened(Wire):
    """Signal ``measures_opened``: the measures of a version of the summary report are workflows of their own now."""

    summary_version: int
    measures: list[str]


class MeasureCarried(Wire):
    """What a measure takes along when it continues as new."""

    measure: Measure
    outbox: list[MeasureEntry] = []
    unsent: list[Message] = []


class MeasureOpening(Wire):
    """Start of a rectification measure; without a verifier the rule names one.

    ``opened_by`` is None for a measure that its incident's report has opened.
    """

    number: str
    text: str
    owner: str
    verifier: str | None = None
    due: Deadline
    source: Source
    opened_by: str | None = None
    opener_role: Role = Role.SYSTEM
    on_behalf_of: str | None = None
    command_id: str = ""
    around: Surroundings
    carried: MeasureCarried | None = None


class MeasureOutcome(Wire):
    """How a measure ended."""

    number: str
    state: str
    seq: int
    head_hash: str
