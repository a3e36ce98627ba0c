"""Load that counts: each request has one answer, and the same rows have the same bits."""

import collections
import random
import socket
import struct
import threading

import frames


class Books:
    """What was sent and what came back, of all connections."""

    def __init__(self):
        self.lock = threading.Lock()
        self.sent = 0
        self.answered = 0
        self.wrong = []
        # The scores of a request by one version; whoever comes first says what they are.
        self.scores = {}
        self.versions = collections.Counter()

    def check(self, request, body):
        """Compares the reply of a version with its first one for the same rows."""
        artifact = struct.unpack_from("<I", body, 8)[0]
        with self.lock:
            self.answered += 1
            self.versions[artifact] += 1
            if self.scores.setdefault((request, artifact), body) != body:
                self.wrong.append(f"request {request} of version {artifact:#x}")

    def fail(self, what):
        with self.lock:
            self.answered += 1
            self.wrong.append(what)


class Connection(threading.Thread):
    """Keeps `depth` requests in flight until it is told to stop, then waits for the last."""

    def __init__(self, port, books, stopping, depth, seed):
        super().__init__(daemon=True)
        self.books, self.stopping, self.depth = books, stopping, depth
        self.random = random.Random(seed)
        self.peer = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream = frames.Stream(self.peer)
        self.requests = []

    def prepare(self, model):
        self.peer.sendall(frames.hello() + frames.model_info(model, 2))
        self.stream.next()
        info = frames.parse_model_info(self.stream.next()[2])
        # The same rows for all connections: their bits are compared across them.
        values = random.Random(7)
        for number, count in enumerate([1, 1, 1, 1, 2, 16, 64, 700]):
            rows = [[values.choice([0.0, 0.25, -1.5, 3.0]) for _ in range(info["width"])]
                    for _ in range(count)]
            self.requests.append(frames.score(info, 100 + number, rows))

    def run(self):
        free = list(range(len(self.requests)))
        in_flight = set()
        try:
            while in_flight or not self.stopping.is_set():
                while free and len(in_flight) < self.depth and not self.stopping.is_set():
                    number = free.pop(self.random.randrange(len(free)))
                    in_flight.add(100 + number)
                    with self.books.lock:
                        self.books.sent += 1
                    self.peer.sendall(self.requests[number])
                if not in_flight:
                    continue
                kind, correlation_id, body = self.stream.next()
                if kind == frames.GOAWAY:
                    continue
                if correlation_id not in in_flight:
                    self.books.fail(f"a reply to {correlation_id}, which is not in flight")
                    continue
                in_flight.remove(correlation_id)
                free.append(correlation_id - 100)
                if kind == frames.SCORE_OK:
                    self.books.check(correlation_id, body)
                else:
                    code = struct.unpack_from("<H", body, 8)[0] if kind == frames.ERROR else None
                    self.books.fail(
                        f"request {correlation_id} got a frame of type {kind:#x}, code {code}")
        except (OSError, ValueError) as error:
            for correlation_id in in_flight:
                self.books.fail(f"request {correlation_id} was lost: {error}")
        self.peer.close()
