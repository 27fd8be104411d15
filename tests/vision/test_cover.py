"""Covered faces are gone, and nothing else is."""

from __future__ import annotations

import numpy as np
import pytest

from app.domain import Box
from app.vision.clean import publishable
from app.vision.cover import CELLS_ACROSS, COARSE, SOLID, Style, cover
from app.vision.pixels import Picture, open_photo
from tests.vision import samples

PICTURE = Picture(np.asarray(samples.noise(200, 150)), format="jpeg", metadata=(("Comment", "x"),))
FACE = Box(80, 60, 120, 100)
PADDED = (slice(54, 106), slice(74, 126))


def test_solid_covers_a_third_more_than_the_box() -> None:
    covered = cover(PICTURE, [FACE])

    inside = covered.rgb[PADDED].reshape(-1, 3)
    assert (inside == inside[0]).all()
    changed = (covered.rgb != PICTURE.rgb).any(axis=2)
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    assert (rows[0], rows[-1], columns[0], columns[-1]) == (54, 105, 74, 125)


def test_coarse_leaves_six_cells_across() -> None:
    covered = cover(PICTURE, [FACE], COARSE)

    inside = covered.rgb[PADDED].reshape(-1, 3)
    assert 1 < len(np.unique(inside, axis=0)) <= CELLS_ACROSS**2
    assert np.abs(inside.mean(axis=0) - PICTURE.rgb[PADDED].reshape(-1, 3).mean(axis=0)).max() < 3


@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize(
    "box", [Box(-30, -30, 20, 20), Box(180, 130, 260, 190), Box(-50, -50, 500, 500), Box(0, 60, 1, 61)]
)
def test_boxes_are_clipped_at_the_rim(box: Box, style: Style) -> None:
    covered = cover(PICTURE, [box], style)

    assert covered.rgb.shape == PICTURE.rgb.shape
    assert (covered.rgb != PICTURE.rgb).any()


@pytest.mark.parametrize(
    "boxes", [[], [Box(300, 10, 340, 50)], [Box(10, 10, 10, 50)], [FACE, Box(10, 200, 20, 240)], [Box(50, 50, 20, 20)]]
)
def test_a_box_that_hides_nothing_is_refused(boxes: list[Box]) -> None:
    with pytest.raises(ValueError, match="box"):
        cover(PICTURE, boxes)


def test_the_original_stays_and_the_rest_is_kept() -> None:
    before = PICTURE.rgb.copy()
    covered = cover(PICTURE, [FACE, Box(10, 10, 30, 30)], SOLID)

    assert (PICTURE.rgb == before).all()
    assert not covered.rgb.flags.writeable
    assert (covered.format, covered.metadata) == (PICTURE.format, PICTURE.metadata)


def test_the_cover_is_baked_into_the_published_bytes() -> None:
    published = open_photo(publishable(cover(PICTURE, [FACE])).data)

    assert published.rgb[60:100, 80:120].std(axis=(0, 1)).max() < 12
