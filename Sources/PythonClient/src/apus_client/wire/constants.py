"""The numbers that the protocol gives names to."""

from __future__ import annotations

from enum import IntEnum, IntFlag

MAGIC = b"APUS"
VERSION = 1
NO_INDEX = 0xFFFF_FFFF
"""A row, column or detail of an error that names none."""


class FrameType(IntEnum):
    """What a frame is. The reply of request *t* is *t* + 0x80, or ERROR."""

    HELLO = 0x01
    AUTH = 0x02
    PING = 0x03
    CANCEL = 0x04
    STATS = 0x05
    PROBE_OK = 0x06
    MODEL_LIST = 0x10
    MODEL_INFO = 0x11
    MODEL_LOAD = 0x12
    MODEL_SWAP = 0x13
    MODEL_ROLLBACK = 0x14
    MODEL_UNLOAD = 0x15
    MODEL_LABEL = 0x16
    DRAIN = 0x17
    SCORE = 0x20
    RANK = 0x21
    EXTRACT = 0x24
    HELLO_OK = 0x81
    AUTH_OK = 0x82
    PONG = 0x83
    STATS_OK = 0x85
    MODEL_LIST_OK = 0x90
    MODEL_INFO_OK = 0x91
    MODEL_LOAD_OK = 0x92
    MODEL_SWAP_OK = 0x93
    MODEL_ROLLBACK_OK = 0x94
    MODEL_UNLOAD_OK = 0x95
    MODEL_LABEL_OK = 0x96
    DRAIN_OK = 0x97
    SCORE_OK = 0xA0
    RANK_OK = 0xA1
    EXTRACT_OK = 0xA4
    ERROR = 0xF0
    GOAWAY = 0xF1
    CREDIT = 0xF2
    PUSH = 0xF3
    PROBE = 0xF4


class Flag(IntFlag):
    """What a request asks for beside its answer."""

    TIMING = 1
    NO_BATCH = 2
    BULK = 4


class Feature(IntFlag):
    """What client and server may agree on in HELLO."""

    TIMING = 1 << 0
    CLASSES = 1 << 1
    CANCEL = 1 << 2
    RANK = 1 << 3
    EXTRACT = 1 << 4
    STATS = 1 << 5
    CREDIT = 1 << 6
    PUSH = 1 << 7
    KEEPALIVE = 1 << 8
    ROUTING = 1 << 9


class Scope(IntFlag):
    """What a connection is allowed to ask for."""

    SCORE = 1
    DECIDE = 2
    ADMIN = 4
    TRAIN = 8


class ErrorCode(IntEnum):
    """Why a request or a connection failed."""

    VERSION = 1
    PROTOCOL = 2
    CHECKSUM = 3
    TOO_LARGE = 4
    AUTH = 5
    FORBIDDEN = 6
    UNKNOWN_MODEL = 7
    SCHEMA_MISMATCH = 8
    BAD_INPUT = 9
    NOT_READY = 10
    OVERLOADED = 11
    FLOW = 12
    DEADLINE = 13
    CANCELLED = 14
    DRAINING = 15
    DEVICE = 16
    INTERNAL = 17
    ENVIRONMENT = 18
    TIMEOUT = 19


class Task(IntEnum):
    """What a model predicts."""

    REGRESSION = 1
    BINARY_CLASSIFICATION = 2
    CLASSIFICATION = 3


class Kind(IntEnum):
    """How the values of a raw column lie on the wire."""

    NUMBER = 1
    BOOLEAN = 2
    CATEGORY = 3


class ValueKind(IntEnum):
    """What the values of a raw column mean in the user's table."""

    BOOLEAN = 1
    INTEGER = 2
    REAL = 3
    CATEGORY = 4
    TEXT = 5
    TIMESTAMP = 6


class Encoding(IntEnum):
    """How the rows of a request are laid out."""

    FLOAT_ROWS = 0
    RAW_COLUMNS = 1
