"""A sentence for every kind of event: the timeline as a person reads it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from adapters.i18n import Translator
from adapters.i18n.formats import instant
from api.names import called, called_of_measure, name_of, named_report
from domain import events as ev
from domain import measure as ms
from domain.company import Company, Role
from domain.entry import Entry
from domain.policy import Regulator
from domain.text import N_, excerpt

_Choice = str | Callable[[Any], str]
_PEOPLE = {
    "left",
    "deputies",
    "recorded_by",
    "responder",
    "backup",
    "operator",
    "commander",
    "to",
    "member",
    "members",
    "people",
    "failed",
    "specialists",
    "owner",
    "verifier",
    "technicians",
}


_IN_TIME = {
    "": N_("{responder} is on the scene in time."),
    "recorded": N_("{responder} is on the scene in time, as {recorded_by} recorded."),
    "verified": N_("{responder} is on the scene in time; the code of the place is right."),
}
_LATE = {
    "": N_("{responder} is on the scene, {late_minutes} minutes late."),
    "recorded": N_("{responder} is on the scene, {late_minutes} minutes late, as {recorded_by} recorded."),
    "verified": N_("{responder} is on the scene, {late_minutes} minutes late; the code of the place is right."),
}


_LEFT = {
    False: {
        "commander": N_("{left} has left; {commander} commands from now on, open tasks pass on."),
        "deputies": N_("{left} has left; open tasks pass on to {deputies}."),
        "": N_("{left} has left; open tasks pass on."),
    },
    True: {
        "commander": N_(
            "{left} has left; {commander} commands from now on, open tasks pass on. The group is below its minimum now."
        ),
        "deputies": N_("{left} has left; open tasks pass on to {deputies}. The group is below its minimum now."),
        "": N_("{left} has left; open tasks pass on. The group is below its minimum now."),
    },
}


def _arrived(event: ev.Arrived) -> str:
    if not event.counts_as_arrival:
        return N_("{responder} joined remotely, which does not count as arrival.")
    how = "recorded" if event.recorded_by else "verified" if event.is_verified else ""
    return (_LATE if event.late_minutes else _IN_TIME)[how]


def _decided(event: ev.ProcedureDecided) -> str:
    if not event.start:
        return N_("{who} did not start the emergency flow: {reason}")
    if event.is_major:
        return N_("{who} started the emergency flow; the problem is major: {reason}")
    return N_("{who} started the emergency flow: {reason}")


def _paged(event: ev.Paged) -> str:
    if event.failed and not event.people:
        return N_("Call {call} about “{question}”: not reached {failed}.")
    if event.late_since and event.failed:
        return N_("Call {call} about “{question}”, late, due at {late_since}: reached {people}; not reached {failed}.")
    if event.late_since:
        return N_("Call {call} about “{question}”, late, due at {late_since}: reached {people}.")
    if event.failed:
        return N_("Call {call} about “{question}”: reached {people}; not reached {failed}.")
    return N_("Call {call} about “{question}”: reached {people}.")


def _filed(event: ev.StatutoryFiled) -> str:
    if event.reference:
        return N_("{who} filed the report “{report}” with “{regulator}”, heads {heads}, at {sent_to}, no. {reference}.")
    return N_("{who} filed the report “{report}” with “{regulator}”, heads {heads}, at {sent_to}.")


def _evidence_added(event: ev.EvidenceAdded) -> str:
    if event.collector:
        return N_("The fault log “{collector}” was fetched: “{file_name}”, {size} bytes, {algorithm} {digest}.")
    if event.text:
        return N_("{who} added “{file_name}” ({record}, {size} bytes, {algorithm} {digest}): {text}")
    return N_("{who} added “{file_name}” ({record}, {size} bytes, {algorithm} {digest}).")


def _settled(event: ev.OrderSettled) -> str:
    if event.course == "withdraw":
        return N_("{who} withdrew order {order} after the objection: {reason}")
    if event.course == "uphold":
        return N_("{who} upheld order {order} against the objection: {reason}")
    return N_("{who} changed order {order} after the objection to “{text}”: {reason}")


def _recorded(event: ev.StepRecorded) -> str:
    if event.run and event.why:
        return N_("Run {run} of step “{step}” of {runbook} ended as {result}: {why}. {text}")
    if event.run:
        return N_("Run {run} of step “{step}” of {runbook} ended as {result}: {text}")
    if event.text:
        return N_("{who} recorded step “{step}” of {runbook} as {result}: {text}")
    return N_("{who} recorded step “{step}” of {runbook} as {result}.")


SENTENCES: dict[type[ev.Event], _Choice] = {
    ev.Reported: N_("{who} reported “{title}” of {system}: {symptom}"),
    ev.ReportRepeated: N_("The same alarm came again ({source}): {text}"),
    ev.AlertResolved: N_("Monitoring says that its alert is over; that is not yet a recovery: {text}"),
    ev.Paged: _paged,
    ev.Acknowledged: N_("{who} is on it (“{question}”); no further call before {until}."),
    ev.Withdrawn: N_("{who} withdrew the report: {reason}"),
    ev.Activated: lambda e: (
        N_("{who} judged it an emergency, severity {severity}: the procedure starts by runbook {runbook}.")
        if e.runbook
        else N_("{who} judged it an emergency, severity {severity}: the procedure starts; no runbook covers it.")
    ),
    ev.Dismissed: N_("{who} judged that it is no emergency: {reason}"),
    ev.Contested: N_("{who} contests the dismissal: {reason}"),
    ev.DismissalStood: N_("Nobody overrode the dismissal in its window; it stands."),
    ev.GapFound: N_("Nobody can be reached as {post}: a gap."),
    ev.StepRecorded: _recorded,
    ev.StepDecided: lambda e: (
        N_("{who} approved step “{step}” of {runbook}.")
        if e.approve
        else N_("{who} rejected step “{step}” of {runbook}: {reason}")
    ),
    ev.StepRunConfirmed: N_("{who} confirmed run {run} of the automatic action “{action}” of step “{step}”."),
    ev.StepRunUnclear: N_("Run {run} of step “{step}” is unclear: {why}. A person decides how to go on."),
    ev.StepOverdue: N_("Step “{step}” has no result yet; it was due {due}."),
    ev.UnresolvedReported: lambda e: (
        N_("The operator limit has passed: technicians go to the scene.")
        if e.limit_passed
        else N_("{who} reported that it is not solved: {text}")
    ),
    ev.Dispatched: lambda e: (
        N_("{responder} was sent to the scene in place of {replaces}, due {deadline}.")
        if e.replaces
        else N_("{responder} was sent to the scene, due {deadline}.")
    ),
    ev.StoodDown: N_("{responder} is no longer needed on the scene: {reason}"),
    ev.Arrived: _arrived,
    ev.ArrivalAtRisk: N_("{responder} is not on the scene yet and may be late; due {deadline}."),
    ev.ArrivalOverdue: lambda e: (
        N_("{responder} was not on the scene in time; {backup} is sent.")
        if e.backup
        else N_("{responder} was not on the scene in time, and there is nobody to send instead.")
    ),
    ev.ResolvedReported: lambda e: (
        N_("{who} reported it solved within the short-time limit; recovery begins: {text}")
        if e.in_short_time
        else N_("{who} reported it solved; recovery begins: {text}")
    ),
    ev.ShortTimeLimitPassed: N_("Not solved in a short time: the director is called, the manager's report is due."),
    ev.ReportedToDirector: N_("{who} reported to the director: {text}"),
    ev.ProcedureDecided: _decided,
    ev.ProcedureAskedAgain: N_("Still not solved: the director is asked again."),
    ev.PlanSubmitted: N_("{who} submitted version {plan_version} of the response plan: {scope}"),
    ev.PlanDecided: lambda e: (
        N_("{who} decided version {plan_version} of the plan: {decision}. {reason}")
        if e.reason
        else N_("{who} decided version {plan_version} of the plan: {decision}.")
    ),
    ev.PlanSettled: N_("{who} settled version {plan_version} of the plan: {course}. {reason}"),
    ev.PlanStepRecorded: N_("{who} recorded step “{step}” of plan version {plan_version} as {result}."),
    ev.GroupFormed: N_("{who} formed the leading group: {members}; commander {commander}."),
    ev.MemberAdded: lambda e: (
        N_("{who} called {member} into the leading group: {text}")
        if e.text
        else N_("{who} called {member} into the leading group.")
    ),
    ev.CommandOffered: N_("{who} offered the command to {to}: {reason}"),
    ev.CommandAccepted: N_("{commander} has the command now."),
    ev.SeverityChanged: N_("{who} changed the severity from {old} to {new}: {reason}"),
    ev.NoticeGiven: N_("{who} gave {notice} to {audience}: {text}"),
    ev.NoticeDue: N_("A notice is due ({occasion}); the commander is reminded."),
    ev.NoticeOverdue: N_("The next notice is overdue."),
    ev.OrderGiven: N_("{who} gave order {order} to {department}: {text}"),
    ev.OrderAnswered: lambda e: (
        N_("{who} answered order {order}: {answer}. {text}")
        if e.text
        else N_("{who} answered order {order}: {answer}.")
    ),
    ev.OrderSettled: _settled,
    ev.Recorded: N_("{who} recorded ({record}): {text}"),
    ev.EvidenceAdded: _evidence_added,
    ev.CollectionBegun: N_("Fault logs of the affected system are being fetched: {collectors}."),
    ev.CollectionFailed: N_("The fault log “{collector}” could not be fetched: {reason}"),
    ev.InformationGiven: N_("{who} gave information {information}: {text}"),
    ev.InformationAcknowledged: N_("{who} took note of information {information}."),
    ev.FindingRaised: lambda e: (
        N_("{who} raised finding {finding} beyond the runbook: {text} To be analysed by {technicians} until {due}.")
        if e.technicians and e.due
        else N_("{who} raised finding {finding}, which the runbook does not cover: {text}")
    ),
    ev.AnalysisAssigned: N_("{who} named {technicians} to analyse finding {finding} by {due}."),
    ev.AnalysisOverdue: N_("No measure for finding {finding} was proposed by {due}."),
    ev.MeasureProposed: N_("{who} proposed a measure for finding {finding}: {text}"),
    ev.MeasureDecided: lambda e: (
        N_("{who} approved the measure for finding {finding}.")
        if e.approve
        else N_("{who} refused the measure for finding {finding}: {reason}")
    ),
    ev.MeasureCarriedOut: N_("{who} carried out the measure for finding {finding}: {text}"),
    ev.Probed: lambda e: (
        N_("Recovery checks failed: {failed_probes}; passed: {passed}.")
        if e.failed
        else N_("Recovery checks passed: {passed}.")
    ),
    ev.ObservationPassed: N_("The period of observation passed without a failure."),
    ev.RecoveryChecked: lambda e: (
        N_("{who} checked “{item}”: it passed.") if e.passed else N_("{who} checked “{item}”: it failed. {text}")
    ),
    ev.RecoveryVerified: N_("{who} verified the recovery: {text}"),
    ev.RecoveryFailed: N_("The recovery failed, back to handling: {reason}"),
    ev.SummarySubmitted: N_("{who} submitted version {summary_version} of the summary report: {overview}"),
    ev.SummaryReceived: lambda e: (
        N_("{who} accepted version {summary_version} of the summary report.")
        if e.accept
        else N_("{who} returned version {summary_version} of the summary report: {reason}")
    ),
    ev.SummaryRead: N_("{who} opened version {summary_version} of the summary report."),
    ev.SummaryOverdue: N_("The summary report is overdue."),
    ev.MeasuresOpened: N_("The report's rectification measures begin: {measures}."),
    ev.RunbookDecided: lambda e: (
        N_("{who} decided that the runbook is amended to {new_version}: {reason}")
        if e.change
        else N_("{who} signed that the runbook needs no change: {reason}")
    ),
    ev.Closed: lambda e: (
        N_("{who} closed the incident; nobody had answered or decided: {left_open}.")
        if e.left_open
        else N_("{who} closed the incident.")
    ),
    ev.MajorDecided: lambda e: (
        N_("{who} found that the problem is major; its plan goes to the general manager: {reason}")
        if e.is_major
        else N_("{who} found that the problem is not major any more: {reason}")
    ),
    ev.Reopened: N_("{who} reopened the incident, the problem came back; the clocks run on: {reason}"),
    ev.PreliminarySubmitted: N_("{who} submitted the preliminary report: {what}"),
    ev.PreliminaryOverdue: N_("The preliminary report is overdue."),
    ev.Linked: N_("{who} linked it to incident {parent}, which has the same cause: {reason}"),
    ev.LinkRefused: N_("Incident {parent} does not take the link: {why}"),
    ev.Unlinked: N_("{who} took the link to incident {parent} back: {reason}"),
    ev.ChildLinked: N_("Incident {child}, “{title}”, has the same cause and is linked to this one: {reason}"),
    ev.ChildUnlinked: N_("Incident {child} is not linked to this one any more: {reason}"),
    ev.StatutoryDue: lambda e: (
        N_("The report “{report}” to “{regulator}” is due: {due}.")
        if e.due
        else N_("The report “{report}” to “{regulator}” is due after the recovery.")
    ),
    ev.StatutoryDropped: N_("At this severity nothing is due to “{regulator}”."),
    ev.StatutoryReminded: N_("The report “{report}” to “{regulator}” is not filed yet; due: {due}."),
    ev.StatutoryOverdue: N_("The report “{report}” to “{regulator}” is overdue since {due}."),
    ev.StatutoryFiled: _filed,
    ev.StatutoryWaived: N_("{who} decided that “{regulator}” need not be told: {reason}"),
    ev.PersonLeft: lambda e: _LEFT[bool(e.lacking)]["commander" if e.commander else "deputies" if e.deputies else ""],
    ev.Refused: N_("Refused, “{act}” of {who}: {refusal}"),
}


# What happens to a rectification measure (6.2).
MEASURE_SENTENCES: dict[type[ev.Event], _Choice] = {
    ms.MeasureOpened: lambda e: (
        N_("The measure begins: {text} Owner {owner}, verified by {verifier}, due {due}.")
        if e.verifier
        else N_("The measure begins: {text} Owner {owner}, due {due}; nobody can verify it yet.")
    ),
    ms.DoneReported: N_("{who} reported it as done ({completion}): {text}"),
    ms.MeasureVerified: N_("{who} verified it; the measure is closed: {text}"),
    ms.MeasureSentBack: N_("{who} sent it back: {reason}"),
    ms.ExtensionAsked: N_("{who} asked for extension {extension}, until {due}: {reason}"),
    ms.ExtensionGranted: N_("{who} granted extension {extension}: it is due {due} now."),
    ms.ExtensionRefused: N_("{who} refused extension {extension}: {reason}"),
    ms.MeasureReassigned: lambda e: (
        N_("{who} gave it to {owner}, verified by {verifier}: {reason}")
        if e.verifier
        else N_("{who} gave it to {owner}: {reason}")
    ),
    ms.MeasureCancelled: N_("{who} cancelled it: {reason}"),
    ms.MeasureOverdue: N_("It is overdue: it was due {due}."),
    ms.MeasureCalled: lambda e: (
        N_("Call {call} about “{question}”: reached {people}; not reached {failed}.")
        if e.failed
        else N_("Call {call} about “{question}”: reached {people}.")
    ),
    ms.MeasurePassedOn: lambda e: (
        N_("{left} has left; {owner} owns it from now on, verified by {verifier}.")
        if e.verifier
        else N_("{left} has left; {owner} owns it from now on, and nobody can verify it yet.")
    ),
}


def sentence(entry: Entry, company: Company, _: Translator, regulators: Sequence[Regulator] = ()) -> str:
    """Tell an entry in a language, with the names that the company and its policy have for what it mentions."""
    event = entry.event
    choice = (SENTENCES | MEASURE_SENTENCES)[type(event)]
    message = choice(event) if callable(choice) else choice
    params = _params(event, company, _) | _named(event, company, _, regulators)
    return _(message, who=who(entry, company, _), **params)


def who(entry: Entry, company: Company, _: Translator) -> str:
    """Name who did it, in which role, and for whom; without a person the system or the monitoring."""
    if entry.person is None:
        return _.word(entry.role if entry.role != Role.OPERATOR else Role.SYSTEM)
    name, role = name_of(company, entry.person, _), _.word(entry.role)
    if entry.role == Role.SYSTEM:
        return name
    if entry.on_behalf_of:
        return _(
            N_("{name} for {principal} ({role})"),
            name=name,
            role=role,
            principal=name_of(company, entry.on_behalf_of, _),
        )
    return _(N_("{name} ({role})"), name=name, role=role)


def _params(event: ev.Event, company: Company, _: Translator) -> dict[str, str]:
    comma = "、" if _.language == "zh-CN" else ", "
    params: dict[str, str] = {}
    for name, value in event:
        values = value if isinstance(value, list) else [value]
        texts = [_text(name, item, company, _) for item in values if item is not None]
        params[name] = excerpt(comma.join(texts), 300)
    if isinstance(event, ev.Probed):
        params["failed_probes"] = comma.join(event.failed)
    if isinstance(event, ev.StatutoryFiled):
        params["heads"] = comma.join(str(section.head) for section in event.sections)
    if isinstance(event, ev.LinkRefused):
        params["why"] = _(event.why, parent=event.parent)
    if isinstance(event, ev.Refused):
        params["refusal"] = _(event.message, **event.params) if event.params else _(event.message)
    return params


def _named(event: ev.Event, company: Company, _: Translator, regulators: Sequence[Regulator]) -> dict[str, str]:
    """Name questions, and reports to regulators."""
    match event:
        case ev.Paged() | ev.Acknowledged():
            return {"question": called(event.question, company, regulators, _)}
        case ms.MeasureCalled():
            return {"question": called_of_measure(event.question, _)}
        case ev.Closed():
            comma = "、" if _.language == "zh-CN" else ", "
            return {"left_open": comma.join(called(item, company, regulators, _) for item in event.left_open)}
        case ev.StatutoryDue() | ev.StatutoryReminded() | ev.StatutoryOverdue() | ev.StatutoryFiled():
            return named_report(event.regulator, event.report, regulators, _)
        case ev.StatutoryDropped() | ev.StatutoryWaived():
            return named_report(event.regulator, None, regulators, _)
    return {}


def _text(name: str, value: Any, company: Company, _: Translator) -> str:
    at = getattr(value, "at", value)
    if isinstance(at, datetime):
        text = instant(at, _)
        return _.noted(text, _.word("provisional")) if getattr(value, "is_provisional", False) else text
    if name in _PEOPLE or name == "replaces":
        return name_of(company, str(value), _)
    named = company.system(str(value)) if name == "system" else company.department(str(value))
    if named and name in ("system", "department", "audience"):
        return named.name.in_language(_.language)
    return f"{value:g}" if isinstance(value, float) else str(value)
