"""Both clients against the real server, on a model that the real program trained.

The program is `.build/release/apus`, or what the environment variable APUS names.
"""

from __future__ import annotations

import asyncio
import csv
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import unittest
from array import array
from datetime import datetime
from pathlib import Path
from typing import Any

from apus_client import (
    AsyncClient, AuthenticationError, BadInputError, Client, ClientOptions, Column,
    ConnectionLostError, ForbiddenError, Model, NO_RETRIES, RequestOptions, RetryPolicy, Token,
    TooLargeError, UnknownModelError, ValueKind, tls_context)

from .support import PROGRAM

PATIENT = ClientOptions(retry=RetryPolicy(attempts=1000, largest_seconds=0.1))


class ServerProcess:
    """`apus serve` until the end of a test."""

    def __init__(self, folder: Path, *arguments: str, listen: str = "127.0.0.1:0") -> None:
        command = [str(PROGRAM), "serve", "--models", "models", "--device", "cpu", "--listen",
                   listen, *arguments]
        self._errors = (folder / "server.log").open("a")
        self._process = subprocess.Popen(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=self._errors, text=True)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError((folder / "server.log").read_text())
        self.ready: dict[str, Any] = json.loads(line)
        self.address: str = self.ready["address"]

    def stop(self) -> int:
        """Stops the server as an operator would; returns its exit code."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(30)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._errors.close()
        return code


def typed(text: str, kind: ValueKind) -> Any:
    """Returns the value of a cell of a table."""
    if not text:
        return None
    if kind is ValueKind.TIMESTAMP:
        return datetime.fromisoformat(text)
    if kind is ValueKind.BOOLEAN:
        return text == "true"
    return text if kind in (ValueKind.CATEGORY, ValueKind.TEXT) else float(text)


@unittest.skipUnless(PROGRAM.exists(), f"there is no {PROGRAM}")
class ServerTests(unittest.TestCase):
    """One model, trained once, and one server for most of the tests."""

    folder: Path
    server: ServerProcess
    rows: list[dict[str, str]]
    expected: list[float]

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = Path(tempfile.mkdtemp(prefix="apus-python-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.apus("simulate", "shop", "--users", "60", "--days", "20", "--output", "shop")
        cls.apus("train", "--data", "shop/sessions.csv", "--label", "purchased", "--drop",
                 "session,user", "--output", "models/shop", "--hidden", "16,8", "--epochs", "2",
                 "--device", "cpu", "--threads", "1")
        cls.apus("score", "--model", "models/shop", "--data", "shop/sessions.csv", "--device",
                 "cpu", "--threads", "1", "--output", "scores.csv")
        with (cls.folder / "shop" / "sessions.csv").open() as file:
            cls.rows = list(csv.DictReader(file))
        with (cls.folder / "scores.csv").open() as file:
            texts = [row["score"] for row in csv.DictReader(file)]
        cls.expected = list(array("f", map(float, texts)))
        cls.server = ServerProcess(cls.folder, "--unix", str(cls.folder / "socket"))
        cls.addClassCleanup(cls.server.stop)

    @classmethod
    def apus(cls, *arguments: str) -> str:
        """Runs the program and returns what it printed."""
        run = subprocess.run([str(PROGRAM), *arguments], cwd=cls.folder, capture_output=True,
                             text=True, timeout=120)
        if run.returncode != 0:
            raise RuntimeError(run.stderr)
        return run.stdout

    def table(self, model: Model, rows: slice = slice(None)) -> dict[str, list[Any]]:
        """Returns rows of the file as raw columns."""
        return {column.name: [typed(row[column.name], column.value_kind)
                              for row in self.rows[rows]] for column in model.columns}

    def golden(self) -> tuple[array[float], list[float]]:
        """Returns the float rows that are sealed with the model, and their scores."""
        data = (self.folder / "models" / "shop" / "1" / "golden.safetensors").read_bytes()
        size = struct.unpack_from("<Q", data)[0]
        tensors = json.loads(data[8 : 8 + size])

        def floats(name: str) -> array[float]:
            begin, end = tensors[name]["data_offsets"]
            return array("f", data[8 + size + begin : 8 + size + end])

        return floats("features"), floats("scores").tolist()

    # Scores.

    def test_raw_columns_float_rows_and_apus_score_agree_bit_for_bit(self) -> None:
        with Client(self.server.address) as client:
            model = client.model("shop")
            self.assertTrue(model.is_route)
            raw = client.score("shop", self.table(model)).values.tolist()
            features, sealed = self.golden()
            floats = client.score(model, features).values.tolist()
        self.assertEqual(raw, self.expected)
        self.assertEqual(len(floats), len(sealed))
        for score, other in zip(floats, sealed):
            self.assertAlmostEqual(score, other, delta=1e-4)
        # The sealed rows are rows of the file, as the model's own transforms made them.
        self.assertLessEqual(set(floats), set(raw))

    def test_one_row_at_a_time_is_the_same_bits_in_both_clients(self) -> None:
        count = 40

        async def concurrently(model: Model) -> list[float]:
            async with AsyncClient(self.server.address) as client:
                scores = await asyncio.gather(*(
                    client.score("shop", self.table(model, slice(row, row + 1)))
                    for row in range(count)))
                return [score[0][0] for score in scores]

        with Client(f"unix:{self.folder}/socket") as client:
            model = client.model("shop", "1")
            self.assertFalse(model.is_route)
            one_by_one = []
            for row in range(count):
                single = {name: values[0] for name, values
                          in self.table(model, slice(row, row + 1)).items()}
                scores = client.score(model, single)
                self.assertEqual(scores.handle, model.handle)
                one_by_one.append(scores[0][0])
        self.assertEqual(one_by_one, self.expected[:count])
        self.assertEqual(asyncio.run(concurrently(model)), self.expected[:count])

    def test_ranking_is_scoring(self) -> None:
        with Client(self.server.address) as client:
            model = client.model("shop")
            rows = self.table(model, slice(0, 30))
            own = ("basketItems", "basketValue", "bestMatch")
            shared = {name: values[0] for name, values in rows.items() if name not in own}
            items = {name: rows[name] for name in own}
            ranked = client.rank(model, shared, items, top=5)
            full = {name: items[name] if name in own else [shared[name]] * 30 for name in rows}
            scores = client.score(model, full).values.tolist()
            best = sorted(range(30), key=lambda item: (-scores[item], item))[:5]
            self.assertEqual(list(ranked), [(item, scores[item]) for item in best])

            features, _ = self.golden()
            width, front = model.feature_width, model.feature_width - 2
            joined = array("f")
            ends = array("f")
            for row in range(9):
                ends += features[row * width + front : (row + 1) * width]
                joined += features[:front] + features[row * width + front : (row + 1) * width]
            ranked = client.rank(model, features[:front], ends)
            scores = client.score(model, joined).values.tolist()
            best = sorted(range(9), key=lambda item: (-scores[item], item))
            self.assertEqual(list(ranked), [(item, scores[item]) for item in best])

    def test_extensions_come_back(self) -> None:
        with Client(self.server.address) as client:
            model = client.model("shop")
            trace = bytes(range(16))
            asked = RequestOptions(timeout_seconds=10, timing=True, no_batch=True,
                                   trace_id=trace, routing_key=7)
            scores = client.score(model, [0.0] * model.feature_width, asked)
            self.assertEqual(scores.extensions.trace_id, trace)
            timing = scores.extensions.timing
            assert timing is not None
            self.assertEqual(timing.batch_rows, 1)
            self.assertGreater(timing.total_nanoseconds, 0)

    def test_the_last_hidden_layer_is_extracted(self) -> None:
        with Client(self.server.address) as client:
            model = client.model("shop")
            rows = self.table(model, slice(0, 7))
            embeddings = client.extract(model, rows)
            self.assertEqual((len(embeddings), embeddings.width), (7, model.embedding_width))
            self.assertEqual(model.embedding_width, 8)
            again = client.extract(model, {name: values[3:4] for name, values in rows.items()})
            self.assertEqual(embeddings[3].tolist(), again[0].tolist())
            self.assertTrue(any(embeddings.values.tolist()))

    def test_a_numpy_table_gives_a_numpy_array(self) -> None:
        try:
            import numpy
        except ImportError:
            self.skipTest("NumPy is not installed")
        with Client(self.server.address) as client:
            model = client.model("shop")
            features, _ = self.golden()
            rows = numpy.array(features, dtype=numpy.float32).reshape(-1, model.feature_width)
            scores = client.score(model, rows)
            self.assertEqual(scores.values.tolist(), client.score(model, features).values.tolist())
            array_of_scores = numpy.asarray(scores)
            self.assertEqual(array_of_scores.shape, (len(rows), 1))
            self.assertTrue(numpy.shares_memory(array_of_scores, numpy.asarray(scores.values)))
            table: dict[str, Any] = dict(self.table(model))
            for column in model.columns:
                if column.value_kind is ValueKind.REAL:
                    listed = table[column.name]
                    missing = numpy.array([value is None for value in listed])
                    values = numpy.array([value or 0.0 for value in listed])
                    table[column.name] = Column(values, missing)
            self.assertEqual(client.score(model, table).values.tolist(), self.expected)

    # What else a server tells.

    def test_the_rest_of_the_protocol(self) -> None:
        with Client(self.server.address) as client:
            self.assertGreater(client.ping(1 << 63), 0)
            listed = client.models()
            self.assertEqual([(model.name, model.stable_version) for model in listed],
                             [("shop", "1")])
            self.assertEqual(listed[0].route_handle, client.model("shop").handle)
            for key, value in client.stats().items():
                self.assertIsInstance(key, str)
                self.assertIsInstance(value, float)

    def test_faults_of_the_caller_are_typed(self) -> None:
        with Client(self.server.address) as client:
            model = client.model("shop")
            self.assertRaises(UnknownModelError, client.model, "no-such-model")
            self.assertRaises(UnknownModelError, client.model, "shop", "77")
            bad = [0.0] * model.feature_width
            bad[4] = float("nan")
            with self.assertRaises(BadInputError) as raised:
                client.score(model, [[0.0] * model.feature_width, bad])
            self.assertEqual((raised.exception.row, raised.exception.column), (1, 4))
            rows = [[0.0] * model.feature_width] * 8193
            self.assertRaises(TooLargeError, client.score, model, rows)
            self.assertGreater(client.ping(), 0)
        other = ClientOptions(environment=5, retry=NO_RETRIES)
        with Client(self.server.address, other) as client:
            self.assertGreater(client.ping(), 0)

    # Security.

    @unittest.skipIf(shutil.which("openssl") is None, "openssl is not installed")
    def test_tokens_over_tls_with_certificates_of_both_sides(self) -> None:
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
             "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "certificate.pem"],
            cwd=self.folder, check=True, capture_output=True)
        tokens = {scope: self.token(scope) for scope in ("score", "train")}
        server = ServerProcess(
            self.folder, "--tokens", "tokens", "--tls", "127.0.0.1:0", "--certificate",
            "certificate.pem", "--key", "key.pem", "--client-roots", "certificate.pem")
        self.addCleanup(server.stop)
        certificate, key = str(self.folder / "certificate.pem"), str(self.folder / "key.pem")
        tls = tls_context(certificate, certificate, key)
        address = server.ready["tls"]

        async def concurrently(options: ClientOptions) -> list[float]:
            async with AsyncClient(address, options) as client:
                model = await client.model("shop")
                return list((await client.score(model, self.table(model))).values)

        options = ClientOptions(token=tokens["score"], tls=tls)
        with Client(address, options) as client:
            scores = client.score("shop", self.table(client.model("shop"))).values.tolist()
        self.assertEqual(scores, self.expected)
        self.assertEqual(asyncio.run(concurrently(options)), self.expected)
        with Client(address, ClientOptions(token=tokens["train"], tls=tls)) as client:
            with self.assertRaises(ForbiddenError):
                client.score("shop", self.table(client.model("shop")))
        with Client(server.address, ClientOptions(retry=NO_RETRIES)) as client:
            self.assertRaises(AuthenticationError, client.ping)
        wrong = ClientOptions(token=Token("score", "wrong"), retry=NO_RETRIES)
        with Client(server.address, wrong) as client:
            self.assertRaises(AuthenticationError, client.ping)
        nobody = ClientOptions(token=tokens["score"], tls=tls_context(certificate),
                               retry=NO_RETRIES)
        with Client(address, nobody) as client:
            self.assertRaises(ConnectionLostError, client.ping)

    def token(self, scope: str) -> Token:
        """Makes a token of one scope that the server's file then knows."""
        made = subprocess.run(
            [str(PROGRAM), "token", "--identifier", scope, "--scopes", scope], cwd=self.folder,
            check=True, capture_output=True, text=True)
        with (self.folder / "tokens").open("a") as file:
            file.write(made.stderr.strip() + "\n")
        (self.folder / "tokens").chmod(0o600)
        return Token(scope, made.stdout.strip())

    # Restarts.

    def test_a_restart_loses_no_request(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            address = f"127.0.0.1:{free.getsockname()[1]}"
        servers = [ServerProcess(self.folder, listen=address)]
        restarted = threading.Event()

        def restart() -> None:
            self.assertEqual(servers[0].stop(), 0)
            servers.append(ServerProcess(self.folder, listen=address))
            restarted.set()

        async def through() -> int:
            async with AsyncClient(address, PATIENT) as client:
                model = await client.model("shop")
                row = self.table(model, slice(0, 1))
                done = 0
                thread: threading.Thread | None = None
                after = 0
                while after < 3:
                    after += restarted.is_set()
                    scores = await asyncio.gather(*(client.score(model, row) for _ in range(20)))
                    done += sum(score[0][0] == self.expected[0] for score in scores)
                    if thread is None:
                        thread = threading.Thread(target=restart)
                        thread.start()
                assert thread is not None
                thread.join()
                return done % 20 if done >= 80 else -1

        try:
            with Client(address, PATIENT) as client:
                client.ping()
                self.assertEqual(asyncio.run(through()), 0)
                self.assertGreater(client.ping(), 0)
        finally:
            for server in servers:
                server.stop()


if __name__ == "__main__":
    os.environ.setdefault("PYTHONASYNCIODEBUG", "0")
    unittest.main()
