"""What is measured: shares with what they are shares of, in tables that a report or a page is made from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """0 to 1; None of nothing."""
        return self.part / self.whole if self.whole else None

    def __str__(self) -> str:
        """``97.5 %``, below 0.1 % with more digits, or a dash where there is nothing to count."""
        if not self.whole:
            return "–"
        share = self.part / self.whole
        return f"{share:.{3 if 0 < share < 0.001 else 1}%}".replace("%", " %")

    @property
    def told(self) -> str:
        """``97.5 % (117 of 120)``."""
        return f"{self} ({self.part:,} of {self.whole:,})" if self.whole else "–"


class Told(StrEnum):
    """How many are in a picture, as far as the school's rules ask."""

    NOBODY = "nobody"
    ONE = "one"
    SEVERAL = "several"


class Rule(StrEnum):
    """What of a person's reference pictures a face is compared with."""

    NEAREST = "nearest"
    CENTROID = "centroid"


@dataclass(frozen=True, slots=True)
class HeightRow:
    """Faces of ``low`` to below ``high`` px (None: any): found for certain, and found at least as possible faces."""

    low: int
    high: int | None
    certain: Share
    at_all: Share


@dataclass(frozen=True, slots=True)
class Finding:
    """Scenes: faces found and people counted.

    ``told`` has (what is there, what was said, how many pictures). ``unremarked`` are the groups taken for one or nobody
    without so much as a possible face that would bring a person to look. False finds are faces that nobody marked.
    """

    pictures: int
    faces: int
    heights: tuple[HeightRow, ...]
    told: tuple[tuple[Told, Told, int], ...]
    groups_as_individuals: Share
    unremarked: Share
    counted_right: Share
    false_certain: int
    false_possible: int

    @property
    def told_rightly(self) -> Share:
        """Pictures of which nobody, one or several was said rightly."""
        right = sum(count for there, said, count in self.told if there is said)
        return Share(right, self.pictures)


@dataclass(frozen=True, slots=True)
class Curve:
    """Shares by threshold, all of one length: of the people's own faces missed, and of others' faces alarming."""

    thresholds: tuple[float, ...]
    missed: tuple[float, ...]
    false_alarms: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Verification:
    """One picture against one reference picture; ``missed``, ``false_alarms`` at ``threshold`` (2 % missed of all)."""

    own_pairs: int
    other_pairs: int
    equal_error: float
    threshold: float
    missed: Share
    false_alarms: Share
    curve: Curve


@dataclass(frozen=True, slots=True)
class SizeRow:
    """Portraits made so small that the face has ``height_px``; shares at the threshold of full size."""

    height_px: int
    pictures: int
    not_found: Share
    equal_error: float | None
    missed: Share
    false_alarms: Share


@dataclass(frozen=True, slots=True)
class Advice:
    """The thresholds for at most 2 % missed as each half of the people advises them; ``missed`` by the other half."""

    references: int
    rule: Rule
    thresholds: tuple[float, float]
    missed: Share

    @property
    def threshold(self) -> float:
        """The wider of both: rather an alarm too many than a child missed."""
        return max(self.thresholds)


@dataclass(frozen=True, slots=True)
class GalleryRow:
    """Faces of people who are not among ``people`` listed ones, alarming at the advice of the half they are not in."""

    people: int
    references: int
    rule: Rule
    false_alarms: Share
    curve: Curve


@dataclass(frozen=True, slots=True)
class LineUpRow:
    """A person among so many ``faces``, ranked by likeness: the own face first, among the first two, three, five."""

    faces: int
    references: int
    first: Share
    first_two: Share
    first_three: Share
    first_five: Share


@dataclass(frozen=True, slots=True)
class InForce:
    """What the policy's thresholds do with a gallery of ``people``: own faces, and those of others."""

    people: int
    references: int
    own_clear: Share
    own_possible: Share
    own_missed: Share
    others_clear: Share
    others_possible: Share


@dataclass(frozen=True, slots=True)
class Matching:
    """Portraits: people known again. Without ``verification`` there were too few people with two usable pictures.

    ``refused`` counts the portraits that the school would not take as reference pictures, by reason.
    """

    people: int
    pictures: int
    usable_people: int
    not_found: Share
    refused: tuple[tuple[str, int], ...]
    measured_thresholds: bool
    verification: Verification | None = None
    sizes: tuple[SizeRow, ...] = ()
    advice: tuple[Advice, ...] = ()
    galleries: tuple[GalleryRow, ...] = ()
    line_ups: tuple[LineUpRow, ...] = ()
    in_force: tuple[InForce, ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything measured of one engine on one set of pictures; None where there were no pictures for it."""

    detector: str
    embedder: str
    weak: bool
    finding: Finding | None
    matching: Matching | None
