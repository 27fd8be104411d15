"""Portraits as vectors: as a photo to be posted gives them, as a reference picture gives them, and made smaller."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.accuracy.labels import Portrait
from app.vault import PhotoLost, SealBroken
from app.vision import Engine, Enrolment, Picture, Sight, enrol
from app.vision.detect import Detector, Found, Rgb, at_side
from app.vision.embed import Embedder, Vectors
from app.vision.refusals import PhotoRefused

SIZES_PX = (96, 64, 48, 32, 24, 16)
"""To these heights the face of a portrait is brought, where it is at least as high."""

_UNOPENED = "cannot-be-opened"


@dataclass(frozen=True, slots=True, eq=False)
class Smaller:
    """Probes of portraits made smaller: ``made`` says of which, ``vectors`` has a row a portrait as in ``Faces``."""

    made: NDArray[np.bool_]
    vectors: Vectors


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """All portraits, a row each, in the order given.

    ``whose`` counts the people from 0. A row of ``probes`` is NaN where no face was found, one of ``references``
    where the school would not take the picture.
    """

    whose: NDArray[np.int64]
    probes: Vectors
    references: Vectors
    smaller: Mapping[int, Smaller]
    refused: Mapping[str, int]

    @property
    def found(self) -> NDArray[np.bool_]:
        """Which portraits' faces were found."""
        return known(self.probes)

    @property
    def taken(self) -> NDArray[np.bool_]:
        """Which portraits may be references."""
        return known(self.references)


def known(vectors: Vectors) -> NDArray[np.bool_]:
    """Which rows are vectors."""
    return np.asarray(~np.isnan(vectors).any(axis=1), bool)


def look_at(portraits: Sequence[Portrait], detector: Detector, embedder: Embedder, sight: Sight) -> Faces:
    """The portraits as vectors; what cannot be opened by now counts as not found and not taken."""
    empty = np.full((len(portraits), embedder.dimensions), np.nan, np.float32)
    probes, references = empty.copy(), empty.copy()
    smaller = {size: Smaller(np.zeros(len(portraits), bool), empty.copy()) for size in SIZES_PX}
    refused: Counter[str] = Counter()
    engine = Engine(detector, embedder)
    for row, portrait in enumerate(portraits):
        try:
            picture = portrait.open()
        except (PhotoRefused, PhotoLost, SealBroken, ValueError, OSError):
            refused[_UNOPENED] += 1
            continue
        taken = enrol(picture, engine, sight)
        if isinstance(taken, Enrolment):
            references[row] = taken.vector[0]
        else:
            refused[taken.slug] += 1
        _probe(picture, row, engine.detector, embedder, probes, smaller)
    people = {person: number for number, person in enumerate(sorted({one.person for one in portraits}))}
    whose = np.array([people[one.person] for one in portraits], np.int64)
    return Faces(whose, probes, references, smaller, dict(sorted(refused.items())))


def _probe(
    picture: Picture, row: int, detector: Detector, embedder: Embedder, probes: Vectors, smaller: Mapping[int, Smaller]
) -> None:
    found = _largest(detector.detect(picture.rgb))
    if found is None:
        return
    probes[row] = embedder.embed(picture.rgb, [found])[0]
    for height_px, sized in smaller.items():
        if found.box.height < height_px:
            continue
        sized.made[row] = True
        rgb = _at_height(picture.rgb, found, height_px)
        if (small := _largest(detector.detect(rgb))) is not None:
            sized.vectors[row] = embedder.embed(rgb, [small])[0]


def _largest(founds: Sequence[Found]) -> Found | None:
    """The portrait's face: the largest of the certain ones, or of the possible ones if none is certain."""
    return max(founds, key=lambda found: (found.certain, found.box.area), default=None)


def _at_height(rgb: Rgb, found: Found, height_px: int) -> Rgb:
    return at_side(rgb, max(1, round(max(rgb.shape[:2]) * height_px / found.box.height)))
