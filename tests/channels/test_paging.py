"""Handing over: a refusal for good is an answer, anything passing raises, a log that is away changes nothing."""

import asyncio
from collections.abc import Callable

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.messages import Delivery, Message
from activities.paging import Paging
from activities.ports import NotHandedOver
from adapters.files import Roster
from domain.company import Person

MessageWith = Callable[..., Message]


class People:
    """The sample company's people and addresses."""

    def __init__(self, roster: Roster) -> None:
        """Take the company."""
        self.roster = roster

    async def person(self, person_id: str) -> Person | None:
        """Find a person."""
        return self.roster.company.person(person_id)

    async def address(self, person_id: str, channel: str) -> str | None:
        """Find an address."""
        return self.roster.addresses[person_id].get(channel)


class Line:
    """A channel that answers as told; anything for another address than the expected one is a fault."""

    name = "mail"

    def __init__(self, refusal: NotHandedOver | None = None) -> None:
        """Take what to answer."""
        self.refusal = refusal
        self.sent: list[str] = []

    async def send(self, message: Message, recipient: Person, address: str) -> str:
        """Answer as told."""
        assert (recipient.id, address) == ("sun-jing", "sun.jing@huahui.example")
        if self.refusal:
            raise self.refusal
        self.sent.append(message.dedup_key)
        return "250 OK"


class Log:
    """Keeps attempts, or fails as told."""

    def __init__(self, failure: Exception | None = None, *, hangs: bool = False) -> None:
        """Take how to fail."""
        self.failure = failure
        self.hangs = hangs
        self.kept: list[Delivery] = []

    async def note(self, message: Message, delivery: Delivery) -> None:
        """Keep, fail or hang."""
        if self.hangs:
            await asyncio.Event().wait()
        if self.failure:
            raise self.failure
        self.kept.append(delivery)


async def hand_over(roster: Roster, line: Line, log: Log, message: Message) -> Delivery:
    paging = Paging(People(roster), {"mail": line}, log)
    return await ActivityEnvironment().run(paging.hand_over, message)


async def test_what_the_provider_took_is_accepted_and_logged(roster: Roster, message: Message) -> None:
    line, log = Line(), Log()
    delivery = await hand_over(roster, line, log, message)
    assert (delivery.is_accepted, delivery.detail, line.sent) == (True, "250 OK", [message.dedup_key])
    assert log.kept == [delivery]


async def test_a_final_refusal_is_an_answer(roster: Roster, message: Message) -> None:
    log = Log()
    delivery = await hand_over(roster, Line(NotHandedOver("550 no such user", is_final=True)), log, message)
    assert (delivery.is_accepted, delivery.detail) == (False, "550 no such user")
    assert log.kept == [delivery]


async def test_a_passing_refusal_is_tried_again_by_temporal(roster: Roster, message: Message) -> None:
    log = Log()
    with pytest.raises(ApplicationError) as failure:
        await hand_over(roster, Line(NotHandedOver("451 later")), log, message)
    assert (failure.value.type, failure.value.non_retryable) == ("NotHandedOver", False)
    assert [item.is_accepted for item in log.kept] == [False]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"recipient": "nobody"}, "no such active person"),
        ({"channel": "pigeon"}, "channel pigeon is not set up"),
        ({"recipient": "li-na"}, "no address for channel mail"),
    ],
)
async def test_who_cannot_be_reached_is_not_accepted(
    roster: Roster, message_with: MessageWith, changes: dict[str, str], why: str
) -> None:
    line = Line()
    delivery = await hand_over(roster, line, Log(), message_with(**changes))
    assert (delivery.is_accepted, delivery.detail, line.sent) == (False, why, [])


@pytest.mark.parametrize("log", [Log(OSError("away")), Log(hangs=True)], ids=["fails", "hangs"])
async def test_a_log_that_is_away_never_fails_a_page(roster: Roster, message: Message, log: Log) -> None:
    line = Line()
    async with asyncio.timeout(15):
        delivery = await hand_over(roster, line, log, message)
    assert (delivery.is_accepted, line.sent) == (True, [message.dedup_key])
