"""Attacks by frames that carry nothing: cheap to send, work or an answer for the server."""

import struct

from Support.attacks.attacker import Attacker, Seen
from Support.http2 import (
    CONTINUATION, DATA, END_HEADERS, HEADERS, MAX_CONCURRENT_STREAMS, PING, PREFACE, PRIORITY,
    call_headers, frame, headers, settings)

FRAMES = 50_000
"""250 times what the limits allow in 30 s."""
BATCH = 250
"""Frames per write."""
_OPEN = PREFACE + settings()


def _flood(port: int, one_frame, first: bytes = b"", reads=True) -> Seen:
    def chunks():
        yield _OPEN + first
        for start in range(0, FRAMES, BATCH):
            yield b"".join(one_frame(start + place) for place in range(BATCH))

    with Attacker(port) as attacker:
        return attacker.pump(chunks(), reads=reads)


def continuation_flood(port: int, path: str) -> Seen:
    """A header block without an end (CVE-2024-27316 and others): 1 KiB per CONTINUATION frame.

    Stopped by the limit of 8 CONTINUATION frames.
    """
    block = headers(call_headers(path))
    more = b"\x00\x03x-a\x7f\xf9\x06" + b"a" * 1016
    return _flood(port, lambda _: frame(CONTINUATION, 0, 1, more), frame(HEADERS, 0, 1, block))


def empty_continuation_flood(port: int, path: str) -> Seen:
    """The same with empty frames, which no limit of bytes sees."""
    block = headers(call_headers(path))
    return _flood(port, lambda _: frame(CONTINUATION, 0, 1), frame(HEADERS, 0, 1, block))


def ping_flood(port: int, path: str) -> Seen:
    """Every PING wants an answer (CVE-2019-9512). Stopped at 200 control frames in 30 s."""
    return _flood(port, lambda number: frame(PING, 0, 0, struct.pack(">Q", number)))


def unread_ping_flood(port: int, path: str) -> Seen:
    """The same without reading the answers, so that they queue up in the server.

    Stopped at 200 control frames in 30 s, at the latest by the outbound queue's 1,000.
    """
    return _flood(port, lambda number: frame(PING, 0, 0, struct.pack(">Q", number)), reads=False)


def settings_flood(port: int, path: str) -> Seen:
    """Every SETTINGS wants an answer (CVE-2019-9515). Stopped at 200 control frames in 30 s."""
    return _flood(port, lambda number: settings([(MAX_CONCURRENT_STREAMS, number)]))


def priority_flood(port: int, path: str) -> Seen:
    """A PRIORITY for stream after stream that was never opened (CVE-2019-9513).

    Stopped at 200 control frames in 30 s.
    """
    return _flood(port, lambda number: frame(
        PRIORITY, 0, 2 * number + 3, b"\x00\x00\x00\x01\x10"))


def empty_data_flood(port: int, path: str) -> Seen:
    """Empty DATA without an end (CVE-2019-9518): no window runs out.

    Stopped at 200 control frames in 30 s.
    """
    opening = frame(HEADERS, END_HEADERS, 1, headers(call_headers(path)))
    return _flood(port, lambda _: frame(DATA, 0, 1), opening)


def padded_data_flood(port: int, path: str) -> Seen:
    """DATA of nothing but padding: empty for its reader, and it does use up the window.

    Stopped at 200 control frames in 30 s; or by the window, when padding is not given back.
    """
    opening = frame(HEADERS, END_HEADERS, 1, headers(call_headers(path)))
    return _flood(port, lambda _: frame(DATA, 0x8, 1, b"\x07" + bytes(7)), opening)


def unknown_frame_flood(port: int, path: str) -> Seen:
    """Frames of a kind that nobody knows, to be ignored. Stopped at 200 of them in 30 s."""
    return _flood(port, lambda _: frame(0x77, 0, 0, b"x" * 8))


FLOODS = {each.__name__: each for each in (
    continuation_flood, empty_continuation_flood, ping_flood, unread_ping_flood, settings_flood,
    priority_flood, empty_data_flood, padded_data_flood, unknown_frame_flood)}
