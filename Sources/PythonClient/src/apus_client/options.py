"""What a client may be told: once, or for one request."""

from __future__ import annotations

import random
import ssl
from dataclasses import dataclass, field

from .errors import ApusError, ConnectionLostError, ServerError


@dataclass(frozen=True, slots=True)
class Token:
    """A token that `apus token` made: its identifier and its secret."""

    identifier: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When a request that failed is sent again.

    A request is repeated if the server says that it may succeed later, or if the connection was
    lost: each request of the protocol may be repeated without harm. The wait doubles from attempt
    to attempt, is drawn from its upper half, and is never shorter than the server asked for. Where
    it would outlast the deadline, the error is raised at once.
    """

    attempts: int = 8
    initial_seconds: float = 0.02
    largest_seconds: float = 1.0

    def delay_seconds(self, failures: int, error: ApusError, left_seconds: float) -> float | None:
        """Returns the wait before the next attempt, or None if there is to be none.

        `failures` counts those so far, this one included.
        """
        if failures >= self.attempts:
            return None
        least = 0.0
        if isinstance(error, ServerError):
            if not error.retryable:
                return None
            least = error.retry_after_seconds
        elif not isinstance(error, ConnectionLostError):
            return None
        longest = min(self.initial_seconds * 2 ** (failures - 1), self.largest_seconds)
        delay = max(least, least * random.uniform(1.0, 1.1), longest * random.uniform(0.5, 1.0))
        return delay if delay < left_seconds else None


NO_RETRIES = RetryPolicy(attempts=1)


@dataclass(frozen=True, slots=True)
class ClientOptions:
    """What a client does for all of its requests.

    - `timeout_seconds`: the longest that a call may take, retries included.
    - `token`: proves who the client is, where the server wants to know.
    - `tls`: encrypts the connection; see `tls_context`.
    - `server_hostname`: the name that the certificate must have, if not the host of the address.
    - `environment`: refuses a server of another environment; 0 accepts any.
    """

    timeout_seconds: float = 30.0
    token: Token | None = None
    tls: ssl.SSLContext | None = None
    server_hostname: str | None = None
    retry: RetryPolicy = RetryPolicy()
    environment: int = 0
    client_name: str = "apus-python"


@dataclass(frozen=True, slots=True)
class RequestOptions:
    """What one request asks for.

    - `timeout_seconds`: the longest that this call may take; also its budget at the server, which
      refuses work that cannot be done in time. None: the client's timeout, the server's budget.
    - `timing`: the reply tells where the time went.
    - `no_batch`: computed alone and at once: the lowest latency, for more work.
    - `bulk`: may wait until other requests are served.
    - `trace_id`: 16 bytes that come back in the reply.
    - `routing_key`: decides, always alike, between the stable version and the canary.
    """

    timeout_seconds: float | None = None
    timing: bool = False
    no_batch: bool = False
    bulk: bool = False
    trace_id: bytes | None = None
    routing_key: int | None = None


DEFAULT_OPTIONS = RequestOptions()


def tls_context(
    authority_file: str | None = None,
    certificate_file: str | None = None,
    key_file: str | None = None,
) -> ssl.SSLContext:
    """Returns settings for TLS 1.2 or 1.3 that check the server's certificate.

    `authority_file` holds the certificates to trust, the system's if None; `certificate_file` and
    `key_file` are the client's own, for a server that asks for one.
    """
    context = ssl.create_default_context(cafile=authority_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate_file is not None:
        context.load_cert_chain(certificate_file, key_file)
    return context
