"""Technical recovery checks (6.1)."""

import asyncio

from temporalio import activity

from activities.messages import ProbeResults, ProbeRun
from activities.ports import Probing


class ProbeChecks:
    """Runs the probes of a system."""

    def __init__(self, probing: Probing) -> None:
        """Take how a probe is made."""
        self._probing = probing

    @activity.defn(name="run_probes")
    async def run_probes(self, run: ProbeRun) -> ProbeResults:
        """Run all probes at once; a probe that fails is a result, never an error."""
        seen = await asyncio.gather(*(self._probing.check(probe) for probe in run.probes))
        results = {probe.id: result for probe, result in zip(run.probes, seen, strict=True)}
        return ProbeResults(
            passed=[name for name, (is_passed, _) in results.items() if is_passed],
            failed=[name for name, (is_passed, _) in results.items() if not is_passed],
            detail="; ".join(f"{name}: {saw}" for name, (_, saw) in results.items()),
        )
