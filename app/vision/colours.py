"""Any kind of pixels as 8-bit sRGB on white: grey, palette, 16 bits, CMYK, transparency, colour profiles."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageCms

_ALPHA = frozenset({"LA", "La", "PA", "RGBA", "RGBa"})
_STRIP_PX = 64


def to_srgb(image: Image.Image) -> Image.Image:
    """The picture in mode RGB; its profile applied where it has one that can be read."""
    profile = image.info.get("icc_profile")
    flat = on_white(image)
    if not isinstance(profile, bytes) or not profile:
        return flat if flat.mode == "RGB" else flat.convert("RGB")
    return _through_profile(flat, profile)


def has_alpha(image: Image.Image) -> bool:
    """Whether any of the picture may be see-through."""
    return image.mode in _ALPHA or "transparency" in image.info


def scale_clear_colour(image: Image.Image, bits: int) -> None:
    """Tells which colour of a PNG of that depth is clear in 8 bits, as its pixels are; Pillow leaves it as it stood."""
    clear = image.info.get("transparency")
    if image.mode == "RGB" and bits == 16 and isinstance(clear, tuple):
        image.info["transparency"] = tuple(part >> 8 for part in clear)
    elif image.mode == "L" and bits < 8 and isinstance(clear, int):
        image.info["transparency"] = clear * 255 // ((1 << bits) - 1)


def on_white(image: Image.Image) -> Image.Image:
    """The picture without transparency, in mode L, RGB or CMYK (or another that Pillow converts rightly)."""
    if image.mode.startswith("I"):
        return _deep_grey(image)
    if not has_alpha(image):
        return image.convert("RGB") if image.mode == "P" else image
    white = Image.new("RGB", image.size, "white")
    for top in range(0, image.height, _STRIP_PX):  # all at once, a large picture is held three times for a moment
        strip = image.crop((0, top, image.width, min(image.height, top + _STRIP_PX))).convert("RGBA")
        white.paste(strip, (0, top), strip.getchannel("A"))
    return white


def _deep_grey(image: Image.Image) -> Image.Image:
    """16-bit grey: Pillow's own conversion clips at 255 where the upper byte is meant."""
    deep = np.asarray(image)
    shallow = (deep >> 8).clip(0, 255).astype(np.uint8)
    clear = image.info.get("transparency")
    if isinstance(clear, int):
        shallow[deep == clear] = 255
    return Image.fromarray(shallow)


def _through_profile(flat: Image.Image, profile: bytes) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "srgb" in ImageCms.getProfileDescription(source).lower():
            return flat if flat.mode == "RGB" else flat.convert("RGB")
        if flat.mode not in {"L", "RGB", "CMYK"}:
            flat = flat.convert("RGB")
        done = ImageCms.profileToProfile(flat, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        # a rubbish profile, or one for other pixels: every browser ignores it too
        done = None
    return done if done is not None else flat.convert("RGB")
