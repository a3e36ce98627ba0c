"""What a client of Apus sends, as recorded from the generator itself.

The first bytes of a connection are HELLO and its answer, then requests. Recording them keeps this
benchmark from writing a codec of its own.
"""

import json
import socket
import struct
import subprocess
import threading

HEADER = 32


def receive(peer, count):
    data = b""
    while len(data) < count:
        part = peer.recv(count - len(data))
        if not part:
            raise ConnectionError("the server closed the connection")
        data += part
    return data


def receive_frame(peer):
    header = receive(peer, HEADER)
    return header + receive(peer, struct.unpack_from("<I", header, 8)[0])


def recorded(apus, port, *options):
    """HELLO and the first request of `apus bench` with some options."""
    listener = socket.create_server(("127.0.0.1", 0))
    connections = []

    def relay():
        # The generator asks for the model on a connection of its own, twice, and then measures.
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            frames = []
            connections.append(frames)
            with client, socket.create_connection(("127.0.0.1", port)) as server:
                try:
                    while True:
                        frames.append(receive_frame(client))
                        server.sendall(frames[-1])
                        client.sendall(receive_frame(server))
                except (ConnectionError, OSError):
                    continue

    threading.Thread(target=relay, daemon=True).start()
    subprocess.run(
        [apus, "bench", "--connect", f"127.0.0.1:{listener.getsockname()[1]}", "--no-floors",
         "--duration", "0.05", "--warm-up", "0", *options],
        check=True, stdout=subprocess.DEVNULL)
    listener.close()
    return connections[-1][0], connections[-1][1]


def answer(port, hello, request, seconds=10):
    """Sends HELLO and a request on a new connection and returns the frame that answers it."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as peer:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer.sendall(hello)
        receive_frame(peer)
        peer.sendall(request)
        return receive_frame(peer)


def scores(frame, count):
    """The scores of a SCORE_OK frame."""
    if frame[5] != 0xA0:
        raise ValueError(f"the server answered a frame of type {frame[5]:#x}")
    return struct.unpack_from(f"<{count}f", frame, 64)


def load(command):
    """Runs the generator and returns what it prints."""
    process = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if process.returncode:
        raise RuntimeError(process.stderr.decode().strip()[-300:])
    return json.loads(process.stdout)
