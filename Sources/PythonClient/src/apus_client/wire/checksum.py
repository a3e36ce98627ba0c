"""CRC32C, the checksum of headers and bodies.

The modules `crc32c` and `google_crc32c` are used where one of them is installed. Without them two
tables of 65536 numbers take four bytes a step. What repeats from frame to frame, the front of a
header and the block of a body, is remembered, so that a one-row request costs about twenty steps.
"""

from __future__ import annotations

from array import array
from functools import lru_cache
from struct import Struct
from typing import TYPE_CHECKING, Callable

if TYPE_CHECKING:
    from typing_extensions import Buffer

Checksum = Callable[..., int]

_POLYNOMIAL = 0x82F6_3B78
_CHUNK_BYTES = 4096
_CHUNK = Struct(f"<{_CHUNK_BYTES // 4}I")


def _tables() -> tuple[array[int], array[int]]:
    """Returns what the low and the high half of four bytes add to the checksum."""
    first = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (_POLYNOMIAL if value & 1 else 0)
        first.append(value)
    tables = [first]
    for _ in range(3):
        tables.append([value >> 8 ^ first[value & 0xFF] for value in tables[-1]])
    low = array("I", [a ^ b for b in tables[2] for a in tables[3]])
    high = array("I", [a ^ b for b in tables[0] for a in tables[1]])
    return low, high


_LOW, _HIGH = _tables()


def portable_crc32c(data: Buffer, crc: int = 0) -> int:
    """Returns the CRC32C of `data` behind the bytes whose checksum is `crc`."""
    low, high = _LOW, _HIGH
    state = crc ^ 0xFFFF_FFFF
    view = memoryview(data)
    count = view.nbytes
    position = 0
    while count - position >= _CHUNK_BYTES:
        for word in _CHUNK.unpack_from(view, position):
            word ^= state
            state = low[word & 0xFFFF] ^ high[word >> 16]
        position += _CHUNK_BYTES
    for word in _words(count - position >> 2).unpack_from(view, position):
        word ^= state
        state = low[word & 0xFFFF] ^ high[word >> 16]
    for byte in view[count & ~3 :]:
        state = state >> 8 ^ high[(state & 0xFF ^ byte) << 8]
    return state ^ 0xFFFF_FFFF


@lru_cache(maxsize=_CHUNK_BYTES // 4)
def _words(count: int) -> Struct:
    return Struct(f"<{count}I")


def _fastest() -> Checksum:
    """Returns the checksum of an installed module, or else the portable one."""
    try:
        from crc32c import crc32c

        return crc32c  # type: ignore[no-any-return]
    except ImportError:
        pass
    try:
        from google_crc32c import extend

        return lambda data, crc=0: extend(crc, bytes(data))
    except ImportError:
        return portable_crc32c


crc32c: Checksum = _fastest()
"""The CRC32C of its first argument, behind the bytes whose checksum is the second one."""


@lru_cache(maxsize=1024)
def crc32c_of_prefix(prefix: bytes) -> int:
    """Returns the CRC32C of bytes with which many frames begin."""
    return crc32c(prefix)
