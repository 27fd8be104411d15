"""The reader that runs: PP-OCR's two small networks on ONNX Runtime, one thread, no other library.

The weights (PaddleOCR, Apache-2.0) come in the ``rapidocr`` wheel, of which nothing else is used.
One network marks letters (differentiable binarisation, Liao et al. 2020, arXiv 1911.08947), the
other reads a line (connectionist temporal classification). The steps between follow PaddleOCR.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from math import ceil, hypot
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from app.domain import Box
from app.vision.reading import ReaderFailed, ReadWord

NAME = "pp-ocr-6-small"
PACKAGE = "rapidocr"
WHOLE_PX = 800  # long side of the picture as a whole, in which large letters are looked for
QUARTER_PX = 896  # long side of each overlapping quarter; in a large plain picture small letters are found only so
_QUARTER = 0.55  # of the picture's sides: a name of 20 px letters lies whole in one of two neighbours
MOST_LINES = 150  # read in one look at a picture; more is a page, and said to be unread
SURE = 0.85  # below it, a line is read upside down too
_READ = 0.95  # from it on, a line that was found in the picture as a whole is not read again in its quarters
TRUSTED = 0.6  # below it, it is no word but a pattern
LOWEST_PX = 8  # lower lines cannot be read
CLOSER_LOOKS = 5  # at most, at places where something was found that could not be read
_CLOSER_PX = 416  # long side of such a place
_STUBBY = 2.2  # times as wide as high: a line less wide may stand upright
_LINE_PX = 48  # height of a line as the network reads it
_WIDEST_PX = 1920
_STRETCH = 1.25  # narrow and slanting letters run together less: 2 of 100 names more are read
_MARKED, _SCORED, _GROWTH = 0.3, 0.5, 1.6

_WEIGHTS = {  # SHA-256
    "PP-OCRv6_det_small.onnx": "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
    "PP-OCRv6_rec_small.onnx": "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
}

Pixels = NDArray[np.uint8]
Corners = NDArray[np.float32]


class Line(NamedTuple):
    """A line found: its ``corners`` clockwise from the top left of the writing, as (4, 2) x and y; ``pixels`` upright."""

    corners: Corners
    pixels: Pixels


class PaddleReader:
    """Reads printed Latin letters and digits; raises ReaderFailed when made where the weights are not installed."""

    name = NAME

    def __init__(self) -> None:
        self._finder, self._reader = (_session(_weights(file), digest) for file, digest in _WEIGHTS.items())
        letters = ["", *self._reader.get_modelmeta().custom_metadata_map["character"].splitlines(), " "]
        # Only Latin: what is another script then gets no confidence, in place of a wrong letter.
        self._columns = np.array([0, *(at for at, letter in enumerate(letters) if at and _is_latin(letter))])
        self._letters = [letters[at] for at in self._columns]

    def read(self, rgb: Pixels) -> Sequence[ReadWord]:
        """The words of a picture, (height, width, 3) RGB; raises ReaderFailed when there are more lines than are read."""
        places = [Box(0, 0, rgb.shape[1], rgb.shape[0]), *_quarters(rgb)]
        looks = [
            sorted(self._find_in(rgb, place, side), key=lambda line: -line.pixels.shape[0])
            for place, side in zip(places, (WHOLE_PX, *[QUARTER_PX] * 4), strict=False)
        ]
        seen = self._read_lines(looks[0][:MOST_LINES])
        known = [one.line for one in seen if one.reading.confidence >= _READ]
        nearer = [line for look in looks[1:] for line in look[:MOST_LINES] if not _part_of_any(line, known)]
        seen += self._read_lines(nearer)
        seen += self._closer(rgb, seen)
        words = [word for one in _best(seen) for word in _words(one)]
        most = max(len(look) for look in looks)
        if most > MOST_LINES:
            raise ReaderFailed(f"only {MOST_LINES} of {most} lines were read", words)
        return words

    # ------------------------------------------------------------ finding

    def _find_in(self, rgb: Pixels, place: Box, long_side_px: int, enlarged: int = 1) -> Iterator[Line]:
        """The lines in a part of the picture, looked at in that size, or ``enlarged`` at most so many times."""
        part = rgb[place.top : place.bottom, place.left : place.right]
        corner = np.array([place.left, place.top], dtype=np.float32)
        for line in self._find(part, min(long_side_px, enlarged * max(part.shape[:2]))):
            yield line._replace(corners=line.corners + corner)

    def _find(self, rgb: Pixels, long_side_px: int) -> Iterator[Line]:
        height, width = rgb.shape[:2]
        scale = long_side_px / max(height, width)
        size = (max(32, round(width * scale / 32) * 32), max(32, round(height * scale / 32) * 32))
        small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        marks = self._finder.run(None, {"x": _normed(small)[None]})[0][0, 0]
        stretch = np.array([width / size[0], height / size[1]], dtype=np.float32)
        for corners in _rectangles(marks):
            line = _cut(rgb, corners * stretch)
            if line is not None:
                yield line

    def _closer(self, rgb: Pixels, seen: Sequence[_Seen]) -> list[_Seen]:
        """What is found in the places that could not be read when they are looked at by themselves.

        Two lines that were taken for one come apart.
        """
        sure = [one for one in seen if one.reading.confidence >= SURE]
        places: list[Box] = []
        for one in sorted(seen, key=lambda one: -one.line.pixels.size):
            place = _around(one.line, rgb)
            known = any(_within(other.line, place) for other in sure) or any(_agree(place, other) for other in places)
            if one.reading.confidence < SURE and not known:
                places.append(place)
        return self._read_lines(
            [line for place in places[:CLOSER_LOOKS] for line in self._find_in(rgb, place, _CLOSER_PX, enlarged=3)]
        )

    # ------------------------------------------------------------ reading

    def _read_lines(self, lines: Sequence[Line]) -> list[_Seen]:
        """Every line the way up in which it reads best; the doubtful are tried upside down, the stubby on their sides too."""
        readings = self._read_batches([line.pixels for line in lines])
        doubtful = [at for at, reading in enumerate(readings) if reading.confidence < SURE]
        turned = [(at, 2) for at in doubtful] + [
            (at, turns)
            for at in doubtful
            if lines[at].pixels.shape[1] < _STUBBY * lines[at].pixels.shape[0]
            for turns in (1, 3)
        ]
        pixels = [np.ascontiguousarray(np.rot90(lines[at].pixels, turns)) for at, turns in turned]
        for (at, turns), reading in zip(turned, self._read_batches(pixels), strict=True):
            if reading.confidence > readings[at].confidence:
                readings[at] = reading._replace(turns=turns)
        return [_Seen(line, reading) for line, reading in zip(lines, readings, strict=True)]

    def _read_batches(self, pixels: Sequence[Pixels]) -> list[_Reading]:
        """Lines of like width together, for the shorter are padded."""
        readings = [_NOTHING] * len(pixels)
        order = sorted(range(len(pixels)), key=lambda at: pixels[at].shape[1] / pixels[at].shape[0])
        for start in range(0, len(order), 6):
            batch = order[start : start + 6]
            for at, reading in zip(batch, self._read_batch([pixels[at] for at in batch]), strict=True):
                readings[at] = reading
        return readings

    def _read_batch(self, pixels: Sequence[Pixels]) -> Iterator[_Reading]:
        widths = [
            min(_WIDEST_PX, max(16, ceil(_STRETCH * _LINE_PX * each.shape[1] / each.shape[0]))) for each in pixels
        ]
        widest = ceil(max(widths) / 8) * 8
        lines = np.zeros((len(pixels), 3, _LINE_PX, widest), dtype=np.float32)
        for at, (each, width) in enumerate(zip(pixels, widths, strict=True)):
            shrinking = each.shape[0] > _LINE_PX
            lines[at, :, :, :width] = _normed(
                cv2.resize(each, (width, _LINE_PX), interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_CUBIC)
            )
        chances = self._reader.run(None, {"x": lines})[0][:, :, self._columns]
        for at, width in enumerate(widths):
            yield self._decoded(chances[at], widest / width)

    def _decoded(self, chances: NDArray[np.float32], padding: float) -> _Reading:
        """Best letter per column, repeats and blanks dropped; places are shares of the line's width."""
        best, sure = chances.argmax(axis=1), chances.max(axis=1)
        kept = [at for at in range(len(best)) if best[at] and (at == 0 or best[at] != best[at - 1])]
        if not kept:
            return _NOTHING
        share = padding / len(best)
        return _Reading(
            "".join(self._letters[best[at]] for at in kept),
            tuple(at * share for at in kept),
            share,
            float(sure[kept].mean()),
        )


class _Reading(NamedTuple):
    """A line as it was read; ``at`` and ``share`` are the place and the width of a letter's column, 0 to 1."""

    text: str
    at: tuple[float, ...]
    share: float
    confidence: float
    turns: int = 0  # quarters by which the line was turned to the left before it was read


class _Seen(NamedTuple):
    line: Line
    reading: _Reading


_NOTHING = _Reading("", (), 0.0, 0.0)


def _weights(file: str) -> Path:
    spec = find_spec(PACKAGE)  # looked for, never imported: its other parts want more libraries
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        return Path(folder) / "models" / file
    raise ReaderFailed(f"the weights of the reader (package {PACKAGE}) are not installed")


def _session(path: Path, digest: str) -> onnxruntime.InferenceSession:
    weights = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(weights).hexdigest() != digest:
        raise ReaderFailed(f"{path.name} is missing or not the file that was measured")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # pictures differ in size; the arena would keep the largest for ever
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])


def _is_latin(letter: str) -> bool:
    if letter.isascii():
        return True
    return (
        len(letter) == 1 and "LATIN" in unicodedata.name(letter, "") and "FULLWIDTH" not in unicodedata.name(letter, "")
    )


def _normed(rgb: Pixels) -> NDArray[np.float32]:
    """(3, height, width) from -1 to 1, blue first, as the networks were taught."""
    planes: NDArray[np.float32] = np.ascontiguousarray(rgb.transpose(2, 0, 1)[::-1], dtype=np.float32)
    planes *= 1 / 127.5
    planes -= 1.0
    return planes


def _rectangles(marks: NDArray[np.float32]) -> Iterator[Corners]:
    """The turned rectangles round marked letters, in pixels of the marks."""
    mask = cv2.dilate((marks > _MARKED).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    for contour in contours:
        centre, (across, down), angle = cv2.minAreaRect(contour)
        if min(across, down) < 3 or _score(marks, cv2.boxPoints((centre, (across, down), angle))) < _SCORED:
            continue
        # the networks mark the core of a line; this is how far its letters reach beyond (Vatti clipping of a rectangle)
        grown = across * down * _GROWTH / (across + down)
        yield _clockwise(cv2.boxPoints((centre, (across + grown, down + grown), angle)))


def _score(marks: NDArray[np.float32], corners: Corners) -> float:
    left, top, width, height = cv2.boundingRect(np.floor(corners).astype(np.int32))
    left, top = max(left, 0), max(top, 0)
    part = marks[top : top + height + 1, left : left + width + 1]
    mask = np.zeros(part.shape, np.uint8)
    cv2.fillPoly(mask, [np.int32(corners - (left, top))], 1)
    return float(cv2.mean(part, mask)[0])


def _clockwise(corners: Corners) -> Corners:
    """From the top left: the two leftmost corners, then the two rightmost, each pair from top to bottom."""
    by_x = corners[np.argsort(corners[:, 0], kind="stable")]
    left, right = by_x[:2][np.argsort(by_x[:2, 1])], by_x[2:][np.argsort(by_x[2:, 1])]
    return np.array([left[0], right[0], right[1], left[1]], dtype=np.float32)


def _cut(rgb: Pixels, corners: Corners) -> Line | None:
    """The line turned level; upright ones are laid on their side."""
    width = round(max(_apart(corners[0], corners[1]), _apart(corners[3], corners[2])))
    height = round(max(_apart(corners[0], corners[3]), _apart(corners[1], corners[2])))
    if min(width, height) < LOWEST_PX:
        return None
    if height >= 1.5 * width:
        corners, width, height = np.roll(corners, -1, axis=0), height, width
    goal = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    turn = cv2.getPerspectiveTransform(corners, goal)
    return Line(
        corners,
        cv2.warpPerspective(rgb, turn, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
    )


def _apart(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return hypot(float(one[0] - other[0]), float(one[1] - other[1]))


def _best(seen: Sequence[_Seen]) -> list[_Seen]:
    """The readings that can be trusted, one a place: the one with most letters, each counted by how sure it is."""
    kept: list[_Seen] = []
    trusted = [one for one in seen if one.reading.confidence >= TRUSTED]
    for one in sorted(trusted, key=_weight, reverse=True):
        if not any(_same_place(one.line, other.line) for other in kept):
            kept.append(one)
    return kept


def _weight(one: _Seen) -> float:
    return len(one.reading.text) * one.reading.confidence**4


def _part_of_any(line: Line, others: Sequence[Line]) -> bool:
    area = cv2.contourArea(line.corners)
    return any(cv2.intersectConvexConvex(line.corners, other.corners)[0] >= 0.8 * area for other in others)


def _same_place(one: Line, other: Line) -> bool:
    """Whether two fifths of the smaller lie in the other."""
    common, _ = cv2.intersectConvexConvex(one.corners, other.corners)
    return bool(common >= 0.4 * min(cv2.contourArea(one.corners), cv2.contourArea(other.corners)))


def _quarters(rgb: Pixels) -> list[Box]:
    """The four overlapping quarters of a picture; none of one that is seen in full as it is."""
    height, width = rgb.shape[:2]
    if max(height, width) <= WHOLE_PX:
        return []
    across, down = ceil(_QUARTER * width), ceil(_QUARTER * height)
    return [
        Box(left, top, left + across, top + down)
        for top in dict.fromkeys((0, height - down))
        for left in dict.fromkeys((0, width - across))
    ]


def _around(line: Line, rgb: Pixels) -> Box:
    """The line's place with a margin, inside the picture."""
    margin = 0.3 * min(line.pixels.shape[:2])
    (left, top), (right, bottom) = line.corners.min(axis=0) - margin, line.corners.max(axis=0) + margin
    return Box(max(0, int(left)), max(0, int(top)), min(rgb.shape[1], ceil(right)), min(rgb.shape[0], ceil(bottom)))


def _within(line: Line, place: Box) -> bool:
    x, y = line.corners.mean(axis=0)
    return bool(place.left <= x <= place.right and place.top <= y <= place.bottom)


def _agree(one: Box, other: Box) -> bool:
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    return across > 0 and down > 0 and 2 * across * down > min(one.area, other.area)


def _words(seen: _Seen) -> Iterator[ReadWord]:
    """The line's words, each with its share of the line's place."""
    line, reading = seen
    corners = np.roll(line.corners, -reading.turns, axis=0)
    start = 0
    for word in reading.text.split(" "):
        if word:
            first, last = reading.at[start], reading.at[start + len(word) - 1] + reading.share
            yield ReadWord(word, _place(corners, first, min(last, 1.0)), reading.confidence)
        start += len(word) + 1


def _place(corners: Corners, first: float, last: float) -> Box:
    top, bottom = corners[1] - corners[0], corners[2] - corners[3]
    points = np.array(
        [corners[0] + top * first, corners[0] + top * last, corners[3] + bottom * first, corners[3] + bottom * last]
    )
    (left, upper), (right, lower) = points.min(axis=0), points.max(axis=0)
    return Box(int(left), int(upper), ceil(right), ceil(lower))
