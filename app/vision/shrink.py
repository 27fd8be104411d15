"""A publishable copy made smaller for a screen: a page of four photos need not carry ten megabytes."""

from __future__ import annotations

import io

from PIL import Image

_QUALITY = 82
_OURS = ("JPEG", "PNG")  # what publishable copies are


def shrink(copy: bytes, long_side_px: int) -> bytes:
    """A JPEG of the copy whose longer side has at most so many pixels. A JPEG is decoded at the scale that is needed."""
    with Image.open(io.BytesIO(copy), formats=_OURS) as image:
        image.draft("RGB", (long_side_px, long_side_px))
        small = image.convert("RGB")
    small.thumbnail((long_side_px, long_side_px), Image.Resampling.LANCZOS, reducing_gap=2.0)
    out = io.BytesIO()
    small.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()
