"""Starting and ending real processes."""

import collections
import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent import futures
from pathlib import Path

from Support import paths

TESTS = paths.ROOT / "Tests"
LISTENING = "listening on "
START_SECONDS = 30
STOP_SECONDS = 60
KEPT_LINES = 400
"""How many of the newest lines of a program's output are kept for a failure's message."""

# Whatever becomes of the tests, the kernel ends what they started. The wrapper becomes the program:
# the process number stays. (Code between fork and exec is no alternative: gRPC's threads forbid it.)
_ENDS_WITH_US = ["setpriv", "--pdeathsig", "KILL", "--"]
# The kernel ends a child when the *thread* that started it ends, so one thread starts them all.
_starter = futures.ThreadPoolExecutor(max_workers=1, thread_name_prefix="starter")


LOWEST_PORT = 10_000
_given_ports: set[int] = set()


def free_port() -> int:
    """A port of the loopback that nobody listens on.

    Below those that the kernel gives to outgoing connections: one of these could take it before the program does, or
    reach itself there while the program is away.
    """
    outgoing = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text()
    highest = int(outgoing.split()[0]) - 1
    while True:
        port = random.randint(LOWEST_PORT, highest)
        if port in _given_ports:
            continue
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
        _given_ports.add(port)
        return port


class _Output:
    """What one run of a program says, read by a thread of its own until the run is over."""

    def __init__(self, process, log: Path):
        self.lines = collections.deque(maxlen=KEPT_LINES)
        self.changed = threading.Condition()
        self.is_over = False
        threading.Thread(target=self._read, args=(process, log), daemon=True).start()

    def _read(self, process, path):
        with path.open("ab") as log:
            for line in process.stdout:
                log.write(line)
                log.flush()
                with self.changed:
                    self.lines.append(line.decode(errors="replace").rstrip())
                    self.changed.notify_all()
        with self.changed:
            self.is_over = True
            self.changed.notify_all()


class Program:
    """One program of Millrace with its arguments; may be started again after it has ended."""

    def __init__(self, name: str, arguments: list[str], folder: Path):
        self.name = name
        self.arguments = arguments
        self.log = folder / f"{name}.log"
        self.prefix = []
        """What its command begins with, for one that runs somewhere special."""
        self._process = None
        self._output = None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        return self._process.pid

    def command(self) -> list[str]:
        """What is started, without its arguments."""
        return [str(paths.program(self.name))]

    def start(self) -> "Program":
        """Starts it and returns once it listens."""
        self.launch()
        self.wait_for(LISTENING)
        return self

    def launch(self):
        """Starts it without waiting."""
        assert not self.is_running, f"{self.name} runs already"
        self._process = _starter.submit(
            subprocess.Popen,
            [*_ENDS_WITH_US, *self.prefix, *self.command(), *self.arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "SWIFT_BACKTRACE": "enable=no", "PYTHONPATH": str(TESTS)},
        ).result()
        self._output = _Output(self._process, self.log)

    def wait_for(self, text: str, seconds: float = START_SECONDS) -> str:
        """The first line of output with this text."""
        end = time.monotonic() + seconds
        output = self._output
        with output.changed:
            while True:
                for line in output.lines:
                    if text in line:
                        return line
                left = end - time.monotonic()
                if output.is_over or left <= 0:
                    state = "ended" if output.is_over else f"said nothing like it in {seconds} s"
                    said = "\n".join(output.lines)
                    raise AssertionError(f"{self.name} {state}, no «{text}»:\n{said}")
                output.changed.wait(left)

    def listening_port(self) -> int:
        """Where it listens, for one that was started with port 0."""
        return int(self.wait_for(LISTENING).rpartition(":")[2])

    def output(self) -> str:
        """The newest lines of what it has said."""
        if self._output is None:
            return ""
        with self._output.changed:
            return "\n".join(self._output.lines)

    @contextlib.contextmanager
    def frozen(self):
        """Stands still between two of its instructions, wherever it happens to be."""
        self._process.send_signal(signal.SIGSTOP)
        # A signal is only sent: on a busy machine the program may go on for a moment.
        status = Path(f"/proc/{self.pid}/stat")
        while status.read_text().rpartition(")")[2].split()[0] != "T":
            time.sleep(0.001)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def signal(self, number: signal.Signals):
        """Sends it a signal."""
        self._process.send_signal(number)

    def kill(self):
        """Ends it at once, as a power cut would end it for its callers."""
        self._process.kill()
        self._process.wait()

    def terminate(self):
        """Asks it to end."""
        self._process.terminate()

    def stop(self) -> int:
        """Asks it to end, waits until it has, and returns its exit status."""
        if not self.is_running:
            return 0 if self._process is None else self._process.returncode
        self.terminate()
        try:
            return self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.name} did not drain in {STOP_SECONDS} s:\n{self.output()}")


class PythonProgram(Program):
    """A module of the tests that runs as a process of its own."""

    def command(self) -> list[str]:
        return [sys.executable, "-m", self.name]


def run(name: str, *arguments: str) -> str:
    """Runs a program to its end and returns what it printed."""
    done = subprocess.run(
        [str(paths.program(name)), *arguments], stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=START_SECONDS, check=False)
    assert done.returncode == 0, f"{name} {' '.join(arguments)}: {done.stdout}{done.stderr}"
    return done.stdout.strip()
