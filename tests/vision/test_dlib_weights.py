"""The converted network answers as dlib's own does."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import dlib
import numpy as np
import pytest

from app.vision.detect import at_side
from app.vision.dlib_weights import CHIP_PX, WeightsUnreadable, convert
from app.vision.embed import DlibResnet
from tests.vision.portraits import ASTRONAUT, HOPPER, astronaut, hopper


@pytest.fixture(scope="module")
def weights() -> Path:
    """dlib's file in its package."""
    spec = find_spec("face_recognition_models")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(next(iter(spec.submodule_search_locations))) / "models/dlib_face_recognition_resnet_model_v1.dat"


def test_it_differs_from_dlib_in_the_sixth_decimal_at_most(weights: Path, embedder: DlibResnet) -> None:
    chips = []
    for rgb, box in ((astronaut(), ASTRONAUT), (hopper(), HOPPER)):
        side = max(box.width, box.height)
        chips.append(at_side(np.ascontiguousarray(rgb[box.top : box.top + side, box.left : box.left + side]), CHIP_PX))
    chips.append(np.random.default_rng(1).integers(0, 256, (CHIP_PX, CHIP_PX, 3), np.uint8))
    net = dlib.face_recognition_model_v1(str(weights))
    dlibs = np.array([np.array(net.compute_face_descriptor(chip)) for chip in chips])
    assert np.abs(embedder.embed_chips(chips) - dlibs).max() < 1e-5


def test_progress_is_told(weights: Path) -> None:
    told: list[str] = []
    assert len(convert(weights.read_bytes(), told.append)) > 20_000_000
    assert len(told) == 6


@pytest.mark.parametrize("kept", [0, 100, 341, 400, 10_000_000, 22_400_000])
def test_a_file_cut_short_is_refused(weights: Path, kept: int) -> None:
    with pytest.raises(WeightsUnreadable):
        convert(weights.read_bytes()[:kept])


def test_another_network_is_refused(weights: Path) -> None:
    other = weights.with_name("mmod_human_face_detector.dat").read_bytes()
    with pytest.raises(WeightsUnreadable, match="layer con_4"):
        convert(other)
