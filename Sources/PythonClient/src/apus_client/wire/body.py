"""Bodies: a fixed block, then data, then extensions."""

from __future__ import annotations

import re
from functools import lru_cache
from struct import Struct, pack
from typing import Any, NamedTuple

from ..errors import MalformedFrameError

_PREFIX = Struct("<HHI")
_FIELD = re.compile(r"(\d*)([a-zA-Z])")
_PADDING = (b"", *(bytes(8 - count) for count in range(1, 8)))

MODEL_WORD = re.compile(r"[a-z0-9_.-]{1,64}")


class Body(NamedTuple):
    """A body to be sent: its block, and all that follows."""

    block: bytes
    payload: bytes | bytearray | memoryview = b""


class Parts(NamedTuple):
    """A body that came, taken apart."""

    fields: tuple[Any, ...]
    data: memoryview
    extensions: memoryview


def padding(count: int) -> bytes:
    """Returns the zeros behind `count` bytes."""
    return _PADDING[count & 7]


def padded(data: bytes) -> bytes:
    """Returns `data` and the zeros behind it."""
    return data + _PADDING[len(data) & 7]


class BlockLayout:
    """The fields of one type's block, as `struct` writes them; `x` is a reserved byte."""

    def __init__(self, fields: str = "") -> None:
        self._struct = Struct("<HHI" + fields)
        self._reserved = [slice(2, 4)]
        offset = _PREFIX.size
        for count, letter in _FIELD.findall(fields):
            size = Struct(f"<{count}{letter}").size
            if letter == "x":
                self._reserved.append(slice(offset, offset + size))
            offset += size
        self.size = self._struct.size
        # Blocks repeat from reply to reply.
        self._parse = lru_cache(maxsize=64)(self._parse_block)

    def pack(self, *fields: Any, extension_bytes: int = 0) -> bytes:
        """Returns the block."""
        return self._struct.pack(self.size, 0, extension_bytes, *fields)

    def unpack(self, body: bytes | bytearray | memoryview) -> Parts:
        """Takes a body apart and checks its frame: lengths and reserved bytes."""
        view = memoryview(body)
        if view.nbytes < 8:
            raise MalformedFrameError("a body has no block")
        size, _, extension_bytes = _PREFIX.unpack_from(view)
        if size < self.size or size % 8:
            raise MalformedFrameError(f"a block has {size} bytes and must have {self.size}")
        end = view.nbytes - extension_bytes
        if extension_bytes % 8 or end < size:
            raise MalformedFrameError(f"a body cannot have {extension_bytes} bytes of extensions")
        return Parts(self._parse(bytes(view[: self.size])), view[size:end], view[end:])

    def _parse_block(self, block: bytes) -> tuple[Any, ...]:
        if any(any(block[reserved]) for reserved in self._reserved):
            raise MalformedFrameError("a reserved byte is not zero")
        return self._struct.unpack(block)[3:]


def encode_string(text: str) -> bytes:
    """Returns a string of the protocol: its length, then its bytes."""
    data = text.encode()
    if len(data) > 0xFFFF:
        raise ValueError(f"a text of {len(data)} bytes is longer than 65535")
    return pack("<H", len(data)) + data


class DataReader:
    """Reads the data of a body from front to back; what is not there raises."""

    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._offset = 0

    def bytes(self, count: int) -> memoryview:
        """Returns the next `count` bytes, without copying them."""
        end = self._offset + count
        if end > self._data.nbytes:
            raise MalformedFrameError("the data of a body ends too early")
        start, self._offset = self._offset, end
        return self._data[start:end]

    def fields(self, layout: Struct) -> tuple[Any, ...]:
        """Returns the numbers of a layout."""
        return layout.unpack(self.bytes(layout.size))

    def string(self, limit_bytes: int = 0xFFFF) -> str:
        """Returns a string."""
        count = int.from_bytes(self.bytes(2), "little")
        if count > limit_bytes:
            raise MalformedFrameError(f"a string has {count} bytes and may have {limit_bytes}")
        try:
            return str(self.bytes(count), "utf-8")
        except UnicodeDecodeError:
            raise MalformedFrameError("a string is not valid UTF-8") from None

    def model_word(self, may_be_empty: bool = False) -> str:
        """Returns the name or the version of a model."""
        word = self.string(64)
        if not MODEL_WORD.fullmatch(word) and (word or not may_be_empty):
            raise MalformedFrameError("a name or a version of a model has unusual characters")
        return word

    def pad(self) -> None:
        """Skips the zeros up to the next multiple of 8."""
        if any(self.bytes(-self._offset % 8)):
            raise MalformedFrameError("padding is not zero")

    def finish(self) -> None:
        """Checks that nothing but padding is left."""
        self.pad()
        if self._offset != self._data.nbytes:
            raise MalformedFrameError("a body has more data than its type says")
