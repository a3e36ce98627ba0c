"""CRC32C, the checksum of headers and bodies.

The modules `crc32c` and `google_crc32c` are used where one of them is installed. Without them two
tables of 65536 numbers take four bytes a step. What repeats from frame to frame, the front of a
header and the block of a body, is remembered, so that a one-row request costs about twenty steps.

A long body is folded first. The checksum is linear: a word may be moved towards the end if it is
multiplied, in the field of the polynomial, by what it would have gone through on the way. Where
many words move by the same distance, their first, second, third and fourth bytes are four planes,
each product is a sum of planes that were translated by tables, and the interpreter does a few calls
for thousands of bytes.

    | front     |   rest    |  front    |
    | moved by `distance` words -->  +  |   what is left is `distance` words long
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
_SHORT_WORDS = 128


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
    odd = view.nbytes & 3
    count = view.nbytes >> 2
    words: Buffer = view
    if count > _SHORT_WORDS:
        words = _folded(bytes(view[: count * 4]), state)
        count, state = len(words) >> 2, 0
    for word in _words(count).unpack_from(words):
        word ^= state
        state = low[word & 0xFFFF] ^ high[word >> 16]
    if odd:
        for byte in view[view.nbytes - odd :]:
            state = state >> 8 ^ high[(state & 0xFF ^ byte) << 8]
    return state ^ 0xFFFF_FFFF


def _folded(data: bytes, state: int) -> bytes:
    """Returns few words of the same checksum from the state 0 on as `data` has from `state` on."""
    data = (int.from_bytes(data[:4], "little") ^ state).to_bytes(4, "little") + data[4:]
    count = len(data) >> 2
    power = (count - 1).bit_length() - 1
    while count > _SHORT_WORDS:
        distance = 1 << power
        moving = count - distance
        planes = [data[place : moving * 4 : 4] for place in range(4)]
        moved = bytearray(moving * 4)
        for place, tables in enumerate(_plane_tables(power)):
            total = 0
            for plane, table in zip(planes, tables):
                total ^= int.from_bytes(plane.translate(table), "little")
            moved[place::4] = total.to_bytes(moving, "little")
        end = int.from_bytes(data[distance * 4 :], "little") ^ int.from_bytes(moved, "little")
        data = data[moving * 4 : distance * 4] + end.to_bytes(moving * 4, "little")
        count = distance
        power -= 1
    return data


@lru_cache(maxsize=32)
def _images(power: int) -> tuple[int, ...]:
    """Returns what becomes of each bit of a word that moves by 2 to the `power` words."""
    if power == 0:
        bits = [1 << bit for bit in range(32)]
        return tuple(_LOW[bit & 0xFFFF] ^ _HIGH[bit >> 16] for bit in bits)
    half = _images(power - 1)
    return tuple(_image(half, image) for image in half)


def _image(images: tuple[int, ...], word: int) -> int:
    total = 0
    for image in images:
        if word & 1:
            total ^= image
        word >>= 1
    return total


@lru_cache(maxsize=32)
def _plane_tables(power: int) -> list[list[bytes]]:
    """Returns per byte of the product and then of the word what one adds to the other."""
    images = _images(power)
    columns = []
    for place in range(0, 32, 8):
        column = [0]
        for image in images[place : place + 8]:
            column += [value ^ image for value in column]
        columns.append(column)
    return [[bytes(value >> place & 0xFF for value in column) for column in columns]
            for place in range(0, 32, 8)]


@lru_cache(maxsize=_SHORT_WORDS + 1)
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
