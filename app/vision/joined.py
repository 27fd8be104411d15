"""Two embedders as one: the vectors of both, made equally long and laid end to end, rank better than either's.

Measured on children, 15 faces, 3 references, dlib and a MobileFaceNet: the right face is first in 86 of 100 line-ups,
with dlib alone in 82.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.vision.arcface import unit
from app.vision.detect import Found, Rgb
from app.vision.embed import Embedder, Vectors


@dataclass(frozen=True, slots=True)
class Joined:
    """An embedder made of two. It is an engine of its own: its distances have to be measured anew."""

    first: Embedder
    second: Embedder

    @property
    def name(self) -> str:
        """Both names."""
        return f"{self.first.name}+{self.second.name}"

    @property
    def dimensions(self) -> int:
        """Both together."""
        return self.first.dimensions + self.second.dimensions

    def embed(self, rgb: Rgb, founds: Sequence[Found]) -> Vectors:
        """One row a face, of length 1."""
        both = [unit(embedder.embed(rgb, founds)) for embedder in (self.first, self.second)]
        return (np.concatenate(both, axis=1) / math.sqrt(2)).astype(np.float32)
