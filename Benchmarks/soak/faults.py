"""Clients that break the rules. Each call is one of them, from its first byte to its end."""

import socket
import struct
import time

import frames


def _connect(port, greeted=True):
    peer = socket.create_connection(("127.0.0.1", port), timeout=5)
    if greeted:
        peer.sendall(frames.hello())
        frames.Stream(peer).next()
    return peer


def _reset(peer):
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


def garbage(port, rng):
    peer = _connect(port, greeted=rng.random() < 0.5)
    peer.sendall(rng.choice([b"", frames.MAGIC]) + rng.randbytes(rng.randrange(40, 2000)))
    peer.close()


def damaged(port, rng):
    request = bytearray(frames.model_info("visits", 5))
    request[rng.randrange(len(request))] ^= 1 << rng.randrange(8)
    peer = _connect(port)
    peer.sendall(request)
    peer.close()


def cut_off(port, rng):
    request = frames.model_info("visits", 5)
    peer = _connect(port)
    peer.sendall(request[: rng.randrange(1, len(request))])
    _reset(peer)


def reset_with_requests(port, rng):
    peer = _connect(port)
    peer.sendall(frames.model_info("visits", 5) + frames.ping(6) * 50)
    _reset(peer)


def half_closed(port, rng):
    peer = _connect(port)
    peer.sendall(frames.ping(6))
    peer.shutdown(socket.SHUT_WR)
    while peer.recv(1 << 16):
        pass
    peer.close()


def never_reads(port, rng):
    peer = socket.socket()
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    peer.settimeout(0.2)
    peer.connect(("127.0.0.1", port))
    try:
        peer.sendall(frames.hello())
        for _ in range(200):
            peer.sendall(frames.model_info("visits", 5) * 100)
    except OSError:
        pass  # It is stuck, or was given up: either is right.
    _reset(peer)


def slow(port, rng):
    peer = _connect(port, greeted=False)
    for byte in frames.hello()[: rng.randrange(1, 20)]:
        peer.sendall(bytes([byte]))
        time.sleep(0.01)
    peer.close()


def flood(port, rng):
    for peer in [socket.create_connection(("127.0.0.1", port)) for _ in range(100)]:
        peer.close()


ALL = [garbage, damaged, cut_off, reset_with_requests, half_closed, never_reads, slow, flood]


def run_one(port, rng):
    """Plays one of the faults; that the server ends the connection first is no mistake."""
    try:
        rng.choice(ALL)(port, rng)
    except (ConnectionError, TimeoutError):
        pass


# Longer than what the heap of a server has spare after a load.
UNFINISHED = frames.frame(frames.SCORE, 9, bytes(24), bytes(2_000_000))[:-8]


def hold_memory(port):
    """A frame that is never finished: what the positive control leaks on purpose."""
    peer = _connect(port)
    peer.sendall(UNFINISHED)
    return peer
