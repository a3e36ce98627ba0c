"""The rules of one connection, without any."""

from __future__ import annotations

import unittest

from apus_client import (
    ClientOptions, DrainingError, MalformedFrameError, OverloadedError, RetryPolicy, Token,
    TooLargeError, UnknownModelError, UnsupportedError)
from apus_client import ConnectionLostError, RequestOptions
from apus_client.errors import server_error
from apus_client.requests import ping, score, stats
from apus_client.session import Completed, Session, Transmit, authentication_code, handshake
from apus_client.wire.constants import NO_INDEX, ErrorCode, Feature, FrameType
from apus_client.wire.frame import Frame, decode_frame
from apus_client.wire.messages import Credit, Empty, ErrorReply, GoAway, Hello, Number
from apus_client.wire.messages import decode_extended

from .support import frame, grant, model, vectors

ROW = score(model(), [1, 2, 3])


def incoming(*arguments: object) -> Frame:
    """Returns a frame as the session gets it."""
    return decode_frame(frame(*arguments))  # type: ignore[arg-type]


class CreditTests(unittest.TestCase):
    """Requests, rows and bytes in flight."""

    def test_each_kind_of_credit_binds(self) -> None:
        for changes in ({"credit_requests": 2}, {"credit_rows": 2},
                        {"credit_bytes": 2 * ROW.size}):
            session = Session(grant(**changes))
            first, _ = session.start(ROW, 0)
            self.assertTrue(session.admits(ROW))
            session.start(ROW, 0)
            self.assertFalse(session.admits(ROW), changes)
            action = session.receive(incoming(FrameType.ERROR, first, error(11)))
            self.assertIsInstance(action, Completed)
            self.assertTrue(session.admits(ROW))

    def test_new_totals_replace_the_old_ones(self) -> None:
        session = Session(grant())
        session.start(ROW, 0)
        session.receive(incoming(FrameType.CREDIT, 0, Credit(1, 9, 1 << 20)))
        self.assertFalse(session.admits(ROW))
        session.receive(incoming(FrameType.CREDIT, 0, Credit(2, 9, 1 << 20)))
        self.assertTrue(session.admits(ROW))

    def test_a_cancelled_request_keeps_its_credit_until_its_reply(self) -> None:
        session = Session(grant(credit_requests=1))
        correlation_id, _ = session.start(ROW, 0)
        header = decode_frame(session.cancel(correlation_id)).header
        self.assertEqual((header.type, header.correlation_id), (FrameType.CANCEL, correlation_id))
        self.assertFalse(session.admits(ROW))
        session.receive(incoming(FrameType.ERROR, correlation_id, error(14)))
        self.assertTrue(session.admits(ROW))
        self.assertEqual(session.cancel(correlation_id), b"")

    def test_what_can_never_be_sent_is_refused_here(self) -> None:
        session = Session(grant(rows=1, body_bytes=64, features=0))
        with self.assertRaises(TooLargeError):
            session.check(score(model(), [[1, 2, 3]] * 2))
        with self.assertRaises(TooLargeError):
            Session(grant(body_bytes=40)).check(ROW)
        with self.assertRaises(UnsupportedError):
            session.check(stats())
        with self.assertRaises(UnsupportedError):
            session.check(score(model(), [1, 2, 3], RequestOptions(routing_key=1)))
        session.check(ping())

    def test_only_work_has_a_budget(self) -> None:
        session = Session(grant())
        budgets = [int.from_bytes(session.start(request, 9)[1][24:28], "little")
                   for request in (ROW, ping())]
        self.assertEqual(budgets, [9, 0])


class UnaskedTests(unittest.TestCase):
    """What the server says without being asked."""

    def test_probe_is_answered(self) -> None:
        action = Session(grant()).receive(incoming(FrameType.PROBE, 0, Number(9)))
        expected = next(item["bytes"] for item in vectors() if item["name"] == "probe-ok")
        self.assertEqual(action, Transmit(expected))

    def test_goaway_lets_replies_in(self) -> None:
        session = Session(grant())
        correlation_id, _ = session.start(ping(), 0)
        session.receive(incoming(FrameType.GOAWAY, 0, GoAway(1, 100)))
        self.assertTrue(session.is_leaving)
        reply = session.receive(incoming(FrameType.PONG, correlation_id, Number(0)))
        self.assertIsInstance(reply, Completed)
        self.assertTrue(session.is_idle)

    def test_an_error_of_the_connection_raises(self) -> None:
        with self.assertRaises(DrainingError):
            Session(grant()).receive(incoming(FrameType.ERROR, 0, error(15)))

    def test_what_no_server_may_send_is_refused(self) -> None:
        session = Session(grant(features=0))
        for strange in (incoming(FrameType.PONG, 77, Number(1)),
                        incoming(FrameType.PROBE, 0, Number(1)),
                        incoming(FrameType.CREDIT, 0, Credit(1, 1, 1)),
                        incoming(FrameType.ERROR, 77, error(11))):
            with self.assertRaises(MalformedFrameError):
                session.receive(strange)
        session.start(ping(), 0)
        with self.assertRaises(MalformedFrameError):
            session.receive(incoming(FrameType.STATS, 3, Empty()))


class HandshakeTests(unittest.TestCase):
    """HELLO and AUTH."""

    def test_the_proof_of_the_specification(self) -> None:
        examples = {item["name"]: item["bytes"] for item in vectors()}
        steps = handshake(ClientOptions(token=Token("shop-frontend", "an example token")), True)
        hello = decode_extended(Hello, decode_frame(next(steps)).body)[0]
        self.assertEqual(hello.features, 0x3FF)
        proof = steps.send(decode_frame(examples["hello-ok-auth-required"]))
        self.assertEqual(proof, examples["auth"])
        with self.assertRaises(StopIteration) as end:
            steps.send(decode_frame(examples["auth-ok"]))
        self.assertTrue(end.exception.value.authentication_required)

    def test_a_client_that_does_not_listen_offers_no_keepalive(self) -> None:
        hello = decode_extended(Hello, decode_frame(next(handshake(ClientOptions(), False))).body)
        self.assertEqual(hello[0].features & (Feature.PUSH | Feature.KEEPALIVE), 0)

    def test_a_token_is_not_shown(self) -> None:
        self.assertNotIn("secret", repr(ClientOptions(token=Token("me", "secret"))))
        self.assertEqual(len(authentication_code(Token("me", "secret"), bytes(32))), 32)


class RetryTests(unittest.TestCase):
    """When a failure is followed by another attempt."""

    def test_the_server_decides(self) -> None:
        policy = RetryPolicy(attempts=3, initial_seconds=0.1)
        overloaded = server_error("", ErrorCode.OVERLOADED, 2, True, 250, NO_INDEX, NO_INDEX)
        unknown = server_error("", ErrorCode.UNKNOWN_MODEL, 1, False, 0, NO_INDEX, NO_INDEX)
        self.assertIsInstance(overloaded, OverloadedError)
        self.assertIsInstance(unknown, UnknownModelError)
        for _ in range(50):
            delay = policy.delay_seconds(1, overloaded, 9)
            assert delay is not None
            self.assertTrue(0.25 <= delay <= 0.28)
            lost = policy.delay_seconds(2, ConnectionLostError(), 9)
            assert lost is not None
            self.assertTrue(0.1 <= lost <= 0.2)
        self.assertIsNone(policy.delay_seconds(1, overloaded, 0.2))
        self.assertIsNone(policy.delay_seconds(3, overloaded, 9))
        self.assertIsNone(policy.delay_seconds(1, unknown, 9))


def error(code: int) -> ErrorReply:
    """Returns an ERROR frame's message."""
    return ErrorReply(code, 2, True, 20, NO_INDEX, NO_INDEX, "no")


if __name__ == "__main__":
    unittest.main()
