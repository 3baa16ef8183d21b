"""gRPC's test service on stock grpcio.

Run from Tests: python -m Support.interop.server --port 0 [--certificate FILE --key FILE]
[--client-ca FILE]; it prints "listening on 127.0.0.1:PORT" and serves until it is ended.

grpcio does not tell a server whether a message came compressed, so `expect_compressed` is not
checked here: a client's probing call is answered and not refused (see witness.py).
"""

import argparse
import threading
from concurrent import futures
from pathlib import Path

import grpc

from Support.interop.contract import empty, messages, services

ECHO_INITIAL = "x-grpc-test-echo-initial"
ECHO_TRAILING = "x-grpc-test-echo-trailing-bin"
WORKERS = 16
"""Calls at the same time. A cancelled stream holds its thread until the next read ends."""


def _payload(size: int):
    return messages.Payload(body=bytes(size))


def _echo_metadata(context):
    for name, value in context.invocation_metadata():
        if name == ECHO_INITIAL:
            context.send_initial_metadata([(name, value)])
        elif name == ECHO_TRAILING:
            context.set_trailing_metadata([(name, value)])


def _end_as_asked(request, context):
    """Ends the call when the request names a status."""
    if request.HasField("response_status"):
        code = request.response_status.code
        found = next((each for each in grpc.StatusCode if each.value[0] == code), None)
        if found is grpc.StatusCode.OK:
            return
        context.abort(found or grpc.StatusCode.UNKNOWN, request.response_status.message)


class TestService(services.TestServiceServicer):
    """As the public descriptions of the server's features say."""

    def EmptyCall(self, request, context):
        _echo_metadata(context)
        return empty.Empty()

    def UnaryCall(self, request, context):
        if request.response_compressed.value:
            context.set_compression(grpc.Compression.Gzip)
        _echo_metadata(context)
        _end_as_asked(request, context)
        return messages.SimpleResponse(payload=_payload(request.response_size))

    def StreamingOutputCall(self, request, context):
        self._compress(request, context)
        _echo_metadata(context)
        yield from self._answers(request, context)

    def StreamingInputCall(self, requests, context):
        _echo_metadata(context)
        return messages.StreamingInputCallResponse(
            aggregated_payload_size=sum(len(each.payload.body) for each in requests))

    def FullDuplexCall(self, requests, context):
        _echo_metadata(context)
        for request in requests:
            yield from self._answers(request, context)

    def HalfDuplexCall(self, requests, context):
        _echo_metadata(context)
        for request in list(requests):
            yield from self._answers(request, context)

    def _compress(self, request, context):
        if any(each.compressed.value for each in request.response_parameters):
            context.set_compression(grpc.Compression.Gzip)

    def _answers(self, request, context):
        _end_as_asked(request, context)
        for parameters in request.response_parameters:
            if parameters.interval_us:
                gone = threading.Event()
                context.add_callback(gone.set)
                gone.wait(parameters.interval_us / 1e6)
            if not parameters.compressed.value:
                context.disable_next_message_compression()
            yield messages.StreamingOutputCallResponse(payload=_payload(parameters.size))


def serve(port=0, certificate=None, key=None, client_ca=None):
    """Starts it; returns the server and its port."""
    server = grpc.server(
        futures.ThreadPoolExecutor(WORKERS), options=[("grpc.so_reuseport", 0)])
    services.add_TestServiceServicer_to_server(TestService(), server)
    if certificate:
        pair = (Path(key).read_bytes(), Path(certificate).read_bytes())
        roots = Path(client_ca).read_bytes() if client_ca else None
        credentials = grpc.ssl_server_credentials(
            [pair], root_certificates=roots, require_client_auth=roots is not None)
        port = server.add_secure_port(f"127.0.0.1:{port}", credentials)
    else:
        port = server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    return server, port


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    parser.add_argument("--client-ca")
    arguments = parser.parse_args()
    server, port = serve(**vars(arguments))
    print(f"listening on 127.0.0.1:{port}", flush=True)
    server.wait_for_termination()


if __name__ == "__main__":
    main()
