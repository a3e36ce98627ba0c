"""One blocking connection: one request at a time, no threads."""

from __future__ import annotations

import socket
from time import monotonic
from typing import Any

from .address import Address
from .errors import ApusError, ConnectionLostError, MalformedFrameError, deadline_passed
from .options import ClientOptions
from .requests import Request
from .session import (
    LIMIT_BEFORE_HELLO_BYTES, Completed, Session, Transmit, handshake)
from .wire.constants import ErrorCode
from .wire.frame import (
    HEADER_BYTES, MAXIMUM_BUDGET_MICROSECONDS, Frame, body_is_whole, decode_header)

_BUFFER_BYTES = 1 << 16
_SMALL_BYTES = 1 << 14


class Connection:
    """A socket, its buffer and its session. After an error it is closed and of no more use."""

    def __init__(self, address: Address, options: ClientOptions, deadline: float) -> None:
        self._buffer = bytearray(_BUFFER_BYTES)
        self._view = memoryview(self._buffer)
        self._start = self._end = 0
        self._limit = LIMIT_BEFORE_HELLO_BYTES
        self.is_closed = False
        try:
            self._socket = _connect(address, options, deadline)
        except TimeoutError:
            raise deadline_passed() from None
        except OSError as error:
            raise ConnectionLostError(f"no connection to the server: {error}") from error
        self._timeout = self._socket.gettimeout()
        try:
            self._session = self._shake_hands(options, deadline)
        except BaseException as error:
            self.close()
            raise _cause(error) from error
        self._limit = self._session.body_limit_bytes

    @property
    def is_usable(self) -> bool:
        """Whether one more request may be sent here."""
        return not self.is_closed and not self._session.is_leaving

    def close(self) -> None:
        """Ends the connection."""
        self.is_closed = True
        self._socket.close()

    def exchange(self, request: Request[Any], deadline: float, has_budget: bool) -> Frame:
        """Sends a request and returns its reply.

        With `has_budget` the server is told how much time is left. When the deadline passes, the
        request is cancelled, and its reply will be skipped when it comes.
        """
        try:
            return self._exchange(request, deadline, has_budget)
        except BaseException as error:
            cause = _cause(error)
            if not isinstance(cause, TimeoutError):
                self.close()
            if cause is error:
                raise
            raise cause from error

    def _exchange(self, request: Request[Any], deadline: float, has_budget: bool) -> Frame:
        session = self._session
        session.check(request)
        while not session.admits(request):
            self._take(session.receive(self._read(deadline)))
        left = deadline - monotonic()
        if left <= 0:
            raise deadline_passed()
        budget = min(int(left * 1e6) + 1, MAXIMUM_BUDGET_MICROSECONDS) if has_budget else 0
        correlation_id, header = session.start(request, budget)
        self._send(header, request)
        try:
            while True:
                action = session.receive(self._read(deadline))
                if type(action) is Completed and action.correlation_id == correlation_id:
                    return action.frame
                self._take(action)
        except TimeoutError:
            self._socket.sendall(session.cancel(correlation_id))
            raise

    def _take(self, action: object) -> None:
        """Does what the session asks for; replies that nobody waits for are skipped."""
        if type(action) is Transmit:
            self._socket.sendall(action.data)

    def _send(self, header: bytes, request: Request[Any]) -> None:
        body = request.body
        if request.size <= _SMALL_BYTES:
            self._socket.sendall(b"".join((header, body.block, body.payload)))
        else:
            self._socket.sendall(header + body.block)
            self._socket.sendall(body.payload)

    def _read(self, deadline: float) -> Frame:
        """Returns the next frame; its body has memory of its own."""
        self._fill(HEADER_BYTES, deadline)
        header = decode_header(self._buffer, self._start, self._limit)
        start = self._start + HEADER_BYTES
        here = min(self._end - start, header.length)
        body: bytes | bytearray
        if here == header.length:
            body = bytes(self._view[start : start + here])
        else:
            body = bytearray(header.length)
            rest = memoryview(body)
            rest[:here] = self._view[start : start + here]
            while here < header.length:
                here += self._receive(rest[here:], deadline)
        self._start = min(start + header.length, self._end)
        if not body_is_whole(header, body):
            raise MalformedFrameError("the checksum of a body is wrong", ErrorCode.CHECKSUM)
        return Frame(header, body)

    def _fill(self, count: int, deadline: float) -> None:
        """Reads until so many bytes are in the buffer."""
        if self._start == self._end:
            self._start = self._end = 0
        elif _BUFFER_BYTES - self._start < count:
            kept = self._buffer[self._start : self._end]
            self._view[: len(kept)] = kept
            self._start, self._end = 0, len(kept)
        while self._end - self._start < count:
            self._end += self._receive(self._view[self._end :], deadline)

    def _receive(self, into: memoryview, deadline: float) -> int:
        left = deadline - monotonic()
        if left <= 0:
            raise deadline_passed()
        # A timeout is set anew, by a system call, only if it would be wrong by a hundredth.
        if self._timeout is None or not left <= self._timeout <= left * 1.01:
            self._timeout = left * 1.005
            self._socket.settimeout(self._timeout)
        count = self._socket.recv_into(into)
        if count == 0:
            raise ConnectionLostError("the server closed the connection")
        return count

    def _shake_hands(self, options: ClientOptions, deadline: float) -> Session:
        steps = handshake(options, listens=False)
        try:
            data = next(steps)
            while True:
                self._socket.sendall(data)
                data = steps.send(self._read(deadline))
        except StopIteration as end:
            return Session(end.value)


def _connect(address: Address, options: ClientOptions, deadline: float) -> socket.socket:
    left = deadline - monotonic()
    if left <= 0:
        raise deadline_passed()
    stream = address.connect(left)
    if options.tls is None:
        return stream
    try:
        return options.tls.wrap_socket(
            stream, server_hostname=options.server_hostname or address.host)
    except BaseException:
        stream.close()
        raise


def _cause(error: BaseException) -> BaseException:
    """Returns what an error of the socket means to the caller."""
    if isinstance(error, ApusError):
        if isinstance(error, MalformedFrameError) and error.code == ErrorCode.CHECKSUM:
            return ConnectionLostError(str(error))
        return error
    if isinstance(error, TimeoutError):
        return deadline_passed()
    if isinstance(error, OSError):
        return ConnectionLostError(f"the connection was lost: {error}")
    return error
