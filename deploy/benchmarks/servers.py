"""The servers that `deploy/bench` measures: ours in several settings, and the peers."""

import contextlib
import os
import subprocess

from . import programs

PEER_SOURCES = programs.ROOT / "deploy/benchmarks/peer"
PEER_PROGRAMS = programs.ROOT / ".build/peer"
PEERS = {"callback": "gRPC C++", "queue": "gRPC C++ on one thread"}
"""The peers' programs and what their figures call them."""


class Servers:
    """Builds what is needed and starts servers by name: "ours" with one event loop, "two loops",
    "tls", and the peers."""

    def __init__(self, folder, messages, with_peers=False):
        self.bodies = folder / "bodies"
        self.bodies.mkdir()
        ours = [
            programs.build("RPCBenchServer") / "RPCBenchServer", self.bodies,
            "--messages", messages,
        ]
        certificate, key = make_certificate(folder)
        self._commands = {
            "ours": ours,
            "two loops": [*ours, "--loops", 2],
            "tls": [*ours, "--tls-certificate", certificate, "--tls-key", key],
        }
        if with_peers:
            build_peers()
            self._commands.update((name, [PEER_PROGRAMS / name]) for name in PEERS)

    @contextlib.contextmanager
    def running(self, *names):
        """Runs servers side by side; gives process and port of each. Who is not called costs
        nothing."""
        with contextlib.ExitStack() as stack:
            yield {
                name: stack.enter_context(programs.running(*self._commands[name]))
                for name in names
            }


def build_peers():
    programs.install_packages("debian-packages-peer")
    subprocess.run(
        ["make", "--silent", "-j", str(os.cpu_count()), "-C", str(PEER_SOURCES)], check=True)


def make_certificate(folder):
    """A certificate for this machine, signed by itself and good for a day, and its key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
            "-noenc", "-days", "1", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
            "-keyout", str(key), "-out", str(certificate),
        ],
        check=True, capture_output=True)
    return certificate, key
