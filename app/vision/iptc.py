"""Captions, keywords and places of an IPTC record (IIM 4.2), as picture agencies and old programs write them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_NAMES: Mapping[int, str] = {
    5: "ObjectName",
    7: "EditStatus",
    25: "Keywords",
    26: "ContentLocationName",
    40: "SpecialInstructions",
    80: "By-line",
    85: "By-lineTitle",
    90: "City",
    92: "Sub-location",
    95: "Province-State",
    101: "Country",
    105: "Headline",
    110: "Credit",
    115: "Source",
    116: "Copyright",
    118: "Contact",
    120: "Caption",
    122: "Writer",
}
_PLACES = frozenset({26, 90, 92, 95, 101})


def texts(record: bytes) -> Iterator[tuple[str, str, bool]]:
    """The name and text of each data set of the application record, and whether it tells a place."""
    at = 0
    while at + 5 <= len(record) and record[at] == 0x1C:
        section, number, length = record[at + 1], record[at + 2], int.from_bytes(record[at + 3 : at + 5], "big")
        at += 5
        if length & 0x8000:
            return  # an extended data set: pictures, never words
        if section == 2 and number in _NAMES:
            yield _NAMES[number], decoded(record[at : at + length]), number in _PLACES
        at += length


def decoded(value: bytes) -> str:
    """The text of bytes that do not say their code: UTF-16 by its mark or its zero bytes, UTF-8, else Windows-1252."""
    if code := _wide(value):
        return (value + bytes(len(value) & 1)).decode(code, "replace")
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("cp1252", "replace")


def _wide(value: bytes) -> str | None:
    if value.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return "utf-32"
    if value.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    even, odd = value[0::2].count(0), value[1::2].count(0)
    if max(even, odd) * 4 <= len(value) or min(even, odd) * 4 > len(value):
        return None  # a zero here and there divides texts, and many together are padding
    return "utf-16-be" if even > odd else "utf-16-le"


def unwrapped(profile: str) -> bytes:
    """The IPTC record inside ImageMagick's ``Raw profile type iptc`` of a PNG; empty if there is none."""
    try:
        block = bytes.fromhex("".join(profile.split("\n")[3:]))
    except ValueError:
        return b""
    at = block.find(b"8BIM\x04\x04")
    if at < 0:
        return block
    start = at + 6 + 2 + (block[at + 6] & ~1) if at + 6 < len(block) else len(block)
    return block[start + 4 : start + 4 + int.from_bytes(block[start : start + 4], "big")]
