"""What a connection costs that does nothing: memory of a fresh server with thousands of them."""

import time

from . import programs
from .exchange import Connection, header_block
from .figures import Figure
from .servers import PEERS
from .shapes import REPORT

CONNECTIONS = 2_000
FIRST = 200
"""Opened before memory is looked at, so that what a server prepares once is not counted."""
TARGET_KIBIBYTES = 25
SETTLE_SECONDS = 1
"""After the last answer, for what a server does in its own time. Nothing depends on it."""


def figures(servers, with_peer):
    """Memory per connection after the preface, and after one call on it."""
    found = []
    for server in ["ours"] + (["callback"] if with_peer else []):
        fresh, used = measure(servers, server)
        whose = "" if server == "ours" else f" of {PEERS[server]}"
        target = TARGET_KIBIBYTES if server == "ours" else None
        found += [
            Figure(f"rpc idle connection{whose}", round(fresh, 1), "KiB", target),
            Figure(f"rpc idle connection{whose}, after a call", round(used, 1), "KiB", target),
        ]
    return found


def measure(servers, server):
    with servers.running(server) as running:
        process, port = running[server]
        body = (servers.bodies / "report").read_bytes()
        block = header_block(REPORT)
        first = [Connection(port).open() for _ in range(FIRST)]
        for connection in first:
            connection.calls(block, body, 1)
        before = memory(process)
        connections = [Connection(port).open() for _ in range(CONNECTIONS)]
        opened = memory(process)
        for connection in connections:
            connection.calls(block, body, 1)
        called = memory(process)
        for connection in first + connections:
            connection.close()
    return (opened - before) / CONNECTIONS, (called - before) / CONNECTIONS


def memory(process):
    time.sleep(SETTLE_SECONDS)
    return programs.resident_kibibytes(process.pid)
