"""Photos are seen rightly or refused with a reason."""

from __future__ import annotations

import io
import random
import struct
import tempfile
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile

from app.vision.pixels import PhotoLimits, PhotoRefused, Picture, open_photo
from tests.vision import samples
from tests.vision.samples import FORMATS, encoded, quarters


@pytest.fixture(autouse=True)
def _nothing_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield
    assert list(tmp_path.iterdir()) == []


def colour_at(picture: Picture, corner: str) -> tuple[int, ...]:
    x = picture.width * (3 if "right" in corner else 1) // 4
    y = picture.height * (3 if "bottom" in corner else 1) // 4
    return tuple(int(one) for one in picture.rgb[y, x])


def is_quarters(picture: Picture, tolerance: int = 12) -> bool:
    return all(
        max(abs(seen - meant) for seen, meant in zip(colour_at(picture, corner), colour, strict=True)) <= tolerance
        for corner, colour in samples.CORNERS.items()
    )


def slug(data: bytes, limits: PhotoLimits | None = None) -> tuple[str, int]:
    with pytest.raises(PhotoRefused) as refused:
        open_photo(data, limits or PhotoLimits())
    assert refused.value.detail
    return refused.value.slug, refused.value.status


# ---------------------------------------------------------------- what is seen


@pytest.mark.parametrize("kind", FORMATS)
def test_each_format_is_seen(kind: str) -> None:
    picture = open_photo(encoded(quarters(), kind))

    assert (picture.format, picture.rgb.shape, str(picture.rgb.dtype)) == (kind, (64, 96, 3), "uint8")
    assert is_quarters(picture)
    assert (picture.warnings, picture.orientation_doubtful, picture.has_alpha, picture.metadata) == (
        (),
        False,
        False,
        (),
    )
    assert not picture.rgb.flags.writeable


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "heif"])
def test_orientation_is_applied_once(kind: str, orientation: int) -> None:
    picture = open_photo(samples.oriented(kind, orientation))

    assert picture.rgb.shape == (64, 96, 3)
    assert is_quarters(picture)
    assert not picture.orientation_doubtful


@pytest.mark.parametrize("orientation", [0, 9, 4711])
def test_an_unknown_orientation_is_in_doubt(orientation: int) -> None:
    picture = open_photo(encoded(quarters(), "jpeg", exif=samples.exif(orientation)))

    assert picture.orientation_doubtful
    assert is_quarters(picture)


def test_a_damaged_exif_block_leaves_the_orientation_in_doubt() -> None:
    damaged = samples.with_segment(encoded(quarters(), "jpeg"), 0xE1, b"Exif\0\0rubbish that is no directory")

    picture = open_photo(damaged)

    assert picture.orientation_doubtful
    assert "the EXIF block cannot be read" in picture.warnings


def test_an_orientation_in_xmp_alone_counts() -> None:
    packet = b"http://ns.adobe.com/xap/1.0/\0" + b'<x xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/>'
    stored = quarters().transpose(Image.Transpose.ROTATE_90)

    assert is_quarters(open_photo(samples.with_segment(encoded(stored, "jpeg"), 0xE1, packet)))


def test_heif_that_is_turned_by_a_remark_alone_is_in_doubt() -> None:
    data = encoded(quarters(), "heif", exif=samples.exif(1))
    entry = struct.pack(">HHI", 0x0112, 3, 1)
    assert data.count(entry + b"\0\1") == 1

    picture = open_photo(data.replace(entry + b"\0\1", entry + b"\0\6"))

    assert picture.orientation_doubtful
    assert picture.rgb.shape == (64, 96, 3)


def test_progressive_cmyk_and_grey_jpegs() -> None:
    assert is_quarters(open_photo(samples.progressive()))
    assert is_quarters(open_photo(encoded(quarters().convert("CMYK"), "jpeg")), tolerance=40)
    grey = open_photo(encoded(Image.new("L", (20, 10), 77), "jpeg"))
    assert np.abs(grey.rgb.astype(int) - 77).max() <= 2


def test_sixteen_bits_keep_their_upper_byte() -> None:
    grey = samples.png(2, 1, 16, 0, b"\0" + struct.pack(">HH", 0x8000, 0x40FF))
    colour = samples.png(1, 1, 16, 2, b"\0" + struct.pack(">HHH", 0x8000, 0x4000, 0xFFFF))

    assert open_photo(grey).rgb[0].tolist() == [[128, 128, 128], [64, 64, 64]]
    assert open_photo(colour).rgb[0].tolist() == [[128, 64, 255]]


def test_what_is_see_through_becomes_white() -> None:
    clear = quarters().convert("RGBA")
    clear.paste((0, 0, 0, 0), (0, 0, 48, 32))
    palette = Image.new("P", (4, 4), 0)
    palette.putpalette([255, 0, 0, 0, 0, 255])
    palette.putpixel((3, 3), 1)
    deep = samples.png(
        2, 1, 16, 0, b"\0" + struct.pack(">HH", 0x8000, 0x4000), samples.chunk(b"tRNS", struct.pack(">H", 0x8000))
    )
    cases = {
        "rgba png": encoded(clear, "png"),
        "rgba webp": encoded(clear, "webp"),
        "rgba heif": encoded(clear, "heif"),
        "la png": encoded(clear.convert("LA"), "png"),
        "palette png": encoded(palette, "png", transparency=0),
        "palette with shares": encoded(palette, "png", transparency=b"\x00\xff"),
        "gif": encoded(palette, "gif", transparency=0),
        "16-bit grey": deep,
    }

    for name, data in cases.items():
        picture = open_photo(data)
        assert picture.has_alpha, name
        assert picture.rgb[0, 0].min() >= 250, name
        assert picture.rgb[-1, -1].min() < 240, name


def test_black_and_white() -> None:
    image = Image.new("1", (8, 8), 1)
    image.putpixel((0, 0), 0)

    assert open_photo(encoded(image, "png")).rgb[0, :2].tolist() == [[0, 0, 0], [255, 255, 255]]


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "heif"])
def test_a_colour_profile_is_applied(kind: str) -> None:
    picture = open_photo(encoded(quarters(), kind, icc_profile=samples.swapped_profile()))

    red, green, _ = colour_at(picture, "top left")
    assert green > 150 > 80 > red
    assert "icc" in picture.dropped


def test_a_rubbish_profile_is_ignored() -> None:
    for profile in (b"rubbish", b"\0" * 200, samples.swapped_profile()[:150]):
        picture = open_photo(encoded(quarters(), "png", icc_profile=profile))
        assert is_quarters(picture)
        assert picture.warnings == ()


def test_the_smallest_and_the_longest() -> None:
    assert open_photo(encoded(Image.new("RGB", (1, 1), "red"), "png")).rgb.tolist() == [[[255, 0, 0]]]
    assert open_photo(encoded(Image.new("RGB", (50_000, 1)), "png")).width == 50_000


def test_the_first_of_several_pictures_is_the_photo() -> None:
    out = io.BytesIO()
    quarters().save(out, "MPO", save_all=True, append_images=[samples.noise()], quality=95, subsampling=0)

    picture = open_photo(out.getvalue())

    assert picture.format == "jpeg"
    assert is_quarters(picture)
    assert "pictures" in picture.dropped


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize("name", samples.FOREIGN)
def test_other_kinds_of_files(name: str) -> None:
    assert slug(samples.FOREIGN[name]) == ("photo-unsupported", 415)


@pytest.mark.parametrize("name", samples.NOT_IMAGES)
def test_what_is_no_picture(name: str) -> None:
    assert slug(samples.NOT_IMAGES[name]) == ("not-an-image", 415)


def test_a_twelve_bit_jpeg_is_told_apart() -> None:
    data = bytearray(encoded(quarters(), "jpeg"))
    data[data.index(b"\xff\xc0") + 4] = 12

    assert slug(bytes(data)) == ("photo-unsupported", 415)


@pytest.mark.parametrize("kind", ["gif", "webp", "png", "heif"])
def test_moving_pictures(kind: str) -> None:
    assert slug(samples.animated(kind)) == ("photo-animated", 415)


def test_an_animation_of_one_frame_stands_still() -> None:
    out = io.BytesIO()
    quarters().save(out, "WEBP", save_all=True, append_images=[quarters()], lossless=True)

    assert is_quarters(open_photo(out.getvalue()))


@pytest.mark.parametrize("eighth", range(1, 8))
@pytest.mark.parametrize("kind", [*FORMATS, "progressive"])
def test_truncated_files(kind: str, eighth: int) -> None:
    whole = (
        encoded(samples.noise(), "jpeg", progressive=True) if kind == "progressive" else encoded(samples.noise(), kind)
    )

    assert not ImageFile.LOAD_TRUNCATED_IMAGES
    assert slug(whole[: len(whole) * eighth // 8]) == ("photo-truncated", 422)


@pytest.mark.parametrize("kind", FORMATS)
def test_all_but_the_last_byte(kind: str) -> None:
    assert slug(encoded(samples.noise(), kind)[:-1]) == ("photo-truncated", 422)


@pytest.mark.parametrize("kind", FORMATS)
def test_random_bytes_under_a_header(kind: str) -> None:
    whole = encoded(samples.noise(), kind)
    for seed in range(20):
        kept = random.Random(seed).choice([3, 8, 12, 32, 64])
        data = whole[:kept] + random.Random(seed).randbytes(len(whole) - kept)
        assert slug(data)[0] in {
            "photo-truncated",
            "photo-broken",
            "not-an-image",
            "photo-too-many-pixels",
            "photo-unsupported",
            "photo-animated",
        }


def test_random_picture_data_are_refused() -> None:
    whole = encoded(samples.noise(640, 480), "jpeg")
    start = whole.index(b"\xff\xda") + 14
    data = whole[:start] + random.Random(3).randbytes(len(whole) - start - 2) + b"\xff\xd9"

    assert slug(data) == ("photo-broken", 422)


def test_a_marker_in_the_midst_of_the_picture_data() -> None:
    whole = encoded(samples.noise(320, 240), "jpeg", quality=60)
    at = len(whole) // 2

    assert slug(whole[:at] + b"\xff\xf2" + whole[at + 2 :]) == ("photo-broken", 422)


@pytest.mark.parametrize("kind", FORMATS)
def test_flipped_bytes_never_break_the_door(kind: str) -> None:
    whole = encoded(quarters(32, 24), kind)
    rng = random.Random(7)
    outcomes = set()
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(rng.choice([1, 1, 2, 8])):
            data[rng.randrange(len(data))] = rng.randrange(256)
        try:
            outcomes.add(open_photo(bytes(data)).format)
        except PhotoRefused as refused:
            outcomes.add(refused.slug)

    assert "photo-broken" in outcomes or "photo-truncated" in outcomes


@pytest.mark.parametrize("kind", FORMATS)
def test_bombs_are_judged_by_their_header(kind: str) -> None:
    data = samples.bomb(kind)
    assert len(data) < 20_000
    tracemalloc.start()
    try:
        assert slug(data) == ("photo-too-many-pixels", 413)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_limits_of_bytes_and_pixels() -> None:
    photo = encoded(quarters(), "png")

    assert open_photo(photo, PhotoLimits(bytes=len(photo), pixels=96 * 64)).width == 96
    assert slug(photo, PhotoLimits(bytes=len(photo) - 1)) == ("photo-too-large", 413)
    assert slug(photo, PhotoLimits(pixels=96 * 64 - 1)) == ("photo-too-many-pixels", 413)
    assert slug(b"\xff\xd8\xff" + bytes(20_000_000)) == ("photo-too-large", 413)


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt", b"iCCP"])
def test_bombs_of_text(kind: bytes) -> None:
    packed = zlib.compress(b"A" * 80_000_000, 9)
    body = {b"zTXt": b"Comment\0\0", b"iTXt": b"Comment\0\1\0\0\0", b"iCCP": b"profile\0\0"}[kind] + packed

    assert slug(samples.with_chunk(encoded(quarters(), "png"), kind, body)) == ("photo-broken", 422)


def test_files_cut_into_crumbs() -> None:
    jpeg, gif, png = (encoded(quarters(), kind) for kind in ("jpeg", "gif", "png"))
    crumbs = (
        jpeg[:2] + b"\xff\xe0\0\2" * 200_000 + jpeg[2:],
        gif[:-1] + b"!\xfe" + b"\1A" * 200_000 + b"\0;",
        png[:33] + samples.chunk(b"tEXt", b"") * 200_000 + png[33:],
    )
    for data in crumbs:
        assert slug(data) == ("photo-broken", 422)


def test_a_thousand_scans() -> None:
    assert is_quarters(open_photo(samples.progressive(scans=5)))
    assert slug(samples.progressive(scans=1000)) == ("photo-broken", 422)


def test_a_wrong_check_sum_and_a_missing_picture() -> None:
    whole = encoded(quarters(), "png")
    assert slug(whole[:40] + bytes([whole[40] ^ 1]) + whole[41:]) == ("photo-broken", 422)
    assert slug(b"\x89PNG\r\n\x1a\n" + whole[8:33] + samples.chunk(b"IEND", b"")) == ("photo-broken", 422)
    assert slug(b"\x89PNG\r\n\x1a\n" + samples.chunk(b"IEND", b"")) == ("photo-broken", 422)
    assert slug(samples.png(0, 5, 8, 0, b"")) == ("photo-broken", 422)
    assert slug(b"\xff\xd8\xff\xd9") == ("photo-broken", 422)
    assert slug(b"GIF89a" + struct.pack("<HHBBB", 9, 9, 0, 0, 0) + b";") == ("photo-broken", 422)
    assert slug(b"GIF89a" + struct.pack("<HHBBB", 9, 9, 0, 0, 0) + b"X;") == ("photo-broken", 422)
    assert slug(b"RIFF\x04\0\0\0WEBP") == ("photo-broken", 422)


# ---------------------------------------------------------------- real photos


def test_shared_photos_are_all_seen(shared: Path) -> None:
    scenes = sorted((shared / "data" / "faces" / "scenes").glob("*.jpg"))[:30]
    pictures = [open_photo(path.read_bytes()) for path in scenes]

    assert len(pictures) == 30
    assert [picture.warnings for picture in pictures if picture.warnings] == []
    assert not any(picture.orientation_doubtful for picture in pictures)


def test_no_switch_of_another_library_makes_half_a_photo_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    whole = encoded(quarters(), "jpeg")
    assert slug(whole[: len(whole) // 2]) == ("photo-truncated", 422)
