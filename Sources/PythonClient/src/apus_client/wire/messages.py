"""What each frame says: one class per layout, with `encode` and `decode`."""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct
from typing import Any, ClassVar, Protocol

from ..errors import MalformedFrameError, ServerError, server_error
from .body import BlockLayout, Body, DataReader, encode_string, padded
from .constants import FrameType, Kind, Task, ValueKind
from .extensions import NO_EXTENSIONS, Extensions, decode_extensions

_U32 = Struct("<I")
_F64 = Struct("<d")
_COLUMN = Struct("<BBI")


class Message(Protocol):
    """What all messages can do."""

    def encode(self, extensions: Extensions = NO_EXTENSIONS) -> Body: ...


def _body(layout: BlockLayout, *fields: Any, data: bytes = b"",
          extensions: Extensions = NO_EXTENSIONS) -> Body:
    tail = extensions.encode()
    block = layout.pack(*fields, extension_bytes=len(tail))
    return Body(block, padded(data) + tail)


def _without_data(data: memoryview) -> None:
    if data:
        raise MalformedFrameError("a body has data that its type does not have")


@dataclass(frozen=True, slots=True)
class Hello:
    """A client introduces itself."""

    client_name: str
    client_version: str
    features: int
    environment: int = 0
    wanted_requests: int = 0
    wanted_body_bytes: int = 0
    wanted_rows: int = 0
    lowest_version: int = 1
    highest_version: int = 1

    LAYOUT: ClassVar = BlockLayout("BBxxIQQII")

    def encode(self, extensions: Extensions = NO_EXTENSIONS) -> Body:
        return _body(
            self.LAYOUT, self.lowest_version, self.highest_version, self.wanted_requests,
            self.features, self.environment, self.wanted_body_bytes, self.wanted_rows,
            data=encode_string(self.client_name) + encode_string(self.client_version),
            extensions=extensions)

    @classmethod
    def decode(cls, fields: tuple[Any, ...], data: memoryview) -> Hello:
        lowest, highest, requests, features, environment, body_bytes, rows = fields
        reader = DataReader(data)
        name, version = reader.string(64), reader.string(64)
        reader.finish()
        return cls(name, version, features, environment, requests, body_bytes, rows,
                   lowest, highest)


@dataclass(frozen=True, slots=True)
class HelloOk:
    """What the server grants to a connection."""

    version: int
    authentication_required: bool
    keepalive_seconds: int
    features: int
    environment: int
    body_bytes: int
    rows: int
    credit_requests: int
    credit_rows: int
    credit_bytes: int
    default_budget_microseconds: int
    largest_budget_microseconds: int
    challenge: bytes
    server_name: str
    server_version: str

    LAYOUT: ClassVar = BlockLayout("BBxxIQQIIIIQII32s")

    def encode(self, extensions: Extensions = NO_EXTENSIONS) -> Body:
        return _body(
            self.LAYOUT, self.version, self.authentication_required, self.keepalive_seconds,
            self.features, self.environment, self.body_bytes, self.rows, self.credit_requests,
            self.credit_rows, self.credit_bytes, self.default_budget_microseconds,
            self.largest_budget_microseconds, self.challenge,
            data=encode_string(self.server_name) + encode_string(self.server_version),
            extensions=extensions)

    @classmethod
    def decode(cls, fields: tuple[Any, ...], data: memoryview) -> HelloOk:
        reader = DataReader(data)
        name, version = reader.string(64), reader.string(64)
        reader.finish()
        if fields[1] > 1:
            raise MalformedFrameError("a truth value is neither 0 nor 1")
        chosen, required, *limits = fields
        return cls(*[chosen, bool(required), *limits, name, version])


@dataclass(frozen=True, slots=True)
class Auth:
    """The proof that a client knows a token."""

    identifier: str
    code: bytes

    LAYOUT: ClassVar = BlockLayout("32s")

    def encode(self, extensions: Extensions = NO_EXTENSIONS) -> Body:
        return _body(self.LAYOUT, self.code, data=encode_string(self.identifier),
                     extensions=extensions)

    @classmethod
    def decode(cls, fields: tuple[Any, ...], data: memoryview) -> Auth:
        reader = DataReader(data)
        identifier = reader.string(64)
        reader.finish()
        return cls(identifier, fields[0])


@dataclass(frozen=True, slots=True)
class AuthOk:
    """The scopes of the connection from now on."""

    scopes: int

    LAYOUT: ClassVar = BlockLayout("I4x")

    def encode(self, extensions: Extensions = NO_EXTENSIONS) -> Body:
        return _body(self.LAYOUT, self.scopes, extensions=extensions)

    @classmethod
    def decode(cls, fields: tuple[Any, ...], data: memoryview) -> AuthOk:
        _without_data(data)
        return cls(*fields)


@dataclass(frozen=True, slots=True)
class Number:
    """Any number, and its return: PING, PONG, PROBE and PROBE_OK."""

    number: int

    LAYOUT: ClassVar = BlockLayout("Q")

    def encode(self, extensions: Extensions = NO_EXTENSIONS) -> Body:
        return _body(self.LAYOUT, self.number, extensions=extensions)

    @classmethod
    def decode(cls, fields: tuple[Any, ...], data: memoryview) -> Number:
        _without_data(data)
        return cls(*fields)


@dataclass(frozen=True, slots=True)
class Empty:
    """A frame whose type says it all: CANCEL, STATS and MODEL_LIST."""

    LAYOUT: ClassVar = BlockLayout()

    def encode(self, extensions: Extensions = NO_EXTENSIONS) -> Body:
        return _body(self.LAYOUT, extensions=extensions)

    @classmethod
    def decode(cls, fields: tuple[Any, ...], data: memoryview) -> Empty:
        _without_data(data)
        return cls()


@dataclass(frozen=True, slots=True)
class StatsOk:
    """The figures of a server, by key."""

    figures: dict[str, float]

    LAYOUT: ClassVar = BlockLayout("I4x")

    def encode(self, extensions: Extensions = NO_EXTENSIONS) -> Body:
        figures = sorted((key.encode(), value) for key, value in self.figures.items())
        data = b"".join(
            len(key).to_bytes(2, "little") + key + _F64.pack(value) for key, value in figures)
        return _body(self.LAYOUT, len(figures), data=data, extensions=extensions)

    @classmethod
    def decode(cls, fields: tuple[Any, ...], data: memoryview) -> StatsOk:
        reader = DataReader(data)
        figures: dict[str, float] = {}
        last: bytes | None = None
        for _ in range(fields[0]):
            key = reader.string()
            (figures[key],) = reader.fields(_F64)
            if last is not None and key.encode() <= last:
                raise MalformedFrameError("the keys of figures do not ascend")
            last = key.encode()
        reader.finish()
        return cls(figures)


@dataclass(frozen=True, slots=True)
class Credit:
    """How much may be in flight from now on."""

    requests: int
    rows: int
    bytes: int

    LAYOUT: ClassVar = BlockLayout("IIQ")

    def encode(self, extensions: Extensions = NO_EXTENSIONS) -> Body:
        return _body(self.LAYOUT, self.requests, self.rows, self.bytes, extensions=extensions)

    @classmethod
    def decode(cls, fields: tuple[Any, ...], data: memoryview) -> Credit:
        _without_data(data)
        return cls(*fields)


@dataclass(frozen=True, slots=True)
class Push:
    """News: another version of a model is the stable one (kind 1)."""

    kind: int
    route_handle: int
    artifact_handle: int
    schema_hash: int

    LAYOUT: ClassVar = BlockLayout("HxxII4xQ")

    def encode(self, extensions: Extensions = NO_EXTENSIONS) -> Body:
        return _body(self.LAYOUT, self.kind, self.route_handle, self.artifact_handle,
                     self.schema_hash, extensions=extensions)

    @classmethod
    def decode(cls, fields: tuple[Any, ...], data: memoryview) -> Push:
        _without_data(data)
        return cls(*fields)


@dataclass(frozen=True, slots=True)
class GoAway:
    """The server ends the connection soon."""

    reason: int
    milliseconds: int

    LAYOUT: ClassVar = BlockLayout("HxxI")

    def encode(self, extensions: Extensions = NO_EXTENSIONS) -> Body:
        return _body(self.LAYOUT, self.reason, self.milliseconds, extensions=extensions)

    @classmethod
    def decode(cls, fields: tuple[Any, ...], data: memoryview) -> GoAway:
        _without_data(data)
        return cls(*fields)


@dataclass(frozen=True, slots=True)
class ListedModel:
    """One model of a list: its name, its route and its stable version."""

    route_handle: int
    name: str
    stable_version: str


@dataclass(frozen=True, slots=True)
class ModelListOk:
    """The models of a server, by name."""

    models: tuple[ListedModel, ...]

    LAYOUT: ClassVar = BlockLayout("I4x")

    def encode(self, extensions: Extensions = NO_EXTENSIONS) -> Body:
        data = b"".join(
            _U32.pack(model.route_handle) + encode_string(model.name)
            + encode_string(model.stable_version) for model in self.models)
        return _body(self.LAYOUT, len(self.models), data=data, extensions=extensions)

    @classmethod
    def decode(cls, fields: tuple[Any, ...], data: memoryview) -> ModelListOk:
        reader = DataReader(data)
        models: list[ListedModel] = []
        for _ in range(fields[0]):
            model = ListedModel(
                reader.fields(_U32)[0], reader.model_word(), reader.model_word())
            if models and model.name <= models[-1].name:
                raise MalformedFrameError("the names of a list do not ascend")
            models.append(model)
        reader.finish()
        return cls(tuple(models))


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """The model that a client asks about; an empty version means the stable one."""

    name: str
    version: str = ""

    LAYOUT: ClassVar = BlockLayout()

    def encode(self, extensions: Extensions = NO_EXTENSIONS) -> Body:
        return _body(self.LAYOUT, data=encode_string(self.name) + encode_string(self.version),
                     extensions=extensions)

    @classmethod
    def decode(cls, fields: tuple[Any, ...], data: memoryview) -> ModelInfo:
        reader = DataReader(data)
        info = cls(reader.model_word(), reader.model_word(may_be_empty=True))
        reader.finish()
        return info


@dataclass(frozen=True, slots=True)
class RawColumn:
    """What a model says about one column of the user's table."""

    name: str
    kind: Kind
    value_kind: ValueKind
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """What a server says about a model: MODEL_INFO_OK.

    `handle` is a route, which follows the stable version, or stands for exactly one version.
    """

    handle: int
    feature_width: int
    output_width: int
    task: Task
    schema_hash: int
    digest: bytes
    embedding_width: int
    name: str
    version: str
    device: str
    outputs: tuple[str, ...]
    columns: tuple[RawColumn, ...]

    LAYOUT: ClassVar = BlockLayout("IIIBxHQ32sHxxI")

    @property
    def is_route(self) -> bool:
        """Whether the handle follows the stable version."""
        return bool(self.handle >> 31)

    def encode(self, extensions: Extensions = NO_EXTENSIONS) -> Body:
        texts = [self.name, self.version, self.device, *self.outputs]
        parts = [encode_string(text) for text in texts]
        for column in self.columns:
            parts.append(_COLUMN.pack(column.kind, column.value_kind, len(column.categories)))
            parts += [encode_string(text) for text in (column.name, *column.categories)]
        return _body(
            self.LAYOUT, self.handle, self.feature_width, self.output_width, self.task,
            len(self.columns), self.schema_hash, self.digest, len(self.outputs),
            self.embedding_width, data=b"".join(parts), extensions=extensions)

    @classmethod
    def decode(cls, fields: tuple[Any, ...], data: memoryview) -> Model:
        (handle, feature_width, output_width, task, column_count, schema_hash, digest,
         output_count, embedding_width) = fields
        if not handle or output_count not in (0, output_width):
            raise MalformedFrameError("a model has no handle or a wrong count of outputs")
        reader = DataReader(data)
        name, version, device = reader.model_word(), reader.model_word(), reader.string()
        outputs = tuple(reader.string() for _ in range(output_count))
        columns = tuple(cls._decode_column(reader) for _ in range(column_count))
        reader.finish()
        try:
            return cls(handle, feature_width, output_width, Task(task), schema_hash, digest,
                       embedding_width, name, version, device, outputs, columns)
        except ValueError as error:
            raise MalformedFrameError(str(error)) from None

    @staticmethod
    def _decode_column(reader: DataReader) -> RawColumn:
        kind, value_kind, count = reader.fields(_COLUMN)
        name = reader.string()
        categories = tuple(reader.string() for _ in range(count))
        try:
            return RawColumn(name, Kind(kind), ValueKind(value_kind), categories)
        except ValueError as error:
            raise MalformedFrameError(str(error)) from None


@dataclass(frozen=True, slots=True)
class Order:
    """An order of the administration; the six of them have the same body.

    `canary_share` counts hundredths of a percent.
    """

    request_key: bytes
    name: str = ""
    version: str = ""
    canary_share: int = 0

    LAYOUT: ClassVar = BlockLayout("16sH6x")

    def encode(self, extensions: Extensions = NO_EXTENSIONS) -> Body:
        return _body(self.LAYOUT, self.request_key, self.canary_share,
                     data=encode_string(self.name) + encode_string(self.version),
                     extensions=extensions)

    @classmethod
    def decode(cls, fields: tuple[Any, ...], data: memoryview) -> Order:
        reader = DataReader(data)
        name, version = reader.model_word(True), reader.model_word(True)
        reader.finish()
        if fields[1] > 10_000:
            raise MalformedFrameError(f"a share of {fields[1]} hundredths is above a whole")
        return cls(fields[0], name, version, fields[1])


@dataclass(frozen=True, slots=True)
class OrderOk:
    """What an order of the administration has done."""

    artifact_handle: int
    route_handle: int
    duration_microseconds: int
    name: str
    stable_version: str
    canary_version: str

    LAYOUT: ClassVar = BlockLayout("IIQ")

    def encode(self, extensions: Extensions = NO_EXTENSIONS) -> Body:
        texts = (self.name, self.stable_version, self.canary_version)
        return _body(self.LAYOUT, self.artifact_handle, self.route_handle,
                     self.duration_microseconds, data=b"".join(map(encode_string, texts)),
                     extensions=extensions)

    @classmethod
    def decode(cls, fields: tuple[Any, ...], data: memoryview) -> OrderOk:
        reader = DataReader(data)
        words = [reader.model_word(may_be_empty=True) for _ in range(3)]
        reader.finish()
        return cls(*fields, *words)


@dataclass(frozen=True, slots=True)
class ErrorReply:
    """An ERROR frame."""

    code: int
    error_class: int
    retryable: bool
    retry_after_milliseconds: int
    row: int
    column: int
    text: str

    LAYOUT: ClassVar = BlockLayout("HBBIII")

    def encode(self, extensions: Extensions = NO_EXTENSIONS) -> Body:
        return _body(self.LAYOUT, self.code, self.error_class, self.retryable,
                     self.retry_after_milliseconds, self.row, self.column,
                     data=encode_string(self.text), extensions=extensions)

    @classmethod
    def decode(cls, fields: tuple[Any, ...], data: memoryview) -> ErrorReply:
        reader = DataReader(data)
        text = reader.string(255)
        reader.finish()
        code, error_class, retryable, wait, row, column = fields
        if retryable > 1:
            raise MalformedFrameError("a truth value is neither 0 nor 1")
        return cls(code, error_class, bool(retryable), wait, row, column, text)

    def exception(self, trace_id: bytes | None = None) -> ServerError:
        """Returns the exception that says the same."""
        return server_error(self.text, self.code, self.error_class, self.retryable,
                            self.retry_after_milliseconds, self.row, self.column, trace_id)


def decode_extended(kind: Any, body: bytes | bytearray) -> tuple[Any, Extensions]:
    """Reads a body as a message of class `kind`, and its extensions."""
    fields, data, extensions = kind.LAYOUT.unpack(body)
    return kind.decode(fields, data), decode_extensions(extensions)


_ORDERS = (
    FrameType.MODEL_LOAD, FrameType.MODEL_SWAP, FrameType.MODEL_ROLLBACK,
    FrameType.MODEL_UNLOAD, FrameType.MODEL_LABEL, FrameType.DRAIN,
)
MESSAGES: dict[FrameType, Any] = {
    FrameType.HELLO: Hello, FrameType.HELLO_OK: HelloOk,
    FrameType.AUTH: Auth, FrameType.AUTH_OK: AuthOk,
    FrameType.PING: Number, FrameType.PONG: Number,
    FrameType.PROBE: Number, FrameType.PROBE_OK: Number,
    FrameType.CANCEL: Empty, FrameType.STATS: Empty, FrameType.STATS_OK: StatsOk,
    FrameType.MODEL_LIST: Empty, FrameType.MODEL_LIST_OK: ModelListOk,
    FrameType.MODEL_INFO: ModelInfo, FrameType.MODEL_INFO_OK: Model,
    FrameType.ERROR: ErrorReply, FrameType.GOAWAY: GoAway,
    FrameType.CREDIT: Credit, FrameType.PUSH: Push,
    **{order: Order for order in _ORDERS},
    **{FrameType(order + 0x80): OrderOk for order in _ORDERS},
}
"""The class of each type's message."""
