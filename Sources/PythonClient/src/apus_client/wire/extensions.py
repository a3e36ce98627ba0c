"""Extensions: what a request or a reply carries beside its meaning."""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct

from ..errors import MalformedFrameError
from .body import padded

_PREFIX = Struct("<HHI")
_TIMING = Struct("<5IBBxx")
_KEY = Struct("<Q")
_TRACE_ID, _TIMING_TAG, _ROUTING_KEY = 1, 2, 3
_SIZES = {_TRACE_ID: 16, _TIMING_TAG: _TIMING.size, _ROUTING_KEY: _KEY.size}
_CRITICAL = 0x8000


@dataclass(frozen=True, slots=True)
class Timing:
    """Where the time of a request went, in the server."""

    queue_nanoseconds: int
    transform_nanoseconds: int
    compute_nanoseconds: int
    total_nanoseconds: int
    batch_rows: int
    device_kind: int
    quality: int


@dataclass(frozen=True, slots=True)
class Extensions:
    """The extensions of one body; what is None is not there."""

    trace_id: bytes | None = None
    timing: Timing | None = None
    routing_key: int | None = None

    def encode(self) -> bytes:
        """Returns their bytes, in ascending order of tag."""
        parts = []
        if self.trace_id is not None:
            if len(self.trace_id) != 16:
                raise ValueError(f"a trace id has 16 bytes, not {len(self.trace_id)}")
            parts.append(_encode(_TRACE_ID, self.trace_id))
        if self.timing is not None:
            time = self.timing
            parts.append(_encode(_TIMING_TAG, _TIMING.pack(
                time.queue_nanoseconds, time.transform_nanoseconds, time.compute_nanoseconds,
                time.total_nanoseconds, time.batch_rows, time.device_kind, time.quality)))
        if self.routing_key is not None:
            parts.append(_encode(_ROUTING_KEY, _KEY.pack(self.routing_key)))
        return b"".join(parts)


NO_EXTENSIONS = Extensions()


def _encode(tag: int, payload: bytes) -> bytes:
    return _PREFIX.pack(tag, 0, len(payload)) + padded(payload)


def decode_extensions(data: memoryview) -> Extensions:
    """Reads the extensions of a body; unknown ones that are not critical are skipped."""
    if not data:
        return NO_EXTENSIONS
    payloads: dict[int, bytes] = {}
    offset = 0
    while offset < data.nbytes:
        tag, reserved, count = _PREFIX.unpack_from(data, offset)
        end = offset + _PREFIX.size + count
        following = end + -count % 8
        if reserved or following > data.nbytes or any(data[end:following]):
            raise MalformedFrameError("an extension is malformed")
        if tag in _SIZES:
            if count != _SIZES[tag] or tag in payloads:
                raise MalformedFrameError(f"extension {tag} has a wrong length or comes twice")
            payloads[tag] = bytes(data[offset + _PREFIX.size : end])
        elif tag & _CRITICAL:
            raise MalformedFrameError(f"the critical extension {tag} is unknown")
        offset = following
    timing = payloads.get(_TIMING_TAG)
    if timing is not None and any(timing[-2:]):
        raise MalformedFrameError("a reserved byte is not zero")
    key = payloads.get(_ROUTING_KEY)
    return Extensions(
        payloads.get(_TRACE_ID),
        None if timing is None else Timing(*_TIMING.unpack(timing)),
        None if key is None else _KEY.unpack(key)[0],
    )
