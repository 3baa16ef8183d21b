"""Building and running the programs that are measured."""

import contextlib
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def build(*products):
    """Builds products in release, with the compiler's progress, and returns where they are."""
    for product in products:
        subprocess.run(
            ["swift", "build", "-c", "release", "--product", product], cwd=ROOT, check=True
        )
    shown = subprocess.run(
        ["swift", "build", "-c", "release", "--show-bin-path"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )
    return pathlib.Path(shown.stdout.strip())


@contextlib.contextmanager
def running(*command):
    """Runs a server until the block ends; gives its process and the port of its first line."""
    process = subprocess.Popen(
        [str(part) for part in command], stdout=subprocess.PIPE, text=True
    )
    try:
        line = process.stdout.readline()
        if not line.startswith("listening on "):
            raise SystemExit(f"{command[0]} did not start: {line!r}")
        yield process, int(line.strip().rsplit(":", 1)[1])
    finally:
        process.terminate()
        process.wait()


def cpu_seconds(pid):
    """The processor time a process has used, user and system, all threads."""
    with open(f"/proc/{pid}/stat") as file:
        # The name in parentheses may hold spaces: fields are counted after it.
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
