"""Random tests that can be repeated."""

import os
import random


def seeded(name: str) -> random.Random:
    """A source of chance whose seed is printed; MILLRACE_TEST_SEED repeats a run."""
    seed = int(os.environ.get("MILLRACE_TEST_SEED") or random.SystemRandom().randrange(2**32))
    print(f"\n{name}: seed {seed} (repeat with MILLRACE_TEST_SEED={seed})")
    return random.Random(seed)
