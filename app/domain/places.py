"""Where a finding points: at words of a field, or at a box in a photo."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Field(StrEnum):
    """The parts of a draft that hold words."""

    TEXT = "text"
    ALT_TEXT = "alt_text"
    PICTURE_TEXT = "picture_text"
    FILE_NAME = "file_name"
    METADATA = "metadata"


@dataclass(frozen=True, slots=True)
class Words:
    """Code points ``start`` to ``end`` (half open) of one field; ``photo`` counts from 0."""

    start: int
    end: int
    field: Field = Field.TEXT
    photo: int | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the upright photo; right and bottom are outside it."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.bottom - self.top

    @property
    def area(self) -> int:
        """Pixels inside."""
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class Region:
    """A box in the photo that counts ``photo`` from 0."""

    photo: int
    box: Box


Where = Words | Region | None
