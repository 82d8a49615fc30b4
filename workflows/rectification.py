"""One rectification measure (6.2), from its opening until another person has verified it; it outlives its incident."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

from temporalio import workflow
from temporalio.common import RawValue, SearchAttributeKey, SearchAttributeUpdate

with workflow.unsafe.imports_passed_through():
    from activities.messages import MeasureLook, MeasureOutlook, MeasureRow, Message
    from activities.rectification import Rectification
    from domain.acts import Act, Command, Receipt
    from domain.authority import Actor
    from domain.clauses import CLAUSES
    from domain.entry import Entry
    from domain.errors import Refusal
    from domain.events import Event, Refused
    from domain.ledger import SYSTEM
    from domain.measure import (
        MEASURE_ACTS,
        MEASURE_COMMANDS,
        Measure,
        MeasureCalled,
        MeasureEntry,
        MeasureOpened,
        MeasureState,
    )
    from domain.policy import Severity
    from domain.rectification import MeasureFile, default_verifier, overdue, passed_on
    from domain.reminding import MeasureCall, notes
    from domain.text import brief
    from workflows import contract, options
    from workflows.alarm import Alarm
    from workflows.contract import MeasureCarried, MeasureOpening, MeasureOutcome
    from workflows.listening import as_error, hears
    from workflows.paging import INBOX, reach
    from workflows.recording import Courier, MeasureRecorder

_PHASE, _AWAITED = (SearchAttributeKey.for_keyword(name) for name in (contract.PHASE, contract.AWAITED))
_DEADLINE = SearchAttributeKey.for_datetime(contract.DEADLINE)


@workflow.defn(name="RectificationWorkflow")
@hears(MEASURE_ACTS, MEASURE_COMMANDS)
class RectificationWorkflow:
    """One measure. Handlers ask the rules and write its file; ``run`` does all the waiting and calling."""

    @workflow.init
    def __init__(self, opening: MeasureOpening) -> None:
        """Open the measure's file, or take it up again after continue-as-new."""
        carried = opening.carried
        self._opening = opening
        self._file = MeasureFile(carried.measure if carried else Measure(number=opening.number), opening.around)
        self._settled_at: int | None = None
        self._must_look = False
        self._shown: dict[str, Any] = {}
        outbox = cast("list[Entry]", carried.outbox if carried else [])
        self._recorder = MeasureRecorder(outbox, self._row, self._is_settled)
        self._channels: dict[str, list[str]] = {}
        self._courier = Courier(self._channels)
        self._alarm = Alarm()
        self._learn_channels()
        if carried is None:
            self._open(opening)

    @workflow.run
    async def run(self, opening: MeasureOpening) -> MeasureOutcome:
        """Look who is to be called, call, and wait for the next word or morning, until the measure is over."""
        recording = asyncio.create_task(self._recorder.keep())
        self._courier.send(opening.carried.unsent if opening.carried else [])
        while not self.measure.is_over:
            self._settled_at = None
            if workflow.info().is_continue_as_new_suggested() and self._recorder.is_portable():
                await self._continue_as_new()
            self._note(overdue(self.measure, workflow.now()))
            seen, self._must_look = self.measure.seq, False
            outlook = await self._look()
            if outlook and self.measure.seq == seen:
                await self._call(outlook)
                self._say_how_it_stands()
                await self._next_word_or_morning(outlook)
        await self._close_the_file()
        recording.cancel()
        measure = self.measure
        return MeasureOutcome(number=measure.number, state=measure.state, seq=measure.seq, head_hash=measure.head_hash)

    # ── looking and calling ───────────────────────────────────────────────────

    async def _look(self) -> MeasureOutlook | None:
        """Ask what is due by the people, calendar and policy of today; business time is no business of a workflow.

        An answer about a measure that was another then, or about an hour that is gone, counts for nothing.
        """
        seen, at = self.measure.seq, workflow.now()
        outlook = await workflow.execute_activity_method(
            Rectification.look,
            MeasureLook(measure=self.measure.model_copy(update={"handled": {}}), at=at),
            start_to_close_timeout=options.RECORD_TIMEOUT,
            retry_policy=options.WITHOUT_END,
            summary="who is to be called",
        )
        if self.measure.seq != seen or workflow.now() - at > options.FRESH:
            return None
        self._file.around = outlook.around
        self._learn_channels()
        self._note(list(passed_on(self.measure, outlook.around.company, workflow.now())))
        return outlook

    async def _call(self, outlook: MeasureOutlook) -> None:
        for call in outlook.agenda.calls:
            if self.measure.is_over:
                return
            at = workflow.now()
            seen = self.measure.seq
            messages = [self._message(call, person) for person in call.people]
            reached = await asyncio.gather(
                *(reach(item, self._channels_of(item.recipient), _never) for item in messages)
            )
            failed = [person for person, is_reached in zip(call.people, reached, strict=True) if not is_reached]
            event = MeasureCalled(
                question=call.question,
                call=call.call,
                level=call.level,
                people=[person for person in call.people if person not in failed],
                failed=failed,
            )
            self._must_look = self._must_look or self.measure.seq != seen
            self._file.note([event], workflow.now(), at=at)
            self._pin()
            self._hand_out()

    async def _next_word_or_morning(self, outlook: MeasureOutlook) -> None:
        if self._must_look:
            return
        due = self.measure.due
        ends = due.at if due and self.measure.state == MeasureState.OPEN and not self.measure.is_overdue else None
        at = min((item for item in (outlook.agenda.next_look, ends) if item), default=None)
        self._alarm.set(at, "the day ends on which it is due" if at == ends else "the next look")
        seen = self._settled_at = self.measure.seq
        await workflow.wait_condition(
            lambda: self.measure.seq != seen or self._must_look or self._alarm.has_rung(workflow.now())
        )

    def _is_settled(self) -> bool:
        return self.measure.is_over or self._settled_at == self.measure.seq

    async def _continue_as_new(self) -> None:
        await workflow.wait_condition(workflow.all_handlers_finished)
        outbox = cast("list[MeasureEntry]", self._recorder.outbox)
        carried = MeasureCarried(measure=self.measure, outbox=outbox, unsent=self._courier.unsent)
        workflow.continue_as_new(
            self._opening.model_copy(update={"carried": carried, "around": self._file.around}),
            memo=dict(workflow.memo()),
            search_attributes=workflow.info().typed_search_attributes,
        )

    async def _close_the_file(self) -> None:
        """Everything about the measure is recorded, and whoever should know of its end is told."""
        self._alarm.set(None, "")
        self._say_how_it_stands()
        self._recorder.hurry()
        self._courier.hurry()
        await workflow.wait_condition(lambda: self._recorder.is_up_to_date and not self._courier.unsent)
        await workflow.wait_condition(lambda: self._recorder.is_up_to_date and workflow.all_handlers_finished())

    # ── what comes in ─────────────────────────────────────────────────────────

    def check(self, command: Command[Act]) -> None:
        """Refuse an act before anything is written."""
        try:
            self._file.check(command, workflow.now())
        except Refusal as refusal:
            raise as_error(refusal) from None

    def carry_out(self, command: Command[Act]) -> Receipt:
        """Carry out an act and answer."""
        try:
            receipt = self._file.act(command, workflow.now())
        except Refusal as refusal:
            raise as_error(refusal) from None
        self._learn_channels()
        self._hand_out()
        return receipt

    def hear(self, act: type[Act], command_type: type[Command[Act]], raw: RawValue) -> None:
        """Carry out a signal; one that breaks a rule is recorded as refused, one that cannot be read as well."""
        try:
            command = workflow.payload_converter().from_payload(raw.payload, command_type)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the payload, the measure must go on
            self._note([Refused(act=act.name, code="malformed", cited="6.2", message=str(error)[:500])])
            return
        try:
            self._file.act(command, workflow.now())
        except Refusal as refusal:
            self._file.refuse(command, refusal, workflow.now())
        self._learn_channels()
        self._pin()
        self._hand_out()

    @workflow.signal(name=contract.PERSON_LEFT, description="Somebody left or was disabled.")
    def person_left(self, departure: contract.Departure) -> None:
        """Look again: if it was the owner or the verifier, somebody else takes over (4.2)."""
        self._must_look = self._must_look or departure.person in self.measure.concerned

    # ── what can be seen ──────────────────────────────────────────────────────

    @workflow.query(name=contract.SNAPSHOT, description="The measure as it stands.")
    def snapshot(self) -> Measure:
        """Return a copy of the state without its command ids."""
        return self.measure.model_copy(update={"handled": {}})

    @workflow.query(name=contract.TIMELINE, description="Entries that are not recorded yet.")
    def timeline(self) -> list[MeasureEntry]:
        """Return what the record does not have yet."""
        return [cast("MeasureEntry", entry) for entry in self._recorder.outbox]

    @property
    def measure(self) -> Measure:
        """Return the measure as it stands."""
        return self._file.measure

    def _say_how_it_stands(self) -> None:
        measure = self.measure
        workflow.set_current_details(_in_words(measure))
        values = {
            contract.PHASE: str(measure.state),
            contract.AWAITED: _awaited(measure),
            contract.DEADLINE: measure.due.at if measure.due and not measure.is_over else None,
        }
        changed = {name: value for name, value in values.items() if self._shown.get(name) != value}
        keys: dict[str, SearchAttributeKey[Any]] = {item.name: item for item in (_PHASE, _AWAITED, _DEADLINE)}
        updates: list[SearchAttributeUpdate[Any]] = [
            keys[name].value_unset() if value is None else keys[name].value_set(value)
            for name, value in changed.items()
        ]
        if updates:
            workflow.upsert_search_attributes(updates)
            self._shown.update(changed)

    # ── the file ──────────────────────────────────────────────────────────────

    def _open(self, opening: MeasureOpening) -> None:
        now, company = workflow.now(), opening.around.company
        self.measure.source = opening.source
        verifier = opening.verifier or default_verifier(self.measure, company, opening.owner, now)
        event = MeasureOpened(
            text=opening.text, owner=opening.owner, verifier=verifier, due=opening.due, source=opening.source
        )
        actor = Actor(opening.opened_by, opening.opener_role, opening.on_behalf_of) if opening.opened_by else SYSTEM
        self._file.note([event], now, actor=actor, command_id=opening.command_id or None)
        self._hand_out()

    def _note(self, events: Sequence[Event]) -> None:
        if events:
            self._file.note(events, workflow.now())
            self._pin()
            self._hand_out()

    def _pin(self) -> None:
        """Leave a trace in the history of every entry that no update leaves by itself, as incidents do."""
        workflow.upsert_memo({"entries": self.measure.seq})

    def _hand_out(self) -> None:
        """Give new entries to the recorder and tell those who should hear of them."""
        fresh = self._file.take_fresh()
        self._recorder.outbox.extend(fresh)
        self._courier.send([message for entry in fresh for message in self._messages(entry)])

    def _learn_channels(self) -> None:
        """Reach people as they are reached today."""
        self._channels.update({person.id: list(person.channels) for person in self._file.around.company.people})

    def _channels_of(self, person: str) -> list[str]:
        return self._channels.get(person, [INBOX])

    def _messages(self, entry: Entry) -> list[Message]:
        return [
            self._letter(
                person,
                note.template,
                key=f"note/{entry.seq}/{note.template}:1",
                question=f"note/{entry.seq}",
                clause=entry.clause,
                more=note.params,
            )
            for note in notes(self.measure, self._file.around.company, entry)
            for person in note.people
        ]

    def _message(self, call: MeasureCall, person: str) -> Message:
        measure = self.measure
        more: dict[str, str] = {}
        if measure.pending_completion:
            more["evidence"] = measure.pending_completion.text
        if (extension := measure.pending_extension) and call.template == "rectification_extension":
            wanted = self._file.around.calendar.local(extension.due.at)
            more |= {"wish": wanted.strftime("%Y-%m-%d %H:%M"), "reason": extension.reason}
        key = f"{call.question}:{call.call}"
        letter = self._letter(person, call.template, key=key, question=call.question, clause="6.2", more=more)
        return letter.model_copy(update={"call": call.call})

    def _letter(
        self, person: str, template: str, *, key: str, question: str, clause: str, more: dict[str, str]
    ) -> Message:
        measure, source = self.measure, self._opening.source
        about = {"measure": measure.number, "owner": measure.owner, "source": f"{source.kind} {source.ref}"}
        about |= {"verifier": measure.verifier or "", "text": brief(measure.text)}
        return Message(
            dedup_key=f"{measure.number}:{key}:{person}",
            incident=measure.number,
            title=brief(measure.text),
            system=source.system or "",
            severity=Severity.III,
            is_drill=source.is_drill,
            recipient=person,
            channel=INBOX,
            template=template,
            question=question,
            clause=clause,
            due=measure.due.at if measure.due else None,
            is_provisional=bool(measure.due and measure.due.is_provisional),
            created_at=workflow.now(),
            params=about | more,
        )

    def _row(self) -> MeasureRow:
        measure, source, due = self.measure, self._opening.source, self.measure.due or self._opening.due
        return MeasureRow(
            number=measure.number,
            seq=measure.seq,
            version=measure.version,
            text=measure.text,
            state=measure.state,
            owner=measure.owner,
            verifier=measure.verifier,
            due=due.at,
            is_provisional=due.is_provisional,
            is_overdue=measure.is_overdue,
            is_over=measure.is_over,
            source_kind=source.kind,
            source=source.ref,
            incident=source.ref if source.kind == "incident" else None,
            opened_at=measure.opened_at or workflow.now(),
            updated_at=workflow.now(),
            closed_at=measure.closed_at,
            head_hash=measure.head_hash,
            view=measure.view(),
        )


def _never() -> bool:
    return False


def _awaited(measure: Measure) -> str | None:
    """Return the role that the measure waits for."""
    if measure.is_over:
        return None
    return "measure_verifier" if measure.pending_completion else "measure_owner"


def _in_words(measure: Measure) -> str:
    due = measure.due.at.isoformat(timespec="minutes") if measure.due else ""
    clause = CLAUSES["6.2"]
    lines = [f"**{brief(measure.text)}** · `{measure.state}`{' · overdue' if measure.is_overdue else ''}", ""]
    lines += [f"- owner {measure.owner}, verifier {measure.verifier or '-'}, due {due}"]
    lines += [f"- extension {len(measure.extensions)} asked for"] if measure.pending_extension else []
    return "\n".join([*lines, f"- {clause.id} {clause.zh} / {clause.en}"])
