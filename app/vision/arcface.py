"""An embedder of the ArcFace kind that a school has put into its models folder: an ONNX file and a word about it.

Beside ``<file>.onnx`` lies ``<file>.toml``, which says what cannot be read from the network::

    name = "sface-2021dec"          # small letters, digits, hyphens
    licence = "Apache-2.0, OpenCV model zoo"
    sha256 = "…"                    # of the .onnx file
    colours = "rgb"                 # or "bgr": the order the network takes them in
    mean = 0.0                      # a pixel goes in as (pixel - mean) * scale; a number, or one a colour
    scale = 1.0
    layout = "nchw"                 # or "nhwc"

What is wrong with either is a set-up error when the engine is opened, not when a photo is looked at.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from app.errors import SetUpError
from app.vision.detect import Found, Landmarks, Rgb
from app.vision.embed import Vectors, chip

SIDE_PX = 112

TEMPLATE: Landmarks = (
    (38.2946, 51.6963),
    (73.5318, 51.5014),
    (56.0252, 71.7366),
    (41.5493, 92.3655),
    (70.7299, 92.2041),
)
"""Where the five landmarks lie in the 112 x 112 chips that ArcFace networks are trained on (InsightFace)."""

LEAST_DIMENSIONS, MOST_DIMENSIONS = 128, 512

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_KEYS = frozenset({"name", "licence", "sha256", "colours", "mean", "scale", "layout"})
_LAYOUTS = {"nchw": (3, SIDE_PX, SIDE_PX), "nhwc": (SIDE_PX, SIDE_PX, 3)}
_COLOURS = ("rgb", "bgr")
_TINY = 1e-6

Triple = tuple[float, float, float]


class EmbedderUnfit(SetUpError):
    """The file of an embedder, or what is said of it, cannot be used."""

    slug = "embedder-unfit"


@dataclass(frozen=True, slots=True)
class Description:
    """What a school says of a network; ``mean`` and ``scale`` in the network's own order of colours."""

    name: str
    licence: str
    sha256: str
    colours: str
    mean: Triple
    scale: Triple
    layout: str

    @property
    def engine(self) -> str:
        """The name given, and eight digits that stand for file and description.

        So neither another file nor another way of feeding it ever meets the vectors or the distances of this one.
        """
        fed = (self.sha256, self.colours, self.mean, self.scale, self.layout, TEMPLATE)
        return f"{self.name}-{hashlib.sha256(repr(fed).encode()).hexdigest()[:8]}"


def read_description(file: Path) -> Description:
    """The description in that TOML file; EmbedderUnfit where it is missing or says too little, too much or nonsense."""
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError:
        raise EmbedderUnfit(f"{file} is missing or cannot be read: it says what the embedder is.") from None
    except ValueError:
        raise EmbedderUnfit(f"{file} is not TOML.") from None
    if wrong := sorted(_KEYS.symmetric_difference(told)):
        raise EmbedderUnfit(f"{file} must say {', '.join(sorted(_KEYS))}; missing or not known: {', '.join(wrong)}.")
    return Description(
        name=_word(file, told, "name", _NAME, "small letters, digits and hyphens, at most 32"),
        licence=_word(file, told, "licence", re.compile(r"[^\x00-\x1f]{1,200}"), "a line of words"),
        sha256=_word(file, told, "sha256", _SHA256, "64 digits of small hex"),
        colours=_word(file, told, "colours", re.compile("|".join(_COLOURS)), "rgb or bgr"),
        mean=_triple(file, told, "mean"),
        scale=_triple(file, told, "scale"),
        layout=_word(file, told, "layout", re.compile("|".join(_LAYOUTS)), "nchw or nhwc"),
    )


def _word(file: Path, told: Mapping[str, object], key: str, form: re.Pattern[str], words: str) -> str:
    value = told[key]
    if not isinstance(value, str) or not form.fullmatch(value):
        raise EmbedderUnfit(f"{file}: {key} must be {words}.")
    return value


def _triple(file: Path, told: Mapping[str, object], key: str) -> Triple:
    value: Any = told[key]
    every: list[Any] = value if isinstance(value, list) else [value] * 3
    if len(every) != 3 or not all(_is_number(one) for one in every) or (key == "scale" and 0 in every):
        raise EmbedderUnfit(f"{file}: {key} must be a number, or three{', none of them 0' if key == 'scale' else ''}.")
    one, two, three = (float(each) for each in every)
    return one, two, three


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e6


class ArcFace:
    """Such a network in onnxruntime; its vectors have length 1. One session serves all threads."""

    def __init__(self, path: Path) -> None:
        """``path`` is the ONNX file. EmbedderUnfit where it or its description cannot be used."""
        self.description = read_description(path.with_suffix(".toml"))
        self._path = path
        self._session = _opened(path, self.description)
        self._input = _input_of(path, self._session, self.description)
        self._output = _output_of(path, self._session)
        self.name = self.description.engine
        self.dimensions = self._tried()

    def embed(self, rgb: Rgb, founds: Sequence[Found]) -> Vectors:
        """The vectors of the faces; each must have landmarks. ValueError where the network gives no direction."""
        vectors = np.empty((len(founds), self.dimensions), np.float32)
        for row, found in zip(vectors, founds, strict=True):
            row[:] = unit(self._run(chip(rgb, found.landmarks, TEMPLATE, SIDE_PX)))
        return vectors

    def _run(self, face: Rgb) -> NDArray[np.float32]:
        """What the network says of one chip. One at a time: many such files are made for that alone."""
        told = self.description
        colours = face if told.colours == "rgb" else face[:, :, ::-1]
        fed = (colours - np.array(told.mean, np.float32)) * np.array(told.scale, np.float32)
        if told.layout == "nchw":
            fed = fed.transpose(2, 0, 1)
        answer = self._session.run([self._output], {self._input: np.ascontiguousarray(fed[None])})[0]
        return np.asarray(answer, np.float32)

    def _tried(self) -> int:
        """How long a vector is, by what comes out for a chip of noise."""
        noise = np.random.default_rng(0).integers(0, 256, (SIDE_PX, SIDE_PX, 3), np.uint8)
        try:
            answer = self._run(noise)
        except Exception as error:  # noqa: BLE001 - onnxruntime raises errors of its own, which share no root
            raise EmbedderUnfit(f"{self._path} cannot be run: {type(error).__name__}.") from None
        if answer.ndim != 2 or len(answer) != 1 or not LEAST_DIMENSIONS <= answer.shape[1] <= MOST_DIMENSIONS:
            wanted = f"one vector of {LEAST_DIMENSIONS} to {MOST_DIMENSIONS} numbers"
            raise EmbedderUnfit(f"{self._path} gives {answer.shape} for a face, not {wanted}.")
        try:
            unit(answer)
        except ValueError as error:
            raise EmbedderUnfit(f"{self._path} cannot be used: {error}.") from None
        return int(answer.shape[1])


def unit(vectors: Vectors) -> Vectors:
    """The vectors made as long as 1; ValueError where one has no direction."""
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or (lengths < _TINY).any():
        raise ValueError("a vector has no direction")
    return np.asarray(vectors / lengths, np.float32)


def _opened(path: Path, told: Description) -> Any:
    try:
        data = path.read_bytes()
    except OSError:
        raise EmbedderUnfit(f"{path} is missing or cannot be read.") from None
    if hashlib.sha256(data).hexdigest() != told.sha256:
        raise EmbedderUnfit(f"{path} is not the file that {path.with_suffix('.toml').name} speaks of: another SHA-256.")
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = 1
    settings.log_severity_level = 4  # what is wrong is told below
    try:
        return onnxruntime.InferenceSession(data, settings, providers=["CPUExecutionProvider"])
    except Exception:  # noqa: BLE001 - as above
        raise EmbedderUnfit(f"{path} is not a network that can be opened: it must be one whole ONNX file.") from None


def _input_of(path: Path, session: Any, told: Description) -> str:
    taken = session.get_inputs()
    first = taken[0] if len(taken) == 1 else None
    wanted = _LAYOUTS[told.layout]
    if first is None or first.type != "tensor(float)" or not _fits(first.shape, wanted):
        shapes = ", ".join(f"{one.type} {one.shape}" for one in taken)
        raise EmbedderUnfit(f"{path} takes {shapes or 'nothing'}, not floats of shape {[1, *wanted]} ({told.layout}).")
    return str(first.name)


def _fits(shape: Sequence[object], wanted: Sequence[int]) -> bool:
    """Whether one chip goes in: a size that the file leaves open is a word or None."""
    return len(shape) == 4 and all(
        not isinstance(size, int) or size == asked for size, asked in zip(shape, chain((1,), wanted), strict=True)
    )


def _output_of(path: Path, session: Any) -> str:
    given = session.get_outputs()
    if len(given) != 1:
        raise EmbedderUnfit(f"{path} gives {len(given)} answers for a face, not one vector.")
    return str(given[0].name)
