"""Proxies of others, with one worker each, that forward every call to one HTTP/2 service."""

import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

from . import programs

START_SECONDS = 10


@contextmanager
def nghttpx(folder, service, certificate):
    port = free_port()
    tls = [] if certificate else [";no-tls"]
    command = [
        "nghttpx", f"--frontend=127.0.0.1,{port}{''.join(tls)}",
        f"--backend=127.0.0.1,{service};;proto=h2", "--workers=1", "--accesslog-file=/dev/null",
        "--errorlog-file=/dev/null", "--no-ocsp", f"--conf={folder / 'nothing'}"]
    if certificate:
        command += [str(certificate[1]), str(certificate[0])]
    (folder / "nothing").touch()
    with listening(command, port) as process:
        yield process.pid, port


@contextmanager
def haproxy(folder, service, certificate):
    port = free_port()
    listen = f"bind 127.0.0.1:{port} proto h2"
    if certificate:
        pem = folder / "haproxy.pem"
        pem.write_text(certificate[0].read_text() + certificate[1].read_text())
        listen = f"bind 127.0.0.1:{port} ssl crt {pem} alpn h2"
    configuration = folder / "haproxy.cfg"
    configuration.write_text(f"""
global
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend front
  {listen}
  default_backend back
backend back
  server service 127.0.0.1:{service} proto h2
""")
    with listening(["haproxy", "-db", "-q", "-f", str(configuration)], port) as process:
        yield process.pid, port


@contextmanager
def nginx(folder, service, certificate):
    port = free_port()
    listen = f"listen 127.0.0.1:{port} http2;"
    if certificate:
        listen = f"""listen 127.0.0.1:{port} ssl http2;
    ssl_certificate {certificate[0]};
    ssl_certificate_key {certificate[1]};"""
    configuration = folder / "nginx.conf"
    configuration.write_text(f"""
daemon off;
worker_processes 1;
pid {folder / 'nginx.pid'};
error_log /dev/null;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  keepalive_requests 100000000;
  client_body_temp_path {folder / 'nginx-body'};
  upstream service {{
    server 127.0.0.1:{service};
    keepalive 64;
    keepalive_requests 100000000;
  }}
  server {{
    {listen}
    http2_max_requests 100000000;
    location / {{ grpc_pass grpc://service; }}
  }}
}}
""")
    with listening(["nginx", "-c", str(configuration), "-p", str(folder)], port) as process:
        yield process.pid, port


PROXIES = {"nghttpx": nghttpx, "HAProxy": haproxy, "nginx": nginx}
"""How each is started: (folder, the service's port, certificate and key or None) to (pid, port)."""


def cpu_seconds(pid):
    """The processor time of a process and of its children: some proxies work in one."""
    return programs.cpu_seconds(pid) + sum(cpu_seconds(child) for child in children(pid))


def children(pid):
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextmanager
def listening(command, port):
    """Runs a server that says nothing until the block ends, from when it listens on."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > end:
                    raise SystemExit(f"{command[0]} did not start") from None
                time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        process.wait()
