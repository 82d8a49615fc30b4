"""5.3.3, 6.2: a deadline in a year that nobody announced is marked wherever it is shown."""

from datetime import timedelta

import pytest

from activities.messages import IncidentRow
from adapters.i18n import translator
from api.incidents import _listed
from api.sentences import _text
from domain.policy import Deadline
from tests import cast
from tests.cast import NOW

DUE = Deadline(at=NOW + timedelta(days=40), clause="6.2", is_provisional=True)


@pytest.mark.parametrize(("language", "mark"), [("en", "(provisional)"), ("zh-CN", "（暂定）")])
def test_the_timeline_marks_it(language: str, mark: str) -> None:
    assert _text("deadline", DUE, cast.company(), translator(language)).endswith(mark)
    known = DUE.model_copy(update={"is_provisional": False})
    assert mark not in _text("deadline", known, cast.company(), translator(language))


@pytest.mark.parametrize("is_provisional", [True, False])
@pytest.mark.parametrize("place", ["deadlines", "responders"])
def test_lists_mark_it(place: str, is_provisional: bool) -> None:
    due = DUE.model_copy(update={"is_provisional": is_provisional}).model_dump(mode="json")
    view = {"deadlines": {"summary_due": due}} if place == "deadlines" else {"responders": [{"deadline": due}]}
    row = IncidentRow(
        number="N",
        seq=1,
        version=1,
        title="t",
        phase="summary",
        severity="III",
        system="s",
        reporter="r",
        deadline=DUE.at,
        opened_at=NOW,
        updated_at=NOW,
        head_hash="h",
        view=view,
    )
    assert _listed(row, [], translator("en")).is_provisional is is_provisional
    other = row.model_copy(update={"deadline": NOW})
    assert not _listed(other, [], translator("en")).is_provisional
