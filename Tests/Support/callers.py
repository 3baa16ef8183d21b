"""Load of a stock client, while something else is done."""

import threading

import grpc


class Caller(threading.Thread):
    """Makes a call again and again, without a pause, and remembers what was refused."""

    def __init__(self, call):
        super().__init__(daemon=True)
        self.call, self.calls, self.failures = call, 0, []
        self._ended = threading.Event()

    def run(self):
        while not self._ended.is_set():
            try:
                self.call()
            except grpc.RpcError as error:
                self.failures.append(error)
            self.calls += 1

    def end(self):
        self._ended.set()
        self.join(10)
