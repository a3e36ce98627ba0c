"""The codec against the examples of the specification, and against what is no frame at all."""

from __future__ import annotations

import random
import unittest
from dataclasses import replace

from apus_client import MalformedFrameError
from apus_client.wire.checksum import crc32c, portable_crc32c
from apus_client.wire.columns import encode_rank_columns
from apus_client.wire.constants import Encoding, ErrorCode, FrameType
from apus_client.wire.extensions import decode_extensions
from apus_client.wire.frame import HEADER_BYTES, decode_frame, encode_header
from apus_client.wire.messages import MESSAGES, decode_extended
from apus_client.wire.scoring import Ranking, Rows

from .support import frame, vectors


class VectorTests(unittest.TestCase):
    """Every example is read, and written again byte for byte."""

    def test_every_example_comes_back(self) -> None:
        for example in vectors():
            with self.subTest(example["name"]):
                data = example["bytes"]
                header, body = decode_frame(data)
                message, extensions = decode_extended(MESSAGES[header.type], body)
                if isinstance(message, (Rows, Ranking)):
                    message = rebuilt(message)
                again = frame(header.type, header.correlation_id, message, extensions,
                              header.flags, header.budget_microseconds)
                self.assertEqual(again, data)

    def test_every_type_has_an_example(self) -> None:
        types = {decode_frame(example["bytes"]).header.type for example in vectors()}
        self.assertEqual(types, set(FrameType))

    def test_fields_have_the_values_that_the_examples_name(self) -> None:
        messages = {}
        for example in vectors():
            header, body = decode_frame(example["bytes"])
            messages[example["name"]] = decode_extended(MESSAGES[header.type], body)
        self.assertEqual(messages["stats-ok"][0].figures,
                         {"connections.open": 3.0, "uptime_seconds": 12.5})
        info = messages["model-info-ok"][0]
        self.assertEqual((info.feature_width, info.embedding_width, info.device, info.outputs),
                         (6, 64, "cpu avx2", ("leaves",)))
        self.assertEqual(info.columns[2].categories, ("Feb", "März", ""))
        scores = messages["score-ok-one-row-failed"][0]
        self.assertEqual(list(scores.values), [0.25, 0.0, 1.0])
        self.assertEqual(list(scores.statuses), [0, ErrorCode.INTERNAL, 0])
        timing = messages["score-ok-with-extensions"][1].timing
        assert timing is not None
        self.assertEqual((timing.queue_nanoseconds, timing.batch_rows, timing.device_kind),
                         (1500, 3, 1))
        ranked = messages["rank-ok"][0]
        self.assertEqual((list(ranked), ranked.failed_items), ([(1, 0.75), (0, 0.25)], 1))
        error = messages["error-bad-input"][0].exception()
        self.assertEqual((error.code, error.row, error.column), (ErrorCode.BAD_INPUT, 1, 2))
        columns = messages["score-raw-columns"][0].column_blocks()
        self.assertEqual(columns[2].categories, (b"Feb", "März".encode()))
        self.assertEqual([column.missing for column in columns], [b"\x02", b"", b"\x04"])


def rebuilt(message: Rows | Ranking) -> Rows | Ranking:
    """Returns the same message with raw columns that were read and written again."""
    if message.encoding is not Encoding.RAW_COLUMNS:
        return message
    if isinstance(message, Rows):
        data = b"".join(column.encode() for column in message.column_blocks())
    else:
        data = encode_rank_columns(*message.column_blocks())
    return replace(message, data=data)


class MalformedTests(unittest.TestCase):
    """Damaged bytes are refused, and by nothing but `MalformedFrameError`."""

    def test_no_truncation_is_a_frame(self) -> None:
        for example in vectors():
            for length in range(len(example["bytes"])):
                with self.assertRaises(MalformedFrameError):
                    decode_frame(example["bytes"][:length])

    def test_no_flipped_bit_goes_unnoticed(self) -> None:
        for example in vectors():
            data = bytearray(example["bytes"])
            for bit in range(len(data) * 8):
                data[bit >> 3] ^= 1 << (bit & 7)
                with self.assertRaises(MalformedFrameError):
                    decode_frame(data)
                data[bit >> 3] ^= 1 << (bit & 7)

    def test_damage_below_good_checksums_raises_nothing_else(self) -> None:
        seed = random.randrange(1 << 32)
        print(f"seed {seed}")
        choose = random.Random(seed)
        refused = 0
        for example in vectors():
            header, whole = decode_frame(example["bytes"])
            for _ in range(60):
                body = bytearray(whole)
                for _ in range(choose.randint(1, 3)):
                    body[choose.randrange(len(body))] = choose.choice((0, 1, 0x80, 0xFF))
                if choose.random() < 0.3:
                    body = body[: choose.randrange(1, len(body) // 8 + 1) * 8]
                try:
                    decode_extended(MESSAGES[header.type], body)
                except MalformedFrameError:
                    refused += 1
        self.assertGreater(refused, 500)

    def test_headers_that_break_one_rule(self) -> None:
        block = bytes([8, 0, 0, 0, 0, 0, 0, 0])
        cases = [
            (encode_header(0x7F, 1, block, b"") + block, ErrorCode.PROTOCOL),
            (encode_header(FrameType.PING, 0, block, b"") + block, ErrorCode.PROTOCOL),
            (encode_header(FrameType.GOAWAY, 1, block, b"") + block, ErrorCode.PROTOCOL),
            (encode_header(FrameType.PING, 1, block, b"", flags=1) + block, ErrorCode.PROTOCOL),
            (encode_header(FrameType.SCORE, 1, block, b"", flags=8) + block, ErrorCode.PROTOCOL),
            (encode_header(FrameType.PING, 1, block, b"1234") + block + b"1234",
             ErrorCode.PROTOCOL),
            (encode_header(FrameType.PING, 1, b"", b""), ErrorCode.PROTOCOL),
        ]
        for data, code in cases:
            with self.assertRaises(MalformedFrameError) as raised:
                decode_frame(data)
            self.assertEqual(raised.exception.code, code)
        with self.assertRaises(MalformedFrameError) as raised:
            decode_frame(encode_header(FrameType.PING, 1, block, b"") + block, limit_bytes=0)
        self.assertEqual(raised.exception.code, ErrorCode.TOO_LARGE)

    def test_reserved_bytes_and_padding_must_be_zero(self) -> None:
        places = (
            ("hello", 10), ("auth-ok", 12), ("score-float-row", 13), ("score-float-row", 44),
            ("model-info", 17), ("score-raw-columns", 34), ("score-raw-columns", 41),
            ("stats-ok", 66), ("score-ok-one-row-failed", 54), ("goaway", 10), ("ping", 2))
        examples = {example["name"]: example["bytes"] for example in vectors()}
        for name, place in places:
            header, whole = decode_frame(examples[name])
            body = bytearray(whole)
            self.assertEqual(body[place], 0, name)
            body[place] = 1
            with self.assertRaises(MalformedFrameError, msg=name):
                decode_extended(MESSAGES[header.type], body)

    def test_unknown_extensions_are_skipped_unless_critical(self) -> None:
        unknown = bytes.fromhex("0900000003000000") + b"abc" + bytes(5)
        trace = bytes.fromhex("0100000010000000") + bytes(range(16))
        self.assertEqual(decode_extensions(memoryview(unknown + trace)).trace_id,
                         bytes(range(16)))
        for data in (b"\x09\x80" + unknown[2:], trace + trace, unknown[:8] + b"abc" + b"\1" * 5,
                     bytes.fromhex("0100000008000000") + bytes(8), unknown[:-8]):
            with self.assertRaises(MalformedFrameError):
                decode_extensions(memoryview(data))

    def test_a_longer_block_of_a_later_revision_is_read(self) -> None:
        body = bytes.fromhex("1800000000000000") + b"\5" + bytes(7) + b"new here"
        message, _ = decode_extended(MESSAGES[FrameType.PONG], body)
        self.assertEqual(message.number, 5)


class ChecksumTests(unittest.TestCase):
    """CRC32C, by its check value and by its definition."""

    def test_check_value(self) -> None:
        self.assertEqual(crc32c(b"123456789"), 0xE306_9283)
        self.assertEqual(portable_crc32c(b"123456789"), 0xE306_9283)

    def test_every_length_and_split_agrees_with_the_definition(self) -> None:
        data = random.Random(5).randbytes(9000)
        for length in [*range(70), 512, 513, 516, 520, 1023, 1028, 4096, 4100, 8999]:
            expected = by_definition(data[:length])
            self.assertEqual(portable_crc32c(data[:length]), expected)
            front = portable_crc32c(data[: length // 3])
            self.assertEqual(portable_crc32c(data[length // 3 : length], front), expected)


def by_definition(data: bytes) -> int:
    """Returns the checksum bit by bit."""
    state = 0xFFFF_FFFF
    for byte in data:
        state ^= byte
        for _ in range(8):
            state = state >> 1 ^ (0x82F6_3B78 if state & 1 else 0)
    return state ^ 0xFFFF_FFFF


class HeaderTests(unittest.TestCase):
    """The header holds what the specification says, at its place."""

    def test_places(self) -> None:
        data = frame(FrameType.PING, 0x0102030405060708, MESSAGES[FrameType.PING](9), budget=5)
        self.assertEqual(data[:8], b"APUS\x01\x03\x00\x00")
        self.assertEqual(data[16:28], bytes([8, 7, 6, 5, 4, 3, 2, 1, 5, 0, 0, 0]))
        self.assertEqual(len(data), HEADER_BYTES + 16)


if __name__ == "__main__":
    unittest.main()
