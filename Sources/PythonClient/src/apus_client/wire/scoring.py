"""The messages that carry rows, scores and embeddings."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from struct import Struct
from typing import TYPE_CHECKING, Any, ClassVar, Iterator

from ..errors import MalformedFrameError
from .body import BlockLayout, Body, DataReader, padded, padding
from .columns import (
    ColumnBlock, decode_columns, decode_rank_columns, encode_rank_columns)
from .constants import Encoding, FrameType
from .extensions import NO_EXTENSIONS, Extensions
from .messages import MESSAGES

if TYPE_CHECKING:
    from typing import Any as NumpyArray


def numbers(data: bytes | bytearray | memoryview, letter: str) -> memoryview:
    """Returns little-endian numbers in place, or swapped on a machine of the other order."""
    if sys.byteorder == "little":
        return memoryview(data).cast("B").cast(letter)  # type: ignore[call-overload, no-any-return]
    from array import array

    swapped = array(letter, bytes(data))
    swapped.byteswap()
    return memoryview(swapped)


@dataclass(frozen=True, slots=True)
class Rows:
    """SCORE and EXTRACT: rows for a model, as floats or as raw columns.

    `data` is rows × columns f32, or the column blocks.
    """

    handle: int
    schema_hash: int
    rows: int
    columns: int
    encoding: Encoding
    data: bytes | memoryview

    LAYOUT: ClassVar = BlockLayout("IB3xQII")

    def encode(self, extensions: Extensions = NO_EXTENSIONS) -> Body:
        tail = extensions.encode()
        block = self.LAYOUT.pack(self.handle, self.encoding, self.schema_hash, self.rows,
                                 self.columns, extension_bytes=len(tail))
        zeros = padding(len(self.data))
        if not zeros and not tail:
            return Body(block, self.data)
        return Body(block, b"".join([self.data, zeros, tail]))

    @classmethod
    def decode(cls, fields: tuple[Any, ...], data: memoryview) -> Rows:
        handle, encoding, schema_hash, rows, columns = fields
        if encoding > 1 or not rows or not columns:
            raise MalformedFrameError("rows have no encoding, no row or no column")
        if encoding == Encoding.RAW_COLUMNS:
            decode_columns(data, rows, columns)
            return cls(handle, schema_hash, rows, columns, Encoding.RAW_COLUMNS, data)
        reader = DataReader(data)
        floats = reader.bytes(rows * columns * 4)
        reader.finish()
        return cls(handle, schema_hash, rows, columns, Encoding.FLOAT_ROWS, floats)

    def column_blocks(self) -> list[ColumnBlock]:
        """Returns the raw columns."""
        return decode_columns(memoryview(self.data), self.rows, self.columns)


@dataclass(frozen=True, slots=True)
class Ranking:
    """RANK: what items have in common, and the items."""

    handle: int
    schema_hash: int
    items: int
    top: int
    columns: int
    output_index: int
    shared_width: int
    encoding: Encoding
    data: bytes | memoryview

    LAYOUT: ClassVar = BlockLayout("IB3xQIIIII4x")

    def encode(self, extensions: Extensions = NO_EXTENSIONS) -> Body:
        tail = extensions.encode()
        block = self.LAYOUT.pack(
            self.handle, self.encoding, self.schema_hash, self.items, self.top, self.columns,
            self.output_index, self.shared_width, extension_bytes=len(tail))
        return Body(block, padded(bytes(self.data)) + tail)

    @classmethod
    def decode(cls, fields: tuple[Any, ...], data: memoryview) -> Ranking:
        handle, encoding, schema_hash, items, top, columns, output_index, shared_width = fields
        if encoding > 1 or not items or not columns:
            raise MalformedFrameError("a ranking has no encoding, no item or no column")
        if encoding == Encoding.RAW_COLUMNS:
            if shared_width:
                raise MalformedFrameError("raw columns have a shared width")
            decode_rank_columns(data, items, columns)
        else:
            if shared_width >= columns:
                raise MalformedFrameError("no column of a ranking is left to the items")
            reader = DataReader(data)
            data = reader.bytes((shared_width + items * (columns - shared_width)) * 4)
            reader.finish()
        return cls(handle, schema_hash, items, top, columns, output_index, shared_width,
                   Encoding(encoding), data)

    def column_blocks(self) -> tuple[list[ColumnBlock], list[bool]]:
        """Returns the raw columns, and which of them are shared."""
        return decode_rank_columns(memoryview(self.data), self.items, self.columns)


@dataclass(slots=True)
class Scores:
    """SCORE_OK and EXTRACT_OK: `width` numbers per row, in the order of the request.

    `values` are all numbers, row after row, in the memory into which they were received. `statuses`
    is empty, or holds per row 0 or the code of its error; the numbers of a failed row are 0.
    """

    handle: int
    rows: int
    width: int
    values: memoryview
    statuses: memoryview | tuple[()] = ()
    failed_rows: int = 0
    extensions: Extensions = field(default=NO_EXTENSIONS)

    LAYOUT: ClassVar = BlockLayout("IIIB3xI4x")

    def __len__(self) -> int:
        return self.rows

    def __getitem__(self, row: int) -> memoryview:
        """Returns the numbers of one row."""
        if not -self.rows <= row < self.rows:
            raise IndexError(f"row {row} of {self.rows}")
        start = row % self.rows * self.width
        return self.values[start : start + self.width]

    def __iter__(self) -> Iterator[memoryview]:
        return (self[row] for row in range(self.rows))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NumpyArray:
        """Returns a NumPy array of rows × width on the same memory."""
        import numpy

        array = numpy.frombuffer(self.values, numpy.float32).reshape(self.rows, self.width)
        wanted = array if dtype is None else array.astype(dtype, copy=False)
        return wanted.copy() if copy and wanted is array else wanted

    def encode(self, extensions: Extensions = NO_EXTENSIONS) -> Body:
        tail = extensions.encode()
        block = self.LAYOUT.pack(self.handle, self.rows, self.width, bool(self.failed_rows),
                                 self.failed_rows, extension_bytes=len(tail))
        payload = padded(Struct(f"<{len(self.values)}f").pack(*self.values))
        if self.failed_rows:
            payload += padded(Struct(f"<{self.rows}H").pack(*self.statuses))
        return Body(block, payload + tail)

    @classmethod
    def decode(cls, fields: tuple[Any, ...], data: memoryview) -> Scores:
        handle, rows, width, has_statuses, failed_rows = fields
        if has_statuses > 1 or bool(failed_rows) != bool(has_statuses):
            raise MalformedFrameError("scores do not say rightly whether rows failed")
        size = rows * width * 4
        if not has_statuses and data.nbytes == size + (size & 4) and not any(data[size:]):
            return cls(handle, rows, width, numbers(data[:size], "f"))
        reader = DataReader(data)
        values = numbers(reader.bytes(size), "f")
        statuses: memoryview | tuple[()] = ()
        if has_statuses:
            reader.pad()
            statuses = numbers(reader.bytes(rows * 2), "H")
            if sum(map(bool, statuses)) != failed_rows:
                raise MalformedFrameError("the count of failed rows is wrong")
        reader.finish()
        return cls(handle, rows, width, values, statuses, failed_rows)


@dataclass(slots=True)
class RankedItems:
    """RANK_OK: the best items, the best one first."""

    handle: int
    item_count: int
    failed_items: int
    items: memoryview
    scores: memoryview
    extensions: Extensions = field(default=NO_EXTENSIONS)

    LAYOUT: ClassVar = BlockLayout("IIII")

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[tuple[int, float]]:
        """Yields each item and its score."""
        return zip(self.items, self.scores)

    def encode(self, extensions: Extensions = NO_EXTENSIONS) -> Body:
        tail = extensions.encode()
        count = len(self.items)
        block = self.LAYOUT.pack(self.handle, count, self.item_count, self.failed_items,
                                 extension_bytes=len(tail))
        data = Struct(f"<{count}I{count}f").pack(*self.items, *self.scores)
        return Body(block, padded(data) + tail)

    @classmethod
    def decode(cls, fields: tuple[Any, ...], data: memoryview) -> RankedItems:
        handle, count, item_count, failed_items = fields
        if count + failed_items > item_count:
            raise MalformedFrameError("a ranking has more items than were asked about")
        reader = DataReader(data)
        items = numbers(reader.bytes(count * 4), "I")
        scores = numbers(reader.bytes(count * 4), "f")
        reader.finish()
        return cls(handle, item_count, failed_items, items, scores)


MESSAGES |= {
    FrameType.SCORE: Rows, FrameType.EXTRACT: Rows, FrameType.RANK: Ranking,
    FrameType.SCORE_OK: Scores, FrameType.EXTRACT_OK: Scores, FrameType.RANK_OK: RankedItems,
}
