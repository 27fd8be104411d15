"""The eyes: a photo's pixels and the children who must not be shown become facts that rules can judge.

``see`` looks once and may be kept; ``recognise`` compares what was seen with a gallery; ``look`` does both.
None of them raises for what a picture shows: what could not be seen is itself a fact, never an absence.
"""

from __future__ import annotations

from app.domain import Matching, PhotoFacts
from app.vision.engine import Engine
from app.vision.enrol import Enrolment, EnrolmentRefused, enrol
from app.vision.gallery import Gallery
from app.vision.pixels import Picture
from app.vision.recognising import recognise
from app.vision.seeing import Seen, see
from app.vision.sight import Sight

__all__ = [
    "Engine",
    "Enrolment",
    "EnrolmentRefused",
    "Gallery",
    "Picture",
    "Seen",
    "Sight",
    "enrol",
    "look",
    "recognise",
    "see",
]


def look(
    picture: Picture,
    engine: Engine,
    gallery: Gallery | None,
    matching: Matching,
    sight: Sight,
    *,
    photo: int = 0,
    sha256: str = "",
) -> PhotoFacts:
    """Sees and recognises in one; the vectors of faces are gone when it returns."""
    return recognise(see(picture, engine, matching), gallery, matching, sight, photo=photo, sha256=sha256)
