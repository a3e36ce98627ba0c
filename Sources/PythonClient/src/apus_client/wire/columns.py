"""The rows of a request: float rows, or raw columns.

    +------+--------+----------+--------------+------------------------+----------------+
    | kind | missing| reserved | column bytes | missing bitmap, padded | values, padded |
    +------+--------+----------+--------------+------------------------+----------------+
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from struct import Struct

from ..errors import MalformedFrameError
from .body import DataReader, padded
from .constants import Kind

_HEAD = Struct("<BBHI")
_DICTIONARY = Struct("<II")


@dataclass(frozen=True, slots=True)
class ColumnBlock:
    """One raw column as it lies on the wire.

    `values` are rows × f64, rows × u8, or rows × u32 codes, little-endian; `missing` is the bitmap
    of missing rows, or nothing; `categories` is the dictionary of a category column.
    """

    kind: Kind
    values: bytes | bytearray | memoryview
    missing: bytes = b""
    categories: tuple[bytes, ...] = ()

    def encode(self) -> bytes:
        """Returns the column block."""
        parts = [padded(self.missing), self._encode_values()]
        size = _HEAD.size + sum(map(len, parts))
        return _HEAD.pack(self.kind, bool(self.missing), 0, size) + b"".join(parts)

    def _encode_values(self) -> bytes:
        if self.kind is not Kind.CATEGORY:
            return padded(bytes(self.values))
        ends, end = [], 0
        for category in self.categories:
            end += len(category)
            ends.append(end)
        count = len(ends)
        return padded(b"".join([
            _DICTIONARY.pack(count, end), Struct(f"<{count}I").pack(*ends), self.values,
            *self.categories,
        ]))


def decode_column(reader: DataReader, rows: int) -> ColumnBlock:
    """Reads one column block of so many rows."""
    number, has_missing, reserved, size = reader.fields(_HEAD)
    if number not in (1, 2, 3) or has_missing > 1 or reserved or size < _HEAD.size or size % 8:
        raise MalformedFrameError("the head of a column is malformed")
    kind = Kind(number)
    column = DataReader(reader.bytes(size - _HEAD.size))
    missing = b""
    if has_missing:
        missing = bytes(column.bytes(rows + 7 >> 3))
        if int.from_bytes(missing, "little") >> rows:
            raise MalformedFrameError("a bitmap has bits past the last row")
        column.pad()
    categories: tuple[bytes, ...] = ()
    if kind is Kind.CATEGORY:
        values, categories = _decode_categories(column, rows)
    else:
        values = column.bytes(rows * (8 if kind is Kind.NUMBER else 1))
    column.finish()
    return ColumnBlock(kind, values, missing, categories)


def _decode_categories(column: DataReader, rows: int) -> tuple[memoryview, tuple[bytes, ...]]:
    count, text_bytes = column.fields(_DICTIONARY)
    if count > rows:
        raise MalformedFrameError(f"{count} categories are more than {rows} rows")
    ends = (0, *column.fields(Struct(f"<{count}I")))
    codes = column.bytes(rows * 4)
    text = bytes(column.bytes(text_bytes))
    if ends[-1] != text_bytes or any(a > b for a, b in pairwise(ends)):
        raise MalformedFrameError("the ends of a dictionary do not fit its text")
    categories = tuple(text[a:b] for a, b in pairwise(ends))
    try:
        for category in categories:
            category.decode()
    except UnicodeDecodeError:
        raise MalformedFrameError("a category is not valid UTF-8") from None
    return codes, categories


def encode_rank_columns(columns: list[ColumnBlock], shared: list[bool]) -> bytes:
    """Returns the raw columns of RANK: which of them are shared, then all of them."""
    bits = sum(1 << index for index, is_shared in enumerate(shared) if is_shared)
    bitmap = bits.to_bytes(len(columns) + 7 >> 3, "little")
    return padded(bitmap) + b"".join(column.encode() for column in columns)


def decode_rank_columns(
    data: memoryview, items: int, columns: int
) -> tuple[list[ColumnBlock], list[bool]]:
    """Reads the raw columns of RANK, and which of them are shared."""
    reader = DataReader(data)
    bits = int.from_bytes(reader.bytes(columns + 7 >> 3), "little")
    reader.pad()
    if bits >> columns or bits == (1 << columns) - 1:
        raise MalformedFrameError("the bitmap of shared columns is malformed")
    shared = [bool(bits >> index & 1) for index in range(columns)]
    blocks = [decode_column(reader, 1 if is_shared else items) for is_shared in shared]
    reader.finish()
    return blocks, shared


def decode_columns(data: memoryview, rows: int, columns: int) -> list[ColumnBlock]:
    """Reads the raw columns of SCORE or EXTRACT."""
    reader = DataReader(data)
    blocks = [decode_column(reader, rows) for _ in range(columns)]
    reader.finish()
    return blocks
