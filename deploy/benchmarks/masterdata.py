"""MasterData with 100,000 items: taking them, resolving codes, catching up."""

import json
import os
import subprocess
import tempfile

from . import programs
from .figures import Figure

HELP = "100,000 items: import, codes resolved per second of server time, a watcher catching up"
CODES_PER_CPU_SECOND = 200_000
MEBIBYTES = 150


def add_arguments(parser):
    pass


def run(_arguments):
    binaries = programs.build("millrace", "millrace-masterdata")
    with tempfile.TemporaryDirectory(dir=programs.ROOT / ".build") as folder:
        found = load(binaries, folder)
    return [
        Figure("masterdata import of 100,000 items", round(found["importPerSecond"]), "items/s"),
        Figure("masterdata import, said again", round(found["repeatPerSecond"]), "items/s"),
        Figure("masterdata resolve, batches of 500", round(found["codesPerCPUSecond"]),
               "codes/s per core", CODES_PER_CPU_SECOND, "least"),
        Figure("masterdata watcher, away for 100,000 changes", found["missed"], "missed", 0),
        Figure("masterdata watcher, catching up", round(found["changesPerSecond"]), "changes/s"),
        Figure("masterdata memory, most", round(found["memoryMebibytes"]), "MiB", MEBIBYTES),
    ]


def load(binaries, folder):
    finished = subprocess.run(
        [programs.prepare_python(), "-B", "-m", "Support.masterdata_load", folder],
        cwd=programs.ROOT / "Tests", env={**os.environ, "MILLRACE_PROGRAMS": str(binaries)},
        stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(finished.stdout.splitlines()[-1])
