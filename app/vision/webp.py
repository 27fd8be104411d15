"""WebP pixels, and nothing but the pixels, from OpenCV: Pillow decodes every WebP as an animation.

That takes three canvases of four bytes a pixel: 1,090 MB for the 50 megapixels that a photo may have, here 430 MB.
"""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

from app.vision.refusals import PhotoBroken


def pixels(opened: Image.Image, data: bytes) -> Image.Image:
    """The still picture whose file Pillow has opened, found whole, and not decoded; raises PhotoRefused."""
    try:
        decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)  # turns nothing by its EXIF
    except cv2.error as error:
        raise PhotoBroken("the picture cannot be decoded") from error
    if decoded is None or decoded.ndim != 3 or (decoded.shape[1], decoded.shape[0]) != opened.size:
        raise PhotoBroken("the picture cannot be decoded")
    mode, order = ("RGBA", "BGRA") if decoded.shape[2] == 4 else ("RGB", "BGR")
    image = Image.frombuffer(mode, opened.size, decoded, "raw", order, 0, 1)
    image.info = opened.info
    return image
