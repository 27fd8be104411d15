"""The demo's photos, made on the spot from two public-domain NASA and US Navy portraits.

scikit-image and matplotlib ship them as sample pictures; the files are read by path, so that
neither package has to be imported or have its own requirements installed.
"""

from __future__ import annotations

import io
from importlib.util import find_spec
from pathlib import Path

from PIL import Image, ImageDraw, ImageEnhance, ImageOps

from app.errors import SetUpError

ASTRONAUT = ("skimage", "data/astronaut.png")  # Eileen Collins, NASA
ADMIRAL = ("matplotlib", "mpl-data/sample_data/grace_hopper.jpg")  # Grace Hopper, US Navy

_WALL = (222, 214, 196)
_FLOOR = (148, 120, 92)


def portrait(package: str, inside: str) -> Image.Image:
    """A portrait out of an installed package, RGB. Raises SetUpError where the package is not installed."""
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / inside
        if path.is_file():
            return Image.open(path).convert("RGB")
    raise SetUpError(
        f"The demo's portraits come with {package}, which is not installed; run `make demo`.", slug="no-portraits"
    )


def reference_photo() -> bytes:
    """The reference photo of the demo's opted-out person, as the office would file it."""
    return encode(portrait(*ADMIRAL))


def group_photo(*, opted_out: bool) -> bytes:
    """Three people in a hall, and, if ``opted_out``, between them the one who must not be shown.

    The same scene either way: without that person their place shows the wall.
    """
    scene = _hall(1600, 1000)
    astronaut = portrait(*ASTRONAUT).crop((110, 0, 340, 300))
    for left, top, height, mirrored in ((90, 250, 520, False), (1140, 280, 480, True), (420, 330, 400, True)):
        _stand(scene, ImageOps.mirror(astronaut) if mirrored else astronaut, left, top, height)
    if opted_out:
        admiral = portrait(*ADMIRAL).crop((110, 20, 410, 420))
        _stand(scene, ImageEnhance.Brightness(ImageOps.mirror(admiral)).enhance(1.08), 770, 260, 470)
    return encode(scene)


def single_photo() -> bytes:
    """One person alone."""
    return encode(portrait(*ASTRONAUT))


def encode(picture: Image.Image) -> bytes:
    """A picture as JPEG bytes."""
    held = io.BytesIO()
    picture.save(held, "JPEG", quality=92)
    return held.getvalue()


def _hall(width: int, height: int) -> Image.Image:
    scene = Image.new("RGB", (width, height), _WALL)
    draw = ImageDraw.Draw(scene)
    draw.rectangle((0, int(height * 0.78), width, height), fill=_FLOOR)
    for left in range(60, width, 320):
        draw.rectangle((left, 40, left + 180, 190), fill=(176, 204, 222), outline=(250, 250, 246), width=8)
    for board in range(0, width, 90):
        draw.line((board, int(height * 0.78), board - 60, height), fill=(128, 102, 78), width=3)
    return scene


def _stand(scene: Image.Image, person: Image.Image, left: int, top: int, height: int) -> None:
    scaled = person.resize((round(person.width * height / person.height), height), Image.Resampling.LANCZOS)
    scene.paste(scaled, (left, top))
