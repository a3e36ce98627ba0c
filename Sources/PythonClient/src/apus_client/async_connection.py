"""One connection of the asyncio client: many requests at a time, within the credit."""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from dataclasses import dataclass
from typing import Any, Callable, Generator

from .address import Address
from .errors import ApusError, ConnectionLostError, MalformedFrameError
from .options import ClientOptions
from .requests import Request
from .session import (
    LIMIT_BEFORE_HELLO_BYTES, Completed, News, Session, Transmit, handshake)
from .wire.constants import ErrorCode
from .wire.frame import (
    HEADER_BYTES, MAXIMUM_BUDGET_MICROSECONDS, Frame, Header, body_is_whole, decode_header)
from .wire.messages import HelloOk, Push

_BUFFER_BYTES = 1 << 16


@dataclass(eq=False, slots=True)
class Turn:
    """A request that waits for its turn, and then for its reply."""

    request: Request[Any]
    deadline: float | None
    reply: asyncio.Future[Frame]
    correlation_id: int = 0


class AsyncConnection(asyncio.BufferedProtocol):
    """A transport, its buffer and its session.

    Small frames are read from one buffer; the body of a large one is received where it stays.
    """

    def __init__(
        self, options: ClientOptions, on_push: Callable[[Push], None] | None
    ) -> None:
        self._on_push = on_push
        self._buffer = bytearray(_BUFFER_BYTES)
        self._view = memoryview(self._buffer)
        self._end = 0
        self._header: Header | None = None
        self._body = bytearray()
        self._received = 0
        self._limit = LIMIT_BEFORE_HELLO_BYTES
        loop = asyncio.get_running_loop()
        self._steps: Generator[bytes, Frame, HelloOk] | None = handshake(options, listens=True)
        self._loop = loop
        self._opened: asyncio.Future[None] = loop.create_future()
        self._closed: asyncio.Future[None] = loop.create_future()
        self._session: Session | None = None
        self._waiting: dict[int, asyncio.Future[Frame]] = {}
        self._queue: deque[Turn] = deque()
        self._is_paused = False
        self._is_leaving = False

    @classmethod
    async def connect(
        cls,
        address: Address,
        options: ClientOptions,
        on_push: Callable[[Push], None] | None,
    ) -> AsyncConnection:
        """Connects, shakes hands, and returns the connection."""
        loop = asyncio.get_running_loop()
        arguments: dict[str, Any] = {}
        if options.tls is not None:
            arguments = {"ssl": options.tls,
                         "server_hostname": options.server_hostname or address.host}
        try:
            if address.path:
                transport, connection = await loop.create_unix_connection(
                    lambda: cls(options, on_push), address.path, **arguments)
            else:
                transport, connection = await loop.create_connection(
                    lambda: cls(options, on_push), address.host, address.port, **arguments)
        except OSError as error:
            raise ConnectionLostError(f"no connection to the server: {error}") from error
        try:
            await connection._opened
        except BaseException:
            transport.abort()
            await connection._closed
            raise
        return connection

    @property
    def is_usable(self) -> bool:
        """Whether one more request may be sent here."""
        session = self._session
        return (session is not None and not session.is_leaving and not self._is_leaving
                and not self._closed.done())

    async def exchange(self, request: Request[Any], deadline: float | None) -> Frame:
        """Sends a request as soon as the credit covers it, and returns its reply.

        With a deadline the server is told how much time is left. When the task is cancelled, so is
        the request.
        """
        assert self._session is not None
        self._session.check(request)
        turn = Turn(request, deadline, self._loop.create_future())
        self._queue.append(turn)
        self._admit()
        try:
            return await turn.reply
        except asyncio.CancelledError:
            self._abandon(turn)
            raise

    async def close(self) -> None:
        """Ends the connection."""
        self._transport.close()
        await self._closed

    def leave(self) -> None:
        """Takes no more requests; the connection ends when its last reply is in."""
        self._is_leaving = True
        self._close_if_done()

    def fail(self, error: BaseException) -> None:
        """Ends the connection at once; whoever waits gets the error."""
        if isinstance(error, MalformedFrameError) and error.code == ErrorCode.CHECKSUM:
            error = ConnectionLostError(str(error))
        self._end_all(error)
        self._transport.abort()

    def _admit(self) -> None:
        """Sends what waits, first come, first served, as far as credit and socket allow."""
        session = self._session
        while self._queue and session is not None and not self._is_paused:
            turn = self._queue[0]
            if not session.admits(turn.request):
                return
            self._queue.popleft()
            budget = 0
            if turn.deadline is not None:
                left = int((turn.deadline - self._loop.time()) * 1e6)
                budget = min(max(left, 1), MAXIMUM_BUDGET_MICROSECONDS)
            turn.correlation_id, header = session.start(turn.request, budget)
            self._waiting[turn.correlation_id] = turn.reply
            body = turn.request.body
            self._transport.write(b"".join((header, body.block, body.payload)))

    def _abandon(self, turn: Turn) -> None:
        """Forgets a request for which nobody waits any more, and tells the server."""
        if turn in self._queue:
            self._queue.remove(turn)
        elif self._waiting.pop(turn.correlation_id, None) is not None:
            assert self._session is not None
            self._transport.write(self._session.cancel(turn.correlation_id))

    # What the transport calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Says HELLO."""
        assert isinstance(transport, asyncio.Transport) and self._steps is not None
        self._transport = transport
        stream = transport.get_extra_info("socket")
        if stream is not None and stream.family != getattr(socket, "AF_UNIX", None):
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        transport.write(next(self._steps))

    def connection_lost(self, error: Exception | None) -> None:
        """Tells all who wait."""
        self._end_all(ConnectionLostError(f"the connection was lost: {error or 'it was closed'}"))
        if not self._closed.done():
            self._closed.set_result(None)

    def pause_writing(self) -> None:
        """Holds requests back while the socket is full."""
        self._is_paused = True

    def resume_writing(self) -> None:
        """Sends the requests that were held back."""
        self._is_paused = False
        self._admit()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Returns where to receive: the rest of a large body, or the buffer."""
        if self._header is not None:
            return memoryview(self._body)[self._received :]
        return self._view[self._end :]

    def buffer_updated(self, count: int) -> None:
        """Takes in what was received."""
        try:
            if self._header is not None:
                self._received += count
                if self._received == len(self._body):
                    header, body = self._header, self._body
                    self._header, self._body = None, bytearray()
                    self._take(header, body)
            else:
                self._end += count
                self._take_buffered()
        except ApusError as error:
            self.fail(error)
            return
        self._admit()
        self._close_if_done()

    def _take_buffered(self) -> None:
        """Takes each whole frame of the buffer, and moves the rest to its front."""
        start, end = 0, self._end
        while end - start >= HEADER_BYTES:
            header = decode_header(self._buffer, start, self._limit)
            begin = start + HEADER_BYTES
            if header.length > end - begin:
                if HEADER_BYTES + header.length > _BUFFER_BYTES:
                    self._body = bytearray(header.length)
                    self._received = end - begin
                    self._body[: end - begin] = self._view[begin:end]
                    self._header = header
                    start = end
                break
            start = begin + header.length
            self._take(header, bytes(self._view[begin:start]))
        rest = bytes(self._view[start:end])
        self._view[: len(rest)] = rest
        self._end = len(rest)

    def _take(self, header: Header, body: bytes | bytearray) -> None:
        """Takes one frame in, and does what the session asks for."""
        if not body_is_whole(header, body):
            raise MalformedFrameError("the checksum of a body is wrong", ErrorCode.CHECKSUM)
        frame = Frame(header, body)
        if self._session is None:
            self._shake_hands(frame)
            return
        action = self._session.receive(frame)
        if isinstance(action, Completed):
            reply = self._waiting.pop(action.correlation_id, None)
            if reply is not None and not reply.done():
                reply.set_result(frame)
        elif isinstance(action, Transmit):
            self._transport.write(action.data)
        elif isinstance(action, News) and self._on_push is not None:
            self._on_push(action.push)

    def _shake_hands(self, frame: Frame) -> None:
        assert self._steps is not None
        try:
            self._transport.write(self._steps.send(frame))
        except StopIteration as end:
            self._session = Session(end.value)
            self._limit = self._session.body_limit_bytes
            self._opened.set_result(None)

    def _end_all(self, error: BaseException) -> None:
        """Gives an error to all who wait."""
        waiting = [*self._waiting.values(), *(turn.reply for turn in self._queue)]
        self._waiting.clear()
        self._queue.clear()
        self._is_leaving = True
        if self._session is None and not self._opened.done():
            self._opened.set_exception(error)
        for reply in waiting:
            if not reply.done():
                reply.set_exception(error)

    def _close_if_done(self) -> None:
        """Ends a connection that the server leaves, when the last reply is in."""
        session = self._session
        if session is None or not (session.is_leaving or self._is_leaving):
            return
        for turn in self._queue:
            if not turn.reply.done():
                turn.reply.set_exception(ConnectionLostError("the server goes away"))
        self._queue.clear()
        if session.is_idle:
            self._transport.close()
