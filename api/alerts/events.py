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


def to_alert(event: EventBody, now: datetime) -> Alert:
    """Translate an event; without a start every distinct content is an occurrence of its own."""
    began = event.started_at.isoformat() if event.started_at else event.model_dump_json()
    occurrence = text.digest(event.dedup_key, began)
    return Alert(
        source=SOURCE,
        dedup_key=event.dedup_key,
        status=event.status,
        occurrence=occurrence,
        command_id=f"{SOURCE}:{event.status}:{occurrence}",
        title=event.title,
        system=event.system,
        symptom=event.symptom,
        severity=event.severity,
        started_at=min(event.started_at or now, now),
        is_drill=event.is_drill,
    )
