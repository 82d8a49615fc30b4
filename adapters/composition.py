"""Which adapter stands behind each activity of the worker."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from temporalio.client import Client

from activities.actions import Actions
from activities.alerts import Alerts
from activities.collecting import Collectors
from activities.departures import Departures
from activities.paging import Paging
from activities.probes import ProbeChecks
from activities.readiness import ReadinessChecks
from activities.record import Recording
from activities.rectification import Rectification
from adapters.actions import load_actions
from adapters.channels.registry import build_channels
from adapters.directory.membership import CatalogueMembership
from adapters.evidence.building import signer_of, stamping_of, storage_of
from adapters.evidence.collecting import SystemCollectors
from adapters.measures import ReportedMeasures
from adapters.probes import NetworkProbes
from adapters.readiness import Standings
from adapters.settings import Settings
from adapters.snapshot import AlertOpenings, Snapshots
from adapters.store.communication import SqlCommunicationTests
from adapters.store.database import Database
from adapters.store.deliveries import SqlDeliveries
from adapters.store.inbox import SqlInbox
from adapters.store.incidents import SqlIncidents
from adapters.store.measures import SqlMeasures
from adapters.store.record import SqlMeasureRecord, SqlRecord
from adapters.temporal import Incidents, Measures, Ongoing


class Activities(NamedTuple):
    """The activities of a worker, ready to run."""

    paging: Paging
    recording: Recording
    probes: ProbeChecks
    alerts: Alerts
    readiness: ReadinessChecks
    departures: Departures
    rectification: Rectification
    collectors: Collectors
    actions: Actions


@asynccontextmanager
async def activities(settings: Settings, client: Client) -> AsyncIterator[Activities]:
    """Build the activities from the settings; the database's connections end with the block."""
    database = Database(settings.database_url)
    try:
        snapshots = await Snapshots(settings, database).ready()
        incidents, measures = Incidents(client), Measures(client)
        directory = snapshots.directory
        tests = SqlCommunicationTests(database)
        standings = Standings(snapshots, tests)
        reported = ReportedMeasures(standings, SqlMeasures(database), SqlIncidents(database), measures)
        channels = build_channels(settings, SqlInbox(database), directory, snapshots.policy.time_zone)
        signer = signer_of(settings)
        yield Activities(
            paging=Paging(directory, channels, SqlDeliveries(database)),
            recording=Recording(SqlRecord(database, signer), incidents, stamping_of(settings, database)),
            probes=ProbeChecks(NetworkProbes(f"http://{settings.api_host}:{settings.api_port}")),
            alerts=Alerts(AlertOpenings(snapshots, incidents)),
            readiness=ReadinessChecks(standings, tests),
            departures=Departures(CatalogueMembership(snapshots.catalogue), Ongoing(incidents, measures)),
            rectification=Rectification(standings, SqlMeasureRecord(database, signer), reported),
            collectors=Collectors(SystemCollectors(settings, storage_of(settings))),
            actions=Actions(load_actions(settings, with_secrets=True)),
        )
    finally:
        await database.close()
