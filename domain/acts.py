"""What people can do to an incident: one content model per act, and the envelope that says who, in which role, when."""

import hashlib
from enum import StrEnum
from typing import Annotated, ClassVar, Generic, Literal, TypeVar

from pydantic import AwareDatetime, Field

from domain.company import Role, Runbook
from domain.exhibit import Exhibit
from domain.policy import Severity
from domain.text import Key, Line, Prose, Section, Wire
from domain.values import Instant, Ordinal, Version


class Act(Wire):
    """Content of an act. ``name`` is the word of the update, the signal and the API."""

    name: ClassVar[str]

    def content(self) -> str:
        """Return what makes two acts the same act."""
        return self.model_dump_json()


# ── 5.2 activation ────────────────────────────────────────────────────────────


class Withdraw(Act):
    """The reporter takes his report back before anybody judged it."""

    name = "withdraw"
    reason: Prose


class Acknowledge(Act):
    """Somebody who was paged says that he is on it; the page rests for the acknowledgement limit."""

    name = "acknowledge"
    question: Key


class Judge(Act):
    """Manager or supervisor judges whether it is an emergency (5.2.2)."""

    name = "judge"
    verdict: Literal["emergency", "not_emergency"]
    reason: Prose | None = None
    severity: Severity | None = None
    runbook: Key | None = None


class Contest(Act):
    """The reporter contests a dismissal, once; then the other judge or the director must look."""

    name = "contest"
    reason: Prose


class RecordStep(Act):
    """A step of the pinned runbook was done, failed or skipped (5.2.3)."""

    name = "record_step"
    step: Key
    result: Literal["done", "failed", "skipped"]
    text: Prose | None = None


class RunStep(Act):
    """The person in charge confirms one run of a step's automatic action, having read what it does (5.2.3).

    ``reads`` is the fingerprint of the entry that he read; an entry that has changed since is not carried out.
    """

    name = "run_step"
    step: Key
    reads: Key | None = None


class DecideStep(Act):
    """Whoever commands approves or rejects a step of the runbook that needs it (5.2.3)."""

    name = "decide_step"
    step: Key
    approve: bool
    reason: Prose | None = None


class ReportUnresolved(Act):
    """The operator says that the runbook's steps did not solve it (5.2.4)."""

    name = "report_unresolved"
    text: Prose


class ReportResolved(Act):
    """Those who handle it say that it is solved; recovery begins (5.2.5, 6.1)."""

    name = "report_resolved"
    text: Prose


class Dispatch(Act):
    """Send somebody to the scene; his arrival clock starts (5.2.4, 5.3.3, 5.3.4)."""

    name = "dispatch"
    responder: Key
    text: Prose | None = None


class StandDown(Act):
    """A dispatched responder is no longer needed on the scene."""

    name = "stand_down"
    responder: Key
    reason: Prose


class CheckIn(Act):
    """A responder is on the scene; ``responder`` only when another records it for him (5.3.3, 5.3.4)."""

    name = "check_in"
    responder: Key | None = None
    place: Line | None = None
    place_code: Line | None = None
    remote: bool = False


class ChangeSeverity(Act):
    """Raise or lower the severity; the short-time limit is recomputed."""

    name = "change_severity"
    severity: Severity
    reason: Prose


class ReportToDirector(Act):
    """The manager's own report to the director (5.2.6)."""

    name = "report_to_director"
    text: Prose


class DecideProcedure(Act):
    """The director judges whether the emergency flow starts, and whether the problem is major (5.2.7, 5.2.8)."""

    name = "decide_procedure"
    start: bool
    is_major: bool = False
    reason: Prose


class DecideMajor(Act):
    """The director finds later that the problem is major, or with a reason that it is not any more (5.2.8)."""

    name = "decide_major"
    is_major: bool
    reason: Prose


class PlanStep(Wire):
    """A step of a response plan; ``needs_approval`` keeps it waiting for the general manager."""

    id: Key
    text: Prose
    needs_approval: bool = False


class SubmitPlan(Act):
    """The response plan of a major problem goes to the general manager (5.2.8)."""

    name = "submit_plan"
    scope: Prose
    steps: list[PlanStep] = Field(min_length=1, max_length=50)
    risk: Prose
    rollback: Prose
    resources: Prose


class DecidePlan(Act):
    """The general manager approves, rejects or sends back one version of the plan (5.2.8)."""

    name = "decide_plan"
    version: Ordinal
    decision: Literal["approved", "rejected", "change_requested"]
    reason: Prose | None = None


class SettlePlan(Act):
    """After a refused plan the director goes on without its gated steps, or stands the plan down (5.2.8)."""

    name = "settle_plan"
    version: Ordinal
    course: Literal["without_gated_steps", "stand_down"]
    reason: Prose


class RecordPlanStep(Act):
    """A step of the response plan was carried out; gated steps need the approved version (5.2.8)."""

    name = "record_plan_step"
    version: Ordinal
    step: Key
    result: Literal["done", "failed"]
    text: Prose | None = None


class FormGroup(Act):
    """The director forms the emergency leading group with one on-scene commander (5.2.9)."""

    name = "form_group"
    members: list[Key] = Field(min_length=1, max_length=30)
    commander: Key


class AddMember(Act):
    """The director or the commander calls one more person into the leading group that stands (5.2.9)."""

    name = "add_member"
    member: Key
    text: Prose | None = None


class OfferCommand(Act):
    """The commander offers the command to another member; he keeps it until that one accepts (5.2.9)."""

    name = "offer_command"
    to: Key
    reason: Prose


class AcceptCommand(Act):
    """The offered command is accepted; there is exactly one commander at every moment (5.2.9)."""

    name = "accept_command"


# ── 5.3 handling ──────────────────────────────────────────────────────────────


class NoticeOccasion(StrEnum):
    """When the leading group gives notice (5.3.1)."""

    FORMATION = "formation"
    LEVEL_CHANGE = "level_change"
    UPDATE = "update"
    END = "end"


class GiveNotice(Act):
    """Notice or advance notice of the leading group to departments and posts (5.3.1).

    ``occasion`` says which of the notices that are due it is; without one it is all of them.
    """

    name = "give_notice"
    kind: Literal["notice", "advance_notice"]
    audience: list[Key] = Field(min_length=1, max_length=50)
    text: Prose
    occasion: NoticeOccasion | None = None


class GiveOrder(Act):
    """An order of the leading group to a department (5.3.2)."""

    name = "give_order"
    department: Key
    text: Prose


class AnswerOrder(Act):
    """A department acknowledges an order or objects to it (5.3.2, 5.1)."""

    name = "answer_order"
    order: Ordinal
    answer: Literal["acknowledged", "objected"]
    text: Prose | None = None


class SettleOrder(Act):
    """The commander answers an objection: he withdraws the order, upholds it, or changes its text (5.3.2)."""

    name = "settle_order"
    order: Ordinal
    course: Literal["withdraw", "uphold", "change"]
    text: Prose | None = None
    reason: Prose


class Record(Act):
    """For the record: an observation, first-hand material, a fault log by its digest, a correction (5.3.5)."""

    name = "record"
    kind: Literal["observation", "first_hand_material", "fault_log", "correction"]
    text: Prose
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    corrects: Ordinal | None = None


class AddEvidence(Exhibit, Act):
    """A file was received: first-hand material or a fault log, by its digest; it is uploaded, not typed (5.3.5)."""

    name = "add_evidence"
    kind: Literal["first_hand_material", "fault_log"]
    text: Prose | None = None
    received_from: Line | None = None

    def content(self) -> str:
        """Leave out from where it came: a phone that tries again may have another address."""
        return self.model_dump_json(exclude={"received_from"})


class CollectEvidence(Act):
    """Fetch the fault logs of the affected system now: by one of its collectors, or by all of them (5.3.5)."""

    name = "collect_evidence"
    collector: Key | None = None


class GiveInformation(Act):
    """A new problem or new information for the on-scene commander (5.3.6)."""

    name = "give_information"
    text: Prose


class AcknowledgeInformation(Act):
    """The commander has taken note (5.3.6)."""

    name = "acknowledge_information"
    information: Ordinal


class RaiseFinding(Act):
    """Something that the runbook does not cover; technicians analyse it (5.3.7)."""

    name = "raise_finding"
    text: Prose


class AssignAnalysis(Act):
    """Whoever commands names the technicians who analyse a finding; their time begins anew (5.3.7)."""

    name = "assign_analysis"
    finding: Ordinal
    technicians: list[Key] = Field(min_length=1, max_length=5)
    reason: Prose | None = None


class ProposeMeasure(Act):
    """The technicians' solution for a finding (5.3.7)."""

    name = "propose_measure"
    finding: Ordinal
    text: Prose


class DecideMeasure(Act):
    """The commander decides before a measure outside the runbook is carried out (5.3.7)."""

    name = "decide_measure"
    finding: Ordinal
    approve: bool
    reason: Prose | None = None


class CarryOutMeasure(Act):
    """An approved measure outside the runbook was carried out (5.3.7)."""

    name = "carry_out_measure"
    finding: Ordinal
    text: Prose


# ── 6 recovery and summary ────────────────────────────────────────────────────


class CheckRecovery(Act):
    """One item of the recovery checklist (6.1)."""

    name = "check_recovery"
    item: Key
    passed: bool
    text: Prose | None = None


class VerifyRecovery(Act):
    """A second person verifies the recovery; a failure goes back to handling (6.1)."""

    name = "verify_recovery"
    passed: bool
    text: Prose


class RectificationMeasure(Wire):
    """A measure that the summary proposes (6.2); without a verifier the rule names one."""

    text: Prose
    owner: Key
    due: Instant
    verifier: Key | None = None


class SummaryContent(Wire):
    """The sections of the summary report; a draft may leave some empty, a submitted one none (6.2)."""

    overview: Section = ""
    course: Section = ""
    scope_and_loss: Section = ""
    cause: Section = ""
    handling: Section = ""
    reports_made: Section = ""
    measures_and_effect: Section = ""
    level: Section = ""
    responsibility: Section = ""
    problems_exposed: Section = ""
    measures: list[RectificationMeasure] = Field(default=[], max_length=50)
    went_well: Section = ""
    lessons: Section = ""
    runbook_changes: Section = ""


class Review(Wire):
    """Somebody who wrote none of the report looked it through and approved it (6.2)."""

    person: Key
    on_behalf_of: Key | None = None
    at: Instant


class SubmitSummary(SummaryContent, Act):
    """The summary report, every section filled, to the director and the general manager (6.2).

    ``draft`` is the version of the draft that it was; its authors and reviewers are those of that draft.
    """

    name = "submit_summary"
    authors: list[Key] = Field(default=[], max_length=50)
    reviews: list[Review] = Field(default=[], max_length=20)
    draft: Ordinal | None = None
    covered_by: Key | None = None


class ReadSummary(Act):
    """A receiver has opened the submitted summary report (6.2)."""

    name = "read_summary"
    version: Ordinal


class ReceiveSummary(Act):
    """Director and general manager each accept the summary report or return it with a reason (6.2)."""

    name = "receive_summary"
    version: Ordinal
    accept: bool
    reason: Prose | None = None


class DecideRunbook(Act):
    """The manager amends the runbook, or signs with a reason that no change is needed (6.3)."""

    name = "decide_runbook"
    change: bool
    new_version: Key | None = None
    reason: Prose


class Close(Act):
    """Everything that articles 5 and 6 ask for is there; the incident is closed (6.2)."""

    name = "close"


class Reopen(Act):
    """The problem came back before the close: handling goes on where it was, and recovery is done anew (6.1)."""

    name = "reopen"
    reason: Prose


class SubmitPreliminary(Act):
    """The preliminary report of a severity I or II: what happened, the cause so far, what comes next (6.2)."""

    name = "submit_preliminary"
    what: Prose
    cause_so_far: Prose
    next_steps: Prose


# ── beside other incidents ────────────────────────────────────────────────────


class Link(Act):
    """This incident has the same cause as another, its parent; each keeps its clocks and its command (3.1)."""

    name = "link"
    parent: Key
    reason: Prose


class Unlink(Act):
    """This incident stands by itself again (3.1)."""

    name = "unlink"
    reason: Prose


# ── what the law asks for (8) ─────────────────────────────────────────────────


class StatutorySection(Wire):
    """One head of a statutory report as it was sent."""

    head: int = Field(ge=1, le=20)
    text: Prose


class FileStatutoryReport(Act):
    """A report went to a regulator: which heads, where to, under which number there (8).

    Of a first report heads 1 and 2 may go first, the others follow. A head without a text of its own went as drafted.
    """

    name = "file_statutory_report"
    regulator: Key
    report: Key = "first"
    heads: list[Annotated[int, Field(ge=1, le=20)]] = Field([], max_length=20)
    sections: list[StatutorySection] = Field([], max_length=20)
    language: Literal["zh-CN", "en"] = "zh-CN"
    sent_to: Line
    reference: Line | None = None
    text: Prose | None = None


class WaiveStatutoryReport(Act):
    """The director finds with a reason that a regulator need not be told of this incident (8)."""

    name = "waive_statutory_report"
    regulator: Key
    reason: Prose


ACTS: dict[str, type[Act]] = {act.name: act for act in Act.__subclasses__()}

A = TypeVar("A", bound=Act)


class Command(Wire, Generic[A]):
    """An act on its way: who does it, in which role (None: the first of his that may), when it happened.

    With a judgement comes the ``edition`` of its runbook that was published after the incident opened (4.3).
    """

    command_id: Key
    person: Key
    post: Role | None = None
    occurred_at: Instant | None = None
    expected_version: Version | None = None
    act: A
    edition: Runbook | None = None

    def digest(self) -> str:
        """Return a short digest of the content, to notice another content under the same command id."""
        return hashlib.sha256(f"{self.act.name}:{self.person}:{self.act.content()}".encode()).hexdigest()[:16]


# Built once: a generic model is costly to build, and every workflow listens for every act.
COMMANDS: dict[str, type[Command[Act]]] = {name: Command[act] for name, act in ACTS.items()}  # type: ignore[valid-type]


class Assessment(Wire):
    """The operator's preliminary assessment: an item of a runbook, or that no runbook covers it (5.2.1)."""

    covered: bool
    runbook: Key | None = None
    text: Prose


class Report(Wire):
    """What an operator reports (5.2.1)."""

    title: Line
    system: Key
    symptom: Prose
    preliminary_assessment: Assessment
    discovered_at: Instant | None = None
    location: Line | None = None
    category: Line | None = None
    severity: Severity | None = None
    is_drill: bool = False
    drill_includes: list[Key] = Field(default=[], max_length=50)
    dedup_key: Key | None = None
    recurrence_of: Key | None = None
    recurrence_reason: Prose | None = None


class Receipt(Wire):
    """The answer to an act: where it stands in the record, and what the incident has become."""

    incident: str
    seq: int
    version: int
    phase: str
    recorded_at: AwareDatetime
    is_repeat: bool = False
