"""What a picture file says besides its pixels: free texts that may name a child, and kinds of metadata.

Nothing of it is published. The texts are read because a file that names a child in its caption was
meant to be sent, and the kinds are told so that people learn what their files carry.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from PIL import ExifTags, Image

from app.vision import iptc

TEXT_MAX = 2_000  # code points kept of one text
TOTAL_MAX = 20_000  # code points kept of all; more is said to be unread
EXIF_MAX = 1_000_000  # bytes; cameras write up to 65,533, and 20 MB of fractions become gigabytes of numbers
XMP_MAX = 2_000_000  # bytes; 20 MB of empty elements become a gigabyte


@dataclass(slots=True)
class Found:
    """What a file says: ``texts`` as (tag, text), ``kinds`` that it carries, ``orientation`` as it stands there.

    ``doubts`` are in plain words: metadata that could not be read.
    """

    texts: list[tuple[str, str]] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    orientation: int | None = None
    doubts: list[str] = field(default_factory=list)
    _kept: set[tuple[str, str]] = field(default_factory=set)
    _length: int = 0

    def add(self, tag: str, text: str) -> None:
        """Keeps a text that says something."""
        clean = " ".join(text.replace("\0", " ").split())
        if len(clean) > TEXT_MAX:
            clean = clean[:TEXT_MAX]
            self.doubts.append("the file carries more text than is read")
        if (tag, clean) in self._kept or not any(character.isalpha() for character in clean):
            return
        self._length += len(clean)  # of what is left out too: once it is full, it stays so
        if self._length > TOTAL_MAX:
            self.doubts.append("the file carries more text than is read")
            return
        self._kept.add((tag, clean))
        self.texts.append((tag, clean))


def read(image: Image.Image) -> Found:
    """Reads all metadata of an opened picture whose pixels have been loaded."""
    found = Found()
    _read_exif(image, found)
    _read_xmp(_bytes(image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")), found)
    _read_blocks(image, found)
    _read_comments(image, found)
    if image.info.get("icc_profile"):
        found.kinds.add("icc")
    if image.info.get("thumbnails") or _has_jfif_thumbnail(image):
        found.kinds.add("thumbnail")
    if image.info.get("depth_images") or image.info.get("aux"):
        found.kinds.add("depth")
    return found


def _bytes(value: object) -> bytes:
    if isinstance(value, str):
        return value.encode("utf-8", "replace")
    return value if isinstance(value, bytes) else b""


# ---------------------------------------------------------------- EXIF

_EXIF_TEXTS: Mapping[int, str] = {
    0x010D: "DocumentName",
    0x010E: "ImageDescription",
    0x011D: "PageName",
    0x013B: "Artist",
    0x013C: "HostComputer",
    0x8298: "Copyright",
    0x9C9B: "XPTitle",
    0x9C9C: "XPComment",
    0x9C9D: "XPAuthor",
    0x9C9E: "XPKeywords",
    0x9C9F: "XPSubject",
    0x9286: "UserComment",
    0xA430: "CameraOwnerName",
    0xA436: "ImageTitle",
    0xA437: "Photographer",
    0xA438: "ImageEditor",
    0xC68B: "OriginalRawFileName",
}
_GROUPS: Mapping[str, frozenset[int]] = {
    "comment": frozenset({0x010D, 0x010E, 0x9286, 0x9C9B, 0x9C9C, 0x9C9E, 0x9C9F, 0xA436}),
    "author": frozenset({0x013B, 0x8298, 0x9C9D, 0xA430, 0xA437, 0xA438}),
    "camera": frozenset({0x010F, 0x0110, 0x0131, 0x013C, 0x927C, 0xA431, 0xA432, 0xA433, 0xA434, 0xA435}),
    "date": frozenset({0x0132, 0x9003, 0x9004}),
}
_STRUCTURE = frozenset({0x0112, 0x8769, 0x8825, 0xA005})  # orientation and the places of further blocks


def _read_exif(image: Image.Image, found: Found) -> None:
    if not ({"exif", "Raw profile type exif", "xmp", "XML:com.adobe.xmp"} & image.info.keys()):
        return
    try:
        _read_anew(image.info)
        exif = image.getexif()
        tags: dict[int, object] = {**exif, **exif.get_ifd(ExifTags.IFD.Exif)}
        position: dict[int, object] = dict(exif.get_ifd(ExifTags.IFD.GPSInfo))
        thumbnail = bool(exif.get_ifd(ExifTags.IFD.IFD1))
        big_endian = exif.endian == ">"
    except Exception:  # noqa: BLE001 - whatever a damaged block makes the library raise
        found.doubts.append("the EXIF block cannot be read")
        found.orientation = 0
        return
    if 0x0112 in tags:
        value = tags[0x0112]
        found.orientation = value if isinstance(value, int) else 0
    for tag in sorted(_EXIF_TEXTS.keys() & tags.keys()):
        found.add(f"EXIF {_EXIF_TEXTS[tag]}", _exif_text(tag, tags[tag], big_endian))
    if 0x1C in position:
        found.add("EXIF GPSAreaInformation", _exif_text(0x9286, position[0x1C], big_endian))
    found.kinds |= {kind for kind, members in _GROUPS.items() if members & tags.keys()}
    found.kinds |= {kind for kind, there in (("position", position), ("thumbnail", thumbnail)) if there}
    if tags.keys() - _STRUCTURE:
        found.kinds.add("exif")


def _read_anew(info: Mapping[str | tuple[int, int], object]) -> None:
    """Raises where the block is too large or cannot be read: what Pillow met before, it kept silent about."""
    block = info.get("exif")
    if len(_bytes(block)) > EXIF_MAX or len(_bytes(info.get("Raw profile type exif"))) > 2 * EXIF_MAX:
        raise ValueError("the block is larger than any camera's")
    if isinstance(block, bytes):
        Image.Exif().load(block)


def _exif_text(tag: int, value: object, big_endian: bool) -> str:
    if isinstance(value, tuple):
        value = (
            bytes(value) if all(isinstance(one, int) and 0 <= one < 256 for one in value) else " ".join(map(str, value))
        )
    if isinstance(value, str):
        return _recoded(value)
    if not isinstance(value, bytes):
        return str(value)
    if 0x9C9B <= tag <= 0x9C9F:
        return value.decode("utf-16-le", "replace")
    if tag == 0x9286 and value[:8].strip(b"\0") in {b"UNICODE", b"ASCII", b"JIS", b""}:
        code, value = value[:7], value[8:]
        if code == b"UNICODE":
            return value.decode(_utf16(value, big_endian), "replace")
    return iptc.decoded(value)


def _utf16(value: bytes, big_endian: bool) -> str:
    """Which way round UTF-16 stands: by its own zero bytes, for many programs ignore the file's byte order."""
    even, odd = value[0::2].count(0), value[1::2].count(0)
    if even == odd:
        return "utf-16-be" if big_endian else "utf-16-le"
    return "utf-16-be" if even > odd else "utf-16-le"


def _recoded(text: str) -> str:
    """Pillow takes any text for Latin-1, and most programs write UTF-8."""
    try:
        return iptc.decoded(text.encode("latin-1"))
    except UnicodeEncodeError:
        return text


# ---------------------------------------------------------------- XMP

_TECHNICAL = re.compile(
    r"ns\.adobe\.com/(?:xap/1\.0/(?:mm|sType|t|g|rights/)|camera-raw|exif|tiff|hdr|xmp/note|lightroom/1\.0/edit|DC)"
    r"|ns\.google\.com/photos/1\.0/(?:camera|container|depthmap|image|audio)|cipa\.jp/exif|ns\.apple\.com/(?:HDRGainMap|pixeldata)"
    r"|ns\.adobe\.com/(?:exif|tiff)/1\.0/|1999/02/22-rdf-syntax-ns",
    re.IGNORECASE,
)
_PLACES = frozenset(
    {
        "City",
        "Location",
        "Sublocation",
        "State",
        "Country",
        "CountryName",
        "ProvinceState",
        "LocationCreated",
        "LocationShown",
    }
)
_STAMP = re.compile(r"[\d\s:.,/+\-TZ]*|(?:xmp\.[di]id|uuid|adobe):\S*|https?://\S*|\S{200,}|[0-9A-Fa-f-]{16,}")


def _read_xmp(packet: bytes, found: Found) -> None:
    if not packet.strip(b"\0 \r\n"):
        return
    found.kinds.add("xmp")
    if len(packet) > XMP_MAX:
        found.doubts.append("the XMP block is too large to be read")
        return
    text = iptc.decoded(packet).strip("\ufeff\0 \r\n\t")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        found.doubts.append("the XMP block holds declarations and is not read")
        return
    try:
        root = ET.fromstring(text)  # noqa: S314 - no declarations, so no entities to expand
    except ET.ParseError:
        for piece in re.split(r"<[^<>]*>", text):
            if not _STAMP.fullmatch(piece.strip()):
                found.add("XMP", piece)
        return
    for name, value in _properties(root, ""):
        local = name.rpartition("}")[2]
        if local.startswith("GPS") or local in _PLACES:
            found.kinds.add("position")
        if not _TECHNICAL.search(name) and not _STAMP.fullmatch(value):
            found.add(f"XMP {local}", value)


def _properties(element: ET.Element, parent: str) -> Iterator[tuple[str, str]]:
    """Property names with their namespace and their texts; list items go by the name of their property."""
    waiting = [(element, parent)]
    while waiting:
        one, above = waiting.pop()
        plain = "1999/02/22-rdf-syntax-ns" in one.tag or "adobe:ns:meta" in one.tag
        name = above if plain else one.tag
        for key, value in one.attrib.items():
            if "}" in key and "XML/1998/namespace" not in key:
                yield key, value.strip()
        if one.text and one.text.strip():
            yield name, one.text.strip()
        waiting += [(child, name) for child in reversed(one)]


# ---------------------------------------------------------------- Photoshop blocks and comments


def _read_blocks(image: Image.Image, found: Found) -> None:
    blocks = image.info.get("photoshop")
    record = blocks.get(0x0404) if isinstance(blocks, dict) else None
    if not isinstance(record, bytes):
        record = iptc.unwrapped(str(image.info.get("Raw profile type iptc", "")))
    if isinstance(blocks, dict) and {0x0409, 0x040C} & blocks.keys():
        found.kinds.add("thumbnail")
    if not record:
        return
    found.kinds.add("iptc")
    for name, text, is_place in iptc.texts(record):
        found.add(f"IPTC {name}", text)
        if is_place:
            found.kinds.add("position")


_NOT_COMMENTS = re.compile(
    r"XML:com\.adobe\.xmp|Raw profile type .*|xmp|exif|Software|date:\w+|Creation Time|Thumb::\w+|png:.*|icc:.*",
    re.IGNORECASE,
)


def _read_comments(image: Image.Image, found: Found) -> None:
    for key, value in image.info.items():
        if key == "comment" and isinstance(value, bytes):
            found.kinds.add("comment")
            found.add("Comment", iptc.decoded(value))
        elif image.format == "PNG" and isinstance(key, str) and isinstance(value, str):
            # its reader puts text chunks straight into info, and nothing else there is a string
            found.kinds.add("comment")
            if not _NOT_COMMENTS.fullmatch(key):
                found.add(f"PNG {key}"[:80], _recoded(value))
                found.add("PNG keyword", key)


def _has_jfif_thumbnail(image: Image.Image) -> bool:
    segments: list[tuple[str, bytes]] = getattr(image, "applist", [])
    return any(
        name == "APP0"
        and (body.startswith(b"JFXX\0") or (body.startswith(b"JFIF\0") and len(body) > 14 and body[12] * body[13] > 0))
        for name, body in segments
    )
