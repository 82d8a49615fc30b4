"""The life of one incident, from the report to its closure: articles 5 and 6."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue, SearchAttributeKey, SearchAttributeUpdate
from temporalio.exceptions import ApplicationError, FailureError

with workflow.unsafe.imports_passed_through():
    from activities.messages import Archive, IncidentRow, MeasureOrders, Message
    from activities.record import Recording
    from activities.rectification import Rectification
    from domain import clock, procedure, reopening
    from domain import events as ev
    from domain.activation import report
    from domain.acts import ACTS, COMMANDS, Act, Command, Receipt
    from domain.authority import Actor
    from domain.awaited import awaited, nearest_deadline
    from domain.casefile import SYSTEM, CaseFile
    from domain.clauses import CLAUSES
    from domain.closure import report_without_measures
    from domain.company import Role
    from domain.departure import departed
    from domain.entry import Entry
    from domain.errors import Refusal
    from domain.evidence import collected
    from domain.incident import Incident
    from domain.notes import notes, planned_at
    from workflows import contract, options
    from workflows.alarm import Alarm
    from workflows.children import Children, actions, approvals, arrivals, collections, pages, recoveries
    from workflows.contract import (
        ActionReport,
        Carried,
        ChildWord,
        CollectionReport,
        Opening,
        Outcome,
        OverdueReport,
        PageReport,
        ParentRefusal,
        ProbeReport,
    )
    from workflows.listening import as_error, hears
    from workflows.neighbours import Neighbours, Word, words_of
    from workflows.recording import Courier, IncidentRecorder

_NAMES = (contract.PHASE, contract.SEVERITY, contract.AWAITED)
_KEYWORDS = {name: SearchAttributeKey.for_keyword(name) for name in _NAMES}
_DEADLINE = SearchAttributeKey.for_datetime(contract.DEADLINE)


@workflow.defn(name="IncidentWorkflow")
@hears(ACTS, COMMANDS)
class IncidentWorkflow:
    """One incident. Handlers ask the rules and write the case file; ``run`` does all the waiting."""

    @workflow.init
    def __init__(self, opening: Opening) -> None:
        """Open the case file, or take it up again after continue-as-new."""
        carried = opening.carried
        self._opening = opening
        self._refusal: Refusal | None = None
        self._shown: dict[str, Any] = {}
        self._file = CaseFile(carried.incident if carried else _blank(opening))
        self._children = Children(opening.number, carried.lit if carried else [])
        self._settled_at: int | None = None
        self._recorder = IncidentRecorder(carried.outbox if carried else [], self._row, self._is_settled)
        self._opening_measures: asyncio.Task[None] | None = None
        self._courier = Courier({person.id: list(person.channels) for person in opening.company.people})
        self._neighbours = Neighbours(self._was_lost)
        self._alarm = Alarm()
        self._too_late: list[contract.Alert] = []
        if carried is None:
            self._open(opening)

    @workflow.run
    async def run(self, opening: Opening) -> Outcome:
        """Set going what the policy asks for now, then wait for the next word or limit, until the incident is over."""
        if self._refusal:
            raise ApplicationError(self._refusal.message, self._refusal.as_details(), type=self._refusal.code)
        recording = asyncio.create_task(self._recorder.keep())
        self._courier.send(opening.carried.unsent if opening.carried else [])
        self._neighbours.say(list(opening.carried.unsaid) if opening.carried else [])
        while not self.incident.is_over:
            seen, self._settled_at = self.incident.seq, None
            if workflow.info().is_continue_as_new_suggested() and self._recorder.is_portable():
                await self._continue_as_new()
            self._let_limits_pass()  # 5.2.3 time box, 5.2.4 operator, 5.2.6 short time, 5.2.7, 5.3.1, 5.3.7, 6.2
            wanted = {
                **pages(self.incident),  # 5.2.1 judges, 3.3 specialist, 5.2.6 director, 5.2.9 group, 5.3, 6.1, 6.2
                **arrivals(self.incident),  # 5.2.4 technicians, 5.3.3 and 5.3.4 everybody sent to the scene
                **approvals(self.incident),  # 5.2.8 the general manager
                **recoveries(self.incident),  # 6.1 probes and observation
                **collections(self.incident),  # 5.3.5 fault logs of the affected system
                **actions(self.incident),  # 5.2.3 automatic steps that were confirmed
            }
            self._open_measures()  # 6.2 workflows of their own, which outlive this one
            await self._children.tend(wanted)
            if self.incident.seq == seen:
                await self._children.let_rest(wanted, self.incident)
            if self.incident.seq == seen:
                self._say_how_it_stands()
                await self._next_word_or_limit(seen)
        await self._close_the_file()
        recording.cancel()
        return Outcome(
            number=self.incident.number,
            phase=self.incident.phase,
            seq=self.incident.seq,
            head_hash=self.incident.head_hash,
        )

    # ── what is set going ─────────────────────────────────────────────────────

    def _let_limits_pass(self) -> None:
        while passed := clock.due(self.incident, workflow.now()):
            for item in passed:
                self._note([item.event], at=item.since)

    def _open_measures(self) -> None:
        """Let the measures of an accepted report begin; the signal that they have comes from there."""
        if report_without_measures(self.incident) is not None and self._opening_measures is None:
            self._opening_measures = asyncio.create_task(self._until_opened())

    async def _until_opened(self) -> None:
        """Open those of one report after the other: the numbers of the next follow those of the one before."""
        while (version := report_without_measures(self.incident)) is not None:
            first = len(self.incident.measures) + 1
            await workflow.execute_activity_method(
                Rectification.open,
                MeasureOrders(incident=self.incident.number, summary_version=version, first=first),
                start_to_close_timeout=options.ARCHIVE_TIMEOUT,
                retry_policy=options.WITHOUT_END,
                summary=f"measures of report version {version} (6.2)",
            )
            await workflow.wait_condition(partial(self._are_open, version))
        self._opening_measures = None

    def _are_open(self, version: int) -> bool:
        return self.incident.summaries[version - 1].are_measures_open

    def _say_how_it_stands(self) -> None:
        waiting, due = awaited(self.incident), nearest_deadline(self.incident)
        first = waiting[0] if waiting else None
        workflow.set_current_details(_in_words(self.incident))
        self._show(
            {
                contract.PHASE: str(self.incident.phase),
                contract.SEVERITY: str(self.incident.severity),
                contract.AWAITED: first.level if first else None,
                contract.DEADLINE: due.at if due else None,
            }
        )

    def _show(self, values: dict[str, Any]) -> None:
        changed = {name: value for name, value in values.items() if self._shown.get(name) != value}
        updates: list[SearchAttributeUpdate[Any]] = []
        for name, value in changed.items():
            key: SearchAttributeKey[Any] = _KEYWORDS.get(name, _DEADLINE)
            updates.append(key.value_unset() if value is None else key.value_set(value))
        if updates:
            workflow.upsert_search_attributes(updates)
            self._shown.update(changed)

    async def _next_word_or_limit(self, seen: int) -> None:
        """Wait unless something happened since ``seen``: also a limit that passed, or an act while children started."""
        limit = clock.next_due(self.incident)
        self._alarm.set(limit[1].at if limit else None, f"{limit[0]} ({limit[1].clause})" if limit else "")
        self._settled_at = seen
        await workflow.wait_condition(lambda: self.incident.seq != seen or self._alarm.has_rung(workflow.now()))

    def _is_settled(self) -> bool:
        return self.incident.is_over or self._settled_at == self.incident.seq

    async def _continue_as_new(self) -> None:
        await workflow.wait_condition(workflow.all_handlers_finished)
        unsent = self._courier.unsent
        carried = Carried(
            incident=self.incident,
            outbox=self._recorder.outbox,
            lit=self._children.lit,
            unsent=unsent,
            unsaid=self._neighbours.unsaid,
        )
        # Attributes by themselves would carry an unset one over as null, which the next run cannot read.
        workflow.continue_as_new(
            self._opening.model_copy(update={"carried": carried}),
            memo=dict(workflow.memo()),
            search_attributes=workflow.info().typed_search_attributes,
        )

    async def _close_the_file(self) -> None:
        """End what still burns; the incident closes only when everything about it is recorded."""
        self._alarm.set(None, "")
        await self._children.tend({})
        self._say_how_it_stands()
        await self._tell_alert_workflow()
        self._open_measures()
        self._recorder.hurry()
        self._courier.hurry()
        await workflow.wait_condition(lambda: not self._neighbours.unsaid)
        await workflow.wait_condition(lambda: report_without_measures(self.incident) is None)
        await workflow.wait_condition(lambda: self._recorder.is_up_to_date and not self._courier.unsent)
        archive = Archive(incident=self.incident.number, workflow_id=workflow.info().workflow_id)
        await workflow.execute_activity_method(
            Recording.archive,
            archive,
            start_to_close_timeout=options.ARCHIVE_TIMEOUT,
            retry_policy=options.WITHOUT_END,
            summary="keep the history",
        )
        while not self._is_at_rest() or self._too_late:
            await workflow.wait_condition(lambda: self._is_at_rest() or bool(self._too_late))
            if self._too_late:
                await self._tell_alert_workflow(self._too_late.pop(0))

    def _is_at_rest(self) -> bool:
        return self._recorder.is_up_to_date and not self._neighbours.unsaid and workflow.all_handlers_finished()

    async def _tell_alert_workflow(self, too_late: contract.Alert | None = None) -> None:
        """Say that the incident is over, or give an alert back that it did not take any more."""
        if self._opening.alert_workflow:
            alerts = workflow.get_external_workflow_handle(self._opening.alert_workflow)
            try:
                if too_late:
                    await alerts.signal(contract.ALERT, too_late.model_copy(update={"is_given_back": True}))
                else:
                    await alerts.signal(contract.INCIDENT_OVER, self.incident.number)
            except FailureError:
                workflow.logger.info("alert workflow is gone")

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
        self._hand_out()
        return receipt

    def hear(self, act: type[Act], command_type: type[Command[Act]], raw: RawValue) -> None:
        """Carry out a signal; one that breaks a rule is recorded as refused, one that cannot be read as well."""
        try:
            command = workflow.payload_converter().from_payload(raw.payload, command_type)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the payload, the incident must go on
            event = ev.Refused(act=act.name, code="malformed", cited="5.1", message=str(error)[:500])
            self._note([event])
            return
        try:
            self._file.act(command, workflow.now())
        except Refusal as refusal:
            self._file.refuse(command, refusal, workflow.now())
        self._pin()
        self._hand_out()

    @workflow.signal(name=contract.PAGED, description="A child handed pages over.")
    def paged(self, page: PageReport) -> None:
        """Record a call of a page."""
        event = ev.Paged(
            question=page.question,
            cited=page.clause,
            call=page.call,
            people=page.reached,
            failed=page.failed,
            level=page.level,
            late_since=page.late_since,
        )
        self._note([event], at=page.occurred_at)

    @workflow.signal(name=contract.ARRIVAL_AT_RISK, description="Most of a responder's time has passed.")
    def arrival_at_risk(self, risk: OverdueReport) -> None:
        """Record it; whoever commands is paged (5.3.3, 5.3.4)."""
        self._note(clock.arrival_at_risk(self.incident, risk.responder, risk.dispatch))

    @workflow.signal(name=contract.ARRIVAL_OVERDUE, description="A responder was not on the scene at his deadline.")
    def arrival_overdue(self, overdue: OverdueReport) -> None:
        """Record a missed arrival and dispatch the backup (5.3.3, 5.3.4)."""
        now = workflow.now()
        self._note(clock.overdue_arrival(self.incident, overdue.responder, overdue.dispatch, now))

    @workflow.signal(name=contract.PROBED, description="The system's probes were run.")
    def probed(self, probes: ProbeReport) -> None:
        """Record probes; a failed one sends the incident back to handling (6.1)."""
        recovery = self.incident.recovery
        if recovery is None or recovery.round != probes.round:
            return
        probed = ev.Probed(round=probes.round, passed=probes.passed, failed=probes.failed, detail=probes.detail[:2000])
        self._note([probed], at=probes.occurred_at)
        if probes.failed:
            self._note([ev.RecoveryFailed(round=probes.round, reason=", ".join(probes.failed))])

    @workflow.signal(name=contract.OBSERVED, description="The period of observation was passed.")
    def observed(self, probes: ProbeReport) -> None:
        """Record the end of the observation (6.1)."""
        recovery = self.incident.recovery
        if recovery is not None and recovery.round == probes.round:
            self._note([ev.ObservationPassed(round=probes.round)], at=probes.occurred_at)

    @workflow.signal(name=contract.COLLECTED, description="A collector has answered.")
    def collected(self, report: CollectionReport) -> None:
        """Record what was fetched, or that it could not be (5.3.5)."""
        events = collected(self.incident, report.collection, report.collector, report.exhibit, report.reason)
        self._note(events, at=report.occurred_at)

    @workflow.signal(name=contract.STEP_RAN, description="A confirmed automatic action has ended.")
    def step_ran(self, report: ActionReport) -> None:
        """Record what came of it as the step's result (5.2.3)."""
        result = report.result
        ran = procedure.Ran(result.outcome, result.why, result.output)
        at = report.occurred_at
        self._note(procedure.step_ran(self.incident, report.step, report.run, ran, at), at=at)

    @workflow.signal(name=contract.ALERT, description="The monitor repeated or resolved its alert.")
    def alert(self, alert: contract.Alert) -> None:
        """Record what the monitor says; a resolved alert is not trusted as recovery (6.1)."""
        if self.incident.is_over:
            self._too_late.append(alert)
            return
        kind = ev.ReportRepeated if alert.status == "firing" else ev.AlertResolved
        actor = Actor(alert.reporter, Role.REPORTER) if alert.reporter else Actor("", Role.ALERT_SOURCE)
        self._note([kind(source=alert.source, text=alert.symptom)], actor=actor)

    @workflow.signal(name=contract.PERSON_LEFT, description="Somebody left or was disabled.")
    def person_left(self, departure: contract.Departure) -> None:
        """Pass his open tasks on (4.2)."""
        self._note(departed(self.incident, departure.person, workflow.now()))

    @workflow.signal(name=contract.MEASURES_OPENED, description="The report's measures are workflows of their own.")
    def measures_opened(self, opened: contract.MeasuresOpened) -> None:
        """Record their numbers, once (6.2), also where the report became void meanwhile: they are open all the same."""
        if not self._are_open(opened.summary_version):
            self._note([ev.MeasuresOpened(summary_version=opened.summary_version, measures=opened.measures)])

    # ── other incidents with the same cause (3.1) ─────────────────────────────

    @workflow.signal(name=contract.CHILD_SAYS, description="Another incident has the same cause, or not any more.")
    def child_says(self, word: ChildWord) -> None:
        """Record it, or refuse the child."""
        incident, told_as = self.incident, word.told_as
        if word.is_linked and told_as > incident.told_by.get(word.child, 0):
            why = reopening.why_no_parent(incident, is_drill=word.is_drill)
            if why:
                self._neighbours.say([ParentRefusal(parent=incident.number, child=word.child, why=why)])
                return
        told = reopening.told_of_child(
            incident, word.child, told_as, title=word.title, reason=word.reason, is_linked=word.is_linked
        )
        self._note(told)

    @workflow.signal(name=contract.PARENT_REFUSES, description="The parent does not take this incident.")
    def parent_refuses(self, refusal: ParentRefusal) -> None:
        """Stand alone again."""
        self._note(reopening.refused_by_parent(self.incident, refusal.parent, refusal.why))

    def _was_lost(self, word: Word) -> None:
        if isinstance(word, ChildWord) and word.is_linked:
            self._note(reopening.refused_by_parent(self.incident, word.parent, reopening.NOT_THERE))

    # ── what can be seen ──────────────────────────────────────────────────────

    @workflow.query(name=contract.SNAPSHOT, description="The incident as it stands.")
    def snapshot(self) -> Incident:
        """Return a copy of the state without its command ids."""
        return self.incident.model_copy(update={"handled": {}})

    @workflow.query(name=contract.TIMELINE, description="Entries that are not recorded yet.")
    def timeline(self) -> list[Entry]:
        """Return what the record does not have yet."""
        return list(self._recorder.outbox)

    @property
    def incident(self) -> Incident:
        """Return the incident as it stands."""
        return self._file.incident

    # ── the case file ─────────────────────────────────────────────────────────

    def _open(self, opening: Opening) -> None:
        now = workflow.now()
        actor = Actor(opening.reporter, opening.reporter_role, opening.on_behalf_of)
        try:
            # The door has checked it by its own clock; a report that was taken is never lost over a clock that is slow.
            told = opening.report.model_copy(update={"discovered_at": min(opening.report.discovered_at or now, now)})
            event = report(self.incident, told, opening.channel, now, opening.recurrence_of)
        except Refusal as refusal:
            self._refusal = refusal
            return
        command_id = opening.command_id or None
        self._file.note([event], now, at=event.discovered_at, actor=actor, command_id=command_id)
        self._hand_out()

    def _note(self, events: Sequence[ev.Event], *, at: datetime | None = None, actor: Actor = SYSTEM) -> None:
        if events:
            self._file.note(events, workflow.now(), at=at, actor=actor)
            self._pin()
            self._hand_out()

    def _pin(self) -> None:
        """Leave a trace in the history of every entry that no update leaves by itself.

        After a crash the SDK joins workflow tasks that asked for nothing with the next one, and with it their
        instants; replayed later they are apart again, and an entry would have two different instants.
        """
        workflow.upsert_memo({"entries": self.incident.seq})

    def _hand_out(self) -> None:
        """Give new entries to the recorder and tell those who should hear of them."""
        fresh = self._file.take_fresh()
        self._recorder.outbox.extend(fresh)
        self._neighbours.say(words_of(self.incident, fresh))
        self._courier.send([message for entry in fresh for message in self._messages(entry)])

    def _messages(self, entry: Entry) -> list[Message]:
        incident = self.incident
        return [
            Message(
                dedup_key=f"{incident.number}:note/{entry.seq}/{note.template}:1:{person}",
                incident=incident.number,
                title=incident.title,
                system=incident.system,
                severity=incident.severity,
                is_drill=incident.is_drill,
                recipient=person,
                channel="",
                template=note.template,
                question=f"note/{entry.seq}",
                clause=entry.clause,
                due=note.due,
                created_at=entry.recorded_at,
                params=note.params,
                planned_at=planned_at(incident, entry),
            )
            for note in notes(incident, entry)
            for person in note.people
        ]

    def _row(self) -> IncidentRow:
        incident = self.incident
        waiting, due = awaited(incident), nearest_deadline(incident)
        return IncidentRow(
            number=incident.number,
            seq=incident.seq,
            version=incident.version,
            title=incident.title,
            phase=incident.phase,
            severity=incident.severity,
            system=incident.system,
            reporter=incident.reporter,
            awaited=waiting[0].level if waiting else None,
            deadline=due.at if due else None,
            is_provisional=bool(due and due.is_provisional),
            is_drill=incident.is_drill,
            is_over=incident.is_over,
            dedup_key=incident.dedup_key,
            opened_at=incident.reported_at or workflow.now(),
            updated_at=workflow.now(),
            closed_at=incident.closed_at,
            head_hash=incident.head_hash,
            view=incident.kept(),
            recurrence_of=incident.recurrence_of,
            parent=incident.parent,
            commander=incident.commander,
        )


def _blank(opening: Opening) -> Incident:
    return Incident(number=opening.number, policy=opening.policy, company=opening.company, calendar=opening.calendar)


def _in_words(incident: Incident) -> str:
    lines = [f"**{incident.title}** · {incident.system} · {incident.severity} · `{incident.phase}`", ""]
    for item in awaited(incident):
        due = f", due {item.due.isoformat(timespec='seconds')}" if item.due else ""
        clause = CLAUSES[item.clause]
        lines.append(f"- `{item.question}` → {', '.join(item.people)}{due} · {item.clause} {clause.zh} / {clause.en}")
    if limit := clock.next_due(incident):
        lines.append(f"- limit `{limit[0]}` {limit[1].at.isoformat(timespec='seconds')} · {limit[1].clause}")
    return "\n".join(lines)
