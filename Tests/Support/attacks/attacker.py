"""An attacking connection: sends what it likes and notes what it gets for it."""

import collections
import dataclasses
import select
import struct
import time

from Support.http2 import (
    ACK, DATA, DEFAULT_WINDOW, END_STREAM, GOAWAY, HEADERS, INITIAL_WINDOW_SIZE, PING, RST_STREAM,
    SETTINGS, WINDOW_UPDATE, Connection, frame)

ATTACK_SECONDS = 15
"""No attack takes longer, unless it waits for a time-out on purpose."""
QUIET_SECONDS = 2
"""An attack that has sent everything and gets no answer for so long is over: nobody minds it."""
CLOSE_SECONDS = 5
"""How long after a GOAWAY the connection may stay."""
FRAME_BYTES = 16_384
"""The longest frame that a server has to take."""
_READ_BYTES = 1 << 18
_HUNG_UP = select.POLLERR | select.POLLHUP | select.POLLRDHUP


@dataclasses.dataclass
class Seen:
    """What a server made of an attack."""

    goaway: int | None = None
    """The error code of its last GOAWAY."""
    closed: bool = False
    """Whether it has ended the connection."""
    resets: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    """RST_STREAM frames by their error code."""
    ended_streams: int = 0
    """Streams that the server has ended."""
    statuses: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    """Ends of calls by gRPC status, or by HTTP status where there is none, as text."""
    acknowledgements: int = 0
    """Of our PING and SETTINGS frames."""
    data_bytes: int = 0
    """Payload of the DATA frames that came."""
    sent_bytes: int = 0
    """What the server's machine took of ours."""

    @property
    def refused(self) -> bool:
        """Whether the connection was ended by the server."""
        return self.closed or self.goaway not in (None, 0)


class Attacker(Connection):
    """One attacking connection, without TLS."""

    def __init__(self, port: int, source: str = "127.0.0.1"):
        super().__init__(port, source=source)
        self.seen = Seen()
        self._ended = set()
        self._last_news = 0.0
        self._owed = b""
        self._initial_window = self._window = DEFAULT_WINDOW
        self._windows = collections.Counter()
        """How far each stream's window is from the initial one."""

    def upload(self, stream: int, body: bytes, end: int = END_STREAM):
        """A body as chunks for `pump`, as the server's windows allow; an empty chunk waits."""
        place = 0
        while place < len(body) and stream not in self._ended:
            if self._owed:
                # The server's wider windows count from this acknowledgement.
                owed, self._owed = self._owed, b""
                yield owed
            room = min(self._window, self._initial_window + self._windows[stream], FRAME_BYTES)
            part = body[place:place + max(0, room)]
            place += len(part)
            self._window -= len(part)
            self._windows[stream] -= len(part)
            flags = end if place == len(body) else 0
            yield frame(DATA, flags, stream, part) if part else b""

    def pump(self, chunks, seconds: float = ATTACK_SECONDS, *, reads=True,
             quiet_seconds: float = QUIET_SECONDS, until=lambda seen: False) -> Seen:
        """Sends the chunks as fast as they are taken, until it is refused or time is over.

        It ends earlier when `until` holds for what it has seen, or when all is sent and nothing
        comes for `quiet_seconds`. One that does not read looks only in the end at what came.
        """
        end = time.monotonic() + seconds
        self.socket.setblocking(False)
        chunks, waiting = iter(chunks), b""
        self._last_news = time.monotonic()
        while time.monotonic() < min(end, self._last_news + quiet_seconds):
            if self.seen.refused or until(self.seen):
                break
            if not waiting:
                waiting = next(chunks, None)
                if waiting is not None:
                    self._last_news = time.monotonic()
            events = (select.POLLIN if reads else 0) | (select.POLLOUT if waiting else 0)
            found = self._poll(events, 0.05)
            if found & select.POLLOUT and waiting:
                waiting = self._send_some(waiting)
            if reads:
                self._read_some()
            elif found & _HUNG_UP:
                self.seen.closed = True
        self._watch_the_end()
        return self.seen

    def wait(self, chunks, seconds: float, **how) -> Seen:
        """Sends the chunks and then waits to be refused, however quiet it is."""
        return self.pump(chunks, seconds, quiet_seconds=seconds, **how)

    def is_open(self) -> bool:
        """Looks at what has come, acknowledges the server's settings, and does nothing else."""
        self.socket.setblocking(False)
        self._read_some()
        if self._owed and not self.seen.refused:
            self._owed = self._send_some(self._owed)
        return not self.seen.refused

    def _poll(self, events, seconds: float) -> int:
        poll = select.poll()
        poll.register(self.socket, events | select.POLLRDHUP)
        return next((found for _, found in poll.poll(seconds * 1000)), 0)

    def _send_some(self, waiting: bytes) -> bytes:
        try:
            count = self.socket.send(waiting)
        except BlockingIOError:
            return waiting
        except (BrokenPipeError, ConnectionResetError):
            self.seen.closed = True
            return b""
        self.seen.sent_bytes += count
        return waiting[count:]

    def _read_some(self) -> bool:
        """Notes what has come; false when that was nothing."""
        try:
            more = self.socket.recv(_READ_BYTES)
        except BlockingIOError:
            return False
        except ConnectionResetError:
            more = b""
        self._last_news = time.monotonic()
        if not more:
            self.seen.closed = True
        self._buffer += more
        for seen in self.whole_frames():
            self._note(*seen)
        return bool(more)

    def _watch_the_end(self):
        """Reads what has come meanwhile, and sees whether a connection that is refused also ends.

        What came before the other side's reset can still be read after it.
        """
        end = time.monotonic() + CLOSE_SECONDS
        while self._read_some() or (
                self.seen.refused and not self.seen.closed and time.monotonic() < end):
            if time.monotonic() >= end:
                break
            self._poll(select.POLLIN, 0.05)

    def _note(self, kind, flags, stream, payload):
        if kind == GOAWAY:
            self.seen.goaway = int.from_bytes(payload[4:8], "big")
        elif kind == RST_STREAM:
            self.seen.resets[int.from_bytes(payload, "big")] += 1
        elif kind == WINDOW_UPDATE:
            self._widen(stream, int.from_bytes(payload, "big"))
        elif kind == DATA:
            self.seen.data_bytes += len(payload)
        elif kind in (PING, SETTINGS) and flags & ACK:
            self.seen.acknowledgements += 1
        elif kind == HEADERS:
            self._note_head(self.fields(payload))
        elif kind == SETTINGS:
            for name, value in struct.iter_unpack(">HI", payload):
                if name == INITIAL_WINDOW_SIZE:
                    self._initial_window = value
            self._owed += frame(SETTINGS, ACK)
        if kind == RST_STREAM or (kind in (HEADERS, DATA) and flags & END_STREAM):
            self._ended.add(stream)
            self.seen.ended_streams = len(self._ended)

    def _widen(self, stream: int, increment: int):
        if stream:
            self._windows[stream] += increment
        else:
            self._window += increment

    def _note_head(self, found: dict):
        if "grpc-status" in found:
            self.seen.statuses[found["grpc-status"]] += 1
        elif found.get(":status", "200") != "200":
            self.seen.statuses[f"HTTP {found[':status']}"] += 1
