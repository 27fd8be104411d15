"""Initials of a pupil beside a year or class: ``A.S. in Year 4``, ``JB (Oak)``, ``DvdB``."""

from collections.abc import Iterator, Sequence
from typing import Final

from app.text.gazetteer import Commonness, is_word, lexicon
from app.text.name_forms import Form, Group, Naming
from app.text.name_index import NameIndex, Role
from app.text.name_words import Case, Word, Writing

__all__ = ["NEAR", "initials", "is_of"]

NEAR: Final = 5
"""Words within which a year or class belongs to initials."""
_FAR: Final = 14  # the same for initials that stand alone


def is_of(number: int, group: Group, index: NameIndex) -> bool:
    """Whether the pupil is of that year or class."""
    if group.class_name:
        return index.classes[number] == group.class_name
    return index.years[number].lstrip("Yy")[:1].upper() == group.year


def initials(writing: Writing, index: NameIndex, groups: Sequence[Group]) -> Iterator[Naming]:
    """``A.S. in Year 4`` or ``JB (Oak)``: initials of a pupil of the year or class named beside them."""
    words = writing.words
    for group in groups:
        for place in range(max(0, group.place - _FAR), min(len(words), group.place + _FAR)):
            for last, letters in _initials_at(writing, place):
                if place <= group.place < last:
                    continue
                numbers = tuple(
                    number for number in index.initials.get(letters[0] + letters[-1], ()) if is_of(number, group, index)
                )
                if numbers:
                    notes = ("initials of a pupil of the year or class named beside them",)
                    yield Naming(place, last, Form.INITIALS, Role.FIRST, numbers, Commonness.NO_WORD, 3.6, notes)


def _runs_into_capital(words: Sequence[Word], place: int) -> bool:
    after = words[place + 1] if place + 1 < len(words) else None
    return after is not None and after.letter and not after.gap and after.case is not Case.LOWER


def _initials_at(writing: Writing, place: int) -> Iterator[tuple[int, str]]:
    """Initials that begin at a word: where they end, and their letters."""
    words = writing.words
    word = words[place]
    if word.solid or writing.shouting:
        return
    near = [words[other] for other in (place - 1, place + 1) if 0 <= other < len(words)]
    if any(other.case is Case.UPPER and len(other.key) > 3 for other in near):
        return
    if word.case is Case.UPPER and 2 <= len(word.key) <= 3 and word.key.isalpha():
        if word.key not in lexicon("not-initials") and not (len(word.key) == 3 and is_word(word.key)):
            yield place + 1, word.key
        return
    if word.case is Case.CAPITAL and 2 <= len(word.key) <= 4 and _runs_into_capital(words, place):  # ``DvdB``
        yield place + 2, word.key[:2]
        return
    letters = ""
    last = place
    while last < len(words) and words[last].letter and words[last].case is not Case.LOWER and len(letters) < 4:
        if letters and words[last].gap not in (".", ". ", " ", "-"):
            break
        letters += words[last].key
        last += 1
    if len(letters) > 1 and letters not in ("pe", "tv", "uk", "ta"):
        yield last, letters
