"""The few frames of the protocol that a soak sends, and how it reads what comes back."""

import struct

MAGIC = b"APUS"
HEADER = 32
HELLO, PING, MODEL_INFO, SCORE = 0x01, 0x03, 0x11, 0x20
HELLO_OK, PONG, MODEL_INFO_OK, SCORE_OK, ERROR, GOAWAY = 0x81, 0x83, 0x91, 0xA0, 0xF0, 0xF1


def _table():
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        yield byte


_TABLE = tuple(_table())


def crc32c(data):
    value = 0xFFFFFFFF
    for byte in data:
        value = _TABLE[(value ^ byte) & 0xFF] ^ value >> 8
    return value ^ 0xFFFFFFFF


# The longest budget: a soak counts answers, and a busy machine is no mistake of the server.
BUDGET_MICROSECONDS = 60_000_000


def frame(kind, correlation_id, block, data=b"", budget=0):
    """A whole frame; `block` comes without its own length."""
    block_length = 8 + len(block)
    body = struct.pack("<HHI", block_length, 0, 0) + block + data
    body += bytes(-len(body) % 8)
    front = MAGIC + struct.pack("<BBHI", 1, kind, 0, len(body))
    back = struct.pack("<QII", correlation_id, budget, crc32c(body))
    return front + struct.pack("<I", crc32c(front + back)) + back + body


def text(value):
    data = value.encode()
    return struct.pack("<H", len(data)) + data


def hello(features=0):
    block = struct.pack("<BBHIQQII", 1, 1, 0, 0, features, 0, 0, 0)
    return frame(HELLO, 1, block, text("soak") + text("1"))


def ping(correlation_id):
    return frame(PING, correlation_id, struct.pack("<Q", correlation_id))


def model_info(name, correlation_id):
    return frame(MODEL_INFO, correlation_id, b"", text(name) + text(""))


def score(info, correlation_id, rows):
    """SCORE of rows of features, for a model as `parse_model_info` tells it."""
    numbers = [number for row in rows for number in row]
    block = struct.pack(
        "<IB3xQII", info["handle"], 0, info["schema"], len(rows), info["width"])
    data = struct.pack(f"<{len(numbers)}f", *numbers)
    return frame(SCORE, correlation_id, block, data, BUDGET_MICROSECONDS)


def parse_model_info(body):
    handle, width = struct.unpack_from("<II", body, 8)
    return {"handle": handle, "width": width, "schema": struct.unpack_from("<Q", body, 24)[0]}


class Stream:
    """Reads frames from a socket."""

    def __init__(self, peer):
        self.peer = peer
        self.buffer = bytearray()

    def _fill(self, count):
        while len(self.buffer) < count:
            part = self.peer.recv(1 << 16)
            if not part:
                raise ConnectionError("the server closed the connection")
            self.buffer += part

    def next(self):
        """Returns type, correlation id and body."""
        self._fill(HEADER)
        if self.buffer[:4] != MAGIC:
            raise ValueError(f"a frame begins with {bytes(self.buffer[:4])}")
        length = struct.unpack_from("<I", self.buffer, 8)[0]
        self._fill(HEADER + length)
        kind = self.buffer[5]
        correlation_id = struct.unpack_from("<Q", self.buffer, 16)[0]
        body = bytes(self.buffer[HEADER : HEADER + length])
        del self.buffer[: HEADER + length]
        return kind, correlation_id, body
