"""A server whose every word a test decides: it speaks through the codec, over real sockets."""

from __future__ import annotations

import select
import socket
import ssl
import threading
from dataclasses import replace
from types import TracebackType
from typing import Any, Callable

from apus_client.wire.constants import FrameType
from apus_client.wire.extensions import NO_EXTENSIONS, Extensions
from apus_client.wire.frame import HEADER_BYTES, Frame, Header, decode_frame, decode_header
from apus_client.wire.messages import MESSAGES, AuthOk, HelloOk, decode_extended

from .support import frame, grant


class Peer:
    """One connection of a client, as the script sees it."""

    def __init__(self, stream: socket.socket) -> None:
        self._stream = stream

    def read(self) -> tuple[Header, Any, Extensions]:
        """Returns the next frame: its header, what it says, its extensions."""
        data = self._exactly(HEADER_BYTES)
        header = decode_header(data, 0, 64 << 20)
        whole: Frame = decode_frame(data + self._exactly(header.length))
        return (header, *decode_extended(MESSAGES[header.type], whole.body))

    def send(
        self,
        frame_type: FrameType,
        correlation_id: int,
        message: Any,
        extensions: Extensions = NO_EXTENSIONS,
    ) -> None:
        """Sends a frame."""
        self.send_bytes(frame(frame_type, correlation_id, message, extensions))

    def send_bytes(self, data: bytes) -> None:
        """Sends anything."""
        self._stream.sendall(data)

    def at_end(self) -> bool:
        """Waits until the client says more, or says nothing more: then true."""
        return not self._stream.recv(1)

    def is_silent(self, seconds: float) -> bool:
        """Tells whether the client says nothing for so long."""
        return not select.select([self._stream], [], [], seconds)[0]

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            part = self._stream.recv(count - len(data))
            if not part:
                raise EOFError
            data += part
        return data


Script = Callable[[Peer], None]


class ScriptedServer:
    """Plays the n-th script with the n-th connection, behind HELLO and AUTH."""

    def __init__(
        self,
        *scripts: Script,
        hello: HelloOk | None = None,
        tls: ssl.SSLContext | None = None,
        path: str | None = None,
    ) -> None:
        self._scripts = scripts
        self._hello = hello or grant()
        self._tls = tls
        self.proofs: list[Any] = []
        self.errors: list[BaseException] = []
        self.connections = 0
        if path is None:
            self._listener = socket.create_server(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        else:
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(path)
            self._listener.listen()
            self.address = f"unix:{path}"
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> ScriptedServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive(), "a script did not end"
        if kind is None and self.errors:
            raise self.errors[0]

    def _accept(self) -> None:
        for script in self._scripts:
            try:
                stream, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            stream.settimeout(10)
            thread = threading.Thread(target=self._play, args=(stream, script), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _play(self, stream: socket.socket, script: Script) -> None:
        try:
            if self._tls is not None:
                stream = self._tls.wrap_socket(stream, server_side=True)
            with stream:
                peer = Peer(stream)
                header, hello, _ = peer.read()
                assert header.type is FrameType.HELLO
                features = self._hello.features & hello.features
                peer.send(FrameType.HELLO_OK, header.correlation_id,
                          replace(self._hello, features=features))
                if self._hello.authentication_required:
                    header, proof, _ = peer.read()
                    self.proofs.append(proof)
                    peer.send(FrameType.AUTH_OK, header.correlation_id, AuthOk(1))
                script(peer)
        except (EOFError, ssl.SSLError, ConnectionError):
            pass
        except BaseException as error:
            self.errors.append(error)
