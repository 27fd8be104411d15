"""YuNet (Wu et al. 2023, OpenCV's model zoo, MIT): the detector to use.

Measured on 115 posed scenes and 184 of WIDER FACE: 0.98-1.00 of posed faces from 24 px, 0.80-0.97 of
unposed ones, at a twentieth of the time of dlib's HOG, which finds 0.39 and 0.17-0.67. It runs in onnxruntime, twice
as fast as in OpenCV's own ``FaceDetectorYN``, whose decoding is followed here.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from app.vision.detect import Found, Rgb, find_at, sides_for
from app.vision.detect.network import Network, Planes, best, found, in_tiles

POSSIBLE, CERTAIN = 0.5, 0.7
"""Scores. From 0.7 on 0.976 of the finds are faces, and groups are counted right nine times in ten; 0.5 finds more."""

SIDES_PX = (2667, 1000, 400)
"""Long sides looked at: the largest for faces of 32 px in 12 megapixels, the smallest for close-ups."""

_LEAST_SIDE_PX = 8
_STRIDES_PX = (8, 16, 32)
_OUTPUTS = [f"{kind}_{stride}" for stride in _STRIDES_PX for kind in ("cls", "obj", "bbox", "kps")]


class YuNet:
    """The detector; it may be called from several threads."""

    name = "yunet-2023mar"
    weak = False
    turned_by = 1.0

    def __init__(self, path: Path, sides_px: tuple[int, ...] = SIDES_PX) -> None:
        """``path`` is face_detection_yunet_2023mar.onnx."""
        self._network = Network(path)
        self._sides_px = sides_px

    def detect(self, rgb: Rgb) -> tuple[Found, ...]:
        """The faces, from left to right."""
        return find_at(rgb, sides_for(rgb, self._sides_px), self.glance)

    def glance(self, rgb: Rgb) -> tuple[Found, ...]:
        """One pass at the picture's own size, in tiles."""
        return () if min(rgb.shape[:2]) < _LEAST_SIDE_PX else in_tiles(rgb, self._find)

    def _find(self, rgb: Rgb) -> list[Found]:
        planes = self._network.run(rgb[:, :, ::-1], _OUTPUTS)
        columns = -(-rgb.shape[1] // _STRIDES_PX[-1])
        parts = [
            _decode(planes[4 * at : 4 * at + 4], stride, columns * _STRIDES_PX[-1] // stride)
            for at, stride in enumerate(_STRIDES_PX)
        ]
        scores, boxes, points = (np.concatenate(each) for each in zip(*parts, strict=True))
        return [found(boxes[one], points[one], float(scores[one]), CERTAIN) for one in best(boxes, scores, POSSIBLE)]


def _decode(planes: list[Planes], stride: int, columns: int) -> tuple[Planes, Planes, Planes]:
    """Scores, boxes and points (n, 5, 2) of the likely cells of one stride."""
    kinds, objects, boxes, points = (plane[0] for plane in planes)
    scores = np.sqrt(kinds[:, 0].clip(0, 1) * objects[:, 0].clip(0, 1))
    likely = np.flatnonzero(scores >= POSSIBLE)
    cells = np.stack([likely % columns, likely // columns], axis=1).astype(np.float32)
    centres = (cells + boxes[likely, :2]) * stride
    sizes = np.exp(boxes[likely, 2:]) * stride
    five = (points[likely].reshape(-1, 5, 2) + cells[:, None]) * stride
    return scores[likely], np.concatenate([centres - sizes / 2, sizes], axis=1), five
