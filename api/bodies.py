"""What people send: an act or a report, and its envelope. Unknown fields are refused, also nested ones."""

from typing import Annotated, cast

from fastapi import Header, Path
from pydantic import BaseModel, ConfigDict, Field, create_model

from domain.acts import (
    ACTS,
    Act,
    Assessment,
    FileStatutoryReport,
    PlanStep,
    RectificationMeasure,
    Report,
    StatutorySection,
    SubmitPlan,
    SubmitSummary,
    SummaryContent,
)
from domain.company import Role
from domain.text import Key
from domain.values import Instant, Version

Number = Annotated[
    str, Path(pattern=r"^[0-9A-Za-z-]{1,40}$", description="Number of an incident, such as 7K3Q9-DXMB2.")
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[A-Za-z0-9._:@/-]{1,80}$",
        description="The same key with the same content is the same request: it is carried out once.",
    ),
]
Prefer = Annotated[
    str | None,
    Header(
        max_length=200,
        description="`respond-async`: the act is stored and answered 202, without waiting; "
        "what is refused as things stand is refused at once.",
    ),
]
IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", pattern=r'^"\d{1,9}"$', description="The version that you looked at, as its ETag."),
]


def need_not_wait(prefer: str | None) -> bool:
    """Tell whether the caller does not want to wait for the outcome (RFC 7240)."""
    return prefer is not None and "respond-async" in prefer.lower()


class Strict(BaseModel):
    """Refuses fields that it does not know."""

    model_config = ConfigDict(extra="forbid")


class Envelope(Strict):
    """What goes with every act."""

    post: Role | None = Field(None, description="In which role you act; without it the first of yours that may.")
    occurred_at: Instant | None = Field(None, description="When it happened, when you tell it later.")
    expected_version: Version | None = Field(None, description="Refuse when the incident has moved on since.")


class PlanStepBody(PlanStep, Strict):
    """A step of a response plan."""


class SubmitPlanBody(SubmitPlan, Strict):
    """The response plan."""

    steps: list[PlanStepBody] = Field(min_length=1, max_length=50)  # type: ignore[assignment] # a narrower step


class MeasureBody(RectificationMeasure, Strict):
    """A rectification measure."""


class SubmitSummaryBody(SummaryContent, Strict):
    """The summary report as somebody writes it at once; who reviewed it only a draft can tell."""

    measures: list[MeasureBody] = Field([], max_length=50)  # type: ignore[assignment] # a narrower measure
    covered_by: Key | None = None


class StatutorySectionBody(StatutorySection, Strict):
    """One head of a statutory report as it was sent."""


class FileStatutoryReportBody(FileStatutoryReport, Strict):
    """What went to a regulator (8)."""

    sections: list[StatutorySectionBody] = Field([], max_length=20)  # type: ignore[assignment] # a narrower section


class AssessmentBody(Assessment, Strict):
    """The operator's preliminary assessment (5.2.1)."""


class ReportBody(Report, Strict):
    """What an operator reports (5.2.1)."""

    preliminary_assessment: AssessmentBody
    drill_includes: list[Key] = Field([], max_length=30)


_NESTED: dict[type[Act], type[BaseModel]] = {
    SubmitPlan: SubmitPlanBody,
    SubmitSummary: SubmitSummaryBody,
    FileStatutoryReport: FileStatutoryReportBody,
}


def body_of(act: type[Act]) -> type[Envelope]:
    """Return the model of an act's request: the act's fields and the envelope, nothing else."""
    base = (_NESTED.get(act, act), Envelope)
    model = create_model(f"{act.__name__}Request", __base__=base, __doc__=act.__doc__)
    return cast("type[Envelope]", model)


BODIES = {act: body_of(act) for act in ACTS.values()}


def act_of(act: type[Act], body: Envelope) -> Act:
    """Return the content of an act without its envelope."""
    return act.model_validate(body.model_dump(include=set(act.model_fields) & set(type(body).model_fields)))
