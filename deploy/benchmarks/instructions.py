"""Instructions of the RPC server per call and message, counted by Valgrind's Callgrind.

A count does not depend on the machine's speed nor on what else it does: growth by a tenth is growth
of the code's work. Only the program's own instructions are counted, not the kernel's, so that a
system call more costs what the way to it costs.

The figures that are compared with are kept in instructions.json; --accept rewrites it. They belong
to a compiler and to Debian's libraries: a new version of these is a reason to accept.
"""

import dataclasses
import json
import pathlib
import re
import tempfile

from . import programs
from .exchange import Connection, header_block
from .figures import Figure
from .servers import make_certificate
from .shapes import BENCH, REPORT

HELP = "instructions per call and message, beside those kept in instructions.json"

KEPT = pathlib.Path(__file__).with_suffix(".json")
GROWTH = 1.10
"""The most times the kept figure."""
MESSAGES = 200
"""Messages of one streaming call: as many requests fit HTTP/2's first window of 64 KiB."""


@dataclasses.dataclass(frozen=True)
class Count:
    """Calls of one kind, some sent in one piece, and then again when all are answered. So the
    server reads the same pieces in every run."""

    name: str
    path: str
    body: str
    at_once: int
    few: int
    many: int
    """How many times. The difference is counted, which leaves out start and end."""
    messages: int = 1
    tls: bool = False


COUNTS = [
    Count("unary, one at a time", REPORT, "report", 1, 100, 1_100),
    Count("unary, 32 at a time", REPORT, "report", 32, 10, 110),
    Count("unary that suspends, 32 at a time", BENCH + "Suspend", "report", 32, 10, 110),
    Count("unary over TLS, 32 at a time", REPORT, "report", 32, 10, 110, tls=True),
    Count("server stream, per message", BENCH + "Feed", "feed", 1, 5, 25, MESSAGES),
    Count("bidi, per message", BENCH + "Echo", "echo", 1, 5, 25, MESSAGES),
]


def add_arguments(parser):
    parser.add_argument(
        "--accept", action="store_true", help="keep the new figures in instructions.json")


def run(arguments):
    programs.install_packages("debian-packages-bench")
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        server = programs.build_stripped("RPCBenchServer", folder)
        counted = {count.name: instructions(count, server, folder) for count in COUNTS}
    if arguments.accept:
        KEPT.write_text(json.dumps(counted, indent=2) + "\n")
        kept = counted
    return [
        Figure(f"instructions, {name}", value, "instructions",
               round(kept[name] * GROWTH) if name in kept else None)
        for name, value in counted.items()
    ]


def instructions(count, server, folder):
    """Instructions per call or message."""
    difference = total(count, server, folder, count.many) - total(count, server, folder, count.few)
    return round(difference / (count.many - count.few) / count.at_once / count.messages)


def total(count, server, folder, times):
    """All instructions of a server that is called so many times."""
    log = folder / "callgrind.log"
    command = [
        "valgrind", "--tool=callgrind", f"--log-file={log}", "--callgrind-out-file=/dev/null",
        server, folder, "--messages", MESSAGES,
    ]
    options = {}
    if count.tls:
        certificate, key = make_certificate(folder)
        command += ["--tls-certificate", certificate, "--tls-key", key]
        options["certificate"] = certificate
    # Swift's hash tables are seeded anew in each run, unless told otherwise.
    environment = {"PATH": "/usr/bin:/bin", "SWIFT_DETERMINISTIC_HASHING": "1"}
    with programs.running(*command, env=environment) as (_, port):
        connection = Connection(port, **options).open()
        block, body = header_block(count.path), (folder / count.body).read_bytes()
        for _ in range(times):
            connection.calls(block, body, count.at_once)
        connection.close()
    collected = re.search(r"Collected : (\d+)", log.read_text())
    if not collected:
        raise SystemExit(f"Callgrind has counted nothing:\n{log.read_text()}")
    return int(collected[1])
