"""People known again: pairs, galleries, line-ups, and what thresholds do to them.

A threshold is advised by one half of the people, by their own faces alone, and judged by the other half, and the other
way round: nobody's faces are judged by a threshold that was made with them. Draws are seeded.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from app.accuracy.faces import Faces, known
from app.accuracy.figures import (
    Advice,
    Curve,
    GalleryRow,
    InForce,
    Matching,
    Rule,
    Share,
    SizeRow,
    Verification,
)
from app.accuracy.ranking import line_ups
from app.policy.values import EngineThresholds
from app.vision import Gallery

GALLERIES = (5, 10, 20, 30)
MISSED_AT_MOST = 0.02
LEAST_PEOPLE = 4
"""With two pictures each: fewer cannot be halved."""

LEAST_OTHERS = 5
"""So many people must be left who are not listed: the faces of one or two say nothing about others."""

DRAWS = 200
_WAYS = 20
_STEPS = 200
_SEED = 20181123

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Compared:
    """Faces compared with what is known of somebody: a row a comparison, ``whose`` being the face's person."""

    whose: NDArray[np.int64]
    nearest: Numbers
    centroid: Numbers

    def by(self, rule: Rule) -> Numbers:
        """The distances of that rule."""
        return self.nearest if rule is Rule.NEAREST else self.centroid


def match_among(faces: Faces, thresholds: EngineThresholds | None, references: Sequence[int]) -> Matching:
    """All figures of matching; those for which the pictures do not suffice are left out."""
    usable = _usable_people(faces)
    people = int(faces.whose.max()) + 1
    rng = np.random.default_rng(_SEED)
    told = Matching(
        people=people,
        pictures=len(faces.whose),
        usable_people=len(usable),
        not_found=Share(int((~faces.found).sum()), len(faces.whose)),
        refused=tuple(faces.refused.items()),
        measured_thresholds=thresholds is not None,
    )
    if len(usable) < LEAST_PEOPLE:
        return told
    first_half = np.isin(np.arange(people), rng.permutation(usable)[: len(usable) // 2])
    own = {count: _own(faces, count, rng) for count in references}
    own = {count: every for count, every in own.items() if _spans(every, first_half)}
    advice = {(count, rule): _advised(own[count], count, rule, first_half) for count in own for rule in _rules(count)}
    drawn = {
        (size, count): others
        for size in GALLERIES
        for count in own
        if (others := _strangers(faces, size, count, rng)) is not None
    }
    verification = _verified(faces)
    return replace(
        told,
        verification=verification,
        sizes=tuple(_sized(faces, height_px, verification.threshold) for height_px in faces.smaller),
        advice=tuple(advice.values()),
        galleries=tuple(
            _gallery_row(size, own[count], others, advice[count, rule], first_half)
            for (size, count), others in drawn.items()
            for rule in _rules(count)
        ),
        line_ups=line_ups(faces, max(own, default=1), rng),
        in_force=_in_force(own, drawn, thresholds),
    )


def _usable_people(faces: Faces) -> list[int]:
    """Those with a face found in one picture and another picture taken as reference."""
    usable = []
    for person in np.unique(faces.whose):
        mine = faces.whose == person
        pairs = int((mine & faces.found).sum() * (mine & faces.taken).sum() - (mine & faces.found & faces.taken).sum())
        if pairs > 0:
            usable.append(int(person))
    return usable


def _rules(count: int) -> tuple[Rule, ...]:
    """One reference is its own centre."""
    return (Rule.NEAREST,) if count == 1 else tuple(Rule)


def _spans(compared: _Compared, first_half: NDArray[np.bool_]) -> bool:
    halves = first_half[compared.whose]
    return bool(halves.any() and (~halves).any())


# ---------------------------------------------------------------- own faces, and thresholds advised by them


def _own(faces: Faces, count: int, rng: np.random.Generator) -> _Compared:
    """Every face found with every way (20 at most) to choose ``count`` of the same person's other pictures."""
    whose, nearest, centroid = [], [], []
    for probe in np.flatnonzero(faces.found):
        others = np.flatnonzero((faces.whose == faces.whose[probe]) & faces.taken)
        for chosen in _ways(others[others != probe], count, rng):
            entry = Gallery("", {"": faces.references[chosen]}).distances(faces.probes[probe : probe + 1], "")
            whose.append(faces.whose[probe])
            nearest.append(float(entry.nearest[0, 0]))
            centroid.append(float(entry.centroid[0, 0]))
    return _Compared(np.array(whose, np.int64), np.array(nearest), np.array(centroid))


def _ways(others: NDArray[np.int64], count: int, rng: np.random.Generator) -> list[NDArray[np.int64]]:
    if len(others) < count:
        return []
    if math.comb(len(others), count) <= _WAYS:
        return [np.array(way) for way in combinations(others, count)]
    return [rng.choice(others, count, replace=False) for _ in range(_WAYS)]


def _advised(own: _Compared, count: int, rule: Rule, first_half: NDArray[np.bool_]) -> Advice:
    halves, distances = first_half[own.whose], own.by(rule)
    first, second = least_threshold(distances[halves]), least_threshold(distances[~halves])
    missed = int((distances[~halves] > first).sum() + (distances[halves] > second).sum())
    return Advice(count, rule, (first, second), Share(missed, len(distances)))


def least_threshold(own: Numbers) -> float:
    """The least threshold that misses at most 2 % of these distances."""
    ordered = np.sort(own)
    return float(ordered[math.ceil((1 - MISSED_AT_MOST) * len(ordered)) - 1])


# ---------------------------------------------------------------- galleries


def _strangers(faces: Faces, size: int, count: int, rng: np.random.Generator) -> _Compared | None:
    """The faces of those not drawn into galleries of ``size``; None where too few people have pictures enough.

    ``nearest`` and ``centroid`` are the distances to the likest of the gallery.
    """
    pictures = {person: np.flatnonzero((faces.whose == person) & faces.taken) for person in np.unique(faces.whose)}
    eligible = [person for person, mine in pictures.items() if len(mine) >= count]
    if len(eligible) < size or len(np.unique(faces.whose[faces.found])) < size + LEAST_OTHERS:
        return None
    whose, nearest, centroid = [], [], []
    for _ in range(DRAWS):
        listed = rng.choice(eligible, size, replace=False)
        entries = {
            str(person): faces.references[rng.choice(pictures[person], count, replace=False)] for person in listed
        }
        others = faces.found & ~np.isin(faces.whose, listed)
        distances = Gallery("", entries).distances(faces.probes[others], "")
        whose.append(faces.whose[others])
        nearest.append(distances.nearest.min(axis=1))
        centroid.append(distances.centroid.min(axis=1))
    return _Compared(np.concatenate(whose), np.concatenate(nearest), np.concatenate(centroid))


def _gallery_row(
    size: int, own: _Compared, others: _Compared, advice: Advice, first_half: NDArray[np.bool_]
) -> GalleryRow:
    by_first, by_second = advice.thresholds
    limits = np.where(first_half[others.whose], by_second, by_first)
    distances = others.by(advice.rule)
    return GalleryRow(
        size,
        advice.references,
        advice.rule,
        Share(int((distances <= limits).sum()), len(distances)),
        _curve(own.by(advice.rule), distances),
    )


def _in_force(
    own: dict[int, _Compared], drawn: dict[tuple[int, int], _Compared], thresholds: EngineThresholds | None
) -> tuple[InForce, ...]:
    """The policy's thresholds with the largest gallery up to 20 that could be drawn, a row a count of references."""
    if thresholds is None:
        return ()
    rows = []
    for count, mine in own.items():
        size = max((size for size, drawn_count in drawn if drawn_count == count and size <= 20), default=None)
        if size is None:
            continue
        others = drawn[size, count]
        own_clear, own_possible = _by_policy(mine, thresholds)
        others_clear, others_possible = _by_policy(others, thresholds)
        rows.append(
            InForce(
                size,
                count,
                Share(own_clear, len(mine.whose)),
                Share(own_possible, len(mine.whose)),
                Share(len(mine.whose) - own_clear - own_possible, len(mine.whose)),
                Share(others_clear, len(others.whose)),
                Share(others_possible, len(others.whose)),
            )
        )
    return tuple(rows)


def _by_policy(compared: _Compared, thresholds: EngineThresholds) -> tuple[int, int]:
    """How many are clear and how many only possible, as ``app.vision.gallery.match`` says of a photo with one face."""
    near, centre = thresholds.nearest, thresholds.centroid
    clear = (compared.nearest <= near.clear) | (compared.centroid <= centre.clear)
    possible = (compared.nearest <= near.possible) | (compared.centroid <= centre.possible)
    return int(clear.sum()), int((possible & ~clear).sum())


# ---------------------------------------------------------------- pairs


def _verified(faces: Faces) -> Verification:
    own, others = _pairs(faces, faces.probes)
    threshold = least_threshold(own)
    return Verification(
        own_pairs=len(own),
        other_pairs=len(others),
        equal_error=equal_error(own, others),
        threshold=threshold,
        missed=Share(int((own > threshold).sum()), len(own)),
        false_alarms=Share(int((others <= threshold).sum()), len(others)),
        curve=_curve(own, others),
    )


def _sized(faces: Faces, height_px: int, threshold: float) -> SizeRow:
    smaller = faces.smaller[height_px]
    own, others = _pairs(faces, smaller.vectors)
    made = int(smaller.made.sum())
    return SizeRow(
        height_px=height_px,
        pictures=made,
        not_found=Share(made - int(known(smaller.vectors).sum()), made),
        equal_error=equal_error(own, others) if len(own) and len(others) else None,
        missed=Share(int((own > threshold).sum()), len(own)),
        false_alarms=Share(int((others <= threshold).sum()), len(others)),
    )


def _pairs(faces: Faces, probes: NDArray[np.float32]) -> tuple[Numbers, Numbers]:
    """The distances of every probe to every other picture taken as reference: of the same person, and of others."""
    rows, columns = np.flatnonzero(known(probes)), np.flatnonzero(faces.taken)
    here, there = probes[rows].astype(np.float64), faces.references[columns].astype(np.float64)
    squares = (here**2).sum(axis=1)[:, None] + (there**2).sum(axis=1)[None] - 2 * here @ there.T
    distances = np.sqrt(np.maximum(squares, 0))
    same = faces.whose[rows][:, None] == faces.whose[columns][None]
    own = same & (rows[:, None] != columns[None])
    return distances[own], distances[~same]


def equal_error(own: Numbers, others: Numbers) -> float:
    """The share of errors where as many own pairs are missed as others alarm; 0 to 1."""
    thresholds = np.unique(np.concatenate([own, others]))
    missed, alarms = _shares(own, others, thresholds)
    at = int(np.argmin(np.abs(missed - alarms)))
    return float(missed[at] + alarms[at]) / 2


def _curve(own: Numbers, others: Numbers) -> Curve:
    end = math.ceil(max(float(own.max()), float(others.max())) * 10) / 10
    thresholds = np.linspace(0, end, _STEPS + 1)
    missed, alarms = _shares(own, others, thresholds)
    return Curve(tuple(thresholds.tolist()), tuple(missed.tolist()), tuple(alarms.tolist()))


def _shares(own: Numbers, others: Numbers, thresholds: Numbers) -> tuple[Numbers, Numbers]:
    missed = 1 - np.searchsorted(np.sort(own), thresholds, side="right") / len(own)
    alarms = np.searchsorted(np.sort(others), thresholds, side="right") / len(others)
    return missed, alarms
