"""No photo takes more than 700 MB or many seconds: the heaviest there are, each group looked at in a process of its own."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image

import app as fledgling
from tests.vision import corpus, samples
from tests.vision.samples import chunk, encoded, png, quarters, with_chunk, with_segment

SIDE = 7071  # squared the most that is taken
MEMORY_MB = 700
CPU_S = 20  # of one file; told apart from what would take minutes, not measured

LOOK = """
import json, pathlib, resource, sys, time
resource.setrlimit(resource.RLIMIT_CPU, (90, 90))
from app.vision.clean import publishable
from app.vision.pixels import open_photo
from app.vision.refusals import PhotoRefused

def peak_mb():
    status = pathlib.Path("/proc/self/status")
    if status.exists():  # what getrusage says includes the process that started this one
        return int(status.read_text().split("VmHWM:")[1].split()[0]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1 << 20 if sys.platform == "darwin" else 1 << 10)

for file in sys.argv[1:]:
    began, data = time.process_time(), pathlib.Path(file).read_bytes()
    try:
        picture = open_photo(data)
        said = {"size": [picture.width, picture.height], "warnings": picture.warnings, "texts": len(picture.metadata)}
        publishable(picture)
        del picture
    except PhotoRefused as refused:
        said = {"slug": refused.slug}
    print(json.dumps(said | {"peak_mb": peak_mb(), "cpu_s": time.process_time() - began}), flush=True)
"""


def looked_at(files: Mapping[str, bytes], folder: Path) -> dict[str, dict[str, object]]:
    """What came of each file, after memory and time have been found to be within their bounds."""
    names = {name: folder / f"{at}.bin" for at, name in enumerate(files)}
    for name, data in files.items():
        assert len(data) <= 20_000_000, name
        names[name].write_bytes(data)
    command = [sys.executable, "-c", LOOK, *map(str, names.values())]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(fledgling.__file__).parents[1], timeout=200)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, (list(files)[len(said)], done.returncode, done.stderr[-500:])
    outcome = dict(zip(files, said, strict=True))
    assert {name: one for name, one in outcome.items() if one["peak_mb"] > MEMORY_MB or one["cpu_s"] > CPU_S} == {}
    return outcome


# ---------------------------------------------------------------- as many pixels as are taken


def _deep_png() -> bytes:
    packer, row = zlib.compressobj(1), bytes(1 + SIDE * 8)
    rows = b"".join(packer.compress(row) for _ in range(SIDE)) + packer.flush()
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", SIDE, SIDE, 16, 6, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def _deep_grey_png() -> bytes:
    rows = (b"\0" + bytes(SIDE * 2)) * SIDE
    return png(SIDE, SIDE, 16, 0, rows, chunk(b"tRNS", b"\0\0"))


def _flat(mode: str) -> Image.Image:
    return Image.new(mode, (SIDE, SIDE), (9, 80, 200, 128)[: len(mode)])


def _heic() -> bytes:
    out = io.BytesIO()
    fast = {"preset": "ultrafast"}
    pillow_heif.from_pillow(_flat("RGBA")).save(out, quality=1, chroma=420, enc_params=fast, exif=samples.exif(6))
    return out.getvalue()


def _webp() -> bytes:
    return encoded(_flat("RGBA"), "webp", quality=0, method=0, exif=samples.exif(6))


def _webp_frame() -> bytes:
    still = encoded(_flat("RGBA"), "webp", quality=0, method=0)
    (length,) = struct.unpack_from("<I", still, still.index(b"VP8L") + 4)
    inner = still[still.index(b"VP8L") :][: 8 + length + (length & 1)]
    return corpus.webp_frame(inner, (SIDE, SIDE))


def _jpeg() -> bytes:
    profile = samples.swapped_profile()
    return encoded(_flat("CMYK"), "jpeg", progressive=True, exif=samples.exif(6), icc_profile=profile)


LARGE: Mapping[str, Callable[[], bytes]] = {
    "16-bit rgba png": _deep_png,
    "16-bit grey png": _deep_grey_png,
    "turned cmyk jpeg": _jpeg,
    "turned, see-through webp": _webp,
    "webp of one frame": _webp_frame,
    "turned, see-through heic": _heic,
    "gif": lambda: encoded(_flat("L"), "gif", transparency=3),
}


@pytest.mark.parametrize("name", LARGE)
def test_as_many_pixels_as_are_taken(name: str, tmp_path: Path) -> None:
    outcome = looked_at({name: LARGE[name]()}, tmp_path)

    assert outcome[name]["size"] == [SIDE, SIDE]


# ---------------------------------------------------------------- headers that claim much


def test_what_claims_more_than_it_has(tmp_path: Path) -> None:
    packed = zlib.compress(b"A" * 80_000_000, 9)
    sof = b"\x08\0\x40\0\x60\x03"
    outcome = looked_at(
        {
            **{kind: samples.bomb(kind) for kind in samples.FORMATS},
            "65,500 x 65,500": encoded(quarters(), "jpeg").replace(sof, b"\x08\xff\xdc\xff\xdc\x03"),
            "a whole gigabyte of zeros": samples.png(32_767, 32_767, 8, 0, bytes(32_768 * 1000)),
            "zTXt": with_chunk(encoded(quarters(), "png"), b"zTXt", b"Comment\0\0" + packed),
            "iCCP": with_chunk(encoded(quarters(), "png"), b"iCCP", b"profile\0\0" + packed),
        },
        tmp_path,
    )

    assert {name: one.get("slug") for name, one in outcome.items()} == {
        **dict.fromkeys([*samples.FORMATS, "65,500 x 65,500", "a whole gigabyte of zeros"], "photo-too-many-pixels"),
        "zTXt": "photo-broken",
        "iCCP": "photo-broken",
    }


# ---------------------------------------------------------------- metadata that swell


def _fractions(count: int) -> bytes:
    """An EXIF block of four directories that share as many fractions."""
    one = corpus.entry(0x011A, 5, count, 100)
    places = (corpus.entry(0x8769, 4, 1, 8), corpus.entry(0x8825, 4, 1, 8))
    block = corpus.exif_block(one, corpus.UPRIGHT, *places, then=8)
    return block + bytes(100 - len(block)) + struct.pack(">II", 12345, 67) * count


def _jpeg_with_exif(block: bytes) -> bytes:
    """Without a density of its own, so that Pillow would look for one in EXIF; in as many segments as it takes."""
    jpeg = encoded(quarters(), "jpeg")
    plain = jpeg[:2] + jpeg[4 + int.from_bytes(jpeg[4:6], "big") :]
    pieces = [block[at : at + 65_000] for at in range(0, len(block), 65_000)]
    for piece in reversed(pieces):
        plain = with_segment(plain, 0xE1, b"Exif\0\0" + piece)
    return plain


def _many_texts(count: int) -> bytes:
    rows = b"".join(chunk(b"tEXt", f"Note {at}\0{at} Amelia".encode()) for at in range(count))
    data = encoded(quarters(), "png")
    return data[:33] + rows + data[33:]


def test_metadata_that_swell(tmp_path: Path) -> None:
    fractions = _fractions(2_400_000)
    elements = "".join(f"<q:t>{at} Amelia</q:t>" for at in range(80_000))
    files = {
        "fractions in jpeg": _jpeg_with_exif(fractions),
        "fractions in png": with_chunk(encoded(quarters(), "png"), b"eXIf", fractions),
        "fractions in webp": corpus.webp_with(b"EXIF", fractions),
        "fractions in heic": encoded(quarters(), "heif", exif=fractions),
        "a camera's worth of fractions": with_chunk(encoded(quarters(), "png"), b"eXIf", _fractions(120_000)),
        "deep XMP": corpus.webp_with(b"XMP ", b"<a>" * 3_000_000 + b"</a>" * 2_500_000),
        "XMP of many words": corpus.webp_with(b"XMP ", f'<x xmlns:q="urn:q">{elements}</x>'.encode()[:1_999_000]),
        "XMP that never closes in jpeg": corpus.with_xmp(b"<" * 65_000),
        "XMP that never closes in webp": corpus.webp_with(b"XMP ", b"<" * 1_999_000),
        "90,000 texts": _many_texts(90_000),
    }
    outcome = looked_at(files, tmp_path)

    assert all(one["size"] == [96, 64] for one in outcome.values())
    unread = {name: one["warnings"] for name, one in outcome.items() if "of fractions" not in name}
    assert all(unread[name] for name in unread if "never closes" not in name)


def test_a_camera_s_block_stays_readable(tmp_path: Path) -> None:
    outcome = looked_at({"EXIF": _jpeg_with_exif(_fractions(8_000))}, tmp_path)

    assert outcome["EXIF"]["warnings"] == []
