"""What the Gateway costs on the way to a service, beside proxies that forward blindly.

The same call goes to the service directly, through the Gateway with everything switched on, and
through nghttpx, HAProxy and nginx with one worker each, in turns.
"""

import collections
import contextlib
import dataclasses
import json
import pathlib
import subprocess
import tempfile

from . import load, programs, proxies, shapes
from .figures import Figure
from .rounds import median, ratio
from .servers import Servers, make_certificate

HELP = "processor time of the Gateway per call, beside nghttpx, HAProxy and nginx"

DIRECT, GATEWAY = "direct", "Gateway"
COMPARED = "nghttpx"
"""The proxy that the target is about."""
TIMES_COMPARED = 1.2
BUSY = shapes.unary(8, 32, 50_000)
SINGLE = shapes.unary(1, 1, 5_000)


def add_arguments(parser):
    parser.add_argument("--rounds", type=int, default=5, help="rounds (default 5)")


def run(arguments):
    programs.install_packages("debian-packages-bench")
    programs.install_packages("debian-packages-proxies")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        servers = Servers(folder, 1)
        with servers.running("ours") as running:
            service = running["ours"][1]
            figures = []
            for tls in (False, True):
                with ways(folder, service, tls) as (found, headers):
                    measured = Rounds(found, headers, servers.bodies, tls)
                    measured.run(arguments.rounds)
                    figures += measured.figures()
    return figures


@contextlib.contextmanager
def ways(folder, service, tls):
    """Everything that stands before the service: (process, port) by name, and what a caller of the
    Gateway sends with each call."""
    certificate = make_certificate(folder) if tls else None
    with contextlib.ExitStack() as stack:
        found = {} if tls else {DIRECT: (None, service)}
        found[GATEWAY], key = stack.enter_context(gateway(folder, service, certificate))
        for name, start in proxies.PROXIES.items():
            found[name] = stack.enter_context(start(folder, service, certificate))
        yield found, ("-H", f"authorization: Bearer {key}")


@contextlib.contextmanager
def gateway(folder, service, certificate):
    """A Gateway before the service, with one partner; gives (pid, port) and the partner's key."""
    binaries = programs.build("millrace", "millrace-gateway")
    place = folder / ("gateway-tls" if certificate else "gateway")
    place.mkdir()
    tool = [binaries / "millrace"]
    subprocess.run([*tool, "keys", "create", "--directory", place], check=True, capture_output=True)
    listen = {"host": "127.0.0.1", "port": 0}
    if certificate:
        listen["tls"] = {
            "certificateChainFile": str(certificate[0]), "privateKeyFile": str(certificate[1])}
    settings = {
        "listen": listen, "database": str(place / "gateway.sqlite"),
        "signingKeyFile": str(place / "principal-signing-key.pem"),
        "services": {"production": {"host": "127.0.0.1", "port": service}},
        # It must have one; nobody answers there.
        "odoo": [{
            "site": "PLANT1", "url": "http://127.0.0.1:9", "database": "plant", "login": "nobody",
            "apiKeyFile": str(place / "odoo-api-key"), "pollIntervalMilliseconds": 3_600_000,
            "postingIntervalMilliseconds": 3_600_000}],
    }
    (place / "odoo-api-key").write_text("none")
    (place / "odoo-api-key").chmod(0o600)
    (place / "gateway.json").write_text(json.dumps(settings))
    command = [binaries / "millrace-gateway", "--config", place / "gateway.json"]
    admin_key = place / "admin-api-key"
    admin_key.touch(mode=0o600)
    admin_key.write_text(output(*command, "--issue-admin-key", "admin"))
    with programs.running(*command, stderr=subprocess.DEVNULL) as (process, port):
        where = ["--gateway", f"127.0.0.1:{port}", "--api-key-file", admin_key]
        if certificate:
            where += ["--authorities-file", certificate[0]]
        output(*tool, "partner", "put", "mes", "--site", "PLANT1", "--role", "mes",
               "--calls-per-second", "100000", "--burst", "1000000",
               "--concurrent-calls", "10000", *where)
        yield (process.pid, port), output(*tool, "key", "issue", "mes", *where).strip()


def output(*command):
    """What a command prints; it must succeed."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


class Rounds:
    """What a call costs on each way."""

    def __init__(self, ways, headers, bodies, tls):
        self.ways, self.headers, self.bodies, self.tls = ways, headers, bodies, tls
        self.costs = collections.defaultdict(list)
        self.latencies = collections.defaultdict(list)
        self._answers = {}

    def run(self, count):
        for _, port in self.ways.values():
            answer = load.answer(port, self._shape(BUSY), self.bodies, self.tls)
            self._answers[port] = len(answer)
            self._send(port, self._shape(BUSY), BUSY.calls // 10)
        if len(set(self._answers.values())) != 1:
            raise SystemExit("the ways do not answer the same")
        for _ in range(count):
            for way in self.ways:
                self._measure(way)

    def figures(self):
        name = "gateway 8x32, TLS" if self.tls else "gateway 8x32"
        for way, costs in self.costs.items():
            yield Figure(f"{name}: {way}, processor time", median(costs), "µs/call")
        for proxy in proxies.PROXIES:
            target = TIMES_COMPARED if proxy == COMPARED else None
            yield Figure(
                f"{name}: Gateway to {proxy}", ratio(self.costs[GATEWAY], self.costs[proxy]),
                "times", target)
        if self.tls:
            return
        for share, place in (("p50", 0), ("p99", 1)):
            direct = median([each[place] for each in self.latencies[DIRECT]])
            yield Figure(f"gateway 1x1, {share}: direct", direct, "µs")
            for way in self.ways:
                if way != DIRECT:
                    values = median([each[place] for each in self.latencies[way]])
                    yield Figure(f"gateway 1x1, {share}: {way} adds", round(values - direct), "µs")

    def _shape(self, shape):
        return dataclasses.replace(shape, metadata=self.headers)

    def _send(self, port, shape, calls=None):
        load.send(port, shape, self.bodies, self._answers[port], calls, tls=self.tls)

    def _measure(self, way):
        pid, port = self.ways[way]
        if pid:
            before = proxies.cpu_seconds(pid)
            self._send(port, self._shape(BUSY))
            used = proxies.cpu_seconds(pid) - before
            self.costs[way].append(used * 1e6 / BUSY.calls)
        if not self.tls:
            times = load.send_timed(port, self._shape(SINGLE), self.bodies, self._answers[port])
            self.latencies[way].append(
                (load.percentile(times, 0.5), load.percentile(times, 0.99)))
