"""Everything that can happen to an incident, in the past tense: a closed list. ``kind`` is the word in the record."""

from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, Field

from domain.acts import Assessment, NoticeOccasion, PlanStep, RectificationMeasure, Review, StatutorySection
from domain.company import Role, Runbook
from domain.exhibit import Exhibit
from domain.policy import Deadline, Severity
from domain.text import Wire


class Event(Wire):
    """Something that happened. ``clause`` is what it rests on; ``counts`` is False where it changes no decision."""

    clause: ClassVar[str]
    counts: ClassVar[bool] = True
    kind: str

    def cites(self) -> str:
        """Return the clause of this very event."""
        return self.clause


class Turn(Wire):
    """The step of the runbook whose turn it is now, and when its time box ends."""

    step: str
    due: Deadline | None = None


# ── 5.2 activation ────────────────────────────────────────────────────────────


class Reported(Event):
    """An operator or a monitor reported an anomaly."""

    clause = "5.2.1"
    kind: Literal["reported"] = "reported"
    title: str
    system: str
    symptom: str
    preliminary_assessment: Assessment
    discovered_at: AwareDatetime
    channel: str
    location: str | None = None
    category: str | None = None
    severity: Severity
    is_drill: bool = False
    drill_includes: list[str] = []
    dedup_key: str | None = None
    recurrence_of: str | None = None
    recurrence_reason: str | None = None
    policy_version: str = ""
    company_version: str = ""


class ReportRepeated(Event):
    """The same alarm again; it joins the open incident."""

    clause = "5.2.1"
    counts = False
    kind: Literal["report_repeated"] = "report_repeated"
    source: str
    text: str


class AlertResolved(Event):
    """The monitor says that its alert is over; recorded, not trusted as recovery."""

    clause = "6.1"
    counts = False
    kind: Literal["alert_resolved"] = "alert_resolved"
    source: str
    text: str


class Paged(Event):
    """A call was handed to providers: who was reached, and who could not be.

    A second entry of the same call tells of those whose providers took longer.
    """

    clause = "5.2.1"
    counts = False
    kind: Literal["paged"] = "paged"
    question: str
    cited: str
    call: int
    people: list[str]
    failed: list[str] = []
    level: str = ""
    late_since: AwareDatetime | None = None

    def cites(self) -> str:
        """Return the clause of the question that was asked."""
        return self.cited


class Acknowledged(Event):
    """Somebody is on it."""

    clause = "5.2.1"
    counts = False
    kind: Literal["acknowledged"] = "acknowledged"
    question: str
    until: AwareDatetime


class Withdrawn(Event):
    """The reporter took the report back before judgement."""

    clause = "5.2.1"
    kind: Literal["withdrawn"] = "withdrawn"
    reason: str


class Activated(Event):
    """It is an emergency: the procedure starts, the runbook is pinned, operator and specialist are tasked.

    ``edition`` is the text of a version that was published only after the incident opened.
    """

    clause = "5.2.2"
    kind: Literal["activated"] = "activated"
    severity: Severity
    reason: str | None = None
    runbook: str | None = None
    operator: str | None = None
    specialists: list[str] = []
    operator_limit: Deadline
    short_time_limit: Deadline
    turn: Turn | None = None
    edition: Runbook | None = None


class Dismissed(Event):
    """It is not an emergency; ``released`` were called in before, and are needed no more."""

    clause = "5.2.2"
    kind: Literal["dismissed"] = "dismissed"
    reason: str
    window: Deadline
    released: list[str] = []


class Contested(Event):
    """The reporter contests the dismissal."""

    clause = "5.2.2"
    kind: Literal["contested"] = "contested"
    reason: str


class DismissalStood(Event):
    """Nobody overrode the dismissal in its window; the incident is over."""

    clause = "5.2.2"
    kind: Literal["dismissal_stood"] = "dismissal_stood"


class GapFound(Event):
    """A post that the policy asks for has nobody who can be reached (2, 3.3, 4.2)."""

    clause = "3.3"
    counts = False
    kind: Literal["gap_found"] = "gap_found"
    post: Role
    cited: str = "3.3"

    def cites(self) -> str:
        """Return the clause that asks for the post."""
        return self.cited


class StepRecorded(Event):
    """The result of a runbook step; the supervisor is told."""

    clause = "5.2.3"
    kind: Literal["step_recorded"] = "step_recorded"
    step: str
    runbook: str
    result: Literal["done", "failed", "skipped"]
    text: str | None = None
    run: int | None = None
    why: str | None = None
    turn: Turn | None = None


class StepDecided(Event):
    """Whoever commands approved or rejected a step that needs it."""

    clause = "5.2.3"
    kind: Literal["step_decided"] = "step_decided"
    step: str
    runbook: str
    approve: bool
    reason: str | None = None


class StepRunConfirmed(Event):
    """The person in charge confirmed one run of a step's automatic action."""

    clause = "5.2.3"
    kind: Literal["step_run_confirmed"] = "step_run_confirmed"
    step: str
    runbook: str
    action: str
    run: int
    reads: str | None = None


class StepRunUnclear(Event):
    """Nobody can tell whether a confirmed run was carried out; it is not repeated by itself, a person decides."""

    clause = "5.2.3"
    kind: Literal["step_run_unclear"] = "step_run_unclear"
    step: str
    runbook: str
    run: int
    why: str
    text: str | None = None


class StepOverdue(Event):
    """The time box of the next step has passed without a result; operator and supervisor are told."""

    clause = "5.2.3"
    counts = False
    kind: Literal["step_overdue"] = "step_overdue"
    step: str
    runbook: str
    due: Deadline


class UnresolvedReported(Event):
    """The runbook's steps did not solve it, by the operator's word or by the operator limit."""

    clause = "5.2.4"
    kind: Literal["unresolved_reported"] = "unresolved_reported"
    text: str | None = None
    limit_passed: bool = False


class Dispatched(Event):
    """Somebody was sent to the scene; the deadline is fixed here and never recomputed."""

    clause = "5.2.4"
    kind: Literal["dispatched"] = "dispatched"
    responder: str
    role_sent: Role
    deadline: Deadline
    replaces: str | None = None
    text: str | None = None

    def cites(self) -> str:
        """Return the clause of the arrival clock."""
        return self.deadline.clause


class StoodDown(Event):
    """A dispatched responder is no longer needed."""

    clause = "5.2.4"
    kind: Literal["stood_down"] = "stood_down"
    responder: str
    reason: str


class Arrived(Event):
    """A responder is on the scene; ``late_minutes`` is 0 when on time."""

    clause = "5.3.3"
    kind: Literal["arrived"] = "arrived"
    responder: str
    late_minutes: float = 0
    place: str | None = None
    remote: bool = False
    counts_as_arrival: bool = True
    is_verified: bool = False
    recorded_by: str | None = None
    cited: str = "5.3.3"

    def cites(self) -> str:
        """Return the clause of the arrival clock."""
        return self.cited


class ArrivalAtRisk(Event):
    """Most of a responder's time has passed, and he is not on the scene."""

    clause = "5.3.3"
    counts = False
    kind: Literal["arrival_at_risk"] = "arrival_at_risk"
    responder: str
    deadline: Deadline
    cited: str = "5.3.3"

    def cites(self) -> str:
        """Return the clause of the arrival clock."""
        return self.cited


class ArrivalOverdue(Event):
    """A responder was not on the scene at his deadline."""

    clause = "5.3.3"
    kind: Literal["arrival_overdue"] = "arrival_overdue"
    responder: str
    backup: str | None = None
    cited: str = "5.3.3"

    def cites(self) -> str:
        """Return the clause of the arrival clock."""
        return self.cited


class ResolvedReported(Event):
    """Those who handle it say that it is solved; a round of recovery begins."""

    clause = "6.1"
    kind: Literal["resolved_reported"] = "resolved_reported"
    text: str
    round: int
    in_short_time: bool = False

    def cites(self) -> str:
        """Return 5.2.5 for the short way."""
        return "5.2.5" if self.in_short_time else "6.1"


class ShortTimeLimitPassed(Event):
    """Not solved in a short time: the director is paged, the manager told that his report is due."""

    clause = "5.2.6"
    kind: Literal["short_time_limit_passed"] = "short_time_limit_passed"


class ReportedToDirector(Event):
    """The manager's own report to the director."""

    clause = "5.2.6"
    kind: Literal["reported_to_director"] = "reported_to_director"
    text: str


class ProcedureDecided(Event):
    """The director's judgement."""

    clause = "5.2.7"
    kind: Literal["procedure_decided"] = "procedure_decided"
    start: bool
    is_major: bool = False
    reason: str
    asked_again: Deadline | None = None


class ProcedureAskedAgain(Event):
    """Still not solved: the director is asked again."""

    clause = "5.2.7"
    kind: Literal["procedure_asked_again"] = "procedure_asked_again"


class PlanSubmitted(Event):
    """A version of the response plan went to the general manager."""

    clause = "5.2.8"
    kind: Literal["plan_submitted"] = "plan_submitted"
    plan_version: int
    scope: str
    steps: list[PlanStep]
    risk: str
    rollback: str
    resources: str


class PlanDecided(Event):
    """The general manager's decision on one version."""

    clause = "5.2.8"
    kind: Literal["plan_decided"] = "plan_decided"
    plan_version: int
    decision: Literal["approved", "rejected", "change_requested"]
    reason: str | None = None


class PlanSettled(Event):
    """The director's course after a refused plan."""

    clause = "5.2.8"
    kind: Literal["plan_settled"] = "plan_settled"
    plan_version: int
    course: Literal["without_gated_steps", "stand_down"]
    reason: str


class PlanStepRecorded(Event):
    """A step of the response plan was carried out."""

    clause = "5.2.8"
    kind: Literal["plan_step_recorded"] = "plan_step_recorded"
    plan_version: int
    step: str
    result: Literal["done", "failed"]
    text: str | None = None


class GroupFormed(Event):
    """The emergency leading group with its on-scene commander; ``questions`` come to other people by it."""

    clause = "5.2.9"
    kind: Literal["group_formed"] = "group_formed"
    members: list[str]
    commander: str
    notice_due: Deadline
    questions: list[str] = []


class MemberAdded(Event):
    """One more person is in the leading group."""

    clause = "5.2.9"
    kind: Literal["member_added"] = "member_added"
    member: str
    text: str | None = None


class CommandOffered(Event):
    """The command was offered; the old commander keeps it until it is accepted."""

    clause = "5.2.9"
    kind: Literal["command_offered"] = "command_offered"
    to: str
    reason: str


class CommandAccepted(Event):
    """The command passed to another member; ``questions`` come to other people by it."""

    clause = "5.2.9"
    kind: Literal["command_accepted"] = "command_accepted"
    commander: str
    questions: list[str] = []


class SeverityChanged(Event):
    """The severity changed; the short-time limit was recomputed."""

    clause = "5.2.2"
    kind: Literal["severity_changed"] = "severity_changed"
    old: Severity
    new: Severity
    reason: str
    short_time_limit: Deadline | None = None


# ── 5.3 handling ──────────────────────────────────────────────────────────────


class NoticeGiven(Event):
    """Notice or advance notice of the leading group."""

    clause = "5.3.1"
    kind: Literal["notice_given"] = "notice_given"
    notice: Literal["notice", "advance_notice"]
    audience: list[str]
    text: str
    next_due: Deadline
    occasion: NoticeOccasion | None = None
    people: list[str] = []


class NoticeDue(Event):
    """Formation, a changed level or the end asks for a notice; the commander is reminded."""

    clause = "5.3.1"
    counts = False
    kind: Literal["notice_due"] = "notice_due"
    occasion: NoticeOccasion


class NoticeOverdue(Event):
    """The next notice of the leading group is overdue; the commander is reminded."""

    clause = "5.3.1"
    kind: Literal["notice_overdue"] = "notice_overdue"
    next_due: Deadline


class OrderGiven(Event):
    """An order to a department."""

    clause = "5.3.2"
    kind: Literal["order_given"] = "order_given"
    order: int
    department: str
    text: str


class OrderAnswered(Event):
    """A department's answer to an order."""

    clause = "5.3.2"
    kind: Literal["order_answered"] = "order_answered"
    order: int
    answer: Literal["acknowledged", "objected"]
    text: str | None = None


class OrderSettled(Event):
    """The commander's answer to an objection; an upheld or changed order is put to the department again."""

    clause = "5.3.2"
    kind: Literal["order_settled"] = "order_settled"
    order: int
    course: Literal["withdraw", "uphold", "change"]
    text: str | None = None
    reason: str


class Recorded(Event):
    """An entry of the log: observation, first-hand material, fault log by digest, correction."""

    clause = "5.3.5"
    counts = False
    kind: Literal["recorded"] = "recorded"
    record: Literal["observation", "first_hand_material", "fault_log", "correction"]
    text: str
    sha256: str | None = None
    corrects: int | None = None


class EvidenceAdded(Exhibit, Event):
    """A file was received and is kept under its digest; with a collector, the system fetched it by itself."""

    clause = "5.3.5"
    counts = False
    kind: Literal["evidence_added"] = "evidence_added"
    record: Literal["first_hand_material", "fault_log"]
    text: str | None = None
    received_from: str | None = None
    collector: str | None = None
    collection: int | None = None


class CollectionBegun(Event):
    """The system fetches fault logs from the affected system."""

    clause = "5.3.5"
    counts = False
    kind: Literal["collection_begun"] = "collection_begun"
    collection: int
    collectors: list[str]


class CollectionFailed(Event):
    """A collector could not fetch its fault log; nothing else is harmed."""

    clause = "5.3.5"
    counts = False
    kind: Literal["collection_failed"] = "collection_failed"
    collection: int
    collector: str
    reason: str


class InformationGiven(Event):
    """New information for the commander (before the group exists: the manager)."""

    clause = "5.3.6"
    kind: Literal["information_given"] = "information_given"
    information: int
    text: str


class InformationAcknowledged(Event):
    """The commander has taken note."""

    clause = "5.3.6"
    kind: Literal["information_acknowledged"] = "information_acknowledged"
    information: int


class FindingRaised(Event):
    """Something that the runbook does not cover: a task of analysis for technicians, with its own deadline."""

    clause = "5.3.7"
    kind: Literal["finding_raised"] = "finding_raised"
    finding: int
    text: str
    technicians: list[str] = []
    due: Deadline | None = None


class AnalysisAssigned(Event):
    """Whoever commands named the technicians who analyse a finding."""

    clause = "5.3.7"
    kind: Literal["analysis_assigned"] = "analysis_assigned"
    finding: int
    technicians: list[str]
    due: Deadline
    reason: str | None = None


class AnalysisOverdue(Event):
    """No measure was proposed for a finding in time; whoever commands is told."""

    clause = "5.3.7"
    counts = False
    kind: Literal["analysis_overdue"] = "analysis_overdue"
    finding: int
    due: Deadline


class MeasureProposed(Event):
    """The technicians' solution for a finding."""

    clause = "5.3.7"
    kind: Literal["measure_proposed"] = "measure_proposed"
    finding: int
    text: str


class MeasureDecided(Event):
    """The commander's decision on a measure."""

    clause = "5.3.7"
    kind: Literal["measure_decided"] = "measure_decided"
    finding: int
    approve: bool
    reason: str | None = None
    due: Deadline | None = None


class MeasureCarriedOut(Event):
    """An approved measure was carried out."""

    clause = "5.3.7"
    kind: Literal["measure_carried_out"] = "measure_carried_out"
    finding: int
    text: str


# ── 6 recovery and summary ────────────────────────────────────────────────────


class Probed(Event):
    """Results of the technical recovery checks, probe id to passed."""

    clause = "6.1"
    kind: Literal["probed"] = "probed"
    round: int
    passed: list[str]
    failed: list[str] = []
    detail: str = ""


class ObservationPassed(Event):
    """The period of observation ended without a failure."""

    clause = "6.1"
    kind: Literal["observation_passed"] = "observation_passed"
    round: int


class RecoveryChecked(Event):
    """One item of the recovery checklist."""

    clause = "6.1"
    kind: Literal["recovery_checked"] = "recovery_checked"
    round: int
    item: str
    passed: bool
    text: str | None = None


class RecoveryVerified(Event):
    """A second person verified the recovery; the summary is due."""

    clause = "6.1"
    kind: Literal["recovery_verified"] = "recovery_verified"
    round: int
    text: str
    summary_due: Deadline
    preliminary_due: Deadline | None = None


class RecoveryFailed(Event):
    """A check, a probe or the verification failed: back to handling, the clocks run on."""

    clause = "6.1"
    kind: Literal["recovery_failed"] = "recovery_failed"
    round: int
    reason: str


class SummarySubmitted(Event):
    """A version of the summary report went to director and general manager."""

    clause = "6.2"
    kind: Literal["summary_submitted"] = "summary_submitted"
    summary_version: int
    overview: str
    course: str
    scope_and_loss: str
    cause: str
    handling: str
    problems_exposed: str
    lessons: str
    measures: list[RectificationMeasure]
    covered_by: str | None = None
    reports_made: str = ""
    measures_and_effect: str = ""
    level: str = ""
    responsibility: str = ""
    went_well: str = ""
    runbook_changes: str = ""
    authors: list[str] = []
    reviews: list[Review] = []
    draft: int | None = None


class SummaryRead(Event):
    """A receiver opened a version of the summary report; the first time is recorded."""

    clause = "6.2"
    counts = False
    kind: Literal["summary_read"] = "summary_read"
    summary_version: int


class SummaryReceived(Event):
    """The director or the general manager accepted the summary report or returned it."""

    clause = "6.2"
    kind: Literal["summary_received"] = "summary_received"
    summary_version: int
    by: Role
    accept: bool
    reason: str | None = None


class SummaryOverdue(Event):
    """The summary report is overdue; the manager and the director are told."""

    clause = "6.2"
    kind: Literal["summary_overdue"] = "summary_overdue"
    next_reminder: Deadline


class MeasuresOpened(Event):
    """The rectification measures of the accepted report are workflows of their own, which outlive the incident."""

    clause = "6.2"
    counts = False
    kind: Literal["measures_opened"] = "measures_opened"
    summary_version: int
    measures: list[str]


class RunbookDecided(Event):
    """The runbook is amended, or needs no change for a signed reason."""

    clause = "6.3"
    kind: Literal["runbook_decided"] = "runbook_decided"
    change: bool
    new_version: str | None = None
    reason: str


class Closed(Event):
    """Report, both receipts, verification and runbook decision exist; ``left_open`` names what nobody answered."""

    clause = "6.2"
    kind: Literal["closed"] = "closed"
    left_open: list[str] = []


class MajorDecided(Event):
    """The director found after the start that the problem is major, or is not any more."""

    clause = "5.2.8"
    kind: Literal["major_decided"] = "major_decided"
    is_major: bool
    reason: str


class Reopened(Event):
    """The problem came back before the close: back to handling, the clocks run on as if it had never been solved.

    The submitted report is void. ``released`` were sent to the scene before; who is needed there again is sent anew.
    """

    clause = "6.1"
    kind: Literal["reopened"] = "reopened"
    reason: str
    number: int
    operator_limit: Deadline | None = None
    short_time_limit: Deadline | None = None
    notice_due: Deadline | None = None
    released: list[str] = []


class PreliminarySubmitted(Event):
    """The preliminary report went to director and general manager."""

    clause = "6.2"
    kind: Literal["preliminary_submitted"] = "preliminary_submitted"
    what: str
    cause_so_far: str
    next_steps: str


class PreliminaryOverdue(Event):
    """The preliminary report is overdue; the manager and the director are told."""

    clause = "6.2"
    kind: Literal["preliminary_overdue"] = "preliminary_overdue"
    next_reminder: Deadline


# ── beside other incidents ────────────────────────────────────────────────────


class Linked(Event):
    """This incident has the same cause as its parent."""

    clause = "3.1"
    kind: Literal["linked"] = "linked"
    parent: str
    reason: str


class LinkRefused(Event):
    """The parent did not take this incident: it is over, unknown, or linked itself."""

    clause = "3.1"
    kind: Literal["link_refused"] = "link_refused"
    parent: str
    why: str


class Unlinked(Event):
    """This incident stands by itself again."""

    clause = "3.1"
    kind: Literal["unlinked"] = "unlinked"
    parent: str
    reason: str


class ChildLinked(Event):
    """Another incident has the same cause as this one; ``told_as`` is its entry that says so."""

    clause = "3.1"
    kind: Literal["child_linked"] = "child_linked"
    child: str
    told_as: int
    title: str = ""
    reason: str


class ChildUnlinked(Event):
    """Another incident stands by itself again."""

    clause = "3.1"
    kind: Literal["child_unlinked"] = "child_unlinked"
    child: str
    told_as: int
    reason: str


# ── what the law asks for (8) ─────────────────────────────────────────────────


class StatutoryDue(Event):
    """A regulator is to be told; without ``due`` the clock starts with the recovery."""

    clause = "8"
    kind: Literal["statutory_due"] = "statutory_due"
    regulator: str
    report: str
    starts: Literal["discovery", "recovery"]
    due: Deadline | None = None
    remind_at: AwareDatetime | None = None


class StatutoryDropped(Event):
    """The severity was lowered: nothing is due to a regulator any more that was not told yet."""

    clause = "8"
    kind: Literal["statutory_dropped"] = "statutory_dropped"
    regulator: str


class StatutoryReminded(Event):
    """A good part of the time for a statutory report has passed."""

    clause = "8"
    counts = False
    kind: Literal["statutory_reminded"] = "statutory_reminded"
    regulator: str
    report: str
    due: Deadline


class StatutoryOverdue(Event):
    """A statutory report is overdue; the manager and the director are told, again and again."""

    clause = "8"
    kind: Literal["statutory_overdue"] = "statutory_overdue"
    regulator: str
    report: str
    due: Deadline
    next_reminder: Deadline


class StatutoryFiled(Event):
    """A report went to a regulator, with these texts."""

    clause = "8"
    kind: Literal["statutory_filed"] = "statutory_filed"
    regulator: str
    report: str
    sections: list[StatutorySection]
    sent_to: str
    reference: str | None = None
    text: str | None = None
    is_complete: bool = True
    late_minutes: float = 0


class StatutoryWaived(Event):
    """The director found that a regulator need not be told."""

    clause = "8"
    kind: Literal["statutory_waived"] = "statutory_waived"
    regulator: str
    reason: str


class PersonLeft(Event):
    """Somebody left or was disabled; his open tasks pass on. ``questions`` are asked anew, without him.

    ``lacking``: how many people the leading group has fewer than its minimum now (5.2.9).
    """

    clause = "4.2"
    kind: Literal["person_left"] = "person_left"
    left: str
    deputies: list[str] = []
    operator: str | None = None
    commander: str | None = None
    questions: list[str] = []
    lacking: int = 0


class Refused(Event):
    """An act that came as a signal was refused; nothing else changed."""

    clause = "5.1"
    counts = False
    kind: Literal["refused"] = "refused"
    act: str
    code: str
    cited: str
    message: str
    params: dict[str, str] = {}

    def cites(self) -> str:
        """Return the clause that the act broke."""
        return self.cited


def _leaves() -> tuple[type[Event], ...]:
    return tuple(Event.__subclasses__())


EVENTS: dict[str, type[Event]] = {event.model_fields["kind"].default: event for event in _leaves()}

AnyEvent = Annotated[
    Reported
    | ReportRepeated
    | AlertResolved
    | Paged
    | Acknowledged
    | Withdrawn
    | Activated
    | Dismissed
    | Contested
    | DismissalStood
    | GapFound
    | StepRecorded
    | StepDecided
    | StepRunConfirmed
    | StepRunUnclear
    | StepOverdue
    | UnresolvedReported
    | Dispatched
    | StoodDown
    | Arrived
    | ArrivalAtRisk
    | ArrivalOverdue
    | ResolvedReported
    | ShortTimeLimitPassed
    | ReportedToDirector
    | ProcedureDecided
    | ProcedureAskedAgain
    | PlanSubmitted
    | PlanDecided
    | PlanSettled
    | PlanStepRecorded
    | GroupFormed
    | MemberAdded
    | CommandOffered
    | CommandAccepted
    | SeverityChanged
    | NoticeGiven
    | NoticeDue
    | NoticeOverdue
    | OrderGiven
    | OrderAnswered
    | OrderSettled
    | Recorded
    | EvidenceAdded
    | CollectionBegun
    | CollectionFailed
    | InformationGiven
    | InformationAcknowledged
    | FindingRaised
    | AnalysisAssigned
    | AnalysisOverdue
    | MeasureProposed
    | MeasureDecided
    | MeasureCarriedOut
    | Probed
    | ObservationPassed
    | RecoveryChecked
    | RecoveryVerified
    | RecoveryFailed
    | SummarySubmitted
    | SummaryRead
    | SummaryReceived
    | SummaryOverdue
    | MeasuresOpened
    | RunbookDecided
    | Closed
    | MajorDecided
    | Reopened
    | PreliminarySubmitted
    | PreliminaryOverdue
    | Linked
    | LinkRefused
    | Unlinked
    | ChildLinked
    | ChildUnlinked
    | StatutoryDue
    | StatutoryDropped
    | StatutoryReminded
    | StatutoryOverdue
    | StatutoryFiled
    | StatutoryWaived
    | PersonLeft
    | Refused,
    Field(discriminator="kind"),
]
