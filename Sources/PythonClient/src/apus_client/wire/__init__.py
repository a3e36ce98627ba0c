"""The codec of the Apus protocol, version 1: bytes in, bytes out, no sockets.

Written from `Protocol.md` alone. Both clients build on it, and so may a proxy or a test server.
"""
