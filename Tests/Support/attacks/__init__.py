"""Attacks on a server, one connection each, by hand-made frames.

`ATTACKS` has them by name. An attack takes a port and the path of a unary method, is bounded in
what it sends and in its time, and returns what it saw; its text says what it abuses and which limit
must stop it. Run one from Tests: python -m Support.attacks NAME --port PORT [--connections COUNT].
"""

from Support.attacks.floods import FLOODS
from Support.attacks.headers import HEADER_ATTACKS
from Support.attacks.memory import MEMORY_ATTACKS
from Support.attacks.resets import RESET_ATTACKS
from Support.attacks.slow import SLOW_ATTACKS

ATTACKS = {**RESET_ATTACKS, **FLOODS, **HEADER_ATTACKS, **MEMORY_ATTACKS, **SLOW_ATTACKS}

__all__ = ["ATTACKS"]
