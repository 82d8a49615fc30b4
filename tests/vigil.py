"""How people stand in a story: everybody is reached by verified mail until the story says otherwise."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from activities.messages import Trial, Tried
from adapters.files import load_policy
from adapters.store.database import DatabaseAway
from domain.company import Company, Leave, Role
from domain.readiness import Standing, Way
from tests import cast

POLICY = load_policy(Path(__file__).resolve().parents[1] / "policy.yaml")
MAIL = Way(channel="mail", is_verified=True)


def full_company() -> Company:
    """Two in every post and for every system, an administrator, and everybody with mail."""
    company = cast.company()
    for person in company.people:
        person.channels = ["inbox", "mail"]
        if person.id == cast.SECOND_OPERATOR:
            person.posts.append(Role.ADMINISTRATOR)
    for system in company.systems:
        system.technicians = [cast.TECHNICIAN, cast.SECOND_TECHNICIAN]
    return company


class Vigilance:
    """What readiness is judged by (port ``Standings``), and the tests that were made (port ``CommunicationTests``)."""

    def __init__(self, company: Callable[[], Company]) -> None:
        self._company = company
        self.forget()

    def forget(self) -> None:
        """Start anew."""
        self.leaves: list[Leave] = []
        self.years = [2025, 2026, 2027]
        self.trials: list[Trial] = []
        self.unanswered: set[str] = set()
        self.is_away = False

    async def now(self, now: datetime) -> Standing:
        """Return how people stand; raise while nothing can be read."""
        if self.is_away:
            raise DatabaseAway("nothing can be read")
        return self.standing(now)

    def standing(self, now: datetime) -> Standing:
        """Return how people stand; once a test has closed, those who did not answer it are silent."""
        company = self._company()
        is_closed = any(trial.closes_at <= now for trial in self.trials)
        silent = self.unanswered if is_closed else frozenset[str]()
        return Standing(
            company=company,
            policy=POLICY,
            calendar=cast.calendar().model_copy(update={"years": self.years}),
            ways={person.id: [MAIL.model_copy(update={"is_silent": person.id in silent})] for person in company.people},
            leaves=self.leaves,
        )

    async def begin(self, trial: Trial, points: Sequence[Tried]) -> list[Tried]:
        """Note that a test begins."""
        self.trials.append(trial)
        return list(points)

    async def newest(self, limit: int = 1) -> list[Trial]:
        """Return the newest tests."""
        return self.trials[::-1][:limit]
