"""A child's reference photo becomes a vector, or is refused with the reason."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np

from app.domain import Box, Unseen
from app.vision.detect import Found
from app.vision.embed import Embedder, Vectors, embed_both_ways
from app.vision.engine import Engine
from app.vision.pixels import Picture
from app.vision.seeing import SeenFace, see
from app.vision.sight import Sight

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Enrolment:
    """A reference photo taken: ``vector`` (1, d) of the ``engine`` of that name, averaged with its mirror image's.

    ``quality`` is how sharp and frontal the face is, 0 to 1: the worse of both.
    """

    vector: Vectors
    engine: str
    box: Box
    quality: float


@dataclass(frozen=True, slots=True)
class EnrolmentRefused:
    """A reference photo not taken. ``slug``: ``no-face``, ``several-faces``, ``face-too-small``, ``face-blurred``,
    ``face-turned-away``, ``too-dark``, ``orientation-in-doubt`` or ``engine-failed``."""

    slug: str
    detail: str


def enrol(picture: Picture, engine: Engine, sight: Sight) -> Enrolment | EnrolmentRefused:
    """Takes the one face of a reference photo; never raises for what the picture shows or an engine does.

    The engine's reader is not used. Only call it where the child's biometric responses allow it.
    """
    seen = see(picture, Engine(engine.detector, engine.embedder))
    if Unseen.DETECTOR in seen.unseen or engine.embedder is None:
        return EnrolmentRefused("engine-failed", "The photo could not be looked at.")
    if Unseen.ORIENTATION in seen.unseen:
        return EnrolmentRefused("orientation-in-doubt", "The photo may lie on its side: please turn it upright.")
    certain = [face for face in seen.faces if face.found.certain]
    if not certain:
        return EnrolmentRefused("no-face", "No face was found for certain.")
    if len(certain) > 1:
        return EnrolmentRefused("several-faces", f"{len(certain)} faces were found; there must be one.")
    face = certain[0]
    return _too_poor(face, sight) or _taken(picture, engine.embedder, face.found, _quality(face, sight))


def _too_poor(face: SeenFace, sight: Sight) -> EnrolmentRefused | None:
    height = face.found.box.height
    if height < sight.identifiable_px:
        return EnrolmentRefused(
            "face-too-small", f"The face is {height} pixels high; it must be {sight.identifiable_px} or more."
        )
    if face.light < sight.darkest:
        return EnrolmentRefused("too-dark", "The face is too dark.")
    if face.sharpness < sight.sharpness:
        return EnrolmentRefused("face-blurred", "The face is blurred.")
    if face.frontality < sight.frontality:
        return EnrolmentRefused("face-turned-away", "The face looks aside; it should look at the camera.")
    return None


def _quality(face: SeenFace, sight: Sight) -> float:
    """The sharpness counts in full from ten times the least that is asked on: the usual sharpness of a portrait."""
    sharp = min(1.0, face.sharpness / (10 * sight.sharpness)) if sight.sharpness else 1.0
    return round(min(sharp, face.frontality), 3)


def _taken(picture: Picture, embedder: Embedder, found: Found, quality: float) -> Enrolment | EnrolmentRefused:
    try:
        vector = embed_both_ways(embedder, picture.rgb, [found])
    except Exception:  # whatever an embedder raises, there is no vector
        _logger.exception("the embedder failed")
        return EnrolmentRefused("engine-failed", "The face could not be measured.")
    if vector.shape != (1, embedder.dimensions) or not np.isfinite(vector).all():
        return EnrolmentRefused("engine-failed", "The face could not be measured.")
    return Enrolment(vector, embedder.name, found.box, quality)
