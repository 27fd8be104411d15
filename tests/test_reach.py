"""Hours in which somebody may be written to, over nights, weekends and the change of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from app.domain.reach import Reach

ANY_DAY = frozenset(range(7))


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "open_"),
    [
        ("2026-11-20T07:29", False),
        ("2026-11-20T07:30", True),
        ("2026-11-20T17:59", True),
        ("2026-11-20T18:00", False),
        ("2026-11-21T12:00", False),  # a Saturday
        ("2026-07-03T06:29", False),  # summer: 07:29 at the school
        ("2026-07-03T06:30", True),
        ("2026-07-03T17:00", False),
    ],
)
def test_the_hours_are_those_of_the_schools_clock(instant: str, open_: bool) -> None:
    assert Reach().is_open(at(instant)) is open_


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [
        ("2026-11-20T09:00", "2026-11-20T12:00", 3),
        ("2026-11-20T17:00", "2026-11-23T08:30", 2),  # Friday to Monday
        ("2026-11-20T19:00", "2026-11-23T07:00", 0),
        ("2026-11-20T12:00", "2026-11-20T09:00", 0),
        ("2026-11-16T00:00", "2026-11-23T00:00", 5 * 10.5),
    ],
)
def test_only_time_in_the_hours_counts(since: str, until: str, hours: float) -> None:
    assert Reach().between(at(since), at(until)) == timedelta(hours=hours)


def test_a_night_that_the_clocks_change_in_is_as_long_as_it_is() -> None:
    night = Reach(time(0, 30), time(4, 0), ANY_DAY)
    spring, autumn, plain = at("2026-03-29T00:00"), at("2026-10-24T22:00"), at("2026-11-10T00:00")
    assert night.between(spring, spring + timedelta(hours=12)) == timedelta(hours=2.5)
    assert night.between(autumn, autumn + timedelta(hours=12)) == timedelta(hours=4.5)
    assert night.between(plain, plain + timedelta(hours=12)) == timedelta(hours=3.5)


def test_no_more_than_a_year_is_counted() -> None:
    always = Reach(time(0, 0), time(23, 0), ANY_DAY, "UTC")
    assert always.between(at("1990-01-01T00:00"), at("2026-01-01T00:00")) == timedelta(hours=23 * 366)


def test_the_last_time_of_day_skips_days_without_mail() -> None:
    assert Reach().last(time(15, 30), at("2026-11-23T15:30")) == at("2026-11-23T15:30")
    assert Reach().last(time(15, 30), at("2026-11-23T15:29")) == at("2026-11-20T15:30")
    assert Reach().last(time(15, 30), at("2026-07-06T14:30")) == at("2026-07-06T14:30")
    assert Reach(days=frozenset()).last(time(15, 30), at("2026-11-23T15:29")) is None


def test_a_day_begins_by_the_schools_clock() -> None:
    far = Reach(days=frozenset({0}), zone="Pacific/Auckland")
    assert far.is_open(at("2026-11-22T20:00"))  # Monday morning there, Sunday evening in London
    assert not far.is_open(at("2026-11-23T20:00"))
