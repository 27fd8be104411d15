"""Photos that are not taken: the limits, and the refusals with their stable slugs.

PhotoRefused                     never raised itself
├── PhotoTooLarge           413  ``photo-too-large``, ``photo-too-many-pixels``
├── PhotoUnsupported        415  ``not-an-image``, ``photo-unsupported``, ``photo-animated``
└── PhotoBroken             422  ``photo-truncated``, ``photo-broken``, ``photo-unreadable``
"""

from __future__ import annotations

from dataclasses import dataclass

from app.errors import FledglingError


@dataclass(frozen=True, slots=True)
class PhotoLimits:
    """The most that is taken of one photo; the numbers are the contract's."""

    bytes: int = 20_000_000
    pixels: int = 50_000_000
    scans: int = 64  # of a progressive JPEG: each costs a pass over all pixels; cameras write about ten


class PhotoRefused(FledglingError):
    """A file that is not looked at; nothing of it is kept."""


class PhotoTooLarge(PhotoRefused):
    """More bytes, or more pixels by its header, than are taken."""

    status, title, slug = 413, "Photo too large", "photo-too-large"


class PhotoUnsupported(PhotoRefused):
    """No still picture of a kind that is taken."""

    status, title, slug = 415, "Not a photo that is taken", "photo-unsupported"


class PhotoBroken(PhotoRefused):
    """A picture that cannot be read to its end."""

    status, title, slug = 422, "Broken photo", "photo-broken"
