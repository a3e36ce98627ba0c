"""What can go wrong, as one family of exceptions.

    ApusError
    ├── MalformedFrameError      bytes that break a rule of the protocol
    ├── ConnectionLostError      the connection ended, or was never made
    └── ServerError              an answer of the server: code, retry, row and column
        └── one class per code   OverloadedError, BadInputError, DeadlineError, ...
"""

from __future__ import annotations

from .wire.constants import NO_INDEX, ErrorCode


class ApusError(Exception):
    """The root of all that this package raises on purpose."""


class MalformedFrameError(ApusError):
    """Bytes break a rule of the protocol.

    `code` is the one with which a server answers such bytes.
    """

    def __init__(self, text: str, code: ErrorCode = ErrorCode.PROTOCOL) -> None:
        super().__init__(text)
        self.code = code


class ConnectionLostError(ApusError, ConnectionError):
    """The connection ended before the reply came, or could not be made."""


class ServerError(ApusError):
    """The server answered by an error.

    `code` is a number, because a later server may know more of them than `ErrorCode` does;
    `row` and `column` tell where in the request, if the error is about one value.
    """

    def __init__(
        self,
        text: str,
        code: int,
        error_class: int = 1,
        retryable: bool = False,
        retry_after_seconds: float = 0.0,
        row: int | None = None,
        column: int | None = None,
        trace_id: bytes | None = None,
    ) -> None:
        super().__init__(text)
        self.text = text
        self.code = code
        self.error_class = error_class
        self.retryable = retryable
        self.retry_after_seconds = retry_after_seconds
        self.row = row
        self.column = column
        self.trace_id = trace_id

    @property
    def detail(self) -> int | None:
        """The number that the code names: a limit, or the stage at which a budget ran out."""
        return self.row

    def __str__(self) -> str:
        place = [
            f"{name} {index}"
            for name, index in (("row", self.row), ("column", self.column))
            if index is not None and self.code == ErrorCode.BAD_INPUT
        ]
        return f"{self.text} ({', '.join(place)})" if place else self.text


class VersionError(ServerError):
    """Client and server have no version of the protocol in common."""


class ProtocolError(ServerError):
    """The server says that the client broke a rule of the protocol."""


class ChecksumError(ServerError):
    """The request was damaged on its way."""


class TooLargeError(ServerError):
    """The request exceeds a limit of the server; `detail` is the limit."""


class AuthenticationError(ServerError):
    """The server wants a token, or does not accept this one."""


class ForbiddenError(ServerError):
    """The scopes of the token, or the listener, do not allow that."""


class UnknownModelError(ServerError):
    """The server has no such model."""


class SchemaMismatchError(ServerError):
    """The rows were made for another schema of the model."""


class BadInputError(ServerError):
    """A value is unusable; `row` and `column` say which."""


class NotReadyError(ServerError):
    """The model is not ready to score."""


class OverloadedError(ServerError):
    """The server has more work than it accepts."""


class FlowError(ServerError):
    """More was in flight than the credit of the connection."""


class DeadlineError(ServerError, TimeoutError):
    """The time ran out: at the server (`detail` tells the stage), or here (no `detail`)."""


class RequestCancelledError(ServerError):
    """The request was cancelled."""


class DrainingError(ServerError):
    """The server is going away."""


class DeviceError(ServerError):
    """The computing device of the server failed."""


class InternalError(ServerError):
    """A fault of the server."""


class EnvironmentMismatchError(ServerError):
    """The server belongs to another environment than the client."""


class PeerTimeoutError(ServerError, TimeoutError):
    """The server waited too long for HELLO or for the rest of a frame."""


_CLASSES: dict[int, type[ServerError]] = {
    ErrorCode.VERSION: VersionError,
    ErrorCode.PROTOCOL: ProtocolError,
    ErrorCode.CHECKSUM: ChecksumError,
    ErrorCode.TOO_LARGE: TooLargeError,
    ErrorCode.AUTH: AuthenticationError,
    ErrorCode.FORBIDDEN: ForbiddenError,
    ErrorCode.UNKNOWN_MODEL: UnknownModelError,
    ErrorCode.SCHEMA_MISMATCH: SchemaMismatchError,
    ErrorCode.BAD_INPUT: BadInputError,
    ErrorCode.NOT_READY: NotReadyError,
    ErrorCode.OVERLOADED: OverloadedError,
    ErrorCode.FLOW: FlowError,
    ErrorCode.DEADLINE: DeadlineError,
    ErrorCode.CANCELLED: RequestCancelledError,
    ErrorCode.DRAINING: DrainingError,
    ErrorCode.DEVICE: DeviceError,
    ErrorCode.INTERNAL: InternalError,
    ErrorCode.ENVIRONMENT: EnvironmentMismatchError,
    ErrorCode.TIMEOUT: PeerTimeoutError,
}


def server_error(
    text: str,
    code: int,
    error_class: int,
    retryable: bool,
    retry_after_milliseconds: int,
    row: int,
    column: int,
    trace_id: bytes | None = None,
) -> ServerError:
    """Returns the exception for the fields of an ERROR frame."""
    return _CLASSES.get(code, ServerError)(
        text,
        code,
        error_class,
        retryable,
        retry_after_milliseconds / 1000,
        None if row == NO_INDEX else row,
        None if column == NO_INDEX else column,
        trace_id,
    )


def deadline_passed() -> DeadlineError:
    """Returns the exception for a reply that did not come in time."""
    return DeadlineError("the deadline passed before the reply came", ErrorCode.DEADLINE, 2, True)


def too_large(what: str, count: int, limit: int) -> TooLargeError:
    """Returns the exception for a request that the server is known to refuse."""
    text = f"the request has {count} {what}, and the server takes {limit} at most"
    return TooLargeError(text, ErrorCode.TOO_LARGE, row=limit)
