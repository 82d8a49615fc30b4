"""One timer that is moved only when the instant it waits for has moved."""

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow


class Alarm:
    """Waits for one instant; setting the same instant again costs nothing."""

    def __init__(self) -> None:
        """Start without anything to wait for."""
        self._at: datetime | None = None
        self._task: asyncio.Task[None] | None = None

    def set(self, at: datetime | None, summary: str) -> None:
        """Wait for another instant, or for none."""
        if at == self._at:
            return
        if self._task:
            self._task.cancel()
        self._at, self._task = at, None
        if at:
            left = max(at - workflow.now(), timedelta(milliseconds=1))
            self._task = asyncio.create_task(workflow.sleep(left, summary=summary))

    def has_rung(self, now: datetime) -> bool:
        """Tell whether the instant has come."""
        return self._at is not None and now >= self._at
