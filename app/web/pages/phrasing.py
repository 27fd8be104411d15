"""Which phrase a finding suggests to allow: its words, with the neighbours that are written like part of a name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.text.allowed import LONGEST
from app.web.schemas import FindingOut, WordsWhere

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_NEAR = re.compile(r"[ \t\u00a0]+|-")


def phrase_of(
    finding: FindingOut, text: str, alt_texts: Sequence[str], picture_texts: Sequence[str] = ()
) -> str | None:
    """The phrase; empty where the words are not at hand, None where the finding points at no words."""
    where = finding.where
    if not isinstance(where, WordsWhere):
        return None
    if where.field == "text":
        return phrase_around(text, where.start, where.end)
    if where.field == "alt_text" and where.photo is not None and where.photo < len(alt_texts):
        return phrase_around(alt_texts[where.photo], where.start, where.end)
    if where.field == "picture_text" and where.photo is not None and where.photo < len(picture_texts):
        return " ".join(phrase_around(picture_texts[where.photo], where.start, where.end).split())
    return ""


def phrase_around(text: str, start: int, end: int) -> str:
    """The words from ``start`` to ``end``, whole, with capitalised words right before and after them.

    At most as long as a phrase may be; empty where there are no words, or where they alone are longer.
    """
    words = list(_WORD.finditer(text))
    marked = [place for place, word in enumerate(words) if word.start() < end and start < word.end()]
    if not marked:
        return ""
    first, last = marked[0], marked[-1]
    while last + 1 < len(words) and _belongs(text, words[last], words[last + 1], words[last + 1]):
        last += 1
    while first and _belongs(text, words[first - 1], words[first], words[first - 1]):
        first -= 1
    return _fitting(text, words[first : last + 1], words[marked[0]], words[marked[-1]])


def _belongs(text: str, word: re.Match[str], following: re.Match[str], outer: re.Match[str]) -> bool:
    """Whether only a blank or a hyphen parts the two words, and the outer one has a capital."""
    return _NEAR.fullmatch(text[word.end() : following.start()]) is not None and outer[0][0].isupper()


def _fitting(text: str, words: Sequence[re.Match[str]], marked_first: re.Match[str], marked_last: re.Match[str]) -> str:
    whole = text[words[0].start() : words[-1].end()]
    if len(whole) <= LONGEST:
        return whole
    marked = text[marked_first.start() : marked_last.end()]
    return marked if len(marked) <= LONGEST else ""
