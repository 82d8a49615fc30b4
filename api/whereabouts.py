"""What somebody typed to prove where he is never enters an incident's history, which is exported and read (5.3.3)."""

from api.services import Services
from domain.acts import Act, CheckIn


def discreet(ports: Services, number: str, act: Act) -> Act:
    """Return an act as it may be kept: with the proof of a place's code instead of the code."""
    if not isinstance(act, CheckIn) or act.place_code is None:
        return act
    return act.model_copy(update={"place_code": ports.snapshots.proof(number, act.place_code)})
