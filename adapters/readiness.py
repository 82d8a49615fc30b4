"""Everything by which the readiness of people is judged, as the directory, the rosters and the tests say now."""

from datetime import datetime

from adapters.calendar import around
from adapters.snapshot import Snapshots
from adapters.store.communication import SqlCommunicationTests
from domain.directory import Member
from domain.readiness import Standing, Way


class Standings:
    """Gathers what readiness is judged by; raises DatabaseAway."""

    def __init__(self, snapshots: Snapshots, tests: SqlCommunicationTests) -> None:
        """Take what the company is now, and how its people answered the tests."""
        self._snapshots = snapshots
        self.tests = tests

    async def now(self, now: datetime) -> Standing:
        """Return how people, rosters and calendar stand."""
        policy = self._snapshots.policy
        known = await self._snapshots.directory.known()
        silent = await self.tests.silent(now)
        shifts = await self._snapshots.duties.shifts(now, now + policy.readiness_horizon.duration)
        return Standing(
            company=known.company,
            policy=policy,
            calendar=around(await self._snapshots.calendars.years(), policy.time_zone, now),
            ways={member.id: _ways(member, silent) for member in known.register.people},
            leaves=known.register.leaves,
            duty=[(roster.post, shift) for roster, shift in shifts],
            editions=known.editions,
        )


def _ways(member: Member, silent: dict[tuple[str, str], datetime]) -> list[Way]:
    """Whoever was reached after the test that he left unanswered can be reached again."""
    return [
        Way(
            channel=contact.channel,
            is_verified=contact.verified_at is not None,
            is_silent=(since := silent.get((member.id, contact.channel))) is not None
            and (contact.verified_at is None or contact.verified_at < since),
        )
        for contact in member.contacts
    ]
