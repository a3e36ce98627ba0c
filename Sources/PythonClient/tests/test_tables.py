"""From the user's values to the bytes of the wire."""

from __future__ import annotations

import unittest
from array import array
from datetime import datetime, timezone
from typing import Any

from apus_client import Column, RawColumn
from apus_client.requests import rank, score
from apus_client.tables import column_blocks, float_rows
from apus_client.wire.constants import Kind, ValueKind
from apus_client.wire.frame import decode_frame
from apus_client.wire.messages import decode_extended
from apus_client.wire.scoring import Ranking, Rows

from .support import model, vectors

try:
    import numpy
except ImportError:
    numpy = None  # type: ignore[assignment]

COLUMNS = model().columns


def example(name: str, kind: Any) -> Any:
    """Returns the message of an example."""
    data = next(vector["bytes"] for vector in vectors() if vector["name"] == name)
    return decode_extended(kind, decode_frame(data).body)[0]


class FloatRowTests(unittest.TestCase):
    """Rows of floats, in all the forms that are taken."""

    def test_all_forms_of_the_same_rows_are_the_same_bytes(self) -> None:
        flat = array("f", [1, 2, 3, 4, 5, 6])
        expected = (2, flat.tobytes())
        forms: list[Any] = [[[1, 2, 3], [4.0, 5.0, 6.0]], [(1, 2, 3), array("d", [4, 5, 6])],
                            flat, memoryview(flat), memoryview(flat).cast("B").cast("f", (2, 3))]
        for form in forms:
            count, data = float_rows(form, 3)
            self.assertEqual((count, bytes(data)), expected)
        self.assertEqual(float_rows((1, 2, 3), 3), (1, flat.tobytes()[:12]))

    def test_memory_is_not_copied(self) -> None:
        flat = array("f", [1, 2, 3])
        _, data = float_rows(flat, 3)
        flat[0] = 9
        self.assertEqual(memoryview(data).cast("f")[0], 9)

    def test_a_wrong_width_is_refused_with_both_numbers(self) -> None:
        wrong: list[Any] = [[1, 2], [[1, 2, 3], [1, 2]], array("f", [1, 2, 3, 4]), array("f")]
        for rows in wrong:
            with self.assertRaisesRegex(ValueError, "takes 3"):
                float_rows(rows, 3)

    @unittest.skipIf(numpy is None, "NumPy is not installed")
    def test_numpy(self) -> None:
        rows = numpy.arange(6, dtype=numpy.float32).reshape(2, 3)
        count, data = float_rows(rows, 3)
        rows[0, 0] = 7
        self.assertEqual((count, memoryview(data).cast("f")[0]), (2, 7.0))
        for other in (rows.astype(numpy.float64), numpy.asfortranarray(rows), rows[::-1][::-1]):
            self.assertEqual(bytes(float_rows(other, 3)[1]), rows.tobytes())
        with self.assertRaises(ValueError):
            float_rows(rows.reshape(3, 2), 3)


class RawColumnTests(unittest.TestCase):
    """Raw columns, against the example of the specification."""

    def encoded(self, table: Any) -> bytes:
        """Returns the column blocks of a table."""
        return b"".join(block.encode() for block in column_blocks(COLUMNS, table)[1])

    def test_the_example_of_the_specification(self) -> None:
        expected = bytes(example("score-raw-columns", Rows).data)
        month = ["März", "Feb", None]
        # The example's dictionary begins with the category that comes second.
        table = {"age": [41.0, None, -0.5], "weekend": [True, False, True], "month": month}
        data = self.encoded(table)
        self.assertEqual(data[:64], expected[:64])
        self.assertEqual(self.encoded(table | {"month": ["Feb", "März", None]})[:64],
                         expected[:64])
        count, blocks = column_blocks(COLUMNS, table)
        self.assertEqual((count, blocks[2].categories), (3, ("März".encode(), b"Feb")))
        self.assertEqual(array("I", bytes(blocks[2].values)).tolist(), [0, 1, 0])

    def test_one_row_of_single_values(self) -> None:
        single = {"age": 4, "weekend": None, "month": "Feb"}
        listed = {"age": [4], "weekend": [None], "month": ["Feb"]}
        self.assertEqual(self.encoded(single), self.encoded(listed))

    def test_the_first_row_is_the_lowest_bit(self) -> None:
        column = [RawColumn("n", Kind.NUMBER, ValueKind.REAL)]
        for missing in ([0], [0, 1, 8], [9], [3, 4, 5]):
            values = [None if row in missing else 1.0 for row in range(10)]
            _, blocks = column_blocks(column, {"n": values})
            expected = sum(1 << row for row in missing).to_bytes(2, "little")
            self.assertEqual(blocks[0].missing, expected)

    def test_a_mask_is_the_same_as_none(self) -> None:
        masked = {"age": Column([1.0, 2.0], [False, True]), "weekend": [True, True],
                  "month": Column(["a", "b"], [True, False])}
        listed = {"age": [1.0, None], "weekend": [True, True], "month": [None, "b"]}
        self.assertEqual(self.encoded(masked), self.encoded(listed))

    @unittest.skipIf(numpy is None, "NumPy is not installed")
    def test_numpy_columns_are_the_same_bytes(self) -> None:
        age = numpy.array([1.5, 2.5, 3.5])
        table = {"age": age, "weekend": numpy.array([True, False, True]),
                 "month": numpy.array(["a", "b", "a"], dtype=object)}
        listed = {"age": [1.5, 2.5, 3.5], "weekend": [True, False, True],
                  "month": ["a", "b", "a"]}
        self.assertEqual(self.encoded(table), self.encoded(listed))
        masked = table | {"age": Column(age, numpy.array([False, True, False]))}
        self.assertEqual(self.encoded(masked),
                         self.encoded(listed | {"age": [1.5, None, 3.5]}))
        self.assertEqual(age[1], 2.5)

    def test_times_count_seconds(self) -> None:
        column = RawColumn("at", Kind.NUMBER, ValueKind.TIMESTAMP)
        moment = datetime(1970, 1, 1, 0, 1, 30, tzinfo=timezone.utc)
        _, blocks = column_blocks([column], {"at": [moment]})
        self.assertEqual(array("d", bytes(blocks[0].values)).tolist(), [90.0])
        with self.assertRaisesRegex(ValueError, "time zone"):
            column_blocks([column], {"at": [datetime(1970, 1, 1)]})

    def test_tables_that_do_not_fit_are_refused(self) -> None:
        good: dict[str, Any] = {"age": [1], "weekend": [True], "month": ["a"]}
        wrong: list[dict[str, Any]] = [
            {"age": [1]}, good | {"extra": [1]}, good | {"age": [1, 2]}, good | {"age": ["x"]},
            good | {"weekend": ["yes"]}, good | {"month": [4]},
            {"age": [], "weekend": [], "month": []}]
        for table in wrong:
            with self.assertRaises(ValueError):
                column_blocks(COLUMNS, table)


class RankTests(unittest.TestCase):
    """RANK: what is shared is sent once."""

    def test_float_rows(self) -> None:
        expected = example("rank-float-rows", Ranking)
        request = rank(model(), [1.5, -2.25], [[0.5], [4.0], [-1.0]], top=2)
        sent = decode_extended(Ranking, request.body.block + bytes(request.body.payload))[0]
        self.assertEqual(bytes(sent.data), bytes(expected.data))
        self.assertEqual((sent.items, sent.top, sent.shared_width), (3, 2, 2))
        with self.assertRaises(ValueError):
            rank(model(), [1, 2, 3], [[]])

    def test_raw_columns(self) -> None:
        request = rank(model(), {"month": "Feb"}, {"age": [1, 2], "weekend": [True, None]})
        sent = decode_extended(Ranking, request.body.block + bytes(request.body.payload))[0]
        blocks, shared = sent.column_blocks()
        self.assertEqual(shared, [False, False, True])
        self.assertEqual([len(block.values) for block in blocks], [16, 2, 4])
        for common, items in (({"age": 1}, {"age": [1], "weekend": [True], "month": ["a"]}),
                              ({"age": [1, 2]}, {"weekend": [True], "month": ["a"]}),
                              ({"ago": 1}, {"age": [1], "weekend": [True], "month": ["a"]})):
            with self.assertRaises(ValueError):
                rank(model(), common, items)

    def test_score_counts_its_rows(self) -> None:
        self.assertEqual(score(model(), [[1, 2, 3]] * 5).rows, 5)


if __name__ == "__main__":
    unittest.main()
