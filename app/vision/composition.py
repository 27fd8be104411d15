"""Who stands in a photo: nobody, one child, two, a group, and whether one face dominates."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain import Composition
from app.vision.detect import Found, common
from app.vision.sight import Sight

_RIVAL = 0.5
"""Share of the one certain face's height, from which on a possible face beside it may be another person's."""


def composition(founds: Sequence[Found]) -> Composition:
    """By certain faces, and by possible ones where only one is certain: a group of which one face is clear is no portrait.

    What is far smaller than the certain face, or lies on it, is no second person. A photo with possible faces is
    referred in any case.
    """
    certain = [found for found in founds if found.certain]
    count = len(certain)
    if count == 1:
        count += sum(_may_be_another(found, certain[0]) for found in founds if not found.certain)
    return (Composition.NOBODY, Composition.INDIVIDUAL, Composition.PAIR)[count] if count < 3 else Composition.GROUP


def _may_be_another(possible: Found, certain: Found) -> bool:
    return possible.box.height >= _RIVAL * certain.box.height and not common(possible.box, certain.box)


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
