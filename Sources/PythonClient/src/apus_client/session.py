"""One connection as both clients see it: handshake, credit, replies. No I/O.

    send HELLO --> HELLO_OK --(AUTH --> AUTH_OK)--> open --GOAWAY--> leaving --last reply--> over
"""

from __future__ import annotations

import hashlib
import hmac
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Generator, NamedTuple, Union

from .errors import AuthenticationError, MalformedFrameError, too_large
from .options import ClientOptions, Token
from .requests import Request, UnsupportedError
from .wire.body import Body
from .wire.constants import ErrorCode, Feature, FrameType
from .wire.frame import LIMIT_BEFORE_HELLO_BYTES, Frame, encode_header
from .wire.messages import (
    Auth, AuthOk, Credit, Empty, ErrorReply, GoAway, Hello, HelloOk, Number, Push,
    decode_extended)

_SYNC_FEATURES = int(
    Feature.TIMING | Feature.CLASSES | Feature.CANCEL | Feature.RANK | Feature.EXTRACT
    | Feature.STATS | Feature.CREDIT | Feature.ROUTING
)
_ASYNC_FEATURES = int(_SYNC_FEATURES | Feature.PUSH | Feature.KEEPALIVE)
_CANCEL_BODY = Empty().encode()


def _own_version() -> str:
    try:
        return version("apus-client")
    except PackageNotFoundError:
        return "0"


class Completed(NamedTuple):
    """A request has got its one reply."""

    correlation_id: int
    request: Request[Any]
    frame: Frame


class Transmit(NamedTuple):
    """These bytes are to be sent."""

    data: bytes


class News(NamedTuple):
    """The server tells something that nobody asked for."""

    push: Push


Action = Union[Completed, Transmit, News, None]


def whole_frame(frame_type: FrameType, correlation_id: int, body: Body) -> bytes:
    """Returns a small frame in one piece."""
    header = encode_header(frame_type, correlation_id, body.block, body.payload)
    return b"".join((header, body.block, body.payload))


def handshake(
    options: ClientOptions, listens: bool
) -> Generator[bytes, Frame, HelloOk]:
    """Yields the frames of a handshake, wants each one's reply, and returns what is granted.

    `listens` tells whether somebody reads while no request is in flight: only then may the server
    send what nobody asked for.
    """
    features = _ASYNC_FEATURES if listens else _SYNC_FEATURES
    hello = Hello(options.client_name, _own_version(), features, options.environment)
    reply = yield whole_frame(FrameType.HELLO, 1, hello.encode())
    grant: HelloOk = _expected(reply, FrameType.HELLO_OK, 1, HelloOk)
    if grant.version != 1 or grant.features & ~features:
        raise MalformedFrameError("the server chose a version or a feature that was not offered")
    if grant.authentication_required:
        if options.token is None:
            raise AuthenticationError("the server wants a token", ErrorCode.AUTH)
        proof = Auth(options.token.identifier, authentication_code(options.token, grant.challenge))
        reply = yield whole_frame(FrameType.AUTH, 2, proof.encode())
        _expected(reply, FrameType.AUTH_OK, 2, AuthOk)
    return grant


def authentication_code(token: Token, challenge: bytes) -> bytes:
    """Returns the proof that the client knows the token."""
    key = hashlib.sha256(token.secret.encode()).digest()
    return hmac.digest(key, b"apus-auth-v1" + challenge, "sha256")


def _expected(frame: Frame, frame_type: FrameType, correlation_id: int, kind: Any) -> Any:
    if frame.header.type is FrameType.ERROR:
        error, extensions = decode_extended(ErrorReply, frame.body)
        raise error.exception(extensions.trace_id)
    if frame.header.type is not frame_type or frame.header.correlation_id != correlation_id:
        raise MalformedFrameError(
            f"{frame.header.type.name} came instead of {frame_type.name}")
    return decode_extended(kind, frame.body)[0]


class Session:
    """What is in flight on one connection, and what may be."""

    def __init__(self, grant: HelloOk) -> None:
        self.grant = grant
        self.is_leaving = False
        self._credit = Credit(grant.credit_requests, grant.credit_rows, grant.credit_bytes)
        self._in_flight: dict[int, Request[Any]] = {}
        self._rows = 0
        self._bytes = 0
        self._last_id = 2

    @property
    def body_limit_bytes(self) -> int:
        """The longest body that either side may send."""
        return self.grant.body_bytes

    @property
    def is_idle(self) -> bool:
        """Whether no reply is awaited."""
        return not self._in_flight

    def check(self, request: Request[Any]) -> None:
        """Raises if the server is known to refuse a request, whenever it is sent."""
        grant, credit = self.grant, self._credit
        if request.features & ~grant.features:
            lacking = Feature(request.features & ~grant.features)
            raise UnsupportedError(f"the server has not the feature {lacking.name}")
        body_bytes = len(request.body.block) + len(request.body.payload)
        if body_bytes > grant.body_bytes:
            raise too_large("bytes", body_bytes, grant.body_bytes)
        if request.rows > grant.rows or request.rows > credit.rows:
            raise too_large("rows", request.rows, min(grant.rows, credit.rows))
        if request.size > credit.bytes:
            raise too_large("bytes", request.size, credit.bytes)

    def admits(self, request: Request[Any]) -> bool:
        """Tells whether the credit covers one more request now."""
        credit = self._credit
        return (
            len(self._in_flight) < credit.requests
            and self._rows + request.rows <= credit.rows
            and self._bytes + request.size <= credit.bytes
        )

    def start(self, request: Request[Any], budget_microseconds: int) -> tuple[int, bytes]:
        """Takes a request's share of the credit; returns its correlation id and its header."""
        self._last_id = correlation_id = self._last_id + 1
        self._in_flight[correlation_id] = request
        self._rows += request.rows
        self._bytes += request.size
        return correlation_id, encode_header(
            request.type, correlation_id, request.body.block, request.body.payload,
            request.flags, budget_microseconds if request.rows else 0)

    def cancel(self, correlation_id: int) -> bytes:
        """Returns the frame, if any, that tells the server that nobody waits for a request.

        The request stays in flight, and keeps its credit, until its one reply comes.
        """
        if correlation_id not in self._in_flight or not self.grant.features & Feature.CANCEL:
            return b""
        return whole_frame(FrameType.CANCEL, correlation_id, _CANCEL_BODY)

    def receive(self, frame: Frame) -> Action:
        """Takes a frame of the server in, and returns what is to be done about it.

        Raises the error of the connection, after which it is of no more use.
        """
        header, body = frame
        request = self._in_flight.pop(header.correlation_id, None)
        if request is not None and header.type >= 0x80:
            self._rows -= request.rows
            self._bytes -= request.size
            return Completed(header.correlation_id, request, frame)
        if request is not None or header.correlation_id:
            raise MalformedFrameError(
                f"{header.type.name} answers nothing that is in flight")
        return self._receive_unasked(header.type, body)

    def _receive_unasked(self, frame_type: FrameType, body: bytes | bytearray) -> Action:
        features = self.grant.features
        if frame_type is FrameType.ERROR:
            error, extensions = decode_extended(ErrorReply, body)
            raise error.exception(extensions.trace_id)
        if frame_type is FrameType.GOAWAY:
            decode_extended(GoAway, body)
            self.is_leaving = True
            return None
        if frame_type is FrameType.CREDIT and features & Feature.CREDIT:
            self._credit = decode_extended(Credit, body)[0]
            return None
        if frame_type is FrameType.PUSH and features & Feature.PUSH:
            return News(decode_extended(Push, body)[0])
        if frame_type is FrameType.PROBE and features & Feature.KEEPALIVE:
            number: Number = decode_extended(Number, body)[0]
            return Transmit(whole_frame(FrameType.PROBE_OK, 0, number.encode()))
        raise MalformedFrameError(f"{frame_type.name} comes from no server on this connection")


__all__ = [
    "LIMIT_BEFORE_HELLO_BYTES", "Action", "Completed", "News", "Session", "Transmit",
    "authentication_code", "handshake", "whole_frame",
]
