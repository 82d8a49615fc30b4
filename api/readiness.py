"""Are the people ready: the report, and the communication tests (2, 3.3, 4.2)."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path
from pydantic import AwareDatetime

from activities.messages import Trial
from adapters.messages.gaps import sentence
from adapters.snapshot import now_in_utc
from adapters.store.communication import Point
from api.auth import CurrentPerson, Keeper
from api.bodies import Strict
from api.deps import Locale, Ports
from api.openapi import problems
from api.services import Services
from domain.administration import Task
from domain.clauses import wording
from domain.company import Person
from domain.readiness import Gap, Readiness, readiness
from domain.text import Key, Wire

router = APIRouter(tags=["readiness"])
Reader = Annotated[Person, Depends(Keeper(Task.READ_READINESS))]
TestId = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,40}$", description="Id of a communication test.")]


class GapView(Gap):
    """A gap in words of the caller's language."""

    text: str
    clause_text: str


class ReadinessView(Wire):
    """Every gap from now until the end of the coming quarter; ready means that none of them is an alarm."""

    is_ready: bool
    as_of: AwareDatetime
    until: AwareDatetime
    alarms: int
    notices: int
    gaps: list[GapView]


class TrialView(Trial):
    """A communication test: whom it tried where, and who answered."""

    is_closed: bool
    points: list[Point]
    unanswered: int


class AnswerBody(Strict):
    """On which channel the test message came."""

    channel: Key


@router.get("/readiness", operation_id="readiness", summary="What is missing of people, contacts and calendar")
async def report(_reader: Reader, ports: Ports, _: Locale) -> ReadinessView:
    """List every gap: what, whom it is about, from when until when, by which clause."""
    found = await judge(ports)
    company = await ports.snapshots.directory.company()
    zone = ports.snapshots.policy.time_zone
    return ReadinessView(
        is_ready=found.is_ready,
        as_of=found.as_of,
        until=found.until,
        alarms=len(found.alarms),
        notices=len(found.gaps) - len(found.alarms),
        gaps=[
            GapView(
                **gap.model_dump(),
                text=sentence(gap, company, _, zone),
                clause_text=wording(gap.clause, _.language),
            )
            for gap in found.gaps
        ],
    )


@router.get("/communication-tests", operation_id="communication_tests", summary="The newest communication tests")
async def communication_tests(_reader: Reader, ports: Ports) -> list[TrialView]:
    """List the newest tests with everybody whom they tried."""
    return [await _shown(ports, trial) for trial in await ports.communication_tests.newest(12)]


@router.post(
    "/communication-tests/{test}/answers",
    operation_id="answer_communication_test",
    summary="The test message reached me",
    responses=problems(404, 413, 415, 422),
)
async def answer(test: TestId, body: AnswerBody, person: CurrentPerson, ports: Ports) -> Point:
    """Note that the caller got the message of a test on a channel; the first answer stands."""
    point = await ports.communication_tests.answer(test, person.id, body.channel, now_in_utc())
    if point is None:
        raise HTTPException(404)
    return point


async def judge(ports: Services) -> Readiness:
    """Judge whether the people are ready."""
    now = now_in_utc()
    return readiness(await ports.standings.now(now), now)


async def _shown(ports: Services, trial: Trial) -> TrialView:
    points = await ports.communication_tests.points(trial.id)
    return TrialView(
        **trial.model_dump(),
        is_closed=trial.closes_at <= now_in_utc(),
        points=points,
        unanswered=sum(point.answered_at is None for point in points),
    )
