"""The blocking client."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Callable, Mapping, TypeVar

from . import requests
from .address import Address
from .connection import Connection
from .errors import (
    ApusError, DrainingError, MalformedFrameError, SchemaMismatchError, UnknownModelError)
from .options import DEFAULT_OPTIONS, ClientOptions, RequestOptions
from .requests import Request
from .wire.constants import FrameType
from .wire.messages import ListedModel, Model, OrderOk
from .wire.scoring import RankedItems, Scores

if TYPE_CHECKING:
    from .tables import FloatRows, Table

Reply = TypeVar("Reply")


class Client:
    """A client that waits for each reply: one request at a time, on one connection, no threads.

        with Client("127.0.0.1:7411") as client:
            print(client.score("visits", {"pages": [3, 9], "channel": ["mail", None]}))

    It connects when it is first needed, and anew when the server goes away or the connection is
    lost; what was not answered is then sent again. A client belongs to one thread at a time.
    """

    def __init__(self, address: str, options: ClientOptions = ClientOptions()) -> None:
        """Prepares a client of the server at `HOST:PORT` or `unix:PATH`; connects to nothing."""
        self._address = Address.parse(address)
        self._options = options
        self._connection: Connection | None = None
        self._models: dict[str, Model] = {}

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connection; the next request would make another one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def ping(self, number: int = 0) -> float:
        """Sends a number there and back, and returns the seconds that it took."""
        began = time.perf_counter()
        reply = self._perform(requests.ping(number), DEFAULT_OPTIONS)
        if reply.number != number:
            raise MalformedFrameError(f"{reply.number} came back instead of {number}")
        return time.perf_counter() - began

    def stats(self) -> dict[str, float]:
        """Returns the server's own figures."""
        return self._perform(requests.stats(), DEFAULT_OPTIONS).figures

    def models(self) -> tuple[ListedModel, ...]:
        """Returns the models that are served, by name."""
        return self._perform(requests.model_list(), DEFAULT_OPTIONS).models

    def model(self, name: str, version: str = "") -> Model:
        """Returns what a model is: its stable version, or the one that is named."""
        model = self._perform(requests.model_info(name, version), DEFAULT_OPTIONS)
        if not version:
            self._models[name] = model
        return model

    def score(
        self,
        model: str | Model,
        rows: FloatRows | Table,
        options: RequestOptions = DEFAULT_OPTIONS,
    ) -> Scores:
        """Returns the scores of rows.

        `model` is the name, for its stable version, or what `model()` returned. `rows` are float
        rows as the model's net takes them, or a mapping from the names of the raw columns to their
        values, in which None is missing.
        """
        return self._perform_for(
            model, rows, options, lambda info: requests.score(info, rows, options))

    def extract(
        self,
        model: str | Model,
        rows: FloatRows | Table,
        options: RequestOptions = DEFAULT_OPTIONS,
    ) -> Scores:
        """Returns the embeddings of rows: the numbers of the last hidden layer."""
        return self._perform_for(
            model, rows, options,
            lambda info: requests.score(info, rows, options, FrameType.EXTRACT))

    def rank(
        self,
        model: str | Model,
        shared: FloatRows | Table,
        items: FloatRows | Table,
        top: int = 0,
        output_index: int = 0,
        options: RequestOptions = DEFAULT_OPTIONS,
    ) -> RankedItems:
        """Returns the `top` best items (0: all), the best one first.

        `shared` is what all items have in common, sent once: the front of the float row, or some
        of the raw columns with one value each; `items` is the rest.
        """
        return self._perform_for(
            model, items, options,
            lambda info: requests.rank(info, shared, items, top, output_index, options))

    def order(
        self, kind: FrameType, name: str = "", version: str = "", canary_percent: float = 0.0
    ) -> OrderOk:
        """Gives an order of the administration, such as `FrameType.MODEL_SWAP`."""
        request = requests.order(kind, name, version, canary_percent)
        return self._perform(request, DEFAULT_OPTIONS)

    def _perform_for(
        self,
        model: str | Model,
        rows: object,
        options: RequestOptions,
        prepare: Callable[[Model], Request[Reply]],
    ) -> Reply:
        """Performs a request about a model, which is asked for if only its name is known.

        Raw columns are independent of the version: where another one has become the stable one,
        they are sent again for that.
        """
        if isinstance(model, Model):
            return self._perform(prepare(model), options)
        known = self._models.get(model)
        if known is not None:
            try:
                return self._perform(prepare(known), options)
            except (SchemaMismatchError, UnknownModelError, ValueError):
                del self._models[model]
                if not isinstance(rows, Mapping):
                    raise
        return self._perform(prepare(self.model(model)), options)

    def _perform(self, request: Request[Reply], options: RequestOptions) -> Reply:
        """Sends a request until it has succeeded or may not be repeated any more."""
        has_budget = options.timeout_seconds is not None
        timeout = options.timeout_seconds if has_budget else self._options.timeout_seconds
        deadline = time.monotonic() + (timeout or 0.0)
        failures = 0
        while True:
            try:
                connection = self._connection
                if connection is None or not connection.is_usable:
                    connection = self._connect(deadline)
                return request.read(connection.exchange(request, deadline, has_budget))
            except MalformedFrameError:
                self.close()
                raise
            except ApusError as error:
                if isinstance(error, DrainingError):
                    self.close()
                failures += 1
                left = deadline - time.monotonic()
                delay = self._options.retry.delay_seconds(failures, error, left)
                if delay is None:
                    raise
            time.sleep(delay)

    def _connect(self, deadline: float) -> Connection:
        self.close()
        self._connection = Connection(self._address, self._options, deadline)
        return self._connection


__all__ = ["Client"]
