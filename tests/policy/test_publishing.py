"""The table `[publishing]` of a policy: hours, weekdays, how long an approval holds."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.policy import DEFAULT_FILE, Hours, Publishing, check, describe, load_default, parse

SOURCE = DEFAULT_FILE.read_text(encoding="utf-8")
_LINE = "approval_days = 14"


def said(lines: str) -> list[str]:
    return [problem.detail for problem in check(SOURCE.replace(_LINE, lines))]


def test_whitehouse_publishes_at_any_hour_and_approvals_hold_for_two_weeks() -> None:
    assert load_default().publishing == Publishing(Hours(), 14)
    assert parse(SOURCE.replace(_LINE, "")).publishing == Publishing()
    assert parse(SOURCE.replace("[publishing]", "").replace(_LINE, "")).publishing == Publishing()
    assert "Posts go out at any hour. An approval holds for 14 days." in describe(load_default())


def test_a_school_sets_its_hours() -> None:
    policy = parse(SOURCE.replace(_LINE, 'from_hour = 8\nuntil_hour = 17\nweekdays = ["monday", "friday"]'))
    assert policy.publishing == Publishing(Hours(8, 17, frozenset({0, 4})), 14)
    assert any("from 8:00 until 17:00, Monday, Friday" in line for line in describe(policy))


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("from_hour = 24", "publishing.from_hour is 24; it must lie between 0 and 23."),
        ("from_hour = 17\nuntil_hour = 17", "until_hour must be later than from_hour."),
        ('weekdays = ["mondai"]', '"mondai" is no day of the week. Did you mean "monday"?'),
        ("weekdays = []", "weekdays is empty: nothing would ever be published."),
        ("approval_days = 0", "publishing.approval_days is 0; it must lie between 1 and 366."),
        ("hours = 3", "publishing.hours is not something a policy says."),
    ],
)
def test_what_cannot_be_is_told(lines: str, problem: str) -> None:
    assert any(problem in one for one in said(lines)), said(lines)


def test_midnight_is_an_end_too() -> None:
    hours = Hours(20, 24, frozenset({6}))
    late = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)
    assert hours.next_open(late, ZoneInfo("Europe/London")) == late


def test_hours_that_never_open_are_an_error() -> None:
    with pytest.raises(ValueError, match="no day"):
        Hours(weekdays=frozenset()).next_open(datetime(2026, 11, 22, tzinfo=UTC), ZoneInfo("Europe/London"))


def test_after_the_end_of_the_day_it_is_the_next_open_day() -> None:
    hours = Hours(8, 17, frozenset({0, 4}))  # Mondays and Fridays
    after = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    assert hours.next_open(after, ZoneInfo("Europe/London")) == datetime(2026, 11, 23, 8, tzinfo=UTC)
