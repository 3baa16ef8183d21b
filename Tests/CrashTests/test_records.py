"""kill -9 with many writes in flight: what was acknowledged is there, whole and once."""

import os
import subprocess

import pytest

from Support import paths
from Support.seeds import seeded

CALLERS = 32
CYCLES = int(os.environ.get("MILLRACE_CRASH_CYCLES", "100"))
MOST_ANSWERS = 2_000
"""A program dies after a random number of answers up to this."""
ENDS_WITH_US = ["setpriv", "--pdeathsig", "KILL", "--"]


class Writer:
    """One run of the writing program."""

    def __init__(self, database):
        self._process = subprocess.Popen(
            [*ENDS_WITH_US, paths.program("RecordsWriter"), database, str(CALLERS)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={**os.environ, "SWIFT_BACKTRACE": "enable=no"})

    def stored(self):
        """What the program has found, by caller: how many facts, numbered from zero."""
        counts, said = {}, []
        for line in self._process.stdout:
            words = line.split()
            said.append(line)
            if words[0] == "listening":
                return counts
            if words[0] == "stored":
                counts[int(words[1])] = int(words[2])
        pytest.fail("the program did not start:\n" + "".join(said))

    def answers(self, most):
        """Ends the program hard after so many answers; yields all that it has given."""
        for count, line in enumerate(self._process.stdout, start=1):
            if count == most:
                self._process.kill()
            # The last line may have been cut off by the end of the program.
            if not line.endswith("\n"):
                continue
            words = line.split()
            assert words[0] == "done", line
            yield int(words[1]), int(words[2])
        self._process.wait()


def test_nothing_acknowledged_is_lost_or_there_twice_however_often_the_writer_is_killed(tmp_path):
    chance = seeded("kill -9 of the records")
    database = str(tmp_path / "records.sqlite")
    acknowledged = dict.fromkeys(range(CALLERS), 0)
    total = 0
    for _ in range(CYCLES):
        writer = Writer(database)
        stored = writer.stored()
        for caller, count in acknowledged.items():
            # One write of each caller may have been on its way: it is there whole, or not at all.
            assert count <= stored[caller] <= count + 1, f"caller {caller}"
        acknowledged = stored
        for caller, number in writer.answers(chance.randrange(1, MOST_ANSWERS)):
            assert number == acknowledged[caller], f"caller {caller}"
            acknowledged[caller] = number + 1
            total += 1
    assert total > CYCLES * MOST_ANSWERS // 10
