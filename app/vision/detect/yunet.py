"""YuNet (Wu et al. 2023, OpenCV's model zoo, MIT): the detector to use.

Measured on 115 posed scenes and 184 of WIDER FACE: 0.98-1.00 of posed faces from 24 px, 0.80-0.97 of
unposed ones, at a tenth of the time of dlib's HOG, which finds 0.39 and 0.17-0.67.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from app.domain import Box
from app.vision.detect import Found, Rgb, find_at, scaled, sides_for

POSSIBLE, CERTAIN = 0.5, 0.7
"""Scores. From 0.7 on 0.976 of the finds are faces, and groups are counted right nine times in ten; 0.5 finds more."""

SIDES_PX = (2667, 1000, 400)
"""Long sides looked at: the largest for faces of 32 px in 12 megapixels, the smallest for close-ups."""

_OVERLAP, _MOST = 0.3, 5000
_LEAST_SIDE_PX = 8


class YuNet:
    """The detector over OpenCV's ``FaceDetectorYN``, which is not thread-safe: each thread has its own."""

    name = "yunet-2023mar"
    weak = False
    turned_by = 1.0

    def __init__(self, path: Path, sides_px: tuple[int, ...] = SIDES_PX) -> None:
        """``path`` is face_detection_yunet_2023mar.onnx."""
        cv2.setNumThreads(1)  # several photos at once gain more than one photo in several threads
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)  # it warns of a setting we never made
        self._path = path
        self._sides_px = sides_px
        self._own = threading.local()

    def detect(self, rgb: Rgb) -> tuple[Found, ...]:
        """The faces, from left to right."""
        return find_at(rgb, sides_for(rgb, self._sides_px), self._find)

    def glance(self, rgb: Rgb) -> tuple[Found, ...]:
        """One pass at the picture's own size."""
        height, width = rgb.shape[:2]
        return tuple(scaled(found, 1, 1, width, height) for found in self._find(rgb))

    def _net(self) -> Any:
        if not hasattr(self._own, "net"):
            self._own.net = cv2.FaceDetectorYN.create(str(self._path), "", (320, 320), POSSIBLE, _OVERLAP, _MOST)
        return self._own.net

    def _find(self, rgb: Rgb) -> list[Found]:
        height, width = rgb.shape[:2]
        if min(height, width) < _LEAST_SIDE_PX:
            return []
        net = self._net()
        net.setInputSize((width, height))
        _, rows = net.detect(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
        return [] if rows is None else [_found(row) for row in rows]


def _found(row: NDArray[np.float32]) -> Found:
    """One line of YuNet's: x, y, width, height, five points, score."""
    left, top, width, height = (float(value) for value in row[:4])
    points = [(float(x), float(y)) for x, y in row[4:14].reshape(5, 2)]
    score = float(row[14])
    box = Box(round(left), round(top), round(left + width), round(top + height))
    return Found(box, score, (points[0], points[1], points[2], points[3], points[4]), score >= CERTAIN)
