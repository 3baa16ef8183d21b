"""As much of HTTP/2 as it takes to hold a connection open, or to call one method, by hand."""

import socket
import ssl
import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 4, 6, 7, 8
END_STREAM, ACK, END_HEADERS = 0x1, 0x1, 0x4
INITIAL_WINDOW_SIZE = 4
LARGEST_WINDOW = 2**31 - 1
LARGEST_FRAME = 16_384
ANSWER_SECONDS = 60


def frame(kind, flags=0, stream=0, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def header_block(path):
    """A call's headers as literals that no table keeps (RFC 7541 §6.2.2), always the same."""
    fields = [
        (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "localhost"),
        ("content-type", "application/grpc"), ("te", "trailers"),
    ]
    # A length below 127 is one byte.
    return b"".join(
        b"\0" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()
        for name, value in fields)


def call(stream, block, body):
    """The frames of a call with its whole request."""
    frames = frame(HEADERS, END_HEADERS, stream, block)
    for start in range(0, len(body), LARGEST_FRAME):
        part = body[start:start + LARGEST_FRAME]
        last = start + LARGEST_FRAME >= len(body)
        frames += frame(DATA, END_STREAM if last else 0, stream, part)
    return frames


class Connection:
    """A connection that says what it is told to and counts what comes back.

    Its windows are as large as may be, so that nothing it receives needs an answer; of the server's
    windows it knows nothing. With the server's certificate it speaks TLS.
    """

    def __init__(self, port, certificate=None, source="127.0.0.1"):
        self.socket = socket.create_connection(
            ("127.0.0.1", port), timeout=ANSWER_SECONDS, source_address=(source, 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if certificate:
            tls = ssl.create_default_context(cafile=certificate)
            tls.set_alpn_protocols(["h2"])
            self.socket = tls.wrap_socket(self.socket, server_hostname="localhost")
        self._received = bytearray()
        self._next_stream = 1

    def open(self):
        """Says hello; when this returns, both sides have agreed to the other's settings."""
        window = struct.pack(">HI", INITIAL_WINDOW_SIZE, LARGEST_WINDOW)
        grant = struct.pack(">I", LARGEST_WINDOW - 65_535)
        self.socket.sendall(
            PREFACE + frame(SETTINGS, payload=window) + frame(WINDOW_UPDATE, payload=grant))
        missing = {SETTINGS, (SETTINGS, ACK)}
        while missing:
            kind, flags, _, _ = self.next_frame()
            if kind == SETTINGS and not flags & ACK:
                self.socket.sendall(frame(SETTINGS, ACK))
                missing.discard(SETTINGS)
            elif kind == SETTINGS:
                missing.discard((SETTINGS, ACK))
        return self

    def calls(self, block, body, count):
        """Sends calls in one piece and waits until the last one has been answered; returns the
        bytes of the answers' messages."""
        streams = set(range(self._next_stream, self._next_stream + 2 * count, 2))
        self._next_stream += 2 * count
        self.socket.sendall(b"".join(call(stream, block, body) for stream in sorted(streams)))
        received = 0
        while streams:
            kind, flags, stream, payload = self.next_frame()
            if kind == DATA:
                received += len(payload)
            if kind == HEADERS and flags & END_STREAM:
                streams.discard(stream)
        return received

    def next_frame(self):
        while True:
            if len(self._received) >= 9:
                length = int.from_bytes(self._received[:3], "big")
                if len(self._received) >= 9 + length:
                    break
            more = self.socket.recv(1 << 18)
            if not more:
                raise SystemExit("the server has closed a connection")
            self._received += more
        kind, flags, stream = struct.unpack(">BBI", self._received[3:9])
        payload = bytes(self._received[9:9 + length])
        del self._received[:9 + length]
        if kind == GOAWAY:
            raise SystemExit(f"the server says goodbye: {payload!r}")
        return kind, flags, stream, payload

    def close(self):
        self.socket.close()
