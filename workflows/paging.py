"""Paging until somebody answers: one beacon, lit again and higher until its cause ends (5.2.1)."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import IntEnum

from temporalio import workflow
from temporalio.exceptions import ApplicationError, FailureError, is_cancelled_exception
from temporalio.workflow import ActivityCancellationType

with workflow.unsafe.imports_passed_through():
    from activities.messages import Delivery, Message
    from activities.paging import Paging
    from domain.ladder import Call, LadderState, call_due, called, next_call_at, planned_at
    from workflows import contract, options
    from workflows.contract import Beacon, Hold, PageReport

INBOX = "inbox"


class Reached(IntEnum):
    """Whether a message was handed over, and whether its time had passed before."""

    NOT = 0
    IN_TIME = 1
    LATE = 2


async def reach(message: Message, channels: list[str], is_ended: Callable[[], bool]) -> Reached:
    """Hand a message over to one person, and wait until nothing of it is on its way any more."""
    return await Way(message, channels, is_ended).to_its_end()


class Way:
    """One message on its way to one person: always to the inbox, and by the first other channel that takes it.

    A send that has begun is never cut off, so that the record tells what really went out; once the cause has ended
    nothing more is begun, and what still waits for somebody to begin it is taken back.
    """

    def __init__(self, message: Message, channels: list[str], is_ended: Callable[[], bool]) -> None:
        """Set out at once."""
        others = [channel for channel in channels if channel != INBOX]
        self._inbox = asyncio.create_task(_Line(message, INBOX, is_ended).hand_over())
        self._decisive = asyncio.create_task(_first_of(message, others, is_ended)) if others else self._inbox

    @property
    def is_known(self) -> bool:
        """Tell whether it is known if he was reached; his inbox may still be on its way."""
        return self._decisive.done()

    @property
    def has_arrived(self) -> bool:
        """Tell whether he was reached."""
        return self._decisive.done() and self._decisive.exception() is None and bool(self._decisive.result())

    async def outcome(self) -> Reached:
        """Wait until it is known whether he was reached."""
        return await self._decisive

    async def to_its_end(self) -> Reached:
        """Wait until nothing is on its way any more."""
        await asyncio.gather(self._inbox, self._decisive)
        return await self._decisive


async def _first_of(message: Message, channels: list[str], is_ended: Callable[[], bool]) -> Reached:
    """Try the channels in order, and at last those whose providers asked for more time than there was."""
    lines = [_Line(message, channel, is_ended) for channel in channels]
    for line in lines:
        if reached := await line.hand_over():
            return reached
    for line in sorted((line for line in lines if line.free_at), key=lambda line: line.free_at or workflow.now()):
        if reached := await line.once_more():
            return reached
    return Reached.NOT


class _Line:
    """One message on its way by one channel."""

    def __init__(self, message: Message, channel: str, is_ended: Callable[[], bool]) -> None:
        update = {"channel": channel, "dedup_key": f"{message.dedup_key}:{channel}"}
        self.free_at: datetime | None = None
        self._message = message.model_copy(update=update)
        self._is_ended = is_ended

    async def hand_over(self) -> Reached:
        """Try a few times; give up for now when the provider wants to be left alone for long (``free_at``)."""
        for pause in options.PAGE_PAUSES:
            if self._is_ended():
                return Reached.NOT
            try:
                return _outcome(await self._try())
            except FailureError as failure:
                self._bear(failure)
                wish = _wish(failure)
            if wish and wish > options.PAGE_PATIENCE:
                self.free_at = workflow.now() + min(wish, options.PAGE_LONGEST_WISH)
                return Reached.NOT
            await _pause(max(pause, wish) if wish and pause else pause, self._is_ended)
        return Reached.NOT

    async def once_more(self) -> Reached:
        """Try again when the provider wants to be asked."""
        if self.free_at and self.free_at > workflow.now():
            await _pause(self.free_at - workflow.now(), self._is_ended)
        if self._is_ended():
            return Reached.NOT
        try:
            return _outcome(await self._try())
        except FailureError as failure:
            self._bear(failure)
            return Reached.NOT

    async def _try(self) -> Delivery:
        sending = workflow.start_activity_method(
            Paging.hand_over,
            self._message,
            task_queue=contract.NOTIFY,
            start_to_close_timeout=options.PAGE_TIMEOUT,
            retry_policy=options.ONCE,
            cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            summary=f"{self._message.template} → {self._message.recipient} ({self._message.channel})",
        )
        # Taken back only while nobody has begun it: a send does not listen, and its end is waited for.
        await workflow.wait_condition(lambda: sending.done() or self._is_ended())
        if not sending.done():
            sending.cancel()
        return await sending

    def _bear(self, failure: FailureError) -> None:
        if is_cancelled_exception(failure) and not self._is_ended():
            raise failure
        workflow.logger.warning("page_not_handed_over", extra={"dedup_key": self._message.dedup_key})


def _outcome(delivery: Delivery) -> Reached:
    if not delivery.is_accepted:
        return Reached.NOT
    return Reached.LATE if delivery.is_late else Reached.IN_TIME


def _wish(failure: FailureError) -> timedelta | None:
    """Return how long the provider asks to be left alone."""
    return failure.cause.next_retry_delay if isinstance(failure.cause, ApplicationError) else None


async def _pause(length: timedelta, is_ended: Callable[[], bool]) -> None:
    if length:
        try:
            await workflow.wait_condition(is_ended, timeout=length, timeout_summary="try the channel again")
        except TimeoutError:
            return


class Watch:
    """Climbs the ladder of one beacon; every child that pages has one."""

    def __init__(self, beacon: Beacon) -> None:
        """Take up a ladder where it stood."""
        self.beacon = beacon
        self.state = beacon.state or LadderState()
        self.is_ended = False
        self._calls: list[asyncio.Task[None]] = []
        # A question can be asked again under the same name; the first run of the child tells the two apart. Only the
        # end of a run id is random: ids made within a minute begin alike.
        self._step = f"{beacon.ladder.question}~{workflow.info().first_execution_run_id[-12:]}"

    def end(self) -> None:
        """Stop for everybody: the cause has ended."""
        self.is_ended = True

    def hold(self, hold: Hold) -> None:
        """Let the ladder rest: somebody is on it."""
        self.state.held_until = hold.until

    async def climb(self) -> None:
        """Call, wait, call again; return when the cause has ended or the history has become long.

        The ladder climbs by its own clock: no call waits for what earlier ones still have under way. Nothing is under
        way any more when it returns.
        """
        while not self.is_ended and not self._is_full():
            call = call_due(self.beacon.ladder, self.state, workflow.now())
            if call is None:
                await self._rest()
            else:
                planned = planned_at(self.beacon.ladder, self.state) or workflow.info().workflow_start_time
                self.state = called(self.beacon.ladder, self.state, workflow.now())
                self._calls.append(asyncio.create_task(self._make(call, planned)))
        await asyncio.gather(*self._calls)

    def _is_full(self) -> bool:
        """Tell whether the history has become long, and nothing is under way that the next run would not hear of.

        Where a provider hangs without end, so that something always is, one call has to wait for it at last.
        """
        for call in self._calls:
            if call.done():
                call.result()
        self._calls = [call for call in self._calls if not call.done()]
        info = workflow.info()
        is_overlong = info.get_current_history_length() > options.LONGEST_RUN
        return info.is_continue_as_new_suggested() and (not self._calls or is_overlong)

    async def _rest(self) -> None:
        held = self.state.held_until
        until = next_call_at(self.beacon.ladder, self.state)
        try:
            await workflow.wait_condition(
                lambda: self.is_ended or self.state.held_until != held,
                timeout=max(until - workflow.now(), timedelta(milliseconds=1)),
                timeout_summary=f"{self.beacon.ladder.question}: next call",
            )
        except TimeoutError:
            return

    async def _make(self, call: Call, planned: datetime) -> None:
        """Call everybody at once, each on a way of his own; the incident hears of it once, or twice at the most.

        It hears a moment after the first was reached, and of those whose providers took longer when all is known.
        """
        began_at = workflow.now()
        ways = {person: self._way(call, person, planned) for person in call.people}
        await workflow.wait_condition(lambda: any(way.has_arrived for way in ways.values()) or _are_known(ways))
        await _until_known(ways, f"{self.beacon.ladder.question}: report of call {call.number}")
        known = {person: way for person, way in ways.items() if way.is_known}
        await self._report(call, planned, began_at, known)
        if rest := {person: way for person, way in ways.items() if person not in known}:
            await asyncio.gather(*(way.outcome() for way in rest.values()))
            await self._report(call, planned, workflow.now(), rest)
        await asyncio.gather(*(way.to_its_end() for way in ways.values()))

    def _way(self, call: Call, person: str, planned: datetime) -> Way:
        channels = self.beacon.ladder.channels.get(person, [INBOX])
        return Way(self._message(call, person, planned), channels, lambda: self.is_ended)

    async def _report(self, call: Call, planned: datetime, at: datetime, ways: dict[str, Way]) -> None:
        results = {person: await way.outcome() for person, way in ways.items()}
        reached = [person for person, result in results.items() if result]
        report = PageReport(
            question=self.beacon.ladder.question,
            clause=self.beacon.ladder.clause,
            call=call.number,
            level=call.level,
            occurred_at=at,
            reached=reached,
            failed=[person for person in results if person not in reached],
            late_since=planned if Reached.LATE in results.values() else None,
        )
        if reached or not self.is_ended:
            await self.tell_incident(contract.PAGED, report)

    async def tell_incident(self, signal: str, report: object) -> None:
        """Signal the incident; when it is no more, neither is the cause of this beacon."""
        incident = workflow.get_external_workflow_handle(contract.incident_id(self.beacon.subject.incident))
        try:
            await incident.signal(signal, report)
        except FailureError:
            self.is_ended = True

    def _message(self, call: Call, person: str, planned: datetime) -> Message:
        subject, ladder = self.beacon.subject, self.beacon.ladder
        return Message(
            dedup_key=f"{subject.incident}:{self._step}:{call.number}:{person}",
            incident=subject.incident,
            title=subject.title,
            system=subject.system,
            severity=subject.severity,
            is_drill=subject.is_drill,
            recipient=person,
            channel=INBOX,
            template=call.people[person],
            question=ladder.question,
            clause=ladder.clause,
            call=call.number,
            due=ladder.due,
            is_provisional=ladder.is_provisional,
            created_at=workflow.now(),
            params=ladder.params,
            planned_at=planned,
        )


def _are_known(ways: dict[str, Way]) -> bool:
    return all(way.is_known for way in ways.values())


async def _until_known(ways: dict[str, Way], summary: str) -> None:
    """Wait a moment at the most; where nothing is left to wait for, not even a timer is set."""
    if _are_known(ways):
        return
    try:
        await workflow.wait_condition(
            lambda: _are_known(ways), timeout=options.REPORT_PATIENCE, timeout_summary=summary
        )
    except TimeoutError:
        return


class Paged:
    """What the children that page have in common: a watch, and the two signals that end it or let it rest."""

    watch: Watch

    @workflow.signal(name=contract.END, description="The cause of this page has ended; nobody is called any more.")
    def end(self) -> None:
        """End the page."""
        self.watch.end()

    @workflow.signal(name=contract.ACKNOWLEDGED, description="Somebody is on it; the page rests until then.")
    def acknowledged(self, hold: Hold) -> None:
        """Let the page rest."""
        self.watch.hold(hold)


@workflow.defn(name="PageWorkflow")
class PageWorkflow(Paged):
    """Puts one question to people until it is answered: repeat, deputies, next level, everyone, without end."""

    @workflow.init
    def __init__(self, beacon: Beacon) -> None:
        """Take up the beacon."""
        self.watch = Watch(beacon)

    @workflow.run
    async def run(self, beacon: Beacon) -> int:
        """Call until the cause ends; return how many calls it took."""
        workflow.set_current_details(f"{beacon.ladder.question} ({beacon.ladder.clause})")
        await self.watch.climb()
        if not self.watch.is_ended:
            workflow.continue_as_new(beacon.model_copy(update={"state": self.watch.state}))
        return self.watch.state.calls
