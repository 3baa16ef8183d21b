"""Our server's compression on the wire, where the public cases say nothing."""

import pytest

from Support.interop import compression
from Support.interop.targets import MILLRACE, TestServer


@pytest.fixture(scope="module")
def peer(tmp_path_factory):
    with TestServer(MILLRACE, tmp_path_factory.mktemp("server")) as server:
        with server.peer() as peer:
            yield peer


@pytest.mark.parametrize("accept", ["identity", "deflate", None])
def test_nothing_is_compressed_for_a_client_that_cannot_read_it(peer, accept):
    flags, sizes, _ = compression.unary_flags(peer, True, accept)
    assert (flags, sizes) == ([0], [314_159])


def test_an_encoding_that_is_not_offered_is_refused_with_those_that_are(peer):
    """As gRPC's description of compression says: UNIMPLEMENTED, and what to use instead."""
    end = compression.unary_status(peer, encoding="x-press", compressed=True)
    assert end["grpc-status"] == "12", end
    assert "gzip" in end["grpc-accept-encoding"].split(","), end


def test_a_compressed_message_without_an_encoding_is_refused(peer):
    assert compression.unary_status(peer, compressed=True)["grpc-status"] == "13"


def test_a_compressed_message_is_read(peer):
    assert compression.unary_status(peer, encoding="gzip", compressed=True)["grpc-status"] == "0"


def test_a_message_may_be_plain_although_an_encoding_is_named(peer):
    assert compression.unary_status(peer, encoding="gzip")["grpc-status"] == "0"
