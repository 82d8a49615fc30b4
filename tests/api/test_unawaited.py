"""Which acts that nobody waits for become a signal: those that would be carried out, as far as anybody knows."""

import pytest

from api.unawaited import would_stand
from domain.acts import Close
from domain.errors import NotAuthorised, Refusal
from tests import cast
from tests.domain.stage import EMERGENCY, Stage


def test_what_the_incident_would_carry_out_may_be_told() -> None:
    stage = Stage()
    before = stage.incident.model_copy(deep=True)
    assert would_stand(stage.file, stage.command(cast.MANAGER, EMERGENCY), stage.now, is_live=True)
    assert stage.incident == before


@pytest.mark.parametrize("person", [cast.OPERATOR, cast.MANAGER])
def test_what_it_would_refuse_may_not(person: str) -> None:
    stage = Stage()
    assert not would_stand(stage.file, stage.command(person, Close()), stage.now, is_live=True)


def test_by_the_record_alone_whoever_has_no_right_is_refused_and_a_conflict_may_have_passed() -> None:
    stage = Stage()
    with pytest.raises(NotAuthorised):
        would_stand(stage.file, stage.command(cast.OPERATOR, Close()), stage.now, is_live=False)
    assert would_stand(stage.file, stage.command(cast.MANAGER, Close()), stage.now, is_live=False)
    early = stage.command(cast.OPERATOR, Close(), occurred_at="2199-01-01T00:00:00Z")
    with pytest.raises(Refusal):
        would_stand(stage.file, early, stage.now, is_live=False)
