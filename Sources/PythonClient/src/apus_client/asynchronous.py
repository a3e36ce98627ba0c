"""The client for asyncio."""

from __future__ import annotations

import asyncio
import time
from types import TracebackType
from typing import TYPE_CHECKING, Callable, Mapping, TypeVar

from . import requests
from .address import Address
from .async_connection import AsyncConnection
from .errors import (
    ApusError, DrainingError, MalformedFrameError, SchemaMismatchError, UnknownModelError,
    deadline_passed)
from .options import DEFAULT_OPTIONS, ClientOptions, RequestOptions
from .requests import Request
from .wire.constants import FrameType
from .wire.messages import ListedModel, Model, OrderOk, Push
from .wire.scoring import RankedItems, Scores

if TYPE_CHECKING:
    from .tables import FloatRows, Table

Reply = TypeVar("Reply")


class AsyncClient:
    """A client for many tasks at once: their requests share one connection.

        async with AsyncClient("127.0.0.1:7411") as client:
            scores = await asyncio.gather(*(client.score("visits", row) for row in rows))

    It keeps within the credit of the server: a request for which there is none waits its turn. A
    task that is cancelled cancels its request. It connects when it is first needed, and anew when
    the server goes away or the connection is lost; what was not answered is then sent again.
    """

    def __init__(
        self,
        address: str,
        options: ClientOptions = ClientOptions(),
        on_push: Callable[[Push], None] | None = None,
    ) -> None:
        """Prepares a client of the server at `HOST:PORT` or `unix:PATH`; connects to nothing.

        `on_push` is told whenever another version of a model is the stable one.
        """
        self._address = Address.parse(address)
        self._options = options
        self._on_push = on_push
        self._connection: AsyncConnection | None = None
        self._connecting = asyncio.Lock()
        self._models: dict[str, Model] = {}

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends the connection; the next request would make another one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def ping(self, number: int = 0) -> float:
        """Sends a number there and back, and returns the seconds that it took."""
        began = time.perf_counter()
        reply = await self._perform(requests.ping(number), DEFAULT_OPTIONS)
        if reply.number != number:
            raise MalformedFrameError(f"{reply.number} came back instead of {number}")
        return time.perf_counter() - began

    async def stats(self) -> dict[str, float]:
        """Returns the server's own figures."""
        return (await self._perform(requests.stats(), DEFAULT_OPTIONS)).figures

    async def models(self) -> tuple[ListedModel, ...]:
        """Returns the models that are served, by name."""
        return (await self._perform(requests.model_list(), DEFAULT_OPTIONS)).models

    async def model(self, name: str, version: str = "") -> Model:
        """Returns what a model is: its stable version, or the one that is named."""
        model = await self._perform(requests.model_info(name, version), DEFAULT_OPTIONS)
        if not version:
            self._models[name] = model
        return model

    async def score(
        self,
        model: str | Model,
        rows: FloatRows | Table,
        options: RequestOptions = DEFAULT_OPTIONS,
    ) -> Scores:
        """Returns the scores of rows; see `Client.score`."""
        return await self._perform_for(
            model, rows, options, lambda info: requests.score(info, rows, options))

    async def extract(
        self,
        model: str | Model,
        rows: FloatRows | Table,
        options: RequestOptions = DEFAULT_OPTIONS,
    ) -> Scores:
        """Returns the embeddings of rows: the numbers of the last hidden layer."""
        return await self._perform_for(
            model, rows, options,
            lambda info: requests.score(info, rows, options, FrameType.EXTRACT))

    async def rank(
        self,
        model: str | Model,
        shared: FloatRows | Table,
        items: FloatRows | Table,
        top: int = 0,
        output_index: int = 0,
        options: RequestOptions = DEFAULT_OPTIONS,
    ) -> RankedItems:
        """Returns the `top` best items (0: all), the best one first; see `Client.rank`."""
        return await self._perform_for(
            model, items, options,
            lambda info: requests.rank(info, shared, items, top, output_index, options))

    async def order(
        self, kind: FrameType, name: str = "", version: str = "", canary_percent: float = 0.0
    ) -> OrderOk:
        """Gives an order of the administration, such as `FrameType.MODEL_SWAP`."""
        request = requests.order(kind, name, version, canary_percent)
        return await self._perform(request, DEFAULT_OPTIONS)

    async def _perform_for(
        self,
        model: str | Model,
        rows: object,
        options: RequestOptions,
        prepare: Callable[[Model], Request[Reply]],
    ) -> Reply:
        """Performs a request about a model, as `Client` does."""
        if isinstance(model, Model):
            return await self._perform(prepare(model), options)
        known = self._models.get(model)
        if known is not None:
            try:
                return await self._perform(prepare(known), options)
            except (SchemaMismatchError, UnknownModelError, ValueError):
                self._models.pop(model, None)
                if not isinstance(rows, Mapping):
                    raise
        return await self._perform(prepare(await self.model(model)), options)

    async def _perform(self, request: Request[Reply], options: RequestOptions) -> Reply:
        """Sends a request until it has succeeded or may not be repeated any more."""
        has_budget = options.timeout_seconds is not None
        timeout = options.timeout_seconds if has_budget else self._options.timeout_seconds
        deadline = asyncio.get_running_loop().time() + (timeout or 0.0)
        try:
            async with asyncio.timeout_at(deadline):
                return await self._repeat(request, deadline, has_budget)
        except TimeoutError as error:
            if isinstance(error, ApusError):
                raise
            raise deadline_passed() from None

    async def _repeat(
        self, request: Request[Reply], deadline: float, has_budget: bool
    ) -> Reply:
        loop = asyncio.get_running_loop()
        failures = 0
        while True:
            connection = None
            try:
                connection = await self._usable_connection()
                frame = await connection.exchange(request, deadline if has_budget else None)
                return request.read(frame)
            except MalformedFrameError as error:
                if connection is not None:
                    connection.fail(error)
                raise
            except ApusError as error:
                if isinstance(error, DrainingError) and connection is not None:
                    connection.leave()
                failures += 1
                left_seconds = deadline - loop.time()
                delay = self._options.retry.delay_seconds(failures, error, left_seconds)
                if delay is None:
                    raise
            await asyncio.sleep(delay)

    async def _usable_connection(self) -> AsyncConnection:
        """Returns the connection, or makes the one that all waiting tasks then share."""
        connection = self._connection
        if connection is not None and connection.is_usable:
            return connection
        async with self._connecting:
            connection = self._connection
            if connection is None or not connection.is_usable:
                # The old one, if any, ends by itself when its last reply is in.
                connection = await AsyncConnection.connect(
                    self._address, self._options, self._on_push)
                self._connection = connection
            return connection


__all__ = ["AsyncClient"]
