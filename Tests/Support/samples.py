"""The module of millrace.sample.v1, generated from Tests/Fixtures/proto when the tests start."""

import sys

from Support import stubs
from Support.paths import FIXTURES

# A package without a file of its own: its parts may be in several folders.
sys.path.insert(0, stubs.generate(FIXTURES / "proto", "millrace/sample/**/*.proto"))

# ruff: noqa: E402  (the module exists only now)
from millrace.sample.v1 import every_field_pb2 as every_field

__all__ = ["every_field"]
