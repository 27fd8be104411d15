"""When approvers are told of what waits, as a policy file says it."""

from __future__ import annotations

import pytest

from app.policy import DEFAULT_FILE, DeskTimes, check, load_default, parse

WHITEHOUSE = DEFAULT_FILE.read_text("utf-8")


def test_what_a_file_leaves_out_is_as_usual() -> None:
    table = WHITEHOUSE[WHITEHOUSE.index("[desk]") : WHITEHOUSE.index("[photo]")]
    assert parse(WHITEHOUSE.replace(table, "")).desk == DeskTimes() == load_default().desk
    some = parse(WHITEHOUSE.replace(table, "[desk]\nnudge_hours = 8\n\n")).desk
    assert some == DeskTimes(digest_minutes=30, nudge_hours=8)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("digest_minutes = 30", "digest_minutes = 0", "desk.digest_minutes is 0; it must lie between 1 and 1440."),
        ("nudge_hours = 4", "nudge_hours = 101", "desk.nudge_hours is 101; it must lie between 1 and 100."),
        (
            "nudge_hours = 4",
            "nudge_hour = 4",
            'desk.nudge_hour is not something a policy says. Did you mean "nudge_hours"?',
        ),
        ("nudge_hours = 4", 'nudge_hours = "4"', "desk.nudge_hours must be a whole number."),
    ],
)
def test_what_cannot_be_is_told(old: str, new: str, said: str) -> None:
    assert WHITEHOUSE.count(old) == 1
    assert said in [problem.detail for problem in check(WHITEHOUSE.replace(old, new))]
