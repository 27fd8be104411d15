"""One detector decides; where it says nobody or one, what another alone sees brings a person to look."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from app.domain import Box, Composition
from app.vision import models
from app.vision.composition import composition
from app.vision.detect import Detector, Found, Rgb
from app.vision.detect.second_opinion import SecondOpinion
from tests.vision.portraits import astronaut, load

SHEET = np.full((300, 400, 3), 255, np.uint8)
ONE = Found(Box(50, 50, 110, 130), 0.9)
ANOTHER = Found(Box(200, 60, 250, 120), 0.6)
GLANCED = Found(Box(1, 1, 9, 9), 0.8)


@dataclass
class Told:
    """A detector that finds what it is told, and counts how often it was asked."""

    finds: tuple[Found, ...]
    name: str
    weak: bool = False
    turned_by: float = 1.0
    asked: int = field(default=0)

    def detect(self, rgb: Rgb) -> tuple[Found, ...]:
        self.asked += 1
        return self.finds

    def glance(self, rgb: Rgb) -> tuple[Found, ...]:
        return (GLANCED,)


def _pair(first: tuple[Found, ...], second: tuple[Found, ...]) -> tuple[SecondOpinion, Told]:
    asked = Told(second, "second-2", weak=True, turned_by=9.0)
    return SecondOpinion(Told(first, "first-1", turned_by=1.25), asked), asked


def test_what_the_second_alone_finds_is_possible_and_never_certain() -> None:
    pair, _ = _pair((ONE,), (ANOTHER,))
    assert pair.detect(SHEET) == (ONE, Found(ANOTHER.box, ANOTHER.score, None, certain=False))
    assert composition(pair.detect(SHEET)) is Composition.PAIR


def test_where_the_first_sees_nobody_the_second_brings_a_person_to_look() -> None:
    pair, _ = _pair((), (ANOTHER, ONE))
    assert [(found.box, found.certain) for found in pair.detect(SHEET)] == [(ONE.box, False), (ANOTHER.box, False)]


@pytest.mark.parametrize(
    "box", [Box(52, 48, 112, 131), Box(30, 20, 160, 200), Box(60, 60, 90, 90)], ids=["the same", "around", "within"]
)
def test_the_first_ones_face_is_not_found_twice(box: Box) -> None:
    pair, asked = _pair((ONE,), (Found(box, 0.99),))
    assert pair.detect(SHEET) == (ONE,)
    assert asked.asked == 1


@pytest.mark.parametrize("also", [ANOTHER, Found(ANOTHER.box, 0.6, None, certain=False)], ids=["certain", "possible"])
def test_a_group_needs_no_second_opinion(also: Found) -> None:
    pair, asked = _pair((ONE, also), (Found(Box(300, 60, 350, 120), 0.6),))
    assert pair.detect(SHEET) == (ONE, also)
    assert asked.asked == 0


def test_the_first_speaks_for_both_otherwise() -> None:
    pair, asked = _pair((), (ONE,))
    assert (pair.name, pair.weak, pair.turned_by) == ("first-1+second-2", False, 1.25)
    assert pair.glance(SHEET) == (GLANCED,)
    assert asked.asked == 0


@pytest.fixture(scope="module")
def ready(models_dir: Path, shared: Path) -> Detector:
    """YuNet with CenterFace."""
    return models.detectors(models_dir, shared)["yunet+centerface"]()


def test_a_second_face_that_yunet_does_not_see_makes_no_portrait(
    ready: Detector, yunet: Detector, shared: Path
) -> None:
    group = load(shared / "data/faces/scenes/c7db26196d2d.jpg")  # the face behind is 17 px high
    assert composition(yunet.detect(group)) is Composition.INDIVIDUAL
    assert composition(ready.detect(group)) is Composition.PAIR
    assert sum(found.certain for found in ready.detect(group)) == 1


def test_a_portrait_stays_one(ready: Detector) -> None:
    (found,) = ready.detect(astronaut())
    assert found.certain
