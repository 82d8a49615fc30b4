"""Fetching fault logs from the affected systems (5.3.5)."""

from temporalio import activity

from activities.messages import Collected, CollectorRun
from activities.ports import CannotCollect, Collecting


class Collectors:
    """Asks the collectors of a system."""

    def __init__(self, collecting: Collecting) -> None:
        """Take how a fault log is fetched."""
        self._collecting = collecting

    @activity.defn(name="collect")
    async def collect(self, run: CollectorRun) -> Collected:
        """Fetch one fault log; a collector that fails is a result, never an error."""
        try:
            return Collected(exhibit=await self._collecting.collect(run.collector))
        except CannotCollect as failure:
            return Collected(reason=str(failure))
