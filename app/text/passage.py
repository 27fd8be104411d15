"""A text as a line of plain words, so that phrases can be looked for without thinking of spelling or punctuation."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.text.fold import Folded, joined_runs, source_span

__all__ = ["Passage", "passage"]

_PIECE: Final = re.compile(
    r"(?P<word>£?\d+(?:[.:,]\d+)*[^\W_]*|£?[^\W_]+(?:'[^\W_]+)*)"
    r"|(?P<end>(?:[!?…]|(?<!\bst)(?<!\bmr)(?<!\bms)(?<!\bdr)(?<!\bmrs)\.)[.!?…]*(?=[\s\"”'’)\]]|$)|\n)"
    r"|(?P<mark>[,;:()\[\]\"“”—–]|(?<=\s)-(?=\s))"
    r"|(?P<and>[&+](?=\s))"
)
_MARKS: Final = {"end": ".", "mark": ",", "and": "and"}
_CAMEL: Final = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|\d+")


@dataclass(frozen=True, slots=True)
class Passage:
    """Folded words between single blanks; ``.`` stands for any end of a sentence and ``,`` for any lesser pause.

    ``text`` begins and ends with a blank. ``begins[i]`` is the place in it of piece i, which came from
    ``spans[i]`` of the folded text. ``vocabulary`` holds each word, with and without ``'s``.
    """

    text: str
    begins: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    vocabulary: frozenset[str]
    folded: Folded

    @property
    def cased(self) -> str:
        """The folded text with the capitals of the source, place by place the same."""
        folded = self.folded
        if folded.in_place and folded.source.isascii():
            return folded.source
        signs = folded.source if folded.in_place else [folded.source[place] for place in folded.at[:-1]]
        letters = list(folded.text)
        for place, sign in enumerate(signs):
            if sign.isupper() and len(letters[place].upper()) == 1:
                letters[place] = letters[place].upper()
        return "".join(letters)

    def source(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the source that the whole words between ``start`` and ``end`` of ``text`` came from."""
        first = bisect_right(self.begins, start) - 1
        last = bisect_right(self.begins, end - 1) - 1
        return source_span(self.folded, self.spans[first][0], self.spans[last][1])

    def sentence(self, start: int, end: int) -> str:
        """The sentence or sentences around ``start`` to ``end`` of ``text``."""
        before = self.text.rfind(" . ", 0, start + 1)
        after = self.text.find(" . ", max(end - 1, 0))
        return self.text[before + 2 if before >= 0 else 0 : after + 1 if after >= 0 else len(self.text)]


def passage(folded: Folded) -> Passage:
    """The words of a folded text; letters that stand apart are joined, hashtags in camel case are taken apart."""
    words: list[str] = []
    spans: list[tuple[int, int]] = []
    for word, start, end in _pieces(folded):
        words.append(word)
        spans.append((start, end))
    begins: list[int] = []
    place = 1
    for word in words:
        begins.append(place)
        place += len(word) + 1
    vocabulary = set(words)
    vocabulary.update([word[:-2] for word in vocabulary if word.endswith("'s")])
    text = f" {' '.join(words)} " if words else " "
    return Passage(text, tuple(begins), tuple(spans), frozenset(vocabulary), folded)


def _pieces(folded: Folded) -> Iterator[tuple[str, int, int]]:
    spread = _spread(folded)
    done = 0
    for piece in _PIECE.finditer(folded.text):
        start, end = piece.span()
        if start < done:
            continue
        if start in spread:
            word, done = spread[start]
            yield word, start, done
        elif piece.lastgroup != "word":
            yield _MARKS[piece.lastgroup or ""], start, end
        elif start and folded.text[start - 1] == "#":
            yield from _hashtag(folded, start, end)
        else:
            yield piece.group(), start, end


def _spread(folded: Folded) -> dict[int, tuple[str, int]]:
    """Words whose letters stand apart, by where they begin in the folded text, each with its end."""
    return {
        bisect_left(folded.at, run.start): (run.key, bisect_left(folded.at, run.end)) for run in joined_runs(folded)
    }


def _hashtag(folded: Folded, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """The words of ``#UselessTeachers``; a hashtag that is all in one case stays whole."""
    first, last = source_span(folded, start, end)
    if last - first == end - start:
        for part in _CAMEL.finditer(folded.source, first, last):
            begin, stop = part.start() - first + start, part.end() - first + start
            yield folded.text[begin:stop], begin, stop
    else:
        yield folded.text[start:end], start, end
