"""Durable ReportProduction end to end: real processes, a file on disk, every row counted afterwards."""

import json
import statistics
import subprocess
import tempfile

from . import figures, programs

HELP = "durable reports per second at 1, 32 and 128 callers, rows counted afterwards"

# Callers, and the fewest reports per second. The ratio below is the project's target; these bounds
# only catch a collapse, because a second depends on the disk and the processors: callers, Production
# and its fsync share the machine.
LEVELS = [(1, 200), (32, 1_000), (128, 1_500)]
RATIO = 5.0


def add_arguments(parser):
    parser.add_argument("--rounds", type=int, default=3, help="rounds (default 3)")
    parser.add_argument("--seconds", type=int, default=5, help="per round and level (default 5)")
    parser.add_argument(
        "--way", choices=["direct", "gateway"], default="direct",
        help="call Production itself, or through the Gateway (default direct)")


def run(arguments):
    products = ["millrace", "millrace-production"]
    if arguments.way == "gateway":
        products += ["millrace-gateway", "millrace-odoo-sandbox"]
    binaries = programs.build(*products)
    rates = {callers: [] for callers, _ in LEVELS}
    differences = 0
    # Beside the build: a place for temporary files may be in memory, where fsync costs nothing.
    with tempfile.TemporaryDirectory(dir=programs.ROOT / ".build") as folder:
        for _ in range(arguments.rounds):
            result = load(binaries, folder, arguments)
            differences += abs(result["accepted"] - result["counted"])
            for level in result["levels"]:
                rates[level["callers"]].append(level["reportsPerSecond"])
    ratio = statistics.median(
        many / one for one, many in zip(rates[1], rates[128], strict=True))
    way = f"ingest {arguments.way}"
    return [
        *(figures.Figure(f"{way}, {callers} callers", round(statistics.median(rates[callers])),
                         "reports/s", least, "least") for callers, least in LEVELS),
        figures.Figure(f"{way}, 128 callers to 1", round(ratio, 2), "times", RATIO, "least"),
        figures.Figure(f"{way}, lost or doubled", differences, "reports", 0),
    ]


def load(binaries, folder, arguments):
    """One round over all levels. The tool fails when a report is lost; then its figures say so."""
    finished = subprocess.run(
        [
            str(binaries / "millrace"), "bench", "ingest", "--way", arguments.way,
            "--callers", ",".join(str(callers) for callers, _ in LEVELS),
            "--seconds", str(arguments.seconds), "--directory", folder,
        ],
        capture_output=True, text=True, check=False,
    )
    if not finished.stdout.strip():
        raise SystemExit("millrace bench ingest said nothing:\n" + finished.stderr)
    return json.loads(finished.stdout)
