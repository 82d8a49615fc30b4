"""What people call what has an id: somebody, a question such as ``plan/2``, a report to a regulator."""

from collections.abc import Sequence

from adapters.i18n import Translator
from domain.company import Company
from domain.deadlines import Kept
from domain.policy import Regulator
from domain.statutory_forms import report_name
from domain.text import N_

_NUMBERED = ("number",)
_CALLED: dict[str, tuple[str, tuple[str, ...]]] = {
    "judgement": (N_("judgement {number}"), _NUMBERED),
    "activation": (N_("help of the specialist"), ()),
    "arrival": (N_("arrival of {person}"), ("person",)),
    "at_risk": (N_("arrival of {person}, perhaps late"), ("person",)),
    "overdue": (N_("arrival of {person}, overdue"), ("person",)),
    "procedure": (N_("start of the emergency flow, question {number}"), _NUMBERED),
    "group": (N_("formation of the leading group"), ()),
    "major": (N_("response plan for the major problem"), ()),
    "plan": (N_("response plan, version {number}"), _NUMBERED),
    "plan_refused": (N_("refused response plan, version {number}"), _NUMBERED),
    "command": (N_("command offered to {person}"), ("person",)),
    "step": (N_("approval of step “{step}”"), ("step",)),
    "time_box": (N_("result of step “{step}”"), ("step",)),
    "order": (N_("order {number}"), _NUMBERED),
    "objection": (N_("objection to order {number}"), _NUMBERED),
    "information": (N_("new information {number}"), _NUMBERED),
    "finding": (N_("finding {number}"), _NUMBERED),
    "measure": (N_("measure for finding {number}"), _NUMBERED),
    "checklist": (N_("recovery checklist, round {number}"), _NUMBERED),
    "verification": (N_("verification of the recovery, round {number}"), _NUMBERED),
    "summary": (N_("summary report, version {number}"), _NUMBERED),
    "preliminary": (N_("the preliminary report"), ()),
    "preliminary/": (N_("the preliminary report before the {role}"), ("role",)),
    "receipt": (N_("summary report, version {number}, before the {role}"), ("number", "role")),
    "runbook": (N_("the decision about the runbook"), ()),
    "closing": (N_("closure"), ()),
    "again": (N_("alarm {number} after it was thought to be over"), _NUMBERED),
}
_CALLED_OF_MEASURE = {
    "due": N_("due day of the measure"),
    "overdue": N_("overdue measure"),
    "verification": N_("verification of the measure"),
    "extension": N_("extension {number}"),
}


def name_of(company: Company, person_id: str, _: Translator) -> str:
    """Return a person's name in a language; somebody unknown keeps his id."""
    person = company.person(person_id)
    if person is None:
        return person_id
    return person.name if _.language == "zh-CN" else person.name_en


def called(question: str, company: Company, regulators: Sequence[Regulator], _: Translator) -> str:
    """Name a question of an incident; one that this release does not know keeps its id."""
    kind, *about = question.split("/")
    if kind == "statutory" and len(about) == 2:  # noqa: PLR2004 - the regulator and the report
        return _(N_("report “{report}” to “{regulator}”"), **named_report(about[0], about[1], regulators, _))
    message, fields = _CALLED.get(f"{kind}/" if kind == "preliminary" and about else kind, (None, ()))
    if message is None:
        return _.word(question)
    values = dict(zip(fields, about, strict=False))
    if "person" in values:
        values["person"] = name_of(company, values["person"], _)
    if "step" in values:
        values["step"] = "/".join(about)
    return _(message, **values) if values else _(message)


def called_of_measure(question: str, _: Translator) -> str:
    """Name a question of a rectification measure."""
    kind, _slash, number = question.partition("/")
    message = _CALLED_OF_MEASURE.get(kind)
    return _(message, number=number) if message else question


def deadline_name(row: Kept, regulators: Sequence[Regulator], _: Translator) -> str:
    """Name a deadline that was set."""
    return _(row.what, **named_report(*row.report, regulators, _)) if row.report else _(row.what)


def named_report(regulator: str, report: str | None, regulators: Sequence[Regulator], _: Translator) -> dict[str, str]:
    """Name a regulator and a report to it; one that the policy does not have any more keeps its id."""
    known = next((item for item in regulators if item.id == regulator), None)
    if known is None:
        return {"regulator": regulator, "report": report or ""}
    kind = report_name(known, report).in_language(_.language) if report else ""
    return {"regulator": known.name.in_language(_.language), "report": kind}
