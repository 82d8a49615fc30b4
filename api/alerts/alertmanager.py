"""Prometheus Alertmanager, webhook version 4; fields that we do not know are let through."""

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.alerts import text
from domain.policy import Severity
from workflows.contract import Alert

SOURCE = "alertmanager"
_SEVERITIES = {"critical": Severity.II, "warning": Severity.III, "info": Severity.IV}
Words = dict[str, str]


class AlertmanagerAlert(BaseModel):
    """One alert of a group."""

    model_config = ConfigDict(extra="allow")

    status: Literal["firing", "resolved"]
    labels: Words
    annotations: Words = {}
    startsAt: AwareDatetime  # noqa: N815 - Alertmanager's own name
    fingerprint: str = ""

    @property
    def system(self) -> str:
        """Return the id of the system that the alert names."""
        return self.labels.get("system", "")


class AlertmanagerGroup(BaseModel):
    """What Alertmanager posts: a group of alerts, which may mix firing and resolved ones."""

    model_config = ConfigDict(extra="allow")

    version: Literal["4"] = "4"
    groupKey: str = ""  # noqa: N815
    groupLabels: Words = {}  # noqa: N815
    alerts: list[AlertmanagerAlert] = Field(min_length=1, max_length=500)


def to_alert(group: AlertmanagerGroup, alert: AlertmanagerAlert, now: datetime) -> Alert:
    """Translate one alert.

    One incident stands for what the sender groups, at least for one alert name of one system. The group's labels count,
    not its key, which also holds the route: two routes or two Alertmanagers report the same thing once.
    """
    name = alert.labels.get("alertname", "")
    labels = {**group.groupLabels, "alertname": name, "system": alert.system}
    title = text.line(alert.annotations.get("summary", "")) or text.line(name) or alert.system
    symptom = text.prose(alert.annotations.get("description", "") or alert.annotations.get("summary", "")) or title
    fingerprint = alert.fingerprint or text.digest(*(f"{key}={value}" for key, value in sorted(alert.labels.items())))
    occurrence = text.digest(fingerprint, alert.startsAt.isoformat())
    return Alert(
        source=SOURCE,
        dedup_key=text.digest(*(f"{key}={value}" for key, value in sorted(labels.items()))),
        status=alert.status,
        occurrence=occurrence,
        command_id=f"{SOURCE}:{alert.status}:{occurrence}",
        title=title,
        system=alert.system,
        symptom=symptom,
        severity=_SEVERITIES.get(alert.labels.get("severity", "").lower()),
        started_at=text.began(alert.startsAt, now),
    )
