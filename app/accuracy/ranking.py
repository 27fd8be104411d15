"""The line-up: is a child's own face first among those of a photo?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.accuracy.faces import Faces
from app.accuracy.figures import LineUpRow, Share
from app.vision import Gallery

LINE_UPS = (8, 15, 30)

_DRAWS = 2000


def line_ups(faces: Faces, references: int, rng: np.random.Generator) -> tuple[LineUpRow, ...]:
    """A row for each number of faces for which there are people enough."""
    people = np.unique(faces.whose[faces.found])
    pictures = {person: np.flatnonzero((faces.whose == person) & faces.found) for person in people}
    askable = np.array([probe for probe in np.flatnonzero(faces.found) if len(_others(faces, probe)) >= references])
    if not len(askable):
        return ()
    return tuple(
        _row(count, references, [_place(faces, askable, pictures, count, references, rng) for _ in range(_DRAWS)])
        for count in LINE_UPS
        if count <= len(people)
    )


def _others(faces: Faces, probe: np.int64) -> NDArray[np.int64]:
    """The same person's other pictures that may be references."""
    taken = np.flatnonzero((faces.whose == faces.whose[probe]) & faces.taken)
    return np.asarray(taken[taken != probe], np.int64)


def _place(
    faces: Faces,
    askable: NDArray[np.int64],
    pictures: dict[int, NDArray[np.int64]],
    count: int,
    references: int,
    rng: np.random.Generator,
) -> int:
    """Before how many faces of ``count - 1`` others the own one comes last: 0 is first."""
    probe = rng.choice(askable)
    person = int(faces.whose[probe])
    known = rng.choice(_others(faces, probe), references, replace=False)
    beside = rng.choice([other for other in pictures if other != person], count - 1, replace=False)
    rows = [probe, *(rng.choice(pictures[other]) for other in beside)]
    distances = Gallery("", {"": faces.references[known]}).distances(faces.probes[rows], "").centroid[:, 0]
    return int((distances[1:] <= distances[0]).sum())


def _row(count: int, references: int, places: list[int]) -> LineUpRow:
    shares = (Share(sum(place < first for place in places), len(places)) for first in (1, 2, 3, 5))
    return LineUpRow(count, references, *shares)
