"""What a school's policy asks of the eyes: from which size, sharpness and likeness on a face counts.

Where the defaults come from, measured with YuNet and dlib's vectors:

- ``checkable_px``, ``identifiable_px``: on Labeled Faces in the Wild the equal error rate is 1.2 % at 64 px, 3.7 % at
  32 px, 8.4 % at 24 px.
- ``sharpness``: 134 portraits blurred by a Gaussian of so many face heights. At 0.02 7 % of the pairs of one person are
  farther than 0.6, at 0.03 26 %, at 0.04 68 %; 0.05 divides the first from the last. It refuses none of 267 faces from
  64 px in 114 scenes, one in ten of those of 32 to 48 px.
- ``picture_sharpness``: none of 114 scenes is below 0.06; blurred by 0.004 of their long side, 95 % are below 0.03.
- ``darkest``: the darkest of 114 scenes has 126, the darkest of their faces 62.
- ``clear_*``: below 0.42 lies no pair of different persons among 134 portraits; brother and sister had 0.47. ``possible_*``:
  on pictures of children with 3 references 7 % (nearest) and about 5 % (centre) of the listed are farther, and two thirds
  of the others are nearer: which is why it only refers.
- Nothing is known that would justify ``rules_out`` for children: none.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sight:
    """Limits for seeing and comparing; heights are of a face's box, in pixels of the upright photo.

    ``sharpness`` and ``frontality`` are as ``app.vision.quality`` measures them; distances as the
    engine's vectors give them, 0 for the same picture. A face is clearly or possibly a child if its
    distance to the nearest of the child's vectors, or to their centre, is at most the limit. Only where
    ``rules_out`` is set, and every face is farther, a child is ever ruled out. Without distances ``measured`` for the
    engine none of them counts: nobody is clearly a child, everybody possibly.
    """

    checkable_px: int = 32
    identifiable_px: int = 64
    sharpness: float = 0.05
    frontality: float = 0.35
    picture_sharpness: float = 0.03
    darkest: float = 60.0
    dominance_ratio: float = 2.0
    dominance_share: float = 0.1
    clear_nearest: float = 0.42
    clear_centroid: float = 0.40
    possible_nearest: float = 0.60
    possible_centroid: float = 0.55
    rules_out: float | None = None
    measured: bool = True

    def __post_init__(self) -> None:
        """ValueError where a limit for "clear" lies beyond that for "possible"."""
        if self.clear_nearest > self.possible_nearest or self.clear_centroid > self.possible_centroid:
            raise ValueError("what is clearly a child is possibly that child: clear limits are the smaller ones")
