"""5.3.5: what cannot stand in the timeline is refused, and the incident goes on."""

from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from domain import acts
from domain.errors import Unacceptable
from domain.values import Instant, Ordinal
from tests import cast
from tests.domain.stage import Stage

INSTANT, ORDINAL = TypeAdapter(Instant), TypeAdapter(Ordinal)


@pytest.mark.parametrize("text", ["1970-01-01T00:00:00Z", "2026-11-26T10:00:00+08:00", "2199-12-31T23:59:59Z"])
def test_instants_of_our_time_are_taken(text: str) -> None:
    assert INSTANT.validate_python(text) == datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+08:00", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00"])
def test_an_instant_that_some_clock_cannot_show_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="must lie in one of the years 1970 to 2199"):
        INSTANT.validate_python(text)


@pytest.mark.parametrize("number", [0, 2**31, 2**53 + 1, 10**30])
def test_a_number_that_some_database_cannot_hold_is_refused(number: int) -> None:
    with pytest.raises(ValidationError):
        ORDINAL.validate_python(number)


def test_what_the_timeline_cannot_hold_changes_nothing() -> None:
    """No door lets half a character through; should one ever come, the workflow must not stumble over it for ever."""
    stage = Stage()
    stage.do(cast.MANAGER, acts.Judge(verdict="emergency"))
    half = acts.Record.model_construct(kind="observation", text="\ud800", sha256=None, corrects=None)
    before = stage.incident.model_dump()
    with pytest.raises(Unacceptable):
        stage.file.act(stage.command(cast.MANAGER, half), stage.now)
    assert stage.incident.model_dump() == before
    stage.do(cast.MANAGER, acts.Record(kind="observation", text="It goes on"))
