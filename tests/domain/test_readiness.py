"""R1, R4, R6 (2, 3.3, 4.2): what is missing of people, contacts, calendar and delegations, and from when until when."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.company import Company, Delegation, Leave, Role
from domain.duty import Shift, Why
from domain.readiness import (
    KEY_POSTS,
    SENTENCES,
    TEAM,
    Absence,
    Gap,
    GapKind,
    Standing,
    Urgency,
    Way,
    audience,
    key_people,
    readiness,
    to_tell,
)
from domain.roster import Seat
from domain.runbook import Edition, Stamp, Status
from tests import cast
from tests.cast import NOW, clock_time
from tests.vigil import MAIL, POLICY, full_company

DAY = timedelta(days=1)
NEXT_YEAR = cast.calendar().model_copy(update={"years": [2025, 2026, 2027]})


def standing(company: Company | None = None, **changes: Any) -> Standing:
    company = company or full_company()
    ways = {person.id: [MAIL] for person in company.people}
    return Standing(**{"company": company, "policy": POLICY, "calendar": NEXT_YEAR, "ways": ways, **changes})


def gaps(here: Standing, kind: GapKind | None = None, now: datetime = NOW) -> list[Gap]:
    return [gap for gap in readiness(here, now).gaps if kind in {None, gap.kind}]


def leave(person: str, first: int, last: int) -> Leave:
    return Leave(id=f"{person}-{first}", person=person, starts=NOW + first * DAY, ends=NOW + last * DAY)


def test_r6_a_full_company_is_ready() -> None:
    report = readiness(standing(), NOW)
    assert (report.gaps, report.is_ready) == ([], True)
    assert report.until == NOW + 92 * DAY


@pytest.mark.parametrize("post", TEAM)
def test_r1_the_standing_team_has_somebody_in_each_post(post: Role) -> None:
    company = full_company()
    for person in company.people:
        person.is_active = person.is_active and post not in person.posts
    [gap] = gaps(standing(company), GapKind.TEAM_INCOMPLETE)
    assert (gap.post, gap.clause, gap.urgency, gap.ends) == (post, "2", Urgency.ALARM, None)
    assert not readiness(standing(company), NOW).is_ready


def test_somebody_keeps_the_directory() -> None:
    [gap] = gaps(standing(cast.company()), GapKind.NO_ADMINISTRATOR)
    assert gap.urgency == Urgency.ALARM


@pytest.mark.parametrize("post", KEY_POSTS)
def test_r6_r4_every_key_post_has_two_on_every_day(post: Role) -> None:
    company = full_company()
    here = standing(company)
    one = next(person for person in company.people if post in person.posts)
    [gap] = gaps(here._replace(leaves=[leave(one.id, 3, 5)]), GapKind.POST_THIN)
    assert (gap.post, gap.count, gap.needed, gap.urgency, gap.clause) == (post, 1, 2, Urgency.ALARM, "4.2")
    assert (gap.starts, gap.ends) == (NOW + 3 * DAY, NOW + 5 * DAY)
    assert gap.without == {one.id: Absence.ON_LEAVE}
    assert len(gap.people) == 1
    assert gaps(here._replace(leaves=[leave(one.id, 93, 95)])) == []


def test_leaves_that_overlap_leave_nobody() -> None:
    leaves = [leave(cast.SPECIALIST, 1, 4), leave(cast.SECOND_SPECIALIST, 2, 6)]
    found = gaps(standing(leaves=leaves))
    assert [(gap.count, gap.starts, gap.ends) for gap in found] == [
        (1, NOW + 1 * DAY, NOW + 2 * DAY),
        (0, NOW + 2 * DAY, NOW + 4 * DAY),
        (1, NOW + 4 * DAY, NOW + 6 * DAY),
    ]


def test_leaves_that_follow_each_other_are_one_gap() -> None:
    leaves = [leave(cast.SPECIALIST, 1, 4), leave(cast.SECOND_SPECIALIST, 4, 6)]
    [gap] = gaps(standing(leaves=leaves))
    assert (gap.starts, gap.ends) == (NOW + 1 * DAY, NOW + 6 * DAY)


def _disable(company: Company, ways: dict[str, list[Way]]) -> None:
    next(person for person in company.people if person.id == cast.SPECIALIST).is_active = False


def _without(company: Company, ways: dict[str, list[Way]]) -> None:
    ways[cast.SPECIALIST] = [Way(channel="inbox", is_verified=True)]


def _unverified(company: Company, ways: dict[str, list[Way]]) -> None:
    ways[cast.SPECIALIST] = [Way(channel="mail")]


def _silent(company: Company, ways: dict[str, list[Way]]) -> None:
    ways[cast.SPECIALIST] = [MAIL.model_copy(update={"is_silent": True})]


@pytest.mark.parametrize(
    ("change", "why", "told"),
    [
        (_disable, Absence.DISABLED, None),
        (_without, Absence.NO_CONTACT, GapKind.NO_CONTACT),
        (_unverified, Absence.UNVERIFIED, GapKind.CONTACT_UNVERIFIED),
        (_silent, Absence.SILENT, GapKind.TEST_UNANSWERED),
    ],
)
def test_who_cannot_be_reached_does_not_count(
    change: Callable[[Company, dict[str, list[Way]]], None], why: Absence, told: GapKind | None
) -> None:
    company = full_company()
    ways = {person.id: [MAIL] for person in company.people}
    change(company, ways)
    found = gaps(standing(company, ways=ways))
    assert found[0].without == {cast.SPECIALIST: why}
    assert (found[0].kind, found[0].ends) == (GapKind.POST_THIN, None)
    assert [(gap.kind, gap.person, gap.urgency) for gap in found[1:]] == (
        [(told, cast.SPECIALIST, Urgency.NOTICE)] if told else []
    )


def test_one_verified_way_that_answers_is_enough() -> None:
    ways = {person.id: [MAIL] for person in full_company().people}
    ways[cast.SPECIALIST] = [Way(channel="sms"), MAIL.model_copy(update={"is_silent": True}), MAIL]
    assert {gap.kind for gap in gaps(standing(ways=ways))} == {GapKind.CONTACT_UNVERIFIED, GapKind.TEST_UNANSWERED}
    assert readiness(standing(ways=ways), NOW).is_ready


def test_every_system_has_two_technicians() -> None:
    company = full_company()
    company.systems[0].technicians = [cast.TECHNICIAN]
    [gap] = gaps(standing(company))
    assert (gap.kind, gap.system, gap.count) == (GapKind.SYSTEM_THIN, company.systems[0].id, 1)


def test_a_system_s_technician_counts_while_he_holds_the_post_or_stands_in_there() -> None:
    company = full_company()
    system, other = company.systems
    system.technicians = [cast.TECHNICIAN, cast.SUPERVISOR]
    [gap] = gaps(standing(company))
    assert (gap.kind, gap.system, gap.count) == (GapKind.SYSTEM_THIN, system.id, 1)
    assert (gap.people, gap.without) == ([cast.TECHNICIAN], {cast.SUPERVISOR: Absence.NO_POST})
    named = Delegation(post=Role.TECHNICIAN, principal=cast.TECHNICIAN, deputy=cast.SUPERVISOR, ends=NOW + 30 * DAY)
    for systems, starts in (([other.id], NOW), ([system.id], NOW + 30 * DAY), ([], NOW + 30 * DAY)):
        scoped = named.model_copy(update={"systems": systems})
        here = standing(company.model_copy(update={"delegations": [*company.delegations, scoped]}))
        assert [thin.starts for thin in gaps(here, GapKind.SYSTEM_THIN)] == [starts]


def test_a_delegation_counts_while_it_lasts_and_its_end_is_told() -> None:
    company = full_company()
    for item in company.delegations:
        if item.post == Role.IT_MANAGER:
            item.ends = NOW + 10 * DAY
    thin, ending = gaps(standing(company))
    assert (thin.kind, thin.post, thin.starts, thin.ends) == (
        GapKind.POST_THIN,
        Role.IT_MANAGER,
        NOW + 10 * DAY,
        None,
    )
    assert (ending.kind, ending.person, ending.principal) == (
        GapKind.DELEGATION_ENDING,
        cast.DEPUTY_MANAGER,
        cast.MANAGER,
    )
    later = NOW + 10 * DAY
    assert gaps(standing(company), GapKind.DELEGATION_ENDED, later) != []
    assert gaps(standing(company), GapKind.DELEGATION_ENDED, later + 14 * DAY) == []
    assert gaps(standing(company), GapKind.DELEGATION_ENDING, NOW - 5 * DAY) == []


def test_a_delegation_that_is_followed_by_another_is_no_gap() -> None:
    company = full_company()
    [ended] = [item for item in company.delegations if item.post == Role.IT_MANAGER]
    ended.ends = NOW + DAY
    company.delegations.append(ended.model_copy(update={"starts": NOW + DAY, "ends": None}))
    assert gaps(standing(company)) == []


def test_whoever_is_on_duty_can_be_reached() -> None:
    ways = {person.id: [MAIL] for person in full_company().people}
    ways[cast.OPERATOR] = []
    turns = [
        (
            Role.OPERATOR,
            Shift(
                roster="watch",
                seat=Seat.PRIMARY,
                starts=NOW + days * DAY,
                ends=NOW + (days + 1) * DAY,
                person=person,
                why=Why.TURN,
            ),
        )
        for days, person in ((9, cast.OPERATOR), (2, cast.OPERATOR), (3, cast.SECOND_OPERATOR), (4, None))
    ]
    [gap] = gaps(standing(ways=ways, duty=turns), GapKind.DUTY_UNREACHABLE)
    assert (gap.person, gap.starts, gap.ends) == (cast.OPERATOR, NOW + 2 * DAY, NOW + 3 * DAY)


@pytest.mark.parametrize(
    ("day", "urgency"),
    [
        ("2026-09-30", None),
        ("2026-10-01", Urgency.NOTICE),
        ("2026-11-30", Urgency.NOTICE),
        ("2026-12-01", Urgency.ALARM),
        ("2026-12-31", Urgency.ALARM),
    ],
)
def test_the_next_years_calendar_is_asked_for_from_october_and_alarmed_from_december(
    day: str, urgency: Urgency | None
) -> None:
    known = cast.calendar().model_copy(update={"years": [2026]})
    found = gaps(standing(calendar=known), GapKind.CALENDAR_MISSING, clock_time(0, day=day))
    assert [(gap.year, gap.urgency) for gap in found] == ([(2027, urgency)] if urgency else [])
    assert gaps(standing(), GapKind.CALENDAR_MISSING, clock_time(0, day=day)) == []


def test_a_year_that_runs_without_its_calendar_is_an_alarm() -> None:
    found = gaps(standing(), GapKind.CALENDAR_MISSING, clock_time(0, day="2028-01-01"))
    assert [(gap.year, gap.urgency) for gap in found] == [(2028, Urgency.ALARM)]


def test_a_gap_keeps_its_name_from_day_to_day() -> None:
    here = standing(leaves=[leave(cast.SPECIALIST, 3, 5)])
    names = {gap.key for day in range(5) for gap in gaps(here, now=NOW + day * DAY)}
    assert len(names) == 1
    gone = standing(ways={})
    assert {gap.key for gap in gaps(gone)} == {gap.key for gap in gaps(gone, now=NOW + 9 * DAY)}


def test_every_gap_cites_what_it_is_about_in_words() -> None:
    assert SENTENCES.keys() == set(GapKind)


def test_who_takes_part_in_a_communication_test() -> None:
    company = full_company()
    company.delegations.append(Delegation(post=Role.IT_DIRECTOR, principal=cast.DIRECTOR, deputy=cast.FINANCE_HEAD))
    needed = key_people(company, NOW)
    assert cast.FINANCE_HEAD in needed
    assert cast.OPERATIONS_HEAD not in needed
    assert {cast.OPERATOR, cast.TECHNICIAN, cast.GENERAL_MANAGER, cast.DEPUTY_MANAGER} < set(needed)


def test_gaps_are_told_once_and_again_after_a_week() -> None:
    [gap] = gaps(standing(leaves=[leave(cast.SPECIALIST, 3, 5)]))
    assert to_tell([gap], {}, POLICY, NOW) == [gap]
    assert to_tell([gap], {gap.key: NOW}, POLICY, NOW + 6 * DAY) == []
    assert to_tell([gap], {gap.key: NOW}, POLICY, NOW + 7 * DAY - timedelta(seconds=1)) == [gap]
    assert to_tell([gap], {"another": NOW}, POLICY, NOW) == [gap]


def test_alarms_go_to_the_director_and_notices_to_whoever_keeps_the_directory() -> None:
    here = standing()
    assert audience(here, Urgency.ALARM, NOW) == [cast.DIRECTOR, cast.DEPUTY_DIRECTOR]
    assert audience(here, Urgency.NOTICE, NOW) == [cast.SECOND_OPERATOR]


def test_a_director_out_of_reach_does_not_silence_an_alarm() -> None:
    away = [leave(person, 0, 5) for person in (cast.DIRECTOR, cast.DEPUTY_DIRECTOR)]
    assert audience(standing(leaves=away), Urgency.ALARM, NOW) == [
        *(cast.DIRECTOR, cast.DEPUTY_DIRECTOR, cast.MANAGER, cast.DEPUTY_MANAGER)
    ]


# ── runbooks (4.3) ────────────────────────────────────────────────────────────


def edition(status: Status = Status.PUBLISHED, **changes: Any) -> Edition:
    by = Stamp(person=cast.MANAGER, at=changes.pop("at", NOW))
    return Edition(book=cast.company().runbooks[0], status=status, submitted=by, published=by, **changes)


def test_4_3_a_system_without_a_published_runbook_is_an_alarm() -> None:
    company = full_company()
    company.runbooks = [book for book in company.runbooks if book.id != cast.ACCESS_RUNBOOK]
    [gap] = gaps(standing(company))
    assert (gap.kind, gap.system, gap.urgency, gap.clause) == (
        GapKind.RUNBOOK_MISSING,
        cast.ACCESS,
        Urgency.ALARM,
        "4.3",
    )


@pytest.mark.parametrize(
    ("days", "kind"),
    [
        (0, None),
        (334, None),
        (336, GapKind.RUNBOOK_REVIEW_NEAR),
        (364, GapKind.RUNBOOK_REVIEW_NEAR),
        (367, GapKind.RUNBOOK_STALE),
    ],
)
def test_4_3_a_runbook_is_looked_through_within_a_year(days: int, kind: GapKind | None) -> None:
    here = standing(editions=[edition(at=NOW - days * DAY), edition(Status.SUPERSEDED, at=NOW - 800 * DAY)])
    found = gaps(here)
    assert [gap.kind for gap in found] == ([kind] if kind else [])
    for gap in found:
        assert (gap.runbook, gap.clause) == ("trading-outage@3", "4.3")
        assert gap.urgency == (Urgency.ALARM if kind == GapKind.RUNBOOK_STALE else Urgency.NOTICE)


@pytest.mark.parametrize(("days", "is_told"), [(4, False), (5, True), (90, True)])
def test_4_3_a_version_that_waits_too_long_is_told_to_the_manager(days: int, is_told: bool) -> None:
    here = standing(editions=[edition(Status.SUBMITTED, at=NOW - days * DAY)])
    found = gaps(here, GapKind.RUNBOOK_WAITING)
    assert [gap.starts for gap in found] == ([NOW - days * DAY] if is_told else [])
    for gap in found:
        assert audience(here, gap.urgency, NOW, gap.kind) == [cast.MANAGER, cast.DEPUTY_MANAGER]


def test_4_3_the_alarm_of_a_runbook_goes_to_director_and_manager() -> None:
    expected = [cast.DIRECTOR, cast.DEPUTY_DIRECTOR, cast.MANAGER, cast.DEPUTY_MANAGER]
    assert audience(standing(), Urgency.ALARM, NOW, GapKind.RUNBOOK_STALE) == expected
