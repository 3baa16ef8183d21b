"""Attackers at work while an honest client makes its calls."""

import threading
import time
from concurrent import futures

import grpc

from Support.attacks import ATTACKS
from Support.interop.contract import SERVICE, messages
from Support.interop.peer import CALL_SECONDS, Peer

UNARY = SERVICE + "UnaryCall"


def attack(name: str, port: int, connections: int = 1, lasting_seconds: float = 0,
           path: str = UNARY) -> list:
    """Attacks by some connections at once, each again and again for a while; what they saw."""
    def one(_):
        end, seen = time.monotonic() + lasting_seconds, []
        while not seen or time.monotonic() < end:
            seen.append(ATTACKS[name](port, path))
        return seen

    with futures.ThreadPoolExecutor(connections) as pool:
        return [seen for each in pool.map(one, range(connections)) for seen in each]


class HonestClient:
    """A stock client with a connection of its own that calls and calls."""

    def __init__(self, port: int):
        self._peer = Peer(port)
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.latencies_seconds = []
        """How long each call took that succeeded."""
        self.failures = []

    def call(self, times: int):
        """Makes so many calls one after the other; waits for the connection with the first."""
        request = messages.SimpleRequest(
            response_size=1_000, payload=messages.Payload(body=bytes(200)))
        for _ in range(times):
            begin = time.monotonic()
            answer = self._peer.stub.UnaryCall(
                request, timeout=CALL_SECONDS, wait_for_ready=not self.latencies_seconds)
            assert len(answer.payload.body) == 1_000
            self.latencies_seconds.append(time.monotonic() - begin)

    def _run(self):
        while not self._is_over.is_set():
            try:
                self.call(1)
            except (grpc.RpcError, AssertionError) as error:
                self.failures.append(error)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._is_over.set()
        self._thread.join()

    def close(self):
        self._peer.close()
