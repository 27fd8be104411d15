"""How well a face or a picture can be seen: sharpness, frontality, light.

Sharpness is the variance of the Laplacian (Pech-Pacheco et al. 2000) after the crop was brought to one size
and one contrast: so that dark skin, which has less contrast, is not taken for blur.
"""

from __future__ import annotations

import cv2
import numpy as np

from app.domain import Box
from app.vision.detect import Landmarks, Rgb, at_side

FACE_PX, PICTURE_PX = 48, 640
"""The size a face (both ways) and a picture (its long side) is brought to; a smaller picture stays as it is."""

_LEAST_CONTRAST = 4.0
"""Standard deviation in grey levels, below which noise would be taken for detail."""


def face_sharpness(rgb: Rgb, box: Box) -> float:
    """The sharpness of what the box shows, brought to 48 x 48 pixels; 0 without any contrast."""
    crop = cut(rgb, box)
    way = cv2.INTER_AREA if min(crop.shape[:2]) > FACE_PX else cv2.INTER_LINEAR
    return _sharpness(np.asarray(cv2.resize(crop, (FACE_PX, FACE_PX), interpolation=way), np.uint8)) or 0.0


def picture_sharpness(rgb: Rgb) -> float | None:
    """The sharpness of the sharpest ninth of the picture: a blurred background is no fault. None if it is one flat tone."""
    small = at_side(rgb, min(PICTURE_PX, max(rgb.shape[:2])))
    rows = np.array_split(small, 3, axis=0) if small.shape[0] >= 9 else [small]
    cells = [cell for row in rows for cell in (np.array_split(row, 3, axis=1) if row.shape[1] >= 9 else [row])]
    return max((sharp for cell in cells if (sharp := _sharpness(cell)) is not None), default=None)


def cut(rgb: Rgb, box: Box) -> Rgb:
    """The part of the picture that the box shows."""
    return rgb[box.top : box.bottom, box.left : box.right]


def _sharpness(rgb: Rgb) -> float | None:
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    contrast = float(grey.std())
    if contrast < _LEAST_CONTRAST:
        return None
    return float(cv2.Laplacian(grey / contrast, cv2.CV_32F).var())


def frontality(landmarks: Landmarks | None) -> float:
    """1 for a face seen from the front, 0 for a profile: where between the eyes the nose lies.

    The nose is projected onto the line through the eyes; the figure is the nearer eye's distance over the
    farther one's. A detector without landmarks finds none but frontal faces: 1.
    """
    if landmarks is None:
        return 1.0
    left, right, nose = (np.array(point) for point in landmarks[:3])
    between = right - left
    length = float(between @ between)
    if length == 0:
        return 0.0
    along = float((nose - left) @ between) / length
    return 0.0 if not 0 < along < 1 else min(along, 1 - along) / max(along, 1 - along)


def light(rgb: Rgb) -> float:
    """The level, 0 to 255, of the brightest channel that nine tenths of the picture do not exceed.

    Of the brightest channel, because a stage in deep blue is lit.
    """
    small = at_side(rgb, min(PICTURE_PX, max(rgb.shape[:2])))
    return float(np.percentile(small.max(axis=2), 90))
