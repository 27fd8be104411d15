"""How long a text is: by X's weights, as twitter-text counts and by today's Unicode, and by the policy's own count."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from operator import itemgetter

from app.text import emoji
from app.text import urls as addresses
from app.text.emoji import EmojiTable
from app.text.urls import Span, TopLevel, find_urls

_URL_LENGTH = 23
_HEAVY = re.compile("[^\0-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
_INVALID = re.compile("[\ufffe\ufeff\uffff]")


@dataclass(frozen=True, slots=True)
class Config:
    """How characters are weighed: light ones, most of those below U+1100, and all others.

    ``emoji`` is None where emoji have no weight of their own.
    """

    limit: int = 280
    scale: int = 100
    light: int = 100
    heavy: int = 200
    emoji: EmojiTable | None = None
    top_level: TopLevel = addresses.REFERENCE


V1 = Config(limit=140, scale=1, light=1, heavy=1)
"""twitter-text's first: every character is one."""
V2 = Config()
"""twitter-text's second: 280, and all but Latin, its neighbours and common punctuation is double."""
V3 = Config(emoji=emoji.REFERENCE)
"""twitter-text's third: every emoji that it knows is two."""
CURRENT = Config(emoji=emoji.CURRENT, top_level=addresses.CURRENT)
"""The third by current Unicode and the current top-level domains."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A text on the scales: its length in characters, how many code points of its NFC form are within the limit,
    and whether it could be posted as far as length and forbidden characters go."""

    weighted: int
    fits: int
    valid: bool


@dataclass(frozen=True, slots=True)
class Lengths:
    """The lengths of one text. ``policy`` is code points after NFC, each URL as 23; the others are X's weighted characters:
    ``reference`` by twitter-text v3, ``current`` with every emoji and top-level domain of today."""

    reference: int
    current: int
    policy: int

    @property
    def weighted(self) -> int:
        """The larger of the two, which decides: which of them X counts by could not be learnt."""
        return max(self.reference, self.current)


def normalised(text: str) -> str:
    """The form of ``text`` that is counted: NFC."""
    return unicodedata.normalize("NFC", text)


def measure(text: str) -> Lengths:
    """All lengths of ``text``.

    Every URL counts, also one that begins within a hashtag, which is why those of ``entities.extract`` would not do.
    """
    normal = normalised(text)
    urls = find_urls(normal)
    urls_today = find_urls(normal, addresses.CURRENT) if addresses.NEWER.search(normal) else urls
    return Lengths(
        reference=_weight(normal, V3, _pieces(normal, V3, urls)),
        current=_weight(normal, CURRENT, _pieces(normal, CURRENT, urls_today)),
        policy=len(normal) + sum(_URL_LENGTH - (url.end - url.start) for url in urls),
    )


def weigh(text: str, config: Config) -> Weighed:
    """The length of ``text`` by one of the configurations, as twitter-text's ``parseTweet``."""
    normal = normalised(text)
    pieces = _pieces(normal, config, find_urls(normal, config.top_level))
    weighted = _weight(normal, config, pieces)
    valid = not _INVALID.search(normal) and 0 < weighted <= config.limit
    return Weighed(weighted, _fitting(normal, config, pieces), valid)


def _pieces(text: str, config: Config, found: tuple[Span, ...]) -> list[tuple[int, int, int]]:
    """The URLs and, outside these, the emoji of ``text``: start, end and weight of each, in order."""
    pieces = [(url.start, url.end, _URL_LENGTH * config.scale) for url in found]
    if not config.emoji or text.isascii():
        return pieces
    pieces += [(start, end, config.heavy) for start, end in config.emoji.find(text)]
    pieces.sort(key=itemgetter(0))
    apart: list[tuple[int, int, int]] = []
    for piece in pieces:
        if not apart or piece[0] >= apart[-1][1]:
            apart.append(piece)
    return apart


def _plain_weight(text: str, config: Config) -> int:
    return config.light * len(text) + (config.heavy - config.light) * len(_HEAVY.findall(text))


def _weight(text: str, config: Config, pieces: list[tuple[int, int, int]]) -> int:
    weight = _plain_weight(text, config)
    for start, end, weight_of_piece in pieces:
        weight += weight_of_piece - _plain_weight(text[start:end], config)
    return weight // config.scale


def _fitting(text: str, config: Config, pieces: list[tuple[int, int, int]]) -> int:
    """How many code points come before the first that is forbidden or crosses the limit."""
    room, end = config.limit * config.scale, 0
    for start, next_end, weight in [*pieces, (len(text), len(text), 0)]:
        for at in range(end, start):
            room -= _plain_weight(text[at], config)
            if room < 0 or _INVALID.match(text[at]):
                return at
        room -= weight
        if room < 0:
            return start
        end = next_end
    return end
