"""How each act is asked for on a phone: a few big buttons, and only the fields that it needs."""

from collections.abc import Callable
from datetime import datetime, time
from typing import Any, Literal, NamedTuple, cast
from zoneinfo import ZoneInfo

from adapters.i18n import Translator
from api.names import name_of
from domain import acts
from domain.acts import Act
from domain.answers import Answer
from domain.authority import AUTHORITY
from domain.closure import checklist
from domain.incident import Incident
from domain.measure import AskExtension, DecideExtension, MeasureAct, ReportDone, VerifyMeasure
from domain.policy import Severity
from domain.rectification import RIGHTS
from domain.statutory_forms import heads_of, report_name
from domain.text import N_

Tone = Literal["plain", "go", "alarm", "quiet"]


class Choice(NamedTuple):
    """A button: what it decides, its words, its colour."""

    value: str
    label: str
    tone: Tone = "plain"


class Field(NamedTuple):
    """Something to fill in; of a selection, its options by value."""

    name: str
    label: str
    kind: Literal["prose", "line", "select", "check", "several", "day"] = "prose"
    options: dict[str, str] = {}


class Form(NamedTuple):
    """What one answer looks like: the buttons decide ``decision``; without one there is a single button."""

    key: str
    choices: list[Choice]
    decision: str = ""
    fields: list[Field] = []
    title: str = ""
    clause: str = ""


def form(answer: Answer, incident: Incident, _: Translator) -> Form:
    """Build the form of an answer in a language."""
    made = _FORMS[answer.act](answer, incident, _)
    return made._replace(key=answer.key, clause=AUTHORITY[answer.act].clause)


def measure_form(answer: Answer, _: Translator) -> Form:
    """Build the form of an answer about a rectification measure in a language."""
    act = cast("type[MeasureAct]", answer.act)
    return _MEASURE_FORMS[act](answer, None, _)._replace(key=answer.key, clause=RIGHTS[act].clause)


def content(answer: Answer, shape: Form, sent: dict[str, list[str]], zone: str) -> Act:
    """Return the act that somebody filled in; pydantic's ValidationError when it does not fit."""
    values: dict[str, Any] = {}
    for field in shape.fields:
        given = [text for text in sent.get(field.name, []) if text.strip()]
        if given:
            value = _noon(given[0], zone) if field.kind == "day" else given[0]
            values[field.name] = given if field.kind == "several" else value
    if shape.decision and (decided := sent.get(shape.decision)):
        values[shape.decision] = decided[0]
    return answer.act.model_validate(values | answer.settled)


def _noon(day: str, zone: str) -> str:
    """Return the middle of a day as an instant; what is no day stays as it was written, and is refused."""
    try:
        return datetime.combine(datetime.fromisoformat(day).date(), time(12), ZoneInfo(zone)).isoformat()
    except ValueError:
        return day


_Maker = Callable[[Answer, Incident, Translator], Form]
_Plain = Callable[[Answer, object, Translator], Form]


def _decided(decision: str, choices: list[Choice], *fields: Field, title: str = "") -> _Plain:
    def make(_answer: Answer, _incident: object, _: Translator) -> Form:
        said = [choice._replace(label=_(choice.label)) for choice in choices]
        asked = [field._replace(label=_(field.label)) for field in fields]
        return Form("", said, decision, asked, _(title))

    return make


def _single(label: str, tone: Tone, *fields: Field) -> _Plain:
    return _decided("", [Choice("", label, tone)], *fields)


def _judge(_answer: Answer, incident: Incident, _: Translator) -> Form:
    grades = {"": _(N_("as reported: {severity}"), severity=incident.severity)}
    grades |= {str(item): str(item) for item in Severity}
    return Form(
        "",
        [
            Choice("emergency", _(N_("It is an emergency")), "alarm"),
            Choice("not_emergency", _(N_("It is not an emergency"))),
        ],
        "verdict",
        [
            Field("severity", _(N_("Severity")), "select", grades),
            Field("reason", _(N_("Reason (needed if it is not an emergency)"))),
        ],
    )


def _form_group(_answer: Answer, incident: Incident, _: Translator) -> Form:
    people = {person.id: name_of(incident.company, person.id, _) for person in incident.company.people}
    named = {person.id: people[person.id] for person in incident.company.people if person.is_active}
    return Form(
        "",
        [Choice("", _(N_("Form the group")), "alarm")],
        fields=[
            Field("commander", _(N_("On-scene commander")), "select", {"": "", **named}),
            Field("members", _(N_("Members (at least two)")), "several", named),
        ],
    )


def _add_member(_answer: Answer, incident: Incident, _: Translator) -> Form:
    joined = {*incident.group_members, incident.commander}
    others = [person for person in incident.company.people if person.is_active and person.id not in joined]
    named = {person.id: name_of(incident.company, person.id, _) for person in others}
    return Form(
        "",
        [Choice("", _(N_("Call into the group")), "go")],
        fields=[
            Field("member", _(N_("New member")), "select", {"": "", **named}),
            Field("text", _(N_("Remark (optional)"))),
        ],
    )


def _carry_out(answer: Answer, incident: Incident, _: Translator) -> Form:
    made = _single(N_("It was carried out"), "go", Field("text", N_("What was done")))(answer, incident, _)
    return made._replace(title=incident.findings[answer.settled["finding"] - 1].measure or "")


def _check_in(answer: Answer, incident: Incident, _: Translator) -> Form:
    other = answer.settled.get("responder")
    arrived = (
        _(N_("{name} is on the scene"), name=name_of(incident.company, other, _))
        if other
        else _(N_("I am on the scene"))
    )
    place = Field("place", _(N_("Where (optional)")), "line")
    code = Field("place_code", _(N_("Code of the place, as it hangs there (optional)")), "line")
    remote = Field("remote", _(N_("Joined remotely, not on the scene")), "check")
    return Form("", [Choice("", arrived, "go")], fields=[place, code, remote])


def _record_step(answer: Answer, incident: Incident, _: Translator) -> Form:
    runbook = incident.pinned_runbook
    step = next((item for item in (runbook.steps if runbook else []) if item.id == answer.settled["step"]), None)
    made = _decided(
        "result",
        [Choice("done", N_("Done"), "go"), Choice("failed", N_("Failed"), "alarm"), Choice("skipped", N_("Skipped"))],
        Field("text", N_("What was seen (needed if skipped)")),
    )(answer, incident, _)
    return made._replace(title=step.text.in_language(_.language) if step else answer.settled["step"])


def _decide_step(answer: Answer, incident: Incident, _: Translator) -> Form:
    runbook = incident.pinned_runbook
    step = next((item for item in (runbook.steps if runbook else []) if item.id == answer.settled["step"]), None)
    made = _decided(
        "approve",
        [Choice("true", N_("Approve"), "go"), Choice("false", N_("Reject"), "alarm")],
        Field("reason", N_("Reason (needed to reject)")),
    )(answer, incident, _)
    return made._replace(title=step.text.in_language(_.language) if step else answer.settled["step"])


def _check_recovery(answer: Answer, incident: Incident, _: Translator) -> Form:
    wanted = answer.settled["item"]
    item = next((item for item in checklist(incident) if item.id == wanted), None)
    made = _decided(
        "passed",
        [Choice("true", N_("Passed"), "go"), Choice("false", N_("Failed"), "alarm")],
        Field("text", N_("What was seen (needed if it failed)")),
    )(answer, incident, _)
    return made._replace(title=item.text.in_language(_.language) if item else wanted)


def _regulator(answer: Answer, incident: Incident, _: Translator) -> str:
    known = incident.policy.regulator(answer.settled["regulator"])
    return known.name.in_language(_.language) if known else str(answer.settled["regulator"])


def _file_statutory(answer: Answer, incident: Incident, _: Translator) -> Form:
    """What was sent elsewhere is recorded here; without a choice of heads all that are missing went as drafted."""
    known, report = incident.policy.regulator(answer.settled["regulator"]), answer.settled["report"]
    name = report_name(known, report).in_language(_.language) if known else report
    item = incident.statutory_report(answer.settled["regulator"], report)
    heads = heads_of(incident, answer.settled["regulator"], report)
    missing = {str(head): str(head) for head in heads if item is None or head not in item.heads}
    return Form(
        "",
        [Choice("", _(N_("It was sent")), "go")],
        fields=[
            Field("sent_to", _(N_("Where to")), "line"),
            Field("reference", _(N_("Number there (optional)")), "line"),
            Field("heads", _(N_("Heads that were sent; none chosen: all that are missing")), "several", missing),
            Field("text", _(N_("Remark (optional)"))),
        ],
        title=_.noted(_regulator(answer, incident, _), name),
    )


def _waive_statutory(answer: Answer, incident: Incident, _: Translator) -> Form:
    made = _single(N_("It need not be told"), "alarm", Field("reason", N_("Reason")))(answer, incident, _)
    return made._replace(title=_regulator(answer, incident, _))


_FORMS: dict[type[Act], _Maker] = {
    acts.Judge: _judge,
    acts.Acknowledge: _single(N_("I am on it; do not call me for now"), "quiet"),
    acts.Contest: _single(N_("Contest the dismissal"), "alarm", Field("reason", N_("Reason"))),
    acts.RecordStep: _record_step,
    acts.DecideStep: _decide_step,
    acts.SettleOrder: _decided(
        "course",
        [
            Choice("withdraw", N_("Withdraw the order"), "go"),
            Choice("uphold", N_("Uphold the order"), "alarm"),
            Choice("change", N_("Change the order")),
        ],
        Field("text", N_("The order as it is now (if changed)")),
        Field("reason", N_("Reason")),
    ),
    acts.ReportUnresolved: _single(N_("It is not solved"), "alarm", Field("text", N_("What was tried, what is wrong"))),
    acts.ReportResolved: _single(N_("It is solved"), "go", Field("text", N_("How it was solved"))),
    acts.CheckIn: _check_in,
    acts.ReportToDirector: _single(N_("Report to the director"), "go", Field("text", N_("Report"))),
    acts.DecideProcedure: _decided(
        "start",
        [
            Choice("true", N_("Start the emergency flow"), "alarm"),
            Choice("false", N_("Do not start it; the department goes on")),
        ],
        Field("is_major", N_("The problem is major: the plan needs the general manager"), "check"),
        Field("reason", N_("Reason")),
    ),
    acts.FormGroup: _form_group,
    acts.AddMember: _add_member,
    acts.DecidePlan: _decided(
        "decision",
        [
            Choice("approved", N_("Approve"), "go"),
            Choice("change_requested", N_("Ask for a change")),
            Choice("rejected", N_("Reject"), "alarm"),
        ],
        Field("reason", N_("Reason (needed unless you approve)")),
    ),
    acts.SettlePlan: _decided(
        "course",
        [
            Choice("without_gated_steps", N_("Go on without the steps that need approval"), "go"),
            Choice("stand_down", N_("Stand the plan down"), "alarm"),
        ],
        Field("reason", N_("Reason")),
    ),
    acts.AcceptCommand: _single(N_("I take the command"), "go"),
    acts.AnswerOrder: _decided(
        "answer",
        [Choice("acknowledged", N_("We will do it"), "go"), Choice("objected", N_("Object"), "alarm")],
        Field("text", N_("Remark (needed to object)")),
    ),
    acts.AcknowledgeInformation: _single(N_("I have taken note"), "go"),
    acts.ProposeMeasure: _single(N_("Propose this measure"), "go", Field("text", N_("Measure"))),
    acts.DecideMeasure: _decided(
        "approve",
        [Choice("true", N_("Approve"), "go"), Choice("false", N_("Refuse"), "alarm")],
        Field("reason", N_("Reason (needed to refuse)")),
    ),
    acts.CarryOutMeasure: _carry_out,
    acts.CheckRecovery: _check_recovery,
    acts.VerifyRecovery: _decided(
        "passed",
        [Choice("true", N_("The recovery is verified"), "go"), Choice("false", N_("It has not recovered"), "alarm")],
        Field("text", N_("What you saw")),
    ),
    acts.ReceiveSummary: _decided(
        "accept",
        [Choice("true", N_("Accept the report"), "go"), Choice("false", N_("Return it"), "alarm")],
        Field("reason", N_("Reason (needed to return it)")),
    ),
    acts.Reopen: _single(N_("Reopen the incident"), "alarm", Field("reason", N_("Reason"))),
    acts.DecideRunbook: _decided(
        "change",
        [Choice("false", N_("The runbook needs no change"), "go"), Choice("true", N_("The runbook is amended"))],
        Field("new_version", N_("New version, such as outage@2 (if amended)"), "line"),
        Field("reason", N_("Reason")),
    ),
    acts.Close: _single(N_("Close the incident"), "go"),
    acts.SubmitPreliminary: _single(
        N_("Submit the preliminary report"),
        "go",
        Field("what", N_("What happened")),
        Field("cause_so_far", N_("Cause, as far as it is known")),
        Field("next_steps", N_("What comes next")),
    ),
    acts.FileStatutoryReport: _file_statutory,
    acts.WaiveStatutoryReport: _waive_statutory,
}
_MEASURE_FORMS: dict[type[MeasureAct], _Plain] = {
    ReportDone: _single(N_("Report as done"), "go", Field("text", N_("Evidence of completion"))),
    AskExtension: _single(
        N_("Ask for an extension"), "quiet", Field("due", N_("New due day"), "day"), Field("reason", N_("Reason"))
    ),
    VerifyMeasure: _decided(
        "passed",
        [Choice("true", N_("The measure is verified"), "go"), Choice("false", N_("Send it back"), "alarm")],
        Field("text", N_("What you saw")),
    ),
    DecideExtension: _decided(
        "grant",
        [Choice("true", N_("Grant the extension"), "go"), Choice("false", N_("Refuse"), "alarm")],
        Field("reason", N_("Reason (needed to refuse)")),
    ),
}
