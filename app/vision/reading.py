"""Words that stand in a photo: name badges, work on the wall, writing on jumpers.

A reader finds words with their places; here they are put into lines, so that the text room reads
them like any other words of the draft.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from app.domain import Box, Field, Words
from app.vision.pixels import Picture

TOUCH = 0.5  # share of the lower word's height that must overlap for two words to stand in one line
GAP = 2.0  # heights of a word between two words of one line, at most


class ReadWord(NamedTuple):
    """A word, or a few that were read as one; ``box`` in pixels of the picture, ``confidence`` 0 to 1."""

    text: str
    box: Box
    confidence: float


class Reader(Protocol):
    """Something that reads words in pictures."""

    @property
    def name(self) -> str:
        """What is stored with a verdict: the reader and its version."""
        ...

    def read(self, rgb: NDArray[np.uint8]) -> Sequence[ReadWord]:
        """The words of a picture, (height, width, 3) RGB, in any order; may raise anything."""
        ...


class ReaderFailed(Exception):
    """The words of a photo could not be read, or not all; ``words`` are those that could."""

    def __init__(self, detail: str, words: Sequence[ReadWord] = ()) -> None:
        super().__init__(detail)
        self.words = list(words)


def read_words(picture: Picture, reader: Reader) -> list[ReadWord]:
    """The words of the photo in reading order; raises ReaderFailed whatever goes wrong."""
    try:
        words = reader.read(picture.rgb)
    except ReaderFailed as failure:
        raise ReaderFailed(str(failure), _in_lines(failure.words, picture)) from failure
    except Exception as error:
        raise ReaderFailed(f"{reader.name} failed: {type(error).__name__}") from error
    return _in_lines(words, picture)


def _in_lines(words: Sequence[ReadWord], picture: Picture) -> list[ReadWord]:
    inside = [word._replace(box=_clipped(word.box, picture)) for word in words if word.text.strip()]
    return [word for line in lines(inside) for word in line]


def _clipped(box: Box, picture: Picture) -> Box:
    left, top = min(max(box.left, 0), picture.width - 1), min(max(box.top, 0), picture.height - 1)
    return Box(left, top, max(min(box.right, picture.width), left + 1), max(min(box.bottom, picture.height), top + 1))


def lines(words: Sequence[ReadWord]) -> list[list[ReadWord]]:
    """The words in lines from top to bottom, each from left to right."""
    found: list[list[ReadWord]] = []
    for word in sorted(words, key=lambda one: (one.box.left, one.box.top)):
        near = [line for line in found if _continues(line[-1].box, word.box)]
        if near:
            min(near, key=lambda line: abs(_middle(line[-1].box) - _middle(word.box))).append(word)
        else:
            found.append([word])
    return sorted(found, key=lambda line: (line[0].box.top, line[0].box.left))


def _middle(box: Box) -> float:
    return (box.top + box.bottom) / 2


def _continues(before: Box, after: Box) -> bool:
    """Whether a word stands in the line that another ended, to its right."""
    shared = min(before.bottom, after.bottom) - max(before.top, after.top)
    height = min(before.height, after.height)
    return shared >= TOUCH * height and -height <= after.left - before.right <= GAP * height


def join(words: Sequence[ReadWord], photo: int) -> tuple[str, tuple[tuple[Words, Box], ...]]:
    """The words as one text, and where each stands in it and in the photo that counts ``photo`` from 0.

    Words of a line are joined by blanks, lines by line feeds.
    """
    text, places = "", []
    for line in lines(words):
        text += "\n" if text else ""
        for number, word in enumerate(line):
            text += " " if number else ""
            start = len(text)
            text += word.text.strip()
            places.append((Words(start, len(text), Field.PICTURE_TEXT, photo), word.box))
    return text, tuple(places)
