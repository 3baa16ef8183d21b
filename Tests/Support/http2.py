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
HEADER_TABLE_SIZE, ENABLE_PUSH, MAX_CONCURRENT_STREAMS, INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE = (
    range(1, 6))
NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, FLOW_CONTROL_ERROR, SETTINGS_TIMEOUT, STREAM_CLOSED, (
    FRAME_SIZE_ERROR), REFUSED_STREAM, CANCEL, COMPRESSION_ERROR, CONNECT_ERROR, (
    ENHANCE_YOUR_CALM) = range(12)
DEFAULT_WINDOW, WIDEST_WINDOW = 65_535, 2**31 - 1


def frame(kind: int, flags: int = 0, stream: int = 0, payload: bytes = b"", length=None) -> bytes:
    size = len(payload) if length is None else length
    return struct.pack(">I", size)[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def settings(values=()) -> bytes:
    """A SETTINGS frame with pairs of setting and value."""
    return frame(SETTINGS, payload=b"".join(struct.pack(">HI", *pair) for pair in values))


def window_update(stream: int, increment: int) -> bytes:
    return frame(WINDOW_UPDATE, 0, stream, struct.pack(">I", increment))


def reset(stream: int, code: int) -> bytes:
    return frame(RST_STREAM, 0, stream, struct.pack(">I", code))


def goaway(last_stream: int, code: int) -> bytes:
    return frame(GOAWAY, 0, 0, struct.pack(">II", last_stream, code))


WIDE_OPEN = PREFACE + settings([(INITIAL_WINDOW_SIZE, WIDEST_WINDOW)]) + window_update(
    0, WIDEST_WINDOW - DEFAULT_WINDOW)
"""Opens a connection whose other side may send as much as it likes."""


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


def messages(data: bytes) -> list:
    """The messages in the data of a stream, as (compressed flag, content)."""
    found = []
    while data:
        length = int.from_bytes(data[1:5], "big")
        assert len(data) >= 5 + length, "the last message is cut short"
        found.append((data[0], data[5:5 + length]))
        data = data[5 + length:]
    return found


class Connection:
    """A connection whose every byte the test decides."""

    def __init__(self, port: int, tls=None, source: str = "127.0.0.1"):
        self.socket = socket.create_connection(
            ("127.0.0.1", port), timeout=ANSWER_SECONDS, source_address=(source, 0))
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname="localhost")
        self._buffer = b""
        self._decoder = hpack.Decoder()

    @classmethod
    def over(cls, accepted) -> "Connection":
        """The other side of a connection: what a listener has accepted."""
        connection = cls.__new__(cls)
        connection.socket, connection._buffer = accepted, b""
        connection._decoder = hpack.Decoder()
        return connection

    def read_preface(self) -> bool:
        """Takes the client's preface; false when it is none."""
        while len(self._buffer) < len(PREFACE):
            more = self.socket.recv(65536)
            if not more:
                return False
            self._buffer += more
        taken, self._buffer = self._buffer[:len(PREFACE)], self._buffer[len(PREFACE):]
        return taken == PREFACE

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

    def frames(self, seconds: float = ANSWER_SECONDS):
        """Frames from the other side until it closes or says nothing for a while."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            yield from self.whole_frames()
            try:
                more = self.socket.recv(65536)
            except (ConnectionResetError, TimeoutError):
                return
            if not more:
                return
            self._buffer += more

    def whole_frames(self):
        """The frames that have come in already."""
        while len(self._buffer) >= 9:
            length = int.from_bytes(self._buffer[:3], "big")
            if len(self._buffer) < 9 + length:
                return
            kind, flags = self._buffer[3], self._buffer[4]
            stream = int.from_bytes(self._buffer[5:9], "big") & 0x7FFFFFFF
            payload, self._buffer = self._buffer[9:9 + length], self._buffer[9 + length:]
            yield kind, flags, stream, payload

    def answer(self, stream: int = 1) -> dict:
        """What became of a call: its headers and trailers together, or how it was refused."""
        found = {}
        for kind, flags, where, payload in self.frames():
            if kind == HEADERS and where == stream:
                found.update(self.fields(payload))
                if flags & END_STREAM:
                    return found
            elif kind == RST_STREAM and where == stream:
                return {**found, "reset": int.from_bytes(payload, "big")}
            elif kind == DATA and where == stream and flags & END_STREAM:
                return found
            elif kind == GOAWAY and int.from_bytes(payload[4:8], "big") != 0:
                return {**found, "goaway": int.from_bytes(payload[4:8], "big")}
        return {**found, "closed": True}

    def exchange(self, fields, body: bytes, stream: int = 1):
        """Makes a call; its headers, the messages as they came, and its trailers."""
        assert self.call(fields, body, stream), "closed before the call"
        parts, data = [], b""
        for kind, flags, where, payload in self.frames():
            if kind == SETTINGS and not flags & ACK:
                self.send(frame(SETTINGS, ACK))
            elif kind == HEADERS and where == stream:
                parts.append(self.fields(payload))
            elif kind == DATA and where == stream:
                data += payload
            elif kind in (RST_STREAM, GOAWAY) and where in (0, stream):
                raise AssertionError(f"refused: frame {kind} with {payload.hex()}")
            if kind in (HEADERS, DATA) and where == stream and flags & END_STREAM:
                return parts[0], messages(data), parts[-1]
        raise AssertionError(f"no end of the call: {parts}, {len(data)} bytes")

    def fields(self, payload) -> dict:
        """A header block as names and values."""
        return {str(name): str(value) for name, value in self._decoder.decode(payload)}

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
