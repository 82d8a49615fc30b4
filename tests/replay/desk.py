"""One incident from its client's side: carries acts, waits until something is so, and logs what it did and was told."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError

from adapters.temporal import DATA_CONVERTER, Incidents, OutcomeUnknown, TemporalAway
from domain.acts import Act, Command, Receipt
from domain.errors import Refusal
from domain.incident import Incident
from workflows import contract
from workflows.contract import Opening, PageReport

PATIENCE_SECONDS = 30.0
PAUSE_SECONDS = 0.04
_SILENT = (OutcomeUnknown, TemporalAway)

Operation = dict[str, Any]


class NotSoError(AssertionError):
    """What a test waited for did not become so."""


class Desk:
    """Plays the people of one incident; an act without an answer is repeated under its command id until it has one."""

    def __init__(self, client: Client, opening: Opening, log: list[Operation] | None = None) -> None:
        self.client = client
        self.incidents = Incidents(client, PATIENCE_SECONDS)
        self.opening = opening
        self.number = opening.number
        self.log = [] if log is None else log

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(contract.incident_id(self.number))

    async def open(self) -> None:
        """Report the incident, again and again until it is stored."""
        operation = self._begin("open", self.opening.reporter, self.opening.command_id)
        operation["discovered_at"] = _iso(self.opening.report.discovered_at)
        await self._answer(operation, lambda: self.incidents.open(self.opening))

    async def act(self, person: str, act: Act, **envelope: Any) -> Receipt:
        """Do what must be accepted."""
        answer = await self.attempt(person, act, **envelope)
        if isinstance(answer, Refusal):
            raise answer
        return answer

    async def refused(self, person: str, act: Act, **envelope: Any) -> Refusal:
        """Try what must be refused."""
        answer = await self.attempt(person, act, **envelope)
        if isinstance(answer, Receipt):
            raise NotSoError(f"{act.name} by {person} was accepted")
        return answer

    async def attempt(self, person: str, act: Act, **envelope: Any) -> Receipt | Refusal:
        """Try an act and return what came of it."""
        command = self.command(person, act, **envelope)
        operation = self._begin(act.name, person, command.command_id)
        try:
            receipt: Receipt = await self._answer(operation, lambda: self.incidents.act(self.number, command))
        except Refusal as refusal:
            operation |= {"outcome": "refused", "code": refusal.code, "params": refusal.params}
            return refusal
        operation |= {"seq": receipt.seq, "version": receipt.version, "phase": receipt.phase}
        return receipt

    async def tell(self, person: str, act: Act, **envelope: Any) -> None:
        """Send an act as a signal, which nobody answers."""
        command = self.command(person, act, **envelope)
        operation = self._begin(act.name, person, command.command_id)
        await self.incidents.tell(self.number, command)
        operation["outcome"] = "told"

    def command(self, person: str, act: Act, **envelope: Any) -> Command[Any]:
        given: dict[str, Any] = {"command_id": uuid.uuid4().hex} | envelope
        return Command(person=person, act=act, **given)

    async def until(self, is_so: Callable[[Incident], object], seconds: float = PATIENCE_SECONDS) -> Incident:
        """Look until the incident is so."""
        end = time.monotonic() + seconds
        seen: Incident | None = None
        while time.monotonic() < end:
            try:
                seen = await self.incidents.snapshot(self.number)
            except (*_SILENT, Refusal):
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            if is_so(seen):
                return seen
            await asyncio.sleep(PAUSE_SECONDS)
        raise NotSoError(f"still {seen and seen.phase} after {seconds:g} s: {seen and seen.view()}")

    async def paged(self, question: str, is_so: Callable[[list[PageReport]], object]) -> list[PageReport]:
        """Wait until the calls of a question are so."""
        end = time.monotonic() + PATIENCE_SECONDS
        reports: list[PageReport] = []
        while time.monotonic() < end:
            reports = [item for item in await self.page_reports() if item.question == question]
            if is_so(reports):
                return reports
            await asyncio.sleep(PAUSE_SECONDS)
        raise NotSoError(f"calls of {question}: {reports}")

    async def page_reports(self) -> list[PageReport]:
        """Return every call that the newest run of the incident was told of."""
        found = []
        async for event in self.handle.fetch_history_events():
            signal = event.workflow_execution_signaled_event_attributes
            if signal.signal_name == contract.PAGED:
                found += await DATA_CONVERTER.decode(signal.input.payloads, [PageReport])
        return found

    async def ended(self, key: str) -> None:
        """Wait until a child, such as ``page/judgement/1``, has ended."""
        child = self.client.get_workflow_handle(contract.child_id(self.number, key))
        async with asyncio.timeout(PATIENCE_SECONDS):
            await child.result()

    async def continued(self, workflow_id: str) -> None:
        """Wait until a workflow has continued as new."""

        async def is_another_run() -> bool:
            found = await self.client.get_workflow_handle(workflow_id).describe()
            return bool(found.raw_info.first_run_id != found.run_id)

        await self.eventually(is_another_run)

    async def eventually(self, is_so: Callable[[], Awaitable[bool]]) -> None:
        """Look at the server until something is so; what is not there yet may still come."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                with suppress(RPCError, *_SILENT):
                    if await is_so():
                        return
                await asyncio.sleep(PAUSE_SECONDS)

    async def eventually_answered(self, attempt: Callable[..., Awaitable[Receipt]], *given: Any) -> Receipt:
        """Try until there is an answer."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                with suppress(*_SILENT):
                    return await attempt(*given)

    async def over(self) -> None:
        """Wait until the incident's workflow has ended."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.handle.result()

    def _begin(self, act: str, person: str, command_id: str) -> Operation:
        operation: Operation = {
            "number": self.number,
            "act": act,
            "person": person,
            "command_id": command_id,
            "outcome": "unknown",
            "started_at": _iso(datetime.now(UTC)),
        }
        self.log.append(operation)
        return operation

    async def _answer(self, operation: Operation, attempt: Callable[[], Any]) -> Any:
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                answer = await attempt()
            except _SILENT:
                if time.monotonic() > end:
                    raise
                continue
            operation |= {"outcome": "accepted", "ended_at": _iso(datetime.now(UTC))}
            return answer


def _iso(instant: datetime | None) -> str | None:
    return instant.astimezone(UTC).isoformat() if instant else None
