"""R7, R27 (4.3, 6.3): a version from draft to retirement, what it must be, and what a decision may name."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain.acts import DecideRunbook
from domain.company import Company, Role, Runbook
from domain.errors import AlreadyDecided, Incomplete, Refusal, StaleVersion, Unacceptable, Unknown
from domain.incident import Finding
from domain.runbook import (
    Edition,
    Source,
    Stamp,
    Status,
    base_of,
    covering,
    drafted,
    given_back,
    in_force,
    must_amend,
    must_be_decidable,
    must_come_from,
    next_number,
    of,
    proposals,
    published,
    retired,
    sown,
    submitted,
    uncovered,
)
from domain.soundness import MOST_BYTES, RESERVED, flaws
from domain.text import Text
from tests import cast
from tests.cast import NOW
from tests.domain import stage

BY = Stamp(person=cast.MANAGER, at=NOW)
COMPANY = cast.company()
FIRST = COMPANY.runbooks[0]  # trading-outage@3


def book(version: int, **changes: Any) -> Runbook:
    return FIRST.model_copy(update={"version": version, **changes})


def shelf(**standing: Status) -> list[Edition]:
    """Versions of the trading runbook: ``v3=PUBLISHED``."""
    return [
        Edition(
            book=book(int(name[1:])), status=status, published=BY if status in ("published", "superseded") else None
        )
        for name, status in standing.items()
    ]


def ref(version: int) -> str:
    return f"{FIRST.id}@{version}"


# ── the life of a version ─────────────────────────────────────────────────────

LIFE: dict[str, tuple[Callable[[list[Edition]], object], set[Status]]] = {
    "draft": (lambda here: drafted(here, book(4), cast.TECHNICIAN), {Status.DRAFT, Status.RETURNED}),
    "submit": (lambda here: submitted(here, ref(4), BY), {Status.DRAFT}),
    "publish": (lambda here: published(here, ref(4), BY), {Status.SUBMITTED}),
    "return": (lambda here: given_back(here, ref(4), BY, "补充回退"), {Status.SUBMITTED}),
    "retire": (
        lambda here: retired(here, ref(4), BY, "不再使用", cast.company(systems=[])),
        set(Status) - {Status.RETIRED},
    ),
}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("deed", LIFE)
def test_r7_what_can_be_done_to_a_version_depends_on_where_it_stands(deed: str, status: Status) -> None:
    do, where = LIFE[deed]
    here = shelf(v3=Status.SUPERSEDED if status == Status.PUBLISHED else Status.PUBLISHED, v4=status)
    if status in where:
        do(here)
        return
    with pytest.raises(AlreadyDecided) as refused:
        do(here)
    assert (refused.value.clause, refused.value.params["status"]) == ("4.3", status)


def test_r7_a_version_goes_from_draft_over_a_return_to_publication_and_takes_the_place_of_the_other() -> None:
    here = shelf(v3=Status.PUBLISHED)
    made = drafted(here, book(4), cast.TECHNICIAN, "前置缓存未覆盖")
    here = [*here, made]
    made = given_back([here[0], submitted(here, ref(4), BY)], ref(4), BY, "补充回退")
    assert (made.status, made.reason) == (Status.RETURNED, "补充回退")
    made = drafted([here[0], made], book(4, symptoms=FIRST.title), cast.SPECIALIST)
    assert (made.status, made.writers, made.why) == (
        Status.DRAFT,
        [cast.TECHNICIAN, cast.SPECIALIST],
        "前置缓存未覆盖",
    )
    new, old = published([here[0], submitted([here[0], made], ref(4), BY)], ref(4), BY)
    assert (new.status, new.published, old.ref, old.status) == (Status.PUBLISHED, BY, ref(3), Status.SUPERSEDED)
    assert old.book == here[0].book
    assert [item.ref for item in in_force([new, old])] == [ref(4)]
    assert base_of([new, old], new) == old


def test_r7_a_number_only_grows() -> None:
    here = [*shelf(v3=Status.PUBLISHED), Edition(book=book(2))]
    assert next_number(here, FIRST.id) == 4
    for do in (
        lambda: drafted(here, book(1), cast.TECHNICIAN),
        lambda: submitted(here, ref(2), BY),
        lambda: published(shelf(v3=Status.PUBLISHED, v2=Status.SUBMITTED), ref(2), BY),
    ):
        with pytest.raises(StaleVersion) as refused:
            do()
        assert refused.value.params["current"] == "3"


def test_r7_the_runbook_that_a_system_names_is_not_retired() -> None:
    here = shelf(v2=Status.SUPERSEDED, v3=Status.PUBLISHED)
    with pytest.raises(Incomplete) as refused:
        retired(here, ref(3), BY, "不再使用", COMPANY)
    assert refused.value.params["systems"] == cast.TRADING
    assert retired(here, ref(2), BY, "不再使用", COMPANY).status == Status.RETIRED


def test_an_empty_library_is_sown_with_the_newest_in_force() -> None:
    found = sown([book(3), book(10), book(9)], NOW)
    assert {item.ref: item.status for item in found} == {
        ref(3): Status.SUPERSEDED,
        ref(9): Status.SUPERSEDED,
        ref(10): Status.PUBLISHED,
    }


def test_every_system_needs_a_published_runbook() -> None:
    here = sown(COMPANY.runbooks, NOW)
    assert uncovered(COMPANY.systems, here) == []
    left = [item for item in here if item.book.id != cast.ACCESS_RUNBOOK]
    assert [system.id for system in uncovered(COMPANY.systems, left)] == [cast.ACCESS]
    # A runbook that names the system counts as well as one that the system names.
    mine = Edition(book=book(1, id="locks", systems=[cast.ACCESS]), status=Status.PUBLISHED, published=BY)
    assert [item.ref for item in covering(COMPANY.systems[1], [*left, mine])] == ["locks@1"]


@pytest.mark.parametrize(
    ("due", "published_at", "expected"),
    [
        (date(2027, 3, 1), NOW, date(2027, 3, 1)),
        (None, NOW, (NOW + timedelta(days=365)).date()),
    ],
)
def test_a_version_is_looked_through_when_it_says_or_after_a_year(
    due: date | None, published_at: datetime, expected: date
) -> None:
    edition = Edition(
        book=book(3, review_due=due), status=Status.PUBLISHED, published=BY.model_copy(update={"at": published_at})
    )
    year = timedelta(days=365)
    assert edition.review_due(year) == expected
    end = datetime.combine(expected, datetime.min.time(), cast.SHANGHAI) + timedelta(days=1, hours=8)
    assert not edition.is_stale(year, end - timedelta(seconds=1))
    assert edition.is_stale(year, end)
    assert not edition.model_copy(update={"status": Status.SUPERSEDED}).is_stale(year, end)


# ── what a version must be ────────────────────────────────────────────────────


def _step(**changes: Any) -> list[Any]:
    first, *rest = FIRST.steps
    return [first.model_copy(update=changes), *rest]


@pytest.mark.parametrize(
    ("changes", "place", "message"),
    [
        ({"id": "with@sign"}, ("id",), "a runbook cannot be named “{id}”"),
        ({"id": "a/b"}, ("id",), "a runbook cannot be named “{id}”"),
        *[({"id": name}, ("id",), "a runbook cannot be named “{id}”") for name in sorted(RESERVED)],
        ({"systems": ["void"]}, ("systems", 0), "there is no system “{id}”"),
        ({"systems": [cast.TRADING, cast.TRADING]}, ("systems", 1), "“{id}” is there twice"),
        ({"steps": [*FIRST.steps, FIRST.steps[0]]}, ("steps", 3, "id"), "“{id}” is there twice"),
        ({"steps": _step(who=Role.ADMINISTRATOR)}, ("steps", 0, "who"), "“{role}” carries out no step of a runbook"),
        ({"steps": _step(who=Role.ALERT_SOURCE)}, ("steps", 0, "who"), "“{role}” carries out no step of a runbook"),
        ({"steps": _step(action="reboot")}, ("steps", 0, "action"), "there is no automatic action “{id}”"),
        (
            {"recovery_checklist": [*FIRST.recovery_checklist, FIRST.recovery_checklist[0]]},
            ("recovery_checklist", 2, "id"),
            "“{id}” is there twice",
        ),
        ({"preconditions": [FIRST.title, FIRST.title]}, ("preconditions", 1), "“{id}” is there twice"),
        ({"author": "ghost"}, ("author",), "there is no person “{id}”"),
        (
            {"preconditions": [Text(zh="长" * 2000, en=f"{n}") for n in range(20)]},
            (),
            "the runbook is larger than {most} bytes",
        ),
    ],
)
def test_a_version_that_cannot_stand_is_told_where_and_why(
    changes: dict[str, Any], place: tuple[str | int, ...], message: str
) -> None:
    assert list(flaws(FIRST, COMPANY, {"switch-over"})) == []
    [flaw] = flaws(book(3, **changes), COMPANY, {"switch-over"})
    assert (flaw.place, flaw.message) == (place, message)


def test_what_an_incident_carries_of_runbooks_is_bounded() -> None:
    assert MOST_BYTES <= 64 * 1024


# ── from an incident to a version, and back ───────────────────────────────────


@pytest.mark.parametrize(
    ("new_version", "error"),
    [
        ("trading-outage@4", None),
        ("trading-outage@10", None),
        ("another-one@1", None),
        ("trading-outage@3", Unacceptable),
        ("trading-outage@2", Unacceptable),
        ("trading-outage", Unacceptable),
        ("trading-outage@0", Unacceptable),
        ("trading-outage@04", Unacceptable),
        ("trading-outage@next", Unacceptable),
        ("@4", Unacceptable),
    ],
)
def test_r27_a_decision_names_a_version_after_the_one_that_was_worked_by(
    new_version: str, error: type[Refusal] | None
) -> None:
    scene = stage.summary()
    assert scene.incident.runbook == "trading-outage@3"
    if new_version.startswith("@"):
        with pytest.raises(Unacceptable):
            must_amend(scene.incident.runbook, new_version)
        return
    act = DecideRunbook(change=True, new_version=new_version, reason="补充步骤")
    if error is None:
        scene.do(cast.MANAGER, act)
        assert scene.incident.is_runbook_decided
    else:
        refusal = scene.refuses(error, "6.3", cast.MANAGER, act)
        assert refusal.field == "new_version"


@pytest.mark.parametrize("status", Status)
def test_r27_only_what_was_published_can_be_decided_on(status: Status) -> None:
    here = shelf(v4=status)
    if status in (Status.PUBLISHED, Status.SUPERSEDED):
        must_be_decidable(here, ref(4))
    else:
        with pytest.raises(Unknown) as refused:
            must_be_decidable(here, ref(4))
        assert (refused.value.clause, refused.value.field) == ("6.3", "new_version")
    with pytest.raises(Unknown):
        must_be_decidable(here, ref(5))


@pytest.mark.parametrize(
    ("source", "field"),
    [
        ({"finding": 1}, None),
        ({"finding": 2}, "source.finding"),
        ({"summary": 1}, "source.summary"),
        ({}, "source"),
        ({"finding": 1, "summary": 1}, "source"),
    ],
)
def test_6_3_a_version_comes_from_a_finding_or_a_report_that_the_incident_has(
    source: dict[str, int], field: str | None
) -> None:
    incident = cast.casefile().incident
    incident.findings = [Finding(text="前置缓存旧地址", raised_at=NOW, asked_at=NOW)]
    named = Source(incident=incident.number, **source)
    if field is None:
        must_come_from(named, incident)
    else:
        with pytest.raises(Refusal) as refused:
            must_come_from(named, incident)
        assert (refused.value.clause, refused.value.field) == ("6.3", field)
    edition = Edition(book=FIRST, source=named)
    assert proposals([edition, Edition(book=book(4))], incident.number) == [edition]
    assert of([edition], FIRST.ref) == edition


def test_an_excerpt_carries_the_runbooks_that_name_the_system_too() -> None:
    mine = book(1, id="locks", systems=[cast.ACCESS])
    company: Company = cast.company(runbooks=[*COMPANY.runbooks, mine])
    assert [item.id for item in company.excerpt(cast.ACCESS).runbooks] == [cast.ACCESS_RUNBOOK, "locks"]
