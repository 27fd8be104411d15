"""A photo's bytes as upright sRGB pixels, or a refusal; nothing is ever written to disk.

Only five decoders are reachable, each called by name after the file's structure has been walked,
so a file can neither choose another decoder nor make one allocate more than its header owns up to.
"""

from __future__ import annotations

import io
import threading
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile
from pillow_heif import HeifImageFile

from app.vision import colours, containers, metadata, png_rows, webp
from app.vision.refusals import PhotoBroken, PhotoLimits, PhotoRefused


class _Jpeg(JpegImageFile):
    """Pillow's own looks into EXIF for the density while it opens the file, before anybody has judged its size."""

    def _read_dpi_from_exif(self) -> None:
        return


_DECODERS: Mapping[str, Callable[[io.BytesIO], Image.Image]] = {
    "jpeg": _Jpeg,
    "png": PngImageFile,
    "webp": WebPImageFile,
    "gif": GifImageFile,
    "heif": HeifImageFile,
}
_TURNS: Mapping[int, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_LIMITS = PhotoLimits()
_STRIP_PX = 64
# What is in force for Python's warnings belongs to the whole process.
_listening = threading.Lock()


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A photo as it would be seen.

    ``rgb``: (height, width, 3) RGB, upright, read-only. ``format``: ``jpeg``, ``png``, ``webp``, ``heif`` or ``gif``.
    ``warnings``: what was odd in decoding, in plain words. ``metadata``: free texts of the file as (tag, text).
    ``dropped``: kinds of metadata found (``position``, ``camera``, ``date``, ``author``, ``comment``, ``thumbnail``,
    ``exif``, ``xmp``, ``iptc``, ``icc``, ``depth``, ``video``, ``pictures``, ``trailer``), sorted; none is published.
    """

    rgb: NDArray[np.uint8]
    format: str = "png"
    warnings: tuple[str, ...] = ()
    orientation_doubtful: bool = False
    has_alpha: bool = False
    metadata: tuple[tuple[str, str], ...] = ()
    dropped: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """Pixels across."""
        return int(self.rgb.shape[1])

    @property
    def height(self) -> int:
        """Pixels down."""
        return int(self.rgb.shape[0])


def open_photo(data: bytes, limits: PhotoLimits = _LIMITS) -> Picture:
    """Decodes a photo, turned upright once; raises PhotoRefused with a stable slug."""
    container = containers.inspect(data, limits)
    try:
        image, odd = _decoded(container, data, limits)
        with _listening, warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            found = metadata.read(image)
        seen_through = colours.has_alpha(image)
        turn, doubtful = _turn(image, container, found.orientation)
        # Odd metadata are no odd picture, unless the orientation stood among what could not be read.
        doubtful |= found.orientation is None and bool(_words(heard))
        upright = colours.to_srgb(image)
        del image
        if turn is not None:
            upright = upright.transpose(turn)
        rgb = _pixels(upright)
    except PhotoRefused:
        raise
    except MemoryError as error:
        raise PhotoBroken("the picture needs more memory than there is") from error
    except Exception as error:
        # Decoders of hostile files raise nearly anything; whatever it is, the photo was not seen.
        raise _refusal(error) from error
    rgb.setflags(write=False)
    return Picture(
        rgb=rgb,
        format=container.format,
        warnings=tuple(dict.fromkeys((*odd, *found.doubts))),
        orientation_doubtful=doubtful,
        has_alpha=seen_through,
        metadata=tuple(found.texts),
        dropped=tuple(sorted({*found.kinds, *container.dropped})),
    )


def _pixels(image: Image.Image) -> NDArray[np.uint8]:
    """The picture's pixels, strip by strip: all at once, Pillow keeps three copies for a moment."""
    rgb = np.empty((image.height, image.width, 3), np.uint8)
    for top in range(0, image.height, _STRIP_PX):
        bottom = min(image.height, top + _STRIP_PX)
        rgb[top:bottom] = np.asarray(image.crop((0, top, image.width, bottom)))
    return rgb


def _decoded(container: containers.Container, data: bytes, limits: PhotoLimits) -> tuple[Image.Image, list[str]]:
    # A switch of the whole process that other libraries turn on: half a photo would pass for a whole one.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    with _listening, warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        image = _DECODERS[container.format](io.BytesIO(data))
    containers.check_size(image.size, limits)
    if container.format == "webp":
        image = webp.pixels(image, data)
    image.load()
    containers.check_size(image.size, limits)
    last = np.asarray(image.crop((0, image.height - 1, image.width, image.height)))
    if container.format == "png":
        if not last.any() and png_rows.missing(data):
            raise PhotoBroken("the file ends before the picture does", slug="photo-truncated")
        colours.scale_clear_colour(image, data[24])
    odd = _words([one for one in heard if "TiffImagePlugin" not in one.filename])  # that is EXIF, read later
    if container.format == "jpeg" and last.min() >= 127 and last.max() <= 128:
        # The library fills up with mid-grey, in silence, where picture data are missing; in CMYK with both.
        odd.append("the lower part of the picture may be missing")
    return image, odd


def _words(heard: list[warnings.WarningMessage]) -> list[str]:
    """Pillow's own warnings; those of other threads pass through the same ears."""
    return [
        str(one.message)
        for one in heard
        if "PIL" in Path(one.filename).parts and not issubclass(one.category, DeprecationWarning)
    ]


def _turn(
    image: Image.Image, container: containers.Container, orientation: int | None
) -> tuple[Image.Transpose | None, bool]:
    """How to turn the pixels upright, and whether that is in doubt."""
    if container.format == "heif":
        # libheif has turned the pixels by the container's own boxes, and EXIF is only a remark there.
        # Where the remark says otherwise and the container is silent, programs disagree.
        remark = image.info.get("original_orientation")
        return None, remark not in (None, 1) and not container.turns
    if orientation is None or orientation == 1:
        return None, False
    return _TURNS.get(orientation), orientation not in _TURNS


def _refusal(error: Exception) -> PhotoRefused:
    if isinstance(error, EOFError) or "truncated" in str(error).lower():
        return PhotoBroken("the file ends before the picture does", slug="photo-truncated")
    return PhotoBroken("the picture cannot be decoded")


__all__ = ["PhotoLimits", "PhotoRefused", "Picture", "open_photo"]
