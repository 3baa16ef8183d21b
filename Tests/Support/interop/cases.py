"""gRPC's public interoperability cases for a client, each a function that asserts.

Written from the public descriptions; `CASES` has them by their public names.
"""

import os
import queue

import grpc

from Support.interop import compression
from Support.interop.contract import empty, messages
from Support.interop.peer import CALL_SECONDS

REQUEST_BYTES, RESPONSE_BYTES = 271_828, 314_159
UPLOAD_BYTES = [27_182, 8, 1_828, 45_904]
DOWNLOAD_BYTES = [31_415, 9, 2_653, 58_979]
STATUS_TEXT = "test status message"
SPECIAL_TEXT = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"
ECHO_INITIAL = ("x-grpc-test-echo-initial", "test_initial_metadata_value")
ECHO_TRAILING = ("x-grpc-test-echo-trailing-bin", b"\xab\xab\xab")
CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


def payload(size: int):
    return messages.Payload(body=bytes(size))


def flag(value: bool):
    return messages.BoolValue(value=value)


def large_request(**fields):
    return messages.SimpleRequest(
        response_size=RESPONSE_BYTES, payload=payload(REQUEST_BYTES), **fields)


def asking(*sizes: int, sent: int | None = None):
    """A request for answers of these sizes."""
    parameters = [messages.ResponseParameters(size=size) for size in sizes]
    if sent is None:
        return messages.StreamingOutputCallRequest(response_parameters=parameters)
    return messages.StreamingOutputCallRequest(
        response_parameters=parameters, payload=payload(sent))


class Requests:
    """The request side of a stream, fed one by one; iterates until it is closed."""

    def __init__(self, *first):
        self._waiting = queue.Queue()
        for request in first:
            self.send(request)

    def send(self, request):
        self._waiting.put(request)

    def close(self):
        self._waiting.put(None)

    def __iter__(self):
        return iter(self._waiting.get, None)


def status_of(call) -> tuple:
    """The status with which a call ends, and its text."""
    try:
        answer = call()
        if hasattr(answer, "__next__"):
            answer = list(answer)
    except grpc.RpcError as error:
        return error.code(), error.details()
    raise AssertionError(f"the call succeeded: {str(answer)[:200]}")


def _is_zeros(answer, size: int):
    assert answer.payload.body == bytes(size), f"{len(answer.payload.body)} bytes, not {size}"


@case
def empty_unary(peer):
    assert peer.stub.EmptyCall(empty.Empty(), timeout=CALL_SECONDS) == empty.Empty()


@case
def large_unary(peer):
    _is_zeros(peer.stub.UnaryCall(large_request(), timeout=CALL_SECONDS), RESPONSE_BYTES)


@case
def client_streaming(peer):
    answer = peer.stub.StreamingInputCall(
        (messages.StreamingInputCallRequest(payload=payload(size)) for size in UPLOAD_BYTES),
        timeout=CALL_SECONDS)
    assert answer.aggregated_payload_size == 74_922


@case
def server_streaming(peer):
    answers = list(peer.stub.StreamingOutputCall(asking(*DOWNLOAD_BYTES), timeout=CALL_SECONDS))
    assert [len(each.payload.body) for each in answers] == DOWNLOAD_BYTES


@case
def ping_pong(peer):
    requests = Requests()
    answers = peer.stub.FullDuplexCall(iter(requests), timeout=CALL_SECONDS)
    for sent, wanted in zip(UPLOAD_BYTES, DOWNLOAD_BYTES):
        requests.send(asking(wanted, sent=sent))
        _is_zeros(next(answers), wanted)
    requests.close()
    assert list(answers) == []
    assert answers.code() is grpc.StatusCode.OK


@case
def empty_stream(peer):
    answers = peer.stub.FullDuplexCall(iter(()), timeout=CALL_SECONDS)
    assert list(answers) == []
    assert answers.code() is grpc.StatusCode.OK


@case
def custom_metadata(peer):
    sent = [ECHO_INITIAL, ECHO_TRAILING]
    _, unary = peer.stub.UnaryCall.with_call(
        large_request(), metadata=sent, timeout=CALL_SECONDS)
    stream = peer.stub.FullDuplexCall(
        iter([asking(RESPONSE_BYTES, sent=REQUEST_BYTES)]), metadata=sent, timeout=CALL_SECONDS)
    [answer] = list(stream)
    _is_zeros(answer, RESPONSE_BYTES)
    for call in (unary, stream):
        assert ECHO_INITIAL in call.initial_metadata(), call.initial_metadata()
        assert ECHO_TRAILING in call.trailing_metadata(), call.trailing_metadata()


@case
def status_code_and_message(peer):
    status = messages.EchoStatus(code=2, message=STATUS_TEXT)
    wanted = (grpc.StatusCode.UNKNOWN, STATUS_TEXT)
    unary = messages.SimpleRequest(response_status=status)
    assert status_of(lambda: peer.stub.UnaryCall(unary, timeout=CALL_SECONDS)) == wanted
    stream = messages.StreamingOutputCallRequest(response_status=status)
    assert status_of(
        lambda: peer.stub.FullDuplexCall(iter([stream]), timeout=CALL_SECONDS)) == wanted


@case
def special_status_message(peer):
    status = messages.EchoStatus(code=2, message=SPECIAL_TEXT)
    request = messages.SimpleRequest(response_status=status)
    assert status_of(lambda: peer.stub.UnaryCall(request, timeout=CALL_SECONDS)) == (
        grpc.StatusCode.UNKNOWN, SPECIAL_TEXT)


@case
def unimplemented_method(peer):
    code, _ = status_of(lambda: peer.stub.UnimplementedCall(empty.Empty(), timeout=CALL_SECONDS))
    assert code is grpc.StatusCode.UNIMPLEMENTED


@case
def unimplemented_service(peer):
    code, _ = status_of(
        lambda: peer.unimplemented.UnimplementedCall(empty.Empty(), timeout=CALL_SECONDS))
    assert code is grpc.StatusCode.UNIMPLEMENTED


@case
def cancel_after_begin(peer):
    requests = Requests()
    call = peer.stub.StreamingInputCall.future(iter(requests), timeout=CALL_SECONDS)
    call.cancel()
    requests.close()
    assert call.code() is grpc.StatusCode.CANCELLED


@case
def cancel_after_first_response(peer):
    requests = Requests(asking(DOWNLOAD_BYTES[0], sent=UPLOAD_BYTES[0]))
    call = peer.stub.FullDuplexCall(iter(requests), timeout=CALL_SECONDS)
    _is_zeros(next(call), DOWNLOAD_BYTES[0])
    call.cancel()
    requests.close()
    assert call.code() is grpc.StatusCode.CANCELLED


@case
def timeout_on_sleeping_server(peer):
    requests = Requests(asking(sent=UPLOAD_BYTES[0]))
    code, _ = status_of(lambda: peer.stub.FullDuplexCall(iter(requests), timeout=0.001))
    requests.close()
    assert code is grpc.StatusCode.DEADLINE_EXCEEDED


@case
def client_compressed_unary(peer):
    if peer.sees_compression:
        probe = large_request(expect_compressed=flag(True))
        code, _ = status_of(lambda: peer.stub.UnaryCall(probe, timeout=CALL_SECONDS))
        assert code is grpc.StatusCode.INVALID_ARGUMENT
    for compressed, how in ((True, grpc.Compression.Gzip), (False, None)):
        request = large_request(expect_compressed=flag(compressed))
        answer = peer.stub.UnaryCall(request, compression=how, timeout=CALL_SECONDS)
        _is_zeros(answer, RESPONSE_BYTES)


@case
def client_compressed_streaming(peer):
    def upload(content: bytes, compressed: bool):
        return messages.StreamingInputCallRequest(
            payload=messages.Payload(body=content), expect_compressed=flag(compressed))

    if peer.sees_compression:
        probe = [upload(bytes(27_182), True)]
        code, _ = status_of(
            lambda: peer.stub.StreamingInputCall(iter(probe), timeout=CALL_SECONDS))
        assert code is grpc.StatusCode.INVALID_ARGUMENT
    # grpcio's client cannot leave one message of a call uncompressed, but sends what compression
    # would make larger as it is: noise instead of zeros.
    answer = peer.stub.StreamingInputCall(
        iter([upload(bytes(27_182), True), upload(os.urandom(45_904), False)]),
        compression=grpc.Compression.Gzip, timeout=CALL_SECONDS)
    assert answer.aggregated_payload_size == 73_086


@case
def server_compressed_unary(peer):
    for compressed in (True, False):
        request = large_request(response_compressed=flag(compressed))
        _is_zeros(peer.stub.UnaryCall(request, timeout=CALL_SECONDS), RESPONSE_BYTES)
    # What grpcio does not show: the flag of the message, and the encoding of the call.
    assert compression.unary_flags(peer, True) == ([1], [RESPONSE_BYTES], "gzip")
    flags, sizes, _ = compression.unary_flags(peer, False)
    assert (flags, sizes) == ([0], [RESPONSE_BYTES])


@case
def server_compressed_streaming(peer):
    asked = [(31_415, True), (92_653, False)]
    request = messages.StreamingOutputCallRequest(response_parameters=[
        messages.ResponseParameters(size=size, compressed=flag(how)) for size, how in asked])
    answers = list(peer.stub.StreamingOutputCall(request, timeout=CALL_SECONDS))
    assert [len(each.payload.body) for each in answers] == [31_415, 92_653]
    assert compression.stream_flags(peer, asked) == ([1, 0], [31_415, 92_653], "gzip")
