"""Where things are."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROTO = ROOT / "proto"
FIXTURES = ROOT / "Tests" / "Fixtures"


def program(name: str) -> Path:
    """A built program. MILLRACE_PROGRAMS names another folder than the debug build's."""
    folder = Path(os.environ.get("MILLRACE_PROGRAMS", ROOT / ".build" / "debug"))
    path = folder / name
    if not path.exists():
        raise FileNotFoundError(f"{path} is not built: run swift build, or deploy/test.")
    return path
