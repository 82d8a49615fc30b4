"""Automatic actions of runbook steps: each confirmed run is carried out at most once (5.2.3)."""

import asyncio

from temporalio import activity

from activities.messages import ActionResult, ActionRun
from activities.ports import Allowed

# Of the time that a run has; what is left is for its answer to come back.
_SHARE = 0.9


class Actions:
    """Carries out entries of the allow-list; what nobody can tell is unclear, never tried again."""

    def __init__(self, allowed: Allowed) -> None:
        """Take the allow-list."""
        self._allowed = allowed

    @activity.defn(name="run_action")
    async def run_action(self, run: ActionRun) -> ActionResult:
        """Carry out one run; an error is an answer, so that nothing is repeated for its sake."""
        given = activity.info().start_to_close_timeout
        try:
            async with asyncio.timeout(given.total_seconds() * _SHARE if given else None):
                return await self._allowed.carry_out(run)
        except Exception as error:  # noqa: BLE001 - whatever went wrong, nobody knows how far it had come
            # Its words could hold a secret.
            activity.logger.warning("action_unclear", extra={"action": run.action, "error": type(error).__name__})
            return ActionResult(outcome="unclear", why="no_answer")
