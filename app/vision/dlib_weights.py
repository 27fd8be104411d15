"""Converts dlib's face embedder (ResNet v1, public domain) from its own file format to ONNX.

dlib needs 104-131 ms of CPU a face and holds the interpreter's lock meanwhile; the same weights in
onnxruntime need 7-10 ms and differ in the seventh decimal place. The file comes with the package
``face_recognition_models`` (dlib_face_recognition_resnet_model_v1.dat, Davis King, CC0). Its format and
the network are those of dlib's ``dnn`` module: see ``examples/dnn_metric_learning_on_images_ex.cpp``.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

CHIP_PX = 150
"""Width and height of the upright face that the network takes."""

_MEAN_RGB = (122.782, 117.001, 104.298)
_SCALE = 256.0
_STAGES = ((32, 3, False), (64, 4, True), (128, 3, True), (256, 3, True), (256, 1, True))
"""Channels, blocks, and whether the first of the blocks halves the picture."""

_TENSOR_VERSION = 2
_OPSET = 17

Array = NDArray[np.float32]


class WeightsUnreadable(ValueError):
    """The file is not the network we know."""


class _Layers:
    """Reads the parameters of the layers in the order in which they stand in the file.

    Between the parameters stand settings that we know from the network itself; they are skipped by
    searching for the next layer's tag, whose tensor must then have exactly the expected size.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def _byte_count_then_int(self, stream: IO[bytes]) -> int:
        """One integer of dlib's: a byte with sign and length, then so many bytes, lowest first."""
        head = stream.read(1)
        if not head:
            raise WeightsUnreadable("the file ends within a number")
        length = head[0] & 0x0F
        value = int.from_bytes(stream.read(length), "little")
        return -value if head[0] & 0x80 else value

    def next(self, tag: bytes, count: int, settings: tuple[int, ...] = ()) -> Array:
        """The ``count`` parameters of the next layer tagged so; ``settings`` are integers that precede them."""
        marked = bytes([1, len(tag)]) + tag
        found = self._data.find(marked, self._at)
        if found < 0:
            raise WeightsUnreadable(f"no further layer {tag.decode()}")
        stream = io.BytesIO(self._data)
        stream.seek(found + len(marked))
        expected = (*settings, _TENSOR_VERSION)
        head = tuple(self._byte_count_then_int(stream) for _ in expected)
        shape = [self._byte_count_then_int(stream) for _ in range(4)]
        size = int(np.prod(shape))
        if head != expected or size != count:
            raise WeightsUnreadable(f"layer {tag.decode()} has {size} parameters, not {count}")
        start = stream.tell()
        self._at = start + 4 * count
        if self._at > len(self._data):
            raise WeightsUnreadable("the file is cut short")
        return np.frombuffer(self._data, "<f4", count, start).astype(np.float32)


@dataclass
class _Graph:
    """An ONNX graph in the making; names are given by counting."""

    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)

    def constant(self, value: NDArray[Any]) -> str:
        """The name of a stored tensor."""
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(value, name))
        return name

    def add(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """The name of the one output of a new node."""
        name = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name


def convert(dat: bytes, progress: Callable[[str], None] = lambda _: None) -> bytes:
    """The ONNX model, serialised, of dlib's file.

    Its input ``chips`` is uint8 (n, 150, 150, 3) RGB, its output ``vectors`` float32 (n, 128).
    ``progress`` is told one line a stage. WeightsUnreadable if ``dat`` is another network.
    """
    layers, graph = _Layers(dat), _Graph()
    progress("reading dlib's layers")
    here = _normalise(graph)
    here = graph.add("Relu", _convolve(graph, layers, here, 3, 32, kernel=7, stride=2))
    here = graph.add("MaxPool", here, kernel_shape=[3, 3], strides=[2, 2])
    channels, size = 32, _pooled(_pooled(CHIP_PX, 7), 3)
    for wide, blocks, halves in _STAGES:
        progress(f"converting the {wide}-channel blocks")
        for number in range(blocks):
            if halves and number == 0:
                here, size = _down(graph, layers, here, channels, wide, size)
            else:
                here = _residual(graph, layers, here, wide)
            channels = wide
    here = graph.add("Flatten", graph.add("GlobalAveragePool", here), axis=1)
    weights = layers.next(b"fc_2", 256 * 128, settings=(128, 256)).reshape(256, 128)
    last = graph.add("MatMul", here, graph.constant(weights))
    return _serialise(graph, last)


def _normalise(graph: _Graph) -> str:
    """Pixels as the network was trained on: RGB planes, less the mean, over 256."""
    planes = graph.add("Transpose", graph.add("Cast", "chips", to=TensorProto.FLOAT), perm=[0, 3, 1, 2])
    mean = graph.constant(np.array(_MEAN_RGB, np.float32).reshape(1, 3, 1, 1))
    return graph.add("Mul", graph.add("Sub", planes, mean), graph.constant(np.array(1 / _SCALE, np.float32)))


def _convolve(graph: _Graph, layers: _Layers, source: str, taken: int, given: int, kernel: int, stride: int) -> str:
    """A convolution with the affine layer behind it folded in; dlib pads only where it does not stride."""
    count = given * taken * kernel * kernel
    packed = layers.next(b"con_4", count + given)
    gamma, beta = np.split(layers.next(b"affine_", 2 * given), 2)
    weights = packed[:count].reshape(given, taken, kernel, kernel) * gamma.reshape(-1, 1, 1, 1)
    bias = packed[count:] * gamma + beta
    pad = 0 if stride > 1 else kernel // 2
    return graph.add(
        "Conv", source, graph.constant(weights), graph.constant(bias),
        kernel_shape=[kernel, kernel], strides=[stride, stride], pads=[pad] * 4,
    )  # fmt: skip


def _residual(graph: _Graph, layers: _Layers, source: str, wide: int) -> str:
    inner = graph.add("Relu", _convolve(graph, layers, source, wide, wide, kernel=3, stride=1))
    inner = _convolve(graph, layers, inner, wide, wide, kernel=3, stride=1)
    return graph.add("Relu", graph.add("Add", inner, source))


def _down(graph: _Graph, layers: _Layers, source: str, taken: int, wide: int, size: int) -> tuple[str, int]:
    """A block that halves the picture; whichever branch is smaller is filled up with zeros, as dlib's add_prev does."""
    inner = graph.add("Relu", _convolve(graph, layers, source, taken, wide, kernel=3, stride=2))
    inner = _convolve(graph, layers, inner, wide, wide, kernel=3, stride=1)
    short = graph.add("AveragePool", source, kernel_shape=[2, 2], strides=[2, 2])
    inner_size, short_size = _pooled(size, 3), _pooled(size, 2)
    larger = max(inner_size, short_size)
    inner = _fill_up(graph, inner, 0, larger - inner_size)
    short = _fill_up(graph, short, wide - taken, larger - short_size)
    return graph.add("Relu", graph.add("Add", inner, short)), larger


def _fill_up(graph: _Graph, source: str, channels: int, edge: int) -> str:
    if not channels and not edge:
        return source
    pads = np.array([0, 0, 0, 0, 0, channels, edge, edge], np.int64)
    return graph.add("Pad", source, graph.constant(pads))


def _pooled(size: int, kernel: int) -> int:
    """Pixels left of ``size`` by a stride of two without padding."""
    return (size - kernel) // 2 + 1


def _serialise(graph: _Graph, last: str) -> bytes:
    graph.nodes.append(helper.make_node("Identity", [last], ["vectors"]))
    chips = helper.make_tensor_value_info("chips", TensorProto.UINT8, ["n", CHIP_PX, CHIP_PX, 3])
    vectors = helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["n", 128])
    made = helper.make_graph(graph.nodes, "dlib-resnet-1", [chips], [vectors], graph.constants)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=8)
    model.doc_string = "dlib_face_recognition_resnet_model_v1 by Davis King, public domain (CC0)"
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())
