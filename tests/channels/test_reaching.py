"""Reaching a person: channels in order, what providers ask for, and silence the instant the cause ends."""

import asyncio
import os
from collections import deque
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from temporalio import activity, workflow
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, Worker

from activities.messages import Delivery, Message
from activities.paging import Paging
from activities.ports import NotHandedOver
from adapters.temporal import DATA_CONVERTER
from domain.company import Person
from domain.text import Wire
from tests.servers import dev_server
from workflows import options
from workflows.contract import NOTIFY
from workflows.paging import Reached, reach

Said = str | NotHandedOver | Exception


class Wanted(Wire):
    """Whom to reach, and how."""

    messages: list[Message]
    channels: dict[str, list[str]]


@workflow.defn
class Reaching:
    """Reaches people as one call does."""

    def __init__(self) -> None:
        self._is_ended = False

    @workflow.run
    async def run(self, wanted: Wanted) -> list[int]:
        messages = [item.model_copy(update={"created_at": workflow.now()}) for item in wanted.messages]
        sends = [reach(item, wanted.channels[item.recipient], lambda: self._is_ended) for item in messages]
        return [int(result) for result in await asyncio.gather(*sends)]

    @workflow.signal
    def end(self) -> None:
        self._is_ended = True


class Lines:
    """The far side: each channel says what it is told to say to a person, and remembers when it was asked."""

    def __init__(self) -> None:
        self.says: dict[tuple[str, str], deque[Said]] = {}
        self.asked: list[tuple[str, str, datetime]] = []
        self.keys: list[str] = []
        self.log: list[Delivery] = []
        self.is_held = asyncio.Event()
        self.release = asyncio.Event()

    async def person(self, person_id: str) -> Person | None:
        return Person(id=person_id, name=person_id, name_en=person_id, department="it")

    async def address(self, person_id: str, channel: str) -> str | None:
        return person_id

    async def note(self, message: Message, delivery: Delivery) -> None:
        self.log.append(delivery)

    def when(self, channel: str, person: str) -> list[datetime]:
        """Return when a channel was asked to reach a person."""
        return [at for asked, whom, at in self.asked if (asked, whom) == (channel, person)]


class Line:
    """One channel of these."""

    def __init__(self, name: str, lines: Lines) -> None:
        self.name = name
        self._lines = lines

    async def send(self, message: Message, recipient: Person, address: str) -> str:
        self._lines.asked.append((self.name, recipient.id, activity.info().started_time))
        self._lines.keys.append(message.dedup_key)
        said = self._lines.says.get((self.name, recipient.id), deque())
        answer = said.popleft() if said else "taken"
        if answer == "hang":
            self._lines.is_held.set()
            await self._lines.release.wait()
        if isinstance(answer, Exception):
            raise answer
        return str(answer)


@pytest.fixture(scope="module")
async def client() -> AsyncIterator[Client]:
    async with await dev_server(data_converter=DATA_CONVERTER) as env:
        yield env.client


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "PAGE_PATIENCE", timedelta(seconds=1.5))


@pytest.fixture
def lines() -> Lines:
    return Lines()


async def replays(handle: WorkflowHandle[Reaching, list[int]]) -> None:
    """What was done is done again when it is replayed."""
    history = await handle.fetch_history()
    replayer = Replayer(
        workflows=[Reaching], workflow_runner=UnsandboxedWorkflowRunner(), data_converter=DATA_CONVERTER
    )
    await replayer.replay_workflow(history)


def notify_worker(client: Client, lines: Lines) -> Worker:
    channels = {name: Line(name, lines) for name in ("inbox", "dingtalk", "mail", "aliyun-sms")}
    return Worker(client, task_queue=NOTIFY, activities=[Paging(lines, channels, lines).hand_over])


def decider(client: Client) -> Worker:
    return Worker(client, task_queue="reaching", workflows=[Reaching], workflow_runner=UnsandboxedWorkflowRunner())


async def begin(
    client: Client, message: Message, channels: list[str], *others: str
) -> WorkflowHandle[Reaching, list[int]]:
    people = ["sun-jing", *others]
    messages = [message.model_copy(update={"recipient": person, "dedup_key": f"k:{person}"}) for person in people]
    wanted = Wanted(
        messages=messages, channels={person: channels if person == people[0] else ["mail"] for person in people}
    )
    return await client.start_workflow(
        Reaching.run, wanted, id=f"reaching-{os.urandom(6).hex()}", task_queue="reaching"
    )


def too_many(seconds: float | None = None) -> NotHandedOver:
    return NotHandedOver("HTTP 429", retry_after=timedelta(seconds=seconds) if seconds is not None else None)


async def test_a_first_channel_that_refuses_gives_way_at_once(client: Client, lines: Lines, message: Message) -> None:
    lines.says["dingtalk", "sun-jing"] = deque([NotHandedOver("errcode 310000 sign not match", is_final=True)])
    async with notify_worker(client, lines), decider(client):
        handle = await begin(client, message, ["inbox", "dingtalk", "mail"])
        assert await handle.result() == [Reached.IN_TIME]
    assert [name for name, _, _ in lines.asked if name != "inbox"] == ["dingtalk", "mail"]
    told = {item.channel: (item.is_accepted, item.detail) for item in lines.log}
    assert told["dingtalk"] == (False, "errcode 310000 sign not match")
    assert told["mail"] == (True, "taken")
    assert sorted(lines.keys) == ["k:sun-jing:dingtalk", "k:sun-jing:inbox", "k:sun-jing:mail"]


@pytest.mark.parametrize(
    "fault", [NotHandedOver("HTTP 503"), TypeError("nobody foresaw this")], ids=["5xx", "unforeseen"]
)
async def test_what_passes_is_tried_again_with_the_same_key(
    client: Client, lines: Lines, message: Message, fault: Exception
) -> None:
    lines.says["dingtalk", "sun-jing"] = deque([fault])
    async with notify_worker(client, lines), decider(client):
        handle = await begin(client, message, ["dingtalk", "mail"])
        assert await handle.result() == [Reached.IN_TIME]
    assert lines.keys.count("k:sun-jing:dingtalk") == 2
    assert not lines.when("mail", "sun-jing")


async def test_a_short_wish_to_be_left_alone_is_granted(client: Client, lines: Lines, message: Message) -> None:
    lines.says["dingtalk", "sun-jing"] = deque([too_many(1.4)])
    async with notify_worker(client, lines), decider(client):
        handle = await begin(client, message, ["dingtalk", "mail"])
        assert await handle.result() == [Reached.IN_TIME]
    first, second = lines.when("dingtalk", "sun-jing")
    assert second - first >= timedelta(seconds=1.4)
    assert not lines.when("mail", "sun-jing")


async def test_a_long_wish_gives_the_next_channel_its_turn(client: Client, lines: Lines, message: Message) -> None:
    lines.says["dingtalk", "sun-jing"] = deque([too_many(3)])
    async with notify_worker(client, lines), decider(client):
        handle = await begin(client, message, ["dingtalk", "mail"])
        assert await handle.result() == [Reached.IN_TIME]
    assert [len(lines.when(name, "sun-jing")) for name in ("dingtalk", "mail")] == [1, 1]


async def test_where_there_is_no_other_channel_the_wish_is_waited_for(
    client: Client, lines: Lines, message: Message
) -> None:
    refused = NotHandedOver("no such address", is_final=True)
    lines.says["dingtalk", "sun-jing"] = deque([too_many(3)])
    lines.says["mail", "sun-jing"] = deque([refused])
    async with notify_worker(client, lines), decider(client):
        handle = await begin(client, message, ["dingtalk", "mail"], "xu-bin")
        assert await handle.result() == [Reached.IN_TIME, Reached.IN_TIME]
    first, second = lines.when("dingtalk", "sun-jing")
    assert second - first >= timedelta(seconds=3)
    assert lines.when("mail", "xu-bin")[0] - first < timedelta(seconds=3), "another person waited for it"


async def test_a_page_that_nobody_has_begun_is_taken_back_when_the_cause_ends(
    client: Client, lines: Lines, message: Message
) -> None:
    async with decider(client):
        handle = await begin(client, message, ["dingtalk", "mail"])
        await handle.signal(Reaching.end)
        assert await handle.result() == [Reached.NOT]
    await replays(handle)
    async with notify_worker(client, lines):
        await asyncio.wait_for(_drained(client, lines, message), 20)
    assert [key for key in lines.keys if not key.startswith("k:probe")] == []


async def _drained(client: Client, lines: Lines, message: Message) -> None:
    """A later message has come through: whatever lay before it in the queue has as well."""
    async with decider(client):
        probe = message.model_copy(update={"recipient": "probe", "dedup_key": "k:probe"})
        wanted = Wanted(messages=[probe], channels={"probe": ["mail"]})
        await client.execute_workflow(Reaching.run, wanted, id="probe", task_queue="reaching")


async def test_a_send_that_has_begun_is_never_cut_off(client: Client, lines: Lines, message: Message) -> None:
    """Its end and that of the cause meet in every order."""
    async with notify_worker(client, lines), decider(client):
        for _ in range(20):
            lines.says["dingtalk", "sun-jing"] = deque(["hang"])
            lines.is_held.clear()
            lines.release.clear()
            handle = await begin(client, message, ["dingtalk", "mail"])
            await lines.is_held.wait()
            ending = asyncio.create_task(handle.signal(Reaching.end))
            await asyncio.sleep(0)
            lines.release.set()
            await ending
            assert await handle.result() == [Reached.IN_TIME]
            await replays(handle)
    assert not lines.when("mail", "sun-jing")


async def test_whoever_was_there_too_late_says_so(client: Client, lines: Lines, message: Message) -> None:
    late = message.model_copy(update={"planned_at": datetime.now(UTC) - timedelta(days=1), "dedup_key": "k:late"})
    wanted = Wanted(messages=[late], channels={late.recipient: ["mail"]})
    async with notify_worker(client, lines), decider(client):
        result = await client.execute_workflow(Reaching.run, wanted, id="late", task_queue="reaching")
    assert result == [Reached.LATE]
    assert {(item.is_late, item.detail) for item in lines.log} == {(True, "late: taken")}
