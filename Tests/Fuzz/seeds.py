"""Writes the first inputs of the fuzz targets into Fuzz/Corpora, from the contracts and by hand.

Run from Tests: python -m Fuzz.seeds. Files that are there already keep what they have.
"""

import gzip
import random
import re
import struct
from pathlib import Path

from google.protobuf import any_pb2, duration_pb2
from google.rpc import error_details_pb2, status_pb2

from Support import stubs
from Support.http2 import (
    ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, PING, PREFACE, PRIORITY,
    PUSH_PROMISE, call_headers, frame, goaway, headers, message, reset, settings, window_update)
from Support.random_messages import randomized
from Support.samples import every_field

CORPORA = Path(__file__).parent / "Corpora"
ALL_AT_ONCE, RAW, STALLED, SLOW, BY_THREE, BY_NINE = b"\x00", b"\x01", b"\x02", b"\x04", b"\x30", b"\x60"
"""The byte that says how the others are delivered: Targets/FuzzInput.swift."""
PRODUCTION_TYPES = ["Order", "ReleaseOrderRequest", "ReportProductionRequest"]
GZIP = [("grpc-encoding", "gzip"), ("grpc-accept-encoding", "gzip")]


def call(path: str, *bodies: bytes, stream: int = 1, extra=(), ends=True) -> bytes:
    """A request, with a DATA frame for each body."""
    sent = frame(HEADERS, END_HEADERS, stream, headers(call_headers(path, *extra)))
    for body in bodies:
        sent += frame(DATA, 0, stream, body)
    return sent + (frame(DATA, END_STREAM, stream) if ends else b"")


def answer(*bodies: bytes, stream: int = 1, status: str = "0", extra=()) -> bytes:
    """A response in full."""
    head = [(":status", "200"), ("content-type", "application/grpc"), *extra]
    sent = frame(HEADERS, END_HEADERS, stream, headers(head))
    for body in bodies:
        sent += frame(DATA, 0, stream, body)
    trailers = headers([("grpc-status", status), ("grpc-message", "not%20found")])
    return sent + frame(HEADERS, END_HEADERS | END_STREAM, stream, trailers)


def split_headers(stream: int) -> bytes:
    """A header block in three frames."""
    block = headers(call_headers("/u"))
    return (frame(HEADERS, 0, stream, block[:5]) + frame(CONTINUATION, 0, stream, block[5:9])
            + frame(CONTINUATION, END_HEADERS, stream, block[9:]))


def server_frames() -> dict:
    hello, packed = message(b"hello"), message(gzip.compress(b"hello" * 9, mtime=0), compressed=1)
    padded = frame(DATA, 0x8, 1, bytes([3]) + hello + bytes(3))
    indexed = bytes([0x83, 0x86, 0x44, 2]) + b"/u" + bytes([0x40, 5]) + b"x-key" + b"\x05value"
    return {
        "unary": ALL_AT_ONCE + call("/u", hello),
        "unary-by-three-bytes": BY_THREE + call("/u", hello),
        "unary-gzip": ALL_AT_ONCE + call("/u", packed, extra=GZIP),
        "unary-in-pieces": BY_NINE + call("/u", hello[:3], hello[3:]),
        "unary-padded": ALL_AT_ONCE + call("/u", ends=False) + padded,
        "two-messages": ALL_AT_ONCE + call("/u", hello + hello),
        "failure": ALL_AT_ONCE + call("/f", message("Größe 100%".encode())),
        "server-stream": ALL_AT_ONCE + call("/s", message(b"\x0f" + b"x" * 40)),
        "server-stream-stalled": STALLED + call("/s", message(b"\x0f" + b"x" * 90)) + frame(
            PING, 0, 0, bytes(8)) * 3,
        "client-stream": ALL_AT_ONCE + call("/c", hello, hello + hello[:2], hello[2:]),
        "bidirectional": SLOW + call("/b", hello, packed, extra=GZIP),
        "no-window": ALL_AT_ONCE + settings([(4, 0)]) + call("/s", message(b"\x09")) + window_update(
            1, 7),
        "metadata": ALL_AT_ONCE + call("/u", hello, extra=[
            ("x-a", "1"), ("x-bin", "AAEC"), ("grpc-timeout", "5S"), ("te", "trailers")]),
        "bad-timeout": ALL_AT_ONCE + call("/u", hello, extra=[("grpc-timeout", "5x")]),
        "unknown-method": ALL_AT_ONCE + call("/nothing", hello),
        "health-check": ALL_AT_ONCE + frame(HEADERS, END_HEADERS | END_STREAM, 1, headers(
            call_headers("/healthz", method="GET"))),
        "no-grpc": ALL_AT_ONCE + frame(HEADERS, END_HEADERS | END_STREAM, 1, headers(
            call_headers("/u", content_type="text/plain"))),
        "dynamic-table": ALL_AT_ONCE + frame(HEADERS, END_HEADERS, 1, indexed) + frame(
            HEADERS, END_HEADERS, 3, bytes([0x83, 0x86, 0xBF, 0xBE, 0x3F, 0xE1, 0x1F])),
        "continuation": ALL_AT_ONCE + split_headers(1) + frame(DATA, END_STREAM, 1, hello),
        "trailers": ALL_AT_ONCE + call("/c", hello, ends=False) + frame(
            HEADERS, END_HEADERS | END_STREAM, 1, headers([("x-end", "1")])),
        "reset": ALL_AT_ONCE + call("/b", hello, ends=False) + reset(1, 8),
        "seven-calls": ALL_AT_ONCE + b"".join(
            call("/b", hello, stream=number, ends=False) for number in range(1, 15, 2)),
        "priority": ALL_AT_ONCE + frame(PRIORITY, 0, 3, struct.pack(">IB", 1, 200)),
        "settings": ALL_AT_ONCE + settings([(1, 0), (3, 1), (4, 9), (5, 16_384), (6, 300)]) + frame(
            4, ACK),
        "ping": ALL_AT_ONCE + frame(PING, 0, 0, b"12345678") + frame(PING, ACK, 0, b"87654321"),
        "goaway": ALL_AT_ONCE + call("/u", hello) + goaway(0, 0) + call("/u", hello, stream=3),
        "push-promise": ALL_AT_ONCE + frame(PUSH_PROMISE, END_HEADERS, 1, struct.pack(">I", 2)),
        "window-overflow": ALL_AT_ONCE + call("/b", ends=False) + window_update(1, 2**31 - 1) * 2,
        "unknown-type": ALL_AT_ONCE + frame(0x21, 0xFF, 0, b"unknown"),
        "even-stream": ALL_AT_ONCE + call("/u", hello, stream=2),
        "whole-connection": RAW + PREFACE + settings() + call("/u", hello) + goaway(0, 0),
        "http-1": RAW + b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n",
    }


def client_frames() -> dict:
    hello, packed = message(b"hello"), message(gzip.compress(b"hello" * 9, mtime=0), compressed=1)
    details = [("grpc-status-details-bin", "CAUSBWVycm9y"), ("x-bin", "AAE=")]
    alone = [(":status", "200"), ("content-type", "application/grpc"), ("grpc-status", "5"), *details]
    plain = [(":status", "503"), ("content-type", "text/html")]
    begun = headers([(":status", "200"), ("content-type", "application/grpc")])
    return {
        "answers": ALL_AT_ONCE + answer(hello) + answer(hello, stream=3) + answer(
            hello, hello, stream=5),
        "answers-by-nine-bytes": BY_NINE + answer(hello) + answer(hello, stream=3, status="7"),
        "gzip": ALL_AT_ONCE + answer(packed, extra=GZIP) + answer(packed, stream=3),
        "trailers-only": ALL_AT_ONCE + frame(HEADERS, END_HEADERS | END_STREAM, 1, headers(alone)),
        "plain-http": ALL_AT_ONCE + frame(HEADERS, END_HEADERS | END_STREAM, 1, headers(plain)),
        "interim": ALL_AT_ONCE + frame(HEADERS, END_HEADERS, 1, headers([(":status", "103")])) + answer(
            hello),
        "no-status": ALL_AT_ONCE + frame(HEADERS, END_HEADERS, 1, begun) + frame(
            DATA, END_STREAM, 1, hello),
        "half-a-message": SLOW + answer(hello[:7]),
        "many-messages": ALL_AT_ONCE + answer(hello * 20, stream=5),
        "early-end": STALLED + answer(stream=5, status="8"),
        "refused": ALL_AT_ONCE + reset(1, 7) + reset(3, 0) + reset(5, 2),
        "goaway": ALL_AT_ONCE + goaway(1, 0) + answer(hello),
        "settings": ALL_AT_ONCE + settings([(3, 0), (4, 2), (5, 16_385), (6, 10)]) + window_update(0, 9),
        "push-promise": ALL_AT_ONCE + frame(
            PUSH_PROMISE, END_HEADERS, 1, struct.pack(">I", 2) + headers(call_headers("/u"))),
        "ping": ALL_AT_ONCE + frame(PING, 0, 0, b"12345678") + frame(PING, ACK, 0, bytes(8)),
        "whole-connection": RAW + settings([(3, 100)]) + frame(4, ACK) + answer(hello),
        "goaway-alone": RAW + settings() + frame(GOAWAY, 0, 0, struct.pack(">II", 0, 11) + b"calm"),
    }


def message_framing() -> dict:
    def given(options: int, cuts: list, stream: bytes) -> bytes:
        return bytes([options, len(cuts), *cuts]) + stream

    packed = message(gzip.compress(b"hello" * 50, mtime=0), compressed=1)
    return {
        "three-messages": given(0x07, [1, 4, 2], message(b"") + message(b"a") + message(b"hello")),
        "gzip": given(0x2E, [3, 3, 20], packed + message(b"plain") + packed),
        "gzip-over-the-limit": given(0x04, [9], message(gzip.compress(bytes(301), mtime=0), compressed=1)),
        "gzip-cut-off": given(0x06, [], message(packed[5:-3], compressed=1)),
        "gzip-and-more": given(0x06, [], message(packed[5:] + b"x", compressed=1)),
        "not-agreed": given(0x07, [], packed),
        "over-the-limit": given(0x03, [2, 2], message(b"", length=17)),
        "announced-only": given(0x07, [5], message(b"some of it", length=1 << 20)),
        "bad-flag": given(0x07, [1], message(b"x", compressed=2)),
        "nothing-allowed": given(0x01, [], message(b"") + message(b"x")),
    }


def metadata() -> dict:
    texts = {
        "entries": "Authorization: Bearer x \nx-a:1\nx-a:2\ntrace-bin:AAEC,AQ==\n",
        "reserved": "grpc-status:0\n:path:/x\nte:trailers\nhost:x\nkeep-alive:1\ncontent-length:1",
        "broken": "white space:x\n:\n\nname\nx:line\rbreak\nümlaut:ü\nX-BIN:\x00\x7f",
        "timeout-hours": "99999999H", "timeout-minutes": "12345678M", "timeout-seconds": "7S",
        "timeout-milliseconds": "100m", "timeout-microseconds": "1u", "timeout-nanoseconds": "0n",
        "message": " 100% of Größe\n\t😈 ", "message-encoded": "Gr%C3%B6%c3%9fe %zz %4 50%",
        "base64": "/+7d", "base64-padded": "AA==", "base64-broken": "AA=A", "gzip": "gzip",
        "accepted": "identity, gzip ,deflate", "content-type": "application/grpc+proto;x=y",
    }
    return {name: text.encode() for name, text in texts.items()}


def status_details() -> dict:
    def packed(detail) -> any_pb2.Any:
        return any_pb2.Any(
            type_url="type.googleapis.com/" + detail.DESCRIPTOR.full_name,
            value=detail.SerializeToString())

    def given(code: int, text: str, *details) -> bytes:
        status = status_pb2.Status(code=code, message=text, details=map(packed, details))
        return bytes([code, len(text.encode())]) + text.encode() + status.SerializeToString()

    info = error_details_pb2.ErrorInfo(
        reason="INVALID_FIELDS", domain="millrace", metadata={"site": "PLANT1", "state": "DONE"})
    bad = error_details_pb2.BadRequest(field_violations=[
        {"field": "header.source_event_id", "description": "is required"},
        {"field": "good.value", "description": "is no decimal"}])
    retry = error_details_pb2.RetryInfo(
        retry_delay=duration_pb2.Duration(seconds=1, nanos=250_000_000))
    return {
        "info": given(9, "not in this state", info),
        "violations": given(3, "the request is wrong", info, bad),
        "retry": given(14, "later", info, retry),
        "long-retry": given(8, "much later", error_details_pb2.RetryInfo(
            retry_delay=duration_pb2.Duration(seconds=2**62, nanos=-1))),
        "quota": given(8, "too many", info, error_details_pb2.QuotaFailure(
            violations=[{"subject": "partner:x", "description": "calls"}])),
        "twice": given(5, "two of one kind", info, info),
        "message-alone": bytes([13, 5]) + b"error",
        "no-details": bytes([2, 0]) + b"\xff\xff\xff",
    }


def codec() -> dict:
    """Messages of the types that have the most kinds of fields."""
    types = (Path(__file__).parent / "Targets" / "MessageTypes.swift").read_text()
    order = re.findall(r"([\w.]+)\.self", types)
    chance = random.Random(1)

    def given(swift_name: str, content) -> bytes:
        return struct.pack(">H", order.index(swift_name)) + content.SerializeToString(
            deterministic=True)

    inputs = {}
    for module, package in ((every_field, "Sample.V1"), (stubs.production, "Production.V1")):
        for name, descriptor in module.DESCRIPTOR.message_types_by_name.items():
            if module is every_field or name in PRODUCTION_TYPES:
                content = randomized(getattr(module, name)(), chance, present=0.6, longest=6)
                inputs[descriptor.full_name] = given(f"{package}.{name}", content)
    full = randomized(every_field.Repeats(), chance, present=1, longest=2)
    inputs["every-repeated-field"] = given("Sample.V1.Repeats", full)
    return inputs


def main():
    targets = {"server-frames": server_frames, "client-frames": client_frames,
               "message-framing": message_framing, "metadata": metadata,
               "status-details": status_details, "codec": codec}
    for target, inputs in targets.items():
        folder = CORPORA / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in inputs().items():
            if not (folder / name).exists():
                (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
