"""What `deploy/bench rpc` measures, and what each figure should be.

Shares of the peer are targets, because both are measured in one run. An absolute cost says what to
expect ("about"), from a prototype of the same parts, unless it is a target itself ("most").
"""

import dataclasses

from .load import Shape

REPORT = "/millrace.production.v1.ProductionService/ReportProduction"
BENCH = "/millrace.bench.v1.BenchService/"
MESSAGES = 1_000
"""Messages of one streaming call."""


@dataclasses.dataclass(frozen=True)
class Case:
    """A shape, who serves it, and what is expected."""

    shape: Shape
    server: str = "ours"
    peers: tuple = ()
    """Who else serves it."""
    cost: float | None = None
    """Microseconds of server CPU per call or message."""
    bound: str = "about"
    share_of_peer: float | None = None
    """The most of the first peer's CPU."""
    baseline: str | None = None
    """The shape whose cost this one is compared with, and the most times it."""
    times_baseline: float | None = None


def unary(connections, streams, calls, deadline=False):
    name = f"unary {connections}x{streams}" + (", deadline" if deadline else "")
    return Shape(name, REPORT, "report", connections, streams, calls, deadline=deadline)


ONE, BOTH = ("callback",), ("callback", "queue")
PLAIN = unary(8, 32, 100_000)
SINGLE = unary(1, 1, 20_000)

# What is compared with another case stands directly below it.
CASES = [
    Case(PLAIN, peers=BOTH, cost=7, bound="most", share_of_peer=1 / 4),
    Case(dataclasses.replace(PLAIN, name="unary 8x32, TLS"), server="tls",
         baseline=PLAIN.name, times_baseline=1.3),
    Case(dataclasses.replace(PLAIN, name="unary 8x32, two loops"), server="two loops",
         baseline=PLAIN.name),
    Case(Shape("unary 8x32, suspends", BENCH + "Suspend", "report", 8, 32, 100_000), cost=6.5,
         baseline=PLAIN.name),
    Case(unary(8, 32, 100_000, deadline=True), peers=ONE, cost=5.5, share_of_peer=1 / 4),
    Case(unary(64, 100, 100_000), peers=BOTH, cost=5.5, share_of_peer=1 / 4),
    Case(unary(64, 100, 100_000, deadline=True), peers=ONE, cost=5.5, share_of_peer=1 / 4),
    Case(SINGLE, peers=BOTH, share_of_peer=1 / 3),
    Case(unary(1, 1, 20_000, deadline=True), peers=ONE, share_of_peer=1 / 3),
    Case(Shape("server stream", BENCH + "Feed", "feed", 8, 4, 320, MESSAGES), peers=ONE),
    Case(Shape("bidi", BENCH + "Echo", "echo", 8, 4, 320, MESSAGES), peers=ONE,
         cost=2.5, bound="most"),
]

LATENCY_SHARE_OF_PEER = 1 / 2
"""The most of the first peer's p99 at one call at a time."""
