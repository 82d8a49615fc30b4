"""The generic event, for every monitor that can send JSON."""

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, Field

from api.alerts import text
from api.bodies import Strict
from domain.policy import Severity
from domain.text import Key, Line, Prose
from workflows.contract import Alert

SOURCE = "events"


class EventBody(Strict):
    """One event; the same `dedup_key` joins the open incident."""

    dedup_key: Key
    status: Literal["firing", "resolved"] = "firing"
    title: Line
    system: Key
    symptom: Prose
    severity: Severity | None = None
    started_at: AwareDatetime | None = Field(None, description="When it began; with it a repeat is told from news.")
    is_drill: bool = False


def to_alert(event: EventBody, now: datetime, *, is_limited: bool = False) -> Alert:
    """Translate an event; without a start every distinct content is an occurrence of its own.

    The dedup keys of a key that is limited to systems are those of each system: it joins, and ends, no other's alert.
    """
    began = event.started_at.isoformat() if event.started_at else event.model_dump_json()
    dedup_key = text.digest(event.system, event.dedup_key) if is_limited else event.dedup_key
    occurrence = text.digest(dedup_key, began)
    return Alert(
        source=SOURCE,
        dedup_key=dedup_key,
        status=event.status,
        occurrence=occurrence,
        command_id=f"{SOURCE}:{event.status}:{occurrence}",
        title=event.title,
        system=event.system,
        symptom=event.symptom,
        severity=event.severity,
        started_at=text.began(event.started_at, now),
        is_drill=event.is_drill,
    )
