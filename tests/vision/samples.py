"""Picture files made on the spot: right ones of every kind, and every way in which one can be wrong."""

from __future__ import annotations

import io
import random
import struct
import zlib

import pillow_heif
from PIL import Image, ImageCms, ImageDraw
from PIL.PngImagePlugin import PngInfo

FORMATS = ("jpeg", "png", "webp", "heif", "gif")
CORNERS = {
    "top left": (220, 30, 30),
    "top right": (30, 180, 30),
    "bottom left": (30, 30, 220),
    "bottom right": (240, 220, 40),
}


def quarters(width: int = 96, height: int = 64) -> Image.Image:
    """Four colours, one a corner, so that every turn and mirror image differs."""
    image = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(image)
    for name, colour in CORNERS.items():
        left, top = width // 2 * ("right" in name), height // 2 * ("bottom" in name)
        draw.rectangle((left, top, left + width // 2 - 1, top + height // 2 - 1), fill=colour)
    return image


def noise(width: int = 96, height: int = 64, seed: int = 1) -> Image.Image:
    return Image.frombytes("RGB", (width, height), random.Random(seed).randbytes(width * height * 3))


def exif(orientation: int | None = None, **texts: str) -> bytes:
    tags = Image.Exif()
    if orientation is not None:
        tags[0x0112] = orientation
    if "description" in texts:
        tags[0x010E] = texts["description"]
    return tags.tobytes()


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    if kind == "heif":
        pillow_heif.from_pillow(image).save(out, quality=options.pop("quality", 95), **options)
    else:
        defaults: dict[str, object] = (
            {"quality": 95, "subsampling": 0} if kind == "jpeg" else {"lossless": True} if kind == "webp" else {}
        )
        image.save(out, kind.upper(), **{**defaults, **options})
    return out.getvalue()


def oriented(kind: str, orientation: int) -> bytes:
    """A file whose pixels are stored turned, so that the tag turns them back into ``quarters()``."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    upright = quarters()
    stored = upright.transpose(undo[orientation]) if orientation in undo else upright
    return encoded(stored, kind, exif=exif(orientation))


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, bits: int, colours: int, rows: bytes, *extra: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colours, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def with_chunk(data: bytes, kind: bytes, body: bytes) -> bytes:
    """A PNG with one more chunk after its header."""
    return data[:33] + chunk(kind, body) + data[33:]


def with_segment(data: bytes, marker: int, body: bytes) -> bytes:
    """A JPEG with one more segment after its start."""
    return data[:2] + struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body + data[2:]


def with_text(**texts: str) -> bytes:
    info = PngInfo()
    for key, text in texts.items():
        info.add_text(key, text)
    return encoded(quarters(), "png", pnginfo=info)


def bomb(kind: str) -> bytes:
    """A small file whose header claims 40,000 by 40,000 pixels, or the most the format can say."""
    side = 40_000
    if kind == "png":
        return png(side, side, 1, 0, b"\0" * 5_001 * 100)
    if kind == "gif":
        still = encoded(quarters(), "gif")
        return still[:6] + struct.pack("<HH", side, side) + still[10:]
    if kind == "jpeg":
        photo = encoded(quarters(), "jpeg")
        at = photo.index(b"\xff\xc0")
        return photo[: at + 5] + struct.pack(">HH", side, side) + photo[at + 9 :]
    if kind == "webp":
        body = encoded(quarters(), "webp")[12:]
        extended = struct.pack("<4sI", b"VP8X", 10) + b"\0\0\0\0" + (16_383).to_bytes(3, "little") * 2
        return b"RIFF" + struct.pack("<I", 4 + len(extended) + len(body)) + b"WEBP" + extended + body
    data = encoded(quarters(), "heif")
    return data.replace(
        b"ispe\0\0\0\0" + struct.pack(">II", 96, 64), b"ispe\0\0\0\0" + struct.pack(">II", 30_000, 30_000)
    )


def animated(kind: str) -> bytes:
    frames = [quarters(), noise()]
    out = io.BytesIO()
    if kind == "heif":
        brands = struct.pack(">I4s4sI4s", 20, b"ftyp", b"msf1", 0, b"hevc")
        return brands + struct.pack(">I4s", 16, b"moov") + b"\0" * 8 + struct.pack(">I4s", 16, b"mdat") + b"\0" * 8
    frames[0].save(out, kind.upper(), save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()


def swapped_profile() -> bytes:
    """A colour profile whose red is green and the other way round."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = profile.replace("sRGB".encode("utf-16-be"), "odd!".encode("utf-16-be")).replace(b"sRGB", b"odd!")
    return profile.replace(b"rXYZ", b"wait").replace(b"gXYZ", b"rXYZ").replace(b"wait", b"gXYZ")


def iptc(number: int, text: bytes) -> bytes:
    """A JPEG with one data set of an IPTC record."""
    record = b"\x1c\x02" + bytes([number]) + struct.pack(">H", len(text)) + text
    block = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(record)) + record + b"\0" * (len(record) & 1)
    return with_segment(encoded(quarters(), "jpeg"), 0xED, block)


def progressive(scans: int = 0) -> bytes:
    """A progressive JPEG; its last scan told ``scans`` more times."""
    data = encoded(quarters(), "jpeg", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * scans + data[-2:]


FOREIGN = {
    "svg": b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><text>Amelia</text></svg>',
    "bare svg": b"  <svg width='9'></svg>",
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3",
    "tiff": b"II*\0\x08\0\0\0" + b"\0" * 60,
    "bmp": b"BM" + b"\0" * 60,
    "mp4": b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41" + b"\0" * 40,
    "mov": b"\0\0\0\x14ftypqt  \0\0\0\0qt  " + b"\0" * 40,
    "avif": b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + b"\0" * 40,
    "avif as mif1": b"\0\0\0\x1cftypmif1\0\0\0\0avifmif1miaf" + b"\0" * 40,
    "raw": b"\0\0\0\x18ftypcrx \0\0\0\1crx isom" + b"\0" * 40,
    "avi": b"RIFF\x24\0\0\0AVI LIST" + b"\0" * 40,
    "webm": b"\x1aE\xdf\xa3" + b"\0" * 40,
}
NOT_IMAGES = {
    "nothing": b"",
    "one byte": b"\xff",
    "words": b"A photograph of the summer fair.",
    "web page": b"<!doctype html><html><body><img src='x'></body></html>",
    "xml without a drawing": b"<?xml version='1.0'?><register/>",
    "zeros": b"\0" * 1000,
    "zip": b"PK\x03\x04" + b"\0" * 60,
    "wave": b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 40,
}
