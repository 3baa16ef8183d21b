"""gRPC's public interoperability cases: stock grpcio and Millrace as both ends, plain and TLS."""

import pytest

from Support.interop.cases import CASES
from Support.interop.raw_server import RawServer
from Support.interop.targets import ENDS, PROBING, Target, TestServer
from Support.interop.witness import Witness


@pytest.fixture(scope="module", params=ENDS, ids="{} server".format)
def target(request, authority, tmp_path_factory):
    with TestServer(request.param, tmp_path_factory.mktemp("server"), authority) as server:
        yield server


@pytest.mark.parametrize("client", ENDS, ids="{} client".format)
@pytest.mark.parametrize("case", CASES)
def test_interop(target, client, case):
    target.run_case(client, case)


@pytest.mark.parametrize("client", ENDS, ids="{} client".format)
@pytest.mark.parametrize("case", PROBING)
def test_a_client_compresses_what_it_says(client, case, authority):
    """Against a server by hand, which sees the flag of every message."""
    issued = authority and authority.server("witness")
    with RawServer(Witness, issued) as witness:
        Target(witness.port, authority and authority.certificate).run_case(client, case)
        witness.wait_until_left()
    flags = [[flag for flag, _ in request.messages] for request in witness.requests]
    assert flags == ([[0], [1], [0]] if case == "client_compressed_unary" else [[0], [1, 0]])


def test_tls_settles_on_http2(target):
    with target.peer() as peer, peer.by_hand() as connection:
        assert not target.ca or connection.socket.selected_alpn_protocol() == "h2"
