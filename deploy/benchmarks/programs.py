"""Building and running the programs that are measured."""

import contextlib
import ctypes
import json
import os
import pathlib
import resource
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


def build(*products):
    """Builds products in release, with the compiler's progress, and returns where they are."""
    for product in products:
        subprocess.run(
            ["swift", "build", "-c", "release", "--static-swift-stdlib", "--product", product], cwd=ROOT, check=True
        )
    shown = subprocess.run(
        ["swift", "build", "-c", "release", "--show-bin-path"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )
    return pathlib.Path(shown.stdout.strip())


def build_stripped(product, folder):
    """The same, as a copy without debugging information: Valgrind can't read Swift's."""
    stripped = pathlib.Path(folder) / product
    subprocess.run(
        ["strip", "--strip-debug", "-o", str(stripped), str(build(product) / product)], check=True)
    return stripped


def install_packages(list_name):
    """Installs what a list in deploy/ names, as far as it is not there."""
    _call_common("install_debian_packages", list_name)


def prepare_python():
    """Installs the Python packages of the tests, and returns their Python."""
    _call_common("prepare_python")
    return str(ROOT / ".venv/bin/python")


def run_load(binaries, module, *arguments, folder=None):
    """Runs a load of the tests; it prints its figures last. Without a folder of the caller's it has one on the disk of
    the build."""
    with contextlib.ExitStack() as stack:
        place = folder or stack.enter_context(tempfile.TemporaryDirectory(dir=ROOT / ".build"))
        finished = subprocess.run(
            [prepare_python(), "-B", "-m", module, place, *(str(each) for each in arguments)],
            cwd=ROOT / "Tests", env={**os.environ, "MILLRACE_PROGRAMS": str(binaries)},
            stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(finished.stdout.splitlines()[-1])


def _call_common(*function):
    """Calls a function of deploy/common."""
    script = 'set -euo pipefail; source "$0/deploy/common"; "$@"'
    subprocess.run(["bash", "-c", script, str(ROOT), *function], check=True)


@contextlib.contextmanager
def running(*command, **options):
    """Runs a server until the block ends; gives its process and the port of its first line."""
    process = subprocess.Popen(
        [str(part) for part in command], stdout=subprocess.PIPE, text=True, **options
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
    """The processor time a process has used, user and system, all threads that are or were.

    By its CPU clock, which counts nanoseconds; /proc/PID/stat counts hundredths of a second.
    """
    clock = ctypes.c_int()
    error = ctypes.CDLL(None).clock_getcpuclockid(pid, ctypes.byref(clock))
    if error:
        raise OSError(error, os.strerror(error), f"process {pid}")
    return time.clock_gettime(clock.value)


def resident_kibibytes(pid):
    """The memory a process holds: its proportional share of every page (PSS)."""
    with open(f"/proc/{pid}/smaps_rollup") as file:
        for line in file:
            if line.startswith("Pss:"):
                return int(line.split()[1])
    raise SystemExit(f"/proc/{pid}/smaps_rollup has no Pss")


def peak_kibibytes(pid):
    """The most memory a process has had so far; 0 when it is gone."""
    try:
        with open(f"/proc/{pid}/status") as file:
            lines = [line for line in file if line.startswith("VmHWM:")]
    except FileNotFoundError:
        return 0
    return int(lines[0].split()[1]) if lines else 0


def allow_open_files(count):
    """Lets this process, and what it starts from now on, have so many files and sockets open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count:
        raise SystemExit(f"{count} open files are needed, the limit is {hard} (ulimit -Hn)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count), hard))
