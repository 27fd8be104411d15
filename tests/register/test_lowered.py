"""Which answers permit less than before."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.register.lowered import lowered, noes_before
from app.store.permissions import Permission, PermissionAnswer

YES, NO, NONE = PermissionAnswer.GRANTED, PermissionAnswer.REFUSED, PermissionAnswer.NOT_ANSWERED
WITHDRAWN = PermissionAnswer.WITHDRAWN
PLACE = ("p", "social-media")


def said(answer: PermissionAnswer, year: str) -> Permission:
    return Permission("p", year, "social-media", answer, "", "mis", datetime(2025, 9, 9, tzinfo=UTC), "k")


@pytest.mark.parametrize(
    ("standing", "new", "less"),
    [
        (YES, NO, True), (YES, NONE, True), (YES, YES, False), (NONE, NO, True), (None, NO, True), (None, NONE, False),
        (None, YES, False), (NO, YES, False), (NO, NO, False), (WITHDRAWN, NO, False), (NONE, YES, False),
    ],
)  # fmt: skip
def test_less_is_a_step_down_from_yes_to_silence_to_no(
    standing: PermissionAnswer | None, new: PermissionAnswer, less: bool
) -> None:
    stands = {} if standing is None else {PLACE: standing}
    assert (PLACE in lowered({PLACE: new}, stands, frozenset())) is less


def test_a_no_of_earlier_years_holds_until_it_is_answered() -> None:
    before = noes_before([[said(NONE, "2025-26")], [said(NO, "2024-25")], [said(YES, "2023-24")]])
    assert before == {PLACE}
    assert lowered({PLACE: NO}, {}, before) == frozenset(), "it is no already"
    assert lowered({PLACE: NONE}, {PLACE: YES}, before) == {PLACE}
    assert noes_before([[said(YES, "2025-26")], [said(NO, "2024-25")]]) == frozenset()
