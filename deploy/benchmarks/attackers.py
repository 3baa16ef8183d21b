"""Running the attacks of the tests (Tests/Support/attacks) as programs, one after the other."""

import contextlib
import subprocess
import time

from . import programs
from .exchange import Connection

ATTACKED = "/grpc.testing.TestService/UnaryCall"
START_SECONDS = 60
"""Within which an attacker has begun: it imports gRPC and compiles contracts first."""
LASTING_SECONDS = 600
"""More than a round takes: an attacker attacks again and again until it is ended."""
IDLE = "idle_connections"
IDLE_CONNECTIONS = 9_990
"""A server holds 10,000; some are left for the honest client."""
ADDRESSES = 20
"""Idle connections come from so many, because a server takes 1,000 from one."""


class Attackers:
    """Every attack by name."""

    def __init__(self):
        programs.allow_open_files(IDLE_CONNECTIONS + 1_000)
        self._python = programs.prepare_python()
        listed = subprocess.run(
            [self._python, "-B", "-c", "from Support.attacks import ATTACKS; print(*ATTACKS)"],
            cwd=programs.ROOT / "Tests", check=True, capture_output=True, text=True)
        self.names = [*listed.stdout.split(), IDLE]

    def attacking(self, name, port):
        """A context in which the attack goes on."""
        return _idle(port) if name == IDLE else self._running(name, port)

    @contextlib.contextmanager
    def _running(self, name, port):
        # With the lowest priority: a real attacker has processors of its own, and what is measured
        # is what the server lets happen, not how programs share a machine.
        process = subprocess.Popen(
            [
                "nice", "-n", "19", self._python, "-B", "-m", "Support.attacks", name,
                "--port", str(port), "--path", ATTACKED,
                "--lasting-seconds", str(LASTING_SECONDS),
            ],
            cwd=programs.ROOT / "Tests", stdout=subprocess.DEVNULL)
        try:
            end = time.monotonic() + START_SECONDS
            while not _is_connected(port):
                if time.monotonic() > end or process.poll() is not None:
                    raise SystemExit(f"the attack {name} has not begun")
                time.sleep(0.001)
            yield
            if process.poll() is not None:
                raise SystemExit(f"the attack {name} was over before the honest client's calls")
        finally:
            process.kill()
            process.wait()


@contextlib.contextmanager
def _idle(port):
    connections = []
    try:
        for number in range(IDLE_CONNECTIONS):
            source = f"127.0.0.{2 + number % ADDRESSES}"
            connections.append(Connection(port, source=source).open())
        yield
    finally:
        for connection in connections:
            connection.close()


def _is_connected(port):
    """Whether somebody has a connection to a port of the loopback."""
    wanted, established = f":{port:04X}", "01"
    with open("/proc/net/tcp") as table:
        rows = [line.split() for line in table.readlines()[1:]]
    return any(row[1].endswith(wanted) and row[3] == established for row in rows)
