"""What must be known when somebody leaves."""

from typing import Literal

from temporalio import activity

from activities.messages import Leaver
from activities.ports import Membership, Ongoing


class Departures:
    """Looks whether somebody has left, and what goes on without him."""

    def __init__(self, membership: Membership, ongoing: Ongoing) -> None:
        """Take who knows the people and who knows the incidents."""
        self._membership = membership
        self._ongoing = ongoing

    @activity.defn(name="has_left")
    async def has_left(self, leaver: Leaver) -> Literal["left", "stayed", "pending"]:
        """Tell what came of the change that would make him leave."""
        return await self._membership.standing(leaver.person, leaver.version)

    @activity.defn(name="open_incidents")
    async def open_incidents(self) -> list[str]:
        """Return the numbers of all incidents that are not over."""
        return await self._ongoing.open_numbers()

    @activity.defn(name="ongoing_measures")
    async def ongoing_measures(self) -> list[str]:
        """Return the numbers of all rectification measures that are not over."""
        return await self._ongoing.open_measures()
