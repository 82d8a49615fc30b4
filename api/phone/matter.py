"""What a link is about, as its page needs it: a question of an incident, or of a rectification measure."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from adapters.i18n import Translator
from api import measures
from api.phone import measuresheet
from api.phone.facts import history
from api.phone.forms import Form, form, measure_form
from api.phone.sheet import Sheet, Visit, sheet
from api.reading import find
from api.revision import must_be_published, published_since
from api.sentences import sentence
from api.services import Services
from api.whereabouts import discreet
from domain import answers, replies
from domain.acts import COMMANDS, Act
from domain.answers import Answer
from domain.company import Company
from domain.incident import Incident
from domain.measure import MEASURE_COMMANDS, Measure, MeasureAct
from domain.numbering import is_of_measure


class Matter(ABC):
    """What a link is about; whoever holds the link acts as the person it was sent to."""

    def __init__(self, ports: Services, visit: Visit, _: Translator) -> None:
        """Take whose link it is and in which language he reads."""
        self._ports = ports
        self._visit = visit
        self._translator = _

    @property
    @abstractmethod
    def company(self) -> Company:
        """Return the company by whose names people are told."""

    @property
    @abstractmethod
    def stands(self) -> str:
        """Return how it stands, in a word."""

    @abstractmethod
    def conceivable(self) -> list[Answer]:
        """Return what answers the question now."""

    @abstractmethod
    def form(self, answer: Answer) -> Form:
        """Return how an answer is asked for."""

    @abstractmethod
    async def carry_out(self, act: Act, command_id: str) -> None:
        """Carry an act out; Refusal, OutcomeUnknown, TemporalAway, TooBusy or DatabaseAway when that fails."""

    @abstractmethod
    async def told(self, command_id: str) -> list[str]:
        """Return what an act has made happen, in words."""

    @abstractmethod
    async def sheet(self, used: Mapping[str, datetime]) -> Sheet:
        """Return what the page says."""


async def matter_of(ports: Services, visit: Visit, _: Translator) -> Matter:
    """Read what a link is about; Refusal, OutcomeUnknown, TemporalAway or DatabaseAway when it cannot be read."""
    number = visit.link.incident
    if is_of_measure(number):
        return _OfMeasure(ports, visit, _, (await measures.find(ports, number)).measure)
    return _OfIncident(ports, visit, _, (await find(ports, number)).incident)


class _OfIncident(Matter):
    def __init__(self, ports: Services, visit: Visit, _: Translator, incident: Incident) -> None:
        super().__init__(ports, visit, _)
        self._incident = incident

    @property
    def company(self) -> Company:
        return self._incident.company

    @property
    def stands(self) -> str:
        return self._translator.word(self._incident.phase)

    def conceivable(self) -> list[Answer]:
        return answers.conceivable(self._incident, self._visit.link.question, self._visit.link.person)

    def form(self, answer: Answer) -> Form:
        return form(answer, self._incident, self._translator)

    async def carry_out(self, act: Act, command_id: str) -> None:
        number = self._incident.number
        await must_be_published(self._ports, act)
        command = COMMANDS[act.name](
            command_id=command_id,
            person=self._visit.link.person,
            act=discreet(self._ports, number, act),
            edition=await published_since(self._ports, number, act),
        )
        await self._ports.incidents.act(number, command)

    async def told(self, command_id: str) -> list[str]:
        entries = await history(self._ports, self._incident.number)
        incident = (await find(self._ports, self._incident.number)).incident
        return [
            sentence(entry, incident.company, self._translator, incident.policy.regulators)
            for entry in entries
            if entry.command_id == command_id
        ]

    async def sheet(self, used: Mapping[str, datetime]) -> Sheet:
        entries = await history(self._ports, self._incident.number)
        return sheet(self._visit, self._incident, entries, used, self._translator)


class _OfMeasure(Matter):
    def __init__(self, ports: Services, visit: Visit, _: Translator, measure: Measure) -> None:
        super().__init__(ports, visit, _)
        self._measure = measure

    @property
    def company(self) -> Company:
        return self._visit.company

    @property
    def stands(self) -> str:
        return self._translator.word(self._measure.state)

    def conceivable(self) -> list[Answer]:
        return replies.conceivable(self._measure, self._visit.link.question, self._visit.link.person)

    def form(self, answer: Answer) -> Form:
        return measure_form(answer, self._translator)

    async def carry_out(self, act: Act, command_id: str) -> None:
        person, number = self._visit.link.person, self._measure.number
        wanted = cast("MeasureAct", act)
        command: Any = MEASURE_COMMANDS[act.name](
            command_id=command_id,
            person=person,
            act=act,
            surroundings=await measures.surroundings(self._ports, measures.named(self._measure, person, wanted)),
        )
        await self._ports.measures.act(number, command)

    async def told(self, command_id: str) -> list[str]:
        entries = await measures.history(self._ports, self._measure.number)
        return [sentence(entry, self.company, self._translator) for entry in entries if entry.command_id == command_id]

    async def sheet(self, used: Mapping[str, datetime]) -> Sheet:
        entries = await measures.history(self._ports, self._measure.number)
        return measuresheet.sheet(self._visit, self._measure, entries, used, self._translator)
