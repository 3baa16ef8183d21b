"""The modules of grpc.testing, generated from Tests/Fixtures/proto when the tests start."""

from pathlib import Path

import grpc

from Support import stubs
from Support.paths import FIXTURES

# The contracts' package has the name of grpcio's own, so its folder joins that package.
grpc.__path__.append(str(Path(stubs.generate(FIXTURES / "proto", "grpc/**/*.proto")) / "grpc"))

# ruff: noqa: E402  (the modules exist only now)
from grpc.testing import empty_pb2 as empty, messages_pb2 as messages, test_pb2_grpc as services

__all__ = ["SERVICE", "empty", "messages", "services"]

SERVICE = "/grpc.testing.TestService/"
"""What the paths of the service's methods begin with."""
