"""Every number of the policy, with its unit, clause and effective date; one versioned file, pinned by each incident."""

from datetime import date, time, timedelta
from enum import StrEnum
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from domain.clauses import CLAUSES
from domain.text import N_, Key, Line, Text, Wire


class Severity(StrEnum):
    """Grades of an incident, worst first."""

    I = "I"  # noqa: E741 - the grade's own name
    II = "II"
    III = "III"
    IV = "IV"

    @property
    def rank(self) -> int:
        """Return 1 for the worst to 4 for the mildest."""
        return list(Severity).index(self) + 1

    def is_worse_than(self, other: "Severity") -> bool:
        """Tell whether this grade demands more than the other."""
        return self.rank < other.rank


_UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}


class _Cited(Wire):
    clause: str
    effective_from: date

    @field_validator("clause")
    @classmethod
    def _is_known(cls, clause: str) -> str:
        if clause not in CLAUSES:
            raise PydanticCustomError("unknown_clause", "the policy has no clause {clause}", {"clause": clause})
        return clause


class Limit(_Cited):
    """A duration: ``value`` in ``unit``."""

    value: float = Field(ge=0, le=100_000)
    unit: Literal["seconds", "minutes", "hours", "days"]

    @property
    def duration(self) -> timedelta:
        """Return the limit as a duration."""
        return timedelta(seconds=self.value * _UNITS[self.unit])


class Interval(Limit):
    """A duration after which something is repeated; never 0, or it would be repeated without a pause."""

    value: float = Field(gt=0, le=100_000)


class WorkingDays(_Cited):
    """A number of working days of the business calendar."""

    value: int = Field(ge=0, le=366)
    unit: Literal["working_days"]


class EveryWorkingDays(WorkingDays):
    """A number of working days after which something is repeated; never 0, or it would be repeated without a pause."""

    value: int = Field(ge=1, le=366)


class People(_Cited):
    """A number of people."""

    value: int = Field(ge=1, le=1000)
    unit: Literal["people"]


class Share(_Cited):
    """A part of a duration."""

    value: int = Field(ge=1, le=100)
    unit: Literal["percent"]

    def of(self, duration: timedelta) -> timedelta:
        """Return this part of a duration."""
        return duration * self.value / 100


class Choice(_Cited):
    """What waits while the general manager has not decided: the gated plan steps, all of the plan, or nothing."""

    value: Literal["plan_steps", "all", "none"]
    unit: Literal["choice"]


class Requirement(_Cited):
    """Whether something is required, or people may do without it."""

    value: Literal["required", "optional"]
    unit: Literal["choice"]


class Span(Wire):
    """A span of a working day; the start belongs to it, the end does not."""

    start: time
    end: time

    @model_validator(mode="after")
    def _runs_forward(self) -> "Span":
        if self.start >= self.end:
            raise ValueError(N_("a span starts before it ends"))
        return self


class StatutoryClock(Wire):
    """By when a law wants a report, counted from discovery or from recovery; ``source`` names the law and its article.

    A law says hours and days of its own: they are no numbers of this policy.
    """

    value: float = Field(gt=0, le=100_000)
    unit: Literal["minutes", "hours", "days", "working_days"]
    starts: Literal["discovery", "recovery"] = "discovery"
    source: Text


class FollowUp(Wire):
    """A later report to the same regulator, with a clock of its own."""

    id: Key
    name: Text
    clock: StatutoryClock


class Regulator(Wire):
    """Whom a law wants to be told of an incident: from which severity on, of which kind, by when (8).

    An empty list leaves its question open; ``form`` says which heads the report has. Until ``confirmed_by`` names who
    checked it, an entry is an example: it reminds, and holds nothing up.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    name: Text
    severity_at_least: Severity
    kinds: list[Literal["machine_room", "outage", "leak"]] = []
    categories: list[Line] = []
    systems: list[Key] = []
    form: Literal["cyberspace", "securities"] = "cyberspace"
    first: StatutoryClock
    follow_ups: list[FollowUp] = Field([], max_length=5)
    confirmed_by: Line | None = None

    @model_validator(mode="after")
    def _is_in_order(self) -> "Regulator":
        if self.first.starts != "discovery":
            raise ValueError(N_("the clock of a first report starts at the discovery"))
        reports = [item.id for item in self.follow_ups]
        if len({*reports, "first"}) <= len(reports):
            raise ValueError(N_("two reports to one regulator have the same id"))
        return self


class ShortTime(Wire):
    """The short-time limit (短时间) of each severity; I stands for the director at once."""

    I: Limit  # noqa: E741 - the grade's own name
    II: Limit
    III: Limit
    IV: Limit


class Policy(Wire):
    """The policy's numbers; an incident keeps the version it started with."""

    version: Key
    effective_from: date
    time_zone: Line
    working_spans: list[Span] = Field(min_length=1)
    default_severity: Severity = Severity.III

    operator_limit: Limit
    short_time_limit: ShortTime
    acknowledgement_limit: Limit
    page_repeat: Interval
    page_deputies: Limit
    page_director: Limit
    page_everyone: Interval
    director_deputies: Limit
    general_manager_informed: Limit
    procedure_asked_again: Interval
    approval_repeat: Interval
    approval_deputies: Limit
    approval_blocks: Choice
    arrival_working_hours: Limit
    arrival_off_hours: Limit
    # The file must name it; what incidents pinned before does not.
    arrival_at_risk: Share = Share(value=80, unit="percent", clause="5.3.3", effective_from=date(2026, 1, 1))
    # How long an automatic action may take to begin, and then to answer; how long technicians analyse a finding.
    action_limit: Interval = Interval(value=60, unit="seconds", clause="5.2.3", effective_from=date(2026, 1, 1))
    analysis_limit: Limit = Limit(value=30, unit="minutes", clause="5.3.7", effective_from=date(2026, 1, 1))
    group_members: People
    notice_interval: Interval
    observation: Limit
    probe_interval: Interval
    dismissal_window: Limit
    summary_deadline: WorkingDays
    preliminary_summary_deadline: Limit
    summary_reminder: Interval
    # The file must name them; what incidents pinned before does not.
    statutory_reminder: Share = Share(value=50, unit="percent", clause="8", effective_from=date(2026, 1, 1))
    statutory_repeat: Interval = Interval(value=60, unit="minutes", clause="8", effective_from=date(2026, 1, 1))
    regulators: list[Regulator] = Field([], max_length=10)
    # The file must name it; what incidents pinned before does not.
    summary_review: Requirement = Requirement(
        value="optional", unit="choice", clause="6.2", effective_from=date(2026, 1, 1)
    )

    @field_validator("time_zone")
    @classmethod
    def _is_a_time_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ValueError(N_("is not a time zone such as Asia/Shanghai")) from None
        return name

    @model_validator(mode="after")
    def _is_ordered(self) -> "Policy":
        limits = [getattr(self.short_time_limit, grade).duration for grade in Severity]
        if limits != sorted(limits):
            raise ValueError(N_("short_time_limit: a worse severity never has the longer limit"))
        if len({regulator.id for regulator in self.regulators}) < len(self.regulators):
            raise ValueError(N_("regulators: two of them have the same id"))
        if not self.page_deputies.duration <= self.page_director.duration:
            raise ValueError(N_("page_director: the director is paged after the deputies, not before"))
        return self

    def short_time(self, severity: Severity) -> timedelta:
        """Return the short-time limit of a severity (5.2.5)."""
        limit: Limit = getattr(self.short_time_limit, severity)
        return limit.duration

    def regulator(self, regulator_id: str) -> Regulator | None:
        """Find a regulator."""
        return next((item for item in self.regulators if item.id == regulator_id), None)

    def is_in_force(self, day: date) -> bool:
        """Tell whether the policy's effective date has come (9)."""
        return self.effective_from <= day


class CompanyPolicy(Policy):
    """The whole policy file: what incidents pin, and the numbers by which people are kept ready (4.2)."""

    arrival_at_risk: Share
    statutory_reminder: Share
    statutory_repeat: Interval
    summary_review: Requirement
    action_limit: Interval
    analysis_limit: Limit
    key_post_people: People
    readiness_horizon: Interval
    readiness_reminder: Interval
    delegation_notice: Limit
    communication_test_interval: Interval
    communication_test_window: Interval
    measure_reminder: WorkingDays
    measure_repeat: EveryWorkingDays
    measure_overdue_director: WorkingDays
    runbook_review_interval: Interval
    runbook_review_notice: Limit
    runbook_approval_limit: Limit


class Deadline(Wire):
    """An instant by which something is due; ``is_provisional`` when the official calendar did not know the year."""

    at: AwareDatetime
    clause: str
    is_provisional: bool = False
