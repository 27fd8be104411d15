"""What a policy answers when asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from app.policy import Costs, describe, load_default


@pytest.mark.parametrize(
    ("day", "starts_on"),
    [
        (date(2019, 8, 31), date(2018, 9, 1)),
        (date(2019, 9, 1), date(2019, 9, 1)),
        (date(2020, 2, 29), date(2019, 9, 1)),
    ],
)
def test_the_school_year_starts_in_september(day: date, starts_on: date) -> None:
    assert load_default().school_year_of(day) == starts_on


def test_days_are_the_schools() -> None:
    policy = load_default()

    assert policy.day_of(datetime(2019, 8, 31, 23, 30, tzinfo=UTC)) == date(2019, 9, 1)
    assert policy.day_of(datetime(2019, 12, 31, 23, 30, tzinfo=UTC)) == date(2019, 12, 31)
    assert policy.local(datetime(2019, 7, 1, 12, tzinfo=UTC)).hour == 13


def test_a_clause_is_told_in_short_and_a_missing_one_not_at_all() -> None:
    assert "names" in load_default().clause_text("images-1")
    assert load_default().clause_text("images-99") == ""


@pytest.mark.parametrize(
    ("currency", "amount", "words"),
    [
        ("USD", 0.2, "$0.20"),
        ("USD", 0.015, "$0.015"),
        ("GBP", 1, "£1.00"),
        ("EUR", 12.5, "€12.50"),
        ("CHF", 0, "0.00 CHF"),
    ],
)
def test_money_is_written_as_people_write_it(currency: str, amount: float, words: str) -> None:
    assert Costs(currency, 0, 0, date(2026, 8, 22)).money(amount) == words


def test_a_policy_in_words_has_every_clause_under_its_section_once() -> None:
    policy = replace(load_default(), name="oakfield", version=3)
    lines = describe(policy)

    assert lines[0].endswith("(oakfield@3)")
    assert "at most 140 characters and 4 photos" in lines[2]
    assert lines.count("Guidance for posting tweets") == 1
    for clause in policy.clauses.values():
        keeper = "people" if clause.kept_by.value == "people" else "Fledgling"
        assert f"  {clause.id}: {clause.text} (kept by {keeper})" in lines
    assert "names.pupil-named: reject" in lines


def test_who_owes_a_second_factor() -> None:
    sign_in = load_default().sign_in
    assert [role for role in ("author", "approver", "administrator", "trust") if sign_in.asks(role)] == [
        "approver",
        "administrator",
        "trust",
    ]
    assert not replace(sign_in, second_factor=("approver",)).asks("trust")
