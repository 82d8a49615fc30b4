"""After an alert is stored: which incident stands for it. Nothing is at risk any more, so this may take a little."""

import asyncio

from adapters.temporal import Incidents, TemporalAway
from workflows.contract import AlertState

SECONDS = 8.0
_PACE_SECONDS = 0.1


async def settled(incidents: Incidents, workflow: str) -> AlertState | None:
    """Return what became of an alert once its incident is really there; None when that takes too long."""
    try:
        async with asyncio.timeout(SECONDS):
            while True:
                state = await incidents.incident_of_alert(workflow)
                if state and (state.number is None or await incidents.exists(state.number)):
                    return state
                await asyncio.sleep(_PACE_SECONDS)
    except (TimeoutError, TemporalAway):
        return None
