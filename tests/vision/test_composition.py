"""Who stands in a photo, and who dominates it."""

from __future__ import annotations

import pytest

from app.domain import Box, Composition
from app.vision import Sight
from app.vision.composition import composition, dominant
from app.vision.detect import Found


def faces(*heights: int) -> list[Found]:
    """Finds of those heights; a negative one is merely possible."""
    return [Found(Box(0, 0, 10, abs(height)), 0.9, None, height > 0) for height in heights]


@pytest.mark.parametrize(
    ("heights", "expected"),
    [
        ((), Composition.NOBODY),
        ((-50,), Composition.NOBODY),
        ((50,), Composition.INDIVIDUAL),
        ((50, -50, -50), Composition.INDIVIDUAL),  # all in one place
        ((50, 20), Composition.PAIR),
        ((50, 40, 30), Composition.GROUP),
        ((50,) * 30, Composition.GROUP),
    ],
)
def test_certain_faces_are_counted(heights: tuple[int, ...], expected: Composition) -> None:
    assert composition(faces(*heights)) is expected


@pytest.mark.parametrize(
    ("heights", "expected"),
    [
        ((-50,), Composition.PAIR),
        ((-25,), Composition.PAIR),
        ((-24,), Composition.INDIVIDUAL),  # far smaller: the one face dominates
        ((-50, -60), Composition.GROUP),
        ((-24, -60), Composition.PAIR),
    ],
)
def test_possible_faces_beside_one_certain_may_be_others(heights: tuple[int, ...], expected: Composition) -> None:
    beside = [
        Found(Box(100 * at, 0, 100 * at + 10, -height), 0.9, None, certain=False)
        for at, height in enumerate(heights, 1)
    ]
    assert composition([*faces(50), *beside]) is expected


@pytest.mark.parametrize(
    ("heights", "expected"),
    [
        ((), None),
        ((200,), None),
        ((-200, -90), None),
        ((90, 200, 80), 1),
        ((110, 200, 80), None),
        ((200, 90, -150), 0),  # a possible face does not hide that one of several dominates
        ((200, -90), 0),
        ((200, -150), None),
        ((60, 20, 20), None),  # too little of a photo 1,000 px high
    ],
)
def test_dominance_is_twice_every_other(heights: tuple[int, ...], expected: int | None) -> None:
    assert dominant(faces(*heights), Sight(), short_side_px=1000) == expected
