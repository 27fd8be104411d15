"""Which answer holds, and who must not be shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from app.domain import ChildNotShown, Pupil
from app.policy import NotAnswered, load_default
from app.register.wishes import Wishes, not_shown, round_is_over, school_year_name, school_years, standing_answer
from app.store.permissions import Permission, PermissionAnswer, Round

POLICY = load_default()
DAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
YES, NO, BLANK, WITHDRAWN = (
    PermissionAnswer.GRANTED,
    PermissionAnswer.REFUSED,
    PermissionAnswer.NOT_ANSWERED,
    PermissionAnswer.WITHDRAWN,
)
OVER = Round("2026-27", date(2026, 9, 1), date(2026, 9, 30), NOW)
ALICE = Pupil("p1", "A", "Alice", "Smith", class_name="Oak")


def said(answer: PermissionAnswer, channel: str = "social-media", pupil: str = "p1") -> Permission:
    return Permission(pupil, "", channel, answer, "", "mis", NOW, "k")


def test_school_years_begin_in_september() -> None:
    assert school_years(POLICY, date(2026, 8, 31))[:2] == ("2025-26", "2024-25")
    assert school_years(POLICY, date(2026, 9, 1))[0] == "2026-27"
    assert school_year_name(date(1999, 9, 1)) == "1999-00"


@pytest.mark.parametrize(
    ("years", "holds"),
    [
        ([[]], BLANK),
        ([[said(YES)]], YES),
        ([[said(NO)]], NO),
        ([[said(WITHDRAWN)]], NO),
        ([[said(BLANK)]], BLANK),
        ([[said(YES), said(NO, "social-media/mother")]], NO),
        ([[said(NO), said(YES, "social-media/mother")]], NO),
        ([[said(YES, "social-media/father"), said(WITHDRAWN, "social-media/mother")]], NO),
        ([[said(BLANK), said(YES, "social-media/mother")]], YES),
        ([[said(YES), said(NO, "website")]], NO),
        ([[said(YES), said(NO, "photographs/child")]], NO),
        ([[said(YES), said(NO, "newsletter")]], YES),
        ([[said(YES, "website")]], BLANK),
        ([[], [said(NO)]], NO),
        ([[said(BLANK)], [said(NO)]], NO),
        ([[said(YES, "website")], [said(NO)]], NO),
        ([[said(YES)], [said(NO)]], YES),
        ([[], [said(YES)]], BLANK),
        ([[], [said(YES)], [said(NO)]], BLANK),
        ([[], [said(BLANK)], [said(NO)]], NO),
    ],
)
def test_which_answer_holds(years: list[list[Permission]], holds: PermissionAnswer) -> None:
    assert standing_answer(years) is holds


@pytest.mark.parametrize(
    ("asked", "over"),
    [
        (None, False),
        (Round("2026-27", date(2026, 9, 1), date(2026, 11, 21), None), True),
        (Round("2026-27", date(2026, 9, 1), date(2026, 11, 22), NOW), False),
        (Round("2026-27", None, None, NOW), False),
        (Round("2026-27", None, None, None), False),
    ],
)
def test_when_a_round_is_over(asked: Round | None, over: bool) -> None:
    assert round_is_over(asked, DAY) is over


@pytest.mark.parametrize(
    ("answer", "asked", "silence", "shown"),
    [
        (YES, None, NotAnswered.REFUSE, True),
        (NO, OVER, NotAnswered.ALLOW, False),
        (BLANK, OVER, NotAnswered.ALLOW, True),
        (BLANK, OVER, NotAnswered.REFUSE, False),
        (BLANK, None, NotAnswered.ALLOW, False),
        (None, OVER, NotAnswered.ALLOW, True),
        (None, OVER, NotAnswered.REFUSE, False),
        (None, replace(OVER, due_on=date(2026, 12, 1)), NotAnswered.ALLOW, False),
    ],
)
def test_who_is_shown(answer: PermissionAnswer | None, asked: Round | None, silence: NotAnswered, shown: bool) -> None:
    wishes = Wishes(((said(answer),) if answer else (),), asked)
    found = not_shown([ALICE], wishes, replace(POLICY, not_answered=silence), DAY)
    assert found == (() if shown else (ChildNotShown("p1", "Oak"),))


def test_a_hold_looks_like_any_no() -> None:
    wishes = Wishes(((said(YES), said(NO, pupil="p2")),), OVER, frozenset({"p1"}))
    found = not_shown([ALICE, replace(ALICE, id="p2")], wishes, POLICY, DAY, enrolled={"p2"})
    assert found == (ChildNotShown("p1", "Oak", False), ChildNotShown("p2", "Oak", True))
