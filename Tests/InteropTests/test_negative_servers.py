"""Servers that behave badly, against stock grpcio's client and ours.

grpcio goes first: it shows that the servers do what they say.
"""

import pytest

from Support.interop import negative_servers as servers
from Support.interop.raw_server import RawServer
from Support.interop.targets import ENDS, MILLRACE, Target

MOST_CONNECTIONS = 4
"""What our client opens at most for the unary calls to one address (its limit callConnections)."""


@pytest.fixture(params=ENDS)
def client(request):
    return request.param


def _served(client, behaviour, case: str) -> RawServer:
    """A server that has seen a client run a case and leave."""
    with RawServer(behaviour) as server:
        Target(server.port).run_case(client, case)
        server.wait_until_left()
    return server


def test_a_call_after_goaway_goes_to_a_new_connection(client):
    server = _served(client, servers.GoAway, "goaway")
    assert [each.connection for each in server.requests] == [0, 1]


@pytest.mark.parametrize("case", ["rst_after_header", "rst_during_data", "rst_after_data"])
def test_a_reset_before_the_trailers_fails_the_call(client, case):
    server = _served(client, servers.CASES[case], case)
    assert len(server.requests) == 1, "a call that was processed is not repeated"


def test_every_ping_is_answered(client):
    server = _served(client, servers.Pings, "ping")
    [conversation] = server.conversations
    assert conversation.pings_unanswered == 0


def test_the_stream_limit_of_a_server_is_kept(client):
    server = _served(client, servers.MaxStreams, "max_streams")
    assert {each.most_streams for each in server.conversations if each.most_streams} == {1}
    assert len(server.conversations) <= MOST_CONNECTIONS
    assert len(server.requests) == 11


# A small call: a large one is more than grpcio keeps for making it again.
def test_a_call_beyond_the_last_stream_of_a_goaway_is_made_again(client):
    server = _served(client, servers.GoAwayUnprocessed, "empty_unary")
    assert [each.connection for each in server.requests] == [0, 1]


def test_a_refused_stream_is_made_again():
    """Only ours: grpcio tells its caller, which is allowed."""
    server = _served(MILLRACE, servers.RefusedStream, "empty_unary")
    assert len(server.requests) == 2


def test_a_flood_of_pings_does_not_hang_a_call():
    """Only ours: grpcio answers pings for ever."""
    _served(MILLRACE, servers.PingFlood, "rst_after_header")
