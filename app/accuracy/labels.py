"""A labelled folder: ``manifest.json`` and the pictures it names, checked whole before anything is measured.

The manifest is a list. A scene is ``{"file": …, "boxes": [[left, top, right, bottom], …]}`` with every face's box in
pixels of the upright picture; a portrait is ``{"file": …, "person": …}``. Both may have a ``source``; ``faces``, if it
is there, is the number of boxes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from app.domain import Box
from app.errors import Fault, Malformed
from app.vision import Picture
from app.vision.pixels import open_photo
from app.vision.refusals import PhotoRefused

MANIFEST = "manifest.json"
SLACK_PX = 2
"""So far a box may reach beyond the picture and is cut, or lack a width: sets that were resized are rounded like that."""

_FAULTS_TOLD = 50


class FolderUnfit(Malformed):
    """The folder cannot be measured on; ``errors`` name the files of the caller's own folder."""

    title, slug = "This folder cannot be measured on", "folder-unfit"


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture and the boxes of all its faces."""

    open: Callable[[], Picture]
    boxes: tuple[Box, ...]
    source: str = ""


@dataclass(frozen=True, slots=True)
class Portrait:
    """A picture of one person; ``person`` tells them apart and is told to nobody."""

    open: Callable[[], Picture]
    person: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Pictures whose answers are known."""

    scenes: tuple[Scene, ...] = ()
    portraits: tuple[Portrait, ...] = ()

    def scenes_where(self, wanted: Callable[[Scene], bool]) -> Labelled:
        """Those of the scenes, and no portraits."""
        return Labelled(scenes=tuple(filter(wanted, self.scenes)))


def read(folder: Path) -> Labelled:
    """The pictures of the folder, each decoded once to see that it can be; FolderUnfit tells all that is wrong."""
    lines = _manifest(folder)
    scenes: list[Scene] = []
    portraits: list[Portrait] = []
    faults: list[Fault] = []
    for number, line in enumerate(lines):
        try:
            _take(folder, line, scenes, portraits)
        except ValueError as wrong:
            faults.append(Fault(f"#/{number}", f"entry {number + 1}{_named(line)}: {wrong}"))
    if faults:
        more = len(faults) - _FAULTS_TOLD
        rest = (Fault("", f"and {more} more"),) if more > 0 else ()
        raise FolderUnfit(
            f"{len(faults)} of {len(lines)} entries cannot be used.", errors=(*faults[:_FAULTS_TOLD], *rest)
        )
    if not scenes and not portraits:
        raise FolderUnfit(f"{MANIFEST} names no pictures.")
    return Labelled(tuple(scenes), tuple(portraits))


def _manifest(folder: Path) -> list[Any]:
    file = folder / MANIFEST
    if not folder.is_dir():
        raise FolderUnfit(f"{folder} is no folder.")
    try:
        lines = json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError:
        raise FolderUnfit(
            f"There is no readable {MANIFEST} in {folder}: it says who and what the pictures show."
        ) from None
    except (ValueError, RecursionError):
        raise FolderUnfit(f"{file} is not JSON in UTF-8.") from None
    if not isinstance(lines, list):
        raise FolderUnfit(f"{file} must hold a list.")
    return lines


def _named(line: object) -> str:
    file = line.get("file") if isinstance(line, Mapping) else None
    return f" ({file})" if isinstance(file, str) else ""


def _take(folder: Path, line: object, scenes: list[Scene], portraits: list[Portrait]) -> None:
    """Adds the entry to what it is; ValueError with words for what is wrong with it."""
    if not isinstance(line, Mapping) or not isinstance(line.get("file"), str):
        raise ValueError('an entry needs a "file"')
    if ("boxes" in line) == ("person" in line):
        raise ValueError('an entry has "boxes" (a scene) or a "person" (a portrait), and not both')
    source = str(line.get("source", ""))
    if "person" in line and not (isinstance(line["person"], str) and line["person"].strip()):
        raise ValueError('"person" must be a word that tells this person from others')
    path = _inside(folder, line["file"])
    picture = _opened(path)
    if "person" in line:
        portraits.append(Portrait(partial(_opened, path), line["person"].strip(), source))
        return
    boxes = _boxes(line["boxes"], picture)
    if "faces" in line and line["faces"] != len(boxes):
        raise ValueError(f'"faces" is {line["faces"]} and there are {len(boxes)} boxes')
    scenes.append(Scene(partial(_opened, path), boxes, source))


def _inside(folder: Path, file: str) -> Path:
    try:
        path = (folder / file).resolve()
        inside = path.is_relative_to(folder.resolve()) and path.is_file()
    except (OSError, ValueError, RuntimeError):
        inside = False
    if not inside:
        raise ValueError("there is no such file in the folder")
    return path


def _opened(path: Path) -> Picture:
    try:
        return open_photo(path.read_bytes())
    except PhotoRefused as refused:
        raise ValueError(f"the picture cannot be read: {refused.detail}") from None
    except OSError:
        raise ValueError("the file cannot be read") from None


def _boxes(boxes: object, picture: Picture) -> tuple[Box, ...]:
    if not isinstance(boxes, list):
        raise ValueError('"boxes" must be a list')
    return tuple(_box(number, box, picture) for number, box in enumerate(boxes, start=1))


def _box(number: int, box: object, picture: Picture) -> Box:
    if not isinstance(box, list) or len(box) != 4 or not all(type(side) is int for side in box):
        raise ValueError(f"box {number} must be four whole numbers: left, top, right, bottom")
    left, top, right, bottom = box
    if right < left or bottom < top:
        raise ValueError(f"box {number} ends before it begins")
    within = min(left, top) >= -SLACK_PX
    if not within or right > picture.width + SLACK_PX or bottom > picture.height + SLACK_PX:
        raise ValueError(f"box {number} lies outside the picture of {picture.width} x {picture.height}")
    left, top = min(max(0, left), picture.width - 1), min(max(0, top), picture.height - 1)
    return Box(left, top, max(left + 1, min(right, picture.width)), max(top + 1, min(bottom, picture.height)))
