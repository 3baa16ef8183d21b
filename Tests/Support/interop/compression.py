"""Compression as it is on the wire.

grpcio decompresses below its interface, so whether a message came compressed is seen by calls with
hand-made frames.
"""

import gzip

from Support.http2 import WIDE_OPEN, call_headers, message
from Support.interop.contract import SERVICE, messages


def _exchange(peer, method: str, request, accept="gzip", encoding=None, compressed=False):
    content = request.SerializeToString()
    extra = [("grpc-accept-encoding", accept)] if accept else []
    if encoding:
        extra.append(("grpc-encoding", encoding))
    if compressed:
        content = gzip.compress(content)
    with peer.by_hand() as connection:
        assert connection.send(WIDE_OPEN)
        return connection.exchange(
            call_headers(SERVICE + method, *extra), message(content, compressed=int(compressed)))


def _decoded(kind, answers):
    """The messages, and how each came."""
    flags = [flag for flag, _ in answers]
    contents = [gzip.decompress(content) if flag else content for flag, content in answers]
    return flags, [kind.FromString(content) for content in contents]


def unary_flags(peer, compressed: bool, accept="gzip", size=314_159):
    """Asks for one answer; its flags, its size, and the encoding that was named."""
    request = messages.SimpleRequest(
        response_compressed=messages.BoolValue(value=compressed), response_size=size)
    head, answers, trailers = _exchange(peer, "UnaryCall", request, accept)
    assert trailers["grpc-status"] == "0", trailers
    flags, decoded = _decoded(messages.SimpleResponse, answers)
    return flags, [len(each.payload.body) for each in decoded], head.get("grpc-encoding")


def stream_flags(peer, asked):
    """Asks for an answer for each (size, compressed); the same of them."""
    request = messages.StreamingOutputCallRequest(response_parameters=[
        messages.ResponseParameters(size=size, compressed=messages.BoolValue(value=compressed))
        for size, compressed in asked])
    head, answers, trailers = _exchange(peer, "StreamingOutputCall", request)
    assert trailers["grpc-status"] == "0", trailers
    flags, decoded = _decoded(messages.StreamingOutputCallResponse, answers)
    return flags, [len(each.payload.body) for each in decoded], head.get("grpc-encoding")


def unary_status(peer, **sent) -> dict:
    """The end of a call whose request is compressed as `sent` says; see _exchange."""
    request = messages.SimpleRequest(payload=messages.Payload(body=bytes(8_000)))
    head, _, trailers = _exchange(peer, "UnaryCall", request, **sent)
    return {**head, **trailers}
