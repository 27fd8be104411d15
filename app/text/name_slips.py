"""A surname on the roll beside a word that is no name known here: a slip in the first name, or another child of the family."""

from collections.abc import Iterator, Sequence
from typing import Final

from rapidfuzz.distance import OSA

from app.text.gazetteer import Commonness, diminutives, is_given_name, is_people_or_age, is_proper, is_word, lexicon
from app.text.name_index import SURNAMES, NameIndex, Role
from app.text.name_pieces import Form, Naming, Piece, touching
from app.text.name_words import Case, Word, Writing

__all__ = ["misspelt"]

_SHORTEST: Final = 3  # letters
_LONG: Final = 5  # letters; a slip in a shorter name is often another name
_UNKNOWN: Final = (2.0, 1.4, 1.3)
"""What an unknown word before a surname speaks for, by how common the surname is as a word."""


def misspelt(writing: Writing, index: NameIndex, starting: Sequence[Sequence[Piece]]) -> Iterator[Naming]:
    """``Irsi Long`` for Iris Long, ``Long, Irsi``, and ``Zebedia Long``."""
    words = writing.words
    for place, pieces in enumerate(starting):
        for piece in pieces:
            if piece.role not in SURNAMES or piece.cost:
                continue
            if place and touching(words, place) and not words[place - 1].possessive:
                yield from _beside(writing, piece, place - 1, index)
            if piece.last < len(words) and words[piece.last].gap == ", ":
                yield from _slip(writing, piece, piece.last, index)


def _beside(writing: Writing, piece: Piece, place: int, index: NameIndex) -> Iterator[Naming]:
    slips = list(_slip(writing, piece, place, index))
    yield from slips
    if not slips and _is_unknown(writing, piece, writing.words[place], index):
        base = _UNKNOWN[piece.level]
        notes = (piece.role.value, "beside an unknown word, perhaps a first name")
        yield Naming(place, piece.last, Form.NEARLY, piece.role, tuple(piece.numbers), piece.level, base, notes)


def _slip(writing: Writing, piece: Piece, place: int, index: NameIndex) -> Iterator[Naming]:
    """The word at the place as a first name of one of the bearers of the surname with one slip of the pen."""
    word = writing.words[place]
    if not _is_written_as_name(writing, word) or _is_staff(word, piece, index):
        return
    firsts = {first for number in piece.numbers for first in index.first_names[number]}
    likely = {first for first in firsts if _near(word.key, first)}
    near = [(number, first) for number in piece.numbers for first in index.first_names[number] if first in likely]
    if not near or any(word.key in diminutives(first) for _, first in near):
        return
    numbers = tuple(dict.fromkeys(number for number, _ in near))
    transposed = any(sorted(word.key) == sorted(first) for _, first in near)
    base = 5.0 if transposed else 4.2 if len(word.key) >= _LONG else 3.6
    base -= 0.3 * piece.level + (0.0 if piece.role is Role.SURNAME else 0.8)
    if is_word(word.key) and piece.level and not transposed:
        return
    if is_word(word.key) or (not transposed and (is_given_name(word.key) or is_proper(word.key))):
        base -= 2.0
    first, last = min(place, piece.first), max(place + 1, piece.last)
    notes = (piece.role.value, "one letter differs or two are swapped in a first name of that pupil")
    yield Naming(first, last, Form.NEARLY, Role.FIRST, numbers, piece.level, base, notes)


def _near(key: str, first: str) -> bool:
    return OSA.distance(key, first, score_cutoff=1) == 1


def _is_staff(word: Word, piece: Piece, index: NameIndex) -> bool:
    return (word.key, piece.key) in index.staff


def _is_written_as_name(writing: Writing, word: Word) -> bool:
    if len(word.key) < _SHORTEST or not word.key.isalpha() or word.key in lexicon("little-words"):
        return False
    if word.key in lexicon("titles") or word.key in lexicon("months") or is_people_or_age(word.key):
        return False
    return word.case is not Case.LOWER or bool(word.solid) or (writing.careless and not is_word(word.key))


def _is_unknown(writing: Writing, piece: Piece, word: Word, index: NameIndex) -> bool:
    """Whether it is written as a name, and is none that anybody knows; before the word for a place it is a place's."""
    if writing.shouting or word.solid or word.case is not Case.CAPITAL or not _is_written_as_name(writing, word):
        return False
    if piece.role is not Role.SURNAME or piece.level is Commonness.LITTLE or piece.key in lexicon("place-nouns"):
        return False
    key = word.key
    known = is_word(key) or is_proper(key) or is_given_name(key) or index.bears(key) or key in index.class_names
    return not known and not _is_staff(word, piece, index)
