"""How many names on badges, jumpers and walls are read in 12-megapixel photos: ``python benchmarks/picture_words.py``.

Names of the demo school's roster are drawn turned by up to 20 degrees, in all fonts found, onto blurred and noisy
scenes. Prints, a line a height of the small letters: share of names read letter for letter (case and accents apart), on cards,
on jumpers, bare on the picture, and CPU seconds a photo with about 14 names.
"""

from __future__ import annotations

import argparse
import csv
import random
import time
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from app.vision.paddle import LONG_SIDE_PX, PaddleReader
from app.vision.pixels import Picture
from app.vision.reading import join, read_words

SIZE = (4000, 3000)
JUMPERS = ((20, 40, 110), (120, 20, 30), (20, 90, 40))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A photo and the words drawn on it, each with the way it was drawn."""

    picture: Picture
    words: tuple[tuple[str, str], ...]


def names(roster: Path) -> list[tuple[str, str]]:
    """First names and surnames of a roster."""
    with roster.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    first = next(key for key in rows[0] if "forename" in key.lower() or "first" in key.lower())
    last = next(key for key in rows[0] if "surname" in key.lower())
    return [(row[first], row[last]) for row in rows]


def font_of(path: Path, x_height_px: int) -> ImageFont.FreeTypeFont:
    """The font in the size whose small letters have that height."""
    trial = ImageFont.truetype(str(path), 100)
    _, top, _, bottom = trial.getbbox("x")
    return ImageFont.truetype(str(path), round(100 * x_height_px / (bottom - top)))


def label(text: str, font: ImageFont.FreeTypeFont, way: str, behind: Image.Image, rng: random.Random) -> Image.Image:
    """The text on its card or jumper, or bare in the ink that stands out from what is behind."""
    left, top, right, bottom = font.getbbox(text)
    pad = round(bottom - top)
    paper: tuple[int, ...] = {"card": (250, 248, 240, 255), "jumper": (*rng.choice(JUMPERS), 255)}.get(
        way, (0, 0, 0, 0)
    )
    light = np.asarray(behind.convert("L")).mean() > 128
    ink = {"card": (20, 20, 60), "jumper": (245, 240, 220)}.get(way, (0, 0, 0) if light else (255, 255, 255))
    drawn = Image.new("RGBA", (round(right - left) + 2 * pad, round(bottom - top) + 2 * pad), paper)
    ImageDraw.Draw(drawn).text((pad - left, pad - top), text, font=font, fill=(*ink, 255))
    return drawn.rotate(rng.uniform(-20, 20), expand=True, resample=Image.Resampling.BICUBIC)


def sheet(
    background: Path, roster: list[tuple[str, str]], fonts: list[Path], x_height_px: int, rng: random.Random
) -> Sheet:
    """A photo with up to 14 labels, one a field of a grid."""
    photo = Image.open(background).convert("RGB").resize(SIZE, Image.Resampling.BICUBIC)
    fields = rng.sample([(x, y) for x in range(4) for y in range(5)], 14)
    words: list[tuple[str, str]] = []
    for x, y in fields:
        first, last = rng.choice(roster)
        way = rng.choice(["card", "jumper", "bare"])
        text = rng.choice([first, first, f"{first} {last}", last])
        drawn = label(
            text,
            font_of(rng.choice(fonts), x_height_px),
            way,
            photo.crop((x * 1000, y * 600, x * 1000 + 1000, y * 600 + 600)),
            rng,
        )
        if drawn.width > 1000 or drawn.height > 600:
            continue
        photo.paste(
            drawn, (x * 1000 + rng.randint(0, 1000 - drawn.width), y * 600 + rng.randint(0, 600 - drawn.height)), drawn
        )
        words += [(word, way) for word in text.split()]
    blurred = np.asarray(photo.filter(ImageFilter.GaussianBlur(0.8)), np.int16)
    noisy = blurred + np.random.default_rng(1).normal(0, 4, (SIZE[1], SIZE[0], 1)).astype(np.int16)
    return Sheet(Picture(np.clip(noisy, 0, 255).astype(np.uint8)), tuple(words))


def plain(text: str) -> str:
    """Without case and accents, as names are compared anyway."""
    apart = unicodedata.normalize("NFKD", text.lower()).replace("ł", "l")
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def measure(reader: PaddleReader, sheets: list[Sheet]) -> str:
    """One line of figures."""
    drawn, read, taken_s = Counter[str](), Counter[str](), 0.0
    for one in sheets:
        start = time.process_time()
        text = plain(join(read_words(one.picture, reader), 0)[0])
        taken_s += time.process_time() - start
        for word, way in one.words:
            drawn[way] += 1
            read[way] += plain(word) in text
    shares = "  ".join(f"{way} {read[way] / drawn[way]:.3f} ({drawn[way]})" for way in sorted(drawn))
    return f"all {read.total() / drawn.total():.3f}  {shares}  {taken_s / len(sheets):.2f} cpu-s a photo"


def main() -> None:
    """Measures and prints."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--shared", type=Path, default=Path("../shared"))
    options.add_argument("--fonts", type=Path, default=Path("/usr/share/fonts/truetype"))
    options.add_argument("--photos", type=int, default=4)
    options.add_argument("--long-side", type=int, default=LONG_SIDE_PX)
    chosen = options.parse_args()
    scenes = sorted((chosen.shared / "data" / "faces" / "scenes").glob("*.jpg"))
    roster = names(Path("app/demo_school/roster.csv"))
    fonts = sorted(path for path in chosen.fonts.rglob("*.ttf") if "Math" not in path.name)
    reader = PaddleReader(chosen.long_side)
    for x_height_px in (12, 16, 20, 28, 40, 60):
        rng = random.Random(x_height_px)
        sheets = [sheet(rng.choice(scenes), roster, fonts, x_height_px, rng) for _ in range(chosen.photos)]
        print(f"x-height {x_height_px:2} px: {measure(reader, sheets)}", flush=True)


if __name__ == "__main__":
    main()
