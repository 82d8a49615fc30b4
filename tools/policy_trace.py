"""Traces every clause of the policy to the code that carries it and the tests that prove it: ``docs/policy.md``."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from ruamel.yaml import YAML

from domain.authority import AUTHORITY
from domain.clauses import CLAUSES, Clause
from domain.events import EVENTS
from domain.measure import MEASURE_EVENTS
from domain.rectification import RIGHTS

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "policy.md"
ELSEWHERE = {
    "1": "the purpose itself",
    "2": "the directory; `domain/readiness.py`",
    "3.1": "the manager's rows of `domain/authority.py`",
    "3.2": "review meetings not built yet",
    "3.3": "page `activation`",
    "4.1": "supplies not built yet",
    "4.2": "`domain/readiness.py`, rosters, backups in `domain/clock.py`",
    "4.3": "`domain/runbook.py`, `domain/soundness.py`; pinned by `judge`",
    "4.4": "inspections not built yet",
    "5.1": "every refusal",
    "7": "interpretation",
    "8": "every number is configuration: `policy.yaml`",
    "9": "`Policy.is_in_force`",
}
# Which of the two arrival clauses is cited depends on the instant of the dispatch.
BY_THE_CLOCK = {"5.3.3", "5.3.4"}
CLOCKED_EVENTS = ("arrival_overdue", "arrived", "dispatched", "paged")
_HEAD = """# The policy, clause by clause

Made by `python -m tools.policy_trace`; a test fails when this page is not what the code says.
Acts are refused with their clause, timeline entries cite it, and each number of `policy.yaml` names it.

| Clause | 内容 | What it says | Acts | Timeline entries | Numbers | Proved by |
|---|---|---|---|---|---|---|
"""


def acts_of(clause: str) -> list[str]:
    """Return the acts whose right rests on a clause."""
    asked = "5.3.3" if clause in BY_THE_CLOCK else clause
    rights = [(act.name, right.clause) for act, right in AUTHORITY.items()]
    rights += [(act.name, right.clause) for act, right in RIGHTS.items()]
    return sorted(name for name, cited in rights if cited == asked)


def events_of(clause: str) -> list[str]:
    """Return the events that cite a clause, or may by what they carry."""
    if clause in BY_THE_CLOCK:
        return list(CLOCKED_EVENTS)
    sources = {kind: _source_of(event) for kind, event in EVENTS.items()}
    found = [kind for kind, source in sources.items() if f'"{clause}"' in source]
    return sorted([*found, *(kind for kind, event in MEASURE_EVENTS.items() if event.clause == clause)])


def _source_of(event: type) -> str:
    text = (ROOT / "domain" / "events.py").read_text(encoding="utf-8")
    start = text.index(f"class {event.__name__}(")
    return text[start : text.find("\nclass ", start + 1)]


def numbers_of(clause: str) -> list[str]:
    """Return the numbers of the policy file that serve a clause."""
    numbers = YAML(typ="safe").load((ROOT / "policy.yaml").read_text(encoding="utf-8"))
    return sorted(name for name, value in _flat(numbers) if value.get("clause") == clause)


def _flat(numbers: dict[str, object], prefix: str = "") -> Iterator[tuple[str, dict[str, object]]]:
    for name, value in numbers.items():
        if isinstance(value, dict):
            yield f"{prefix}{name}", value
            yield from _flat(value, f"{prefix}{name}.")


def proofs_of(clause: str) -> list[str]:
    """Return the tests that name a clause."""
    named = re.compile(rf"(?<![\d.]){re.escape(clause)}(?!\.?\d)")
    files = sorted((ROOT / "tests").glob("domain/test_*.py")) + sorted((ROOT / "tests").glob("stories/test_*.py"))
    return [str(file.relative_to(ROOT / "tests")) for file in files if named.search(file.read_text(encoding="utf-8"))]


def _row(clause: Clause) -> str:
    proofs = proofs_of(clause.id) if "." in clause.id else []
    shown = [*(f"`{name}`" for name in proofs[:4]), *([f"and {len(proofs) - 4} more"] if proofs[4:] else [])]
    cells = (
        clause.id,
        clause.zh,
        clause.en,
        ", ".join(f"`{name}`" for name in acts_of(clause.id)) or ELSEWHERE.get(clause.id, ""),
        ", ".join(f"`{name}`" for name in events_of(clause.id)),
        ", ".join(f"`{name}`" for name in numbers_of(clause.id)),
        ", ".join(shown),
    )
    return f"| {' | '.join(cells)} |"


def page() -> str:
    """Return the page as the code says it should be."""
    return _HEAD + "\n".join(_row(clause) for clause in CLAUSES.values()) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(ROOT)} written\n")
