"""Engines that the tests of vision share: made once, the converted embedder in a folder of this run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.vision import models
from app.vision.detect import Detector
from app.vision.detect.centerface import CenterFace
from app.vision.embed import DlibResnet
from app.vision.engine import Engine


@pytest.fixture(scope="session")
def models_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder with the converted embedder in it."""
    folder = tmp_path_factory.mktemp("models")
    assert models.prepare(folder, folder) is not None
    return folder


@pytest.fixture(scope="session")
def embedder(models_dir: Path) -> DlibResnet:
    """dlib's network in onnxruntime."""
    return DlibResnet(models_dir / models.CONVERTED)


@pytest.fixture(scope="session")
def yunet(models_dir: Path) -> Detector:
    """The detector to use; skips where its file is absent."""
    shared = Path(os.environ.get("FLEDGLING_SHARED", Path(__file__).parents[3] / "shared"))
    makers = models.detectors(models_dir, shared)
    if "yunet" not in makers:
        pytest.skip(f"{models.YUNET.file} not found in {shared / 'models'} (set FLEDGLING_SHARED)")
    return makers["yunet"]()


@pytest.fixture(scope="session")
def centerface(models_dir: Path) -> Detector:
    """The second choice; its file is inside a dependency."""
    detector = models.detectors(models_dir, models_dir)["centerface"]()
    assert isinstance(detector, CenterFace)
    return detector


@pytest.fixture(scope="session")
def engine(yunet: Detector, embedder: DlibResnet) -> Engine:
    """The engine to use, without a reader."""
    return Engine(yunet, embedder)
