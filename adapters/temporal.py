"""The one door to Temporal: connecting, opening incidents, carrying acts to them, asking how they stand."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from adapters.questions import ask
from domain.acts import Command, Receipt
from domain.authority import is_over
from domain.entry import Entry
from domain.errors import REFUSALS, CommandReused, Conflict, NoSuchIncident, NoSuchMeasure, Refusal
from domain.incident import Incident
from domain.measure import INCIDENT, Measure, MeasureEntry
from domain.text import N_, brief
from workflows import contract
from workflows.alert import AlertWorkflow
from workflows.contract import (
    Alert,
    AlertInput,
    AlertState,
    Departure,
    MeasureOpening,
    MeasuresOpened,
    Opening,
    Vigil,
)
from workflows.departure import DepartureWorkflow
from workflows.incident import IncidentWorkflow
from workflows.options import TASK_TIMEOUT
from workflows.readiness import ReadinessWorkflow
from workflows.rectification import RectificationWorkflow

DATA_CONVERTER = pydantic_data_converter
# Together below the three seconds after which a person must know that he has to phone.
PATIENCE_SECONDS = 2.0
HEALTH_SECONDS = 0.5
_AWAY = {RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED, RPCStatusCode.UNKNOWN}


class TemporalAway(Exception):
    """Temporal cannot be reached: nothing was recorded as far as we know."""


class OutcomeUnknown(Exception):
    """Temporal has the act, but no worker answered in time: the same command id tells later."""


class TooBusy(Exception):
    """Temporal asks to slow down."""


async def connect(address: str, namespace: str, *, lazy: bool = False) -> Client:
    """Connect with the one data converter; ``lazy`` lets the API start while Temporal is away."""
    return await Client.connect(address, namespace=namespace, data_converter=DATA_CONVERTER, lazy=lazy)


async def register_search_attributes(client: Client) -> None:
    """Register the search attributes that are missing; must be done before a worker starts."""
    asked = ListSearchAttributesRequest(namespace=client.namespace)
    listed = await client.operator_service.list_search_attributes(asked)
    missing = {
        name: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{kind.upper()}")
        for name, kind in contract.SEARCH_ATTRIBUTES.items()
        if name not in listed.custom_attributes
    }
    if missing:
        request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
        await client.operator_service.add_search_attributes(request)


async def keep_vigil(client: Client) -> None:
    """Let the readiness of people be looked at every morning; one look-out is enough, whoever starts it."""
    await client.start_workflow(
        ReadinessWorkflow.run,
        Vigil(),
        id=contract.READINESS,
        task_queue=contract.INCIDENTS,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        static_summary="readiness of people (4.2)",
    )


def report_digest(opening: Opening) -> str:
    """Return a digest of who reported what, to notice another report under the same key."""
    content = f"{opening.reporter}:{opening.report.model_dump_json()}"
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def another_report() -> CommandReused:
    """Return the refusal of a report under a key that another one has (5.2.1)."""
    return CommandReused(
        N_("The idempotency key was used for another report."), clause="5.2.1", field="Idempotency-Key"
    )


class Acted:
    """What people act on: each call is bounded in time and ends in an answer or a named failure."""

    def __init__(self, client: Client, patience: float = PATIENCE_SECONDS) -> None:
        """Take the process's one client, and how many seconds a call may last."""
        self._client = client
        self._patience = patience

    async def act(self, number: str, command: Command[Any]) -> Receipt:
        """Carry a command to its incident and return the receipt; Refusal with rule and clause when it is refused."""
        try:
            async with _bounded(self._patience):
                # Without an update id: Temporal would answer for another content under the same id, the case file
                # notices it, and knows repeats also after continue-as-new.
                receipt: Receipt = await self._handle(number).execute_update(
                    command.act.name, command, result_type=Receipt
                )
        except WorkflowUpdateFailedError as failure:
            raise _refusal_of(failure, self._over(number, command)) from None
        except (TemporalAway, WorkflowUpdateRPCTimeoutOrCancelledError):
            raise await self._why_silent() from None
        except RPCError as error:
            raise await self._why_missing(error, number, command) from None
        return receipt

    async def tell(self, number: str, command: Command[Any]) -> None:
        """Send a command as a signal: stored at once, then carried out or recorded as refused, without an answer."""
        try:
            async with _bounded(self._patience):
                await self._handle(number).signal(command.act.name, command)
        except RPCError as error:
            raise await self._why_missing(error, number) from None

    async def _why_missing(self, error: RPCError, number: str, command: Command[Any] | None = None) -> Exception:
        """Tell an incident that is over from one that never was; servers word the same status differently."""
        if error.status == RPCStatusCode.FAILED_PRECONDITION:
            # The workflow task failed under it, as when the incident continues as new: the same command may come again.
            return OutcomeUnknown(error.message)
        if error.status != RPCStatusCode.NOT_FOUND:
            return error
        status = await self._status(number)
        if status is None:
            return self._unknown(number)
        if status == WorkflowExecutionStatus.RUNNING:
            # Not found and yet running: it starts, or continues as new, just now.
            return OutcomeUnknown(error.message)
        return self._over(number, command)

    async def exists(self, number: str) -> bool:
        """Tell whether Temporal knows an incident."""
        return await self._status(number) is not None

    async def _status(self, number: str) -> WorkflowExecutionStatus | None:
        try:
            async with _bounded(self._patience):
                return (await self._handle(number).describe()).status
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND:
                return None
            raise

    async def _ask(self, number: str, query: str, kind: Any) -> Any:
        try:
            async with _bounded(self._patience):
                answer = await ask(self._handle(number), query, result_type=kind)
        except (WorkflowQueryFailedError, WorkflowQueryRejectedError):
            raise OutcomeUnknown from None
        except TemporalAway:
            raise await self._why_silent() from None
        except RPCError as error:
            raise await self._why_missing(error, number) from None
        return answer

    async def _why_silent(self) -> TemporalAway | OutcomeUnknown:
        return OutcomeUnknown() if await self.is_reachable() else TemporalAway()

    async def is_reachable(self) -> bool:
        """Tell whether Temporal answers at once."""
        try:
            async with asyncio.timeout(HEALTH_SECONDS):
                return await self._client.service_client.check_health()
        except (RPCError, RuntimeError, TimeoutError):
            return False

    def _handle(self, number: str) -> WorkflowHandle[Any, Any]:
        return self._client.get_workflow_handle(self._id(number))

    @staticmethod
    def _id(number: str) -> str:
        return contract.incident_id(number)

    @staticmethod
    def _unknown(number: str) -> Refusal:
        return NoSuchIncident(N_("There is no incident {number}."), clause="5.2.1", number=number)

    @staticmethod
    def _over(number: str, command: Command[Any] | None) -> Conflict:
        return is_over(type(command.act) if command else None, number, "6.2")


class Incidents(Acted):
    """Incidents as the API knows them."""

    async def open(self, opening: Opening) -> bool:
        """Open an incident; return False when the very same report had opened it before.

        Raises CommandReused when another report stands under the number, TemporalAway when it cannot be stored.
        """
        try:
            async with _bounded(self._patience):
                await self._start(opening)
        except WorkflowAlreadyStartedError:
            await self._must_be_same(opening)
            return False
        return True

    async def _start(self, opening: Opening) -> None:
        digest = report_digest(opening)
        await self._client.start_workflow(
            IncidentWorkflow.run,
            opening,
            id=contract.incident_id(opening.number),
            task_queue=contract.INCIDENTS,
            task_timeout=TASK_TIMEOUT,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            static_summary=opening.report.title,
            static_details=opening.report.symptom,
            memo={"title": opening.report.title, "reporter": opening.reporter, "report": digest},
            search_attributes=_attributes(opening),
        )

    async def _must_be_same(self, opening: Opening) -> None:
        async with _bounded(self._patience):
            description = await self._handle(opening.number).describe()
            digest = (await description.memo()).get("report")
        if digest != report_digest(opening):
            raise another_report()

    async def snapshot(self, number: str) -> Incident:
        """Return how an incident stands; OutcomeUnknown when no worker answers."""
        incident: Incident = await self._ask(number, contract.SNAPSHOT, Incident)
        return incident

    async def unrecorded(self, number: str) -> list[Entry]:
        """Return the entries that the record does not have yet; OutcomeUnknown when no worker answers."""
        entries: list[Entry] = await self._ask(number, contract.TIMELINE, list[Entry])
        return entries

    async def open_numbers(self) -> list[str]:
        """Return the numbers of all incidents that are not over (the port ``Ongoing``)."""
        running = "WorkflowType = 'IncidentWorkflow' AND ExecutionStatus = 'Running'"
        prefix = contract.incident_id("")
        return [found.id.removeprefix(prefix) async for found in self._client.list_workflows(running)]

    async def alert(self, alert: Alert) -> str:
        """Store an alert durably under its dedup key; return the id of the workflow that has it."""
        digest = hashlib.sha256(alert.dedup_key.encode()).hexdigest()[:20]
        workflow_id = contract.alert_id(alert.source, digest, is_drill=alert.is_drill)
        try:
            async with _bounded(self._patience):
                await self._start_alert(workflow_id, alert)
        except WorkflowAlreadyStartedError:
            # Many at once: another one has started it between the look and the start.
            async with _bounded(self._patience):
                await self._client.get_workflow_handle(workflow_id).signal(contract.ALERT, alert)
        return workflow_id

    async def _start_alert(self, workflow_id: str, alert: Alert) -> None:
        await self._client.start_workflow(
            AlertWorkflow.run,
            AlertInput(source=alert.source, dedup_key=alert.dedup_key),
            id=workflow_id,
            task_queue=contract.INCIDENTS,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            start_signal=contract.ALERT,
            start_signal_args=[alert],
            static_summary=f"{alert.source} {alert.dedup_key}",
        )

    async def incident_of_alert(self, workflow_id: str) -> AlertState | None:
        """Return what became of an alert, or None while no worker answers."""
        handle: WorkflowHandle[Any, Any] = self._client.get_workflow_handle(workflow_id)
        try:
            async with _bounded(self._patience):
                state: AlertState = await ask(handle, contract.SNAPSHOT, result_type=AlertState)
        except (TemporalAway, RPCError, WorkflowQueryFailedError):
            return None
        return state

    async def fetch(self, workflow_id: str) -> str:
        """Return the history of a workflow as JSON (the port ``Histories``)."""
        history = await self._client.get_workflow_handle(workflow_id).fetch_history()
        return history.to_json()


class Measures(Acted):
    """Rectification measures as the API knows them."""

    async def open(self, opening: MeasureOpening) -> bool:
        """Open a measure; return False when the very same had been opened before.

        Raises CommandReused when another measure stands under the number, TemporalAway when it cannot be stored.
        """
        digest = _measure_digest(opening)
        try:
            async with _bounded(self._patience):
                await self._client.start_workflow(
                    RectificationWorkflow.run,
                    opening,
                    id=contract.measure_id(opening.number),
                    task_queue=contract.INCIDENTS,
                    task_timeout=TASK_TIMEOUT,
                    id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                    id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                    static_summary=f"{opening.owner}: {brief(opening.text)}"[:120],
                    static_details=opening.text,
                    memo={"title": brief(opening.text), "measure": digest},
                    search_attributes=_measure_attributes(opening),
                )
        except WorkflowAlreadyStartedError:
            async with _bounded(self._patience):
                memo = await (await self._handle(opening.number).describe()).memo()
            if memo.get("measure") != digest:
                raise CommandReused(
                    N_("The idempotency key was used for another measure."), clause="6.2", field="Idempotency-Key"
                ) from None
            return False
        return True

    async def tell_incident(self, incident: str, opened: MeasuresOpened) -> None:
        """Tell an incident which measures its report has opened; one that is gone needs to know nothing."""
        try:
            async with _bounded(self._patience):
                handle = self._client.get_workflow_handle(contract.incident_id(incident))
                await handle.signal(contract.MEASURES_OPENED, opened)
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise

    async def snapshot(self, number: str) -> Measure:
        """Return how a measure stands; OutcomeUnknown when no worker answers."""
        measure: Measure = await self._ask(number, contract.SNAPSHOT, Measure)
        return measure

    async def unrecorded(self, number: str) -> list[MeasureEntry]:
        """Return the entries that the record does not have yet; OutcomeUnknown when no worker answers."""
        entries: list[MeasureEntry] = await self._ask(number, contract.TIMELINE, list[MeasureEntry])
        return entries

    async def open_numbers(self) -> list[str]:
        """Return the numbers of all measures that are not over."""
        running = "WorkflowType = 'RectificationWorkflow' AND ExecutionStatus = 'Running'"
        prefix = contract.measure_id("")
        return [found.id.removeprefix(prefix) async for found in self._client.list_workflows(running)]

    @staticmethod
    def _id(number: str) -> str:
        return contract.measure_id(number)

    @staticmethod
    def _unknown(number: str) -> Refusal:
        return NoSuchMeasure(N_("There is no rectification measure {number}."), clause="6.2", number=number)

    @staticmethod
    def _over(number: str, command: Command[Any] | None) -> Conflict:  # noqa: ARG004  an incident's own says the way to go
        return Conflict(N_("The measure is over; it takes no more acts."), clause="6.2")


class Ongoing:
    """What goes on (the port ``Ongoing``)."""

    def __init__(self, incidents: Incidents, measures: Measures) -> None:
        """Take the doors to both."""
        self._incidents = incidents
        self._measures = measures

    async def open_numbers(self) -> list[str]:
        """Return the numbers of all incidents that are not over."""
        return await self._incidents.open_numbers()

    async def open_measures(self) -> list[str]:
        """Return the numbers of all measures that are not over."""
        return await self._measures.open_numbers()


class Departures:
    """Sees to what somebody leaves behind (the port ``Leavers``)."""

    def __init__(self, client: Client) -> None:
        """Take the process's one client."""
        self._client = client

    async def begin(self, person: str, version: int) -> None:
        """Let a workflow look after it; once for each departure. Raises TemporalAway."""
        with suppress(WorkflowAlreadyStartedError):
            async with _bounded():
                await self._client.start_workflow(
                    DepartureWorkflow.run,
                    Departure(person=person, version=version),
                    id=contract.departure_id(person, version),
                    task_queue=contract.INCIDENTS,
                    id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                    static_summary=person,
                )


@asynccontextmanager
async def _bounded(seconds: float = PATIENCE_SECONDS) -> AsyncIterator[None]:
    """Bound a call in time and name what can go wrong with the way to Temporal."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise TemporalAway from None
    except RuntimeError as error:
        raise TemporalAway(str(error)) from None
    except RPCError as error:
        if error.status in _AWAY:
            raise TemporalAway(error.message) from None
        if error.status == RPCStatusCode.RESOURCE_EXHAUSTED:
            raise TooBusy(error.message) from None
        raise


def _attributes(opening: Opening) -> TypedSearchAttributes:
    report = opening.report
    keyword = SearchAttributeKey.for_keyword
    severity = report.severity or opening.policy.default_severity
    return TypedSearchAttributes(
        [
            SearchAttributePair(keyword(contract.NUMBER), opening.number),
            SearchAttributePair(keyword(contract.SYSTEM), report.system),
            SearchAttributePair(keyword(contract.SEVERITY), str(severity)),
            SearchAttributePair(SearchAttributeKey.for_bool(contract.DRILL), report.is_drill),
        ]
    )


def _measure_attributes(opening: MeasureOpening) -> TypedSearchAttributes:
    keyword, source = SearchAttributeKey.for_keyword, opening.source
    pairs: list[SearchAttributePair[Any]] = [
        SearchAttributePair(keyword(contract.NUMBER), source.ref if source.kind == INCIDENT else opening.number),
        SearchAttributePair(SearchAttributeKey.for_datetime(contract.DEADLINE), opening.due.at),
        SearchAttributePair(SearchAttributeKey.for_bool(contract.DRILL), source.is_drill),
    ]
    if source.system:
        pairs.append(SearchAttributePair(keyword(contract.SYSTEM), source.system))
    return TypedSearchAttributes(pairs)


def _measure_digest(opening: MeasureOpening) -> str:
    """Return a digest of what was asked for, to notice another measure under the same key."""
    asked = opening.model_dump_json(include={"text", "owner", "verifier", "due", "source", "opened_by"})
    return hashlib.sha256(asked.encode()).hexdigest()[:16]


def _refusal_of(failure: WorkflowUpdateFailedError, over: Conflict) -> Refusal | OutcomeUnknown:
    cause = failure.cause
    if isinstance(cause, ApplicationError) and cause.type in REFUSALS and cause.details:
        details: dict[str, Any] = dict(cause.details[0])
        kind = REFUSALS[cause.type]
        return kind(
            details["message"], clause=details["clause"], field=details.get("field"), **details.get("params", {})
        )
    if isinstance(cause, ApplicationError) and cause.type == "AcceptedUpdateCompletedWorkflow":
        return over
    return OutcomeUnknown(str(cause))
