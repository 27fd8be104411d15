"""What may name a child in a text: single names, first name with surname either way round, initials."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from app.text.gazetteer import Commonness, commonness, is_given_name, is_word
from app.text.name_forms import Both, Form, Group, Naming, Piece
from app.text.name_index import DIGITS, FIRSTS, NO_APOSTROPHE, SURNAMES, NameIndex, Role
from app.text.name_initials import NEAR, initials, is_of
from app.text.name_words import Case, Word, Writing

__all__ = ["Form", "Group", "Naming", "Piece", "groups_named", "namings", "pairs", "pieces", "touching"]

_LONGEST_NAME: Final = 4  # words
_TOUCHING: Final = re.compile(r"[ \t]{0,3}|[-_.+~]{1,2}|[ \t]*\n[ \t]*|\. ?|['-] ?|-[ \t]*\n")
_COMMA: Final = re.compile(r",[ \t\n]{0,2}")
_YEAR: Final = re.compile(r"(?:year|yr|y)([1-6])[a-z]?")
_GROUP_LETTERS: Final = frozenset("y123456")  # with which years, and classes of a figure and a letter, begin
_EARLY_YEARS: Final = frozenset({"reception", "nursery", "eyfs", "preschool"})
_DIGIT_CLASS: Final = re.compile(r"([1-6])[a-z]")
_LONGEST_EMOJI: Final = 3  # signs
_SURELY_JOINED: Final = 8  # letters
_HIDDEN_COST: Final = 0.4  # of digits for letters beside another name of the same pupil
_FILE_GAPS: Final = frozenset({"_", "-", " ", "."})


def groups_named(writing: Writing, index: NameIndex) -> tuple[Group, ...]:
    """The years (``R``, ``1`` …) and classes that the text names."""
    found: list[Group] = []
    words = writing.words
    for place, word in enumerate(words):
        if word.key[0] not in _GROUP_LETTERS and word.key not in _EARLY_YEARS and word.key not in index.class_names:
            continue
        joined = _YEAR.fullmatch(word.key)
        before = words[place - 1].key if place else ""
        if joined:
            found.append(Group(place, joined[1]))
        elif before in ("year", "yr", "years", "yrs", "y") and word.key[:1] in "123456":
            found.append(Group(place, word.key[0]))
        elif word.key in _EARLY_YEARS:
            found.append(Group(place, "N" if word.key == "nursery" else "R"))
        elif word.key in index.class_names and word.case is not Case.LOWER:
            found.append(Group(place, class_name=word.key))
        elif _DIGIT_CLASS.fullmatch(word.key) and word.case is not Case.LOWER:
            found.append(Group(place, word.key[0]))
    return tuple(found)


def pieces(writing: Writing, index: NameIndex) -> list[list[Piece]]:
    """What may be one name of a pupil, by the word at which it begins."""
    words = writing.words
    return [[*_lone(words[place], place, index), *_of_several(words, place, index)] for place in range(len(words))]


def namings(writing: Writing, index: NameIndex, groups: Sequence[Group], starting: list[list[Piece]]) -> list[Naming]:
    """All that may name a pupil by these pieces, overlapping readings included."""
    found = [_single(piece) for there in starting for piece in there]
    for place, there in enumerate(starting):
        for piece in there:
            found.extend(pairs(writing, piece, starting, _both))
            found.extend(_with_initial_after(writing, piece, index))
            found.extend(_surname_with_initial(writing, piece, index, groups))
        if writing.words[place].letter:
            found.extend(_with_initial_before(writing, place, starting, index))
    found.extend(initials(writing, index, groups))
    return found


def _lone(word: Word, place: int, index: NameIndex) -> Iterator[Piece]:
    """What one word may be."""
    if not word.disguise and word.key not in index.borne and is_word(word.key):
        return  # as most words do; no need to ask for their spellings
    for spelling in index.spellings(word.key, word.full, word.disguise):
        key, note, cost = spelling.key, spelling.note, spelling.cost
        for role, numbers in index.roles(key):
            yield Piece(place, place + 1, role, numbers, key, commonness(key), note, cost)


def _of_several(words: Sequence[Word], place: int, index: NameIndex) -> Iterator[Piece]:
    """Names of two words or more that begin at the place."""
    joined = words[place].key
    for last in range(place + 2, min(place + _LONGEST_NAME, len(words)) + 1):
        after = words[last - 1]
        if words[last - 2].possessive or not index.begins(joined + after.key):
            return
        if after.gap != " " and not _TOUCHING.fullmatch(after.gap):
            return
        for full in {after.key, after.full} if after.possessive else (after.key,):
            key = joined + full
            if key in index.several or (after.gap in ("", "-", "-\n") and index.bears(key)):
                yield from (
                    Piece(place, last, role, numbers, key, Commonness.NO_WORD, "", 0)
                    for role, numbers in index.roles(key)
                )
        joined += after.key


_ALONE: Final = {
    Role.FIRST: (3.3, 2.3, 0.9, 0.2),
    Role.SHORT: (3.1, 2.0, 0.5, -0.5),
    Role.HALF: (2.4, 1.4, -0.2, -1.0),
    Role.MIDDLE: (1.3, 0.3, -1.0, -2.0),
    Role.SURNAME: (1.4, 0.2, -0.9, -1.8),
    Role.HALF_SURNAME: (0.3, -0.6, -1.5, -2.0),
}
"""What a name by itself speaks for, by how common it is as a word."""


def _single(piece: Piece) -> Naming:
    notes = (piece.role.value, *filter(None, (piece.note,)))
    base = _ALONE[piece.role][piece.level] - piece.cost
    if piece.role in SURNAMES and is_given_name(piece.key):
        base -= 0.8  # more often somebody's first name
    if piece.note == NO_APOSTROPHE and piece.role in SURNAMES:
        base -= 0.8  # a firm or a family, more often
    if piece.level:
        notes = (*notes, "also an ordinary word")
    return Naming(
        piece.first, piece.last, Form.SINGLE, piece.role, tuple(piece.numbers), piece.level,
        base, notes,
    )  # fmt: skip


def pairs(writing: Writing, piece: Piece, starting: list[list[Piece]], both: Both) -> Iterator[Naming]:
    """First name and surname of one pupil, a middle name or initial between them allowed, or surname first."""
    words = writing.words
    if piece.last >= len(words) or words[piece.last - 1].possessive:
        return
    gap = words[piece.last].gap
    comma = bool(_COMMA.fullmatch(gap))
    if not comma and not touching(words, piece.last):
        return
    forwards = piece.role in FIRSTS
    if forwards and comma:
        return
    for other in starting[piece.last]:
        middle = forwards and piece.role is not Role.MIDDLE and other.role is Role.MIDDLE
        if middle or other.role in (SURNAMES if forwards else FIRSTS):
            yield from _pair(writing, piece, other, both)
    after = piece.last + 1
    if forwards and after < len(words) and touching(words, after) and _may_be_middle(words[piece.last]):
        for other in starting[after]:
            if other.role in SURNAMES:
                yield from _pair(writing, piece, other, both)


def touching(words: Sequence[Word], place: int) -> bool:
    """Whether the word may belong to one name with the word before it."""
    gap, before = words[place].gap, words[place - 1]
    if (not _TOUCHING.fullmatch(gap) and not _is_emoji(gap)) or words[place].solid != before.solid:
        return False
    return not gap.startswith(".") or bool(before.solid) or before.letter


def _is_emoji(gap: str) -> bool:
    """Whether nothing but an emoji or two parts the words, as if it were a blank."""
    signs = gap.strip(" ")
    return 0 < len(signs) <= _LONGEST_EMOJI and all(unicodedata.category(sign) in ("So", "Sk") for sign in signs)


def _may_be_middle(word: Word) -> bool:
    return (word.case is not Case.LOWER or bool(word.solid)) and not word.possessive


def _pair(writing: Writing, one: Piece, other: Piece, both: Both) -> Iterator[Naming]:
    numbers = both(one, other)
    cost = sum(_HIDDEN_COST if piece.note == DIGITS else piece.cost for piece in (one, other))
    if not numbers or cost > 1.6:
        return
    joined = _joined(writing, one, other)
    levels = (one.level, other.level)
    base = {0: 7.0, 1: 6.5, 2: 4.8}[sum(level > 0 for level in levels)]
    base -= _ROLE_COSTS[one.role] + _ROLE_COSTS[other.role] + cost
    base -= 0.0 if joined else _case_cost(writing, one, other)
    base -= 1.0 if _is_emoji(gap := writing.words[other.first].gap) and " " in gap else 0.0
    if max(levels) is Commonness.LITTLE and min(levels):
        base -= 0.8
    reversed_ = one.role in SURNAMES
    if reversed_ and not _COMMA.fullmatch(writing.words[other.first].gap):
        capitals = writing.words[one.first].case is Case.UPPER and writing.words[other.first].case is Case.CAPITAL
        base -= 0.3 if capitals else 1.5 if joined or min(levels) is Commonness.NO_WORD else 3.0
    notes = [f"{one.role.value} beside {other.role.value}, of one pupil"]
    notes += [note for note in (one.note, other.note) if note]
    if reversed_:
        notes.append("surname first")
    yield Naming(
        one.first, other.last, Form.FULL, one.role, numbers, min(levels), base, tuple(notes),
    )  # fmt: skip


_ROLE_COSTS: Final = {
    Role.FIRST: 0.0, Role.SHORT: 0.2, Role.HALF: 0.8, Role.MIDDLE: 1.4, Role.SURNAME: 0.0, Role.HALF_SURNAME: 0.8,
}  # fmt: skip


def _joined(writing: Writing, one: Piece, other: Piece) -> bool:
    """Whether the two are one long word of the running text: so many letters are no chance."""
    first, last = writing.words[one.first], writing.words[other.last - 1]
    return not first.solid and not writing.words[other.first].gap and last.end - first.start >= _SURELY_JOINED


def _case_cost(writing: Writing, one: Piece, other: Piece) -> float:
    """What it costs a full name to be written without capitals where the text has some, or where it is common words."""
    cost = 0.0
    common = bool(one.level) + bool(other.level)
    for piece in (one, other):
        word = writing.words[piece.first]
        if word.solid:
            cost += 1.3 if common == 2 and word.case is Case.LOWER else 0.0
        elif word.case is Case.LOWER:
            cost += (0.2 if writing.careless else 0.4) + (0.9 if piece.level else 0.0)
            cost += 0.6 if common == 2 and not writing.careless else 0.0
    return cost


def _both(one: Piece, other: Piece) -> tuple[int, ...]:
    return tuple(sorted(set(one.numbers).intersection(other.numbers)))


def _with_initial_after(writing: Writing, piece: Piece, index: NameIndex) -> Iterator[Naming]:
    """``Freya N.``, a first name and the letter of that pupil's surname."""
    words = writing.words
    if piece.role not in FIRSTS or piece.role is Role.MIDDLE or piece.last >= len(words):
        return
    letter = words[piece.last]
    if not letter.letter or letter.gap not in (" ", "_", "-", ".", "") or letter.solid != words[piece.last - 1].solid:
        return
    if words[piece.last - 1].possessive or (letter.case is Case.LOWER and not letter.solid and not writing.careless):
        return
    if not letter.gap and letter.case is Case.LOWER and words[piece.last - 1].case is Case.LOWER:
        return  # ``dant`` is a word
    dotted = writing.source[letter.end : letter.end + 1] == "."
    if letter.key in "ai" and not dotted and _runs_on(words, piece.last + 1):
        return
    numbers = tuple(number for number in piece.numbers if letter.key in index.surname_letters[number])
    if not numbers:
        return
    base = (5.2, 4.6, 3.8, 3.2)[piece.level] - piece.cost - _ROLE_COSTS[piece.role]
    if words[piece.first].case is Case.LOWER and not letter.solid:
        base -= 1.0 + piece.level
    notes = (piece.role.value, *filter(None, (piece.note,)), "with the first letter of that pupil's surname")
    yield Naming(piece.first, piece.last + 1, Form.INITIALLED, piece.role, numbers, piece.level, base, notes)


def _surname_with_initial(
    writing: Writing, piece: Piece, index: NameIndex, groups: Sequence[Group]
) -> Iterator[Naming]:
    """``Smith, A. (Oak)`` and ``Smith A``, a surname and the letter of that pupil's first name."""
    words = writing.words
    if piece.role not in SURNAMES or piece.last >= len(words) or words[piece.last - 1].possessive:
        return
    letter = words[piece.last]
    comma = bool(_COMMA.fullmatch(letter.gap))
    in_file = bool(letter.solid) and letter.solid == words[piece.last - 1].solid and letter.gap in _FILE_GAPS
    if not letter.letter or not (in_file or (not letter.solid and letter.case is not Case.LOWER)):
        return
    if not (in_file or comma or letter.gap == " "):
        return
    numbers = tuple(number for number in piece.numbers if letter.key in index.first_letters[number])
    beside = [group for group in groups if 0 < group.place - piece.last < NEAR - 1]
    there = tuple(number for number in numbers if any(is_of(number, group, index) for group in beside))
    dotted = writing.source.startswith(".", letter.end)
    listed = words[piece.last - 1].case is Case.UPPER and not writing.shouting  # ``HILL J``
    if not there and not (numbers and (in_file or listed or (comma and dotted))):
        return
    base = (
        ((4.6, 4.0, 3.6, 3.2) if there else (2.4, 1.4, 0.4, -0.4))[piece.level] - piece.cost - _ROLE_COSTS[piece.role]
    )
    base += 0.8 if (in_file or listed) and not there else 0.0
    notes = (piece.role.value, *filter(None, (piece.note,)), "with the first letter of that pupil's first name")
    yield Naming(piece.first, piece.last + 1, Form.INITIALLED, piece.role, there or numbers, piece.level, base, notes)


def _runs_on(words: Sequence[Word], place: int) -> bool:
    """Whether another lower-case word follows after a mere blank, so that a letter before it is an article or pronoun."""
    return place < len(words) and words[place].gap == " " and words[place].case is Case.LOWER


def _with_initial_before(
    writing: Writing, place: int, starting: list[list[Piece]], index: NameIndex
) -> Iterator[Naming]:
    """``K Asante`` or ``K. Asante``, the letter of a first name and the surname of that pupil."""
    words = writing.words
    letter = words[place]
    if place + 1 >= len(words) or (letter.case is Case.LOWER and not letter.solid):
        return
    after = words[place + 1]
    if after.gap not in (" ", ". ", ".", "_", "-", "") or after.solid != letter.solid:
        return
    if after.case is Case.LOWER and not after.solid:
        return
    dotted = after.gap.startswith(".")
    for piece in starting[place + 1]:
        if piece.role is not Role.SURNAME:
            continue
        numbers = tuple(number for number in piece.numbers if letter.key in index.first_letters[number])
        if numbers:
            base = (4.4, 3.2, 1.9, 1.2)[piece.level] - piece.cost + (0.7 if dotted and piece.level else 0.0)
            base -= 2.0 if letter.key in "ai" and not dotted and piece.level else 0.0
            notes = (piece.role.value, *filter(None, (piece.note,)), "with the first letter of that pupil's first name")
            yield Naming(place, piece.last, Form.INITIALLED, piece.role, numbers, piece.level, base, notes)
