"""Faces cut out of a photo and laid side by side, for people to compare with a child whom they look for."""

from __future__ import annotations

import io
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.domain import Box
from app.vision.pixels import Picture

MARGIN = 1.5  # a detector's box ends at brow and chin; people know each other by hair and ears, too
MOST = 500
_QUALITY = 85


def strip(picture: Picture, boxes: Sequence[Box], side_px: int) -> bytes:
    """A JPEG of one square of ``side_px`` for each of the first 500 boxes, from left to right; ValueError without boxes."""
    if not boxes:
        raise ValueError("no boxes to cut out")
    squares = [_square(picture, box, side_px) for box in boxes[:MOST]]
    out = io.BytesIO()
    Image.fromarray(np.hstack(squares)).save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def _square(picture: Picture, box: Box, side_px: int) -> NDArray[np.uint8]:
    """The box with a margin; beyond the picture's rim, its outermost pixels go on."""
    side = max(1, round(max(box.width, box.height) * MARGIN))
    left, top = (box.left + box.right - side) // 2, (box.top + box.bottom - side) // 2
    rows = np.clip(np.arange(top, top + side), 0, picture.height - 1)
    columns = np.clip(np.arange(left, left + side), 0, picture.width - 1)
    shape = (side_px, side_px)
    way = cv2.INTER_AREA if side > side_px else cv2.INTER_LINEAR
    resized: NDArray[np.uint8] = cv2.resize(picture.rgb[np.ix_(rows, columns)], shape, interpolation=way)
    return resized
