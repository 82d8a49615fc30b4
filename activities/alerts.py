"""Opening incidents for alerts."""

from temporalio import activity

from activities.messages import AlertOpening
from activities.ports import Openings


class Alerts:
    """Turns an alert without an open incident into one."""

    def __init__(self, openings: Openings) -> None:
        """Take how incidents are opened."""
        self._openings = openings

    @activity.defn(name="open_for_alert")
    async def open_for_alert(self, opening: AlertOpening) -> None:
        """Open the incident under the number that the alert workflow gave it; a repeat does nothing."""
        await self._openings.open_for_alert(opening)
