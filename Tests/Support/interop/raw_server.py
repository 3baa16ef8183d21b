"""The server's side of HTTP/2 by hand: what it says, and when, is up to a behaviour."""

import collections
import contextlib
import socket
import ssl
import struct
import threading

import hpack

from Support.http2 import (
    ACK, DATA, DEFAULT_WINDOW, END_HEADERS, END_STREAM, HEADERS, INITIAL_WINDOW_SIZE, PING,
    RST_STREAM, SETTINGS, WINDOW_UPDATE, Connection, frame, messages, settings, window_update)

QUIET_SECONDS = 60
"""A client that says nothing for so long is given up."""
LARGEST_DATA = 16_384
HEAD = [(":status", "200"), ("content-type", "application/grpc"), ("grpc-accept-encoding", "gzip")]
Request = collections.namedtuple("Request", "connection stream head messages")


class Conversation:
    """One connection, from the preface to its end."""

    settings = ()
    """What the server says in its first SETTINGS frame."""

    def __init__(self, server, number: int, accepted):
        self.server, self.number = server, number
        self.wire = Connection.over(accepted)
        self.open_streams = {}
        """Open streams with their head and the data so far."""
        self.pings_unanswered = 0
        self._initial_window = DEFAULT_WINDOW
        self._windows = collections.defaultdict(lambda: self._initial_window)
        self._windows[0] = DEFAULT_WINDOW
        self._queue = collections.deque()

    # For a behaviour

    def on_request(self, request: Request):
        """A call has come in whole."""
        raise NotImplementedError

    def on_head(self, stream: int):
        """The head of a call has come in."""

    def on_ping_answered(self, payload: bytes):
        """A PING of ours has come back."""

    def send(self, content: bytes):
        """Sends a frame once everything before it has gone."""
        self._queue.append((None, content))
        self._flush()

    def send_head(self, stream: int, fields=HEAD, *, is_end=False):
        flags = END_HEADERS | (END_STREAM if is_end else 0)
        self.send(frame(HEADERS, flags, stream, hpack.Encoder().encode(fields)))

    def send_data(self, stream: int, content: bytes):
        """Sends data as the client's windows allow."""
        self._queue.append((stream, content))
        self._flush()

    def send_end(self, stream: int, status: int = 0, text: str = ""):
        self.send_head(
            stream, [("grpc-status", str(status)), ("grpc-message", text)], is_end=True)
        self.open_streams.pop(stream, None)

    def send_ping(self, payload: bytes = b"are you?"):
        self.pings_unanswered += 1
        self.send(frame(PING, 0, 0, payload))

    # The protocol

    def run(self):
        if not self.wire.read_preface():
            return
        self.wire.send(settings(self.settings))
        for kind, flags, stream, payload in self.wire.frames(QUIET_SECONDS):
            self._take(kind, flags, stream, payload)
            self._flush()

    def _take(self, kind, flags, stream, payload):
        if kind == SETTINGS and not flags & ACK:
            for place in range(0, len(payload), 6):
                name, value = struct.unpack_from(">HI", payload, place)
                if name == INITIAL_WINDOW_SIZE:
                    self._change_initial_window(value)
            self.wire.send(frame(SETTINGS, ACK))
        elif kind == WINDOW_UPDATE:
            self._windows[stream] += int.from_bytes(payload, "big")
        elif kind == PING and flags & ACK:
            self.pings_unanswered -= 1
            self.on_ping_answered(payload)
        elif kind == PING:
            self.wire.send(frame(PING, ACK, 0, payload))
        elif kind == RST_STREAM:
            self.open_streams.pop(stream, None)
        elif kind == HEADERS:
            self.open_streams[stream] = (self.wire.fields(payload), bytearray())
            self.on_head(stream)
        elif kind == DATA and payload:
            self.wire.send(window_update(0, len(payload)) + window_update(stream, len(payload)))
            if stream in self.open_streams:
                self.open_streams[stream][1].extend(payload)
        if kind in (HEADERS, DATA) and flags & END_STREAM and stream in self.open_streams:
            head, data = self.open_streams[stream]
            request = Request(self.number, stream, head, messages(bytes(data)))
            self.server.requests.append(request)
            self.on_request(request)

    def _change_initial_window(self, value: int):
        for stream in list(self._windows):
            if stream != 0:
                self._windows[stream] += value - self._initial_window
        self._initial_window = value

    def _flush(self):
        while self._queue:
            stream, content = self._queue[0]
            if stream is None:
                self.wire.send(content)
            else:
                room = min(self._windows[0], self._windows[stream])
                while content and room > 0:
                    part = content[:min(LARGEST_DATA, room)]
                    content = content[len(part):]
                    self._windows[0] -= len(part)
                    self._windows[stream] -= len(part)
                    self.wire.send(frame(DATA, 0, stream, part))
                    room = min(self._windows[0], self._windows[stream])
                if content:
                    self._queue[0] = (stream, content)
                    return
            self._queue.popleft()


class RawServer:
    """Listens on the loopback; each connection is a conversation with a thread of its own."""

    def __init__(self, behaviour, issued=None):
        self.behaviour = behaviour
        self.requests = []
        """Every call that came in whole, in the order in which they came."""
        self.conversations = []
        self.failures = []
        """What went wrong on this side; a test asserts that it is empty."""
        self._tls = None
        if issued:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(issued.certificate, issued.key)
            self._tls.set_alpn_protocols(["h2"])
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._threads = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                accepted, _ = self._listener.accept()
                thread = threading.Thread(target=self._serve, args=(accepted,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, accepted):
        try:
            accepted.settimeout(QUIET_SECONDS)
            if self._tls:
                accepted = self._tls.wrap_socket(accepted, server_side=True)
            conversation = self.behaviour(self, len(self.conversations), accepted)
            self.conversations.append(conversation)
            conversation.run()
        except (ConnectionError, ssl.SSLError):
            pass  # How a client leaves is its own affair.
        except Exception as error:  # noqa: BLE001  (a thread's failure has to reach the test)
            self.failures.append(error)
        finally:
            accepted.close()

    def wait_until_left(self, seconds: float = 10):
        """Waits until every client has closed its connections."""
        for thread in list(self._threads):
            thread.join(seconds)
            assert not thread.is_alive(), "a client has kept its connection"
        assert not self.failures, self.failures

    def close(self):
        # An accept that waits does not notice a close.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
