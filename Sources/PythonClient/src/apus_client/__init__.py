"""A client of Apus, which serves models of user behaviour.

    from apus_client import Client

    with Client("127.0.0.1:7411") as client:
        scores = client.score("visits", {"pages": [3, 9], "channel": ["mail", None]})
        print([score[0] for score in scores])
"""

from .asynchronous import AsyncClient
from .client import Client
from .errors import (
    ApusError, AuthenticationError, BadInputError, ChecksumError, ConnectionLostError,
    DeadlineError, DeviceError, DrainingError, EnvironmentMismatchError, FlowError,
    ForbiddenError, InternalError, MalformedFrameError, NotReadyError, OverloadedError,
    PeerTimeoutError, ProtocolError, RequestCancelledError, SchemaMismatchError, ServerError,
    TooLargeError, UnknownModelError, VersionError)
from .options import (
    NO_RETRIES, ClientOptions, RequestOptions, RetryPolicy, Token, tls_context)
from .requests import UnsupportedError
from .tables import Column
from .wire.constants import ErrorCode, FrameType, Kind, Task, ValueKind
from .wire.extensions import Extensions, Timing
from .wire.messages import ListedModel, Model, OrderOk, Push, RawColumn
from .wire.scoring import RankedItems, Scores

__all__ = [
    "NO_RETRIES", "ApusError", "AsyncClient", "AuthenticationError", "BadInputError",
    "ChecksumError", "Client", "ClientOptions", "Column", "ConnectionLostError", "DeadlineError",
    "DeviceError", "DrainingError", "EnvironmentMismatchError", "ErrorCode", "Extensions",
    "FlowError", "ForbiddenError", "FrameType", "InternalError", "Kind", "ListedModel",
    "MalformedFrameError", "Model", "NotReadyError", "OrderOk", "OverloadedError",
    "PeerTimeoutError", "ProtocolError", "Push", "RankedItems", "RawColumn",
    "RequestCancelledError", "RequestOptions", "RetryPolicy", "SchemaMismatchError", "Scores",
    "ServerError", "Task", "Timing", "Token", "TooLargeError", "UnknownModelError",
    "UnsupportedError", "ValueKind", "VersionError", "tls_context",
]
