"""Which acts answer a question about a rectification measure: what a link in its message offers (6.2)."""

from datetime import datetime
from typing import Any

from domain.answers import Answer, Asked, asked
from domain.company import Company
from domain.measure import AskExtension, DecideExtension, Measure, MeasureAct, ReportDone, VerifyMeasure
from domain.rectification import possible

_OF_THE_OWNER: tuple[type[MeasureAct], ...] = (ReportDone, AskExtension)
_ACTS: dict[str, tuple[type[MeasureAct], ...]] = {
    "due": _OF_THE_OWNER,
    "overdue": _OF_THE_OWNER,
    "verification": (VerifyMeasure,),
    "extension": (DecideExtension,),
    "note:rectification_opened": _OF_THE_OWNER,
    "note:rectification_news": _OF_THE_OWNER,
}


def conceivable(measure: Measure, question: str, person: str) -> list[Answer]:
    """Return what answers a question, whoever may; nothing once it is not asked any more."""
    put = asked(question, person)
    if measure.is_over or not _is_asked(measure, put):
        return []
    return [Answer(act, _settled(measure, act)) for act in _ACTS.get(put.kind, ())]


def answers(measure: Measure, company: Company, question: str, person: str, at: datetime) -> list[Answer]:
    """Return what this person may answer to a question now."""
    names = possible(measure, company, person, at)
    return [answer for answer in conceivable(measure, question, person) if answer.act.name in names]


def _is_asked(measure: Measure, put: Asked) -> bool:
    """A question that was asked in an earlier round is answered by nobody now."""
    if put.kind == "extension":
        return measure.pending_extension is not None and put.about == [str(len(measure.extensions))]
    return put.kind.startswith("note:") or put.about == [str(measure.round)]


def _settled(measure: Measure, act: type[MeasureAct]) -> dict[str, Any]:
    if act is VerifyMeasure:
        return {"completion": len(measure.completions)}
    return {"extension": len(measure.extensions)} if act is DecideExtension else {}
