"""Whether a post that stands at X has the words of one of ours.

X shortens every address to one of t.co's, adds one for the pictures at the end, writes ``&``, ``<`` and ``>`` as in HTML and
composes letters (NFC); so words cannot be compared as they are.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence

_SHORT = r"https://t\.co/[A-Za-z0-9]{1,20}"
_AT_THE_END = re.compile(rf"(?:\s*{_SHORT})\Z")


def has_words(told: str, text: str, urls: Sequence[tuple[int, int]], *, photos: bool) -> bool:
    """Whether ``told``, as X gives it, is ``text``, whose addresses stand at ``urls`` (code points, half open)."""
    theirs = _plain(html.unescape(told))
    pattern = _pattern(text, urls)
    if pattern.fullmatch(theirs):
        return True
    return photos and pattern.fullmatch(_AT_THE_END.sub("", theirs)) is not None


def _pattern(text: str, urls: Sequence[tuple[int, int]]) -> re.Pattern[str]:
    parts, at = [], 0
    for start, end in sorted(urls):
        address = re.escape(_plain(text[start:end]))
        parts += [re.escape(unicodedata.normalize("NFC", text[at:start])), f"(?:{_SHORT}|{address})"]
        at = end
    parts.append(re.escape(unicodedata.normalize("NFC", text[at:])))
    whole = "".join(parts)
    return re.compile(rf"\s*{_trimmed(whole)}\s*")


def _trimmed(pattern: str) -> str:
    # re.escape writes blanks and line breaks with a stroke before them.
    return re.sub(r"\A(?:\\[ \n\t\r])+|(?:\\[ \n\t\r])+\Z", "", pattern)


def _plain(words: str) -> str:
    return unicodedata.normalize("NFC", words)
