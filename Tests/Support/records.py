"""A look at a service's records from outside, without knowing its tables."""

import sqlite3
from pathlib import Path


def fingerprint(database: Path) -> dict:
    """How many rows every table has, and its highest row."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)
    try:
        connection.execute("BEGIN")
        tables = [name for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
        return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
                for name in tables}
    finally:
        connection.close()
