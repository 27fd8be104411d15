"""dlib's HOG detector through plain ``face_recognition``: the reference, too weak to rely on.

It finds 0.02 of faces at 24 px, 0.39 at 32 px, and about half of turned ones at any size, so that a photo
it looked at is never better than referred.
"""

from __future__ import annotations

import threading
import warnings
from functools import cache
from typing import Any

import numpy as np
from PIL import ImageFile

from app.domain import Box
from app.vision.detect import Found, Rgb, at_side, scaled

_LONGEST_PX = 4000
_ENLARGED = 1


ONE_AT_A_TIME = threading.Lock()
"""Around every call of the package: dlib's objects give nonsense when two threads use them at once."""


@cache
def face_recognition() -> Any:
    """The package, imported late: it takes seconds and warns of ``pkg_resources``. ImportError if it is incomplete."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            import face_recognition as package
        except SystemExit as error:  # where its models cannot be imported, it ends the whole process
            raise ImportError("face_recognition cannot load its models") from error
        finally:
            # Importing it makes Pillow take truncated files for whole ones, in the whole process.
            ImageFile.LOAD_TRUNCATED_IMAGES = False
    return package


class Hog:
    """``face_recognition.face_locations`` with its defaults: HOG, the picture enlarged once."""

    name = "hog-face_recognition"
    weak = True
    turned_by = 1.0

    def detect(self, rgb: Rgb) -> tuple[Found, ...]:
        """The faces, from left to right, without landmarks and all with score 1: the package gives none."""
        height, width = rgb.shape[:2]
        small = at_side(rgb, min(_LONGEST_PX, max(height, width)))
        across, down = width / small.shape[1], height / small.shape[0]
        with ONE_AT_A_TIME:
            places = face_recognition().face_locations(np.ascontiguousarray(small), _ENLARGED, "hog")
        boxes = (Box(left, top, right, bottom) for top, right, bottom, left in places)
        every = (scaled(Found(box, 1.0), across, down, width, height) for box in boxes)
        return tuple(sorted(every, key=lambda found: (found.box.left, found.box.top)))

    def glance(self, rgb: Rgb) -> tuple[Found, ...]:
        """The same: there is no quicker way."""
        return self.detect(rgb)
