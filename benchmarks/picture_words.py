"""How many names on badges, jumpers and walls are caught in 12-megapixel photos: ``python -m benchmarks.picture_words``.

A name is caught if the name check finds one where it was drawn. Prints, for the seed the reader was developed with and
for another, the shares by height of the small letters, and for heights from 20 px by angle, font, ground and way of
writing; ``as written`` is what the check finds in the very words that were drawn, ``words`` the share of names' words that
were read letter for letter (case and accents apart), ``elsewhere`` what is found in a photo where no name was drawn.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from app.domain import Box, Field, Words
from app.text import NameIndex
from app.text.names import find
from app.vision.paddle import PaddleReader
from app.vision.reading import Reader, ReaderFailed, ReadWord, join, read_words
from benchmarks.picture_labels import Label, Sheet, sheets
from benchmarks.rosters import demo_pupils, demo_staff

SEEDS = {"development": 1, "unseen": 2}
HEIGHTS_PX = (12, 16, 20, 28, 40, 60, 90)
WANTED_PX = 20


class Outcome(NamedTuple):
    """What became of one label; ``words`` are those of the child's name, ``read`` those of them read letter for letter."""

    label: Label
    caught: bool
    as_written: bool
    words: int
    read: int
    saw: str


class TesseractReader:
    """Tesseract's programme as it comes, for comparison: sparse text, one thread."""

    name = "tesseract"

    def read(self, rgb: NDArray[np.uint8]) -> Sequence[ReadWord]:
        """The words it prints."""
        _, file = cv2.imencode(".png", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_PNG_COMPRESSION, 1])
        run = subprocess.run(
            ["tesseract", "-", "-", "--psm", "11", "tsv"],
            input=file.tobytes(),
            capture_output=True,
            check=True,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
        rows = [line.split("\t") for line in run.stdout.decode().splitlines()[1:]]
        return [
            ReadWord(
                row[11],
                Box(int(row[6]), int(row[7]), int(row[6]) + int(row[8]), int(row[7]) + int(row[9])),
                float(row[10]) / 100,
            )
            for row in rows
            if len(row) == 12 and row[11].strip() and float(row[10]) >= 30
        ]


def plain(text: str) -> str:
    """Without case and accents, as names are compared anyway."""
    apart = unicodedata.normalize("NFKD", text.lower()).replace("ł", "l")
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _cpu_s() -> float:
    mine, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + others.ru_utime + others.ru_stime


def outcomes(sheet: Sheet, words: Sequence[ReadWord], index: NameIndex) -> tuple[list[Outcome], int]:
    """What became of every label, and how many names were found where there is none."""
    text, places = join(words, 0)
    named = [name.where for name in find(text, index, field=Field.PICTURE_TEXT, photo=0)]
    found = [[box for words, box in places if _share(words, where)] for where in named]
    results = []
    for label in sheet.labels:
        saw = [text[words.start : words.end] for words, box in places if _centred(box, label.box)]
        wanted = _wanted(label)
        results.append(
            Outcome(
                label,
                any(_centred(box, label.box) for boxes in found for box in boxes),
                bool(find(label.text, index, field=Field.PICTURE_TEXT, photo=0)),
                len(wanted),
                sum(word in plain(" ".join(saw)) for word in wanted),
                " ".join(saw),
            )
        )
    astray = sum(not any(_centred(box, label.box) for label in sheet.labels for box in boxes) for boxes in found)
    return results, astray


def _wanted(label: Label) -> list[str]:
    written = plain(label.text)
    names = (label.pupil.preferred_first, label.pupil.preferred_surname)
    return [word for name in names for word in plain(name).split() if word in written]


def _share(one: Words, other: Words) -> bool:
    return one.start < other.end and other.start < one.end


def _centred(box: Box, within: Box) -> bool:
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    return within.left <= x <= within.right and within.top <= y <= within.bottom


class Measured(NamedTuple):
    """All labels of one height, CPU seconds a photo, and names found a photo where there is none."""

    every: list[Outcome]
    cpu_s: float
    elsewhere: float


def measure(reader: Reader, drawn: Iterable[Sheet], index: NameIndex) -> Measured:
    """Reads the photos and looks for names in what was read."""
    every, taken_s, astray, count = list[Outcome](), 0.0, 0, 0
    for sheet in drawn:
        start = _cpu_s()
        try:
            words = read_words(sheet.picture, reader)
        except ReaderFailed as failure:
            words = failure.words
        taken_s += _cpu_s() - start
        results, more = outcomes(sheet, words, index)
        every += results
        astray += more
        count += 1
    return Measured(every, taken_s / count, astray / count)


def shares(every: Sequence[Outcome]) -> str:
    """The figures of these labels."""
    count, words = len(every), sum(one.words for one in every)
    return (
        f"caught {sum(one.caught for one in every) / count:.3f} of {count:4}  "
        f"as written {sum(one.as_written for one in every) / count:.3f}  words {sum(one.read for one in every) / words:.3f}"
    )


def table(every: Sequence[Outcome]) -> Iterator[str]:
    """A line for every angle, font, ground and way of writing."""
    for kind in ("angle", "font", "ground", "way"):
        counted = Counter(getattr(one.label, kind) for one in every)
        for value in sorted(counted):
            yield f"  {kind:6} {value:14} {shares([one for one in every if getattr(one.label, kind) == value])}"


def main() -> None:
    """Measures and prints."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--photos", type=int, default=12, help="of each height")
    options.add_argument("--heights", type=int, nargs="*", default=HEIGHTS_PX)
    options.add_argument("--sets", nargs="*", choices=SEEDS, default=list(SEEDS))
    options.add_argument("--reader", choices=["paddle", "tesseract"], default="paddle")
    options.add_argument("--missed", action="store_true", help="print every name that was not caught")
    chosen = options.parse_args()
    pupils = demo_pupils()
    index = NameIndex.build(pupils, demo_staff())
    reader: Reader = TesseractReader() if chosen.reader == "tesseract" else PaddleReader()
    for name in chosen.sets:
        print(f"{name} (seed {SEEDS[name]}), {reader.name}")
        wanted = list[Outcome]()
        for height_px in chosen.heights:
            done = measure(reader, sheets(pupils, height_px, chosen.photos, SEEDS[name]), index)
            wanted += done.every if height_px >= WANTED_PX else []
            figures = f"{shares(done.every)}  elsewhere {done.elsewhere:.2f} a photo  {done.cpu_s:.2f} cpu-s a photo"
            print(f"  height {height_px:3} px       {figures}", flush=True)
            for one in done.every if chosen.missed else ():
                if not one.caught:
                    print(f"    {'' if one.as_written else '(nor as written) '}{one.label[1:]} read {one.saw!r}")
        print(f"  all from {WANTED_PX} px       {shares(wanted)}")
        print(*table(wanted), sep="\n", flush=True)


if __name__ == "__main__":
    main()
