"""Everything by which the readiness of people is judged, as the directory, the rosters and the tests say now."""

from collections.abc import Iterator
from datetime import datetime

from adapters.calendar import around
from adapters.snapshot import Snapshots
from adapters.store.communication import SqlCommunicationTests
from domain.company import Company
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
            ways={member.id: list(_ways(member, known.company, silent)) for member in known.register.people},
            leaves=known.register.leaves,
            duty=[(roster.post, shift) for roster, shift in shifts],
            editions=known.editions,
        )


def _ways(member: Member, company: Company, silent: dict[tuple[str, str], datetime]) -> Iterator[Way]:
    """Yield his contact points on channels that are set up: by others no message reaches him, verified or not.

    Whoever was reached after the test that he left unanswered can be reached again.
    """
    person = company.person(member.id)
    for contact in member.contacts:
        if person is None or contact.channel not in person.channels:
            continue
        since, verified = silent.get((member.id, contact.channel)), contact.verified_at
        is_silent = since is not None and (verified is None or verified < since)
        yield Way(channel=contact.channel, is_verified=verified is not None, is_silent=is_silent)
