"""How many faces the detectors find in the shared, hand-checked scenes: ``python -m benchmarks.scenes``.

Prints, a line a detector: recall of faces of at least 32 px and of 16-32 px, finds that are no marked face,
how many pictures are counted right, how many groups are taken for an individual, CPU seconds a picture.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from app.domain import Box, Composition
from app.vision import models
from app.vision.composition import composition
from app.vision.detect import Detector, Rgb, iou


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture and the boxes of all its faces."""

    path: Path
    boxes: tuple[Box, ...]

    def rgb(self) -> Rgb:
        """The upright pixels."""
        return np.asarray(cv2.cvtColor(cv2.imread(str(self.path)), cv2.COLOR_BGR2RGB), np.uint8)


def scenes(shared: Path) -> list[Scene]:
    """All scenes of the shared manifest."""
    folder = shared / "data" / "faces"
    lines = json.loads((folder / "manifest.json").read_text())
    return [
        Scene(folder / line["file"], tuple(Box(*box) for box in line["boxes"])) for line in lines if "boxes" in line
    ]


def agree(one: Box, other: Box) -> bool:
    """Whether two boxes mean one face: they overlap by 0.4, or the centre of one lies in the other."""
    x, y = (other.left + other.right) / 2, (other.top + other.bottom) / 2
    return iou(one, other) >= 0.4 or (one.left <= x <= one.right and one.top <= y <= one.bottom)


def measure(detector: Detector, every: list[Scene]) -> str:
    """One line of figures."""
    marked, seen, marked_small, seen_small, extra, extra_certain = 0, 0, 0, 0, 0, 0
    exact, under, groups, portraits, taken_s = 0, 0, 0, 0, 0.0
    for scene in every:
        rgb = scene.rgb()
        start = time.process_time()
        founds = detector.detect(rgb)
        taken_s += time.process_time() - start
        hits = [box for box in scene.boxes if any(agree(found.box, box) for found in founds)]
        marked += sum(box.height >= 32 for box in scene.boxes)
        seen += sum(box.height >= 32 for box in hits)
        marked_small += sum(16 <= box.height < 32 for box in scene.boxes)
        seen_small += sum(16 <= box.height < 32 for box in hits)
        false = [found for found in founds if not any(agree(found.box, box) for box in scene.boxes)]
        extra += len(false)
        extra_certain += sum(found.certain for found in false)
        certain = sum(found.certain for found in founds)
        exact += certain == len(scene.boxes)
        under += certain < len(scene.boxes)
        groups += len(scene.boxes) >= 2
        portraits += len(scene.boxes) >= 2 and composition(founds) is Composition.INDIVIDUAL
    count = len(every)
    return (
        f"{detector.name:26} >=32 px {seen}/{marked} = {seen / marked:.3f}; "
        f"16-32 px {seen_small}/{marked_small} = {seen_small / max(1, marked_small):.3f}; "
        f"extra {extra / count:.2f} a picture, certain ones {extra_certain / count:.2f}; count right {exact / count:.3f}, "
        f"too low {under / count:.3f}; groups taken for an individual {portraits}/{groups}; {taken_s / count:.2f} cpu-s a picture"
    )


def main() -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--models", type=Path, default=Path("data/models"))
    parser.add_argument("--detectors", nargs="*", default=["yunet+centerface", "yunet", "centerface"])
    chosen = parser.parse_args()
    every = scenes(chosen.shared)
    makers: dict[str, Callable[[], Detector]] = models.detectors(chosen.models, chosen.shared)
    for name in chosen.detectors:
        print(measure(makers[name](), every), flush=True)


if __name__ == "__main__":
    main()
