"""On shared pictures of real people: faces are found, groups are groups, people are known again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.domain import Box, Composition, Match, Matching
from app.vision import Engine, Enrolment, Gallery, Picture, Sight, enrol, look
from app.vision.composition import composition
from app.vision.detect import Detector, iou
from tests.vision.portraits import load

SCENES = [
    "scenes/fb0a90090ff5.jpg",  # 29 at a conference, 1927
    "scenes/b0d058d07dbf.jpg",
    "scenes/4d5224f434bf.jpg",
    "scenes/2501e14cf85d.jpg",
]
ACTORS = ("amy", "howard", "penny", "raj", "sheldon")
POLITICIANS = ("Colin_Powell", "Tony_Blair", "Hugo_Chavez")


@pytest.fixture(scope="module")
def scenes(shared: Path) -> dict[str, Any]:
    """The lines of the manifest that are scenes, by file."""
    lines = json.loads((shared / "data/faces/manifest.json").read_text())
    return {line["file"]: line for line in lines if "boxes" in line}


@pytest.mark.parametrize("file", SCENES)
def test_every_face_of_a_posed_group_is_found(yunet: Detector, shared: Path, scenes: dict[str, Any], file: str) -> None:
    founds = [found for found in yunet.detect(load(shared / "data/faces" / file)) if found.certain]
    marked = [Box(*box) for box in scenes[file]["boxes"]]
    missed = [box for box in marked if not any(iou(found.box, box) > 0.3 for found in founds)]
    assert missed == []
    assert len(founds) - len(marked) in {0, 1}  # of 52 posed scenes seven count one too many, none too few
    assert composition(founds) is Composition.GROUP


def _photos(shared: Path, person: str) -> list[Picture]:
    files = sorted((shared / "data/faces/people" / person).iterdir())
    return [Picture(rgb=load(file)) for file in files]


def _gallery(shared: Path, engine: Engine, people: tuple[str, ...], references: int) -> Gallery:
    entries = {}
    for person in people:
        taken = [enrol(picture, engine, Sight(frontality=0.1)) for picture in _photos(shared, person)[:references]]
        entries[person] = np.concatenate([one.vector for one in taken if isinstance(one, Enrolment)])
    return Gallery(engine.name, entries)


@pytest.mark.parametrize("people", [ACTORS, POLITICIANS], ids=["actors", "politicians"])
def test_people_are_known_again_and_never_taken_for_another(
    engine: Engine, shared: Path, people: tuple[str, ...]
) -> None:
    gallery = _gallery(shared, engine, people, references=2)
    found = 0
    for person in people:
        seen = look(_photos(shared, person)[3], engine, gallery, Matching.DONE, Sight())
        largest = max(seen.faces, key=lambda face: face.box.area)
        assert largest.pupils[:1] in ((person,), ())
        found += largest.match is not None
        assert seen.line_ups[gallery.pupils.index(person)].faces[0] == seen.faces.index(largest)
    assert found >= len(people) - 1


def test_strangers_are_no_clear_match(engine: Engine, shared: Path) -> None:
    gallery = _gallery(shared, engine, ACTORS[:3], references=2)
    for person in ("leonard", "stuart"):
        seen = look(_photos(shared, person)[0], engine, gallery, Matching.DONE, Sight())
        assert all(face.match is not Match.CLEAR for face in seen.faces)
