"""Faces cut out and laid side by side."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from app.domain import Box
from app.vision import paper
from app.vision.strip import MOST, strip

RED, BLUE = (200, 40, 30), (30, 60, 200)
BOXES = (Box(40, 100, 140, 220), Box(560, 0, 640, 90))


def test_each_box_is_a_square_in_its_order() -> None:
    picture = paper.picture([(RED, BOXES[0]), (BLUE, BOXES[1])])
    image = Image.open(io.BytesIO(strip(picture, [BOXES[1], BOXES[0]], 96))).convert("RGB")
    assert image.size == (192, 96)
    assert image.getpixel((48, 30)) == pytest.approx(BLUE, abs=12)
    assert image.getpixel((96 + 48, 30)) == pytest.approx(RED, abs=12)


def test_small_faces_are_made_larger_and_a_degenerate_box_is_no_error() -> None:
    picture = paper.picture([(RED, Box(10, 10, 22, 22))])
    assert Image.open(io.BytesIO(strip(picture, [Box(10, 10, 22, 22), Box(5, 5, 5, 5)], 96))).size == (192, 96)


def test_there_is_an_end_to_it_and_a_beginning() -> None:
    picture = paper.picture()
    assert Image.open(io.BytesIO(strip(picture, [BOXES[0]] * (MOST + 1), 4))).size == (MOST * 4, 4)
    with pytest.raises(ValueError, match="no boxes"):
        strip(picture, [], 96)
