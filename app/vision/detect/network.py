"""A detector's network in onnxruntime, looking at a picture of any size tile by tile.

Tiles of half a megapixel take a tenth of the memory of five megapixels in one pass, and two thirds of the time a
megapixel: what is worked on stays in the processor's cache.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray

from app.domain import Box
from app.vision.detect import Found, Rgb, merge, moved, scaled

Planes = NDArray[np.float32]
"""One of a network's answers."""

_STRIDE_PX = 32
_TILE_PX = 768
_OVERLAP_PX = 160
"""More than a face that tiles are for: a larger one is seen whole in the picture made smaller, which is looked at too.

Measured on 114 scenes: with 96 px in tiles of 640, one picture in forty more is miscounted than without tiles; with
these, none.
"""
_EDGE_PX = 2
_NMS_IOU, _MOST = 0.3, 5000


class Network:
    """Weights in a session that serves all threads, one core each."""

    def __init__(self, path: Path) -> None:
        """``path`` is an ONNX file whose first input is (1, 3, height, width), whatever sizes it says."""
        cv2.setNumThreads(1)  # several photos at once gain more than one photo in several threads
        model = _of_any_size(onnx.load(str(path)))
        self._input = model.graph.input[0].name
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = settings.inter_op_num_threads = 1
        settings.log_severity_level = 3  # it warns of unused constants
        self._session = onnxruntime.InferenceSession(
            model.SerializeToString(), settings, providers=["CPUExecutionProvider"]
        )

    def run(self, picture: Rgb, outputs: Sequence[str]) -> list[Planes]:
        """The answers of those names for a picture whose channels stand as the network was taught."""
        height, width = picture.shape[:2]
        blob = np.zeros((1, 3, height + -height % _STRIDE_PX, width + -width % _STRIDE_PX), np.float32)
        blob[0, :, :height, :width] = picture.transpose(2, 0, 1)
        return list(self._session.run(outputs, {self._input: blob}))


def _of_any_size(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with its sizes left open, and its weights fixed: as long as they might be given anew, none is optimised."""
    weights = {weight.name for weight in model.graph.initializer}
    inputs = [one for one in model.graph.input if one.name not in weights]
    del model.graph.input[:]
    model.graph.input.extend(inputs)
    model.ir_version = max(model.ir_version, 4)  # the first in which weights need not be inputs
    batch, _, *sizes = model.graph.input[0].type.tensor_type.shape.dim
    batch.dim_value = 1
    answers = [dimension for one in model.graph.output for dimension in one.type.tensor_type.shape.dim]
    for number, dimension in enumerate((*sizes, *answers)):
        dimension.dim_param = f"size-{number}"
    return model


def in_tiles(rgb: Rgb, find: Callable[[Rgb], Sequence[Found]]) -> tuple[Found, ...]:
    """What ``find`` finds in tiles of the picture, in the picture's pixels; its finds may reach beyond its tile.

    A find that the edge of a tile cuts is left out: the next tile, or a smaller picture, shows the face whole.
    """
    height, width = rgb.shape[:2]
    every: list[Found] = []
    for top, bottom in spans(height):
        for left, right in spans(width):
            finds = (moved(found, left, top) for found in find(rgb[top:bottom, left:right]))
            every += [found for found in finds if _whole(found.box, Box(left, top, right, bottom), width, height)]
    return merge(scaled(found, 1, 1, width, height) for found in every)


def _whole(box: Box, tile: Box, width: int, height: int) -> bool:
    """Whether the box ends inside the tile, or where the picture itself ends."""
    return (
        (tile.left == 0 or box.left >= tile.left + _EDGE_PX)
        and (tile.top == 0 or box.top >= tile.top + _EDGE_PX)
        and (tile.right == width or box.right <= tile.right - _EDGE_PX)
        and (tile.bottom == height or box.bottom <= tile.bottom - _EDGE_PX)
    )


def spans(length: int) -> Iterator[tuple[int, int]]:
    """Begin and end of tiles of one size that cover the length and overlap."""
    count = max(1, -(-(length - _OVERLAP_PX) // (_TILE_PX - _OVERLAP_PX)))
    size = -(-(length + (count - 1) * _OVERLAP_PX) // count)
    size += -size % _STRIDE_PX
    for number in range(count):
        begin = number * (length - size) // (count - 1) if count > 1 else 0
        yield begin, min(length, begin + size)


def best(boxes: Planes, scores: Planes, least: float) -> list[int]:
    """Which of the boxes (left, top, width, height) stay, where several mean one face."""
    if not len(boxes):
        return []
    kept = cv2.dnn.NMSBoxes(boxes.tolist(), scores.tolist(), least, _NMS_IOU, top_k=_MOST)
    return [int(one) for one in np.asarray(kept, np.intp).ravel()]


def found(box: Planes, points: Planes, score: float, certain: float) -> Found:
    """A find from left, top, width, height and five points as (5, 2)."""
    left, top, width, height = (float(value) for value in box)
    one, two, three, four, five = ((float(x), float(y)) for x, y in points)
    place = Box(round(left), round(top), round(left + width), round(top + height))
    return Found(place, score, (one, two, three, four, five), score >= certain)
