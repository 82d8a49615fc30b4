"""Two people exchange turns: what may be offered, who answers, what can be taken back (4.2)."""

from datetime import datetime

from domain.duty import Roll, turn
from domain.errors import AlreadyDecided, Conflict, OwnWork, Unacceptable
from domain.roster import Roster, Swap
from domain.text import N_

_CLAUSE = "4.2"


def check_offer(swap: Swap, roster: Roster, roll: Roll, now: datetime) -> None:
    """Refuse an offer that exchanges nothing, or only what is over; raises Refusal."""
    if swap.offered_by == swap.offered_to:
        raise Unacceptable(N_("Nobody swaps with himself."), clause=_CLAUSE, field="offered_to")
    for field, person, stretch in (
        ("gives", swap.offered_by, swap.gives),
        ("takes", swap.offered_to, swap.takes),
    ):
        if stretch.ends <= now:
            raise Unacceptable(N_("That is over already."), clause=_CLAUSE, field=field)
        if not turn(roster, roll, person, stretch.starts, stretch.ends):
            raise Unacceptable(N_("{person} has no turn in that time."), clause=_CLAUSE, field=field, person=person)


def answered(swap: Swap, by: str, *, accept: bool) -> Swap:
    """Return a swap with the other's answer; raises AlreadyDecided, OwnWork."""
    if by == swap.offered_by:
        raise OwnWork(N_("The other one answers, not whoever offered it."), clause=_CLAUSE)
    if swap.status != "offered":
        raise AlreadyDecided(N_("This swap is {status} already."), clause=_CLAUSE, status=swap.status)
    return swap.model_copy(update={"status": "accepted" if accept else "declined"})


def withdrawn(swap: Swap) -> Swap:
    """Return a swap that is taken back; after it was accepted that takes another swap, or an override."""
    if swap.status != "offered":
        raise Conflict(N_("This swap is {status} already."), clause=_CLAUSE, status=swap.status)
    return swap.model_copy(update={"status": "withdrawn"})
