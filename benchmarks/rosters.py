"""Rosters of any size for measuring, the same each time: common names many times over, and a long tail of rare ones.

The common names are the demo school's, drawn by rank after Zipf and Mandelbrot; the rare ones are made of syllables and belong to
nobody. Of 100,000 pupils about 23,000 have a forename, and 43,000 a surname, that is met once or a few times.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

from app.domain import Pupil, StaffMember

__all__ = ["demo_pupils", "demo_staff", "synthetic_pupils"]

_SCHOOL = Path(__file__).parent.parent / "app" / "demo_school"
_RARE_FORENAMES, _RARE_SURNAMES = 0.22, 0.425  # shares of pupils with such a name
_TOP = 8  # added to each rank, so that the commonest name has about three in a hundred, as in England
_WITH_MIDDLE = 0.6
_PUPILS_PER_SCHOOL = 420
_YEARS = ("R", "1", "2", "3", "4", "5", "6")
_TREES = ("Oak", "Ash", "Elm", "Holly", "Rowan", "Hazel", "Birch")
_ONSETS_TEXT = "b br c ch d dr f fr g gl h j k kr l m n p pr qu r s sh st t th tr v w y z"
_ONSETS = _ONSETS_TEXT.split()
_VOWELS_TEXT = "a ae ai e ea ei i ia o oa ou u"
_VOWELS = _VOWELS_TEXT.split()
_ENDS = ["", "", "l", "n", "r", "s", "m", "nd", "rk", "ck"]
_SUFFIXES_TEXT = "son ley ton ham field worth wick mere man well ford stone"
_SUFFIXES = _SUFFIXES_TEXT.split()


def demo_pupils() -> list[Pupil]:
    """The 420 pupils of the demo school."""
    return [
        Pupil(
            id=row["UPN"],
            upn=row["UPN"],
            legal_first=row["Legal Forename"],
            legal_surname=row["Legal Surname"],
            preferred_first=row["Preferred Forename"],
            preferred_surname=row["Preferred Surname"],
            middle=row["Middle Names"],
            year=row["NC Year"],
            class_name=row["Reg Group"],
        )
        for row in _rows("roster.csv")
    ]


def demo_staff() -> list[StaffMember]:
    """The staff of the demo school."""
    return [StaffMember(row["title"], row["first"], row["surname"], row["role"]) for row in _rows("staff.csv")]


def _rows(name: str) -> list[dict[str, str]]:
    with (_SCHOOL / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def synthetic_pupils(count: int, seed: int = 1) -> list[Pupil]:
    """So many pupils, the same for the same seed, in schools of 420."""
    chance = random.Random(seed)
    forenames = _Names(chance, [pupil.legal_first for pupil in demo_pupils()], _RARE_FORENAMES, [""])
    surnames = _Names(chance, [pupil.legal_surname for pupil in demo_pupils()], _RARE_SURNAMES, _SUFFIXES)
    return [
        Pupil(
            id=f"s{number}",
            upn=f"s{number}",
            legal_first=forenames.draw(),
            legal_surname=surnames.draw(),
            middle=forenames.draw() if chance.random() < _WITH_MIDDLE else "",
            year=chance.choice(_YEARS),
            class_name=f"{chance.choice(_TREES)} {number // _PUPILS_PER_SCHOOL}",
        )
        for number in range(count)
    ]


class _Names:
    """Draws common names by rank, and now and then a rare one."""

    def __init__(self, chance: random.Random, common: Sequence[str], rare: float, suffixes: Sequence[str]) -> None:
        self._chance = chance
        self._common = list(dict.fromkeys(common))
        self._weights = list(accumulate(1 / (rank + _TOP) for rank in range(1, len(self._common) + 1)))
        self._rare = rare
        self._suffixes = suffixes

    def draw(self) -> str:
        """One name."""
        if self._chance.random() >= self._rare:
            return self._chance.choices(self._common, cum_weights=self._weights)[0]
        syllables = "".join(
            self._chance.choice(_ONSETS) + self._chance.choice(_VOWELS) + self._chance.choice(_ENDS) for _ in range(2)
        )
        return (syllables + self._chance.choice(self._suffixes)).capitalize()
