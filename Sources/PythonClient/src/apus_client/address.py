"""Where a server is."""

from __future__ import annotations

import socket
from typing import NamedTuple


class Address(NamedTuple):
    """A host and a port, or the path of a Unix-domain socket."""

    host: str = ""
    port: int = 0
    path: str = ""

    @classmethod
    def parse(cls, text: str) -> Address:
        """Reads `HOST:PORT`, `[IPV6]:PORT` or `unix:PATH`."""
        if text.startswith("unix:"):
            return cls(path=text[len("unix:") :])
        host, separator, port = text.rpartition(":")
        if not separator or not host or not port.isdecimal() or not 0 < int(port) < 65536:
            raise ValueError(f"{text!r} is neither HOST:PORT nor unix:PATH")
        return cls(host.removeprefix("[").removesuffix("]"), int(port))

    def connect(self, timeout_seconds: float) -> socket.socket:
        """Returns a connected socket that does not wait to fill a packet."""
        if self.path:
            stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                stream.settimeout(timeout_seconds)
                stream.connect(self.path)
            except BaseException:
                stream.close()
                raise
            return stream
        stream = socket.create_connection((self.host, self.port), timeout_seconds)
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return stream
