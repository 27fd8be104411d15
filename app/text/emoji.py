"""Which characters make one emoji together: as twitter-text v3 knows them, and by current Unicode."""

from __future__ import annotations

import re
from collections.abc import Iterable

from emoji import EMOJI_DATA, STATUS

from app.text.urls import Span

_LIGHT_END = "\u10ff"  # characters up to here weigh half as much as an emoji, so lone emoji among them matter
_VARIATION = "\ufe0f"
_KEYCAP = "\u20e3"

_REFERENCE_VERSION = 12.0
# Emoji that the reference lets take a needless variation selector (twemoji-parser 11, regex.js; MIT, Copyright Twitter, Inc.).
_MAY_VARY = "⌚⌛◽◾☔☕♈♉♊♋♌♍♎♏♐♑♒♓♿⚓⚡⚪⚫⚽⚾⛄⛅⛔⛪⛲⛳⛵⛺⛽⬛⬜⭐⭕❗🀄🈚🈯"


class EmojiTable:
    """Emoji that weigh other than the sum of their characters, found by their longest spelling."""

    def __init__(self, spellings: Iterable[str]) -> None:
        self._spellings = frozenset(one for one in spellings if len(one) > 1 or one <= _LIGHT_END)
        lengths: dict[str, set[int]] = {}
        for spelling in self._spellings:
            lengths.setdefault(spelling[0], set()).add(len(spelling))
        self._lengths = {first: sorted(known, reverse=True) for first, known in lengths.items()}
        self._lone = frozenset(spelling for spelling in self._spellings if len(spelling) == 1)
        # Second characters are joiners, selectors, skin tones: far fewer than the first ones, so these are looked for.
        seconds = {spelling[1] for spelling in self._spellings if len(spelling) > 1}
        self._sign = re.compile(f"[{_ranges(self._lone | seconds)}]")

    def find(self, text: str) -> list[Span]:
        """Where the emoji of this table stand in ``text``, in order."""
        found: list[Span] = []
        end = 0
        for sign in self._sign.finditer(text):
            start = sign.start() if sign.group() in self._lone else sign.start() - 1
            if start < end:
                continue
            for length in self._lengths.get(text[start], ()):
                if text[start : start + length] in self._spellings:
                    end = start + length
                    found.append(Span(start, end))
                    break
        return found


def _ranges(characters: Iterable[str]) -> str:
    """The inside of a character class; ``re`` is slow with single characters outside the basic plane, fast with ranges."""
    ranges: list[list[int]] = []
    for point in sorted(map(ord, characters)):
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return "".join(rf"\U{first:08x}-\U{last:08x}" for first, last in ranges)


def _reference_spellings() -> Iterable[str]:
    for spelling, about in EMOJI_DATA.items():
        if about["E"] <= _REFERENCE_VERSION and about["status"] == STATUS["fully_qualified"]:
            yield spelling
    yield from (key + _KEYCAP for key in "0123456789#*")
    yield from (one + _VARIATION for one in _MAY_VARY)


def _current_spellings() -> Iterable[str]:
    for spelling in EMOJI_DATA:
        yield spelling
        yield spelling.removesuffix(_VARIATION) + _VARIATION


REFERENCE = EmojiTable(_reference_spellings())
"""As twitter-text v3: fully qualified, up to Emoji 12, and the few looser spellings that it allows."""

CURRENT = EmojiTable(_current_spellings())
"""Every emoji of the installed table, however qualified, with or without a closing variation selector."""
