"""Rounds of load: every shape on every server in turn, so that a busy minute hits all alike."""

import collections
import statistics

from . import load, programs
from .figures import Figure
from .servers import PEERS
from .shapes import LATENCY_SHARE_OF_PEER, SINGLE

WARM_UP_SHARE = 10
"""Before the rounds each shape is sent once with a tenth of its calls."""


class Rounds:
    """What the cases cost on running servers."""

    def __init__(self, cases, running, bodies):
        self.cases, self.running, self.bodies = cases, running, bodies
        self.costs = collections.defaultdict(list)
        """Microseconds per call or message by (shape's name, server), one for each round."""
        self.latencies = collections.defaultdict(list)
        """99th percentiles of single calls in microseconds by server, one for each round."""
        self._answer_bytes = {}

    def run(self, count):
        for case in self.cases:
            self._check(case)
            for server in self._servers(case):
                self._send(case, server, case.shape.calls // WARM_UP_SHARE)
        for _ in range(count):
            for case in self.cases:
                for server in self._servers(case):
                    self._measure(case, server)

    def figures(self):
        return [figure for case in self.cases for figure in self._figures(case)]

    def _servers(self, case):
        """Ours, and directly after it the peers: pairs."""
        return [case.server] + [peer for peer in case.peers if peer in self.running]

    def _check(self, case):
        """One call to each server. All of them must answer the same."""
        answers = {
            load.answer(self.running[server][1], case.shape, self.bodies, server == "tls")
            for server in self._servers(case)
        }
        if len(answers) > 1:
            raise SystemExit(f"{case.shape.name}: the servers do not answer the same")
        self._answer_bytes[case.shape.name] = len(answers.pop())

    def _send(self, case, server, calls):
        """Sends calls; returns how long each took, where that is a figure."""
        port = self.running[server][1]
        arguments = (port, case.shape, self.bodies, self._answer_bytes[case.shape.name], calls)
        if case.shape == SINGLE:
            return load.send_timed(*arguments)
        return load.send(*arguments, tls=server == "tls")

    def _measure(self, case, server):
        pid = self.running[server][0].pid
        before = programs.cpu_seconds(pid)
        latencies = self._send(case, server, case.shape.calls)
        used = programs.cpu_seconds(pid) - before
        self.costs[case.shape.name, server].append(
            used * 1e6 / (case.shape.calls * case.shape.messages))
        if latencies:
            self.latencies[server].append(load.percentile(latencies, 0.99))

    def _figures(self, case):
        name = f"rpc {case.shape.name}"
        unit = "µs/message" if case.shape.messages > 1 else "µs/call"
        costs = {server: self.costs[case.shape.name, server] for server in self._servers(case)}
        ours = costs[case.server]
        yield Figure(f"{name}: server CPU", median(ours), unit, case.cost, case.bound)
        if case.baseline:
            baseline = self.costs[case.baseline, "ours"]
            yield Figure(
                f"{name}: to {case.baseline}", ratio(ours, baseline), "times", case.times_baseline)
        yield from beside_peers(name, unit, costs, case.share_of_peer)
        if case.shape == SINGLE:
            name = f"{name}, p99"
            yield Figure(name, median(self.latencies["ours"]), "µs")
            yield from beside_peers(name, "µs", self.latencies, LATENCY_SHARE_OF_PEER)


def beside_peers(name, unit, values, target):
    """Figures of the peers, and ours as a share of theirs. The first one has the target."""
    ours = next(iter(values.values()))
    for peer, called in PEERS.items():
        if peer in values:
            yield Figure(f"{name}: {called}", median(values[peer]), unit)
            yield Figure(f"{name}: share of {called}", ratio(ours, values[peer]), "times", target)
            target = None


def median(values):
    return round(statistics.median(values), 2)


def ratio(values, others):
    """The median of the ratios of pairs, which were measured one directly after the other."""
    return median([value / other for value, other in zip(values, others, strict=True)])
