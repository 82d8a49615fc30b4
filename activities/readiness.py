"""Looking at the readiness of people, and beginning communication tests (4.2)."""

from collections.abc import Iterator
from datetime import datetime

from temporalio import activity

from activities.messages import GapLetter, MorningLook, MorningReport, Trial, TrialPlan, TrialRun, Tried
from activities.ports import CommunicationTests, Standings
from domain.directory import INBOX
from domain.readiness import Gap, Standing, Urgency, audience, is_due_again, key_people, readiness, to_tell


class ReadinessChecks:
    """Judges by what the company is at that moment; the instant itself is the workflow's."""

    def __init__(self, standings: Standings, tests: CommunicationTests) -> None:
        """Take what readiness is judged by, and the tests that were made."""
        self._standings = standings
        self._tests = tests

    @activity.defn(name="next_morning")
    async def next_morning(self, at: datetime) -> datetime:
        """Return when the next working day begins."""
        return _next_morning(await self._standings.now(at), at)

    @activity.defn(name="look_at_readiness")
    async def look(self, look: MorningLook) -> MorningReport:
        """Judge, and say whom to tell of what: every gap once, and again while it stays open."""
        standing = await self._standings.now(look.at)
        gaps = readiness(standing, look.at).gaps
        newest = await self._tests.newest()
        interval = standing.policy.communication_test_interval
        return MorningReport(
            open=[gap.key for gap in gaps],
            letters=list(_letters(standing, to_tell(gaps, look.told, standing.policy, look.at), look.at)),
            is_test_due=not newest or is_due_again(newest[0].started_at, interval, look.at),
            next_look=_next_morning(standing, look.at),
        )

    @activity.defn(name="begin_communication_test")
    async def begin_test(self, plan: TrialPlan) -> TrialRun:
        """Note whom a test tries on which contact point: whoever is needed, everywhere he is reached."""
        standing = await self._standings.now(plan.started_at)
        closes_at = plan.started_at + standing.policy.communication_test_window.duration
        trial = Trial(id=plan.id, started_at=plan.started_at, closes_at=closes_at)
        points = await self._tests.begin(trial, list(_points(standing, plan.started_at)))
        return TrialRun(points=points, closes_at=closes_at)


def _next_morning(standing: Standing, at: datetime) -> datetime:
    return standing.calendar.next_morning(at, standing.policy.working_spans)


def _letters(standing: Standing, gaps: list[Gap], at: datetime) -> Iterator[GapLetter]:
    for urgency in Urgency:
        letters: dict[str, list[Gap]] = {}
        for gap in gaps:
            for recipient in audience(standing, urgency, at, gap.kind) if gap.urgency == urgency else []:
                letters.setdefault(recipient, []).append(gap)
        for person_id, told in letters.items():
            person = standing.company.person(person_id)
            if person is not None:
                yield GapLetter(
                    recipient=person_id,
                    channels=person.channels,
                    urgency=urgency,
                    gaps=[gap.model_dump_json(exclude_none=True) for gap in told],
                    keys=[gap.key for gap in told],
                    clause="4.3" if all(gap.clause == "4.3" for gap in told) else "4.2",
                )


def _points(standing: Standing, at: datetime) -> Iterator[Tried]:
    for person_id in key_people(standing.company, at):
        person = standing.company.person(person_id)
        for channel in dict.fromkeys(person.channels if person else []):
            if channel != INBOX:
                yield Tried(person=person_id, channel=channel)
