"""A face engine on paper: faces are drawn on white, and the colour of a face is the person.

With it most tests of all rooms run at once and without weights. A solid shape is a face for certain, a ring a
possible one. Faces must not touch each other, and colours of two people should differ by 60 levels or more.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.domain import Box
from app.vision.detect import Found, Landmarks, Rgb
from app.vision.embed import Vectors
from app.vision.engine import Engine
from app.vision.pixels import Picture
from app.vision.reading import Reader

Colour = tuple[int, int, int]
"""Red, green, blue, 0 to 255."""

DrawnFace = tuple[Colour, Box]

_PAPER = 255
_LEAST_PX = 8
_INK = 40
"""Grey levels by which a pixel's darkest channel differs from the paper's, from which on it belongs to a face."""
_SOLID = 0.6
_STEP = 3.0
"""Distance of vectors for the whole range of one channel: 60 levels are 0.7, more than any limit for "possible"."""
_FEATURES = ((0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.78), (0.65, 0.78))
"""Left eye, right eye, nose, left and right corner of the mouth, as shares of the box."""


class PaperDetector:
    """Finds whatever is not paper."""

    name = "paper-1"
    weak = False
    turned_by = 1.0

    def detect(self, rgb: Rgb) -> tuple[Found, ...]:
        """The faces, from left to right."""
        inked = (_PAPER - rgb.min(axis=2) >= _INK).astype(np.uint8)
        _, _, shapes, _ = cv2.connectedComponentsWithStats(inked, connectivity=8)
        every = [_found(shape) for shape in shapes[1:] if min(shape[2], shape[3]) >= _LEAST_PX]
        return tuple(sorted(every, key=lambda found: (found.box.left, found.box.top)))

    def glance(self, rgb: Rgb) -> tuple[Found, ...]:
        """The same: as many, however the paper is turned."""
        return self.detect(rgb)


def _found(shape: NDArray[np.int32]) -> Found:
    left, top, width, height, ink = (int(value) for value in shape)
    certain = ink >= _SOLID * width * height
    box = Box(left, top, left + width, top + height)
    return Found(box, 1.0 if certain else 0.6, _landmarks(box), certain)


def _landmarks(box: Box) -> Landmarks:
    one, two, three, four, five = ((box.left + x * box.width, box.top + y * box.height) for x, y in _FEATURES)
    return one, two, three, four, five


class PaperEmbedder:
    """Turns a face's colour into its vector: the median of what is not paper inside its box."""

    name = "paper-1"
    dimensions = 128

    def embed(self, rgb: Rgb, founds: Sequence[Found]) -> Vectors:
        """One row a face."""
        vectors = np.zeros((len(founds), self.dimensions), np.float32)
        for row, found in zip(vectors, founds, strict=True):
            inside = rgb[found.box.top : found.box.bottom, found.box.left : found.box.right].reshape(-1, 3)
            inked = inside[_PAPER - inside.min(axis=1) >= _INK]
            row[:3] = np.median(inked if len(inked) else inside, axis=0) / 255 * _STEP
            row[3] = 1.0
        return vectors


def engine(reader: Reader | None = None) -> Engine:
    """The engine on paper; without a reader the words of a picture count as unread."""
    return Engine(PaperDetector(), PaperEmbedder(), reader or BlankReader())


@dataclass(frozen=True, slots=True)
class BlankReader:
    """A reader of pictures without words."""

    name: str = "blank-1"

    def read(self, rgb: NDArray[np.uint8]) -> tuple[()]:  # noqa: ARG002 - nothing to look at
        """Nothing."""
        return ()


def draw(
    faces: Sequence[DrawnFace] = (), possible: Sequence[DrawnFace] = (), size: tuple[int, int] = (640, 480)
) -> Rgb:
    """A sheet of ``size`` (width, height) with those faces on it: sharp, and looking straight ahead."""
    sheet = np.full((size[1], size[0], 3), _PAPER, np.uint8)
    for colour, box in faces:
        _draw_face(sheet, colour, box)
    for colour, box in possible:
        thick = max(2, min(box.width, box.height) // 8)
        cv2.rectangle(sheet, (box.left, box.top), (box.right - 1, box.bottom - 1), colour, thick)
    return sheet


def _draw_face(sheet: Rgb, colour: Colour, box: Box) -> None:
    cv2.rectangle(sheet, (box.left, box.top), (box.right - 1, box.bottom - 1), colour, -1)
    features = (0, 0, 0) if sum(colour) > 3 * 128 else (255, 255, 255)
    dot = max(1, min(box.width, box.height) // 16)
    for x, y in _landmarks(box):
        cv2.circle(sheet, (int(x), int(y)), dot, features, -1)


def picture(
    faces: Sequence[DrawnFace] = (), possible: Sequence[DrawnFace] = (), size: tuple[int, int] = (640, 480)
) -> Picture:
    """The drawn sheet as a decoded photo."""
    return Picture(rgb=draw(faces, possible, size))


def png(
    faces: Sequence[DrawnFace] = (), possible: Sequence[DrawnFace] = (), size: tuple[int, int] = (640, 480)
) -> bytes:
    """The drawn sheet as a PNG file."""
    file = io.BytesIO()
    Image.fromarray(draw(faces, possible, size)).save(file, "PNG")
    return file.getvalue()
