"""Waiting for a condition, never for a time."""

import threading
import time

POLL_SECONDS = 0.02
"""How long to rest between two looks at a condition."""

_rest = threading.Event()


def eventually(what: str, look, seconds: float = 20):
    """Looks until `look()` answers something true, and returns it; fails with `what` after a time.

    An assertion that does not hold yet counts as "not yet", and is shown when time is up.
    """
    end = time.monotonic() + seconds
    while True:
        last = None
        try:
            found = look()
            if found:
                return found
        except AssertionError as error:
            last = error
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}" + (f": {last}" if last else ""))
        _rest.wait(POLL_SECONDS)


def never(what: str, look, seconds: float):
    """Looks again and again for a while, and fails as soon as `look()` answers something true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert not look(), f"happened: {what}"
        _rest.wait(POLL_SECONDS)
