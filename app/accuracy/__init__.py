"""How well the eyes see: faces found, people counted, children known again, on pictures whose answers are known.

``labels.read`` takes a labelled folder, ``references.portraits`` a school's own reference photos; ``measure`` gives
figures, ``report`` words for them, ``curves`` pictures. Every draw is seeded: the same pictures give the same figures.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.accuracy.faces import look_at
from app.accuracy.figures import Figures
from app.accuracy.finding import find_in
from app.accuracy.labels import Labelled
from app.accuracy.matching import match_among
from app.policy import Policy
from app.vetting import sight_of
from app.vision import Engine

__all__ = ["Figures", "Labelled", "measure"]


def measure(labelled: Labelled, engine: Engine, policy: Policy, references: Sequence[int] = (1, 3)) -> Figures:
    """All figures of the engine on those pictures, matching with so many reference pictures a person.

    Vectors live in memory while this runs and are written nowhere; the figures hold neither names nor file names.
    """
    thresholds = policy.engines.get(engine.name)
    faces = None
    if labelled.portraits and engine.embedder is not None:
        faces = look_at(labelled.portraits, engine.detector, engine.embedder, sight_of(policy, engine.name))
    return Figures(
        detector=engine.detector.name,
        embedder=engine.name,
        weak=engine.detector.weak,
        finding=find_in(labelled.scenes, engine.detector) if labelled.scenes else None,
        matching=match_among(faces, thresholds, references) if faces is not None else None,
    )
