"""Article 5.3.1: notice and advance notice of the leading group: when they are due, to whom they go (R18)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from domain import acts
from domain import events as ev
from domain.acts import NoticeOccasion
from domain.company import POSTS
from domain.decide import Case, decides
from domain.drill import addressable
from domain.errors import Unknown
from domain.handling import heads_of
from domain.incident import HANDLING, Incident, Phase
from domain.policy import Deadline
from domain.text import N_

# What happened asks for a notice at once; the interval between notices has a limit of its own.
ASKED = (NoticeOccasion.FORMATION, NoticeOccasion.LEVEL_CHANGE, NoticeOccasion.END)
_PHASES = {NoticeOccasion.END: frozenset({Phase.SUMMARY})}
_COMMANDED = HANDLING | {Phase.RECOVERY}


class Asked(NamedTuple):
    """A notice that an occasion asks for: the name of its limit, when it counts, what it makes happen."""

    name: str
    phases: frozenset[Phase]
    falls_due: partial[Iterator[ev.Event]]


def limit_of(occasion: NoticeOccasion) -> str:
    """Return the name of the limit of an occasion."""
    return f"notice_{occasion}"


@decides(acts.GiveNotice)
def give_notice(case: Case[acts.GiveNotice]) -> Sequence[ev.Event]:
    """Give notice or advance notice; the next one falls due after the notice interval (R18)."""
    incident, act = case.incident, case.act
    people = [person for audience in act.audience for person in reached_by(incident, audience, case.now)]
    interval = incident.policy.notice_interval
    return [
        ev.NoticeGiven(
            notice=act.kind,
            audience=act.audience,
            text=act.text,
            next_due=Deadline(at=case.now + interval.duration, clause=interval.clause),
            occasion=act.occasion,
            people=addressable(incident, list(dict.fromkeys(people))),
        )
    ]


def reached_by(incident: Incident, audience: str, now: datetime) -> list[str]:
    """Return who hears of a notice: whoever answers for a department, or holds a post; refuse what is neither."""
    if incident.company.department(audience):
        return heads_of(incident, audience, now)
    holders = [person for post in POSTS if post == audience for person in incident.company.holders(post)]
    if audience not in POSTS:
        raise Unknown(
            N_("The company has no department and no post “{audience}”."),
            clause="5.3.1",
            field="audience",
            audience=audience,
        )
    if not holders:
        raise Unknown(N_("Nobody holds the post “{audience}”."), clause="5.3.1", field="audience", audience=audience)
    return holders


def asked(incident: Incident) -> Iterator[Asked]:
    """Return the limits of the notices that occasions ask for."""
    for occasion in ASKED:
        if limit_of(occasion) in incident.deadlines:
            phases = _PHASES.get(occasion, _COMMANDED)
            yield Asked(limit_of(occasion), phases, partial(_due, occasion))


def _due(occasion: NoticeOccasion, _incident: Incident, _now: datetime) -> Iterator[ev.Event]:
    yield ev.NoticeDue(occasion=occasion)
