"""Calls of every kind and every end over one channel, many at a time."""

import collections

import grpc

from Support.interop.cases import STATUS_TEXT, asking, flag, payload
from Support.interop.contract import empty, messages
from Support.interop.peer import CALL_SECONDS

IN_FLIGHT = 32
"""Calls at a time: enough that streams overlap, below every server's limit of streams."""


class Soak:
    """Makes calls by turns; `ends` counts how they ended."""

    def __init__(self, peer, chance):
        self.stub, self.chance = peer.stub, chance
        self.ends = collections.Counter()
        self._kinds = [
            self._nothing, self._unary, self._compressed, self._upload, self._download,
            self._conversation, self._refused, self._cancelled, self._too_late]

        self._streams = [self._download, self._conversation, self._cancelled, self._too_late]

    def make(self, calls: int):
        """Makes so many calls and waits for all of them."""
        running = collections.deque()
        for turn in range(calls):
            kind = self._kinds[turn % len(self._kinds)]
            running.append((kind, *kind()))
            if len(running) >= IN_FLIGHT:
                self._finish(*running.popleft())
        while running:
            self._finish(*running.popleft())

    def _finish(self, kind, call, wanted):
        if kind in self._streams:
            try:
                collections.deque(call, maxlen=0)
            except grpc.RpcError:
                pass  # Its code is looked at below.
        code = call.code()
        assert code in wanted, f"{kind.__name__}: {code}, {call.details()}"
        self.ends[code.name] += 1

    def _size(self):
        return self.chance.choice([0, 1, 100, 1_000, 20_000])

    def _nothing(self):
        return self.stub.EmptyCall.future(empty.Empty(), timeout=CALL_SECONDS), _OK

    def _unary(self, **how):
        request = messages.SimpleRequest(
            response_size=self._size(), payload=payload(self._size()),
            response_compressed=flag(bool(how)))
        return self.stub.UnaryCall.future(request, timeout=CALL_SECONDS, **how), _OK

    def _compressed(self):
        return self._unary(compression=grpc.Compression.Gzip)

    def _upload(self):
        requests = [messages.StreamingInputCallRequest(payload=payload(self._size()))
                    for _ in range(3)]
        return self.stub.StreamingInputCall.future(iter(requests), timeout=CALL_SECONDS), _OK

    def _download(self):
        request = asking(*(self._size() for _ in range(4)))
        return self.stub.StreamingOutputCall(request, timeout=CALL_SECONDS), _OK

    def _conversation(self):
        requests = [asking(self._size(), sent=self._size()) for _ in range(3)]
        return self.stub.FullDuplexCall(iter(requests), timeout=CALL_SECONDS), _OK

    def _refused(self):
        request = messages.SimpleRequest(
            response_status=messages.EchoStatus(code=9, message=STATUS_TEXT))
        call = self.stub.UnaryCall.future(request, timeout=CALL_SECONDS)
        return call, {grpc.StatusCode.FAILED_PRECONDITION}

    def _cancelled(self):
        call = self.stub.StreamingOutputCall(
            asking(*[20_000] * 50), timeout=CALL_SECONDS)
        next(call)
        call.cancel()
        return call, {grpc.StatusCode.CANCELLED}

    def _too_late(self):
        late = messages.StreamingOutputCallRequest(response_parameters=[
            messages.ResponseParameters(size=1, interval_us=5_000_000)])
        call = self.stub.StreamingOutputCall(late, timeout=0.02)
        return call, {grpc.StatusCode.DEADLINE_EXCEEDED}


_OK = {grpc.StatusCode.OK}
