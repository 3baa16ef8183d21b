"""Server CPU per unary call: h2load sends a production report of 244 bytes to one event loop."""

import re
import shutil
import statistics
import subprocess
import tempfile

from . import figures, programs

HELP = "server CPU per unary call of 244 bytes, one event loop (h2load)"

# Connections, streams on each, calls per round, and the most microseconds a call may cost. The first
# target is the project's; the others are what a synchronous prototype of the same parts needed,
# plus a half. Rounds are long enough that the kernel's 10 ms clock blurs them by 2% at most.
SHAPES = [
    (8, 32, 200_000, 7.0),
    (1, 1, 40_000, 26.0),
    (64, 100, 200_000, 7.0),
]

PATH = "/millrace.production.v1.ProductionService/ReportProduction"


def add_arguments(parser):
    parser.add_argument("--rounds", type=int, default=3, help="rounds per shape (default 3)")


def run(arguments):
    if not shutil.which("h2load"):
        raise SystemExit("h2load is missing (Debian: nghttp2-client)")
    binaries = programs.build("RPCBenchServer")
    measured = []
    with tempfile.NamedTemporaryFile() as body:
        with programs.running(binaries / "RPCBenchServer", body.name, 1) as (server, port):
            costs = {shape: [] for shape in SHAPES}
            for shape in SHAPES:
                load(port, body.name, shape, shape[2] // 10)
            # Rounds of different shapes alternate, so that a busy minute does not hit one alone.
            for _ in range(arguments.rounds):
                for shape in SHAPES:
                    before = programs.cpu_seconds(server.pid)
                    load(port, body.name, shape, shape[2])
                    used = programs.cpu_seconds(server.pid) - before
                    costs[shape].append(used * 1e6 / shape[2])
    for shape in SHAPES:
        name = f"rpc unary server CPU {shape[0]}x{shape[1]}"
        cost = round(statistics.median(costs[shape]), 2)
        measured.append(figures.Figure(name, cost, "µs/call", shape[3]))
    return measured


def load(port, body, shape, calls):
    """Sends the calls; stops unless every one of them got an answer."""
    finished = subprocess.run(
        [
            "h2load", "-c", str(shape[0]), "-m", str(shape[1]), "-n", str(calls), "-d", body,
            "-H", "content-type: application/grpc", "-H", "te: trailers",
            f"http://127.0.0.1:{port}{PATH}",
        ],
        check=True, capture_output=True, text=True,
    )
    succeeded = re.search(r"(\d+) succeeded, (\d+) failed", finished.stdout)
    if not succeeded or int(succeeded[1]) != calls:
        raise SystemExit("h2load: not every call was answered:\n" + finished.stdout)
