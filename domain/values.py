"""Numbers and instants as people and monitors may tell them: such as every clock, hash and database can hold."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field
from pydantic_core import PydanticCustomError

from domain.text import N_

LARGEST = 2**31 - 1
_EARLIEST, _END = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
IMPLAUSIBLE = N_("must lie in one of the years {first} to {last}")
YEARS = {"first": str(_EARLIEST.year), "last": str(_END.year - 1)}


def is_plausible(instant: datetime) -> bool:
    """Tell whether an instant can be told in every time zone; what a monitor sends for "unknown" often cannot."""
    return _EARLIEST <= instant < _END


def _plausible(instant: datetime) -> datetime:
    if not is_plausible(instant):
        raise PydanticCustomError("implausible_instant", "must lie in one of the years {first} to {last}", YEARS)
    return instant


Instant = Annotated[AwareDatetime, AfterValidator(_plausible)]
Ordinal = Annotated[int, Field(ge=1, le=LARGEST)]  # the number of a thing of an incident, counted from 1
Version = Annotated[int, Field(ge=0, le=LARGEST)]  # how often a thing was changed; 0 is before the first time
