"""The school's own telephone numbers and addresses, told from anybody else's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_LEAST = 5  # characters; fewer, such as a house number, could be anybody's
_ABROAD = re.compile(r"^(?:00)?440?(?=\d{9,10}$)")


def is_published(words: str, published: Iterable[str]) -> bool:
    """Whether words are one of the school's published details, or whole words out of one.

    Case, punctuation, blanks within numbers and the way a United Kingdom number is dialled make no difference.
    """
    pieces = _pieces(words)
    if len("".join(pieces)) < _LEAST:
        return False
    for detail in published:
        known = _pieces(detail)
        if _joined(pieces) == _joined(known) or f" {' '.join(pieces)} " in f" {' '.join(known)} ":
            return True
    return False


def _pieces(words: str) -> list[str]:
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", words).casefold())


def _joined(pieces: list[str]) -> str:
    return _ABROAD.sub("0", "".join(pieces))
