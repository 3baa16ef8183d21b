"""Load by h2load, of which every call must have been answered as it should."""

import dataclasses
import pathlib
import re
import subprocess
import tempfile

HEADERS = ["-H", "content-type: application/grpc", "-H", "te: trailers"]


@dataclasses.dataclass(frozen=True)
class Shape:
    """Calls of one kind, and how they are sent."""

    name: str
    path: str
    body: str
    """The file with the request, below the folder of bodies."""
    connections: int
    streams: int
    """At the same time on each connection."""
    calls: int
    messages: int = 1
    """What a call's cost is divided by."""
    deadline: bool = False
    metadata: tuple = ()
    """Further options of nghttp and h2load."""

    @property
    def headers(self):
        deadline = ["-H", "grpc-timeout: 10S"] if self.deadline else []
        return [*HEADERS, *deadline, *self.metadata]


def url(port, path, tls=False):
    return f"{'https' if tls else 'http'}://127.0.0.1:{port}{path}"


def answer(port, shape, bodies, tls=False):
    """Makes one call and returns the bytes of its answer; stops unless its status is OK.

    h2load sees HTTP's status only, which is 200 for a refused call too: the calls of a run are OK
    when one was and all the others have brought as many bytes.
    """
    command = ["nghttp", "--no-dep", *shape.headers, "-d", str(pathlib.Path(bodies) / shape.body)]
    talk = subprocess.run(
        [*command, "--null-out", "--verbose", url(port, shape.path, tls)],
        check=True, capture_output=True, text=True)
    if not re.search(r"recv \(stream_id=\d+\) grpc-status: 0$", talk.stdout, re.MULTILINE):
        raise SystemExit(f"{shape.name}: the call was not answered with OK:\n{talk.stdout}")
    return subprocess.run(
        [*command, url(port, shape.path, tls)], check=True, capture_output=True).stdout


def send(port, shape, bodies, answer_bytes, calls=None, tls=False):
    """Sends the calls; stops unless every one was answered with so many bytes."""
    _run(port, shape, bodies, answer_bytes, calls or shape.calls, tls, [])


def send_timed(port, shape, bodies, answer_bytes, calls=None):
    """The same; returns how long each call took, in microseconds, shortest first."""
    with tempfile.NamedTemporaryFile(mode="r") as log:
        _run(port, shape, bodies, answer_bytes, calls or shape.calls, False,
             [f"--log-file={log.name}"])
        # When it started, HTTP's status, how long it took.
        return sorted(int(line.split("\t")[2]) for line in log)


def percentile(ascending, share):
    """The value that this share of the values does not exceed."""
    return ascending[min(len(ascending) - 1, int(len(ascending) * share))]


def _run(port, shape, bodies, answer_bytes, calls, tls, options):
    finished = subprocess.run(
        [
            "h2load", "-c", str(shape.connections), "-m", str(shape.streams), "-n", str(calls),
            "-d", str(pathlib.Path(bodies) / shape.body), *shape.headers, *options,
            url(port, shape.path, tls),
        ],
        check=True, capture_output=True, text=True,
    )
    succeeded = re.search(r"(\d+) succeeded, 0 failed, 0 errored, 0 timeout", finished.stdout)
    content = re.search(r"\((\d+)\) data$", finished.stdout, re.MULTILINE)
    if not succeeded or int(succeeded[1]) != calls:
        raise SystemExit(f"{shape.name}: not every call was answered:\n{finished.stdout}")
    if not content or int(content[1]) != calls * answer_bytes:
        raise SystemExit(
            f"{shape.name}: {calls} answers of {answer_bytes} bytes were due:\n{finished.stdout}")
