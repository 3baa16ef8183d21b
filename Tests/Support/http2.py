"""HTTP/2 by hand, for traffic that no well-behaved client sends."""

import socket
import struct
import time

import hpack

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, (
    CONTINUATION) = range(10)
END_STREAM, END_HEADERS, ACK = 0x1, 0x4, 0x1
ANSWER_SECONDS = 10


def frame(kind: int, flags: int = 0, stream: int = 0, payload: bytes = b"", length=None) -> bytes:
    size = len(payload) if length is None else length
    return struct.pack(">I", size)[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def headers(fields) -> bytes:
    """A header block without a dynamic table, so that every block stands for itself."""
    return hpack.Encoder().encode([hpack.NeverIndexedHeaderTuple(*field) for field in fields])


def call_headers(path: str, *extra, method="POST", without=(), **replaced) -> list:
    fields = {":method": method, ":scheme": "http", ":path": path, ":authority": "localhost",
              "content-type": "application/grpc", "te": "trailers"}
    fields.update({name.replace("_", "-"): value for name, value in replaced.items()})
    return [(name, value) for name, value in fields.items() if name not in without] + list(extra)


def message(content: bytes, *, compressed: int = 0, length=None) -> bytes:
    """A message of gRPC with its prefix."""
    return bytes([compressed]) + struct.pack(
        ">I", len(content) if length is None else length) + content


class Connection:
    """A connection whose every byte the test decides."""

    def __init__(self, port: int):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS)
        self._buffer = b""
        self._decoder = hpack.Decoder()

    def open(self) -> "Connection":
        self.send(PREFACE + frame(SETTINGS))
        return self

    def send(self, content: bytes) -> bool:
        """False when the other side has closed already, which is one way to refuse."""
        try:
            self.socket.sendall(content)
            return True
        except (BrokenPipeError, ConnectionResetError, TimeoutError):
            return False

    def call(self, fields, body: bytes, stream: int = 1) -> bool:
        flags = END_HEADERS | (0 if body else END_STREAM)
        sent = frame(HEADERS, flags, stream, headers(fields))
        return self.send(sent + (frame(DATA, END_STREAM, stream, body) if body else b""))

    def frames(self):
        """Frames from the other side until it closes or says nothing for a while."""
        end = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < end:
            while len(self._buffer) >= 9:
                length = int.from_bytes(self._buffer[:3], "big")
                if len(self._buffer) < 9 + length:
                    break
                kind, flags = self._buffer[3], self._buffer[4]
                stream = int.from_bytes(self._buffer[5:9], "big") & 0x7FFFFFFF
                payload, self._buffer = self._buffer[9:9 + length], self._buffer[9 + length:]
                yield kind, flags, stream, payload
            try:
                more = self.socket.recv(65536)
            except (ConnectionResetError, TimeoutError):
                return
            if not more:
                return
            self._buffer += more

    def answer(self, stream: int = 1) -> dict:
        """What became of a call: its headers and trailers together, or how it was refused."""
        found = {}
        for kind, flags, where, payload in self.frames():
            if kind == HEADERS and where == stream:
                found.update((str(name), str(value)) for name, value in self._fields(payload))
                if flags & END_STREAM:
                    return found
            elif kind == RST_STREAM and where == stream:
                return {**found, "reset": int.from_bytes(payload, "big")}
            elif kind == DATA and where == stream and flags & END_STREAM:
                return found
            elif kind == GOAWAY and int.from_bytes(payload[4:8], "big") != 0:
                return {**found, "goaway": int.from_bytes(payload[4:8], "big")}
        return {**found, "closed": True}

    def _fields(self, payload):
        return self._decoder.decode(payload)

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
