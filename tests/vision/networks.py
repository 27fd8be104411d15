"""Networks of the ArcFace kind, so small that tests make them: which colour a face has is all they see."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

_FILTERS = 8


def network(
    dimensions: int = 128,
    taken: Sequence[int | str] = ("n", 3, 112, 112),
    *,
    seed: int = 1,
    kind: int = TensorProto.FLOAT,
    answers: int = 1,
) -> bytes:
    """An ONNX file: a convolution, the mean of the whole picture, a linear layer; all weights fixed by ``seed``."""
    random = np.random.default_rng(seed)
    weights = {
        "filters": random.normal(size=(_FILTERS, 3, 1, 1)),
        "linear": random.normal(size=(_FILTERS, dimensions)),
    }
    first = [helper.make_node("Cast", ["data"], ["floats"], to=TensorProto.FLOAT)]
    if tuple(taken[1:]) == (112, 112, 3):
        first.append(helper.make_node("Transpose", ["floats"], ["planes"], perm=[0, 3, 1, 2]))
    nodes = [
        *first,
        helper.make_node("Conv", ["planes" if len(first) == 2 else "floats", "filters"], ["seen"]),
        helper.make_node("GlobalAveragePool", ["seen"], ["mean"]),
        helper.make_node("Flatten", ["mean"], ["flat"]),
        *(helper.make_node("MatMul", ["flat", "linear"], [f"vector{number}"]) for number in range(answers)),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("data", kind, list(taken))],
        [
            helper.make_tensor_value_info(f"vector{number}", TensorProto.FLOAT, [taken[0], dimensions])
            for number in range(answers)
        ],
        [numpy_helper.from_array(values.astype(np.float32), name) for name, values in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def make_network(folder: Path, file: str = "tiny", data: bytes | None = None, **told: str) -> Path:
    """Put a network and its description into the folder; ``told`` are TOML values in place of the usual ones."""
    path = folder / f"{file}.onnx"
    path.write_bytes(network() if data is None else data)
    usual = {
        "name": '"tiny-1"',
        "licence": '"CC0, made for the tests"',
        "sha256": f'"{hashlib.sha256(path.read_bytes()).hexdigest()}"',
        "colours": '"rgb"',
        "mean": "127.5",
        "scale": "0.0078125",
        "layout": '"nchw"',
    }
    lines = (f"{key} = {value}" for key, value in {**usual, **told}.items() if value)
    path.with_suffix(".toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
