"""The bytes that would be published: encoded anew from the pixels, so that nothing else of the file can come along."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

from PIL import Image

from app.vision.pixels import Picture

_QUALITIES = (90, 85, 80, 75, 70, 60, 50)
_GRAPHIC_COLOURS = 256


@dataclass(frozen=True, slots=True)
class PublishLimits:
    """The most that Twitter/X takes of one photo (its media best practices: 5 MB, 4096 pixels a side)."""

    bytes: int = 5_000_000
    long_side_px: int = 4096


X_LIMITS = PublishLimits()


@dataclass(frozen=True, slots=True)
class CleanPhoto:
    """A photo ready to be published. ``media_type``: ``image/jpeg`` or ``image/png``; ``sha256`` (hex) is of ``data``."""

    data: bytes
    media_type: str
    width: int
    height: int
    sha256: str


def publishable(picture: Picture, limits: PublishLimits = X_LIMITS) -> CleanPhoto:
    """The same picture always gives the same bytes, as long as the libraries stay the same."""
    image = _fitted(Image.fromarray(picture.rgb), limits.long_side_px)
    if image.getcolors(_GRAPHIC_COLOURS) is not None:
        data = _png(image)
        if len(data) <= limits.bytes:
            return _photo(data, "image/png", image)
    while True:
        for quality in _QUALITIES:
            data = _jpeg(image, quality)
            if len(data) <= limits.bytes:
                return _photo(data, "image/jpeg", image)
        image = _fitted(image, max(image.size) * 3 // 4)


def _fitted(image: Image.Image, long_side_px: int) -> Image.Image:
    longest = max(image.size)
    if longest <= long_side_px:
        return image
    size = [max(1, round(side * long_side_px / longest)) for side in image.size]
    return image.resize((size[0], size[1]), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, subsampling="4:2:0")
    return out.getvalue()


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=6)
    return out.getvalue()


def _photo(data: bytes, media_type: str, image: Image.Image) -> CleanPhoto:
    return CleanPhoto(data, media_type, image.width, image.height, hashlib.sha256(data).hexdigest())
