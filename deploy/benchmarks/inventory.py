"""Inventory with a million balances: recording movements, reading any of them, now and in the past."""

import pathlib
import tempfile

from . import programs
from .figures import Figure
from .records import Tool, per_second

HELP = "1,000,000 movements of as many balances, point reads, the past of a balance with many changes"

MOVEMENTS = 1_000_000
"""Of as many (location, item, lot), and then again of one."""
CALLERS = 128
"""What the rate is held against: as many durable writes of `bench records` by so many callers."""
RATIO = 1.0
PAST_RATIO = 4.0
"""From a thousand changes to a million: three levels of sums instead of one."""
MEBIBYTES = 150


def add_arguments(parser):
    parser.add_argument(
        "--movements", type=int, default=MOVEMENTS, help=f"balances, one movement each (default {MOVEMENTS:,})")
    parser.add_argument(
        "--longest", type=int, default=MOVEMENTS,
        help=f"movements of the balance with the longest history (default {MOVEMENTS:,})")


def run(arguments):
    binaries = programs.build("millrace", "millrace-inventory", "RecordsBench")
    # Beside the build: a place for temporary files may be in memory, where fsync costs nothing.
    with tempfile.TemporaryDirectory(dir=programs.ROOT / ".build") as folder:
        records = Tool(binaries / "RecordsBench", pathlib.Path(folder))
        # Before and after: the machine is not the same all the time.
        written = [writes(records, arguments.movements)]
        found = programs.run_load(
            binaries, "Support.inventory_load", arguments.movements, arguments.longest, folder=folder)
        written.append(writes(records, arguments.movements))
    pace = sum(written) / len(written)
    count, longest = f"{arguments.movements:,}", f"{arguments.longest:,}"
    return [
        Figure(f"inventory, {count} balances: movements", round(found["movementsPerSecond"]), "movements/s"),
        Figure("inventory, beside it: durable writes of records", round(pace), "writes/s"),
        Figure("inventory, movements to durable writes", round(found["movementsPerSecond"] / pace, 2),
               "times", RATIO, "least"),
        Figure("inventory, movements by processor time", round(found["movementsPerCPUSecond"]), "movements/s per core"),
        Figure(f"inventory, {count} balances: point read, 500 at once", round(found["pointMicroseconds"], 1), "µs"),
        Figure(f"inventory, {count} balances: point read, a call each", round(found["pointCallMicroseconds"], 1), "µs"),
        Figure("inventory, past of a balance with 1,000 changes", round(found["shortPastMicroseconds"], 1), "µs"),
        Figure(f"inventory, past of a balance with {longest} changes", round(found["longPastMicroseconds"], 1), "µs"),
        Figure(f"inventory, past at {longest} to 1,000 changes",
               round(found["longPastMicroseconds"] / found["shortPastMicroseconds"], 2), "times", PAST_RATIO),
        Figure(f"inventory, {longest} movements of one balance", round(found["oneKeyPerSecond"]), "movements/s"),
        Figure("inventory memory, most", round(found["memoryMebibytes"]), "MiB", MEBIBYTES),
    ]


def writes(tool, count):
    result = tool.run("write", "beside", callers=CALLERS, writes=count)
    tool.forget("beside")
    return per_second(result)
