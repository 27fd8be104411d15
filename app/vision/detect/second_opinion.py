"""A detector that is asked again by another where it would say nobody, or one person alone.

The costly error is a group taken for an individual, and no detector sees every face. Measured on 88 groups: YuNet takes
one for an individual, CenterFace and both together none. Of 500 pairs of neighbours cut out of them YuNet takes 20 for one
or nobody without a doubt, both together 11; of 128 portraits one more is doubted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.domain import Composition
from app.vision.composition import composition
from app.vision.detect import Detector, Found, Rgb, common, iou

_ASKED_AGAIN = (Composition.NOBODY, Composition.INDIVIDUAL)
_SAME_FACE_IOU, _CONTAINED = 0.3, 0.7


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """``first`` decides what is certain; what ``second`` alone finds is merely possible, and brings a person to look."""

    first: Detector
    second: Detector

    @property
    def name(self) -> str:
        """Both names."""
        return f"{self.first.name}+{self.second.name}"

    @property
    def weak(self) -> bool:
        """Whether the first is: possible faces make no count reliable."""
        return self.first.weak

    @property
    def turned_by(self) -> float:
        """The first's, which alone glances."""
        return self.first.turned_by

    def detect(self, rgb: Rgb) -> tuple[Found, ...]:
        """The faces, from left to right; of groups those that the first finds."""
        founds = self.first.detect(rgb)
        if composition(founds) not in _ASKED_AGAIN:
            return founds
        added = (replace(found, certain=False) for found in self.second.detect(rgb) if _is_new(found, founds))
        return tuple(sorted((*founds, *added), key=lambda one: (one.box.left, one.box.top)))

    def glance(self, rgb: Rgb) -> tuple[Found, ...]:
        """The first's quick pass."""
        return self.first.glance(rgb)


def _is_new(found: Found, known: Sequence[Found]) -> bool:
    """Whether it agrees with none that is known, and neither holds one nor lies in one."""
    return not any(
        iou(found.box, one.box) >= _SAME_FACE_IOU
        or common(found.box, one.box) >= _CONTAINED * min(found.box.area, one.box.area)
        for one in known
    )
