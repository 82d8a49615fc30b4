"""Articles 5.2.1 and 5.3: somebody who was paged says that he is on it."""

from collections.abc import Sequence

from domain import acts
from domain import events as ev
from domain.awaited import ladders
from domain.decide import Case, decides
from domain.errors import NotAuthorised, Unknown
from domain.text import N_


@decides(acts.Acknowledge)
def acknowledge(case: Case[acts.Acknowledge]) -> Sequence[ev.Event]:
    """Let a page rest for the acknowledgement limit; the question itself stays open."""
    question = case.act.question
    ladder = next((item for item in ladders(case.incident) if item.question == question), None)
    if ladder is None:
        raise Unknown(
            N_("Nothing is asked under “{question}” now."), clause="5.2.1", field="question", question=question
        )
    if not ladder.asked.intersection(case.actor.people):
        raise NotAuthorised(N_("Only those who are asked acknowledge."), clause=ladder.clause)
    until = case.now + case.incident.policy.acknowledgement_limit.duration
    return [ev.Acknowledged(question=question, until=until)]
