"""Boxes as forms and paths carry them: ``left,top,right,bottom`` in pixels of the upright photo."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.domain import Box
from app.errors import Fault, Malformed

MOST = 100
_WRITTEN = re.compile(r"([0-9]{1,6}),([0-9]{1,6}),([0-9]{1,6}),([0-9]{1,6})", re.ASCII)


def read_boxes(written: Sequence[str]) -> list[Box]:
    """The boxes; Malformed where one is none, or there are too many or none at all."""
    if not written:
        raise Malformed("Choose at least one face or box to cover.", slug="nothing-to-cover")
    if len(written) > MOST:
        raise Malformed(f"At most {MOST} boxes are covered at once.", slug="too-many-boxes")
    return [_box(one) for one in written]


def _box(written: str) -> Box:
    found = _WRITTEN.fullmatch(written.strip())
    if found is None:
        fault = Fault("#/boxes", "is not four whole numbers")
        raise Malformed(
            "A box is four whole numbers: left, top, right, bottom.", slug="box-unreadable", errors=(fault,)
        )
    box = Box(*(int(number) for number in found.groups()))
    if box.width < 1 or box.height < 1:
        raise Malformed(
            "A box is empty: its right edge must be right of its left edge, and its lower edge below its upper one.",
            slug="box-empty",
            errors=(Fault("#/boxes", "is empty"),),
        )
    return box


def write_box(box: Box) -> str:
    """The box as it is read."""
    return f"{box.left},{box.top},{box.right},{box.bottom}"
