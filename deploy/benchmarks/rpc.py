"""The RPC runtime under load: server CPU per call and message, latency, memory of idle connections.

With --peer gRPC C++ servers of the same methods are measured in the same run, in turns with ours:
on its callback API, which the targets are about, and on one thread with a completion queue.
"""

import pathlib
import tempfile

from . import idle, programs, shapes
from .rounds import Rounds
from .servers import Servers

HELP = "server CPU per call and message, latency, idle memory; --peer: beside gRPC C++"

IDLE = "idle"
"""What --only calls the memory of idle connections."""


def add_arguments(parser):
    parser.add_argument("--rounds", type=int, default=5, help="rounds per shape (default 5)")
    parser.add_argument(
        "--peer", action="store_true",
        help="also build and measure gRPC C++ servers (installs deploy/debian-packages-peer)")
    parser.add_argument(
        "--only", metavar="TEXT",
        help=f"only shapes with this text in their name, or {IDLE}: memory of idle connections")


def run(arguments):
    programs.install_packages("debian-packages-bench")
    programs.allow_open_files(2 * idle.CONNECTIONS)
    cases = chosen(arguments.only)
    measured = []
    with tempfile.TemporaryDirectory() as folder:
        servers = Servers(pathlib.Path(folder), shapes.MESSAGES, arguments.peer)
        if cases:
            names = {case.server for case in cases}
            if arguments.peer:
                names |= {peer for case in cases for peer in case.peers}
            with servers.running(*sorted(names)) as running:
                rounds = Rounds(cases, running, servers.bodies)
                rounds.run(arguments.rounds)
            measured += rounds.figures()
        if arguments.only in (None, IDLE):
            measured += idle.figures(servers, arguments.peer)
    if not measured:
        raise SystemExit(f"no shape has {arguments.only} in its name")
    return measured


def chosen(text):
    """The cases with the text in their name, and those they are compared with."""
    names = {case.shape.name for case in shapes.CASES if not text or text in case.shape.name}
    names |= {case.baseline for case in shapes.CASES if case.shape.name in names}
    return [case for case in shapes.CASES if case.shape.name in names]
