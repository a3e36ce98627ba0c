"""What the tests share: the examples of the specification, frames, and a model that is made up."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from apus_client.wire.body import Body
from apus_client.wire.constants import FrameType, Kind, Task, ValueKind
from apus_client.wire.extensions import NO_EXTENSIONS, Extensions
from apus_client.wire.frame import encode_header
from apus_client.wire.messages import HelloOk, Model, RawColumn

ROOT = Path(__file__).resolve().parents[3]
SPECIFICATION = ROOT / "Sources" / "ApusWire" / "ApusWire.docc"
PROGRAM = Path(os.environ.get("APUS", ROOT / ".build" / "release" / "apus"))


def vectors() -> list[dict[str, Any]]:
    """Returns the example frames of the specification."""
    examples = json.loads((SPECIFICATION / "Protocol-vectors.json").read_text())
    for example in examples:
        example["bytes"] = bytes.fromhex(example["hex"])
    return examples  # type: ignore[no-any-return]


def frame(
    frame_type: int,
    correlation_id: int,
    message: Any,
    extensions: Extensions = NO_EXTENSIONS,
    flags: int = 0,
    budget: int = 0,
) -> bytes:
    """Returns a whole frame."""
    body: Body = message.encode(extensions)
    header = encode_header(
        frame_type, correlation_id, body.block, body.payload, flags, budget)
    return header + body.block + bytes(body.payload)


def grant(**changes: Any) -> HelloOk:
    """Returns what a server grants, all features included."""
    values: dict[str, Any] = {
        "version": 1, "authentication_required": False, "keepalive_seconds": 0,
        "features": 0x3FF, "environment": 0, "body_bytes": 4 << 20, "rows": 8192,
        "credit_requests": 64, "credit_rows": 65536, "credit_bytes": 16 << 20,
        "default_budget_microseconds": 1_000_000, "largest_budget_microseconds": 60_000_000,
        "challenge": bytes(32), "server_name": "scripted", "server_version": "1",
    }
    return HelloOk(**(values | changes))


def model(handle: int = 0x8000_0001, schema_hash: int = 77) -> Model:
    """Returns a model of three raw columns and three features."""
    return Model(
        handle, 3, 1, Task.BINARY_CLASSIFICATION, schema_hash, bytes(32), 0, "visits", "1", "cpu",
        (), (
            RawColumn("age", Kind.NUMBER, ValueKind.REAL),
            RawColumn("weekend", Kind.BOOLEAN, ValueKind.BOOLEAN),
            RawColumn("month", Kind.CATEGORY, ValueKind.CATEGORY, ("Feb", "Mar")),
        ))


__all__ = [
    "PROGRAM", "ROOT", "FrameType", "frame", "grant", "model", "vectors",
]
