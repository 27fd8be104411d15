"""Faces found and people counted in scenes whose faces are marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.accuracy.figures import Finding, HeightRow, Share, Told
from app.accuracy.labels import Scene
from app.domain import Box, Composition
from app.vision.composition import composition
from app.vision.detect import Detector, Found, iou

HEIGHTS = (8, 16, 24, 32, 48, 64, 96)
"""Where the bins of heights begin, in pixels; the last has no end. Lower faces are in none."""

_SAME = 0.4
_TOLD = {Composition.NOBODY: Told.NOBODY, Composition.INDIVIDUAL: Told.ONE}


@dataclass(frozen=True, slots=True)
class _Looked:
    """One scene: its boxes each with its find, and the finds that are nobody's."""

    boxes: tuple[tuple[Box, Found | None], ...]
    founds: tuple[Found, ...]
    nobodys: tuple[Found, ...]

    @property
    def there(self) -> Told:
        return (Told.NOBODY, Told.ONE, Told.SEVERAL)[min(2, len(self.boxes))]

    @property
    def said(self) -> Told:
        return _TOLD.get(composition(self.founds), Told.SEVERAL)


def find_in(scenes: Sequence[Scene], detector: Detector) -> Finding:
    """Every scene looked at once."""
    looked = [_look(scene, detector) for scene in scenes]
    groups = [one for one in looked if one.there is Told.SEVERAL]
    undercounted = [one for one in groups if one.said is not Told.SEVERAL]
    told = Counter((one.there, one.said) for one in looked)
    certain = [sum(found.certain for found in one.founds) for one in looked]
    nobodys = [found for one in looked for found in one.nobodys]
    return Finding(
        pictures=len(looked),
        faces=sum(len(one.boxes) for one in looked),
        heights=tuple(_row(low, high, looked) for low, high in pairwise((*HEIGHTS, None)) if low is not None),
        told=tuple((there, said, told[there, said]) for there in Told for said in Told),
        groups_as_individuals=Share(sum(one.said is Told.ONE for one in groups), len(groups)),
        unremarked=Share(sum(all(found.certain for found in one.founds) for one in undercounted), len(groups)),
        counted_right=Share(
            sum(len(one.boxes) == count for one, count in zip(looked, certain, strict=True)), len(looked)
        ),
        false_certain=sum(found.certain for found in nobodys),
        false_possible=sum(not found.certain for found in nobodys),
    )


def _row(low: int, high: int | None, looked: Sequence[_Looked]) -> HeightRow:
    finds = [
        found for one in looked for box, found in one.boxes if low <= box.height and (high is None or box.height < high)
    ]
    certain = sum(found is not None and found.certain for found in finds)
    return HeightRow(
        low, high, Share(certain, len(finds)), Share(sum(found is not None for found in finds), len(finds))
    )


def _look(scene: Scene, detector: Detector) -> _Looked:
    founds = detector.detect(scene.open().rgb)
    whose = _assigned(scene.boxes, founds)
    boxes = tuple((box, founds[whose[at]] if at in whose else None) for at, box in enumerate(scene.boxes))
    taken = set(whose.values())
    return _Looked(boxes, founds, tuple(found for at, found in enumerate(founds) if at not in taken))


def _assigned(boxes: Sequence[Box], founds: Sequence[Found]) -> dict[int, int]:
    """Box to find, each once, those that overlap most first."""
    pairs = sorted(
        (-iou(found.box, box), at, number)
        for at, box in enumerate(boxes)
        for number, found in enumerate(founds)
        if _agree(found.box, box)
    )
    whose: dict[int, int] = {}
    taken: set[int] = set()
    for _, at, number in pairs:
        if at not in whose and number not in taken:
            whose[at] = number
            taken.add(number)
    return whose


def _agree(found: Box, box: Box) -> bool:
    """Whether two boxes mean one face: they overlap by 0.4, or the centre of the marked one lies in the find.

    Sets mark faces more or less tightly: a looser rule than for objects is usual.
    """
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    return iou(found, box) >= _SAME or (found.left <= x <= found.right and found.top <= y <= found.bottom)
