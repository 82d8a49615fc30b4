"""What activities take and give: one input and one result model each; fields are only added."""

from typing import Any, Literal

from pydantic import AwareDatetime

from domain.company import Collector, Probe, Role
from domain.entry import Entry
from domain.exhibit import Exhibit
from domain.measure import Measure, MeasureEntry, Surroundings
from domain.policy import Severity
from domain.reminding import Agenda
from domain.text import Wire


class Message(Wire):
    """A message to one person, before it has a language: ``template`` names its texts, ``params`` fill them.

    ``dedup_key`` is ``incident:step:round:person:channel``, fixed by the workflow: a repeat of it is the same message.
    ``planned_at`` is when it should have gone out, if that is not when it was made; whoever sends it finds it late.
    """

    dedup_key: str
    incident: str
    title: str
    system: str
    severity: Severity
    is_drill: bool = False
    recipient: str
    channel: str
    template: str
    question: str
    clause: str
    call: int = 1
    due: AwareDatetime | None = None
    is_provisional: bool = False
    created_at: AwareDatetime
    params: dict[str, str] = {}
    planned_at: AwareDatetime | None = None
    is_late: bool = False


class Delivery(Wire):
    """What a provider answered: handed over or not, its own words, and whether the way there tells refusals."""

    recipient: str
    channel: str
    is_accepted: bool
    detail: str = ""
    is_confirmed: bool = True
    is_late: bool = False


class IncidentRow(Wire):
    """What lists show of an incident, and the whole view for when no workflow answers any more."""

    number: str
    seq: int
    version: int
    title: str
    phase: str
    severity: str
    system: str
    reporter: str
    awaited: str | None = None
    deadline: AwareDatetime | None = None
    is_provisional: bool = False
    is_drill: bool = False
    is_over: bool = False
    dedup_key: str | None = None
    opened_at: AwareDatetime
    updated_at: AwareDatetime
    closed_at: AwareDatetime | None = None
    head_hash: str
    view: dict[str, Any]
    recurrence_of: str | None = None
    parent: str | None = None
    commander: str | None = None


class Batch(Wire):
    """Timeline entries in order, and the row as it stands after the last of them."""

    entries: list[Entry]
    row: IncidentRow


class ProbeRun(Wire):
    """The probes of one round of recovery."""

    incident: str
    round: int
    probes: list[Probe]


class ProbeResults(Wire):
    """Which probes passed and which failed, with what they saw."""

    passed: list[str]
    failed: list[str]
    detail: str = ""


class ActionRun(Wire):
    """One confirmed run of an automatic action; ``reads`` is the fingerprint that was confirmed with it."""

    incident: str
    step: str
    run: int
    action: str
    reads: str | None = None
    is_drill: bool = False


class ActionResult(Wire):
    """What came of a run: done, failed, or unclear; a word that says why; an excerpt of the answer, without secrets."""

    outcome: Literal["done", "failed", "unclear"]
    why: str | None = None
    output: str | None = None


class Archive(Wire):
    """Keep the Temporal history of an incident that is over."""

    incident: str
    workflow_id: str


class AlertOpening(Wire):
    """An alert that has no open incident yet: open one under this number."""

    number: str
    source: str
    dedup_key: str
    title: str
    system: str
    symptom: str
    severity: Severity | None = None
    discovered_at: AwareDatetime
    recurrence_of: str | None = None
    alert_workflow: str
    reporter: str | None = None
    is_drill: bool = False
    runbook: str | None = None
    location: str | None = None
    category: str | None = None
    assessment: str | None = None
    recurrence_reason: str | None = None
    reporter_role: Role | None = None
    on_behalf_of: str | None = None
    drill_includes: list[str] = []


class Tried(Wire):
    """A contact point that a communication test tries."""

    person: str
    channel: str


class Trial(Wire):
    """A communication test; an answer after ``closes_at`` is late, and mends the gap all the same."""

    id: str
    started_at: AwareDatetime
    closes_at: AwareDatetime


class TrialPlan(Wire):
    """A communication test that is due."""

    id: str
    started_at: AwareDatetime


class TrialRun(Wire):
    """Whom a communication test tries where, and until when an answer is in time."""

    points: list[Tried]
    closes_at: AwareDatetime


class MorningLook(Wire):
    """A look at the readiness of people; ``told`` says when each open gap was last told."""

    at: AwareDatetime
    told: dict[str, AwareDatetime] = {}


class GapLetter(Wire):
    """Gaps to tell one person: as JSON each, and the keys under which they count as told."""

    recipient: str
    channels: list[str]
    urgency: str
    gaps: list[str]
    keys: list[str]
    clause: str = "4.2"


class MorningReport(Wire):
    """What a look found: the keys of all open gaps, whom to tell of which, and whether a communication test is due."""

    open: list[str] = []
    letters: list[GapLetter] = []
    is_test_due: bool = False
    next_look: AwareDatetime


class Leaver(Wire):
    """Somebody who is inactive or gone from a version of his on."""

    person: str
    version: int


class MeasureRow(Wire):
    """What lists show of a rectification measure, and the whole view for when no workflow answers any more."""

    number: str
    seq: int
    version: int
    text: str
    state: str
    owner: str
    verifier: str | None = None
    due: AwareDatetime
    is_provisional: bool = False
    is_overdue: bool = False
    is_over: bool = False
    source_kind: str
    source: str
    incident: str | None = None
    opened_at: AwareDatetime
    updated_at: AwareDatetime
    closed_at: AwareDatetime | None = None
    head_hash: str
    view: dict[str, Any]


class MeasureBatch(Wire):
    """Entries of a measure's timeline in order, and its row as it stands after the last of them."""

    entries: list[MeasureEntry]
    row: MeasureRow


class MeasureLook(Wire):
    """A look at a measure: without its command ids."""

    measure: Measure
    at: AwareDatetime


class MeasureOutlook(Wire):
    """What a look found: whom to call, when to look again, and what the measure is judged by from now on."""

    around: Surroundings
    agenda: Agenda


class MeasureOrders(Wire):
    """Open the measures of a version of an incident's summary report; the first of them gets the number ``first``."""

    incident: str
    summary_version: int
    first: int = 1


class CollectorRun(Wire):
    """A collector that is to be asked for an incident."""

    incident: str
    collection: int
    collector: Collector


class Collected(Wire):
    """What a collector fetched, by its digest; without an exhibit the reason why it could not."""

    exhibit: Exhibit | None = None
    reason: str = ""
