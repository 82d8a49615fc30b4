"""One rectification measure of a story, and the people who act on it."""

import uuid
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest

from adapters.measures import surroundings
from domain.acts import Receipt
from domain.entry import first_break
from domain.errors import Refusal
from domain.measure import Measure, MeasureAct, MeasureCommand, MeasureEntry, Source, fold
from domain.rectification import due_on
from tests import cast
from tests.harness import World
from workflows import contract
from workflows.contract import MeasureOpening

R = TypeVar("R", bound=Refusal)
TEXT = "更换电源模块"


class Rectifying:
    """What a story says about a measure: who does what, and what must come of it."""

    def __init__(self, world: World, number: str) -> None:
        self.world = world
        self.stage = world.stage
        self.number = number

    @classmethod
    async def opened(cls, world: World, *, days: float = 9, **details: Any) -> "Rectifying":
        """A measure of an inspection: the technician owns it, the supervisor verifies it by rule."""
        story = cls(world, f"M-{uuid.uuid4().hex[:10]}")
        now = await world.now()
        around = surroundings(await story.stage.vigilance.now(now), {cast.TECHNICIAN})
        parts: dict[str, Any] = {
            "number": story.number,
            "text": TEXT,
            "owner": cast.TECHNICIAN,
            "due": due_on(around, now + timedelta(days=days)),
            "source": Source(kind="inspection", ref="2026-Q4", system=cast.TRADING),
            "opened_by": cast.SUPERVISOR,
            "around": around,
        }
        await story.stage.measures.open(MeasureOpening(**(parts | details)))
        await story.stage.still()
        return story

    async def act(self, person: str, act: MeasureAct, **envelope: Any) -> Receipt:
        """Do something and let everything happen that follows from it."""
        measure, named = await self.snapshot(), {person, *act.model_dump(include={"owner", "verifier"}).values()}
        standing = self.stage.vigilance.standing(await self.world.now())
        fields: dict[str, Any] = {"command_id": uuid.uuid4().hex, "person": person, "act": act}
        around = surroundings(standing, measure.concerned | {name for name in named if name})
        command = MeasureCommand[Any](**(fields | envelope), surroundings=around)
        receipt = await self.stage.measures.act(self.number, command)
        await self.stage.still()
        return receipt

    async def refused(self, person: str, act: MeasureAct, refusal: type[R], clause: str = "6.2") -> R:
        """Try something that is refused for this reason and by this clause; nothing changes."""
        before = await self.snapshot()
        with pytest.raises(refusal) as caught:
            await self.act(person, act)
        assert (type(caught.value), caught.value.clause) == (refusal, clause)
        assert await self.snapshot() == before
        return caught.value

    async def snapshot(self) -> Measure:
        """Return how it stands."""
        return await self.stage.measures.snapshot(self.number)

    async def due(self) -> datetime:
        """Return when it is due."""
        due = (await self.snapshot()).due
        assert due is not None
        return due.at

    async def morning_before_due(self, working_days: int) -> datetime:
        """Return when work begins so many working days before the due day; after it, if negative."""
        calendar = (await self.stage.vigilance.now(await self.world.now())).calendar
        return calendar.morning(await self.due(), -working_days, self.world.policy.working_spans)

    async def timeline(self) -> list[MeasureEntry]:
        """Return the record, once it has everything, after checking that it is sound."""
        await self.stage.move_to(await self.world.now() + timedelta(seconds=2))
        entries = await self.stage.measure_record.timeline(self.number)
        assert first_break(entries) is None
        folded = fold(Measure(number=self.number), entries)
        assert folded == (await self.snapshot()).model_copy(update={"handled": {}})
        return entries

    async def kinds(self) -> list[str]:
        """Return what happened beside calls."""
        return [entry.event.kind for entry in await self.timeline() if entry.event.kind != "measure_called"]

    async def is_running(self) -> bool:
        """Tell whether its workflow goes on."""
        described = await self.stage.client.get_workflow_handle(contract.measure_id(self.number)).describe()
        return described.close_time is None
