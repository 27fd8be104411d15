"""Which answers permit less than before: they are told before an import, and recorded before all others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.register.wishes import NO
from app.store.permissions import Permission, PermissionAnswer

Place = tuple[str, str]
"""A pupil's id and a channel."""

_ANSWERED = (PermissionAnswer.REFUSED, PermissionAnswer.WITHDRAWN, PermissionAnswer.GRANTED)


def noes_before(years: Iterable[Iterable[Permission]]) -> frozenset[Place]:
    """Where the latest answer of the school years before this one was a no; ``years`` begin with the latest."""
    latest: dict[Place, PermissionAnswer] = {}
    for answers in years:
        for one in answers:
            if one.answer in _ANSWERED:
                latest.setdefault((one.pupil, one.channel), one.answer)
    return frozenset(place for place, answer in latest.items() if answer in NO)


def lowered(
    new: Mapping[Place, PermissionAnswer], standing: Mapping[Place, PermissionAnswer], before: frozenset[Place]
) -> frozenset[Place]:
    """Where ``new`` permits less than what stands this year, or than the noes of the years ``before`` where nothing does."""

    def rank(place: Place, answer: PermissionAnswer | None) -> int:
        if answer is PermissionAnswer.GRANTED:
            return 2
        return 0 if answer in NO or place in before else 1

    return frozenset(place for place, answer in new.items() if rank(place, answer) < rank(place, standing.get(place)))
