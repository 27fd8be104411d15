"""Draws the pictures of docs/photos.md: ``python -m tests.docs_pictures``.

Only what may be published is in them: two public-domain portraits (Eileen Collins, NASA; Grace Hopper, US Navy) out of
installed packages, and faces drawn on paper. What the boxes say is what the engine saw when the pictures were made.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from app.demo.pictures import ADMIRAL, group_photo, portrait
from app.domain import Box, Composition, Face, Matching, PhotoFacts
from app.vision import Engine, Enrolment, Gallery, Picture, Sight, enrol, look, models, paper
from app.vision.cover import Style, cover

FOLDER = Path(__file__).parents[1] / "docs" / "images"
MOST_BYTES = 100_000
_CHILD = "p1"  # whom the admiral plays
_CERTAIN, _POSSIBLE, _RAISED = (0, 110, 60), (190, 120, 0), (190, 0, 30)
_LOOKS: dict[str, tuple[list[Box], list[Box]]] = {  # certain and possible faces of each drawing
    "nobody": ([], []),
    "individual": ([Box(130, 60, 190, 140)], []),
    "pair": ([Box(80, 70, 130, 136), Box(190, 64, 240, 130)], []),
    "pair-with-possible": ([Box(80, 60, 136, 136)], [Box(200, 80, 246, 140)]),
    "group": ([Box(30, 74, 74, 132), Box(104, 66, 148, 124), Box(176, 70, 220, 128), Box(246, 76, 290, 134)], []),
    "dominated": ([Box(30, 40, 120, 160), Box(180, 84, 212, 126), Box(250, 90, 282, 132)], []),
}
_COLOURS = ((150, 90, 60), (205, 160, 125), (110, 70, 50), (225, 180, 150))


def draw_all(folder: Path, engine: Engine) -> list[Path]:
    """Draws every picture into the folder; ValueError for one that is too large for a page."""
    hall, admiral = Picture(_rgb(group_photo(opted_out=True))), Picture(np.asarray(portrait(*ADMIRAL)))
    taken = enrol(admiral, engine, Sight())
    if not isinstance(taken, Enrolment):
        raise ValueError(f"the reference photo was refused: {taken.slug}")
    gallery = Gallery(taken.engine, {_CHILD: taken.vector})
    facts = look(hall, engine, gallery, Matching.DONE, Sight())
    pictures = {
        "photo-seen.jpg": seen(hall, facts),
        "photo-covered.jpg": covered(hall, facts),
        "photo-line-up.jpg": line_up(hall, facts, admiral),
        **{f"photo-{name}.png": composed(name) for name in _LOOKS},
    }
    return [_save(folder / name, image) for name, image in pictures.items()]


def seen(photo: Picture, facts: PhotoFacts) -> Image.Image:
    """The photo with a box and a word for every face."""
    image = Image.fromarray(photo.rgb)
    _boxes(image, facts.faces, [_told(face) for face in facts.faces])
    return _wide(image, 1000)


def covered(photo: Picture, facts: PhotoFacts) -> Image.Image:
    """The face that must not be shown, covered in both ways, side by side."""
    boxes = [face.box for face in facts.faces if face.match]
    around = _around(boxes[0], photo)
    parts = [Image.fromarray(cover(photo, boxes, style).rgb).crop(around) for style in (Style.SOLID, Style.COARSE)]
    return _beside([Image.fromarray(photo.rgb).crop(around), *parts], ["as it came", *Style], 300)


def line_up(photo: Picture, facts: PhotoFacts, reference: Picture) -> Image.Image:
    """The reference photo, then all faces of the photo, likest first."""
    (order,) = facts.line_ups
    crops = [Image.fromarray(photo.rgb).crop(_around(facts.faces[index].box, photo, 0.4)) for index in order.faces]
    words = [_likeness(facts.faces[index]) for index in order.faces]
    faces = [f"{place}. {word}" for place, word in enumerate(words, 1)]
    return _beside([Image.fromarray(reference.rgb).crop((140, 60, 390, 360)), *crops], ["on file", *faces], 190)


def composed(name: str) -> Image.Image:
    """Drawn faces, their boxes, and what the engine on paper calls the whole."""
    certain, possible = _LOOKS[name]
    drawn = paper.picture(
        [(_COLOURS[index % len(_COLOURS)], box) for index, box in enumerate(certain)],
        [(_COLOURS[0], box) for box in possible],
        (320, 200),
    )
    facts = look(drawn, paper.engine(), None, Matching.OFF, Sight())
    wanted = {"dominated": Composition.GROUP, "pair-with-possible": Composition.PAIR}.get(name) or Composition(name)
    if facts.composition is not wanted or (facts.dominant is not None) != (name == "dominated"):
        raise ValueError(f"the drawing of {name} is seen as {facts.composition}")
    image = Image.fromarray(drawn.rgb)
    _boxes(image, facts.faces, [""] * len(facts.faces), margin=4)
    told = f"{facts.composition}, one face dominates" if facts.dominant is not None else str(facts.composition)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 319, 199), outline=(160, 160, 160))
    draw.text((10, 8), told, fill=(30, 30, 30), font=ImageFont.load_default(18))
    return image


def _told(face: Face) -> str:
    words = ["possible face" if face.possible else "identifiable" if face.identifiable else "face"]
    return ", ".join([*words, *([_likeness(face)] if face.match else [])])


def _likeness(face: Face) -> str:
    return f"{face.match} match" if face.match else "no alarm"


def _boxes(image: Image.Image, faces: Sequence[Face], words: Sequence[str], margin: int = 0) -> None:
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(max(14, image.width // 55))
    thick = max(2, image.width // 260)
    for face, word in zip(faces, words, strict=True):
        colour = _RAISED if face.match else _POSSIBLE if face.possible else _CERTAIN
        box = face.box
        outer = (box.left - margin, box.top - margin, box.right + margin, box.bottom + margin)
        draw.rectangle(outer, outline=colour, width=thick)
        if word:
            _, _, width, height = (round(side) for side in font.getbbox(word))
            top = box.top - height - 12
            draw.rectangle((box.left, top, box.left + width + 12, box.top), fill=colour)
            draw.text((box.left + 6, top + 4), word, fill="white", font=font)


def _around(box: Box, photo: Picture, margin: float = 0.9) -> tuple[int, int, int, int]:
    across, down = round(margin * box.width), round(margin * box.height)
    left, top = max(0, box.left - across), max(0, box.top - down)
    return left, top, min(photo.width, box.right + across), min(photo.height, box.bottom + down)


def _beside(images: Sequence[Image.Image], words: Sequence[str], height_px: int) -> Image.Image:
    sized = [image.resize((round(image.width * height_px / image.height), height_px)) for image in images]
    strip = Image.new("RGB", (sum(image.width + 12 for image in sized) - 12, height_px + 30), "white")
    left = 0
    for image, word in zip(sized, words, strict=True):
        strip.paste(image, (left, 30))
        ImageDraw.Draw(strip).text((left + 2, 5), word, fill=(30, 30, 30), font=ImageFont.load_default(16))
        left += image.width + 12
    return strip


def _wide(image: Image.Image, width_px: int) -> Image.Image:
    return image.resize((width_px, round(image.height * width_px / image.width)), Image.Resampling.LANCZOS)


def _rgb(file: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.asarray(Image.open(io.BytesIO(file)).convert("RGB"))


def _save(path: Path, image: Image.Image) -> Path:
    if path.suffix == ".png":
        image.quantize(64).save(path, optimize=True)
    else:
        image.save(path, quality=80, optimize=True)
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"{path.name} has {path.stat().st_size} bytes")
    return path


def main() -> None:
    """Draws with the best engine that can be had here, and says which."""
    root = Path(__file__).parents[1]
    shared = Path(os.environ.get("FLEDGLING_SHARED", root.parent / "shared"))
    engine = models.ready(root / "data" / "models", shared)
    for path in draw_all(FOLDER, engine):
        sys.stdout.write(f"{path.relative_to(root)} ({path.stat().st_size} bytes)\n")
    sys.stdout.write(f"seen by {engine.full_name}\n")


if __name__ == "__main__":
    main()
