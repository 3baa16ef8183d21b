"""The wire between the Gateway and Odoo, with faults on demand.

People work with Odoo past it, so an outage of the wire hides what they do meanwhile. Faults are made
here and not in the stand-in for Odoo, so that the same tests can be run against a real one.
"""

import collections
import contextlib
import dataclasses
import http.client
import json
import socket
import socketserver
import threading
from http.server import BaseHTTPRequestHandler

FORWARD_SECONDS = 60


@dataclasses.dataclass
class Rule:
    """What happens to the next calls that it fits."""

    act: object
    """Gets the call; see the methods of Wire."""
    model: str | None = None
    method: str | None = None
    times: int | None = None
    """None: until the faults are cleared."""


class Call:
    """One request of the Gateway on its way."""

    def __init__(self, wire, handler, body):
        self.wire, self.handler, self.body = wire, handler, body
        try:
            request = json.loads(body)
            arguments = request["params"]["args"]
            self.id = request.get("id")
            self.model, self.method = (arguments[3:5] if len(arguments) > 4 else (
                "common", request["params"]["method"]))
        except (ValueError, KeyError, TypeError, IndexError):
            self.id, self.model, self.method = None, "", ""

    def forward(self):
        """Lets Odoo do it; the answer as (status, content type, body)."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.wire.odoo_port, timeout=FORWARD_SECONDS)
        try:
            connection.request(
                self.handler.command, self.handler.path, self.body or None,
                {"Content-Type": self.handler.headers.get("Content-Type", "application/json")})
            answer = connection.getresponse()
            return answer.status, answer.headers.get("Content-Type", ""), answer.read()
        finally:
            connection.close()

    def answer(self, status, kind, body):
        self.handler.send_response(status)
        self.handler.send_header("Content-Type", kind)
        self.handler.send_header("Content-Length", str(len(body)))
        self.handler.end_headers()
        self.handler.wfile.write(body)

    def hang_up(self):
        self.handler.close_connection = True
        with contextlib.suppress(OSError):
            self.handler.connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        self.server.wire.connections.add(self.connection)

    def finish(self):
        self.server.wire.connections.discard(self.connection)
        with contextlib.suppress(OSError):
            super().finish()

    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        call = Call(self.server.wire, self, self.rfile.read(length))
        try:
            self.server.wire.deal(call)
        except OSError:
            call.hang_up()

    do_GET = do_POST

    def log_message(self, *_):
        pass


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_):
        """A connection that the other side has closed is no news here."""


class Wire:
    """Listens for the Gateway and hands its calls on to Odoo."""

    def __init__(self, odoo_port: int, port: int):
        self.odoo_port, self.port = odoo_port, port
        self.connections = set()
        self.calls = collections.Counter()
        """Calls that arrived, by (model, method)."""
        self._rules = []
        self._lock = threading.Lock()
        self._listen()

    def _listen(self):
        self._server = _Server(("127.0.0.1", self.port), _Handler)
        self._server.wire = self
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._cut()

    def _cut(self):
        for connection in list(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def deal(self, call: Call):
        with self._lock:
            self.calls[call.model, call.method] += 1
            rule = next((each for each in self._rules
                         if each.model in (None, call.model)
                         and each.method in (None, call.method)), None)
            if rule is not None and rule.times is not None:
                rule.times -= 1
                if rule.times == 0:
                    self._rules.remove(rule)
        if rule is None:
            call.answer(*call.forward())
        else:
            rule.act(call)

    def _add(self, act, model=None, method=None, times=None) -> Rule:
        rule = Rule(act, model, method, times)
        with self._lock:
            self._rules.append(rule)
        return rule

    # Faults

    def clear(self):
        with self._lock:
            self._rules.clear()

    def is_spent(self, rule: Rule) -> bool:
        """Whether a counted fault has happened as often as it was asked for."""
        return rule.times == 0

    def down(self) -> Rule:
        """Every connection is closed without an answer."""
        return self._add(Call.hang_up)

    @contextlib.contextmanager
    def outage(self):
        self.down()
        try:
            yield
        finally:
            self.clear()

    @contextlib.contextmanager
    def refusing_connections(self):
        self.close()
        try:
            yield
        finally:
            self._listen()

    def drop_answers(self, model=None, method=None, times=1) -> Rule:
        """Odoo does it and commits; the answer never arrives."""
        def act(call):
            call.forward()
            call.hang_up()
        return self._add(act, model, method, times)

    def bad_gateway(self, model=None, method=None, times=1) -> Rule:
        """A proxy answers in Odoo's place; Odoo does nothing."""
        return self._add(lambda call: call.answer(
            502, "text/html", b"<html><h1>502 Bad Gateway</h1></html>"), model, method, times)

    def errors(self, model, method, name, message="refused by a test", times=1) -> Rule:
        """Odoo answers with an error of this class and has done nothing."""
        def act(call):
            call.answer(200, "application/json", json.dumps({
                "jsonrpc": "2.0", "id": call.id, "error": {
                    "code": 200, "message": "Odoo Server Error", "data": {
                        "name": name, "debug": "Traceback", "message": message,
                        "arguments": [message], "context": {}}}}).encode())
        return self._add(act, model, method, times)

    def nonsense(self, text, model=None, method=None, after_commit=False, times=None) -> Rule:
        """An answer that means nothing; `%ID%` in it becomes the id of the request."""
        def act(call):
            if after_commit:
                call.forward()
            body = text.replace('"%ID%"', json.dumps(call.id)).encode()
            call.answer(200, "application/json", body)
        return self._add(act, model, method, times)

    def latency(self, seconds) -> Rule:
        """Every answer is held back for a while."""
        hold = threading.Event()

        def act(call):
            answer = call.forward()
            hold.wait(seconds)
            call.answer(*answer)
        return self._add(act)

    def before(self, model, method, hand) -> Rule:
        """A person does something just before Odoo gets the next such call."""
        def act(call):
            hand()
            call.answer(*call.forward())
        return self._add(act, model, method, 1)

    def after(self, model, method, hand) -> Rule:
        """A person does something just after Odoo has done the next such call."""
        def act(call):
            answer = call.forward()
            hand()
            call.answer(*answer)
        return self._add(act, model, method, 1)
