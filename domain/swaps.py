"""Two people exchange turns: what may be offered, who answers, what can be taken back (4.2)."""

from datetime import datetime

from domain.duty import Roll, Why, seated_by
from domain.errors import AlreadyDecided, Conflict, OwnWork, Unacceptable
from domain.roster import Roster, Swap
from domain.text import N_

_CLAUSE = "4.2"
_NO_TURN = N_("{person} has no turn in that time.")
_OVERRIDDEN = N_("{person} is on duty then by an override, which is not swapped; enter another override.")


def check_offer(swap: Swap, roster: Roster, roll: Roll, now: datetime) -> None:
    """Refuse an offer that exchanges nothing, or only what is over; raises Refusal.

    Turns are exchanged. An override wins over them whoever has them then, so that a swap of it would be one-sided.
    """
    if swap.offered_by == swap.offered_to:
        raise Unacceptable(N_("Nobody swaps with himself."), clause=_CLAUSE, field="offered_to")
    for field, person, stretch in (
        ("gives", swap.offered_by, swap.gives),
        ("takes", swap.offered_to, swap.takes),
    ):
        if stretch.ends <= now:
            raise Unacceptable(N_("That is over already."), clause=_CLAUSE, field=field)
        reasons = seated_by(roster, roll, person, stretch.starts, stretch.ends)
        if not reasons - {Why.OVERRIDE}:
            raise Unacceptable(_OVERRIDDEN if reasons else _NO_TURN, clause=_CLAUSE, field=field, person=person)


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
