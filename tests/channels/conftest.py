"""A company, a message and a writer for every channel test."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from activities.messages import Message
from adapters.channels.writer import Writer
from adapters.files import Roster, load_company
from adapters.messages import Letterhead
from domain.company import Company, Person
from domain.policy import Severity

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def roster() -> Roster:
    return load_company(ROOT / "sample" / "company.yaml", ROOT / "runbooks")


@pytest.fixture(scope="session")
def sun(roster: Roster) -> Person:
    person = roster.company.person("sun-jing")
    assert person is not None
    return person


class _Companies:
    def __init__(self, company: Company) -> None:
        self._company = company

    async def company(self) -> Company:
        return self._company


@pytest.fixture(scope="session")
def writer(roster: Roster) -> Writer:
    return Writer(_Companies(roster.company), Letterhead("http://127.0.0.1:8080"))


@pytest.fixture
def message() -> Message:
    return Message(
        dedup_key="INC-1:judgement/1:1:sun-jing:mail",
        incident="INC-1",
        title="交易数据库\n无响应",
        system="market-db",
        severity=Severity.II,
        recipient="sun-jing",
        channel="mail",
        template="judgement",
        question="judgement/1",
        clause="5.2.1",
        due=datetime(2026, 11, 24, 3, 19, tzinfo=UTC),
        created_at=datetime(2026, 11, 24, 3, 14, tzinfo=UTC),
        params={"text": "主库端口拒绝连接"},
    )


MessageWith = Callable[..., Message]


@pytest.fixture
def message_with(message: Message) -> MessageWith:
    def changed(**changes: object) -> Message:
        return message.model_copy(update=changes)

    return changed
