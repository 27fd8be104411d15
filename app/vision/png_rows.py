"""Whether a PNG holds all its rows: its data may end early and in order, and the decoder leaves the rest black."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_ONE_PASS = ((0, 0, 1, 1),)
_SEVEN_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""First column and row and the steps from one to the next, as the PNG specification has them (Adam7)."""
_AT_ONCE = 1 << 20


def missing(data: bytes) -> bool:
    """Whether a file whose structure is whole unpacks to fewer bytes than its rows take. Unpacks everything."""
    wanted, unpacker = _bytes_of_rows(data), zlib.decompressobj()
    for body in _picture_data(data):
        left = bytes(body)
        while left and not unpacker.eof:
            wanted -= len(unpacker.decompress(left, _AT_ONCE))
            left = unpacker.unconsumed_tail
    return wanted > len(unpacker.flush())


def _bytes_of_rows(data: bytes) -> int:
    width, height, bits, colours, _, _, interlaced = struct.unpack_from(">IIBBBBB", data, 16)
    bits_a_pixel = bits * _CHANNELS[colours]
    total = 0
    for left, top, across, down in _SEVEN_PASSES if interlaced else _ONE_PASS:
        columns, rows = -((left - width) // across), -((top - height) // down)
        if columns > 0 and rows > 0:
            total += rows * (1 + (columns * bits_a_pixel + 7) // 8)
    return total


def _picture_data(data: bytes) -> Iterator[memoryview]:
    at, kind = 8, b""
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"IDAT":
            yield memoryview(data)[at + 8 : at + 8 + length]
        at += 12 + length
