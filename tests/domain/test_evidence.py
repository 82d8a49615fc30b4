"""5.3.5: files come by their digest, safe by name, told late where they are late; fault logs are fetched once each."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain import acts
from domain import events as ev
from domain.company import Collector
from domain.errors import Conflict, Incomplete, InTheFuture, Unknown
from domain.evidence import collected
from domain.exhibit import MOST_BYTES, MOST_CHARACTERS, Exhibit, safe_name
from tests import cast
from tests.domain import stage
from tests.domain.stage import Stage

LOGS = [Collector(id=name, kind="http", target=f"http://db1/{name}") for name in ("alert-log", "journal")]
FETCHED = Exhibit(file_name="alert-log.log", size=7, digest="b" * 64)


def observed() -> Stage:
    """An emergency of a system that has collectors."""
    company = cast.company()
    systems = [system.model_copy(update={"collectors": LOGS}) for system in company.systems]
    scene = Stage(company_=company.model_copy(update={"systems": systems}))
    scene.do(cast.MANAGER, stage.EMERGENCY)
    return scene


@given(st.text(max_size=400))
def test_any_name_becomes_one_that_every_disk_takes(text: str) -> None:
    name = safe_name(text)
    assert name
    assert safe_name(name) == name
    assert not set('/\\<>:"|?*\x00\r\n\u202e\u2066') & set(name)
    assert name[0] != "."
    assert len(name) <= MOST_CHARACTERS
    assert len(name.encode()) <= MOST_BYTES


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\logs\\数据库.log", "数据库.log"),
        ("report\u202egpj.exe", "reportgpj.exe"),
        ("CON.txt", "_CON.txt"),
        ("..", "evidence"),
        ("x" * 300 + ".tar", "x" * 116 + ".tar"),
    ],
)
def test_names(given_name: str, kept: str) -> None:
    assert safe_name(given_name) == kept


@pytest.mark.parametrize("name", ["../a", "a\u202eb", "", "nul", "a\nb", "x" * 121])
def test_a_name_that_is_not_safe_never_enters_the_record(name: str) -> None:
    with pytest.raises(ValidationError, match="safe file name"):
        acts.AddEvidence(kind="fault_log", file_name=name, size=1, digest="a" * 64)


def test_a_file_stands_in_the_timeline_by_its_digest() -> None:
    scene = stage.group()
    scene.do(cast.OPERATOR, stage.EVIDENCE, occurred_at=scene.now - timedelta(minutes=5))
    entry = scene.timeline[-1]
    assert isinstance(entry.event, ev.EvidenceAdded)
    assert (entry.clause, entry.is_late, entry.event.digest, scene.incident.evidence) == ("5.3.5", True, "a" * 64, 1)


def test_nothing_was_collected_in_the_future() -> None:
    scene = stage.group()
    act = stage.EVIDENCE.model_copy(update={"collected_at": scene.now + timedelta(minutes=1)})
    assert scene.refuses(InTheFuture, "5.3.5", cast.OPERATOR, act).field == "collected_at"


def test_the_same_file_again_under_the_same_command_counts_once_from_any_address() -> None:
    scene = stage.group()
    one, other = (
        scene.command(
            cast.OPERATOR, stage.EVIDENCE.model_copy(update={"received_from": address}), command_id="operator:1"
        )
        for address in ("10.0.0.1", "10.0.0.2")
    )
    first, second = scene.file.act(one, scene.now), scene.file.act(other, scene.now)
    assert (second.seq, second.is_repeat) == (first.seq, True)


def test_fault_logs_are_fetched_at_activation_and_each_answer_counts_once() -> None:
    scene = observed()
    assert scene.incident.collecting == ["alert-log", "journal"]
    scene.note(*collected(scene.incident, 1, "alert-log", FETCHED, ""))
    scene.note(*collected(scene.incident, 1, "journal", None, "HTTP 503"))
    assert scene.incident.collecting == []
    assert collected(scene.incident, 1, "journal", None, "HTTP 503") == []
    last = scene.timeline[-1].event
    assert isinstance(last, ev.CollectionFailed)
    assert (last.collector, last.reason) == ("journal", "HTTP 503")
    assert scene.incident.evidence == 1


def test_what_comes_after_nobody_waited_for_it_is_recorded_all_the_same() -> None:
    scene = observed()
    scene.note(*collected(scene.incident, 1, "journal", None, "slow"))
    [late] = collected(scene.incident, 1, "journal", FETCHED, "")
    assert isinstance(late, ev.EvidenceAdded)


def test_a_collection_is_asked_for_when_none_is_under_way() -> None:
    scene = observed()
    scene.refuses(Conflict, "5.3.5", cast.OPERATOR, acts.CollectEvidence())
    for name in ("alert-log", "journal"):
        scene.note(*collected(scene.incident, 1, name, None, "HTTP 503"))
    scene.refuses(Unknown, "5.3.5", cast.OPERATOR, acts.CollectEvidence(collector="nothing"))
    scene.do(cast.OPERATOR, acts.CollectEvidence(collector="journal"))
    assert (scene.incident.collection, scene.incident.collecting) == (2, ["journal"])


def test_without_collectors_nothing_is_fetched() -> None:
    scene = Stage()
    scene.do(cast.MANAGER, stage.EMERGENCY)
    assert scene.incident.collecting == []
    scene.refuses(Incomplete, "5.3.5", cast.OPERATOR, acts.CollectEvidence())
