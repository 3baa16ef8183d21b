"""Servers that behave badly, for a client that must cope.

The first six are those of gRPC's public descriptions of negative HTTP/2 tests, by their public
names; the client runs the case of the same name. The others have no case of their own: the comment
says what a client must make of them.
"""

from Support.http2 import (
    MAX_CONCURRENT_STREAMS, NO_ERROR, PING, REFUSED_STREAM, frame, goaway, message, reset)
from Support.interop.contract import messages
from Support.interop.raw_server import Conversation

RESPONSE_BYTES = 314_159
PINGS_AT_ONCE = 10
"""Four times so many during one call: far from a flood."""
FLOOD_PINGS = 100_000
"""Of 17 bytes each: enough that nobody can take it for anything else."""


def _answer() -> bytes:
    return message(messages.SimpleResponse(
        payload=messages.Payload(body=bytes(RESPONSE_BYTES))).SerializeToString())


class _Answering(Conversation):
    """Answers every call as large_unary or empty_unary expects it."""

    def on_request(self, request):
        is_empty = request.head[":path"].endswith("/EmptyCall")
        self.send_head(request.stream)
        self.send_data(request.stream, message(b"") if is_empty else _answer())
        self.send_end(request.stream)


class GoAway(_Answering):
    """Says GOAWAY when the first call of a connection has come in, and still answers that call."""

    def on_request(self, request):
        self.send(goaway(request.stream, NO_ERROR))
        super().on_request(request)


class ResetAfterHeader(Conversation):
    """Resets with NO_ERROR after the head."""

    def on_request(self, request):
        self.send_head(request.stream)
        self.send(reset(request.stream, NO_ERROR))


class ResetDuringData(Conversation):
    """Resets with NO_ERROR after half the answer."""

    def on_request(self, request):
        self.send_head(request.stream)
        self.send_data(request.stream, _answer()[:RESPONSE_BYTES // 2])
        self.send(reset(request.stream, NO_ERROR))


class ResetAfterData(Conversation):
    """Resets with NO_ERROR after the answer, in place of the trailers."""

    def on_request(self, request):
        self.send_head(request.stream)
        self.send_data(request.stream, _answer())
        self.send(reset(request.stream, NO_ERROR))


class Pings(Conversation):
    """PINGs before and after head and data; counts those that come back."""

    def on_request(self, request):
        self._ping()
        self.send_head(request.stream)
        self._ping()
        self._ping()
        self.send_data(request.stream, _answer())
        self._ping()
        self.send_end(request.stream)

    def _ping(self):
        for _ in range(PINGS_AT_ONCE):
            self.send_ping()


class MaxStreams(_Answering):
    """Allows one stream at a time and counts what it gets.

    A call is answered when a PING has come back, so a client that ignores the limit has sent its
    other calls by then.
    """

    settings = [(MAX_CONCURRENT_STREAMS, 1)]

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.most_streams = 0
        self._waiting = {}

    def on_head(self, stream):
        self.most_streams = max(self.most_streams, len(self.open_streams))

    def on_request(self, request):
        self._waiting[request.stream.to_bytes(8, "big")] = request
        self.send_ping(request.stream.to_bytes(8, "big"))

    def on_ping_answered(self, payload):
        if payload in self._waiting:
            super().on_request(self._waiting.pop(payload))


class GoAwayUnprocessed(_Answering):
    """The first connection says that it has processed nothing; the next one answers.

    A client repeats the call by itself: it was surely not processed.
    """

    def on_request(self, request):
        if self.number == 0:
            self.send(goaway(0, NO_ERROR))
        else:
            super().on_request(request)


class RefusedStream(_Answering):
    """Refuses the first call of all with REFUSED_STREAM; a client repeats it by itself."""

    def on_request(self, request):
        if len(self.server.requests) == 1:
            self.open_streams.pop(request.stream)
            self.send(reset(request.stream, REFUSED_STREAM))
        else:
            super().on_request(request)


class PingFlood(Conversation):
    """Answers with PINGs instead of an answer; a client gives the call and the connection up."""

    def on_request(self, request):
        self.send_head(request.stream)
        flood = frame(PING, 0, 0, b"flooding") * 100
        for _ in range(FLOOD_PINGS // 100):
            if not self.wire.send(flood):
                return


CASES = {
    "goaway": GoAway,
    "rst_after_header": ResetAfterHeader,
    "rst_during_data": ResetDuringData,
    "rst_after_data": ResetAfterData,
    "ping": Pings,
    "max_streams": MaxStreams,
}
