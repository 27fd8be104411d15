"""Words in pictures come in lines, with their places, or it is said that they could not be read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from app.domain import Box, Field, Words
from app.vision.pixels import Picture
from app.vision.reading import Reader, ReaderFailed, ReadWord, join, read_words

PICTURE = Picture(np.zeros((200, 400, 3), np.uint8))


class Paper:
    """A reader that reads what it was told."""

    name = "paper"

    def __init__(self, *words: ReadWord, error: Exception | None = None) -> None:
        self._words, self._error = words, error

    def read(self, rgb: NDArray[np.uint8]) -> Sequence[ReadWord]:
        if self._error:
            raise self._error
        return self._words


def word(text: str, left: int, top: int, width: int = 60, height: int = 20) -> ReadWord:
    return ReadWord(text, Box(left, top, left + width, top + height), 0.9)


def test_words_come_in_reading_order() -> None:
    reader: Reader = Paper(word("Class", 100, 52), word("Hartley", 80, 14), word("Oak", 10, 50), word("Amelia", 10, 10))

    assert [one.text for one in read_words(PICTURE, reader)] == ["Amelia", "Hartley", "Oak", "Class"]


def test_boxes_are_kept_inside_the_picture_and_blanks_are_dropped() -> None:
    words = read_words(
        PICTURE, Paper(word("Oak", -20, -5), word("far", 390, 190), word("out", 500, 300), word("  ", 5, 5))
    )

    assert [one.text for one in words] == ["Oak", "far", "out"]
    assert [one.box for one in words] == [Box(0, 0, 40, 15), Box(390, 190, 400, 200), Box(399, 199, 400, 200)]


def test_a_reader_that_raises() -> None:
    with pytest.raises(ReaderFailed, match="paper failed: RuntimeError"):
        read_words(PICTURE, Paper(error=RuntimeError("what stood there is not repeated")))


def test_a_reader_that_stops_early_hands_over_what_it_has() -> None:
    with pytest.raises(ReaderFailed, match="only one") as failed:
        read_words(PICTURE, Paper(error=ReaderFailed("only one", [word("Oak", -5, 0)])))

    assert [(one.text, one.box.left) for one in failed.value.words] == [("Oak", 0)]


def test_lines_are_joined_and_every_word_can_be_found_again() -> None:
    words = [word("Amelia", 10, 10), word("Hartley", 80, 14), word("Oak", 10, 50), word("far", 330, 12)]

    text, places = join(words, 2)

    assert text == "Amelia Hartley\nfar\nOak"
    assert {text[where.start : where.end]: box for where, box in places} == {one.text: one.box for one in words}
    assert {(where.field, where.photo) for where, _ in places} == {(Field.PICTURE_TEXT, 2)}
    assert places[0][0] == Words(0, 6, Field.PICTURE_TEXT, 2)


def test_a_slanting_line_stays_one_line() -> None:
    assert join([word("Łukasz", 10, 10), word("Woźniak", 75, 18), word("Year", 140, 26)], 0)[0] == "Łukasz Woźniak Year"


def test_small_words_beside_a_large_one_go_with_the_nearer() -> None:
    words = [word("BIG", 10, 10, 90, 80), word("upper", 104, 14), word("lower", 104, 60)]

    assert join(words, 0)[0] == "BIG upper\nlower"


def test_nothing_read_is_nothing() -> None:
    assert read_words(PICTURE, Paper()) == []
    assert join([], 0) == ("", ())
