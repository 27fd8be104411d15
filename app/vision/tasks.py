"""What is done to a photo's bytes by a crew: opened and cleaned, looked at, covered, enrolled.

Each takes the engine first and then what can be pickled; only the publishable copy, facts and vectors come back. The
bytes that came in are opened here alone, so that a decoder which crashes takes no more with it than this process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import pillow_heif

from app.domain import Box, Matching, Unseen
from app.errors import Fault, Malformed
from app.vision import models
from app.vision.clean import CleanPhoto, publishable
from app.vision.cover import SOLID, Style, cover
from app.vision.engine import Engine
from app.vision.enrol import Enrolment, EnrolmentRefused, enrol
from app.vision.pixels import Picture, open_photo
from app.vision.seeing import Seen, see
from app.vision.shrink import shrink
from app.vision.sight import Sight
from app.vision.strip import strip


@dataclass(frozen=True, slots=True)
class EngineFacts:
    """What is to be known of an engine that works elsewhere. ``dimensions`` None: it compares no faces."""

    name: str
    full_name: str
    dimensions: int | None
    weak: bool
    reads: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """A photo as it was opened: its publishable copy, and of the file that came its size upright and what was odd.

    ``metadata`` and ``dropped`` as in ``Picture``; ``doubts`` what could not be made out for certain.
    """

    clean: CleanPhoto
    width: int
    height: int
    metadata: tuple[tuple[str, str], ...]
    dropped: tuple[str, ...]
    doubts: tuple[Unseen, ...]


def load(models_dir: Path, shared: Path, embedder: str) -> Engine:
    """The engine of these settings, for a process that does one thing at a time: one thread is fastest."""
    cv2.setNumThreads(1)
    pillow_heif.options.DECODE_THREADS = 1
    return models.ready(models_dir, shared, embedder)


def describe(engine: Engine) -> EngineFacts:
    """What there is to know of the engine."""
    dimensions = engine.embedder.dimensions if engine.embedder else None
    return EngineFacts(engine.name, engine.full_name, dimensions, engine.detector.weak, engine.reader is not None)


def open_and_clean(_engine: Engine, data: bytes) -> Opened:
    """Open a photo as it came and make the copy that would be published. Raises PhotoRefused."""
    came = open_photo(data)
    doubts = (
        *((Unseen.ORIENTATION,) if came.orientation_doubtful else ()),
        *((Unseen.DECODE,) if came.warnings else ()),
    )
    return Opened(publishable(came), came.width, came.height, came.metadata, came.dropped, doubts)


def look(engine: Engine, copy: bytes, doubts: Sequence[str], matching: Matching) -> Seen:
    """Look at a publishable copy, with the doubts that its original left."""
    return see(_as_seen(copy, doubts), engine, matching)


def _as_seen(copy: bytes, doubts: Sequence[str]) -> Picture:
    picture = open_photo(copy)
    return replace(
        picture,
        orientation_doubtful=Unseen.ORIENTATION.value in doubts,
        warnings=("the original was odd",) if Unseen.DECODE.value in doubts else picture.warnings,
    )


def cover_boxes(
    _engine: Engine, copy: bytes, boxes: Sequence[Box], size: tuple[int, int], style: Style = SOLID
) -> CleanPhoto:
    """The copy with those boxes covered, which are in pixels of a photo of ``size`` (width, height).

    Malformed where a box covers nothing.
    """
    picture = open_photo(copy)
    try:
        return publishable(cover(picture, _inside(picture, boxes, size), style))
    except ValueError:
        raise Malformed(
            "A box lies outside the photo or is empty.", slug="box-outside", errors=(Fault("#/boxes", "outside"),)
        ) from None


def _inside(picture: Picture, boxes: Sequence[Box], size: tuple[int, int]) -> list[Box]:
    """The boxes, which are in pixels of a photo of ``size``, in those of the picture."""
    across, down = picture.width / size[0], picture.height / size[1]
    return [
        Box(round(box.left * across), round(box.top * down), round(box.right * across), round(box.bottom * down))
        for box in boxes
    ]


def smaller(_engine: Engine, copy: bytes, long_side_px: int) -> bytes:
    """A publishable copy for a screen, as JPEG: no larger than that, and never larger than it was."""
    return shrink(copy, long_side_px)


def face_strip(_engine: Engine, copy: bytes, boxes: Sequence[Box], size: tuple[int, int] | None, side_px: int) -> bytes:
    """What is in those boxes, side by side; they are in pixels of a photo of ``size``, or of the copy where it is None."""
    picture = open_photo(copy)
    return strip(picture, _inside(picture, boxes, size or (picture.width, picture.height)), side_px)


def take_reference(engine: Engine, data: bytes, sight: Sight) -> tuple[CleanPhoto, Enrolment | EnrolmentRefused]:
    """The clean copy of a reference photo as it came, and what that copy gives. Raises PhotoRefused."""
    clean = publishable(open_photo(data))
    return clean, enrol_copy(engine, clean.data, sight)


def enrol_copy(engine: Engine, copy: bytes, sight: Sight) -> Enrolment | EnrolmentRefused:
    """What a clean copy of a reference photo gives. Raises PhotoRefused."""
    return enrol(open_photo(copy), engine, sight)
