"""The page that traces the policy is true, and no clause of articles 5 and 6 is without code and proof."""

import pytest

from domain.clauses import CLAUSES
from tools.policy_trace import PAGE, acts_of, events_of, page, proofs_of

ACTED = [clause for clause in CLAUSES if clause.startswith(("5.2.", "5.3.", "6."))]


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tools.policy_trace"


@pytest.mark.parametrize("clause", ACTED)
def test_every_clause_of_articles_5_and_6_is_carried_by_code_and_proved(clause: str) -> None:
    assert acts_of(clause) or events_of(clause), f"no act and no event carries {clause}"
    assert proofs_of(clause), f"no test names {clause}"
