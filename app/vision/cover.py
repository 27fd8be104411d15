"""Covering faces: the pixels are replaced, so that nothing below can be brought back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from math import ceil, floor

import cv2
import numpy as np
from numpy.typing import NDArray

from app.domain import Box
from app.vision.pixels import Picture

PADDING = 1.3  # a detector's box ends at brow and chin; hair and ears tell who it is, too
CELLS_ACROSS = 6  # along the longer side of the padded box: far below the 32 px a matcher needs
SMALLEST_CELL_PX = 4  # or a tiny face, in cells of a pixel each, would stay what it is
_GREY = (96, 96, 96)


class Style(StrEnum):
    """How a face is covered."""

    SOLID = "solid"
    COARSE = "coarse"


SOLID, COARSE = Style.SOLID, Style.COARSE


def cover(picture: Picture, boxes: Sequence[Box], style: Style = SOLID) -> Picture:
    """A copy of the picture with the boxes, made larger by a third, covered.

    Boxes are clipped at the picture's rim. Raises ValueError without boxes, or for a box that
    covers no pixel of the picture: whoever asked would believe something to be hidden that is not.
    """
    if not boxes:
        raise ValueError("no boxes to cover")
    rgb = picture.rgb.copy()
    for box in boxes:
        padded = _padded(box)
        inside = _clipped(padded, picture)
        area = rgb[inside.top : inside.bottom, inside.left : inside.right]
        area[:] = _GREY if style is Style.SOLID else _coarse(area, max(padded.width, padded.height))
    rgb.setflags(write=False)
    return replace(picture, rgb=rgb)


def _padded(box: Box) -> Box:
    across, down = box.width * (PADDING - 1) / 2, box.height * (PADDING - 1) / 2
    return Box(floor(box.left - across), floor(box.top - down), ceil(box.right + across), ceil(box.bottom + down))


def _clipped(box: Box, picture: Picture) -> Box:
    inside = Box(max(box.left, 0), max(box.top, 0), min(box.right, picture.width), min(box.bottom, picture.height))
    if box.width < 1 or box.height < 1 or inside.width < 1 or inside.height < 1:
        raise ValueError("a box lies outside the picture or is empty")
    return inside


def _coarse(area: NDArray[np.uint8], long_side_px: int) -> NDArray[np.uint8]:
    """The area in cells of its mean colours; ``long_side_px`` is that of the box before it was clipped."""
    cell_px = max(long_side_px / CELLS_ACROSS, SMALLEST_CELL_PX)
    height, width = area.shape[:2]
    cells = (max(1, floor(width / cell_px)), max(1, floor(height / cell_px)))
    means = cv2.resize(area, cells, interpolation=cv2.INTER_AREA)
    blown: NDArray[np.uint8] = cv2.resize(means, (width, height), interpolation=cv2.INTER_NEAREST)
    return blown
