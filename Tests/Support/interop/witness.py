"""A test service that sees what grpcio hides: whether a request came compressed."""

import gzip

from Support.http2 import message
from Support.interop.contract import SERVICE, messages
from Support.interop.raw_server import Conversation

INVALID_ARGUMENT = 3


class Witness(Conversation):
    """Answers UnaryCall and StreamingInputCall; refuses what is not compressed as it says."""

    def on_request(self, request):
        self.send_head(request.stream)
        method = request.head[":path"].removeprefix(SERVICE)
        kind = {"UnaryCall": messages.SimpleRequest,
                "StreamingInputCall": messages.StreamingInputCallRequest}[method]
        decoded = [(flag, kind.FromString(gzip.decompress(content) if flag else content))
                   for flag, content in request.messages]
        for flag, content in decoded:
            if flag and request.head.get("grpc-encoding") != "gzip":
                return self.send_end(request.stream, INVALID_ARGUMENT, "compressed by what?")
            if content.expect_compressed.value != bool(flag):
                return self.send_end(request.stream, INVALID_ARGUMENT, "not as it says")
        if method == "UnaryCall":
            answer = messages.SimpleResponse(
                payload=messages.Payload(body=bytes(decoded[0][1].response_size)))
        else:
            answer = messages.StreamingInputCallResponse(
                aggregated_payload_size=sum(len(each.payload.body) for _, each in decoded))
        self.send_data(request.stream, message(answer.SerializeToString()))
        self.send_end(request.stream)
