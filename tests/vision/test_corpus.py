"""A corpus of bad pictures: each is seen as it is meant to be seen, or refused with a reason, and leaves nothing behind."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app.errors import FledglingError
from app.vision.clean import publishable
from app.vision.pixels import PhotoLimits, PhotoRefused, open_photo
from tests.vision import corpus, samples
from tests.vision.corpus import Odd
from tests.vision.samples import encoded, noise, quarters

SEEN = dict([*corpus.pixels(), *corpus.turned(), *corpus.several(), *corpus.rubbish()])
BROKEN = {name: (data, slugs) for name, data, slugs in corpus.broken()}
FOREIGN = {name: (data, slug) for name, data, slug in corpus.foreign()}
STATUS = {"photo-too-large": 413, "photo-too-many-pixels": 413, "photo-truncated": 422, "photo-broken": 422}


@pytest.fixture(autouse=True)
def _nothing_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield
    assert list(tmp_path.iterdir()) == []


def refusal(data: bytes) -> PhotoRefused:
    with pytest.raises(PhotoRefused) as refused:
        open_photo(data)
    assert isinstance(refused.value, FledglingError)
    assert refused.value.detail
    assert refused.value.status == STATUS.get(refused.value.slug, 415)
    return refused.value


@pytest.mark.parametrize("name", SEEN)
def test_it_is_seen_as_it_is_meant(name: str) -> None:
    odd = SEEN[name]
    picture = open_photo(odd.data)

    meant = np.asarray(odd.reference.convert("RGB")).astype(int)
    assert picture.rgb.shape == meant.shape
    assert np.abs(picture.rgb - meant).max() <= odd.tolerance
    assert picture.orientation_doubtful == odd.in_doubt


@pytest.mark.parametrize("name", [name for name in SEEN if "XMP bomb" in name])
def test_entities_are_never_expanded(name: str) -> None:
    picture = open_photo(SEEN[name].data)

    assert picture.metadata == ()
    assert picture.warnings == ("the XMP block holds declarations and is not read",)


@pytest.mark.parametrize("name", [name for name in SEEN if "EXIF" not in name and "XMP" not in name])
def test_an_odd_picture_is_no_odd_decoding(name: str) -> None:
    assert open_photo(SEEN[name].data).warnings == ()


@pytest.mark.parametrize("name", [name for name in SEEN if "profile" in name])
def test_a_profile_is_no_comment(name: str) -> None:
    picture = open_photo(SEEN[name].data)

    assert picture.metadata == ()
    assert set(picture.dropped) <= {"icc"}


def test_heic_is_turned_by_its_container() -> None:
    boxes = {turn: [box in samples.oriented("heif", turn) for box in (b"irot", b"imir")] for turn in range(1, 9)}

    assert boxes[1] == [False, False]
    assert [turn for turn, (rotated, _) in boxes.items() if rotated] == [3, 5, 6, 7, 8]
    assert [turn for turn, (_, mirrored) in boxes.items() if mirrored] == [2, 4, 5, 7]


def test_what_rides_along_is_told_and_not_published() -> None:
    told = {name: open_photo(SEEN[name].data) for name in dict(corpus.several())}

    assert {name: picture.dropped for name, picture in told.items()} == {
        "heic of two frames": (),
        "heic with a depth image": ("depth",),
        "heic with a thumbnail": ("thumbnail",),
        "jpeg of two pictures": ("pictures",),
        "jpeg and zip at once": ("trailer",),
    }
    assert b"PK\x03\x04" in SEEN["jpeg and zip at once"].data
    assert b"PK" not in publishable(told["jpeg and zip at once"]).data


@pytest.mark.parametrize("name", BROKEN)
def test_what_breaks_off_is_refused(name: str) -> None:
    data, slugs = BROKEN[name]
    assert refusal(data).slug in slugs


@pytest.mark.parametrize("eighth", range(1, 8))
def test_a_jpeg_that_was_closed_too_early_is_in_doubt(eighth: int) -> None:
    """A repaired download: the library fills the rest with grey and says nothing."""
    whole = encoded(noise(), "jpeg")

    picture = open_photo(whole[: len(whole) * eighth // 8] + b"\xff\xd9")

    assert picture.warnings == ("the lower part of the picture may be missing",)


def test_a_cmyk_jpeg_that_was_closed_too_early_is_in_doubt() -> None:
    whole = encoded(noise().convert("CMYK"), "jpeg")

    assert open_photo(whole[: len(whole) // 2] + b"\xff\xd9").warnings != ()
    assert open_photo(whole).warnings == ()


def test_random_bytes_are_a_picture_of_that_size_or_none() -> None:
    outcomes = set()
    for name, data in corpus.scrambled():
        try:
            picture = open_photo(data)
        except PhotoRefused as refused:
            outcomes.add(refused.slug)
        else:
            assert picture.rgb.shape == (64, 96, 3), name
    assert {"photo-truncated", "photo-broken"} <= outcomes


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_not_taken(name: str) -> None:
    data, slug = FOREIGN[name]
    assert refusal(data).slug == slug


def test_the_last_byte_that_is_taken() -> None:
    data, _ = FOREIGN["20 MB and a byte"]

    assert open_photo(data[:-1]).width == 96


@pytest.mark.parametrize("kind", samples.FORMATS)
def test_the_most_a_header_can_claim(kind: str) -> None:
    assert refusal(samples.bomb(kind)).slug == "photo-too-many-pixels"


def test_a_jpeg_of_65500_by_65500() -> None:
    data = encoded(quarters(), "jpeg").replace(
        b"\x08\0\x40\0\x60\x03", b"\x08" + (65_500).to_bytes(2, "big") * 2 + b"\x03"
    )

    refused = refusal(data)

    assert (refused.slug, refused.status) == ("photo-too-many-pixels", 413)
    assert "65500 by 65500" in refused.detail


def test_headers_that_disagree() -> None:
    """One says little, the other has much: neither is decoded."""
    large = quarters(2000, 1500)
    ispe = b"ispe\0\0\0\0"
    heic = encoded(large, "heif").replace(
        ispe + bytes((0, 0, 7, 208, 0, 0, 5, 220)), ispe + bytes((0, 0, 0, 9, 0, 0, 0, 9))
    )
    webp = encoded(large, "webp")[12:]
    small = b"VP8X\x0a\0\0\0\0\0\0\0" + (8).to_bytes(3, "little") * 2
    webp = b"RIFF" + (4 + len(small) + len(webp)).to_bytes(4, "little") + b"WEBP" + small + webp

    for data in (heic, webp):
        assert refusal(data).slug == "photo-broken"


def test_an_animation_of_one_frame_is_a_still_picture() -> None:
    still = encoded(quarters(), "webp")[12:]
    picture = open_photo(corpus.webp_frame(still, (96, 64)))

    assert np.array_equal(picture.rgb, np.asarray(quarters()))


# ---------------------------------------------------------------- words in every code


@pytest.mark.parametrize("code", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_words_in_every_code(code: str) -> None:
    words = "Zoë Hartley wins"
    raw = words.encode(code)
    described = corpus.exif_block(corpus.entry(0x010E, 2, len(raw) + 2, 26), after=raw + b"\0\0")
    jpeg, png = encoded(quarters(), "jpeg"), encoded(quarters(), "png")
    files = {
        "EXIF ImageDescription": samples.with_segment(jpeg, 0xE1, b"Exif\0\0" + described),
        "Comment": samples.with_segment(jpeg, 0xFE, raw),
        "IPTC Caption": samples.iptc(120, raw),
        "PNG Title": samples.with_chunk(png, b"tEXt", b"Title\0" + raw),
    }

    assert {tag: dict(open_photo(data).metadata).get(tag) for tag, data in files.items()} == dict.fromkeys(files, words)


@pytest.mark.parametrize("code", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_xmp_in_every_code(code: str) -> None:
    packet = '<x xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Zoë Hartley</dc:title></x>'.encode(code)

    for data in (corpus.with_xmp(packet), corpus.webp_with(b"XMP ", packet)):
        assert open_photo(data).metadata == (("XMP title", "Zoë Hartley"),)


def test_two_texts_in_one_field_stay_two() -> None:
    raw = b"Mrs Okafor\0Mr Hale\0"
    block = corpus.exif_block(corpus.entry(0x8298, 2, len(raw), 26), after=raw)

    picture = open_photo(samples.with_segment(encoded(quarters(), "jpeg"), 0xE1, b"Exif\0\0" + block))

    assert picture.metadata == (("EXIF Copyright", "Mrs Okafor Mr Hale"),)


def test_the_limits_hold_for_every_kind() -> None:
    for name, data in corpus.every_kind(quarters()).items():
        with pytest.raises(PhotoRefused) as refused:
            open_photo(data, PhotoLimits(pixels=96 * 64 - 1))
        assert refused.value.slug == "photo-too-many-pixels", name


def test_nothing_in_the_corpus_is_there_twice() -> None:
    every = [*corpus.pixels(), *corpus.turned(), *corpus.several(), *corpus.rubbish()]

    assert len(every) == len(SEEN)
    assert all(isinstance(odd, Odd) for _, odd in every)
