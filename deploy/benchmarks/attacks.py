"""What an honest client feels of an attack: its calls alone, and with the attacker beside them; and
with the attacker at another server, which shows what is the machine's own share.

Attacked is the server of gRPC's interoperability tests, with its default limits.
"""

import pathlib
import tempfile

from . import load, programs
from .attackers import Attackers
from .figures import Figure
from .rounds import median, ratio

HELP = "an honest client's p99 with each attack beside it, against without"

SERVER = "InteropServer"
HONEST = load.Shape("honest client", "/grpc.testing.TestService/EmptyCall", "empty", 1, 1, 5_000)
EMPTY_MESSAGE = bytes(5)
"""An empty message's gRPC prefix; the answer is the same."""
TARGET = 2
"""The most times the p99 without the attack."""


def add_arguments(parser):
    parser.add_argument("--pairs", type=int, default=3, help="rounds per attack (default 3)")
    parser.add_argument("--only", metavar="TEXT", default="", help="attacks with this in the name")


def run(arguments):
    programs.install_packages("debian-packages-bench")
    attackers = Attackers()
    server = programs.build(SERVER) / SERVER
    measured = []
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / HONEST.body).write_bytes(EMPTY_MESSAGE)
        for name in attackers.names:
            if arguments.only in name:
                measured += figures(name, attackers, server, folder, arguments.pairs)
    return measured


def figures(name, attackers, server, folder, pairs):
    """Rounds without the attack, with it on another server, and with it on the honest client's.

    The second is the machine's own share: the attacker's program takes processor time too.
    """
    alone, elsewhere, beside = [], [], []
    # Servers for each attack, so that none pays for what another has left behind.
    with (programs.running(server, "--port", 0) as (_, port),
          programs.running(server, "--port", 0) as (_, other)):
        load.answer(port, HONEST, folder)
        percentile(port, folder)
        for _ in range(pairs):
            alone.append(percentile(port, folder))
            with attackers.attacking(name, other):
                elsewhere.append(percentile(port, folder))
            with attackers.attacking(name, port):
                beside.append(percentile(port, folder))
    title = f"attack {name}: honest p99"
    return [
        Figure(title, median(beside), "µs"),
        Figure(f"{title} to that without", ratio(beside, alone), "times", TARGET),
        Figure(f"{title} to that beside an attack elsewhere", ratio(beside, elsewhere), "times"),
    ]


def percentile(port, folder):
    """The honest client's p99 in microseconds; stops when one of its calls is not answered."""
    return load.percentile(load.send_timed(port, HONEST, folder, len(EMPTY_MESSAGE)), 0.99)
