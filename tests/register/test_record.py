"""What holds for one channel, by when a family answers, and seals that tell only the lead what was done."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from app.register.record import State, channel_state
from app.register.sealing import Doing, open_doing, seal_doing
from app.register.wishes import due_on, standing_answer
from app.store.permissions import Permission, PermissionAnswer, Round
from app.vault import Vault

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
YES, NO, BLANK, WITHDRAWN = (
    PermissionAnswer.GRANTED,
    PermissionAnswer.REFUSED,
    PermissionAnswer.NOT_ANSWERED,
    PermissionAnswer.WITHDRAWN,
)
UNNAMED = "social-media/not noted"


def said(answer: PermissionAnswer, channel: str = "social-media") -> Permission:
    return Permission("p1", "", channel, answer, "", "mis", NOW, "k")


@pytest.mark.parametrize(
    ("years", "state", "since"),
    [
        ([[]], State.NOT_ANSWERED, ""),
        ([[said(BLANK)]], State.NOT_ANSWERED, ""),
        ([[said(YES)]], State.GRANTED, "y0"),
        ([[said(YES), said(NO, "social-media/father")]], State.REFUSED, "y0"),
        ([[said(YES), said(WITHDRAWN, "social-media/mother")]], State.WITHDRAWN, "y0"),
        ([[said(NO), said(WITHDRAWN, "social-media/mother")]], State.REFUSED, "y0"),
        ([[said(NO, "website")]], State.NOT_ANSWERED, ""),
        ([[], [said(YES)]], State.EXPIRED, "y1"),
        ([[], [said(NO)]], State.REFUSED, "y1"),
        ([[said(YES)], [said(NO)]], State.GRANTED, "y0"),
        ([[said(YES)], [said(NO, UNNAMED)]], State.REFUSED, "y1"),
        ([[said(YES), said(BLANK, UNNAMED)], [said(NO, UNNAMED)]], State.GRANTED, "y0"),
    ],
)
def test_what_holds_for_a_channel(years: list[list[Permission]], state: State, since: str) -> None:
    found = channel_state("social-media", [(f"y{back}", answers) for back, answers in enumerate(years)])
    assert (found.channel, found.state, found.since) == ("social-media", state, since)


@pytest.mark.parametrize(
    ("years", "holds"),
    [
        ([[said(YES), said(NO, UNNAMED)]], NO),
        ([[said(YES)], [], [said(WITHDRAWN, UNNAMED)]], NO),
        ([[said(YES), said(BLANK, UNNAMED)], [said(NO, UNNAMED)]], YES),
        ([[said(BLANK, UNNAMED)], [said(NO, UNNAMED)]], BLANK),
        ([[said(YES), said(NO, "newsletter/not noted")]], YES),
        ([[said(YES)], [said(NO, "photographs/not noted")]], NO),
    ],
)
def test_a_no_of_nobody_knows_whom_stands_beside_all_answers(
    years: list[list[Permission]], holds: PermissionAnswer
) -> None:
    assert standing_answer(years) is holds


OPENED = Round("2026-27", date(2026, 9, 3), date(2026, 9, 30), NOW)


@pytest.mark.parametrize(
    ("asked", "joined_on", "due"),
    [
        (None, None, None),
        (Round("2026-27", None, None, NOW), date(2026, 9, 4), None),
        (OPENED, None, date(2026, 9, 30)),
        (OPENED, date(2026, 9, 3), date(2026, 9, 30)),
        (OPENED, date(2026, 9, 4), date(2026, 10, 1)),
        (OPENED, date(2027, 1, 5), date(2027, 2, 1)),
    ],
)
def test_by_when_a_family_answers(asked: Round | None, joined_on: date | None, due: date | None) -> None:
    assert due_on(asked, joined_on) == due


def test_seals_are_alike_and_open_with_the_key_alone() -> None:
    vault = Vault(bytes(range(32)))
    seals = [seal_doing(vault, doing) for doing in Doing]
    assert len({len(seal) for seal in seals}) == 1
    assert len(set(seals)) == len(seals)
    assert [open_doing(vault, seal) for seal in seals] == list(Doing)
    assert [open_doing(vault, one) for one in (None, "", "zz", seals[0][:-2], vault.seal(b"hold", "x").hex())] == [
        None
    ] * 5
    assert open_doing(Vault(bytes(32)), seals[0]) is None
