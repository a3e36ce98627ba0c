"""Both clients over real sockets, against servers that do what a good server rarely does."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
import tempfile
import time
import unittest
from pathlib import Path
from typing import Any, Callable

from apus_client import (
    NO_RETRIES, AsyncClient, AuthenticationError, BadInputError, Client, ClientOptions,
    ConnectionLostError, DeadlineError, FrameType, MalformedFrameError, RequestOptions, Token,
    tls_context)
from apus_client.session import authentication_code
from apus_client.wire.constants import NO_INDEX, ErrorCode
from apus_client.wire.messages import Credit, ErrorReply, GoAway, Number, Push
from apus_client.wire.scoring import Scores

from .scripted_server import Peer, Script, ScriptedServer
from .support import frame, grant, model

ONE_TRY = ClientOptions(retry=NO_RETRIES, timeout_seconds=10)
ROW = [1.0, 2.0, 3.0]


def error(code: int, wait: int = 0, retryable: bool = True) -> ErrorReply:
    """Returns the message of an ERROR frame."""
    return ErrorReply(code, 2, retryable, wait, NO_INDEX, NO_INDEX, "no")


def scores(*values: float) -> Scores:
    """Returns one score per row."""
    from array import array

    return Scores(7, len(values), 1, memoryview(array("f", values)))


def serve(peer: Peer) -> None:
    """Answers until the client leaves: PING, MODEL_INFO, and SCORE by the row's first value."""
    while True:
        answer(peer, *peer.read()[:2])


def answer(peer: Peer, header: Any, message: Any) -> None:
    """Answers one request."""
    if header.type is FrameType.PING:
        peer.send(FrameType.PONG, header.correlation_id, message)
    elif header.type is FrameType.MODEL_INFO:
        peer.send(FrameType.MODEL_INFO_OK, header.correlation_id, model())
    elif header.type is FrameType.SCORE:
        values = memoryview(message.data).cast("f")[:: message.columns]
        peer.send(FrameType.SCORE_OK, header.correlation_id, scores(*values))


class BothClients(unittest.IsolatedAsyncioTestCase):
    """Runs the same calls with the blocking and with the asyncio client."""

    async def with_both(
        self,
        scripts: list[Script],
        call: Callable[[Any], Any],
        options: ClientOptions = ONE_TRY,
        **server: Any,
    ) -> list[Any]:
        """Returns what the call of each client returned, or the exception that it raised.

        `call` gets the client and returns what a method of it did; each client has a server of
        its own.
        """
        outcomes: list[Any] = []

        def block(address: str) -> Any:
            with Client(address, options) as client:
                return call(client)

        for is_blocking in (True, False):
            with ScriptedServer(*scripts, **server) as scripted:
                try:
                    if is_blocking:
                        outcomes.append(await asyncio.to_thread(block, scripted.address))
                    else:
                        async with AsyncClient(scripted.address, options) as client:
                            outcomes.append(await call(client))
                except Exception as failure:
                    outcomes.append(failure)
        return outcomes


class FailureTests(BothClients):
    """What a server may do to a request."""

    async def test_a_score_comes_back(self) -> None:
        for outcome in await self.with_both([serve], lambda c: c.score("visits", ROW)):
            self.assertEqual(list(outcome.values), [1.0])

    async def test_an_error_is_raised_with_its_place(self) -> None:
        def refuse(peer: Peer) -> None:
            header, _, _ = peer.read()
            bad = ErrorReply(ErrorCode.BAD_INPUT, 1, False, 0, 1, 2, "not finite")
            peer.send(FrameType.ERROR, header.correlation_id, bad)
            peer.at_end()

        for outcome in await self.with_both([refuse], lambda c: c.score(model(), ROW)):
            self.assertIsInstance(outcome, BadInputError)
            self.assertEqual((outcome.row, outcome.column), (1, 2))
            self.assertEqual(str(outcome), "not finite (row 1, column 2)")

    async def test_overload_waits_as_long_as_the_server_says(self) -> None:
        def overloaded(peer: Peer) -> None:
            header, _, _ = peer.read()
            peer.send(FrameType.ERROR, header.correlation_id, error(ErrorCode.OVERLOADED, 120))
            began = time.monotonic()
            header, message, _ = peer.read()
            assert time.monotonic() - began >= 0.115, "the client did not wait"
            answer(peer, header, message)
            peer.at_end()

        for outcome in await self.with_both(
                [overloaded], lambda c: c.score(model(), ROW), ClientOptions()):
            self.assertEqual(list(outcome.values), [1.0])

    async def test_a_lost_connection_loses_no_request(self) -> None:
        def hang_up(peer: Peer) -> None:
            peer.read()

        for outcome in await self.with_both(
                [hang_up, hang_up, serve], lambda c: c.score("visits", ROW), ClientOptions()):
            self.assertEqual(list(outcome.values), [1.0])
        for outcome in await self.with_both([hang_up], lambda c: c.ping()):
            self.assertIsInstance(outcome, ConnectionLostError)

    async def test_damaged_replies_are_never_taken_for_answers(self) -> None:
        def damage(place: int) -> Script:
            def script(peer: Peer) -> None:
                header, message, _ = peer.read()
                data = bytearray(frame(FrameType.PONG, header.correlation_id, message))
                data[place] ^= 4
                peer.send_bytes(bytes(data))
                peer.at_end()
            return script

        for place in (9, 14, 17, 29, 45):
            for outcome in await self.with_both([damage(place)], lambda c: c.ping(3)):
                self.assertIsInstance(outcome, ConnectionLostError, place)
            for outcome in await self.with_both(
                    [damage(place), serve], lambda c: c.ping(3), ClientOptions()):
                self.assertIsInstance(outcome, float, outcome)

    async def test_a_reply_of_another_request_is_refused(self) -> None:
        def strange(peer: Peer) -> None:
            header, _, _ = peer.read()
            peer.send(FrameType.PONG, header.correlation_id + 1, Number(0))
            peer.at_end()

        def short(peer: Peer) -> None:
            header, _, _ = peer.read()
            peer.send(FrameType.SCORE_OK, header.correlation_id, scores(1, 2))
            peer.at_end()

        for outcome in await self.with_both([strange], lambda c: c.ping()):
            self.assertIsInstance(outcome, MalformedFrameError)
        for outcome in await self.with_both([short], lambda c: c.score(model(), ROW)):
            self.assertIsInstance(outcome, MalformedFrameError)

    async def test_a_deadline_cancels_and_the_connection_lives_on(self) -> None:
        cancelled: list[int] = []

        def late(peer: Peer) -> None:
            first, message, _ = peer.read()
            assert 0 < first.budget_microseconds <= 100_000, first.budget_microseconds
            header, _, _ = peer.read()
            assert header.type is FrameType.CANCEL
            cancelled.append(header.correlation_id - first.correlation_id)
            answer(peer, first, message)
            serve(peer)

        def block(client: Client) -> list[Any]:
            outcomes: list[Any] = []
            try:
                client.score(model(), ROW, RequestOptions(timeout_seconds=0.1))
            except DeadlineError as failure:
                outcomes.append(failure)
            return outcomes + [client.ping(8)]

        async def wait(client: AsyncClient) -> list[Any]:
            outcomes: list[Any] = []
            try:
                await client.score(model(), ROW, RequestOptions(timeout_seconds=0.1))
            except DeadlineError as failure:
                outcomes.append(failure)
            return outcomes + [await client.ping(8)]

        def call(client: Any) -> Any:
            return block(client) if isinstance(client, Client) else wait(client)

        for outcome in await self.with_both([late], call):
            self.assertIsInstance(outcome[0], DeadlineError)
            self.assertIsInstance(outcome[0], TimeoutError)
        self.assertEqual(cancelled, [0, 0])

    async def test_goaway_moves_on_to_a_new_connection(self) -> None:
        def leave(peer: Peer) -> None:
            header, message, _ = peer.read()
            peer.send(FrameType.GOAWAY, 0, GoAway(1, 5000))
            answer(peer, header, message)
            assert peer.at_end(), "the client sent more after GOAWAY"

        def draining(peer: Peer) -> None:
            header, _, _ = peer.read()
            peer.send(FrameType.ERROR, header.correlation_id, error(ErrorCode.DRAINING))
            peer.at_end()

        async def wait(client: AsyncClient) -> list[float]:
            return [await client.ping(number) for number in range(3)]

        def call(client: Any) -> Any:
            if isinstance(client, Client):
                return [client.ping(number) for number in range(3)]
            return wait(client)

        for outcome in await self.with_both([leave, draining, serve], call, ClientOptions()):
            self.assertEqual(len(outcome), 3)

    async def test_raw_columns_follow_a_new_schema(self) -> None:
        def swapped(peer: Peer) -> None:
            answer(peer, *peer.read()[:2])
            header, _, _ = peer.read()
            mismatch = error(ErrorCode.SCHEMA_MISMATCH, retryable=False)
            peer.send(FrameType.ERROR, header.correlation_id, mismatch)
            header, _, _ = peer.read()
            peer.send(FrameType.MODEL_INFO_OK, header.correlation_id, model(schema_hash=78))
            header, message, _ = peer.read()
            assert message.schema_hash == 78
            peer.send(FrameType.SCORE_OK, header.correlation_id, scores(0.5))
            peer.at_end()

        table = {"age": 3, "weekend": True, "month": "Feb"}

        async def wait(client: AsyncClient) -> Any:
            await client.model("visits")
            return await client.score("visits", table)

        def call(client: Any) -> Any:
            if isinstance(client, Client):
                client.model("visits")
                return client.score("visits", table)
            return wait(client)

        for outcome in await self.with_both([swapped], call):
            self.assertEqual(list(outcome.values), [0.5])

    async def test_a_large_reply_is_whole(self) -> None:
        count = 60_000
        values = [float(row % 1000) for row in range(count)]

        def call(client: Any) -> Any:
            return client.score(model(), [[value, 0, 0] for value in values])

        for outcome in await self.with_both([serve], call, hello=grant(rows=count)):
            self.assertEqual(outcome.values.tolist(), values)


class SecurityTests(BothClients):
    """Tokens, TLS, Unix sockets."""

    async def test_a_token_is_proved_and_not_sent(self) -> None:
        challenge = bytes(range(32))
        token = Token("me", "secret")
        hello = grant(authentication_required=True, challenge=challenge)
        with ScriptedServer(serve, hello=hello) as server:
            with Client(server.address, ClientOptions(token=token)) as client:
                await asyncio.to_thread(client.ping)
            self.assertEqual([(proof.identifier, proof.code) for proof in server.proofs],
                             [("me", authentication_code(token, challenge))])
        for outcome in await self.with_both(
                [serve], lambda c: c.ping(), ClientOptions(), hello=hello):
            self.assertIsInstance(outcome, AuthenticationError)

    async def test_a_unix_socket(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/socket"
            with ScriptedServer(serve, serve, path=path) as server:
                with Client(server.address) as client:
                    self.assertGreater(await asyncio.to_thread(client.ping, 1), 0)
                async with AsyncClient(server.address) as other:
                    self.assertGreater(await other.ping(1), 0)

    @unittest.skipIf(shutil.which("openssl") is None, "openssl is not installed")
    async def test_tls_with_certificates_of_both_sides(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            certificate, key = str(folder / "certificate"), str(folder / "key")
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                 "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                 "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key,
                 "-out", certificate], check=True, capture_output=True)
            theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            theirs.load_cert_chain(certificate, key)
            theirs.load_verify_locations(certificate)
            theirs.verify_mode = ssl.CERT_REQUIRED
            rows = [ROW] * 20_000
            ours = ClientOptions(tls=tls_context(certificate, certificate, key))
            for outcome in await self.with_both(
                    [serve], lambda c: c.score(model(), rows), ours, tls=theirs,
                    hello=grant(rows=20_000)):
                self.assertEqual(list(outcome.values), [1.0] * 20_000)
            unknown = ClientOptions(tls=tls_context(), retry=NO_RETRIES)
            for outcome in await self.with_both([serve], lambda c: c.ping(), unknown, tls=theirs):
                self.assertIsInstance(outcome, ConnectionLostError)


class ConcurrencyTests(unittest.IsolatedAsyncioTestCase):
    """Many tasks on one connection."""

    async def test_replies_in_any_order_reach_their_tasks(self) -> None:
        def backwards(peer: Peer) -> None:
            requests = [peer.read() for _ in range(50)]
            for header, message, _ in reversed(requests):
                answer(peer, header, message)
            peer.at_end()

        with ScriptedServer(backwards) as server:
            async with AsyncClient(server.address) as client:
                tasks = [client.score(model(), [float(n), 0, 0]) for n in range(50)]
                replies = await asyncio.gather(*tasks)
        self.assertEqual([reply[0][0] for reply in replies], [float(n) for n in range(50)])

    async def test_credit_is_obeyed(self) -> None:
        held: list[int] = []

        def counting(peer: Peer) -> None:
            first = [peer.read() for _ in range(3)]
            held.append(3 if peer.is_silent(0.2) else 4)
            peer.send(FrameType.CREDIT, 0, Credit(1, 65536, 1 << 24))
            for header, message, _ in first:
                answer(peer, header, message)
            header, message, _ = peer.read()
            held.append(1 if peer.is_silent(0.2) else 2)
            peer.send(FrameType.CREDIT, 0, Credit(2, 65536, 1 << 24))
            second = peer.read()
            held.append(2 if peer.is_silent(0.2) else 3)
            answer(peer, *second[:2])
            answer(peer, header, message)
            serve(peer)

        with ScriptedServer(counting, hello=grant(credit_requests=3)) as server:
            async with AsyncClient(server.address) as client:
                await asyncio.gather(*(client.score(model(), ROW) for _ in range(8)))
        self.assertEqual(held, [3, 1, 2])

    async def test_a_cancelled_task_cancels_its_request(self) -> None:
        seen: asyncio.Queue[Any] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def patient(peer: Peer) -> None:
            for _ in range(2):
                header, _, _ = peer.read()
                loop.call_soon_threadsafe(seen.put_nowait, header)
            peer.send(FrameType.ERROR, header.correlation_id, error(ErrorCode.CANCELLED))
            serve(peer)

        with ScriptedServer(patient) as server:
            async with AsyncClient(server.address) as client:
                task = asyncio.create_task(client.score(model(), ROW))
                first = await asyncio.wait_for(seen.get(), 10)
                task.cancel()
                second = await asyncio.wait_for(seen.get(), 10)
                self.assertEqual(second.type, FrameType.CANCEL)
                self.assertEqual(first.correlation_id, second.correlation_id)
                self.assertGreater(await client.ping(4), 0)
                self.assertTrue(task.cancelled())

    async def test_goaway_under_load_loses_nothing(self) -> None:
        def leave(peer: Peer) -> None:
            requests = [peer.read() for _ in range(8)]
            peer.send(FrameType.GOAWAY, 0, GoAway(1, 5000))
            for header, message, _ in requests[:6]:
                answer(peer, header, message)
            for header, _, _ in requests[6:]:
                peer.send(FrameType.ERROR, header.correlation_id, error(ErrorCode.DRAINING))
            assert peer.at_end()

        with ScriptedServer(leave, serve, hello=grant(credit_requests=8)) as server:
            async with AsyncClient(server.address) as client:
                replies = await asyncio.gather(
                    *(client.score(model(), [float(n), 0, 0]) for n in range(30)))
            self.assertEqual(server.connections, 2)
        self.assertEqual([reply[0][0] for reply in replies], [float(n) for n in range(30)])

    async def test_news_and_probes(self) -> None:
        push = Push(1, 0x8000_0001, 5, 78)

        def tell(peer: Peer) -> None:
            answer(peer, *peer.read()[:2])
            peer.send(FrameType.PROBE, 0, Number(6))
            header, message, _ = peer.read()
            assert header.type is FrameType.PROBE_OK and message.number == 6
            peer.send(FrameType.PUSH, 0, push)
            peer.at_end()

        told: asyncio.Future[Push] = asyncio.get_running_loop().create_future()
        with ScriptedServer(tell) as server:
            async with AsyncClient(server.address, on_push=told.set_result) as client:
                await client.ping()
                self.assertEqual(await asyncio.wait_for(told, 10), push)


if __name__ == "__main__":
    unittest.main()
