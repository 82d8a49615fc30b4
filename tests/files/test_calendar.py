"""The calendar: official notices, years that nobody announced, and the company's own file."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from adapters.calendar import load_calendar
from adapters.problems import FileProblem

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
ZONE = "Asia/Shanghai"


@pytest.mark.parametrize(
    ("day", "is_working"),
    [
        (date(2026, 2, 14), True),  # Saturday, make-up day before the Spring Festival
        (date(2026, 2, 17), False),  # Spring Festival
        (date(2026, 5, 9), True),  # Saturday, make-up day
        (date(2026, 10, 1), False),  # National Day, a Thursday
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),  # Saturday, make-up day
        (date(2026, 11, 28), False),  # a plain Saturday
        (date(2026, 11, 24), True),
    ],
)
def test_official_days_of_2026(day: date, is_working: bool) -> None:
    calendar = load_calendar(ZONE, None, NOW)
    assert calendar.is_working_day(day) is is_working
    assert calendar.is_official(day)


def test_a_year_that_nobody_announced_is_left_out() -> None:
    calendar = load_calendar(ZONE, None, NOW)
    assert 2027 not in calendar.years
    assert calendar.is_working_day(date(2027, 10, 1))  # a Friday by the plain rule, hence provisional
    assert not calendar.is_official(date(2027, 10, 1))


def test_the_turn_of_the_year_is_that_of_the_zone() -> None:
    assert 2024 not in load_calendar(ZONE, None, datetime(2025, 12, 31, 16, tzinfo=UTC)).years
    assert 2024 in load_calendar(ZONE, None, datetime(2025, 12, 31, 15, 59, tzinfo=UTC)).years


def test_the_companys_own_file_goes_first(tmp_path: Path) -> None:
    path = tmp_path / "calendar.yaml"
    path.write_text(
        "years:\n  2026: { holidays: [2026-11-24] }\n"
        "  2027:\n    holidays: [2027-10-01]\n    make_up_days: ['2027-10-09']\n",
        encoding="utf-8",
    )
    calendar = load_calendar(ZONE, path, NOW)
    assert calendar.years == [2025, 2026, 2027]
    assert not calendar.is_working_day(date(2026, 11, 24))
    assert calendar.is_working_day(date(2026, 10, 1))  # its 2026 replaces the official one as a whole
    assert not calendar.is_working_day(date(2027, 10, 1))
    assert calendar.is_working_day(date(2027, 10, 9))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "years:\n  2027:\n    holidays:\n      - 2028-01-01\n",
            "calendar.yaml:4: years.2027.holidays[1] = '2028-01-01'",
        ),
        ("years:\n  2027:\n    holidays: [2027-01-01]\n    make_up_days: [2027-01-01]\n", "is a holiday as well"),
        (
            "years:\n  2027:\n    holiday: []\n",
            "calendar.yaml:3: years.2027.holiday: is not known here; did you mean “holidays”",
        ),
        ("years:\n  2027:\n    holidays: [tomorrow]\n", "must be a date such as 2026-01-31"),
    ],
)
def test_a_fault_of_the_file_is_named(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "calendar.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileProblem) as problem:
        load_calendar(ZONE, path, NOW)
    assert fault in problem.value.text("en")
