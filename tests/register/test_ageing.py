"""Reference photos grow old: due after a year, not used some weeks later."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from app.domain import Box
from app.policy import Staleness, load_default
from app.register.ageing import PhotoState, ageing, ageing_of, in_use
from app.store.biometrics import ReferencePhoto

POLICY = load_default()
TAKEN = date(2025, 9, 10)


@pytest.mark.parametrize(
    ("on", "state", "months"),
    [
        (date(2025, 9, 10), PhotoState.IN_USE, 0),
        (date(2026, 9, 9), PhotoState.IN_USE, 11),
        (date(2026, 9, 10), PhotoState.DUE, 12),
        (date(2026, 10, 21), PhotoState.DUE, 13),
        (date(2026, 10, 22), PhotoState.LAPSED, 13),
        (date(2025, 9, 1), PhotoState.IN_USE, 0),
    ],
)
def test_how_a_photo_stands(on: date, state: PhotoState, months: int) -> None:
    days = ageing(TAKEN, POLICY)
    assert (days.state(on), days.months(on)) == (state, months)


def test_the_policy_says_how_long() -> None:
    policy = replace(POLICY, staleness=Staleness(7, reference_months=1, reference_grace_days=0))
    assert ageing(date(2026, 1, 31), policy).due_on == ageing(date(2026, 1, 31), policy).lapses_on == date(2026, 2, 28)
    assert ageing(date(2026, 12, 5), policy).due_on == date(2027, 1, 5)
    assert ageing(date(9999, 12, 30), policy).due_on.year == 9998


def test_without_a_day_it_counts_from_when_it_came() -> None:
    box = Box(0, 0, 9, 9)
    came = ReferencePhoto("1", "p", "0" * 64, box, None, datetime(2026, 1, 31, 12, tzinfo=UTC))
    old = replace(came, id="2", taken_on=date(2024, 1, 1))
    assert ageing_of(came, POLICY).taken_on == date(2026, 1, 31)
    assert in_use([came, old], POLICY, date(2026, 11, 22)) == (came,)
