"""Who stands in a photo: nobody, one child, two, a group, and whether one face dominates."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain import Composition
from app.vision.detect import Found
from app.vision.sight import Sight


def composition(founds: Sequence[Found]) -> Composition:
    """By certain faces alone: a possible one must not turn a portrait into a pair."""
    certain = sum(found.certain for found in founds)
    return (Composition.NOBODY, Composition.INDIVIDUAL, Composition.PAIR)[certain] if certain < 3 else Composition.GROUP


def dominant(founds: Sequence[Found], sight: Sight, short_side_px: int) -> int | None:
    """The index of a certain face that is far larger than every other, or None.

    Beside a second certain face the possible ones, often no faces at all, do not count. A face that takes
    little of the photo's short side dominates nothing, however small those behind it are.
    """
    certain = [index for index, found in enumerate(founds) if found.certain]
    if not certain:
        return None
    largest = max(certain, key=lambda index: founds[index].box.height)
    rivals = certain if len(certain) > 1 else range(len(founds))
    others = [founds[index].box.height for index in rivals if index != largest]
    height = founds[largest].box.height
    if not others or height < sight.dominance_share * short_side_px:
        return None
    return largest if height >= sight.dominance_ratio * max(others) else None
