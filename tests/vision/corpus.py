"""Bad pictures and odd ones, made by script: each is either seen as its reference or refused with one of its slugs."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pillow_heif
from PIL import Image

from tests.vision import samples
from tests.vision.samples import chunk, encoded, noise, png, quarters, with_chunk, with_segment

XMP_MARK = b"http://ns.adobe.com/xap/1.0/\0"
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


@dataclass(frozen=True)
class Odd:
    """A file that is to be seen: within ``tolerance`` of ``reference`` everywhere, in doubt about its turn or not."""

    data: bytes
    reference: Image.Image
    tolerance: int = 3
    in_doubt: bool = False


# ---------------------------------------------------------------- every kind that is taken


def interlaced(image: Image.Image) -> bytes:
    """An RGB picture as a PNG in seven passes, which Pillow reads and cannot write."""
    pixels = np.asarray(image.convert("RGB"))
    passes = (pixels[top::down, left::across] for left, top, across, down in _ADAM7)
    rows = b"".join(b"\0" + row.tobytes() for one in passes if one.size for row in one)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", image.width, image.height, 8, 2, 0, 0, 1))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def every_kind(image: Image.Image) -> dict[str, bytes]:
    """The picture in each format that is taken."""
    return {
        "jpeg": encoded(image, "jpeg"),
        "progressive jpeg": encoded(image, "jpeg", progressive=True),
        "png": encoded(image, "png"),
        "interlaced png": interlaced(image),
        "lossless webp": encoded(image, "webp"),
        "lossy webp": encoded(image, "webp", lossless=False, quality=95),
        "heic": encoded(image, "heif"),
        "gif": encoded(image, "gif"),
    }


def _ycck() -> bytes:
    """Pillow writes four channels as they are: told to be YCCK, inverted YCbCr becomes what it came from."""
    inverted = Image.eval(quarters(), lambda value: 255 - value).convert("YCbCr")
    parts = [Image.eval(part, lambda value: 255 - value) for part in inverted.split()]
    data = bytearray(encoded(Image.merge("CMYK", [*parts, Image.new("L", inverted.size, 0)]), "jpeg"))
    data[data.index(b"Adobe") + 11] = 2
    return bytes(data)


def _dots(*rows: tuple[tuple[int, int, int], ...]) -> Image.Image:
    return Image.fromarray(np.array(rows, np.uint8))


def _greys(*values: int) -> Image.Image:
    return _dots(tuple((value, value, value) for value in values))


def pixels() -> Iterator[tuple[str, Odd]]:
    """Every kind of pixels."""
    for name, data in every_kind(quarters()).items():
        # Colours of half the size bleed over edges: how is for libwebp to say.
        yield name, Odd(data, Image.open(io.BytesIO(data)).convert("RGB") if name == "lossy webp" else quarters())
    clear = quarters().convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(clear.size))
    flat = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("RGB")
    grey = clear.convert("LA")
    flat_grey = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), grey.convert("RGBA")).convert("RGB")
    palette = quarters().convert("P", palette=Image.Palette.ADAPTIVE, colors=4)
    first = palette.tobytes()[0]
    cornered = quarters()
    cornered.paste("white", (0, 0, 48, 32))
    yield "cmyk jpeg", Odd(encoded(quarters().convert("CMYK"), "jpeg"), quarters())
    yield "ycck jpeg", Odd(_ycck(), quarters())
    yield "grey jpeg", Odd(encoded(quarters().convert("L"), "jpeg"), quarters().convert("L"))
    yield "rgba png", Odd(encoded(clear, "png"), flat)
    yield "rgba webp", Odd(encoded(clear, "webp", exact=True), flat)
    yield "la png", Odd(encoded(grey, "png"), flat_grey)
    yield "palette png", Odd(encoded(palette, "png"), quarters())
    yield "palette png, clear", Odd(encoded(palette, "png", transparency=first), cornered)
    yield "palette gif, clear", Odd(encoded(palette, "gif", transparency=first), cornered)
    for name, data in every_kind(Image.new("RGB", (97, 61))).items():
        yield f"all black {name}", Odd(data, Image.new("RGB", (97, 61)))
    for size in ((1, 1), (3, 2), (5, 1), (1, 7), (2, 5)):
        yield f"interlaced png, black, {size}", Odd(interlaced(Image.new("RGB", size)), Image.new("RGB", size))
    yield "1 bit, black", Odd(encoded(Image.new("1", (13, 5)), "png"), Image.new("1", (13, 5)))
    yield "la png, black", Odd(encoded(Image.new("LA", (13, 5), (0, 255)), "png"), Image.new("1", (13, 5)))
    yield "1 bit", Odd(encoded(quarters().convert("1"), "png"), quarters().convert("1"))
    wide = b"\0" + struct.pack(">HHH", 0x8000, 0x4001, 0xFFFF)
    yield "16-bit grey", Odd(png(3, 1, 16, 0, wide), _greys(0x80, 0x40, 0xFF), 0)
    yield "16-bit rgb", Odd(png(1, 1, 16, 2, wide), _dots(((0x80, 0x40, 0xFF),)), 0)
    yield "16-bit la", Odd(png(1, 1, 16, 4, wide[:3] + b"\xff\xff"), _greys(0x80), 0)
    yield "16-bit rgb, clear", Odd(_with_clear(1, 16, 2, wide, 0x8000, 0x4001, 0xFFFF), _greys(255), 0)
    # 0x0100 in 16 bits is not 0: black stays black
    yield "16-bit rgb, another clear", Odd(_with_clear(1, 16, 2, b"\0" * 7, 0x8000, 0x4000, 0x0100), _greys(0), 0)
    yield "1 bit, clear", Odd(_with_clear(2, 1, 0, b"\0\x40", 0), _greys(255, 255), 0)
    yield "2-bit grey, clear", Odd(_with_clear(4, 2, 0, b"\0\x1b", 1), _greys(0, 255, 170, 255), 0)
    yield "4-bit grey, clear", Odd(_with_clear(2, 4, 0, b"\0\x0a", 10), _greys(0, 255), 0)
    for size in ((1, 1), (50_000, 1), (1, 50_000)):
        for kind in ("png", "jpeg", "gif"):
            yield f"{size[0]} x {size[1]} {kind}", Odd(encoded(Image.new("RGB", size, "navy"), kind), _navy(size))
    for kind in ("webp", "heif"):
        yield f"1 x 1 {kind}", Odd(encoded(Image.new("RGB", (1, 1), "navy"), kind), _navy((1, 1)))


def _navy(size: tuple[int, int]) -> Image.Image:
    return Image.new("RGB", size, "navy")


def _with_clear(width: int, bits: int, colours: int, rows: bytes, *clear: int) -> bytes:
    return png(width, 1, bits, colours, rows, chunk(b"tRNS", struct.pack(f">{len(clear)}H", *clear)))


# ---------------------------------------------------------------- turned and several


def turned() -> Iterator[tuple[str, Odd]]:
    """All eight orientations, wherever they may stand."""
    for orientation in range(1, 9):
        block = samples.exif(orientation)
        for kind in ("jpeg", "png", "webp", "heif"):
            yield f"{kind}, {orientation}", Odd(samples.oriented(kind, orientation), quarters())
        stored = samples.oriented("png", orientation)
        profile = f"\nexif\n{len(block):8}\n{block.hex()}\n".encode()
        bare = Image.open(io.BytesIO(stored))
        raw = with_chunk(encoded(bare, "png", exif=b""), b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(profile))
        yield f"png, {orientation} as ImageMagick writes it", Odd(raw, quarters())
        # Programs disagree about a HEIC file that is turned by EXIF alone.
        plain, entry = encoded(quarters(), "heif", exif=samples.exif(1)), struct.pack(">HHI", 0x0112, 3, 1)
        remark = plain.replace(entry + b"\0\1", entry + struct.pack(">H", orientation))
        yield f"heif, {orientation} by EXIF alone", Odd(remark, quarters(), in_doubt=orientation > 1)


def several() -> Iterator[tuple[str, Odd]]:
    """Files that hold further pictures: the main one is the photo."""
    frames = pillow_heif.from_pillow(noise())
    frames.add_from_pillow(quarters())
    out = io.BytesIO()
    frames.save(out, quality=95, primary_index=1)
    yield "heic of two frames", Odd(out.getvalue(), quarters())
    aside = encoded(quarters().convert("RGBA"), "heif")
    assert b"auxid:1" in aside
    yield "heic with a depth image", Odd(aside.replace(b"auxid:1", b"auxid:2"), quarters())
    large = quarters(400, 300)
    yield "heic with a thumbnail", Odd(encoded(large, "heif", thumbnails=[128]), large)
    out = io.BytesIO()
    quarters().save(out, "MPO", save_all=True, append_images=[noise()], quality=95, subsampling=0)
    yield "jpeg of two pictures", Odd(out.getvalue(), quarters())
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("Amelia.txt", "Amelia")
    yield "jpeg and zip at once", Odd(encoded(quarters(), "jpeg") + out.getvalue(), quarters())


def webp_frame(inner: bytes, size: tuple[int, int]) -> bytes:
    """A WebP animation of one frame, made of the chunks of a still WebP; the canvas is see-through."""
    side = b"".join((one - 1).to_bytes(3, "little") for one in size)
    frame = struct.pack("<4sI", b"ANMF", 16 + len(inner)) + bytes(6) + side + b"\x64\0\0\0" + inner
    head = struct.pack("<4sI", b"VP8X", 10) + b"\x12\0\0\0" + side + struct.pack("<4sIIH", b"ANIM", 6, 0, 0)
    return b"RIFF" + struct.pack("<I", 4 + len(head) + len(frame)) + b"WEBP" + head + frame


# ---------------------------------------------------------------- rubbish beside the pixels


def _spoilt_profiles() -> dict[str, bytes]:
    profile = samples.swapped_profile()
    return {
        "truncated": profile[: len(profile) // 2],
        "of a device link": profile[:12] + b"link" + profile[16:],
        "of named colours": profile[:12] + b"nmcl" + profile[16:],
        "for CMYK": profile[:16] + b"CMYK" + profile[20:],
        "for grey": profile[:16] + b"GRAY" + profile[20:],
        "with four thousand million tags": profile[:128] + b"\xff" * 4 + profile[132:],
        "of random bytes": profile[:132] + random.Random(1).randbytes(len(profile) - 132),
        "of nothing": b"\0",
    }


def exif_block(*entries: bytes, then: int = 0, after: bytes = b"") -> bytes:
    """A big-endian EXIF block of those entries; ``then`` is where the next directory stands."""
    return b"MM\0*\0\0\0\x08" + struct.pack(">H", len(entries)) + b"".join(entries) + struct.pack(">I", then) + after


def entry(tag: int, kind: int, count: int, value: int) -> bytes:
    return struct.pack(">HHII", tag, kind, count, value)


UPRIGHT = struct.pack(">HHIHH", 0x0112, 3, 1, 1, 0)


def _spoilt_exif() -> dict[str, bytes]:
    return {
        "next directory is itself": exif_block(UPRIGHT, then=8),
        "directories inside themselves": exif_block(UPRIGHT, entry(0x8769, 4, 1, 8), entry(0x8825, 4, 1, 8)),
        "huge counts": exif_block(UPRIGHT, *(entry(tag, 5, 0xFFFFFFFF, 8) for tag in (0x010E, 0x013B, 0x8298))),
        "places beyond the end": exif_block(UPRIGHT, entry(0x8769, 4, 1, 0xFFFFFFF0), then=0xFFFFFFF0),
        "65,535 entries, one there": b"MM\0*\0\0\0\x08\xff\xff" + UPRIGHT,
        "kinds that are none": exif_block(UPRIGHT, *(entry(tag, 99, 1, 1) for tag in range(0x0200, 0x0240))),
    }


def rubbish() -> Iterator[tuple[str, Odd]]:
    """Metadata that is spoilt; the picture is not."""
    for name, profile in _spoilt_profiles().items():
        for kind in ("jpeg", "png", "webp", "heif"):
            yield f"{kind}, profile {name}", Odd(encoded(quarters(), kind, icc_profile=profile), quarters())
    for name, block in _spoilt_exif().items():
        yield (
            f"jpeg, EXIF {name}",
            Odd(with_segment(encoded(quarters(), "jpeg"), 0xE1, b"Exif\0\0" + block), quarters()),
        )
        yield f"png, EXIF {name}", Odd(with_chunk(encoded(quarters(), "png"), b"eXIf", block), quarters())
        yield f"webp, EXIF {name}", Odd(webp_with(b"EXIF", block), quarters())
    for code in ("utf-8", "utf-16", "utf-16-be", "utf-32"):
        yield f"jpeg, XMP bomb in {code}", Odd(with_xmp(entity_bomb(code)), quarters())
        yield f"webp, XMP bomb in {code}", Odd(webp_with(b"XMP ", entity_bomb(code)), quarters())


def entity_bomb(code: str) -> bytes:
    """A thousand million laughs."""
    layers = "".join(f'<!ENTITY {chr(98 + at)} "{f"&{chr(97 + at)};" * 10}">' for at in range(9))
    text = f'<!DOCTYPE x [<!ENTITY a "Amelia">{layers}]><x xmlns:q="urn:q"><q:t>&j;</q:t></x>'
    return text.encode(code)


def with_xmp(packet: bytes) -> bytes:
    return with_segment(encoded(quarters(), "jpeg"), 0xE1, XMP_MARK + packet)


def webp_with(kind: bytes, body: bytes) -> bytes:
    """A WebP with one more chunk after its picture."""
    still = encoded(quarters(), "webp")[12:]
    flags = {b"EXIF": 8, b"XMP ": 4}[kind]
    head = struct.pack("<4sIB3x", b"VP8X", 10, flags) + (95).to_bytes(3, "little") + (63).to_bytes(3, "little")
    more = struct.pack("<4sI", kind, len(body)) + body + bytes(len(body) & 1)
    return b"RIFF" + struct.pack("<I", 4 + len(head) + len(still) + len(more)) + b"WEBP" + head + still + more


# ---------------------------------------------------------------- what is refused


def broken() -> Iterator[tuple[str, bytes, frozenset[str]]]:
    """Files that break off, in which much is missing or which hold nothing at all, and the slugs they may get."""
    cut = frozenset({"photo-truncated"})
    for name, whole in every_kind(noise()).items():
        for eighth in range(1, 8):
            yield f"{name}, {eighth}/8", whole[: len(whole) * eighth // 8], cut
    progressive = encoded(noise(), "jpeg", progressive=True)
    for eighth in range(1, 8):
        yield f"progressive, {eighth}/8 and an end", progressive[: len(progressive) * eighth // 8] + b"\xff\xd9", cut
    rows = zlib.compress(bytes((1 + 96 * 3) * 63))
    for name, whole in {"png": encoded(quarters(), "png"), "interlaced png": interlaced(quarters())}.items():
        head = whole[: whole.index(b"IDAT") - 4]
        yield f"{name}, a row less and a sound end", head + chunk(b"IDAT", rows) + chunk(b"IEND", b""), cut
    heic = encoded(noise(400, 300), "heif")
    for eighth in range(1, 8):
        kept = max(len(heic) * eighth // 8, heic.rindex(b"mdat") + 4)
        yield f"heic, {eighth}/8 and zeros", heic[:kept] + bytes(len(heic) - kept), cut


def scrambled() -> Iterator[tuple[str, bytes]]:
    """Random bytes under the header of every kind: where nothing in a format tells, they may pass for a picture."""
    for name, whole in every_kind(noise()).items():
        for seed in range(8):
            kept = (4, 16, 40, len(whole) // 2, len(whole) - 40)[seed % 5]
            yield f"{name}, {kept} bytes kept", whole[:kept] + random.Random(seed).randbytes(len(whole) - kept)


def foreign() -> Iterator[tuple[str, bytes, str]]:
    """Whole files of kinds that are not taken, made by the libraries that read them."""
    for kind in ("BMP", "TIFF", "AVIF", "JPEG2000", "ICO", "PPM", "PDF", "EPS"):
        out = io.BytesIO()
        quarters().save(out, kind)
        known = "not-an-image" if kind in {"PPM", "EPS"} else "photo-unsupported"
        yield kind, out.getvalue(), known
    for kind in ("gif", "webp", "png"):
        yield f"animated {kind}", samples.animated(kind), "photo-animated"
    for name in ("svg", "bare svg", "mp4", "mov", "webm", "raw"):
        yield name, samples.FOREIGN[name], "photo-unsupported"
    yield "an empty file", b"", "not-an-image"
    whole = encoded(quarters(), "jpeg")
    yield "20 MB and a byte", whole + bytes(20_000_001 - len(whole)), "photo-too-large"
