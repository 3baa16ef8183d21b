"""Many calls of every kind over one channel leave nothing behind in the server."""

import os

from Support.conditions import eventually
from Support.http2 import END_HEADERS, HEADERS, WIDE_OPEN, call_headers, frame, headers, message
from Support.interop.contract import SERVICE
from Support.interop.soak import Soak
from Support.interop.targets import MILLRACE, TestServer
from Support.processes import descriptors, resident_bytes
from Support.seeds import seeded

CALLS = int(os.environ.get("MILLRACE_SOAK_CALLS", 20_000))
WARM_UP_CALLS = 4_000
LIMITS = {"resetsReceived": 10_000_000}
"""A client that gives up two calls in nine all the time is nobody's; here it is wanted."""
GROWTH_BYTES = 4 << 20
"""What is kept of a call, its stream with its headers, is above a kilobyte: of 20,000 calls it
would be 20 MB and more. The allocator's pools grow by a megabyte or two after the warm-up."""
CONNECTIONS = 2_000
ROUNDS = 3
"""What is kept of a connection grows in every round; what the allocator holds back because a busy
machine had many open at once does not."""
CALL = call_headers(SERVICE + "EmptyCall")


def test_a_soak_of_calls_leaves_neither_memory_nor_descriptors(tmp_path):
    with TestServer(MILLRACE, tmp_path, limits=LIMITS) as server, server.peer() as peer:
        soak = Soak(peer, seeded("soak"))
        soak.make(WARM_UP_CALLS)
        memory, files = resident_bytes(server.pid), descriptors(server.pid)
        soak.make(CALLS)
        print(f"{soak.ends}: {resident_bytes(server.pid) - memory} bytes more")
        assert resident_bytes(server.pid) - memory <= GROWTH_BYTES
        eventually("no descriptor more", lambda: descriptors(server.pid) <= files)
        assert sum(soak.ends.values()) == WARM_UP_CALLS + CALLS
        assert set(soak.ends) == {"OK", "FAILED_PRECONDITION", "CANCELLED", "DEADLINE_EXCEEDED"}


def test_connections_that_come_and_go_leave_neither(authority, tmp_path):
    """Half of them leave in the middle of a call."""
    with TestServer(MILLRACE, tmp_path, authority) as server, server.peer() as peer:
        def come_and_go(times: int):
            for turn in range(times):
                with peer.by_hand() as connection:
                    connection.send(WIDE_OPEN)
                    if turn % 2:
                        connection.exchange(CALL, message(b""))
                    else:
                        connection.send(frame(HEADERS, END_HEADERS, 1, headers(CALL)))
            eventually("all are gone", lambda: descriptors(server.pid) <= files)

        files = descriptors(server.pid)
        come_and_go(CONNECTIONS // 4)
        assert any(_grew_little(server, lambda: come_and_go(CONNECTIONS)) for _ in range(ROUNDS))


def _grew_little(server, happening) -> bool:
    memory = resident_bytes(server.pid)
    happening()
    growth = resident_bytes(server.pid) - memory
    print(f"{growth} bytes more")
    return growth <= GROWTH_BYTES
