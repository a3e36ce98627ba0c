"""From the user's values to the rows of a request.

Whatever offers its memory, a NumPy array above all, is sent from there without a copy where its
numbers have the width of the wire already.
"""

from __future__ import annotations

import sys
from array import array
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from struct import Struct
from typing import TYPE_CHECKING, Any, Iterable, Mapping, Protocol, Sequence, Union

from .wire.body import padding
from .wire.columns import ColumnBlock
from .wire.constants import Kind
from .wire.messages import RawColumn

if TYPE_CHECKING:
    from typing_extensions import Buffer

    class Array(Protocol):
        """What NumPy's arrays have in common, and others with them."""

        def __array__(self) -> Any: ...

    FloatRows = Union[Sequence[float], Sequence[Sequence[float]], Buffer, Array]
    Table = Mapping[str, Any]

_BITS = bytes([ord("0")]) + bytes([ord("1")]) * 255
_SCALARS = (str, bytes, int, float, date, type(None))


@dataclass(frozen=True)
class Column:
    """The values of a column with a mask beside them: true where a row is missing.

    In a plain sequence a missing value is None; this is for arrays, which cannot hold None.
    """

    values: Sequence[Any] | Buffer | Array
    missing: Iterable[bool]


def float_rows(rows: FloatRows, width: int) -> tuple[int, bytes | memoryview]:
    """Returns how many rows of `width` floats there are, and their bytes.

    `rows` is one row, a sequence of rows, or memory of 32-bit or 64-bit floats in order of rows.
    """
    if isinstance(rows, (list, tuple)):
        if rows and not isinstance(rows[0], (int, float)):
            return _listed_rows(rows, width)
        _check(len(rows), width)
        return 1, _row(width).pack(*rows)
    if hasattr(rows, "astype"):
        rows = rows.astype("<f4", order="C", copy=False)
    view = memoryview(rows)  # type: ignore[arg-type]
    if view.format not in ("f", "<f") or not view.contiguous or sys.byteorder == "big":
        return float_rows(view.tolist(), width)
    last = view.shape[-1] if view.ndim > 1 and view.shape else None
    if last is not None and last != width or view.nbytes == 0 or view.nbytes % (width * 4):
        _check(last if last is not None else view.nbytes // 4, width)
    return view.nbytes // (width * 4), view.cast("B")


def _listed_rows(rows: Sequence[Any], width: int) -> tuple[int, bytes | memoryview]:
    """Returns rows that are given one by one."""
    pack = _row(width).pack
    for row in rows:
        _check(len(row), width)
    return len(rows), b"".join([pack(*row) for row in rows])


def _check(count: int, width: int) -> None:
    if count != width:
        raise ValueError(f"a row has {count} numbers, and the model takes {width}")


@lru_cache(maxsize=256)
def _row(width: int) -> Struct:
    return Struct(f"<{width}f")


def column_blocks(
    columns: Sequence[RawColumn], table: Table
) -> tuple[int, list[ColumnBlock]]:
    """Returns how many rows a table has, and its columns in the order of the model."""
    names = {column.name for column in columns}
    if names != set(table):
        lacking, strange = sorted(names - set(table)), sorted(set(table) - names)
        raise ValueError(f"the table lacks the columns {lacking} and has the unknown {strange}")
    blocks = []
    counts = set()
    for column in columns:
        count, block = _block(column, table[column.name])
        counts.add(count)
        blocks.append(block)
    if len(counts) != 1 or not all(counts):
        raise ValueError(f"the columns of a table have {sorted(counts)} rows")
    return counts.pop(), blocks


def _block(column: RawColumn, values: Any) -> tuple[int, ColumnBlock]:
    """Returns how many rows a column has, and the column."""
    mask: bytes | None = None
    if isinstance(values, Column):
        mask = bytes(map(bool, values.missing))
        values = values.values
        if len(mask) != len(values):
            raise ValueError(
                f"column {column.name!r} has {len(values)} values and a mask of {len(mask)}")
        if any(mask):
            values = _without_missing(column, values, mask)
    elif isinstance(values, _SCALARS):
        values = [values]
    if mask is None and not hasattr(values, "dtype") and None in values:
        mask = bytes(value is None for value in values)
    bitmap = _bitmap(mask) if mask and any(mask) else b""
    try:
        return len(values), _encode(column.kind, values, bitmap)
    except (TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"column {column.name!r}: {error}") from error


def _without_missing(column: RawColumn, values: Any, mask: bytes) -> Any:
    """Returns the values with nothing where the mask says so: the wire wants zero bytes there."""
    if hasattr(values, "astype") and column.kind is not Kind.CATEGORY:
        values = values.astype("<f8" if column.kind is Kind.NUMBER else "?", copy=True)
        values[[row for row, is_missing in enumerate(mask) if is_missing]] = 0
        return values
    return [None if is_missing else value for value, is_missing in zip(values, mask)]


def _bitmap(mask: bytes) -> bytes:
    """Returns one bit per row, the first row's lowest."""
    bits = int(mask.translate(_BITS)[::-1], 2)
    return bits.to_bytes(len(mask) + 7 >> 3, "little")


def _encode(kind: Kind, values: Any, bitmap: bytes) -> ColumnBlock:
    if kind is Kind.CATEGORY:
        codes: dict[bytes, int] = {}
        column = array("I")
        for value in values.tolist() if hasattr(values, "tolist") else values:
            if value is not None and not isinstance(value, str):
                raise TypeError(f"a column of categories takes text or None, not {value!r}")
            column.append(0 if value is None else codes.setdefault(value.encode(), len(codes)))
        return ColumnBlock(kind, _little(column), bitmap, tuple(codes))
    if hasattr(values, "astype"):
        values = values.astype("<f8" if kind is Kind.NUMBER else "?", order="C", copy=False)
        return ColumnBlock(kind, memoryview(values).cast("B"), bitmap)
    if kind is Kind.BOOLEAN:
        strange = {value for value in values} - {None, False, True}
        if strange:
            raise ValueError(f"{strange.pop()!r} is no truth value")
        return ColumnBlock(kind, bytes(map(bool, values)), bitmap)
    return ColumnBlock(kind, _little(array("d", map(_number, values))), bitmap)


def _number(value: Any) -> float:
    """Returns the number that stands for a value; a time counts seconds since 1970."""
    if value is None:
        return 0.0
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.timestamp()
    return value  # type: ignore[no-any-return]


def _little(numbers: array[Any]) -> bytes:
    """Returns the bytes of numbers in the order of the wire."""
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def shared_front(shared: FloatRows, items: FloatRows, columns: int) -> tuple[int, int, bytes]:
    """Returns the width of what items share, their count, and the bytes of both."""
    size = len(shared)  # type: ignore[arg-type]
    if not 0 <= size < columns:
        raise ValueError(f"{size} shared numbers leave none of {columns} to the items")
    front = bytes(float_rows(shared, size)[1]) if size else b""
    count, data = float_rows(items, columns - size)
    joined = front + data
    return size, count, joined + padding(len(joined))
