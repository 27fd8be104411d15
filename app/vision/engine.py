"""A face engine: a detector, an embedder, a reader of words in pictures."""

from __future__ import annotations

from dataclasses import dataclass

from app.vision.detect import Detector
from app.vision.embed import Embedder
from app.vision.reading import Reader


@dataclass(frozen=True, slots=True)
class Engine:
    """What looks at photos. Without an embedder nothing is matched; without a reader no words are read."""

    detector: Detector
    embedder: Embedder | None
    reader: Reader | None = None

    @property
    def name(self) -> str:
        """Whose vectors these are: stored beside each, and the key of the policy's distances."""
        return self.embedder.name if self.embedder else "no-embedder"

    @property
    def full_name(self) -> str:
        """Detector and embedder, as every look is signed."""
        return f"{self.detector.name}+{self.name}"
