"""Attacks by patience: connections and requests that never get on."""

import contextlib
import resource
import time

from Support.attacks.attacker import Attacker, Seen
from Support.http2 import (
    DATA, END_HEADERS, HEADERS, PREFACE, call_headers, frame, headers, message, settings)

PATIENCE_SECONDS = 20
"""Longer than the time-outs that a test sets, shorter than a test may take."""
DRIP_SECONDS = 0.2
"""Between two bytes of a slow attacker."""
STREAMS = 100
IDLE_CONNECTIONS = 10_000
ADDRESSES = 20
"""Idle connections come from so many addresses, so that the limit for one address lets them in."""
_SPARE_DESCRIPTORS = 500
_OPEN = PREFACE + settings()


def _drip(attacker: Attacker, parts, seconds: float, **ends) -> Seen:
    """Sends one part after the other with pauses; the parts may be endless."""
    def chunks():
        due = time.monotonic()
        for part in parts:
            while time.monotonic() < due:
                yield b""
            yield part
            due = time.monotonic() + DRIP_SECONDS

    return attacker.wait(chunks(), seconds, **ends)


def silent_connection(port: int, path: str, seconds: float = PATIENCE_SECONDS) -> Seen:
    """Says nothing at all. Closed by the time-out of the preface, 5 s."""
    with Attacker(port) as attacker:
        return attacker.wait([], seconds)


def slow_preface(port: int, path: str, seconds: float = PATIENCE_SECONDS) -> Seen:
    """Sends the preface byte by byte. Closed by the time-out of the preface, 5 s in all."""
    with Attacker(port) as attacker:
        return _drip(attacker, (bytes([each]) for each in _OPEN + bytes(1_000)), seconds)


def preface_without_settings(port: int, path: str, seconds: float = PATIENCE_SECONDS) -> Seen:
    """Stops between the preface and its SETTINGS. Closed by the time-out of the preface, 5 s."""
    with Attacker(port) as attacker:
        return attacker.wait([PREFACE], seconds)


def slow_headers(port: int, path: str, seconds: float = PATIENCE_SECONDS) -> Seen:
    """Sends a HEADERS frame byte by byte. Closed by the time-out of headers, 5 s in all."""
    opening = frame(HEADERS, END_HEADERS, 1, headers(call_headers(path, ("x-a", "a" * 2_000))))
    with Attacker(port) as attacker:
        return _drip(attacker, [_OPEN, *(bytes([each]) for each in opening)], seconds)


def headers_without_end(port: int, path: str, seconds: float = PATIENCE_SECONDS) -> Seen:
    """Sends a HEADERS frame that wants a CONTINUATION, and nothing more. Closed by the time-out of
    headers, 5 s."""
    opening = frame(HEADERS, 0, 1, headers(call_headers(path)))
    with Attacker(port) as attacker:
        return attacker.wait([_OPEN + opening], seconds)


def slow_body(port: int, path: str, seconds: float = PATIENCE_SECONDS) -> Seen:
    """Sends a byte now and then on each of 100 requests of 4 MiB. Each request is ended by its
    time-out, 45 s from its begin."""
    block = headers(call_headers(path))
    begin = b"".join(
        frame(HEADERS, END_HEADERS, stream, block)
        + frame(DATA, 0, stream, message(b"x", length=4 << 20))
        for stream in range(1, 2 * STREAMS, 2))

    more = b"".join(frame(DATA, 0, stream, b"x") for stream in range(1, 2 * STREAMS, 2))

    def parts(attacker):
        yield _OPEN + begin
        # Data for a stream that has ended would be another attack.
        while not attacker.seen.ended_streams:
            yield more

    with Attacker(port) as attacker:
        return _drip(attacker, parts(attacker), seconds,
                     until=lambda seen: seen.ended_streams >= STREAMS)


def may_hold(wanted: int) -> int:
    """Raises this process's limit of descriptors; how many connections it can hold of those."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + _SPARE_DESCRIPTORS
    if soft < needed:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(needed, hard), hard))
    return min(wanted, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - _SPARE_DESCRIPTORS)


class IdleConnections:
    """Opens 10,000 connections, or as many as the system lets, and does nothing with them.

    Stopped by nothing as long as they keep the limits of connections, in all and for one address;
    an idle connection must be cheap (25 KiB). Closed when they have been idle for long.
    """

    def __init__(self, port: int, count: int = IDLE_CONNECTIONS, addresses: int = ADDRESSES):
        self.count = may_hold(count)
        self._held = []
        for number in range(self.count):
            self._held.append(Attacker(port, source=f"127.0.0.{2 + number % addresses}").open())

    def alive(self) -> int:
        """How many are still open, by a look at each."""
        return sum(each.is_open() for each in self._held)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for each in self._held:
            each.close()


SLOW_ATTACKS = {each.__name__: each for each in (
    silent_connection, slow_preface, preface_without_settings, slow_headers, headers_without_end,
    slow_body)}
