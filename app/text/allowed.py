"""Phrases that a school allows: whether the words can stand as one, and whether they are nothing but a pupil's name."""

import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Final

from app.domain import Field
from app.text.fold import fold
from app.text.gazetteer import key_of, lexicon, phrase_table
from app.text.name_elsewhere import full_names
from app.text.name_index import FullNames, NameIndex
from app.text.name_pieces import Form, groups_named, namings, pieces, touching
from app.text.name_words import Word, cut
from app.text.names import find

__all__ = ["LONGEST", "allowing", "fault_of", "is_name", "may_name", "sameness", "tidy"]

LONGEST: Final = 80  # characters

_WHOLE_NAMES: Final = frozenset({Form.SINGLE, Form.FULL, Form.INITIALLED})
"""Initials name a child only beside a class; a surname beside another first name is somebody else's."""

_BESIDE_ANY_NAME: Final = (
    "a an the this that these our your my his her their its i you we he she they it and or but so of in on at as to for"
    " by with from is are was were be been has have had will who whose no not all both congratulations congrats"
    " congratulation well done bravo kudos hooray hurrah hurray shoutout thanks thank welcome dear hello hi hey goodbye"
    " farewell happy birthday little young pupil pupils child boy girl"
)
_AROUND: Final = frozenset(_BESIDE_ANY_NAME.split())
"""Words that any post puts beside a child's name: they make nothing else of it."""


def tidy(phrase: str) -> str:
    """The phrase as it is kept: composed (NFC), with single blanks."""
    return " ".join(unicodedata.normalize("NFC", phrase).split())


def fault_of(phrase: str) -> str:
    """Why a tidied phrase cannot be kept, in words after its field's name; empty where it can."""
    if not phrase:
        return "is empty"
    if len(phrase) > LONGEST:
        return f"has more than {LONGEST} characters"
    if any(_is_unseen(sign) for sign in phrase):
        return "holds a sign that cannot be seen"
    return "" if any(map(str.isalpha, key_of(phrase))) else "has no letter"


def _is_unseen(sign: str) -> bool:
    if not sign.isprintable():
        return True
    return not fold(sign).text and not unicodedata.category(sign).startswith("M")


def sameness(phrase: str) -> str:
    """The same for phrases that are found in the same words."""
    return " ".join(fold(phrase).text.split())


def allowing(index: NameIndex, phrases: Iterable[str]) -> NameIndex:
    """The index with these phrases allowed, but for those that are nothing but a pupil's name."""
    return replace(index, allowed=phrase_table(phrase for phrase in phrases if not is_name(phrase, index)))


def is_name(phrase: str, index: NameIndex) -> bool:
    """Whether the words are nothing but the name of a pupil, or a list of such names: allowed, it would unguard them.

    ``Grace``, ``our Grace`` and ``Grace and Tom Okafor`` are; ``Grace Darling Hall`` is not, nor a name put together
    from two pupils' (``Rose Hill``).
    """
    if any(_is_name(text, index) for text in _readings(phrase)):
        return True
    return index.elsewhere is not None and is_name(phrase, index.elsewhere)


def may_name(phrase: str, index: NameIndex, pupils: Collection[str]) -> bool:
    """Whether the words may name one of these pupils, however little: then a phrase is not in force."""
    bare = replace(index, allowed=phrase_table(()))
    told = (found for text in (phrase, f"Well done {phrase}!") for found in find(text, bare))
    return any(not set(pupils).isdisjoint(found.pupils) for found in told)


def _readings(phrase: str) -> Iterator[str]:
    """The phrase as written, as the check for names will look it up, and with an s more or less: it passes over one."""
    yield phrase
    for group in phrase_table([phrase]).values():
        for words in group:
            looked_up = " ".join(word.capitalize() for word in words)
            yield from (looked_up, looked_up + "s", looked_up.removesuffix("s"))


def _is_name(text: str, index: NameIndex) -> bool:
    writing = cut(text, index.knows, index.joined_at, Field.TEXT)
    groups = groups_named(writing, index)
    starting = pieces(writing, index)
    if isinstance(index, FullNames):
        found = list(full_names(writing, index, starting))
    else:
        found = namings(writing, index, groups, starting)
    names = _longest({(naming.first, naming.last) for naming in found if naming.form in _WHOLE_NAMES})
    if not names or any(end == first and touching(writing.words, first) for (_, end), (first, _) in pairwise(names)):
        return False
    beside = {group.place for group in groups}.union(*(range(first, last) for first, last in names))
    return all(place in beside or _may_stand_around(word) for place, word in enumerate(writing.words))


def _longest(spans: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those that lie in no other, in order."""
    return sorted(
        one for one in spans if not any(other != one and other[0] <= one[0] and one[1] <= other[1] for other in spans)
    )


def _may_stand_around(word: Word) -> bool:
    return word.letter or word.key in _AROUND or word.key in lexicon("ages")
