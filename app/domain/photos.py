"""Facts about photos: what was seen in each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.domain.places import Box, Words


class Composition(StrEnum):
    """How many stand in a photo: by certain faces, and where only one is certain by the possible ones beside it."""

    NOBODY = "nobody"
    INDIVIDUAL = "individual"
    PAIR = "pair"
    GROUP = "group"


class Match(StrEnum):
    """How like a face is to a child who must not be shown. None is not an answer of "safe"."""

    CLEAR = "clear"
    POSSIBLE = "possible"


class Matching(StrEnum):
    """Whether faces were compared with the gallery, and if not, why."""

    DONE = "done"
    OFF = "off"
    NOT_PERMITTED = "not-permitted"
    UNAVAILABLE = "unavailable"


class Unseen(StrEnum):
    """What could not be seen in a photo."""

    FACES_TOO_SMALL = "faces-too-small"
    POSSIBLE_FACES = "possible-faces"
    BLURRED = "blurred"
    DARK = "dark"
    ORIENTATION = "orientation-in-doubt"
    DECODE = "decode-warning"
    DETECTOR = "detector-failed"
    WEAK_DETECTOR = "weak-detector"
    MATCHER = "matcher-failed"
    UNMEASURED = "matcher-unmeasured"
    WORDS = "words-not-read"


@dataclass(frozen=True, slots=True)
class Face:
    """A face in a photo. ``possible`` faces scored low: shown and matched, never counted as certain."""

    box: Box
    score: float = 1.0
    possible: bool = False
    identifiable: bool = False
    checkable: bool = True  # large and sharp enough to be compared
    match: Match | None = None
    pupils: tuple[str, ...] = ()  # whom it matches, likeliest first


@dataclass(frozen=True, slots=True)
class LineUp:
    """All faces of one photo, likest first to one child who must not be shown."""

    pupil: str
    faces: tuple[int, ...]
    ruled_out: bool = False


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """What was seen in one photo. ``dominant`` is the index of a face that dominates a group."""

    sha256: str = ""
    width: int = 0
    height: int = 0
    composition: Composition = Composition.NOBODY
    faces: tuple[Face, ...] = ()
    dominant: int | None = None
    matching: Matching = Matching.OFF
    unseen: tuple[Unseen, ...] = ()
    line_ups: tuple[LineUp, ...] = ()
    picture_text: str = ""
    picture_words: tuple[tuple[Words, Box], ...] = ()  # where in the photo stretches of picture_text stand
    engine: str = ""
