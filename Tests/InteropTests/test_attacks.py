"""Attacks on a fresh server: the limit stops each, memory stays bounded, honest calls complete."""

import dataclasses
import resource
from collections.abc import Callable

import pytest

from Support.attacks import ATTACKS
from Support.attacks.floods import FLOODS
from Support.attacks.headers import HEADER_ATTACKS
from Support.attacks.resets import MADE_TO_RESET
from Support.attacks.siege import HonestClient, attack
from Support.attacks.slow import ADDRESSES, IDLE_CONNECTIONS, IdleConnections
from Support.conditions import eventually
from Support.http2 import ENHANCE_YOUR_CALM
from Support.interop.targets import MILLRACE, TestServer
from Support.processes import forget_peak, peak_resident_bytes, resident_bytes

CONNECTIONS = 4
"""Attacking at once: what the server holds for one is a quarter of its growth, and what it needs
once for any attack weighs less."""
MOST_BYTES = 8_000_000
"""Of memory for each attacking connection."""
IDLE_BYTES = 25 << 10
"""The same for an idle one."""
ATTACK_SECONDS = 1
"""Attackers that are stopped sooner come back until so much time is over."""
WARM_UP_CALLS = 300
GLITCHES, BATCH = 200, 50
"""What the server puts up with, and how many more an attacker sends before it hears of it."""
RESOURCE_EXHAUSTED, OK = "8", "0"

PATIENT = {"prefaceMilliseconds": 1_000, "headersMilliseconds": 1_000,
           "requestMilliseconds": 2_000, "sweepMilliseconds": 200,
           "stalledWriteMilliseconds": 1_000}
"""The time-outs, made short: an attack that waits for one need not wait long."""


@dataclasses.dataclass
class Expected:
    """How an attack must end."""

    holds: Callable
    """Of what each attacking connection saw."""
    limits: dict = dataclasses.field(default_factory=dict)
    """Of the server."""


def _told_to_calm_down(seen) -> bool:
    return seen.goaway == ENHANCE_YOUR_CALM and seen.closed


def _thrown_out(seen) -> bool:
    """With whatever error: the first such frame may be an error of the connection already."""
    return seen.closed


def _few_resets(seen) -> bool:
    return _thrown_out(seen) and sum(seen.resets.values()) <= GLITCHES + BATCH


def _all_refused(seen) -> bool:
    """By the limit of a message, call by call; the connection may stay."""
    return set(seen.statuses) == {RESOURCE_EXHAUSTED}


def _all_ended_without_success(seen) -> bool:
    return OK not in seen.statuses and (seen.closed or seen.ended_streams == 100)


EXPECTED = {
    **{name: Expected(_told_to_calm_down) for name in (*FLOODS, *HEADER_ATTACKS)},
    **{name: Expected(_few_resets) for name in MADE_TO_RESET},
    "rapid_reset": Expected(_told_to_calm_down),
    "rapid_reset_of_whole_calls": Expected(_told_to_calm_down),
    # What is broken here is a header block, which nobody can go on from.
    "continuation_flood": Expected(_thrown_out),
    "empty_continuation_flood": Expected(_thrown_out),
    "window_stall": Expected(_thrown_out, PATIENT),
    "window_stall_of_streams": Expected(_thrown_out, PATIENT),
    "connection_window_stall": Expected(_thrown_out, PATIENT),
    "stalled_reader": Expected(_thrown_out, PATIENT),
    "stalled_reader_of_answers": Expected(_thrown_out, PATIENT),
    "gzip_bomb": Expected(_all_refused),
    "unfinished_requests": Expected(_all_ended_without_success, PATIENT),
    "silent_connection": Expected(_thrown_out, PATIENT),
    "slow_preface": Expected(_thrown_out, PATIENT),
    "preface_without_settings": Expected(_thrown_out, PATIENT),
    "slow_headers": Expected(_thrown_out, PATIENT),
    "headers_without_end": Expected(_thrown_out, PATIENT),
    "slow_body": Expected(_all_ended_without_success, PATIENT),
}


class Siege:
    """A fresh server with a warm honest client, which calls on while something happens."""

    def __init__(self, server):
        self.server = server
        self.honest = HonestClient(server.port)

    def during(self, happening):
        """What `happening` returns, once it is known that the honest client took no harm."""
        self.honest.call(WARM_UP_CALLS)
        self.before_bytes = resident_bytes(self.server.pid)
        forget_peak(self.server.pid)
        with self.honest:
            calls = len(self.honest.latencies_seconds)
            found = happening()
            eventually("the honest client is answered after all as well",
                       lambda: len(self.honest.latencies_seconds) > calls)
        assert not self.honest.failures, self.honest.failures[:3]
        return found

    @property
    def growth_bytes(self) -> int:
        """The most memory that was in use beyond what was before."""
        return peak_resident_bytes(self.server.pid) - self.before_bytes


@pytest.fixture
def besieged(tmp_path):
    """Starts a server with limits of its own; ends it when the test is over."""
    held = []

    def start(limits) -> Siege:
        held.append(TestServer(MILLRACE, tmp_path, limits=limits).__enter__())
        held.append(Siege(held[0]))
        return held[1]

    yield start
    if len(held) > 1:
        held[1].honest.close()
    held[0].__exit__(None)


def test_every_attack_has_its_expectation():
    assert set(EXPECTED) == set(ATTACKS)


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_stopped(besieged, name):
    expected = EXPECTED[name]
    siege = besieged(expected.limits)
    sights = siege.during(
        lambda: attack(name, siege.server.port, CONNECTIONS, ATTACK_SECONDS))
    each_bytes = siege.growth_bytes // CONNECTIONS
    print(f"{len(sights)} connections, {len(siege.honest.latencies_seconds)} honest calls,"
          f" {each_bytes} bytes for each of {CONNECTIONS} connections; one saw {sights[0]}")
    for seen in sights:
        assert expected.holds(seen), seen
    assert each_bytes <= MOST_BYTES


def test_ten_thousand_idle_connections_are_cheap(besieged):
    siege = besieged({"connections": IDLE_CONNECTIONS + 100,
                      "prefaceMilliseconds": 60_000})

    def hold():
        with IdleConnections(siege.server.port) as idle:
            siege.honest.call(WARM_UP_CALLS)
            return idle.count, idle.alive()

    count, alive = siege.during(hold)
    growth = siege.growth_bytes
    print(f"{count} connections from {ADDRESSES} addresses (the system lets"
          f" {resource.getrlimit(resource.RLIMIT_NOFILE)[0]} descriptors):"
          f" {growth // count} bytes for each")
    assert alive == count
    assert growth <= count * IDLE_BYTES


def test_one_address_cannot_take_every_place(besieged):
    siege = besieged({"connectionsPerAddress": 200})

    def hold():
        with IdleConnections(siege.server.port, 300, addresses=1) as idle:
            eventually("the others are closed", lambda: idle.alive() == 200)

    siege.during(hold)


def test_no_more_connections_than_allowed_are_held(besieged):
    siege = besieged({"connections": 200})

    def hold():
        with IdleConnections(siege.server.port, 300) as idle:
            # One place is the honest client's.
            eventually("the others are closed", lambda: idle.alive() == 199)

    siege.during(hold)
