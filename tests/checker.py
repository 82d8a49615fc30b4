"""The checker of the invariants: works offline on what was logged, and trusts no rule of the product.

I12 is replay itself; the others are read from client operations, provider log, database rows and Temporal histories.
"""

from collections.abc import AsyncIterator

from temporalio.client import WorkflowHistory

from tests.checks import pages, record, timers
from tests.checks.evidence import Evidence, Violation
from tools.replay import replayer


def check(evidence: Evidence) -> list[Violation]:
    """Return everything that does not hold, but for replay."""
    return [*record.check(evidence), *pages.check(evidence), *timers.check(evidence)]


async def check_replay(evidence: Evidence) -> list[Violation]:
    """Return the histories that do not replay with today's code (I12)."""
    names: dict[str, str] = {}

    async def histories() -> AsyncIterator[WorkflowHistory]:
        for name, runs in evidence.histories.items():
            for run in runs:
                history = WorkflowHistory.from_json(name, {"events": run})
                names[history.run_id] = name
                yield history

    async with replayer().workflow_replay_iterator(histories()) as results:
        found = [(names[result.history.run_id], result.replay_failure) async for result in results]
    return [Violation("I12", name, str(failure)) for name, failure in found if failure]
