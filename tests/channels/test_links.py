"""Links are short enough for an SMS, made without asking anybody, and nobody else can make one."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.messages import Message
from adapters import linkcode
from adapters.channelsettings import OWN_NAMES
from adapters.links import ForgedLink, Link, Links
from adapters.messages import TEMPLATES
from domain.answers import _ANSWERS
from domain.company import Person
from domain.numbering import is_of_measure, measure_number, number_from, value_of, written
from domain.policy import Severity
from domain.replies import _ACTS

NOW = datetime(2026, 11, 26, 9, 50, 17, tzinfo=UTC)
DAY = timedelta(days=1)
LINKS = Links("a key of many characters, for tests", "https://fengsui.example", DAY)
# So many that several have the same mark.
PEOPLE = [f"person-{number}" for number in range(1500)]
SMS = 35


MESSAGE: dict[str, Any] = {
    "dedup_key": "k",
    "incident": "7K3Q9-DXMB2",
    "title": "x",
    "system": "x",
    "severity": Severity.I,
    "recipient": PEOPLE[7],
    "channel": "aliyun-sms",
    "template": "judgement",
    "question": "judgement/1",
    "clause": "5.2.1",
    "created_at": NOW,
}


def token(question: str, who: str = PEOPLE[7], address: str = "", links: Links = LINKS, **changes: object) -> str:
    message = Message.model_validate(MESSAGE | {"question": question, "recipient": who} | changes)
    recipient = Person(id=who, name="x", name_en="x", department="it")
    return links.link(message, recipient, address, PEOPLE).rpartition("/")[2]


def read(shown: str, now: datetime = NOW, links: Links = LINKS) -> Link:
    return links.read(shown, PEOPLE, now)


QUESTIONS = [
    *("judgement/1", "activation", "procedure/47", "group", "plan/48", "plan_refused/2095", "order/12"),
    *(f"arrival/{PEOPLE[7]}/2", f"overdue/{PEOPLE[8]}/3", f"command/{PEOPLE[7]}", f"command/{PEOPLE[9]}"),
    *("information/9", "finding/2", "measure/2", "checklist/1", "verification/1", "summary/2", "closing"),
    *("receipt/1/it_director", "receipt/3/general_manager"),
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_of_an_incident_fits_an_sms(question: str) -> None:
    shown = token(question)
    assert len(shown) <= SMS
    assert shown.isascii()
    assert shown.isalnum()
    link = read(shown)
    assert (link.person, link.incident, link.question) == (PEOPLE[7], "7K3Q9-DXMB2", question)
    assert NOW + DAY - timedelta(minutes=1) < link.expires_at <= NOW + DAY
    assert link.channel is None


@pytest.mark.parametrize("place", [0, 1, 14, 15, 200])
@pytest.mark.parametrize("question", ["due/1", "overdue/12", "verification/3", "extension/2"])
def test_a_question_of_a_measure_fits_an_sms(question: str, place: int) -> None:
    number = measure_number("7K3Q9-DXMB2", place)
    shown = token(question, incident=number)
    link = read(shown)
    assert (link.incident, link.question, link.channel) == (number, question, None)
    assert len(shown) <= SMS
    assert is_of_measure(number)
    assert not is_of_measure("7K3Q9-DXMB2")


@pytest.mark.parametrize(
    "number", ["M-7K3Q9-DXMB2-0", "M-7K3Q9-DXMB2-300", "M-x", "M-7K3Q9-DXMB2-", "M-7K3Q9-DXMB2-01"]
)
def test_a_measure_that_is_numbered_otherwise_is_named(number: str) -> None:
    assert read(token("due/1", incident=number)).incident == number


@pytest.mark.parametrize("template", sorted(set(TEMPLATES) - {"communication_test", "contact_test", "readiness"}))
def test_a_note_fits_an_sms(template: str) -> None:
    shown = token("note/2000", template=template)
    assert (len(shown) <= SMS, read(shown).question) == (True, f"note/2000/{template}")


@pytest.mark.parametrize("channel", sorted(OWN_NAMES))
def test_the_link_of_a_test_fits_an_sms_and_knows_its_address(channel: str) -> None:
    params = {"test": "2026-11-24"}
    about: dict[str, Any] = {"channel": channel, "incident": "x", "params": params}
    tested = token("x", address="13800138000", template="contact_test", **about)
    trial = token("x", address="13800138000", template="communication_test", **about)
    for shown, test in ((tested, None), (trial, "2026-11-24")):
        link = read(shown)
        assert len(shown) <= SMS
        assert (link.channel, link.test, link.incident) == (channel, test, "")
        assert LINKS.is_to(link, "13800138000")
        assert not LINKS.is_to(link, "13800138001")


def test_every_word_of_a_question_has_its_place() -> None:
    kinds = {kind for kind in (*_ANSWERS, *_ACTS) if ":" not in kind}
    assert kinds | {*TEMPLATES} | OWN_NAMES <= {*linkcode.WORDS}, "append them to linkcode.WORDS"
    assert len(set(linkcode.WORDS)) == len(linkcode.WORDS) <= 0x100 - 0x40


@given(st.text(max_size=60).filter(lambda text: len(text.encode()) < 200), st.sampled_from(PEOPLE))
def test_what_nobody_foresaw_only_makes_it_longer(question: str, who: str) -> None:
    link = read(token(question, who, incident="INC-1"))
    assert (link.incident, link.question, link.person) == ("INC-1", question, who)


def test_whoever_reads_may_know_more_people_than_whoever_wrote() -> None:
    question = f"overdue/{PEOPLE[8]}/3"
    message = MESSAGE | {"question": question}
    recipient = Person(id=PEOPLE[7], name="x", name_en="x", department="it")
    shown = LINKS.link(Message.model_validate(message), recipient, "", [PEOPLE[7]]).rpartition("/")[2]
    assert read(shown).question == question


@given(st.binary(max_size=60))
def test_letters_are_bytes_and_back(content: bytes) -> None:
    assert linkcode.unlettered(linkcode.letters(content)) == content


@given(st.integers(0, 2**50 - 1))
def test_a_number_is_its_value(value: int) -> None:
    assert value_of(written(value)) == value
    assert value_of(f"x{written(value)}") is None


def test_numbers_are_what_they_were() -> None:
    assert number_from("a", "b") == "XM9DK-BPXW6"


def test_every_single_change_is_noticed() -> None:
    shown = token(f"overdue/{PEOPLE[8]}/3")
    for place, character in enumerate(shown):
        for other in ("0", "z", chr(ord(character) ^ 1)):
            if other != character:
                with pytest.raises(ForgedLink):
                    read(shown[:place] + other + shown[place + 1 :])
    for forged in ("", "x", shown[:-1], shown + "0", f"0{shown}", shown.swapcase(), "x" * 2000, "链接" * 9):
        with pytest.raises(ForgedLink):
            read(forged)


def test_made_up_tokens_and_those_of_another_key_open_nothing() -> None:
    other = Links("another key of many characters", "https://fengsui.example", DAY)
    with pytest.raises(ForgedLink):
        read(token("judgement/1", links=other))
    for length in range(60):
        with pytest.raises(ForgedLink):
            read(linkcode.letters(bytes([0, *secrets.token_bytes(length)])))


@pytest.mark.parametrize(("after", "is_known"), [(-DAY, True), (DAY, True), (20 * DAY, True), (50 * DAY, False)])
def test_an_old_link_never_becomes_a_new_one(after: timedelta, is_known: bool) -> None:
    """Its end is told in 16 bits of minutes, and signed in full: 45 days later the same bits mean another end."""
    shown = token("judgement/1")
    if is_known:
        assert read(shown, NOW + after).expires_at < NOW + DAY
    wrapped = NOW + after + timedelta(minutes=1 << 16)
    with pytest.raises(ForgedLink):
        read(shown, wrapped)
    assert read(shown, NOW).id == read(shown, NOW + DAY).id
