"""A client's side of gRPC's public negative HTTP/2 tests; `CASES` has them by their names."""

import concurrent.futures

import grpc

from Support.interop.cases import RESPONSE_BYTES, large_request
from Support.interop.peer import CALL_SECONDS

CONCURRENT_CALLS = 10
CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


def _call(peer):
    answer = peer.stub.UnaryCall(large_request(), timeout=CALL_SECONDS, wait_for_ready=True)
    assert answer.payload.body == bytes(RESPONSE_BYTES)


def _fails(peer):
    """The call fails; with which status is left to each language, but it is no time-out."""
    try:
        peer.stub.UnaryCall(large_request(), timeout=CALL_SECONDS)
    except grpc.RpcError as error:
        assert error.code() is not grpc.StatusCode.DEADLINE_EXCEEDED, error
    else:
        raise AssertionError("the call succeeded")


@case
def goaway(peer):
    _call(peer)
    _call(peer)


@case
def rst_after_header(peer):
    _fails(peer)


@case
def rst_during_data(peer):
    _fails(peer)


@case
def rst_after_data(peer):
    _fails(peer)


@case
def ping(peer):
    _call(peer)


@case
def max_streams(peer):
    _call(peer)
    with concurrent.futures.ThreadPoolExecutor(CONCURRENT_CALLS) as pool:
        for done in [pool.submit(_call, peer) for _ in range(CONCURRENT_CALLS)]:
            done.result()
