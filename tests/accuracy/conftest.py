"""A labelled folder on paper: drawn faces, the colour being the person, and an engine that reads them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from app.domain import Box
from app.policy import Policy, load_default
from app.policy.values import Distances, EngineThresholds
from app.vision import paper
from app.vision.paper import Colour

ENGINE = paper.engine()
PEOPLE: tuple[Colour, ...] = tuple(product((20, 85, 150), (30, 95, 160), (70, 135, 200)))
"""Colours so far apart that no two are taken for one another, none too dark for a reference."""
SHEET = (200, 160)
FACE = Box(50, 30, 140, 130)


class Folder:
    """A labelled folder that grows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.entries: list[Any] = []

    def scene(self, certain: Sequence[Box], boxes: Sequence[Box], possible: Sequence[Box] = ()) -> str:
        """Draws those faces and marks those boxes; the file's name."""
        dark = [((20, 30, 40), box) for box in certain]
        file = self._file(paper.png(dark, [((90, 20, 20), box) for box in possible]))
        self.entries.append({"file": file, "boxes": [[box.left, box.top, box.right, box.bottom] for box in boxes]})
        return file

    def portrait(self, person: str, colour: Colour | None, paler: int = 0) -> str:
        """Draws that person, a little paler; nobody where there is no colour."""
        faces = [] if colour is None else [((colour[0] + paler, colour[1] + paler, colour[2]), FACE)]
        file = self._file(paper.png(faces, size=SHEET))
        self.entries.append({"file": file, "person": person})
        return file

    def people(self, count: int, pictures: int = 5) -> None:
        """So many people, each on so many pictures."""
        for number in range(count):
            for paler in range(pictures):
                self.portrait(f"person-{number}", PEOPLE[number], paler * 2)

    def write(self) -> Path:
        """The folder, with its manifest."""
        (self.path / "manifest.json").write_text(json.dumps(self.entries), encoding="utf-8")
        return self.path

    def _file(self, data: bytes) -> str:
        name = f"picture-{len(self.entries):03}.png"
        (self.path / name).write_bytes(data)
        return name


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    place = tmp_path / "labelled"
    place.mkdir()
    return Folder(place)


@pytest.fixture
def policy() -> Policy:
    """The default policy with distances for the engine on paper."""
    thresholds = EngineThresholds(Distances(0.2, 0.5), Distances(0.2, 0.5), None, "made up")
    return replace(load_default(), engines={ENGINE.name: thresholds})
