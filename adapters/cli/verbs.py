"""The verbs of the daily acts: which act each one is, where the API takes it, and which fields need no option name."""

from typing import Any, NamedTuple

from domain import acts
from domain.acts import Act
from domain.text import N_


class Verb(NamedTuple):
    """One verb. ``fixed`` fields are not asked for; with ``takes_file`` the fields may stand in a YAML file.

    ``left_out`` are fields that the API fills in itself. One that has its own command is only named here.
    """

    words: str
    act: type[Act]
    resource: str
    help: str
    arguments: tuple[str, ...] = ()
    fixed: dict[str, Any] = {}
    takes_file: bool = False
    left_out: tuple[str, ...] = ()
    has_own_command: bool = False


GROUPS = {
    "plan": N_("The response plan of a major problem (5.2.8)"),
    "group": N_("The emergency leading group and its commander (5.2.9)"),
    "order": N_("Orders to departments (5.3.2)"),
    "evidence": N_("Files: first-hand material and fault logs (5.3.5)"),
    "inform": N_("New information for the commander (5.3.6)"),
    "finding": N_("What lies beyond the runbook (5.3.7)"),
    "summary": N_("The summary report (6.2)"),
    "statutory": N_("Reports to regulators (8)"),
    "runbook": N_("Runbooks: their versions, and the better one after an incident (4.3, 6.3)"),
}

VERBS = (
    Verb("withdraw", acts.Withdraw, "withdrawal", N_("Take your report back before it is judged (5.2.1)"), ("reason",)),
    Verb("acknowledge", acts.Acknowledge, "acknowledgements", N_("Say that you are on it (5.2.1)"), ("question",)),
    Verb("judge", acts.Judge, "judgement", N_("Judge whether it is an emergency (5.2.2)"), ("verdict",)),
    Verb("contest", acts.Contest, "contest", N_("Contest a dismissal, once (5.2.2)"), ("reason",)),
    Verb("severity", acts.ChangeSeverity, "severity", N_("Raise or lower the severity (5.2.2)"), ("severity",)),
    Verb("step", acts.RecordStep, "steps", N_("Record a step of the runbook (5.2.3)"), ("step", "result")),
    Verb("run-step", acts.RunStep, "step-runs", N_("Confirm one run of a step's automatic action (5.2.3)"), ("step",)),
    Verb("decide-step", acts.DecideStep, "step-decisions", N_("Approve or reject a step (5.2.3)"), ("step",)),
    Verb("unresolved", acts.ReportUnresolved, "unresolved-report", N_("Say: not solved (5.2.4)"), ("text",)),
    Verb("dispatch", acts.Dispatch, "dispatches", N_("Send somebody to the scene (5.2.4)"), ("responder",)),
    Verb("stand-down", acts.StandDown, "stand-downs", N_("Take a dispatch back (5.2.4)"), ("responder",)),
    Verb("arrive", acts.CheckIn, "arrivals", N_("Say: on the scene (5.3.3, 5.3.4)")),
    Verb("resolved", acts.ReportResolved, "resolution", N_("Say: solved, recovery begins (5.2.5, 6.1)"), ("text",)),
    Verb("tell-director", acts.ReportToDirector, "director-report", N_("Report to the director (5.2.6)"), ("text",)),
    Verb("decide", acts.DecideProcedure, "procedure-decision", N_("Judge whether the emergency flow starts (5.2.7)")),
    Verb("plan submit", acts.SubmitPlan, "plans", N_("Submit the response plan (5.2.8)"), takes_file=True),
    Verb(
        "plan decide",
        acts.DecidePlan,
        "plan-decisions",
        N_("Decide a version of the plan (5.2.8)"),
        ("version", "decision"),
    ),
    Verb(
        "approve",
        acts.DecidePlan,
        "plan-decisions",
        N_("Approve a version of the plan (5.2.8)"),
        ("version",),
        {"decision": "approved"},
    ),
    Verb(
        "plan settle",
        acts.SettlePlan,
        "plan-settlements",
        N_("After a refusal: go on without the gated steps, or stand down (5.2.8)"),
        ("version", "course"),
    ),
    Verb(
        "plan step",
        acts.RecordPlanStep,
        "plan-steps",
        N_("Record a step of the plan (5.2.8)"),
        ("version", "step", "result"),
    ),
    Verb("group form", acts.FormGroup, "leading-group", N_("Form the leading group (5.2.9)")),
    Verb("group add", acts.AddMember, "group-members", N_("Call one more person into the group (5.2.9)"), ("member",)),
    Verb("group offer", acts.OfferCommand, "command-offers", N_("Offer the command to a member (5.2.9)"), ("to",)),
    Verb("group accept", acts.AcceptCommand, "command-acceptance", N_("Accept the command (5.2.9)")),
    Verb("notice", acts.GiveNotice, "notices", N_("Give notice or advance notice (5.3.1)"), ("kind", "text")),
    Verb("order give", acts.GiveOrder, "orders", N_("Give an order to a department (5.3.2)"), ("department", "text")),
    Verb("order answer", acts.AnswerOrder, "order-answers", N_("Answer an order (5.3.2)"), ("order", "answer")),
    Verb(
        "order settle",
        acts.SettleOrder,
        "order-settlements",
        N_("Answer an objection: withdraw, uphold or change the order (5.3.2)"),
        ("order", "course"),
    ),
    Verb("record", acts.Record, "records", N_("Add to the record (5.3.5)"), ("kind", "text")),
    Verb(
        "evidence add",
        acts.AddEvidence,
        "evidence",
        N_("Add a file to the evidence, or what comes by standard input (5.3.5)"),
        has_own_command=True,
    ),
    Verb("evidence collect", acts.CollectEvidence, "collections", N_("Fetch the system's fault logs now (5.3.5)")),
    Verb("inform give", acts.GiveInformation, "information", N_("Tell the commander something new (5.3.6)"), ("text",)),
    Verb(
        "inform ack",
        acts.AcknowledgeInformation,
        "information-acknowledgements",
        N_("Take note of new information (5.3.6)"),
        ("information",),
    ),
    Verb("finding raise", acts.RaiseFinding, "findings", N_("Name what the runbook does not cover (5.3.7)"), ("text",)),
    Verb("finding assign", acts.AssignAnalysis, "analyses", N_("Name who analyses a finding (5.3.7)"), ("finding",)),
    Verb(
        "finding propose",
        acts.ProposeMeasure,
        "measures",
        N_("Propose a measure for a finding (5.3.7)"),
        ("finding", "text"),
    ),
    Verb("finding decide", acts.DecideMeasure, "measure-decisions", N_("Decide a measure (5.3.7)"), ("finding",)),
    Verb(
        "finding carry-out",
        acts.CarryOutMeasure,
        "measure-executions",
        N_("Record that a measure was carried out (5.3.7)"),
        ("finding", "text"),
    ),
    Verb(
        "check", acts.CheckRecovery, "recovery-checks", N_("Check an item of the recovery checklist (6.1)"), ("item",)
    ),
    Verb("verify-recovery", acts.VerifyRecovery, "verification", N_("Verify the recovery (6.1)"), ("text",)),
    Verb(
        "summary submit",
        acts.SubmitSummary,
        "summary-reports",
        N_("Submit the summary report (6.2)"),
        takes_file=True,
        left_out=("authors", "reviews", "draft"),
    ),
    Verb(
        "summary receive",
        acts.ReceiveSummary,
        "summary-receipts",
        N_("Accept the report or return it (6.2)"),
        ("version",),
    ),
    Verb(
        "summary read",
        acts.ReadSummary,
        "summary-readings",
        N_("Say that you have opened the submitted report (6.2)"),
        ("version",),
    ),
    Verb(
        "runbook decide",
        acts.DecideRunbook,
        "runbook-decision",
        N_("Amend the runbook, or sign that it stands (6.3)"),
    ),
    Verb("close", acts.Close, "closure", N_("Close the incident (6.2)")),
    Verb("major", acts.DecideMajor, "major-decision", N_("Judge whether the problem is major (5.2.8)")),
    Verb("reopen", acts.Reopen, "reopening", N_("Say: the problem came back (6.1)"), ("reason",)),
    Verb(
        "preliminary",
        acts.SubmitPreliminary,
        "preliminary-report",
        N_("Submit the preliminary report of a severity I or II (6.2)"),
        takes_file=True,
    ),
    Verb("link", acts.Link, "link", N_("Link it to an incident with the same cause (3.1)"), ("parent",)),
    Verb("unlink", acts.Unlink, "unlinking", N_("Take the link back (3.1)"), ("reason",)),
    Verb(
        "statutory file",
        acts.FileStatutoryReport,
        "statutory-reports",
        N_("Record a report that went to a regulator (8)"),
        ("regulator",),
        takes_file=True,
    ),
    Verb(
        "statutory waive",
        acts.WaiveStatutoryReport,
        "statutory-waivers",
        N_("Decide that a regulator need not be told (8)"),
        ("regulator",),
    ),
)

RESOURCES = {verb.act: verb.resource for verb in VERBS}
WORDS = {verb.act.name: verb.words for verb in reversed(VERBS)}
