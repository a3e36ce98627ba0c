"""Each request as a value: what is sent, and how its reply is read. No I/O."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Generic, Mapping, TypeVar, cast

from .errors import ApusError, MalformedFrameError
from .options import DEFAULT_OPTIONS, RequestOptions
from .tables import column_blocks, float_rows, shared_front
from .wire.body import MODEL_WORD, Body
from .wire.columns import encode_rank_columns
from .wire.constants import Encoding, Feature, Flag, FrameType
from .wire.extensions import NO_EXTENSIONS, Extensions, decode_extensions
from .wire.frame import HEADER_BYTES, Frame
from .wire.messages import (
    MESSAGES, Empty, ErrorReply, ListedModel, Model, ModelInfo, ModelListOk, Number, Order,
    OrderOk, StatsOk, decode_extended)
from .wire.scoring import RankedItems, Ranking, Rows, Scores

if TYPE_CHECKING:
    from .tables import FloatRows, Table

Reply = TypeVar("Reply")


class Request(Generic[Reply]):
    """A request: its body, what it takes of the credit, and the features that it needs."""

    __slots__ = ("type", "body", "rows", "flags", "features", "size", "_reply")

    def __init__(
        self,
        frame_type: FrameType,
        body: Body,
        rows: int = 0,
        flags: int = 0,
        features: int = 0,
    ) -> None:
        self.type = frame_type
        self.body = body
        self.rows = rows
        self.flags = flags
        self.features = features
        self.size = HEADER_BYTES + len(body.block) + len(body.payload)
        self._reply = frame_type + 0x80

    def read(self, frame: Frame) -> Reply:
        """Returns what a reply says; raises the error that it is."""
        header, body = frame
        if header.type == FrameType.ERROR:
            error, extensions = decode_extended(ErrorReply, body)
            raise error.exception(extensions.trace_id)
        if header.type != self._reply:
            raise MalformedFrameError(f"{header.type.name} is no reply of {self.type.name}")
        kind = MESSAGES[header.type]
        fields, data, extensions = kind.LAYOUT.unpack(body)
        reply = kind.decode(fields, data)
        if self.rows:
            counted = reply.item_count if self.type == FrameType.RANK else reply.rows
            if counted != self.rows:
                raise MalformedFrameError(
                    f"a reply has {counted} rows, and its request had {self.rows}")
            if extensions:
                reply.extensions = decode_extensions(extensions)
        elif extensions:
            decode_extensions(extensions)
        return cast(Reply, reply)


class UnsupportedError(ApusError):
    """The server has not the feature that a request needs."""


def ping(number: int = 0) -> Request[Number]:
    """Returns the request for the return of a number."""
    return Request(FrameType.PING, Number(number).encode())


def stats() -> Request[StatsOk]:
    """Returns the request for the server's figures."""
    return Request(FrameType.STATS, Empty().encode(), features=Feature.STATS)


def model_list() -> Request[ModelListOk]:
    """Returns the request for the list of models."""
    return Request(FrameType.MODEL_LIST, Empty().encode())


def model_info(name: str, version: str = "") -> Request[Model]:
    """Returns the request for what a model is."""
    if not MODEL_WORD.fullmatch(name) or version and not MODEL_WORD.fullmatch(version):
        raise ValueError(f"no model can have the name {name!r} and the version {version!r}")
    return Request(FrameType.MODEL_INFO, ModelInfo(name, version).encode())


def order(
    frame_type: FrameType, name: str = "", version: str = "", canary_percent: float = 0.0
) -> Request[OrderOk]:
    """Returns an order of the administration, with a key of its own against doing it twice."""
    message = Order(os.urandom(16), name, version, round(canary_percent * 100))
    return Request(frame_type, message.encode())


def score(
    model: Model,
    rows: FloatRows | Table,
    options: RequestOptions = DEFAULT_OPTIONS,
    frame_type: FrameType = FrameType.SCORE,
) -> Request[Scores]:
    """Returns the request for scores, or with EXTRACT for embeddings, of rows."""
    if isinstance(rows, Mapping):
        count, blocks = column_blocks(model.columns, rows)
        data: Any = b"".join([block.encode() for block in blocks])
        message = Rows(model.handle, model.schema_hash, count, len(blocks),
                       Encoding.RAW_COLUMNS, data)
    else:
        count, data = float_rows(rows, model.feature_width)
        message = Rows(model.handle, model.schema_hash, count, model.feature_width,
                       Encoding.FLOAT_ROWS, data)
    flags, features, extensions = _asked(options)
    if frame_type is FrameType.EXTRACT:
        features |= Feature.EXTRACT
    return Request(frame_type, message.encode(extensions), count, flags, features)


def rank(
    model: Model,
    shared: FloatRows | Table,
    items: FloatRows | Table,
    top: int = 0,
    output_index: int = 0,
    options: RequestOptions = DEFAULT_OPTIONS,
) -> Request[RankedItems]:
    """Returns the request for the best of many items that have something in common."""
    if isinstance(items, Mapping):
        if not isinstance(shared, Mapping):
            raise ValueError("items have raw columns, so what they share must have them too")
        count, columns, data = _rank_columns(model, shared, items)
        message = Ranking(model.handle, model.schema_hash, count, top, columns, output_index, 0,
                          Encoding.RAW_COLUMNS, data)
    else:
        if isinstance(shared, Mapping):
            raise ValueError("items are float rows, so what they share must be floats too")
        width, count, data = shared_front(shared, items, model.feature_width)
        message = Ranking(model.handle, model.schema_hash, count, top, model.feature_width,
                          output_index, width, Encoding.FLOAT_ROWS, data)
    flags, features, extensions = _asked(options)
    return Request(FrameType.RANK, message.encode(extensions), count, flags,
                   features | Feature.RANK)


def _rank_columns(model: Model, shared: Table, items: Table) -> tuple[int, int, bytes]:
    """Returns how many items and columns there are, and their bytes."""
    both = sorted(set(shared) & set(items))
    if both:
        raise ValueError(f"the columns {both} are both shared and the items' own")
    own = [column for column in model.columns if column.name not in shared]
    common = [column for column in model.columns if column.name in shared]
    strange = sorted(set(shared) - {column.name for column in common})
    if strange or not own:
        raise ValueError(f"no column is the items' own, or the columns {strange} are unknown")
    count, blocks = column_blocks(own, items)
    if common:
        rows, common_blocks = column_blocks(common, shared)
        if rows != 1:
            raise ValueError(f"what items share is one row, not {rows}")
    else:
        common_blocks = []
    by_name = dict(zip([column.name for column in own + common], blocks + common_blocks))
    ordered = [by_name[column.name] for column in model.columns]
    data = encode_rank_columns(ordered, [column.name in shared for column in model.columns])
    return count, len(ordered), data


def _asked(options: RequestOptions) -> tuple[int, int, Extensions]:
    """Returns the flags, the features and the extensions of a request."""
    if options is DEFAULT_OPTIONS:
        return 0, 0, NO_EXTENSIONS
    flags = features = 0
    if options.timing:
        flags, features = Flag.TIMING, Feature.TIMING
    if options.no_batch or options.bulk:
        flags |= (Flag.NO_BATCH if options.no_batch else 0) | (Flag.BULK if options.bulk else 0)
        features |= Feature.CLASSES
    if options.routing_key is not None:
        features |= Feature.ROUTING
    if options.trace_id is None and options.routing_key is None:
        return int(flags), int(features), NO_EXTENSIONS
    extensions = Extensions(options.trace_id, routing_key=options.routing_key)
    return int(flags), int(features), extensions


__all__ = [
    "ListedModel", "Request", "UnsupportedError", "model_info", "model_list", "order", "ping",
    "rank", "score", "stats",
]
