"""One round of recovery: the system's probes and its period of observation (6.1)."""

from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import FailureError

with workflow.unsafe.imports_passed_through():
    from activities.messages import ProbeResults, ProbeRun
    from activities.probes import ProbeChecks
    from workflows import contract, options
    from workflows.contract import ProbeReport, RecoveryInput


@workflow.defn(name="RecoveryWorkflow")
class RecoveryWorkflow:
    """Probes the system from the start to the end of the observation; the first failure is reported at once."""

    @workflow.init
    def __init__(self, recovery: RecoveryInput) -> None:
        """Take up the round."""
        self._recovery = recovery
        self._is_ended = False

    @workflow.signal(name=contract.END, description="This round of recovery is over.")
    def end(self) -> None:
        """End the round."""
        self._is_ended = True

    @workflow.run
    async def run(self, recovery: RecoveryInput) -> bool:
        """Probe, wait, probe again until the observation is over; return whether it was passed."""
        until = recovery.observed_until.isoformat()
        workflow.set_current_details(f"round {recovery.round}, observed until {until} (6.1)")
        is_first = True
        while not self._is_ended:
            is_over = workflow.now() >= recovery.observed_until
            results = await self._probe()
            if results.failed or (is_first and recovery.probes):
                await self._tell(contract.PROBED, results)
            if results.failed:
                return False
            if is_over:
                await self._tell(contract.OBSERVED, results)
                return True
            is_first = False
            await self._rest()
        return False

    async def _probe(self) -> ProbeResults:
        probes = self._recovery.probes
        if not probes:
            return ProbeResults(passed=[], failed=[])
        run = ProbeRun(incident=self._recovery.incident, round=self._recovery.round, probes=probes)
        try:
            return await workflow.execute_activity_method(
                ProbeChecks.run_probes,
                run,
                start_to_close_timeout=options.PROBE_TIMEOUT,
                retry_policy=options.PROBE_RETRY,
                summary=", ".join(probe.id for probe in probes),
            )
        except FailureError as failure:
            return ProbeResults(passed=[], failed=[probe.id for probe in probes], detail=str(failure))

    async def _rest(self) -> None:
        left = (self._recovery.observed_until - workflow.now()).total_seconds()
        pause = timedelta(seconds=max(min(self._recovery.probe_interval_seconds, left), 0.001))
        try:
            await workflow.wait_condition(lambda: self._is_ended, timeout=pause, timeout_summary="observation (6.1)")
        except TimeoutError:
            return

    async def _tell(self, signal: str, results: ProbeResults) -> None:
        incident = workflow.get_external_workflow_handle(contract.incident_id(self._recovery.incident))
        report = ProbeReport(
            round=self._recovery.round,
            passed=results.passed,
            failed=results.failed,
            detail=results.detail,
            occurred_at=workflow.now(),
        )
        try:
            await incident.signal(signal, report)
        except FailureError:
            self._is_ended = True
