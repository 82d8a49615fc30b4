"""What an incident pins when it opens: the company, the policy and the calendar as they are at that moment."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

from activities.messages import AlertOpening
from adapters.calendar import Calendars
from adapters.channels.registry import channels_set_up
from adapters.directory import SqlDirectory
from adapters.duty import Duties
from adapters.files import load_policy
from adapters.places import place_code, place_proof
from adapters.settings import Settings
from adapters.store.catalogue import SqlCatalogue
from adapters.store.database import Database
from adapters.temporal import Incidents
from domain.acts import Assessment, Report
from domain.calendar import Calendar
from domain.company import Role
from domain.errors import CommandReused
from domain.policy import CompanyPolicy
from workflows.contract import Opening


def now_in_utc() -> datetime:
    """Return the time of this machine; workflows keep their own."""
    return datetime.now(UTC)


class Snapshots:
    """Builds openings from the directory and the files that the settings name."""

    def __init__(self, settings: Settings, database: Database, clock: Callable[[], datetime] = now_in_utc) -> None:
        """Load policy, runbooks and calendar; FileProblem when a file cannot be used."""
        self.policy: CompanyPolicy = load_policy(settings.policy)
        self.catalogue = SqlCatalogue(database)
        self.directory = SqlDirectory(self.catalogue, settings.company, settings.runbooks, channels_set_up(settings))
        self.calendars = Calendars(self.policy.time_zone, settings.calendar, self.catalogue, clock)
        self.duties = Duties(self.directory, self.calendar)
        self._clock = clock
        self._secret = settings.secret.get_secret_value()

    async def ready(self) -> "Snapshots":
        """Read the directory for the first time; FileProblem when neither database nor company file can be used."""
        await self.directory.known()
        return self

    async def calendar(self) -> Calendar:
        """Return the business calendar around now."""
        return await self.calendars.now()

    def proof(self, number: str, code: str) -> str:
        """Return what an incident may know of the code of a place."""
        return place_proof(self._secret, number, code)

    async def opening(
        self,
        number: str,
        report: Report,
        reporter: str,
        *,
        role: Role = Role.OPERATOR,
        on_behalf_of: str | None = None,
        channel: str = "api",
        command_id: str = "",
        recurrence_of: str | None = None,
        alert_workflow: str | None = None,
    ) -> Opening:
        """Return the opening of an incident with everything that it pins; only its own system goes along."""
        calendar = await self.calendar()
        company = await self.duties.pinned(report.system, calendar, self._clock())
        return Opening(
            number=number,
            report=report,
            reporter=reporter,
            reporter_role=role,
            on_behalf_of=on_behalf_of,
            channel=channel,
            command_id=command_id,
            policy=self.policy,
            company=company.model_copy(
                update={"place_code": self.proof(number, place_code(self._secret, report.system))}
            ),
            calendar=calendar,
            recurrence_of=recurrence_of,
            alert_workflow=alert_workflow,
        )


class AlertOpenings:
    """Opens incidents for alerts (the port ``Openings``)."""

    def __init__(self, snapshots: Snapshots, incidents: Incidents) -> None:
        """Take what an incident pins and the door to Temporal."""
        self._snapshots = snapshots
        self._incidents = incidents

    async def open_for_alert(self, opening: AlertOpening) -> None:
        """Open an incident under the number that the alert workflow chose; a repeat of it does nothing."""
        report = Report(
            title=opening.title,
            system=opening.system,
            symptom=opening.symptom,
            preliminary_assessment=Assessment(
                covered=opening.runbook is not None, runbook=opening.runbook, text=opening.assessment or opening.symptom
            ),
            discovered_at=min(opening.discovered_at, now_in_utc()),
            location=opening.location,
            category=opening.category,
            severity=opening.severity,
            is_drill=opening.is_drill,
            drill_includes=opening.drill_includes,
            dedup_key=opening.dedup_key,
            recurrence_reason=opening.recurrence_reason,
        )
        built = await self._snapshots.opening(
            opening.number,
            report,
            opening.reporter or "",
            role=opening.reporter_role or (Role.OPERATOR if opening.reporter else Role.ALERT_SOURCE),
            on_behalf_of=opening.on_behalf_of,
            channel=opening.source,
            recurrence_of=opening.recurrence_of,
            alert_workflow=opening.alert_workflow,
        )
        with suppress(CommandReused):  # the number is the alert workflow's own: a try before this one has opened it
            await self._incidents.open(built)
