"""Finds at several scales become one list of faces."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from app.domain import Box
from app.vision.detect import Detector, Found, Rgb, at_side, find_at, iou, merge, mirrored, scaled, sides_for
from app.vision.detect.network import in_tiles, spans
from tests.vision.portraits import ASTRONAUT, astronaut, smaller

FIVE = ((10.0, 12.0), (20.0, 12.0), (15.0, 18.0), (11.0, 25.0), (19.0, 25.0))


def found(left: int, top: int, right: int, bottom: int, score: float = 0.9, certain: bool = True) -> Found:
    """A find without landmarks."""
    return Found(Box(left, top, right, bottom), score, None, certain)


def test_boxes_that_agree_are_one_face_and_the_better_score_stays() -> None:
    assert merge([found(10, 10, 50, 60, 0.8), found(12, 11, 52, 62, 0.95)]) == (found(12, 11, 52, 62, 0.95),)


def test_a_close_up_swallows_the_false_faces_inside_it() -> None:
    close_up = found(0, 0, 400, 500, 0.92)
    assert merge([found(50, 50, 90, 100, 0.99), found(200, 300, 260, 380, 0.97), close_up]) == (close_up,)


def test_a_possible_face_never_swallows_a_certain_one() -> None:
    doubtful = found(0, 0, 400, 500, 0.55, certain=False)
    inside = found(50, 50, 90, 100, 0.9)
    assert merge([doubtful, inside]) == (doubtful, inside)


def test_neighbours_stay_two_and_are_ordered_from_left_to_right() -> None:
    left, right = found(0, 0, 40, 50), found(35, 0, 75, 50)
    assert merge([right, left]) == (left, right)


def test_a_possible_box_on_a_certain_one_adds_nothing() -> None:
    certain = found(10, 10, 50, 60, 0.71)
    assert merge([found(11, 10, 50, 61, 0.69, certain=False), certain]) == (certain,)


@pytest.mark.parametrize(
    ("long_side", "sides"), [(4000, (2667, 1000, 400)), (600, (1200, 1000, 400)), (100, (200,)), (1, (2,))]
)
def test_small_pictures_are_enlarged_at_most_twice(long_side: int, sides: tuple[int, ...]) -> None:
    assert sides_for(np.zeros((1, long_side, 3), np.uint8), (2667, 1000, 400)) == sides


def test_sizing_keeps_the_shape_and_never_loses_a_side() -> None:
    assert at_side(np.zeros((300, 600, 3), np.uint8), 200).shape == (100, 200, 3)
    assert at_side(np.zeros((1, 600, 3), np.uint8), 100).shape == (1, 100, 3)
    same = np.zeros((30, 60, 3), np.uint8)
    assert at_side(same, 60) is same


def test_finds_come_back_in_pixels_of_the_whole_picture() -> None:
    rgb = np.zeros((100, 200, 3), np.uint8)
    (one,) = find_at(rgb, [100], lambda small: [Found(Box(10, 10, 20, small.shape[0]), 0.9, FIVE)])
    assert one.box == Box(20, 20, 40, 100)
    assert one.landmarks is not None
    assert one.landmarks[0] == (20.0, 24.0)


def test_boxes_are_kept_inside_and_never_empty() -> None:
    assert scaled(found(-5, -5, 30, 30), 1, 1, 20, 10).box == Box(0, 0, 20, 10)
    assert scaled(found(50, 50, 60, 60), 1, 1, 20, 10).box == Box(19, 9, 20, 10)


def test_mirroring_twice_changes_nothing_and_once_swaps_the_eyes() -> None:
    one = Found(Box(10, 10, 30, 30), 0.9, FIVE)
    turned = mirrored(one, 100)
    assert turned.box == Box(70, 10, 90, 30)
    assert turned.landmarks is not None
    assert turned.landmarks[0] == (99 - 20.0, 12.0)
    assert mirrored(turned, 100) == one
    assert mirrored(found(0, 0, 10, 10), 100) == found(90, 0, 100, 10)


def test_iou_of_boxes_apart_is_nothing() -> None:
    assert iou(Box(0, 0, 10, 10), Box(20, 20, 30, 30)) == 0
    assert iou(Box(0, 0, 10, 10), Box(0, 0, 10, 5)) == 0.5


@pytest.mark.parametrize("length", [1, 31, 640, 768, 769, 2000, 2667, 4000, 50_000])
def test_tiles_cover_every_pixel_and_overlap(length: int) -> None:
    every = list(spans(length))
    assert (every[0][0], every[-1][1]) == (0, length)
    assert all(begin <= end - 160 for (_, end), (begin, _) in pairwise(every))
    assert max(end - begin for begin, end in every) <= 768


def test_what_the_edge_of_a_tile_cuts_is_left_to_the_next() -> None:
    """Each tile is one find that fills it: whole only where the picture itself ends."""
    rgb = np.zeros((300, 2000, 3), np.uint8)
    inside = found(40, 10, 80, 60)

    def find(tile: Rgb) -> list[Found]:
        return [found(0, 0, tile.shape[1], tile.shape[0]), inside]

    assert in_tiles(rgb, find) == tuple(found(40 + left, 10, 80 + left, 60) for left, _ in spans(2000))


def test_a_face_on_the_seam_of_two_tiles_is_found_once(centerface: Detector) -> None:
    sheet = np.full((300, 2000, 3), 127, np.uint8)
    face = smaller(astronaut(), 300)
    sheet[:, 850:1150] = face  # two tiles share 907 to 1093
    certain = [one for one in centerface.glance(sheet) if one.certain]
    scale = 300 / 512
    expected = Box(
        *(round(value * scale) for value in (ASTRONAUT.left, ASTRONAUT.top, ASTRONAUT.right, ASTRONAUT.bottom))
    )
    (one,) = certain
    assert iou(one.box, Box(expected.left + 850, expected.top, expected.right + 850, expected.bottom)) > 0.5


def test_a_close_up_of_twelve_megapixels_is_one_face(yunet: Detector) -> None:
    left, top, right, bottom = ASTRONAUT.left - 30, ASTRONAUT.top - 30, ASTRONAUT.right + 30, ASTRONAUT.bottom + 30
    close_up = at_side(np.ascontiguousarray(astronaut()[top:bottom, left:right]), 4000)
    (one,) = (found for found in yunet.detect(close_up) if found.certain)
    assert one.box.height > 2000
