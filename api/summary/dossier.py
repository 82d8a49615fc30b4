"""Everything that a summary report is made of, read once."""

from datetime import datetime
from typing import NamedTuple

from adapters.i18n import Translator
from adapters.snapshot import now_in_utc
from adapters.store.database import DatabaseAway
from adapters.store.deliveries import Attempt
from api.phone.facts import history
from api.reading import find
from api.services import Services
from api.summary.wording import drafted
from domain import events as ev
from domain.acts import SummaryContent
from domain.drafting import Story
from domain.entry import Entry
from domain.incident import Incident
from domain.report import Draft, Reviewed


class Submitted(NamedTuple):
    """A submitted version with its entry."""

    entry: Entry
    event: ev.SummarySubmitted


class Dossier(NamedTuple):
    """An incident, its timeline, the versions of the draft, what reviewers said, and what was delivered."""

    incident: Incident
    entries: list[Entry]
    drafts: list[Draft]
    reviews: list[Reviewed]
    deliveries: list[Attempt]
    now: datetime

    @property
    def story(self) -> Story:
        """Return what a draft is made from."""
        return Story(self.incident, self.entries, self.now)

    @property
    def draft_version(self) -> int:
        """Return the newest version of the draft; 0 while nobody has edited it."""
        return self.drafts[-1].version if self.drafts else 0

    @property
    def submitted(self) -> list[Submitted]:
        """Return the submitted versions, oldest first."""
        return [Submitted(entry, entry.event) for entry in self.entries if isinstance(entry.event, ev.SummarySubmitted)]

    @property
    def standing(self) -> Submitted | None:
        """Return the submitted version that nobody has returned."""
        summary = self.incident.summary
        if summary is None or summary.is_wanted_anew:
            return None
        return self.version(summary.version)

    def version(self, number: int) -> Submitted | None:
        """Return one submitted version."""
        return next((item for item in self.submitted if item.event.summary_version == number), None)

    def content(self, _: Translator) -> SummaryContent:
        """Return the newest draft; one that nobody has edited is drafted from the record now."""
        return self.drafts[-1].content if self.drafts else drafted(self.story, _)


async def gather(ports: Services, number: str) -> Dossier:
    """Read a dossier; NoSuchIncident, DatabaseAway, TemporalAway or OutcomeUnknown where it cannot be read."""
    incident = (await find(ports, number)).incident
    return Dossier(
        incident=incident,
        entries=await history(ports, number),
        drafts=await ports.reports.drafts(number),
        reviews=await ports.reports.reviews(number),
        deliveries=await _deliveries(ports, number),
        now=now_in_utc(),
    )


async def _deliveries(ports: Services, number: str) -> list[Attempt]:
    try:
        attempts = await ports.deliveries.of_incident(number)
    except DatabaseAway:
        return []
    return [item for item in attempts if item.question.startswith("receipt/")]
