"""Where faces are: what a detector is, what it finds, and how finds at several scales become one list.

Three detectors stand beside each other: ``yunet`` (the one to use, with ``centerface`` for a ``second_opinion``),
``centerface`` (where YuNet's file is absent) and ``hog`` (plain ``face_recognition``, the reference to measure against).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from app.domain import Box

Rgb = NDArray[np.uint8]
"""A picture: (height, width, 3), RGB, upright."""

Point = tuple[float, float]
Landmarks = tuple[Point, Point, Point, Point, Point]
"""Left eye, right eye, nose, left and right mouth corner as the viewer sees them; x, y in pixels."""

_SAME_FACE_IOU = 0.3
_CONTAINED = 0.7
_HALVED_FROM_PX = 64
"""Short side: of smaller pictures the odd row that halving leaves out would count."""


@dataclass(frozen=True, slots=True)
class Found:
    """A face that a detector found, in pixels of the picture it was given.

    ``certain`` is the detector's own line between faces to count and faces that are merely possible:
    scores of two detectors do not compare.
    """

    box: Box
    score: float
    landmarks: Landmarks | None = None
    certain: bool = True


class Detector(Protocol):
    """Finds faces. ``weak``: misses so many that "none found" says nothing."""

    @property
    def name(self) -> str:
        """The name, with its version."""
        ...

    @property
    def weak(self) -> bool:
        """Whether it misses turned or small faces as a rule."""
        ...

    @property
    def turned_by(self) -> float:
        """How many times more of a face a turned glance must find than an upright one, for the picture to look turned."""
        ...

    def detect(self, rgb: Rgb) -> tuple[Found, ...]:
        """The faces of a picture of any size, from left to right; may be called from several threads."""
        ...

    def glance(self, rgb: Rgb) -> tuple[Found, ...]:
        """The faces that one quick pass at the picture's own size finds, in any order."""
        ...


def sides_for(rgb: Rgb, sides: Sequence[int], most_enlarged: float = 2.0) -> tuple[int, ...]:
    """The long sides to look at: each of ``sides``, a small picture enlarged at most so many times; no size twice."""
    limit = max(1, round(max(rgb.shape[:2]) * most_enlarged))
    return tuple(sorted({min(side, limit) for side in sides}, reverse=True))


def at_side(rgb: Rgb, side: int) -> Rgb:
    """The picture with its long side ``side`` px, the short side at least 1 px.

    Halved by means first, then to size by neighbours: as good as means of uneven areas, in a sixth of the time.
    """
    height, width = rgb.shape[:2]
    scale = side / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if scale < 1 and min(height, width) < _HALVED_FROM_PX:
        return _sized(rgb, size, cv2.INTER_AREA)
    while rgb.shape[1] >= 2 * size[0] and rgb.shape[0] >= 2 * size[1] and min(rgb.shape[:2]) >= _HALVED_FROM_PX:
        across, down = rgb.shape[1] // 2, rgb.shape[0] // 2
        rgb = _sized(rgb[: 2 * down, : 2 * across], (across, down), cv2.INTER_AREA)
    return _sized(rgb, size, cv2.INTER_LINEAR)


def _sized(rgb: Rgb, size: tuple[int, int], way: int) -> Rgb:
    if size == (rgb.shape[1], rgb.shape[0]):
        return rgb
    return np.asarray(cv2.resize(rgb, size, interpolation=way), np.uint8)


def find_at(rgb: Rgb, sides: Iterable[int], find: Callable[[Rgb], Sequence[Found]]) -> tuple[Found, ...]:
    """What ``find`` finds at every one of the long sides, in pixels of ``rgb``, merged."""
    height, width = rgb.shape[:2]
    every: list[Found] = []
    for side in sides:
        small = at_side(rgb, side)
        across, down = width / small.shape[1], height / small.shape[0]
        every += [scaled(found, across, down, width, height) for found in find(small)]
    return merge(every)


def scaled(found: Found, across: float, down: float, width: int, height: int) -> Found:
    """The find in a picture so many times wider and higher, its box kept within ``width`` x ``height`` and not empty."""
    left = min(max(0, round(found.box.left * across)), width - 1)
    top = min(max(0, round(found.box.top * down)), height - 1)
    right = max(left + 1, min(width, round(found.box.right * across)))
    bottom = max(top + 1, min(height, round(found.box.bottom * down)))
    landmarks = found.landmarks and _five((x * across, y * down) for x, y in found.landmarks)
    return Found(Box(left, top, right, bottom), found.score, landmarks, found.certain)


def moved(found: Found, across: int, down: int) -> Found:
    """The find in a picture of which this one is a part that begins so many pixels further on."""
    box = Box(found.box.left + across, found.box.top + down, found.box.right + across, found.box.bottom + down)
    landmarks = found.landmarks and _five((x + across, y + down) for x, y in found.landmarks)
    return Found(box, found.score, landmarks, found.certain)


def _five(points: Iterable[Point]) -> Landmarks:
    one, two, three, four, five = points
    return one, two, three, four, five


def merge(every: Iterable[Found]) -> tuple[Found, ...]:
    """One find a face, from left to right.

    Boxes that largely agree are one face: the better score stays. Where one box contains another, the
    larger stays: at full size YuNet sees in a close-up only false faces, and the true one at 400 px
    (measured). A merely possible box never displaces a certain one.
    """
    kept: list[Found] = []
    for found in sorted(every, key=lambda one: (one.certain, one.score), reverse=True):
        same = next((one for one in kept if iou(one.box, found.box) >= _SAME_FACE_IOU), None)
        if same is None:
            kept.append(found)
    largest_first = sorted(kept, key=lambda one: one.box.area, reverse=True)
    shown: list[Found] = []
    for found in largest_first:
        if not any(_displaces(larger, found) for larger in shown):
            shown.append(found)
    return tuple(sorted(shown, key=lambda one: (one.box.left, one.box.top)))


def _displaces(larger: Found, smaller: Found) -> bool:
    if smaller.certain and not larger.certain:
        return False
    return common(larger.box, smaller.box) / smaller.box.area >= _CONTAINED


def iou(one: Box, other: Box) -> float:
    """Area in common over area covered together, 0 to 1."""
    shared = common(one, other)
    return shared / (one.area + other.area - shared)


def common(one: Box, other: Box) -> int:
    """Pixels that both boxes cover."""
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    return max(0, across) * max(0, down)


def mirrored(found: Found, width: int) -> Found:
    """The find in the mirror image of a picture so many pixels wide; left and right landmarks change places."""
    box = Box(width - found.box.right, found.box.top, width - found.box.left, found.box.bottom)
    if found.landmarks is None:
        return Found(box, found.score, None, found.certain)
    left_eye, right_eye, nose, left_corner, right_corner = ((width - 1 - x, y) for x, y in found.landmarks)
    return Found(box, found.score, (right_eye, left_eye, nose, right_corner, left_corner), found.certain)
