"""Photos with names on badges, jumpers and walls, the same on every machine: only what installed packages bring is drawn with.

Fonts come with matplotlib and Pillow, backgrounds with scikit-image and matplotlib (the demo group). What is asked of a
reader is drawn by chance from a seed: the font, the angle, the ground, and how the name is written.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from app.domain import Box, Pupil
from app.vision.pixels import Picture

SIZE = (4000, 3000)
Colour = tuple[int, int, int]
"""Red, green, blue."""
JUMPERS: tuple[Colour, ...] = ((20, 40, 110), (120, 20, 30), (20, 90, 40))
_PHOTOS = ("coffee.png", "chelsea.png", "astronaut.png", "rocket.jpg", "motorcycle_left.png")
_TEXTURES = ("brick.png", "grass.png", "gravel.png")
_FONTS = {
    "sans": ("DejaVuSans", "DejaVuSans-Bold", "cmss10", "Pillow"),
    "serif": ("DejaVuSerif", "DejaVuSerif-Bold", "STIXGeneral", "STIXGeneralBol", "cmr10", "cmb10"),
    "slanted": ("DejaVuSans-Oblique", "DejaVuSerif-Italic", "STIXGeneralItalic", "STIXGeneralBolIta", "cmti10"),
    "mono": ("DejaVuSansMono", "DejaVuSansMono-Bold", "cmtt10"),
    "hand": ("cmmi10", "cmti10", "STIXGeneralItalic"),  # every letter by itself, a little off, and the whole bent
}
_ANGLES = {"level": 7, "slanting": 7, "steep": 2, "upright": 2, "upside down": 1}  # chances
_GROUNDS = {"card": 4, "jumper": 3, "bare": 3, "faint": 2}
_WAYS = {"first name": 5, "full name": 4, "two lines": 2, "capitals": 3, "in a sentence": 2}


class Label(NamedTuple):
    """A name as it was drawn; ``text`` is all that stands on the label, ``box`` where, in pixels of the photo."""

    pupil: Pupil
    text: str
    box: Box
    font: str
    angle: str
    ground: str
    way: str
    height_px: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A photo and the labels on it."""

    picture: Picture
    labels: tuple[Label, ...]


def sheets(pupils: list[Pupil], x_height_px: int, count: int, seed: int) -> Iterator[Sheet]:
    """So many photos of 12 megapixels with names whose small letters have that height."""
    rng = random.Random(f"{seed}/{x_height_px}")
    for _ in range(count):
        yield _sheet(pupils, x_height_px, rng)


def _sheet(pupils: list[Pupil], x_height_px: int, rng: random.Random) -> Sheet:
    photo = _background(rng.choice((*_PHOTOS, *_TEXTURES, "hopper")))
    across, down = (4, 5) if x_height_px < 50 else (2, 3)
    width, height = SIZE[0] // across, SIZE[1] // down
    labels: list[Label] = []
    for x, y in rng.sample([(x, y) for x in range(across) for y in range(down)], min(14, across * down)):
        field = (x * width, y * height, (x + 1) * width, (y + 1) * height)
        shape, label = _label(rng.choice(pupils), x_height_px, rng)
        if shape.width > width or shape.height > height:
            continue  # a long sentence in a large font
        left = field[0] + rng.randint(0, width - shape.width)
        top = field[1] + rng.randint(0, height - shape.height)
        box = Box(left, top, left + shape.width, top + shape.height)
        ink, paper = _colours(label.ground, photo.crop((box.left, box.top, box.right, box.bottom)), rng)
        writing, sheet = shape.split()
        if paper:
            photo.paste(paper, (left, top), sheet)
        photo.paste(ink, (left, top), writing)
        labels.append(label._replace(box=box))
    blurred = np.asarray(photo.filter(ImageFilter.GaussianBlur(0.8)), np.int16)
    noise = np.random.default_rng(rng.getrandbits(32)).normal(0, 4, (SIZE[1], SIZE[0], 1)).astype(np.int16)
    return Sheet(Picture(np.clip(blurred + noise, 0, 255).astype(np.uint8)), tuple(labels))


def _label(pupil: Pupil, x_height_px: int, rng: random.Random) -> tuple[Image.Image, Label]:
    """The label turned, as two masks: its writing and its paper."""
    way, ground, angle, family = (_one_of(each, rng) for each in (_WAYS, _GROUNDS, _ANGLES, dict.fromkeys(_FONTS, 1)))
    text = _text(pupil, way, rng)
    fonts = [font for name in _FONTS[family] if _writes(font := _font(name, x_height_px), text)]
    if not fonts:
        family, fonts = "sans", [_font("DejaVuSans", x_height_px)]
    font = rng.choice(fonts)
    mask = _by_hand(text, font, rng) if family == "hand" else _printed(text, font)
    pad = round(1.3 * x_height_px)
    writing = Image.new("L", (mask.width + 2 * pad, mask.height + 2 * pad))
    writing.paste(mask, (pad, pad))
    shape = Image.merge("LA", (writing, Image.new("L", writing.size, 255)))
    turned = shape.rotate(_degrees(angle, rng), expand=True, resample=Image.Resampling.BICUBIC)
    return turned, Label(pupil, text, Box(0, 0, 1, 1), family, angle, ground, way, x_height_px)


def _one_of(chances: dict[str, int], rng: random.Random) -> str:
    return rng.choices(list(chances), list(chances.values()))[0]


def _text(pupil: Pupil, way: str, rng: random.Random) -> str:
    first, last = pupil.preferred_first, pupil.preferred_surname
    return {
        "first name": first,
        "full name": f"{first} {last}",
        "two lines": f"{first}\n{last}",
        "capitals": rng.choice([first, f"{first} {last}"]).upper(),
        "in a sentence": rng.choice(
            [f"Star of the week: {first} {last}", f"A poem by {first}, {pupil.class_name} class"]
        ),
    }[way]


def _degrees(angle: str, rng: random.Random) -> float:
    return {
        "level": rng.uniform(-4, 4),
        "slanting": rng.choice([-1, 1]) * rng.uniform(4, 20),
        "steep": rng.choice([-1, 1]) * rng.uniform(20, 60),
        "upright": rng.choice([90, 270]) + rng.uniform(-6, 6),
        "upside down": 180 + rng.uniform(-15, 15),
    }[angle]


def _colours(ground: str, behind: Image.Image, rng: random.Random) -> tuple[Colour, Colour | None]:
    """Ink and paper; no paper for a name that stands bare on the picture."""
    if ground == "card":
        return (20, 20, 60), (250, 248, 240)
    if ground == "jumper":
        return (245, 240, 220), rng.choice(JUMPERS)
    if ground == "faint":
        level = rng.randint(60, 200)
        return (level - 45, level - 45, level - 35), (level, level, level)
    light = np.asarray(behind.convert("L")).mean() > 128
    return ((0, 0, 0) if light else (255, 255, 255)), None


def _printed(text: str, font: ImageFont.FreeTypeFont) -> Image.Image:
    trial = ImageDraw.Draw(Image.new("L", (1, 1)))
    left, top, right, bottom = (round(side) for side in trial.multiline_textbbox((0, 0), text, font=font))
    mask = Image.new("L", (right - left, bottom - top))
    ImageDraw.Draw(mask).multiline_text((-left, -top), text, font=font, fill=255)
    return mask


def _by_hand(text: str, font: ImageFont.FreeTypeFont, rng: random.Random) -> Image.Image:
    lines = text.split("\n")
    high = round(font.size * 1.5)
    mask = Image.new("L", (round(max(font.getlength(line) for line in lines) * 1.25) + 2 * high, high * len(lines)))
    for number, line in enumerate(lines):
        along = high / 2
        for letter in line:
            tile = Image.new("L", (2 * high, 2 * high))
            ImageDraw.Draw(tile).text((high / 2, high / 2), letter.strip(), font=font, fill=255)
            tile = tile.rotate(rng.uniform(-7, 7), resample=Image.Resampling.BICUBIC)
            place = (round(along - high / 2), round(number * high - high / 2 + rng.uniform(-0.05, 0.05) * high))
            mask.paste(255, place, tile)
            along += (0.3 * font.size if letter == " " else font.getlength(letter)) * rng.uniform(0.98, 1.15)
    bent = _bent(np.asarray(mask), high, rng)
    left, top, right, bottom = bent.getbbox() or (0, 0, 1, 1)
    return bent.crop((left, top, right, bottom))


def _bent(mask: np.ndarray, wave_px: int, rng: random.Random) -> Image.Image:
    rows, columns = np.indices(mask.shape).astype(np.float32)
    rows += 0.05 * wave_px * np.sin(columns / (wave_px * rng.uniform(0.6, 1.4)) + rng.uniform(0, 6))
    columns += 0.04 * wave_px * np.sin(rows / (wave_px * rng.uniform(0.3, 0.6)) + rng.uniform(0, 6))
    return Image.fromarray(cv2.remap(mask, columns, rows, cv2.INTER_LINEAR))


@cache
def _font(name: str, x_height_px: int) -> ImageFont.FreeTypeFont:
    """The font in the size whose small letters have that height; laid out plainly, as every Pillow can."""
    _, top, _, bottom = _sized(name, 100).getbbox("x")
    return _sized(name, round(100 * x_height_px / (bottom - top)))


def _sized(name: str, size: int) -> ImageFont.FreeTypeFont:
    if name == "Pillow":
        font = ImageFont.load_default(size)
        assert isinstance(font, ImageFont.FreeTypeFont)
        return font
    path = _inside("matplotlib", f"mpl-data/fonts/ttf/{name}.ttf")
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


def _writes(font: ImageFont.FreeTypeFont, text: str) -> bool:
    missing = bytes(font.getmask("\uffff"))
    return all(bytes(font.getmask(letter)) != missing for letter in set(text) if not letter.isascii())


@cache
def _original(name: str) -> Image.Image:
    if name == "hopper":
        return Image.open(_inside("matplotlib", "mpl-data/sample_data/grace_hopper.jpg")).convert("RGB")
    return Image.open(_inside("skimage", f"data/{name}")).convert("RGB")


def _background(name: str) -> Image.Image:
    """A photo blown up to 12 megapixels; a texture, laid out like tiles of 1000 pixels, so that it stays one."""
    original = _original(name)
    if name not in _TEXTURES:
        return original.resize(SIZE, Image.Resampling.BICUBIC)
    tile = original.resize((1000, 1000), Image.Resampling.BICUBIC)
    tiled = Image.new("RGB", SIZE)
    for left in range(0, SIZE[0], 1000):
        for top in range(0, SIZE[1], 1000):
            tiled.paste(tile, (left, top))
    return tiled


def _inside(package: str, path: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"{package} is not installed; run `make demo`")
    return Path(next(iter(spec.submodule_search_locations))) / path
