"""One dedup key of one alert source: joins repeats to the open incident, so that there is never a second one."""

from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import FailureError

with workflow.unsafe.imports_passed_through():
    from activities.alerts import Alerts
    from activities.messages import AlertOpening
    from domain.numbering import number_from
    from workflows import contract, options
    from workflows.contract import Alert, AlertInput, AlertState, TakenReport

IDLE = timedelta(days=30)
REMEMBERED = 200
# A group of an alert manager can hold many alerts under one key.
MOST_FIRING = 2000


@workflow.defn(name="AlertWorkflow")
class AlertWorkflow:
    """Opens an incident for the first alert of its key, passes new occurrences on, and damps mere repeats."""

    @workflow.init
    def __init__(self, start: AlertInput) -> None:
        """Take up what is known of the key."""
        self._state = start.state or AlertState(source=start.source, dedup_key=start.dedup_key)
        self._openings: list[AlertOpening] = []
        self._news: list[Alert] = []

    @workflow.run
    async def run(self, start: AlertInput) -> AlertState:
        """Open, pass on, wait; forget the key when it was idle for a month with no open incident."""
        while True:
            await self._work()
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(start.model_copy(update={"state": self._state}))
            if not await self._hears_something() and self._state.number is None:
                return self._state

    async def _hears_something(self) -> bool:
        seen = self._state.last_signal_at
        try:
            await workflow.wait_condition(
                lambda: bool(self._openings or self._news) or self._state.last_signal_at != seen,
                timeout=IDLE,
                timeout_summary="idle",
            )
        except TimeoutError:
            return False
        return True

    @workflow.signal(name=contract.ALERT, description="The source fired, repeated or resolved.")
    def alert(self, alert: Alert) -> None:
        """Give the first firing alert a number at once; what follows joins it."""
        self._state.last_signal_at = workflow.now()
        if alert.is_given_back:
            self._forget(alert)
        if alert.command_id in self._state.reports:
            return
        self._state.firing_count += alert.status == "firing"
        is_news = self._is_news(alert)
        if alert.status == "firing" and self._state.number is None:
            self._open(alert)
        elif self._state.number is not None and is_news:
            self._remember(alert, self._state.number)
            self._news.append(alert)

    @workflow.signal(name=contract.INCIDENT_OVER, description="The incident of this key is over.")
    def incident_over(self, number: str) -> None:
        """Let the next firing alert open a new incident, linked to this one."""
        self._state.last_signal_at = workflow.now()
        if number == self._state.number:
            self._state.last_number, self._state.number = number, None

    @workflow.query(name=contract.SNAPSHOT, description="What is known of this key.")
    def snapshot(self) -> AlertState:
        """Return a copy of the state."""
        return self._state.model_copy(deep=True)

    def _is_news(self, alert: Alert) -> bool:
        """Tell whether an alert says something new; of many that end, only the last one does."""
        state, known = self._state, alert.occurrence in self._state.firing
        occurrence = f"{alert.status}:{alert.occurrence}"
        if alert.status == "resolved" and known:
            state.firing.remove(alert.occurrence)
            state.seen = [*state.seen, occurrence][-REMEMBERED:]
            return not state.firing
        is_news = not known and occurrence not in state.seen
        if is_news:
            state.seen = [*state.seen, occurrence][-REMEMBERED:]
        if alert.status == "firing" and alert.reporter is None and not known:
            state.firing = [*state.firing, alert.occurrence][-MOST_FIRING:]
        return is_news

    def _remember(self, alert: Alert, number: str, *, has_opened: bool = False) -> None:
        """Keep which incident has a person's report: the same again is answered by it, whatever became of it."""
        if alert.reporter:
            taken = TakenReport(digest=alert.digest, request=alert.request, number=number, has_opened=has_opened)
            known = self._state.reports | {alert.command_id: taken}
            self._state.reports = dict(list(known.items())[-REMEMBERED:])

    def _forget(self, alert: Alert) -> None:
        """Take a person's report anew: the incident that was to have it did not take it."""
        if alert.reporter:
            occurrence = f"{alert.status}:{alert.occurrence}"
            self._state.reports.pop(alert.command_id, None)
            self._state.seen = [item for item in self._state.seen if item != occurrence]

    def _open(self, alert: Alert) -> None:
        state = self._state
        state.openings += 1
        run_id = workflow.info().first_execution_run_id
        state.number = number_from(state.source, state.dedup_key, str(state.openings), run_id)
        state.opened_by = alert.command_id
        self._remember(alert, state.number, has_opened=True)
        self._openings.append(
            AlertOpening(
                number=state.number,
                source=alert.source,
                dedup_key=alert.dedup_key,
                title=alert.title,
                system=alert.system,
                symptom=alert.symptom,
                severity=alert.severity,
                discovered_at=alert.started_at,
                recurrence_of=alert.recurrence_of or state.last_number,
                recurrence_reason=alert.recurrence_reason,
                alert_workflow=workflow.info().workflow_id,
                reporter=alert.reporter,
                is_drill=alert.is_drill,
                runbook=alert.runbook,
                location=alert.location,
                category=alert.category,
                assessment=alert.assessment,
                reporter_role=alert.reporter_role,
                on_behalf_of=alert.on_behalf_of,
                drill_includes=alert.drill_includes,
            )
        )

    async def _work(self) -> None:
        while self._openings or self._news:
            if self._openings:
                await self._open_incident(self._openings[0])
                self._openings.pop(0)
            else:
                await self._pass_on(self._news.pop(0))

    async def _open_incident(self, opening: AlertOpening) -> None:
        await workflow.execute_activity_method(
            Alerts.open_for_alert,
            opening,
            start_to_close_timeout=options.PAGE_TIMEOUT,
            retry_policy=options.WITHOUT_END,
            summary=f"open {opening.number}",
        )

    async def _pass_on(self, alert: Alert) -> None:
        number = self._state.number
        if number is None:
            if alert.status == "firing":
                self._open(alert)
            return
        self._remember(alert, number)
        incident = workflow.get_external_workflow_handle(contract.incident_id(number))
        try:
            await incident.signal(contract.ALERT, alert)
        except FailureError:
            # Its end, and the alert that opened the next one, may have been heard meanwhile.
            self.incident_over(number)
            if alert.status == "firing":
                self._news.insert(0, alert)
