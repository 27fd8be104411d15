"""Pupils of the trust's other schools among the names found: beside our own, and in their stead only where they are meant."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from app.domain import Certainty, NameFound
from app.text.name_index import FIRSTS, FullNames
from app.text.name_pieces import Naming, Piece, pairs
from app.text.name_words import Writing

__all__ = ["ELSEWHERE", "full_names", "merged"]

ELSEWHERE: Final = "a pupil of another of our schools"
"""What may be said instead of the name of one."""

_MOST_PUPILS: Final = 5


def full_names(writing: Writing, index: FullNames, starting: list[list[Piece]]) -> Iterator[Naming]:
    """What names one of them in full, by these pieces."""

    def both(one: Piece, other: Piece) -> tuple[int, ...]:
        first, surname = (one, other) if one.role in FIRSTS else (other, one)
        return index.of_both(first.key, first.role, surname.key)

    for there in starting:
        for piece in there:
            yield from pairs(writing, piece, starting, both)


def merged(ours: Iterable[NameFound], others: Iterable[NameFound]) -> list[NameFound]:
    """The names found of both, none overlapping.

    A full name stands in place of whatever was read into fewer of its words, or was in doubt about the same; else the two
    become one, our own pupils first.
    """
    found = list(ours)
    for other in others:
        beside = [one for one in found if _overlap(one, other)]
        found = [one for one in found if not _overlap(one, other)]
        whole = other
        for one in beside:
            whole = whole if _outdoes(whole, one) else _together(one, whole)
        found.append(whole)
    return found


def _overlap(one: NameFound, other: NameFound) -> bool:
    return one.where.start < other.where.end and other.where.start < one.where.end


def _outdoes(other: NameFound, one: NameFound) -> bool:
    """Whether the one lies within the other and says no more than that: fewer words as sure at most, or the same in doubt."""
    if not (other.where.start <= one.where.start and one.where.end <= other.where.end):
        return False
    fewer = one.where.end - one.where.start < other.where.end - other.where.start
    if fewer:
        return other.certainty >= one.certainty
    return other.certainty > one.certainty == Certainty.AMBIGUOUS


def _together(one: NameFound, other: NameFound) -> NameFound:
    start, end = min(one.where.start, other.where.start), max(one.where.end, other.where.end)
    return NameFound(
        replace(one.where, start=start, end=end),
        max(one.certainty, other.certainty),
        tuple(dict.fromkeys((*one.pupils, *other.pupils)))[:_MOST_PUPILS],
        tuple(dict.fromkeys((*one.reasons, *other.reasons))),
        one.instead if one.pupils else other.instead,
    )
