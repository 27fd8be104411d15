"""Real faces for tests, from pictures inside installed wheels (both public domain, NASA and US Navy); nothing is imported."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np

from app.domain import Box
from app.vision.detect import Rgb, at_side

ASTRONAUT = Box(180, 66, 270, 176)
"""Her face in the picture of 512 x 512."""
HOPPER = Box(177, 116, 351, 327)
"""Her face in the picture of 512 x 600."""


def load(path: Path) -> Rgb:
    """The file's pixels, read-only as those of a decoded photo."""
    rgb = np.asarray(cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB), np.uint8)
    rgb.setflags(write=False)
    return rgb


def _inside(package: str, path: str) -> Path:
    spec = find_spec(package)
    assert spec is not None, f"the demo group is not installed: {package} is missing"
    assert spec.submodule_search_locations is not None
    return Path(next(iter(spec.submodule_search_locations))) / path


@cache
def astronaut() -> Rgb:
    """Eileen Collins, face-on."""
    return load(_inside("skimage", "data/astronaut.png"))


@cache
def hopper() -> Rgb:
    """Grace Hopper, face-on."""
    return load(_inside("matplotlib", "mpl-data/sample_data/grace_hopper.jpg"))


def smaller(rgb: Rgb, side_px: int) -> Rgb:
    """The picture with that long side."""
    return at_side(rgb, side_px)


def lit_otherwise(rgb: Rgb) -> Rgb:
    """The same scene as another picture: darker, softer, mirrored."""
    return np.ascontiguousarray(cv2.GaussianBlur((rgb * 0.75).astype(np.uint8), (0, 0), 0.7)[:, ::-1])


def blurred(rgb: Rgb, sigma_px: float) -> Rgb:
    """The picture out of focus."""
    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), sigma_px), np.uint8)
