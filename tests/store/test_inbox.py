"""The web inbox, and the log of attempts."""

from datetime import timedelta

from activities.messages import Delivery, Message
from adapters.store.database import Database
from adapters.store.deliveries import SqlDeliveries
from adapters.store.inbox import Letter, SqlInbox
from domain.policy import Severity
from tests.store.story import START


def letter(key: str = "1:judgement:1:wang.wei:inbox", recipient: str = "wang.wei") -> Letter:
    return Letter(
        dedup_key=key,
        recipient=recipient,
        incident="2026-0001",
        subject="请判断:行情系统无法登录",
        body="第一行\n第二行",
        language="zh-CN",
        template="judge",
        question="judgement/1",
        clause="5.2.2",
        due=START + timedelta(minutes=5),
        created_at=START,
    )


async def test_the_same_message_is_kept_once(database: Database) -> None:
    inbox = SqlInbox(database)
    assert await inbox.put(letter())
    assert not await inbox.put(letter().model_copy(update={"subject": "另一"}))
    kept = (await inbox.of_person("wang.wei")).items
    assert [Letter.model_validate(item.model_dump()) for item in kept] == [letter()]
    assert kept[0].read_at is None


async def test_pages_and_unread(database: Database) -> None:
    inbox = SqlInbox(database)
    for index in range(5):
        await inbox.put(letter(f"key-{index}"))
    await inbox.put(letter("other", "li.na"))
    first = await inbox.of_person("wang.wei", limit=3)
    second = await inbox.of_person("wang.wei", limit=3, after=first.next)
    assert [item.dedup_key for item in first.items + second.items] == [f"key-{index}" for index in (4, 3, 2, 1, 0)]
    assert second.next is None

    read_at = START + timedelta(hours=1)
    marked = await inbox.mark_read("wang.wei", first.items[0].id, read_at)
    assert marked is not None
    assert marked.read_at == read_at
    again = await inbox.mark_read("wang.wei", first.items[0].id, read_at + timedelta(hours=1))
    assert again == marked
    assert await inbox.unread("wang.wei") == 4
    assert [item.dedup_key for item in (await inbox.of_person("wang.wei", unread_only=True)).items] == [
        f"key-{index}" for index in (3, 2, 1, 0)
    ]


async def test_nobody_marks_a_message_of_somebody_else(database: Database) -> None:
    inbox = SqlInbox(database)
    await inbox.put(letter())
    (mine,) = (await inbox.of_person("wang.wei")).items
    assert await inbox.mark_read("li.na", mine.id, START) is None
    assert await inbox.unread("wang.wei") == 1


async def test_every_attempt_is_kept(database: Database) -> None:
    message = Message(
        dedup_key="key",
        incident="2026-0001",
        title="行情系统无法登录",
        system="quotes",
        severity=Severity.II,
        recipient="wang.wei",
        channel="mail",
        template="judge",
        question="judgement/1",
        clause="5.2.2",
        created_at=START,
    )
    log = SqlDeliveries(database)
    await log.note(message, Delivery(recipient="wang.wei", channel="mail", is_accepted=False, detail="451 稍后再试"))
    await log.note(message, Delivery(recipient="wang.wei", channel="mail", is_accepted=True, detail="250 ok"))
    attempts = await log.of_message("key")
    assert [(attempt.is_accepted, attempt.detail) for attempt in attempts] == [
        (False, "451 稍后再试"),
        (True, "250 ok"),
    ]
    assert attempts[0].at.utcoffset() is not None
    assert await log.of_incident("2026-0001") == attempts
    assert await log.of_incident("2026-0002") == []
