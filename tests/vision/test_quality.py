"""Sharpness, frontality and light are told apart on real faces."""

from __future__ import annotations

import numpy as np
import pytest

from app.domain import Box
from app.vision import Sight, quality
from app.vision.detect import Landmarks
from tests.vision.portraits import ASTRONAUT, HOPPER, astronaut, blurred, hopper

SIGHT = Sight()


@pytest.mark.parametrize(("name", "box"), [("astronaut", ASTRONAUT), ("hopper", HOPPER)])
def test_a_sharp_face_passes_and_a_blurred_one_does_not(name: str, box: Box) -> None:
    rgb = astronaut() if name == "astronaut" else hopper()
    assert quality.face_sharpness(rgb, box) > SIGHT.sharpness
    assert quality.face_sharpness(blurred(rgb, 0.06 * box.height), box) < SIGHT.sharpness


def test_less_contrast_is_not_blur() -> None:
    faint = (astronaut() * 0.2).astype(np.uint8)
    assert quality.face_sharpness(faint, ASTRONAUT) == pytest.approx(
        quality.face_sharpness(astronaut(), ASTRONAUT), rel=0.25
    )


def test_a_picture_out_of_focus_is_told_from_a_sharp_one() -> None:
    sharp, soft = quality.picture_sharpness(astronaut()), quality.picture_sharpness(blurred(astronaut(), 6))
    assert sharp is not None
    assert soft is not None
    assert soft < SIGHT.picture_sharpness < sharp


def test_one_sharp_part_is_enough() -> None:
    mixed = blurred(astronaut(), 8)
    mixed[:170, :170] = astronaut()[:170, :170]
    sharp = quality.picture_sharpness(mixed)
    assert sharp is not None
    assert sharp > SIGHT.picture_sharpness


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (300, 400)], ids=str)
def test_a_flat_tone_is_neither_sharp_nor_blurred(shape: tuple[int, int]) -> None:
    flat = np.full((*shape, 3), 200, np.uint8)
    assert quality.picture_sharpness(flat) is None
    assert quality.face_sharpness(flat, Box(0, 0, shape[1], shape[0])) == 0


def _looking(nose_x: float) -> Landmarks:
    return (10.0, 10.0), (30.0, 10.0), (nose_x, 20.0), (12.0, 30.0), (28.0, 30.0)


@pytest.mark.parametrize(("nose_x", "expected"), [(20, 1.0), (15, 1 / 3), (25, 1 / 3), (10, 0.0), (5, 0.0), (31, 0.0)])
def test_frontality_falls_as_the_nose_moves_to_an_eye(nose_x: float, expected: float) -> None:
    assert quality.frontality(_looking(nose_x)) == pytest.approx(expected)


def test_a_tilted_head_is_as_frontal_as_an_upright_one() -> None:
    one, two, three, four, five = ((-y, x) for x, y in _looking(15))
    assert quality.frontality((one, two, three, four, five)) == pytest.approx(1 / 3)


def test_frontality_without_landmarks_and_with_impossible_ones() -> None:
    assert quality.frontality(None) == 1
    assert quality.frontality(((5.0, 5.0),) * 5) == 0


def test_light() -> None:
    assert quality.light(astronaut()) > SIGHT.darkest
    assert quality.light(astronaut() // 8) < SIGHT.darkest
    assert quality.light(np.full((20, 20, 3), (0, 0, 200), np.uint8)) > SIGHT.darkest
