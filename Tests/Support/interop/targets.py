"""Servers of the test service that run as processes, and clients that run cases against them."""

from Support.interop.client import run_cases
from Support.interop.peer import Peer
from Support.programs import Program, PythonProgram, run

GRPCIO, MILLRACE = "grpcio", "Millrace"
ENDS = [GRPCIO, MILLRACE]
PROBING = ["client_compressed_unary", "client_compressed_streaming"]
"""Cases whose first call a server refuses if it sees compression, which grpcio's does not."""


class Target:
    """A server of the test service, as its clients find it."""

    def __init__(self, port: int, ca=None, sees_compression=True, server_name="localhost"):
        self.port, self.ca, self.sees_compression = port, ca, sees_compression
        self.server_name = server_name
        """What the server's certificate must say, where there is one."""

    def peer(self) -> Peer:
        return Peer(self.port, self.ca, server_name=self.ca and self.server_name,
                    sees_compression=self.sees_compression)

    def run_case(self, client: str, case: str):
        """Runs a case by one of the clients; its own assertions decide."""
        if client == GRPCIO:
            with self.peer() as peer:
                assert run_cases(peer, [case]) == [], "see the output"
            return
        arguments = ["--host", "127.0.0.1", "--port", str(self.port), "--case", case]
        if self.ca:
            arguments += ["--ca", str(self.ca), "--server-name", self.server_name]
        if not self.sees_compression and case in PROBING:
            arguments.append("--skip-probe")
        run("InteropClient", *arguments)


class TestServer(Target):
    """A process that serves the test service, from its start to its end."""

    __test__ = False

    def __init__(self, kind: str, folder, authority=None, limits=None, client_ca=None,
                 issued=None):
        arguments = ["--port", "0"]
        if authority:
            issued = issued or authority.server()
            arguments += ["--certificate", str(issued.certificate), "--key", str(issued.key)]
        if client_ca:
            arguments += ["--client-ca", str(client_ca)]
        for name, value in (limits or {}).items():
            arguments += ["--limit", f"{name}={value}"]
        if kind == GRPCIO:
            self.program = PythonProgram("Support.interop.server", arguments, folder)
        else:
            self.program = Program("InteropServer", arguments, folder)
        self.program.start()
        super().__init__(
            self.program.listening_port(), authority and authority.certificate, kind != GRPCIO)

    @property
    def pid(self) -> int:
        return self.program.pid

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        survived = self.program.is_running
        self.program.stop()
        assert survived or kind, f"the server has ended by itself:\n{self.program.output()}"
