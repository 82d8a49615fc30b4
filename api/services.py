"""What the endpoints work with: made once when the API starts, given back when it ends."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from activities.paging import Paging
from activities.ports import EvidenceStorage
from adapters.actions import AllowList, load_actions
from adapters.channels import build_channels
from adapters.credentials import Credentials
from adapters.directory.registrar import Registrar
from adapters.documents import Printer
from adapters.evidence.building import signer_of, storage_of
from adapters.evidence.signing import Signer
from adapters.limits import Limits
from adapters.links import Links
from adapters.notices import NoticeTexts, load_notices
from adapters.oidc import Provider
from adapters.passwords import Passwords
from adapters.readiness import Standings
from adapters.runbooks.library import Library
from adapters.settings import Settings
from adapters.snapshot import Snapshots, now_in_utc
from adapters.store.accounts import SqlAccounts
from adapters.store.arrivals import SqlArrivals
from adapters.store.audit import SqlAudit
from adapters.store.checkpoints import SqlCheckpoints
from adapters.store.communication import SqlCommunicationTests
from adapters.store.custody import SqlCustody
from adapters.store.database import Database
from adapters.store.deliveries import SqlDeliveries
from adapters.store.exhibits import SqlExhibits
from adapters.store.inbox import SqlInbox
from adapters.store.incidents import SqlIncidents
from adapters.store.links import SqlLinks
from adapters.store.measures import SqlMeasures
from adapters.store.neighbours import SqlNeighbours
from adapters.store.reports import SqlReports
from adapters.temporal import Departures, Incidents, Measures, connect
from api.latecomers import Latecomers


@dataclass(frozen=True)
class Services:
    """The ports of the API; Temporal and the database may both be away."""

    settings: Settings
    snapshots: Snapshots
    incidents: Incidents
    database: Database
    record: SqlIncidents
    neighbours: SqlNeighbours
    audit: SqlAudit
    latecomers: Latecomers
    inbox: SqlInbox
    paging: Paging
    registrar: Registrar
    library: Library
    links: Links
    used_links: SqlLinks
    arrivals: SqlArrivals
    communication_tests: SqlCommunicationTests
    standings: Standings
    accounts: SqlAccounts
    passwords: Passwords
    credentials: Credentials
    provider: Provider | None
    limits: Limits
    measures: Measures
    measure_record: SqlMeasures
    reports: SqlReports
    deliveries: SqlDeliveries
    printer: Printer
    storage: EvidenceStorage
    exhibits: SqlExhibits
    custody: SqlCustody
    checkpoints: SqlCheckpoints
    signer: Signer | None
    actions: AllowList
    notice_texts: NoticeTexts


@asynccontextmanager
async def services(settings: Settings) -> AsyncIterator[Services]:
    """Read the company's files (FileProblem) and the directory; neither Temporal nor the database needs to be there."""
    actions = load_actions(settings, with_secrets=False)
    database = Database(settings.database_url)
    client = await connect(settings.temporal_address, settings.temporal_namespace, lazy=True)
    audit = SqlAudit(database)
    latecomers = Latecomers(audit)
    try:
        async with latecomers.written():
            yield Services(
                settings=settings,
                snapshots=(snapshots := await Snapshots(settings, database).ready()),
                incidents=Incidents(client),
                database=database,
                record=SqlIncidents(database),
                neighbours=SqlNeighbours(database),
                audit=audit,
                latecomers=latecomers,
                inbox=SqlInbox(database),
                paging=_paging(settings, database, snapshots),
                registrar=Registrar(snapshots.catalogue, snapshots.directory, Departures(client), now_in_utc),
                library=Library(snapshots.catalogue, snapshots.directory, now_in_utc, tuple(actions.entries)),
                links=Links.by(settings),
                used_links=SqlLinks(database),
                arrivals=SqlArrivals(database),
                communication_tests=(tests := SqlCommunicationTests(database)),
                standings=Standings(snapshots, tests),
                accounts=SqlAccounts(database),
                passwords=Passwords(),
                credentials=Credentials(settings, database, now_in_utc),
                provider=Provider(settings) if settings.oidc_issuer else None,
                limits=Limits(settings.requests_per_minute, settings.sign_ins_per_minute),
                measures=Measures(client),
                measure_record=SqlMeasures(database),
                reports=SqlReports(database),
                deliveries=SqlDeliveries(database),
                printer=Printer(),
                storage=storage_of(settings),
                exhibits=SqlExhibits(database),
                custody=SqlCustody(database),
                checkpoints=SqlCheckpoints(database),
                signer=signer_of(settings),
                actions=actions,
                notice_texts=load_notices(settings.notices),
            )
    finally:
        await database.close()


def _paging(settings: Settings, database: Database, snapshots: Snapshots) -> Paging:
    zone = snapshots.policy.time_zone
    channels = build_channels(settings, SqlInbox(database), snapshots.directory, zone)
    return Paging(snapshots.directory, channels, SqlDeliveries(database))
