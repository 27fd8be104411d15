"""Words that name a child, as they may stand in anything that is stored: found, or masked by blocks of the same length.

Case, accents and what stands between first name and surname do not matter: ``Zoë O'Neil``, ``oneil, zoe``, ``#ZoeONeil``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from app.domain import Pupil

BLOCK = "\N{FULL BLOCK}"

_SHORT = 5
"""Names of fewer letters are found only where no letter or figure adjoins them."""
_WORD = re.compile(r"[^\W_]+")
_NOTHING = re.compile(r"(?!)")


class Traces:
    """What is looked for: names, each of one or more words, UPNs, ids."""

    def __init__(self, terms: Iterable[str]) -> None:
        patterns = {pattern for pattern in map(_pattern, terms) if pattern}
        # The longest first: a middle name is masked with the names around it.
        self._pattern = re.compile("|".join(sorted(patterns, key=len, reverse=True))) if patterns else _NOTHING

    @classmethod
    def of_pupils(cls, pupils: Iterable[Pupil]) -> Traces:
        """The full names and UPNs of these pupils; a first name alone may be anybody's."""
        return cls(chain.from_iterable(_terms(pupil) for pupil in pupils))

    def found_in(self, text: str) -> bool:
        """Whether any of it stands in the text."""
        return self._pattern.search(_folded(text)[0]) is not None

    def mask(self, text: str) -> str:
        """The text with blocks in place of each letter of what is looked for."""
        folded, places = _folded(text)
        found = {places[at] for match in self._pattern.finditer(folded) for at in range(*match.span())}
        return (
            "".join(BLOCK if at in found and not one.isspace() else one for at, one in enumerate(text))
            if found
            else text
        )


def mask_of(words: Iterable[str]) -> Callable[[str], str]:
    """What masks these very words."""
    return Traces(words).mask


def _terms(pupil: Pupil) -> Iterator[str]:
    yield pupil.upn
    firsts = {pupil.legal_first, pupil.preferred_first} - {""}
    surnames = {pupil.legal_surname, pupil.preferred_surname} - {""}
    for former in pupil.former:
        if len(_WORD.findall(former)) > 1:
            yield former
        surnames.add(former)
    for first in firsts:
        for surname in surnames:
            yield f"{first} {surname}"
            yield f"{surname} {first}"
            if pupil.middle:
                yield f"{first} {pupil.middle} {surname}"


def _pattern(term: str) -> str:
    words = _WORD.findall(_folded(term)[0])
    if not words:
        return ""
    joined = r"[\W_]{0,3}".join(re.escape(word) for word in words)
    return rf"(?<![^\W_]){joined}(?![^\W_])" if sum(map(len, words)) < _SHORT else joined


def _folded(text: str) -> tuple[str, Sequence[int]]:
    """The text without case and accents, and from which place of the text each of its characters comes."""
    if text.isascii():
        return text.lower(), range(len(text))
    letters, places = [], []
    for place, one in enumerate(text):
        if one.isascii():
            letters.append(one.lower())
            places.append(place)
            continue
        for part in unicodedata.normalize("NFKD", one).casefold():
            if not unicodedata.combining(part):
                letters.append(part)
                places.append(place)
    return "".join(letters), places
