"""Traffic that is no HTTP/2, no gRPC or no protobuf: refused, and the program lives."""

import resource
import struct

import pytest

from Support import facts, http2
from Support.client import Client
from Support.http2 import (
    ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, PING, PREFACE, PRIORITY,
    PUSH_PROMISE, RST_STREAM, SETTINGS, WINDOW_UPDATE, Connection, call_headers, frame, headers,
    message)
from Support.seeds import seeded
from Support.stubs import health

PATH = "/grpc.health.v1.Health/Check"
OPEN = PREFACE + frame(SETTINGS)
CALL = headers(call_headers(PATH))

FRAMES = {
    "nothing": b"",
    "noise": bytes(range(256)) * 8,
    "HTTP/1.1": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "TLS": bytes.fromhex("16030100c8010000c40303") + b"\x00" * 190,
    "half a preface": PREFACE[:10],
    "preface without settings": PREFACE + frame(PING, payload=b"x" * 8),
    "frame above the size limit": OPEN + frame(DATA, 0, 1, b"x" * 20000),
    "frame cut in the middle": OPEN + frame(HEADERS, END_HEADERS, 1, CALL)[:20],
    "length without payload": OPEN + frame(HEADERS, END_HEADERS, 1, b"", length=0xFFFFFF),
    "data on stream 0": OPEN + frame(DATA, 0, 0, b"x"),
    "headers on stream 0": OPEN + frame(HEADERS, END_HEADERS, 0, CALL),
    "headers on an even stream": OPEN + frame(HEADERS, END_HEADERS, 2, CALL),
    "data on an idle stream": OPEN + frame(DATA, END_STREAM, 5, b"x"),
    "stream numbers going down": OPEN + frame(HEADERS, END_HEADERS, 5, CALL)
        + frame(HEADERS, END_HEADERS, 3, CALL),
    "settings with a wrong length": PREFACE + frame(SETTINGS, payload=b"x" * 5),
    "settings on a stream": OPEN + frame(SETTINGS, 0, 1),
    "settings acknowledged with a payload": OPEN + frame(SETTINGS, ACK, 0, b"x" * 6),
    "an impossible window": PREFACE + frame(SETTINGS, payload=struct.pack(">HI", 4, 2**31)),
    "an impossible frame size": PREFACE + frame(SETTINGS, payload=struct.pack(">HI", 5, 1)),
    "ping with a wrong length": OPEN + frame(PING, payload=b"x" * 7),
    "ping on a stream": OPEN + frame(PING, 0, 1, b"x" * 8),
    "reset of stream 0": OPEN + frame(RST_STREAM, 0, 0, b"\x00" * 4),
    "reset of an idle stream": OPEN + frame(RST_STREAM, 0, 7, b"\x00" * 4),
    "reset with a wrong length": OPEN + frame(RST_STREAM, 0, 1, b"\x00" * 3),
    "window update of zero": OPEN + frame(WINDOW_UPDATE, 0, 0, b"\x00" * 4),
    "window above its limit": OPEN + frame(WINDOW_UPDATE, 0, 0, b"\x7f\xff\xff\xff") * 3,
    "priority of itself": OPEN + frame(PRIORITY, 0, 1, b"\x00\x00\x00\x01\x00"),
    "push from a client": OPEN + frame(PUSH_PROMISE, END_HEADERS, 1, b"\x00\x00\x00\x02" + CALL),
    "goaway cut short": OPEN + frame(GOAWAY, 0, 0, b"\x00" * 3),
    "goaway": OPEN + frame(GOAWAY, 0, 0, b"\x00" * 8),
    "continuation of nothing": OPEN + frame(CONTINUATION, END_HEADERS, 1, CALL),
    "headers never continued": OPEN + frame(HEADERS, 0, 1, CALL) + frame(PING, payload=b"x" * 8),
    "continuation without end": OPEN + frame(HEADERS, 0, 1, CALL[:10])
        + frame(CONTINUATION, 0, 1, b"") * 5000,
    "continuation of everything": OPEN + frame(HEADERS, 0, 1, CALL[:10])
        + frame(CONTINUATION, 0, 1, b"\x00\x01a" + b"\x7f\xff\x7f" + b"x" * 16000) * 100,
    "header block that is no HPACK": OPEN + frame(HEADERS, END_HEADERS, 1, b"\xff" * 50),
    "index beyond the table": OPEN + frame(HEADERS, END_HEADERS, 1, b"\xfe"),
    "dynamic table above its limit": OPEN + frame(HEADERS, END_HEADERS, 1, b"\x3f\xe1\xff\xff\x7f"),
    "padding longer than the frame": OPEN + frame(HEADERS, END_HEADERS | 8, 1, b"\xff" + CALL),
    "pings without end": OPEN + frame(PING, payload=b"x" * 8) * 20000,
    "settings without end": OPEN + frame(SETTINGS, payload=struct.pack(">HI", 3, 1)) * 20000,
    "empty data without end": OPEN + frame(HEADERS, END_HEADERS, 1, CALL)
        + frame(DATA, 0, 1) * 50000,
    "priorities without end": OPEN + b"".join(
        frame(PRIORITY, 0, 2 * n + 1, b"\x00\x00\x00\x00\x01") for n in range(20000)),
    "streams opened and reset without end": OPEN + b"".join(
        frame(HEADERS, END_HEADERS, stream, CALL) + frame(RST_STREAM, 0, stream, b"\x00\x00\x00\x08")
        for stream in range(1, 20001, 2)),
    "streams opened and never used": OPEN + b"".join(
        frame(HEADERS, END_HEADERS, stream, CALL) for stream in range(1, 20001, 2)),
    "unknown frames": OPEN + frame(0x77, 0xFF, 0, b"x" * 100) * 1000,
}

CALLS = {
    "GET": (call_headers(PATH, method="GET"), message(b"")),
    "CONNECT": ([(":method", "CONNECT"), (":authority", "x")], message(b"")),
    "no content type": (call_headers(PATH, without=["content-type"]), message(b"")),
    "content type of a page": (call_headers(PATH, content_type="text/html"), message(b"")),
    "content type of something like gRPC": (
        call_headers(PATH, content_type="application/grpcweb"), message(b"")),
    "no path": (call_headers(PATH, without=[":path"]), message(b"")),
    "empty path": (call_headers(""), message(b"")),
    "path without slash": (call_headers("grpc"), message(b"")),
    "path of slashes": (call_headers("/" * 300), message(b"")),
    "overlong path": (call_headers("/" + "x" * 6000), message(b"")),
    "path with noise": (call_headers("/\x01\x02/\x03"), message(b"")),
    "unknown pseudo-header": (call_headers(PATH, (":status", "200")), message(b"")),
    "header name in capitals": (call_headers(PATH, ("X-Name", "v")), message(b"")),
    "header with a line end": (call_headers(PATH, ("x-name", "a\r\nb: c")), message(b"")),
    "connection header": (call_headers(PATH, ("connection", "close")), message(b"")),
    "content length that lies": (call_headers(PATH, ("content-length", "3")), message(b"")),
    "time-out in words": (call_headers(PATH, ("grpc-timeout", "soon")), message(b"")),
    "time-out without unit": (call_headers(PATH, ("grpc-timeout", "10")), message(b"")),
    "negative time-out": (call_headers(PATH, ("grpc-timeout", "-1S")), message(b"")),
    "time-out of nine digits": (call_headers(PATH, ("grpc-timeout", "999999999S")), message(b"")),
    "compression nobody announced": (call_headers(PATH), message(b"x", compressed=1)),
    "unknown compression": (
        call_headers(PATH, ("grpc-encoding", "zstd")), message(b"x", compressed=1)),
    "compression flag 2": (call_headers(PATH), message(b"x", compressed=2)),
    "no message": (call_headers(PATH), b""),
    "half a prefix": (call_headers(PATH), b"\x00\x00"),
    "message cut short": (call_headers(PATH), message(b"abc", length=100)),
    "message of 4 GiB": (call_headers(PATH), message(b"abc", length=0xFFFFFFFF)),
    "two messages": (call_headers(PATH), message(b"") * 2),
    "noise after the message": (call_headers(PATH), message(b"") + b"\x07\x07"),
}


def healthy(port: int):
    with Client(f"127.0.0.1:{port}") as anybody:
        answer = anybody.health.Check(health.HealthCheckRequest(), wait_for_ready=True)
        assert answer.status == health.HealthCheckResponse.SERVING


@pytest.fixture(params=["gateway", "production"])
def target(request, plant):
    """The port of each program; it must be the same process, answering, afterwards."""
    program = getattr(plant, request.param)
    port = getattr(plant, f"{request.param}_port")
    pid = program.pid
    yield port
    assert program.is_running and program.pid == pid, program.output()
    healthy(port)


@pytest.mark.parametrize("name", FRAMES)
def test_broken_frames_cost_at_most_the_connection(target, name):
    with Connection(target) as broken:
        broken.send(FRAMES[name])
        broken.socket.settimeout(0.2)
        for _ in broken.frames():
            pass


@pytest.mark.parametrize("name", CALLS)
def test_a_broken_call_is_refused(target, name):
    fields, body = CALLS[name]
    with Connection(target).open() as broken:
        broken.call(fields, body)
        broken.socket.settimeout(5)
        answer = broken.answer()
        assert answer.get("grpc-status") != "0", answer


def test_a_good_call_by_hand_is_answered(target):
    """The other side of the tests above: their frame is right where nothing was spoiled."""
    with Connection(target).open() as good:
        good.call(call_headers(PATH, ("grpc-timeout", "10S")), message(b""))
        assert good.answer()["grpc-status"] == "0"


def test_a_broken_call_does_not_hurt_its_neighbours(target):
    with Connection(target).open() as shared:
        stream = 1
        for fields, body in list(CALLS.values())[2:4]:
            shared.call(fields, body, stream)
            stream += 2
        shared.call(call_headers(PATH), message(b""), stream)
        assert shared.answer(stream)["grpc-status"] == "0"


def test_a_server_deadline_is_kept_by_the_server(plant):
    """No client-side clock here: the server itself ends the call."""
    from Support.plant import SITE
    from Support.stubs import production

    body = message(production.WatchOrdersRequest(site=SITE).SerializeToString())
    with Connection(plant.gateway_port).open() as patient:
        patient.call(call_headers(
            "/millrace.production.v1.ProductionService/WatchOrders",
            ("authorization", f"Bearer {plant.key}"), ("grpc-timeout", "300m")), body)
        assert patient.answer()["grpc-status"] == "4"


def test_random_bytes_of_frames_messages_and_headers_end_nothing(target, plant):
    chance = seeded("malformed")
    path = "/millrace.production.v1.ProductionService/ReportProduction"
    right = facts.report("MO", 1).SerializeToString()
    for _ in range(150):
        body = bytearray(right)
        for _ in range(chance.randrange(1, 6)):
            place = chance.randrange(len(body))
            if chance.random() < 0.3:
                del body[place:place + chance.randrange(1, 9)]
                body = body or bytearray(b"\x00")
            else:
                body[place] = chance.randrange(256)
        fields = call_headers(path, ("authorization", f"Bearer {plant.key}"))
        with Connection(target).open() as broken:
            broken.call(fields, message(bytes(body)))
            assert broken.answer(), "no answer at all"
    for _ in range(150):
        noise = bytearray(OPEN + frame(HEADERS, END_HEADERS, 1, CALL)
                          + frame(DATA, END_STREAM, 1, message(b"")))
        for _ in range(chance.randrange(1, 8)):
            noise[chance.randrange(len(PREFACE), len(noise))] = chance.randrange(256)
        with Connection(target) as broken:
            broken.send(bytes(noise))
            broken.socket.settimeout(0.05)
            for _ in broken.frames():
                pass


def test_idle_and_half_open_connections_do_not_starve_others(target):
    # Not more than may wait for their turn: the tests before have made the address one that floods.
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    held = [Connection(target) for _ in range(min(100, soft // 4))]
    for place, connection in enumerate(held):
        connection.send([b"", PREFACE[:7], OPEN, OPEN + frame(HEADERS, 0, 1, CALL)][place % 4])
    healthy(target)
    for connection in held:
        connection.close()
