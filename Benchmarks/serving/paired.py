"""What raw columns cost over ready floats; prints the added microseconds as JSON.

usage: paired.py PORT SECONDS HELLO FLOATS RAW

The last three are files: HELLO and two requests of one row. They are sent in turn on one
connection, and each reply is polled for, so that whatever else the machine does meets both alike.
What counts is the median of the differences of neighbours.
"""

import json
import socket
import sys
import time

import numpy

import frames

WARM_UP = 200


def exchange(peer, request, reply):
    """Sends a request; returns the nanoseconds until its whole reply was there."""
    room, count = memoryview(reply), 0
    start = time.perf_counter_ns()
    peer.send(request)
    while count < len(reply):
        try:
            part = peer.recv_into(room[count:])
        except BlockingIOError:
            continue
        if part == 0:
            raise ConnectionError("the server closed the connection")
        count += part
    return time.perf_counter_ns() - start


def main():
    port, seconds, *paths = sys.argv[1:]
    hello, floats, raw = (open(path, "rb").read() for path in paths)
    length = len(frames.answer(int(port), hello, floats))
    with socket.create_connection(("127.0.0.1", int(port))) as peer:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer.sendall(hello)
        frames.receive_frame(peer)
        peer.setblocking(False)
        replies = bytearray(length), bytearray(length)
        nanoseconds = []
        end = time.perf_counter() + float(seconds)
        while time.perf_counter() < end:
            nanoseconds.append(
                [exchange(peer, request, reply)
                 for request, reply in zip((floats, raw), replies)])
    for reply in replies:
        frames.scores(reply, 1)
    pairs = numpy.array(nanoseconds[WARM_UP:]) / 1e3
    added = float(numpy.median(pairs[:, 1] - pairs[:, 0]))
    p50, p99 = numpy.percentile(pairs[:, 1], (50, 99))
    print(json.dumps(
        {"answered": pairs.size, "added": added, "latency": {"p50": p50, "p99": p99}}))


if __name__ == "__main__":
    main()
