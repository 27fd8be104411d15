"""What kind of file bytes are, told by content alone, and whether its structure is whole.

The walk happens before anything is decoded: it finds the size in the header, the end of the file
and moving pictures, so that bombs, truncated files and videos never reach a decoder. Layouts are
those of ITU-T T.81 (JPEG), the PNG and GIF89a specifications, the WebP container and ISO 14496-12.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.vision.refusals import PhotoBroken, PhotoLimits, PhotoRefused, PhotoTooLarge, PhotoUnsupported


@dataclass(frozen=True, slots=True)
class Container:
    """A still picture file whose structure is whole.

    ``format``: ``jpeg``, ``png``, ``webp``, ``heif``, ``gif``. ``size`` is (width, height) by the header, as stored;
    None for HEIF, whose library reads it without decoding. ``dropped``: what follows or surrounds the picture.
    ``turns``: a HEIF container says itself how its pixels are to be turned.
    """

    format: str
    size: tuple[int, int] | None
    dropped: tuple[str, ...] = ()
    turns: bool = False


def inspect(data: bytes, limits: PhotoLimits) -> Container:
    """Tells the kind of file and walks its structure; raises PhotoRefused."""
    if len(data) > limits.bytes:
        raise PhotoTooLarge(f"the file has {len(data):,} bytes; at most {limits.bytes:,} are taken")
    found = _walk(data, _kind(data), limits)
    if found.size is not None:
        check_size(found.size, limits)
    return found


def check_size(size: tuple[int, int], limits: PhotoLimits) -> None:
    """Raises PhotoRefused where a size by the header is empty or too much."""
    width, height = size
    if width < 1 or height < 1:
        raise PhotoBroken("the picture has no pixels by its header")
    if width * height > limits.pixels:
        raise PhotoTooLarge(
            f"the picture has {width} by {height} pixels; at most {limits.pixels:,} are taken",
            slug="photo-too-many-pixels",
        )


MOST_PARTS = 100_000
"""Segments, chunks or blocks of one file: a GIF of 20 MB has 80,000, and decoders keep a note of each."""


# ---------------------------------------------------------------- kinds

_PHOTO_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"mif1", b"mif2", b"msf1", b"hevc", b"hevx", b"hevm", b"hevs"}
)
_HEVC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_MOVING_BRANDS = frozenset({b"msf1", b"hevc", b"hevx", b"hevm", b"hevs"})

_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"II*\0", "a TIFF or raw camera file"),
    (b"MM\0*", "a TIFF or raw camera file"),
    (b"II+\0", "a TIFF file"),
    (b"MM\0+", "a TIFF file"),
    (b"IIRO", "a raw camera file"),
    (b"IIU\0", "a raw camera file"),
    (b"FUJIFILMCCD-RAW", "a raw camera file"),
    (b"BM", "a bitmap (BMP)"),
    (b"8BPS", "a Photoshop file"),
    (b"\0\0\1\0", "an icon"),
    (b"\0\0\2\0", "a cursor"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 file"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 file"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL file"),
    (b"\xff\x0a", "a JPEG XL file"),
    (b"\x8aMNG", "an animation (MNG)"),
    (b"\x1aE\xdf\xa3", "a video"),
    (b"\0\0\1\xba", "a video"),
    (b"\0\0\1\xb3", "a video"),
    (b"FLV", "a video"),
    (b"OggS", "a video"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a video"),
)
_SVG = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<(?:\?xml\b|!--|!DOCTYPE\s+svg\b|(?:\w+:)?svg\b)", re.IGNORECASE)


def _kind(data: bytes) -> str:
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] == b"ftyp":
        return _kind_of_brands(data)
    raise _refuse_foreign(data)


def _kind_of_brands(data: bytes) -> str:
    end = min(max(int.from_bytes(data[:4], "big"), 16), len(data), 512)
    major, others = data[8:12], {data[at : at + 4] for at in range(16, end, 4)}
    if major in _HEVC_BRANDS or (major in _PHOTO_BRANDS and (others & _HEVC_BRANDS or not others & {b"avif", b"avis"})):
        return "heif"
    if major in {b"avif", b"avis"} or others & {b"avif", b"avis"}:
        raise PhotoUnsupported("an AVIF picture; save it as JPEG, PNG, WebP or HEIC")
    if major == b"crx ":
        raise PhotoUnsupported("a raw camera file; save it as JPEG, PNG, WebP or HEIC")
    raise PhotoUnsupported("a video; only still pictures are taken")


def _refuse_foreign(data: bytes) -> PhotoUnsupported:
    kind = next((words for magic, words in _FOREIGN if data.startswith(magic)), None)
    if kind is None and data.startswith(b"RIFF") and data[8:12] == b"AVI ":
        kind = "a video"
    if kind is None and _SVG.match(data[:1024]) and b"<svg" in data[:65536].lower():
        kind = "an SVG drawing"
    if kind is None:
        return PhotoUnsupported("the file is no picture that is known", slug="not-an-image")
    return PhotoUnsupported(f"{kind}; only JPEG, PNG, WebP, HEIC and still GIF pictures are taken")


def _walk(data: bytes, kind: str, limits: PhotoLimits) -> Container:
    walks: dict[str, Callable[[bytes], Container]] = {
        "png": _walk_png,
        "gif": _walk_gif,
        "webp": _walk_webp,
        "heif": _walk_heif,
    }
    try:
        return _walk_jpeg(data, limits.scans) if kind == "jpeg" else walks[kind](data)
    except (struct.error, IndexError) as error:
        raise _truncated() from error


def _parts() -> Iterator[int]:
    """Counts the parts of a file; raises PhotoBroken when there are too many."""
    yield from range(MOST_PARTS)
    raise PhotoBroken("the file is cut into too many parts")


def _truncated() -> PhotoRefused:
    return PhotoBroken("the file ends before the picture does", slug="photo-truncated")


def _animated() -> PhotoRefused:
    return PhotoUnsupported("a moving picture; only still pictures are taken", slug="photo-animated")


def _trailer(data: bytes, at: int) -> tuple[str, ...]:
    """What kind of thing follows the end of the picture: phones append videos and further pictures there."""
    rest = data[at:]
    if not rest.strip(b"\0\r\n "):
        return ()
    if b"ftyp" in rest:
        return ("video",)
    return ("pictures",) if b"\xff\xd8\xff" in rest else ("trailer",)


# ---------------------------------------------------------------- JPEG

_SCAN_END = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_EXPECTED = frozenset({0xC4, 0xCC, 0xD9, 0xDA, 0xDB, 0xDC, 0xDD, 0xDF, 0xFE, *range(0xE0, 0xF0)})


def _walk_jpeg(data: bytes, most_scans: int) -> Container:
    at, scans, frame = 2, 0, 0
    size: tuple[int, int] | None = None
    told: set[tuple[int, int]] = set()
    for _ in _parts():
        at, marker = _next_marker(data, at)
        if marker == 0xD9:
            break
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:
            continue
        (length,) = struct.unpack_from(">H", data, at)
        if at + length > len(data):
            raise _truncated()
        if marker in _FRAMES:
            if size is not None:
                raise PhotoBroken("the file holds two headers of one picture")
            size, frame = _jpeg_frame(data, at, marker), at
        at += length
        if marker != 0xDA:
            continue
        told |= _told_by_scan(data, at - length, data[frame - 1])
        scans += 1
        if scans > most_scans:
            raise PhotoBroken(f"the picture is told in more than {most_scans} scans")
        at = _end_of_scan(data, at)
    if size is None or not scans:
        raise PhotoBroken("the file holds no picture")
    _check_told(data, frame, told)
    return Container("jpeg", size, _trailer(data, at))


def _next_marker(data: bytes, at: int) -> tuple[int, int]:
    """The place after the next marker, and the marker."""
    at = data.find(b"\xff", at)
    if at < 0:
        raise _truncated()
    while data[at] == 0xFF:
        at += 1
    return at + 1, data[at]


def _jpeg_frame(data: bytes, at: int, marker: int) -> tuple[int, int]:
    _, bits, height, width, parts = struct.unpack_from(">HBHHB", data, at)
    if bits != 8 or marker in {0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF} or parts not in {1, 3, 4}:
        raise PhotoUnsupported("a JPEG of a rare kind (12 bits, lossless or hierarchical); save it as an ordinary JPEG")
    return width, height


def _told_by_scan(data: bytes, at: int, kind: int) -> set[tuple[int, int]]:
    """The components and coefficients that are told to the last bit once this scan is read."""
    end = at + 3 + 2 * data[at + 2]
    # An ordinary scan tells everything, whatever it says: some cameras write rubbish here.
    first, last, bits = (data[end], data[end + 1], data[end + 2] & 15) if kind in {0xC2, 0xCA} else (0, 63, 0)
    order = range(first, min(last, 63) + 1) if bits == 0 else ()
    return {(part, coefficient) for part in data[at + 3 : end : 2] for coefficient in order}


def _check_told(data: bytes, frame: int, told: set[tuple[int, int]]) -> None:
    """Raises PhotoBroken where scans are missing: the JPEG library would show a blurred picture, in silence."""
    parts = data[frame + 8 : frame + 8 + 3 * data[frame + 7] : 3]
    if any((part, coefficient) not in told for part in parts for coefficient in range(64)):
        raise _truncated()


def _end_of_scan(data: bytes, at: int) -> int:
    """Where the marker after the picture data stands."""
    found = _SCAN_END.search(data, at)
    if not found:
        raise _truncated()
    if data[found.start() + 1] not in _EXPECTED:
        raise PhotoBroken("the picture data are damaged")
    return found.start()


# ---------------------------------------------------------------- PNG


def _walk_png(data: bytes) -> Container:
    at, size, pictures = 8, (0, 0), 0
    for _ in _parts():
        length, kind = struct.unpack_from(">I4s", data, at)
        if at + 12 + length > len(data):
            raise _truncated()
        body = memoryview(data)[at + 8 : at + 8 + length]
        if at == 8 and (kind != b"IHDR" or length != 13):
            raise PhotoBroken("the file does not begin with a picture header")
        if zlib.crc32(body, zlib.crc32(kind)) != int.from_bytes(data[at + 8 + length : at + 12 + length], "big"):
            raise PhotoBroken("a check sum in the file does not fit")
        at += 12 + length
        if kind == b"IHDR":
            size = struct.unpack_from(">II", body)
        elif kind == b"acTL" and struct.unpack_from(">I", body)[0] > 1:
            raise _animated()
        elif kind == b"IDAT":
            pictures += 1
        elif kind == b"IEND":
            break
    if not pictures:
        raise PhotoBroken("the file holds no picture")
    return Container("png", (size[0], size[1]), _trailer(data, at))


# ---------------------------------------------------------------- GIF


def _walk_gif(data: bytes) -> Container:
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    at, frames, parts = 13 + _colours(flags), 0, _parts()
    while data[at] != 0x3B:
        block, at = data[at], at + 1
        next(parts)
        if block == 0x21:
            at = _skip_sub_blocks(data, at + 1, parts)
        elif block == 0x2C:
            left, top, across, down, flags = struct.unpack_from("<HHHHB", data, at)
            width, height, frames = max(width, left + across), max(height, top + down), frames + 1
            at = _skip_sub_blocks(data, at + 9 + _colours(flags) + 1, parts)
        elif block != 0:
            raise PhotoBroken("the file holds an unknown block")
    if frames > 1:
        raise _animated()
    if not frames:
        raise PhotoBroken("the file holds no picture")
    return Container("gif", (width, height), _trailer(data, at + 1))


def _colours(flags: int) -> int:
    """Bytes of the colour table that the flags announce."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _skip_sub_blocks(data: bytes, at: int, parts: Iterator[int]) -> int:
    while length := data[at]:
        at += 1 + length
        next(parts)
    return at + 1


# ---------------------------------------------------------------- WebP


def _walk_webp(data: bytes) -> Container:
    (length,) = struct.unpack_from("<I", data, 4)
    end = 8 + length
    if end > len(data):
        raise _truncated()
    size: tuple[int, int] | None = None
    at, frames = 12, 0
    while at + 8 <= end:
        kind, (length,) = data[at : at + 4], struct.unpack_from("<I", data, at + 4)
        if at + 8 + length > end:
            raise _truncated()
        size = size or _webp_size(kind, data, at + 8)
        frames += kind == b"ANMF"
        at += 8 + length + (length & 1)
    if frames > 1:
        raise _animated()
    if size is None:
        raise PhotoBroken("the file holds no picture")
    return Container("webp", size, _trailer(data, end))


def _webp_size(kind: bytes, data: bytes, at: int) -> tuple[int, int] | None:
    if kind == b"VP8X":
        return int.from_bytes(data[at + 4 : at + 7], "little") + 1, int.from_bytes(data[at + 7 : at + 10], "little") + 1
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, at + 6)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, at + 1)
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    return None


# ---------------------------------------------------------------- HEIF


_ZEROS = 4096
"""Coded pictures hold no run of zeros; a download that broke off leaves them at the end of the room made for it."""


def _walk_heif(data: bytes) -> Container:
    boxes = dict(_boxes(data))
    if b"moov" in boxes and (b"meta" not in boxes or data[8:12] in _MOVING_BRANDS):
        raise _animated()
    if b"meta" not in boxes:
        raise _truncated()
    if next(reversed(boxes)) == b"mdat" and data.endswith(bytes(_ZEROS)):
        raise _truncated()
    described = bytes(boxes[b"meta"])
    dropped = ("video",) if boxes.keys() & {b"moov", b"mpvd"} else ()
    return Container("heif", None, dropped, b"irot" in described or b"imir" in described)


def _boxes(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """The types and contents of the boxes of the outermost level."""
    at = 0
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, at + 8)
        elif length == 0:
            length = len(data) - at
        if length < 8 or not kind.isalnum():
            return  # phones append notes of their own after the last box
        if at + length > len(data):
            raise _truncated()
        yield kind, memoryview(data)[at : at + length]
        at += length
