"""The records alone: durable writes by callers, growth, start-up after a kill, feed, memory.

Each step is a process of its own (deploy/benchmarks/RecordsBench) on a file on disk, and each write
is what a report costs Production: record, identity, event and audit entry. Rows are counted after
every run.
"""

import json
import pathlib
import statistics
import subprocess
import tempfile
import time

from . import programs
from .figures import Figure
from .rounds import median, ratio

HELP = "durable writes by callers, growth to ten million reports, start-up, feed, memory"

CALLERS = {1: 1_500, 8: 8_000, 32: 30_000, 128: 60_000, 512: 60_000}
"""Writes of a round at each number of callers: a second or two."""
GROUPED = 128
"""The callers at which one transaction for many is held against one for each."""
ALONE_WRITES = 3_000
GAIN = 8
SIZES = [1_000, 10_000, 100_000, 1_000_000, 10_000_000]
GROWTH = {"ordered": 1.3, "random": 2.0}
"""The most times the cost at the smallest size, by how identities are made."""
FEWEST_WRITES, MOST_WRITES = 2_000, 20_000
"""Writes of a round of growth: as many as there are reports, so that they hardly change the size."""
GROWTH_READS = 10_000
PAIRS = 9
"""A read is mostly the way to a reader's thread and back, which varies by a factor of two."""
START_SECONDS = 2
EVENTS = 300_000
EVENTS_PER_SECOND = 100_000
IDLE_MEBIBYTES, FULL_MEBIBYTES = 40, 150


def add_arguments(parser):
    parser.add_argument("--rounds", type=int, default=3, help="rounds (default 3)")
    parser.add_argument(
        "--largest", type=int, default=SIZES[-1],
        help=f"reports to grow to (default {SIZES[-1]:,}, which takes some 20 minutes)")
    parser.add_argument(
        "--only", choices=["writes", "growth", "feed"], help="one part of the benchmark")
    parser.add_argument(
        "--identities", choices=list(GROWTH), help="growth with these identities only")


def run(arguments):
    bench = programs.build("RecordsBench") / "RecordsBench"
    found = []
    # Beside the build: a place for temporary files may be in memory, where fsync costs nothing.
    with tempfile.TemporaryDirectory(dir=programs.ROOT / ".build") as folder:
        tool = Tool(bench, pathlib.Path(folder))
        if arguments.only in (None, "writes"):
            found += writes(tool, arguments.rounds)
        if arguments.only in (None, "feed"):
            found += feed(tool, arguments.rounds)
        if arguments.only in (None, "growth"):
            for identities in [arguments.identities] if arguments.identities else GROWTH:
                found += growth(tool, identities, arguments.largest, arguments.rounds)
    return found


class Tool:
    """RecordsBench on database files of one folder."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def command(self, step, name, **options):
        words = [self.program, step, "--database", self.folder / f"{name}.sqlite"]
        for option, value in options.items():
            words += [f"--{option.replace('_', '-')}", value]
        return [str(word) for word in words]

    def run(self, step, name, **options):
        finished = subprocess.run(
            self.command(step, name, **options), check=True, capture_output=True, text=True)
        return json.loads(finished.stdout)

    def forget(self, name):
        for file in self.folder.glob(f"{name}.sqlite*"):
            file.unlink()


def writes(tool, rounds):
    """By callers; and one transaction for many against one for each, in turns."""
    runs = {callers: [] for callers in CALLERS}
    alone, lost = [], 0
    for _ in range(rounds):
        for callers, count in CALLERS.items():
            runs[callers].append(tool.run("write", "writes", callers=callers, writes=count))
        alone.append(
            tool.run("write", "writes", callers=GROUPED, writes=ALONE_WRITES, maximum_batch=1))
        tool.forget("writes")
    for result in [*alone, *(each for several in runs.values() for each in several)]:
        lost += abs(result["writes"] - result["added"])
    for callers, results in runs.items():
        name = f"records, {callers} callers"
        yield Figure(f"{name}: durable writes", rate(results), "writes/s")
        for share in ("p50", "p99", "p999"):
            yield Figure(
                f"{name}: {share}", round(middle(results, f"{share}Microseconds")), "µs")
        yield Figure(f"{name}: processor time", cost(results), "µs/write")
        yield Figure(
            f"{name}: in checkpoints",
            round(median([each["checkpointSeconds"] / each["seconds"] * 100 for each in results]), 1),
            "% of the time")
        # Writes wait meanwhile: what is above it in p99 comes from elsewhere.
        yield Figure(
            f"{name}: longest checkpoint",
            round(max(each["longestCheckpointMicroseconds"] for each in results)), "µs")
    yield Figure(f"records, one transaction each, {GROUPED} callers", rate(alone), "writes/s")
    gains = [per_second(many) / per_second(one)
             for many, one in zip(runs[GROUPED], alone, strict=True)]
    yield Figure(
        f"records, {GROUPED} callers: to one transaction each", median(gains), "times", GAIN,
        "least")
    yield Figure("records, lost or doubled", lost, "writes", 0)
    full = memory_of_full_load(tool)
    yield Figure("records, memory at full load", round(full / 1024, 1), "MiB", FULL_MEBIBYTES)


def growth(tool, identities, largest, rounds):
    """What a write and a read of one report cost as the file grows; how long a start takes then."""
    sizes = [size for size in SIZES if size <= largest]
    for size in sizes:
        tool.run("grow", identities, reports=size, identities=identities)
        name = f"records, {identities} identities, {size:,} reports"
        written = [write_cost(tool, identities, identities, size) for _ in range(rounds)]
        read = [read_cost(tool, identities) for _ in range(rounds)]
        yield Figure(f"{name}: write", median(written), "µs")
        yield Figure(f"{name}: read", median(read), "µs")
    first, last = sizes[0], sizes[-1]
    costs = beside_a_small_one(tool, identities, first, last)
    for what, (large, small) in costs.items():
        yield Figure(
            f"records, {identities} identities: {what} at {last:,} to {first:,} reports",
            ratio(large, small), "times", GROWTH[identities])
    kill_while_writing(tool, identities)
    started = tool.run("open", identities)
    yield Figure(
        f"records, {identities} identities: start with {last:,} reports after a kill",
        round(started["seconds"], 3), "s", START_SECONDS)
    tool.forget(identities)


def beside_a_small_one(tool, identities, few, many):
    """Costs on the file that has grown to many reports and on one of few, in turns."""
    small = f"{identities}-small"
    costs = {"write": ([], []), "read": ([], [])}
    for _ in range(PAIRS):
        # A new one each time: writing makes it grow.
        tool.run("grow", small, reports=few, identities=identities)
        for place, (name, size) in enumerate(((identities, many), (small, few))):
            costs["read"][place].append(read_cost(tool, name))
            costs["write"][place].append(write_cost(tool, name, identities, size))
        tool.forget(small)
    return costs


def write_cost(tool, name, identities, size):
    """Microseconds for each of as many writes as hardly change the size."""
    count = min(max(FEWEST_WRITES, size), MOST_WRITES)
    result = tool.run("write", name, callers=GROUPED, writes=count, identities=identities)
    return result["seconds"] / result["writes"] * 1e6


def read_cost(tool, name):
    """Microseconds for each read."""
    result = tool.run("read", name, reads=GROWTH_READS)
    return result["seconds"] / result["reads"] * 1e6


def kill_while_writing(tool, name):
    """Ends a process hard while it writes, so that its log is left behind."""
    log = tool.folder / f"{name}.sqlite-wal"
    process = subprocess.Popen(
        tool.command("write", name, callers=GROUPED, writes=10_000_000),
        stdout=subprocess.DEVNULL)
    while not log.exists() or log.stat().st_size < 4 << 20:
        if process.poll() is not None:
            raise SystemExit("the writer ended before it was killed")
        time.sleep(0.01)
    process.kill()
    process.wait()


def feed(tool, rounds):
    """One consumer that takes stored events over gRPC."""
    tool.run("write", "feed", callers=512, writes=EVENTS)
    rates = []
    with programs.running(*tool.command("serve", "feed")) as (process, port):
        idle = programs.resident_kibibytes(process.pid)
        for _ in range(rounds):
            finished = subprocess.run(
                [tool.program, "follow", "--port", str(port), "--events", str(EVENTS - 512)],
                check=True, capture_output=True, text=True)
            result = json.loads(finished.stdout)
            rates.append(result["events"] / result["seconds"])
    tool.forget("feed")
    yield Figure("records, memory of an idle service", round(idle / 1024, 1), "MiB", IDLE_MEBIBYTES)
    yield Figure("records, feed to one consumer", round(statistics.median(rates)), "events/s",
                 EVENTS_PER_SECOND, "least")


def memory_of_full_load(tool):
    """The most memory of a process with as many callers as there are, in KiB."""
    process = subprocess.Popen(
        tool.command("write", "full", callers=max(CALLERS), writes=CALLERS[max(CALLERS)]),
        stdout=subprocess.DEVNULL)
    most = 0
    while process.poll() is None:
        most = max(most, programs.peak_kibibytes(process.pid))
        time.sleep(0.05)
    tool.forget("full")
    return most


def per_second(result):
    return result["writes"] / result["seconds"]


def rate(results):
    return round(statistics.median(per_second(result) for result in results))


def middle(results, name):
    return statistics.median(result[name] for result in results)


def cost(results):
    return median([result["cpuSeconds"] / result["writes"] * 1e6 for result in results])
