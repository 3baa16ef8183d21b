"""A server under test as the cases reach it."""

from pathlib import Path

import grpc

from Support.certificates import trust
from Support.http2 import Connection
from Support.interop.contract import services

CALL_SECONDS = 20
"""No call of a case waits longer for its end."""
OPTIONS = [("grpc.use_local_subchannel_pool", 1), ("grpc.initial_reconnect_backoff_ms", 100),
           ("grpc.max_reconnect_backoff_ms", 500)]


class Peer:
    """One channel of grpcio, and connections by hand."""

    def __init__(self, port: int, ca=None, certificate=None, key=None, host="127.0.0.1",
                 server_name=None, sees_compression=True):
        self.port = port
        self.ca = ca
        self.sees_compression = sees_compression
        """Whether the server can tell a compressed request from another."""
        options = list(OPTIONS)
        if server_name:
            options.append(("grpc.ssl_target_name_override", server_name))
        if ca:
            self.channel = grpc.secure_channel(
                f"{host}:{port}", _credentials(ca, certificate, key), options)
        else:
            self.channel = grpc.insecure_channel(f"{host}:{port}", options)
        self.stub = services.TestServiceStub(self.channel)
        self.unimplemented = services.UnimplementedServiceStub(self.channel)
        self._pair = (certificate, key)

    def by_hand(self) -> Connection:
        """A connection of its own for frames by hand."""
        return Connection(self.port, trust(self.ca, *self._pair) if self.ca else None)

    def close(self):
        self.channel.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def _credentials(ca, certificate, key):
    read = [Path(file).read_bytes() if file else None for file in (ca, key, certificate)]
    return grpc.ssl_channel_credentials(*read)
