"""In words: why somebody is on duty, when he is called, and what keeps him from it."""

from datetime import datetime

from adapters.i18n import Translator
from adapters.i18n.formats import instant
from api.names import name_of
from domain.company import Company
from domain.directory import INBOX
from domain.duty import Candidate, Obstacle, Reached, Step, Why
from domain.text import N_, Wire

_STEPS: dict[Step | None, str] = {
    Step.FIRST: N_("called at once"),
    Step.NEXT: N_("called with the deputies"),
    Step.EVERYBODY: N_("called with everybody"),
    None: N_("passed over"),
}
_WHY = {
    Why.TURN: N_("has the turn: {seat}"),
    Why.SWAP: N_("swapped the turn with {instead_of}: {seat}"),
    Why.OVERRIDE: N_("was put on duty by {entered_by}: {seat}"),
    Why.NEXT_TURN: N_("has one of the next turns"),
    Why.HOLDER: N_("holds the post"),
    Why.DEPUTY: N_("is named as deputy"),
}
_INSTEAD = N_("was put on duty by {entered_by} instead of {instead_of}: {seat}")
_DEPUTY = N_("acts for {deputy_of}")
_OBSTACLES = {
    Obstacle.UNKNOWN: N_("is nobody of the company"),
    Obstacle.DISABLED: N_("is disabled"),
    Obstacle.ON_LEAVE: N_("is on leave until {until}"),
    Obstacle.NO_CHANNEL: N_("no channel reaches him"),
    Obstacle.NO_POST: N_("neither holds the post nor acts for a holder"),
}
_ONLY_INBOX = N_("only the inbox reaches him, no other channel is set up")
_UNVERIFIED = N_("none of his addresses is verified")


class Reason(Wire):
    """One reason: a word for machines, and a text."""

    code: str
    text: str


def step_text(step: Step | None, _: Translator) -> str:
    """Tell when somebody is called."""
    return _(_STEPS[step])


def reasons(
    candidate: Candidate, company: Company, _: Translator, zone: str, unverified: frozenset[str] = frozenset()
) -> list[Reason]:
    """Tell all reasons: how he comes into the line, what keeps him from being called, how well he is reached."""
    message = _INSTEAD if candidate.why == Why.OVERRIDE and candidate.instead_of else _WHY[candidate.why]
    found = [Reason(code=candidate.why, text=_(message, **_params(candidate, company, _, zone)))]
    if candidate.deputy_of:
        found.append(Reason(code="delegation", text=_(_DEPUTY, **_params(candidate, company, _, zone))))
    if candidate.obstacle:
        text = _(_OBSTACLES[candidate.obstacle], **_params(candidate, company, _, zone))
        found.append(Reason(code=candidate.obstacle, text=text))
    person = company.person(candidate.person)
    if isinstance(candidate, Reached) and candidate.step and person:
        if set(person.channels) <= {INBOX}:
            found.append(Reason(code="only_inbox", text=_(_ONLY_INBOX)))
        if person.id in unverified:
            found.append(Reason(code="unverified", text=_(_UNVERIFIED)))
    return found


def _params(candidate: Candidate, company: Company, _: Translator, zone: str) -> dict[str, str]:
    people = {name: getattr(candidate, name) for name in ("instead_of", "entered_by", "deputy_of")}
    named = {name: name_of(company, person, _) for name, person in people.items() if person}
    return {"seat": candidate.seat or "", "until": _at(candidate.until, _, zone), **named}


def _at(at: datetime | None, _: Translator, zone: str) -> str:
    return instant(at, _, zone) if at else ""
