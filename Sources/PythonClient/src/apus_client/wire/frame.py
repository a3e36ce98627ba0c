"""Frames: 32 bytes of header, then a body."""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, NamedTuple

from ..errors import MalformedFrameError
from .checksum import crc32c, crc32c_of_prefix
from .constants import MAGIC, VERSION, ErrorCode, Flag, FrameType

if TYPE_CHECKING:
    from typing_extensions import Buffer

HEADER_BYTES = 32
LIMIT_BEFORE_HELLO_BYTES = 4096
MAXIMUM_BUDGET_MICROSECONDS = 0xFFFF_FFFF

_HEADER = Struct("<4sBBHIIQII")
_FRONT = Struct("<4sBBHI")
_BACK = Struct("<QII")
_FRONT_BYTES = _FRONT.size
_BACK_OFFSET = 16

_TYPES = {int(frame_type): frame_type for frame_type in FrameType}
_FLAGGED = {FrameType.SCORE, FrameType.RANK, FrameType.EXTRACT}
_WITHOUT_REQUEST = {
    FrameType.PROBE_OK, FrameType.GOAWAY, FrameType.CREDIT, FrameType.PUSH, FrameType.PROBE,
}
_ALL_FLAGS = int(Flag.TIMING | Flag.NO_BATCH | Flag.BULK)


class Header(NamedTuple):
    """The front of a frame, checked."""

    type: FrameType
    flags: int
    length: int
    correlation_id: int
    budget_microseconds: int
    body_crc: int


class Frame(NamedTuple):
    """A whole frame whose checksums were right."""

    header: Header
    body: bytes | bytearray


def encode_header(
    frame_type: int,
    correlation_id: int,
    block: bytes,
    payload: bytes | bytearray | memoryview,
    flags: int = 0,
    budget_microseconds: int = 0,
) -> bytes:
    """Returns the header of a frame whose body is `block` and then `payload`."""
    front = _FRONT.pack(MAGIC, VERSION, frame_type, flags, len(block) + len(payload))
    body_crc = crc32c_of_prefix(block)
    if payload:
        body_crc = crc32c(payload, body_crc)
    back = _BACK.pack(correlation_id, budget_microseconds, body_crc)
    checksum = crc32c(back, crc32c_of_prefix(front))
    return b"%b%b%b" % (front, checksum.to_bytes(4, "little"), back)


def decode_header(buffer: Buffer, offset: int, limit_bytes: int) -> Header:
    """Reads the header at `offset`, which must be there as a whole.

    Raises `MalformedFrameError` at the first rule that is broken, in the order of the protocol.
    """
    magic, version, number, flags, length, checksum, correlation_id, budget, body_crc = (
        _HEADER.unpack_from(buffer, offset))
    if magic != MAGIC:
        raise MalformedFrameError("the bytes are no frame of this protocol")
    view = memoryview(buffer)
    front = crc32c_of_prefix(bytes(view[offset : offset + _FRONT_BYTES]))
    if crc32c(view[offset + _BACK_OFFSET : offset + HEADER_BYTES], front) != checksum:
        raise MalformedFrameError("the checksum of a header is wrong", ErrorCode.CHECKSUM)
    if version != VERSION:
        raise MalformedFrameError(f"a frame has version {version}", ErrorCode.VERSION)
    frame_type = _TYPES.get(number)
    if frame_type is None:
        raise MalformedFrameError(f"a frame has the unknown type {number:#04x}")
    if flags and (frame_type not in _FLAGGED or flags & ~_ALL_FLAGS):
        raise MalformedFrameError(f"flags {flags:#x} are not legal on {frame_type.name}")
    if length < 8 or length % 8:
        raise MalformedFrameError(f"a body of {length} bytes is not a positive multiple of 8")
    if length > limit_bytes:
        raise MalformedFrameError(
            f"a body of {length} bytes is above the limit of {limit_bytes}", ErrorCode.TOO_LARGE)
    unasked = frame_type in _WITHOUT_REQUEST
    if bool(correlation_id) is unasked and frame_type is not FrameType.ERROR:
        raise MalformedFrameError(
            f"correlation id {correlation_id} is not legal on {frame_type.name}")
    return Header(frame_type, flags, length, correlation_id, budget, body_crc)


def body_is_whole(header: Header, body: Buffer) -> bool:
    """Tells whether the body has the checksum that its header promises."""
    view = memoryview(body)
    size = int.from_bytes(view[:2], "little")
    if not 8 <= size <= 128 or size > view.nbytes:
        return crc32c(view) == header.body_crc
    # The block of a reply repeats, and its checksum is remembered.
    known = crc32c_of_prefix(bytes(view[:size]))
    return (crc32c(view[size:], known) if view.nbytes > size else known) == header.body_crc


def decode_frame(data: Buffer, limit_bytes: int = 64 << 20) -> Frame:
    """Reads exactly one frame."""
    view = memoryview(data)
    if view.nbytes < HEADER_BYTES:
        raise MalformedFrameError(f"a frame of {view.nbytes} bytes has no whole header")
    header = decode_header(view, 0, limit_bytes)
    if view.nbytes != HEADER_BYTES + header.length:
        raise MalformedFrameError(
            f"a frame of {view.nbytes} bytes should have {HEADER_BYTES + header.length}")
    body = bytes(view[HEADER_BYTES:])
    if not body_is_whole(header, body):
        raise MalformedFrameError("the checksum of a body is wrong", ErrorCode.CHECKSUM)
    return Frame(header, body)
