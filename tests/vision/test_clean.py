"""What would be published is the picture and nothing else."""

from __future__ import annotations

import hashlib
import io
import struct

import numpy as np
import pytest
from PIL import Image

from app.vision.clean import CleanPhoto, PublishLimits, publishable
from app.vision.pixels import Picture, open_photo
from tests.vision import samples
from tests.vision.samples import encoded, quarters
from tests.vision.test_metadata import XMP, full_exif

LEFTOVERS = (
    b"Exif",
    b"http://ns.adobe",
    b"xpacket",
    b"Photoshop",
    b"8BIM",
    b"ICC_PROFILE",
    b"iCCP",
    b"eXIf",
    b"tEXt",
    b"iTXt",
    b"zTXt",
    b"Amelia",
    b"JFXX",
    b"Canon",
    b"ftyp",
)


def smooth(width: int = 400, height: int = 300) -> Image.Image:
    """More colours than a graphic has, and none that JPEG finds hard."""
    ys, xs = np.mgrid[0:height, 0:width]
    planes = np.stack([xs * 255 // width, ys * 255 // height, (xs + ys) * 255 // (width + height)], axis=-1)
    return Image.fromarray(planes.astype(np.uint8))


def picture_of(image: Image.Image) -> Picture:
    return open_photo(encoded(image, "png"))


def difference(photo: CleanPhoto, picture: Picture) -> float:
    return float(np.abs(open_photo(photo.data).rgb.astype(int) - picture.rgb).mean())


def segments(data: bytes) -> list[int]:
    """The markers of a JPEG before its picture data."""
    at, found = 2, []
    while data[at + 1] != 0xDA:
        found.append(data[at + 1])
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    return found


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "heif"])
@pytest.mark.parametrize("image", [smooth(), quarters()], ids=["photo", "graphic"])
def test_nothing_is_left_over(kind: str, image: Image.Image) -> None:
    dirty = encoded(
        image,
        kind,
        exif=full_exif(),
        icc_profile=samples.swapped_profile(),
        **({"xmp": XMP.encode()} if kind != "png" else {}),
    )
    assert b"Amelia" in dirty

    photo = publishable(open_photo(dirty))

    assert [word for word in LEFTOVERS if word in photo.data] == []
    again = open_photo(photo.data)
    assert (again.metadata, again.dropped, again.warnings) == ((), (), ())


def test_only_the_segments_a_jpeg_needs() -> None:
    data = publishable(
        open_photo(samples.with_segment(encoded(smooth(), "jpeg", comment="Amelia"), 0xED, b"Photoshop 3.0\0rest"))
    ).data

    assert set(segments(data)) == {0xE0, 0xDB, 0xC0, 0xC4}
    assert Image.open(io.BytesIO(data)).info.keys() == {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_only_the_chunks_a_png_needs() -> None:
    data = publishable(open_photo(samples.with_text(Title="Amelia") + b"cropped away")).data

    assert data.startswith(b"\x89PNG")
    assert [data.count(kind) for kind in (b"IHDR", b"IEND", b"pHYs", b"tIME")] == [1, 1, 0, 0]
    assert data.endswith(b"IEND\xaeB`\x82")


def test_photos_become_jpeg_and_graphics_png() -> None:
    photo, graphic = publishable(picture_of(smooth())), publishable(picture_of(quarters()))

    assert (photo.media_type, graphic.media_type) == ("image/jpeg", "image/png")
    assert difference(photo, picture_of(smooth())) < 2
    assert difference(graphic, picture_of(quarters())) == 0


def test_the_turned_picture_is_published_turned() -> None:
    photo = publishable(open_photo(samples.oriented("jpeg", 6)))

    assert (photo.width, photo.height) == (96, 64)
    assert open_photo(photo.data).rgb.shape == (64, 96, 3)


def test_the_same_picture_gives_the_same_bytes() -> None:
    one, other = publishable(picture_of(smooth())), publishable(picture_of(smooth()))

    assert one == other
    assert one.sha256 == hashlib.sha256(one.data).hexdigest()


@pytest.mark.parametrize(
    ("size", "meant"),
    [((5000, 100), (4096, 82)), ((100, 8192), (50, 4096)), ((50_000, 1), (4096, 1)), ((4096, 4096), (4096, 4096))],
)
def test_no_side_is_longer_than_x_takes(size: tuple[int, int], meant: tuple[int, int]) -> None:
    photo = publishable(Picture(np.zeros((size[1], size[0], 3), np.uint8)))

    assert (photo.width, photo.height) == meant
    assert open_photo(photo.data).rgb.shape[:2] == (meant[1], meant[0])


def test_the_worst_picture_still_fits() -> None:
    hard = Picture(np.asarray(samples.noise(2400, 2400)))
    plain = publishable(hard)
    tight = publishable(hard, PublishLimits(bytes=200_000))

    assert len(plain.data) <= 5_000_000
    assert len(tight.data) <= 200_000
    assert tight.width < plain.width


def test_a_graphic_too_large_for_png_becomes_jpeg() -> None:
    dots = np.random.default_rng(1).integers(0, 2, (600, 600, 1), np.uint8).repeat(3, axis=2) * 255

    assert publishable(Picture(dots), PublishLimits(bytes=30_000)).media_type == "image/jpeg"
