"""TLS of the test service, for stock grpcio and for handshakes by hand."""

import contextlib
import signal
import ssl

import grpc
import pytest
from cryptography import x509

from Support.certificates import Authority, trust
from Support.conditions import eventually
from Support.http2 import WIDE_OPEN, Connection, call_headers, message
from Support.interop.cases import Requests, asking
from Support.interop.contract import SERVICE, empty
from Support.interop.peer import CALL_SECONDS, Peer
from Support.interop.targets import ENDS, GRPCIO, MILLRACE, Target, TestServer

CALL = call_headers(SERVICE + "EmptyCall")


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """Certifies servers and the clients that they trust."""
    return Authority(tmp_path_factory.mktemp("house"), "House")


@pytest.fixture(scope="module", params=ENDS)
def server(request, house, tmp_path_factory):
    with TestServer(request.param, tmp_path_factory.mktemp("server"), house) as running:
        yield running


@pytest.fixture(scope="module", params=ENDS)
def strict(request, house, tmp_path_factory):
    """A server that wants to see a client's certificate."""
    with TestServer(request.param, tmp_path_factory.mktemp("strict"), house,
                    client_ca=house.certificate) as running:
        yield running


def _answers(server, context) -> bool:
    """Whether a call by hand with this context is answered."""
    with contextlib.suppress(ssl.SSLError, ConnectionError), Connection(
            server.port, context) as connection:
        connection.socket.settimeout(5)
        connection.send(WIDE_OPEN)
        connection.call(CALL, message(b""))
        return connection.answer().get("grpc-status") == "0"
    return False


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_the_two_newest_versions_are_spoken(server, version):
    context = trust(server.ca)
    context.minimum_version = context.maximum_version = version
    assert _answers(server, context)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_an_older_version_is_refused(server):
    context = trust(server.ca)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    assert not _answers(server, context)


@pytest.mark.parametrize("offered", [[], ["http/1.1"], ["spdy/3"]])
def test_a_client_that_does_not_offer_http2_is_refused(server, offered):
    context = ssl.create_default_context(cafile=str(server.ca))
    if offered:
        context.set_alpn_protocols(offered)
    assert not _answers(server, context)


def test_a_client_without_tls_is_refused(server):
    assert not _answers(server, None)
    with Peer(server.port, server.ca) as peer:
        assert peer.stub.EmptyCall(empty.Empty(), timeout=CALL_SECONDS) == empty.Empty()


def _call(server, issued=None):
    pair = (issued.certificate, issued.key) if issued else (None, None)
    with Peer(server.port, server.ca, *pair) as peer:
        return peer.stub.EmptyCall(empty.Empty(), timeout=CALL_SECONDS)


def test_a_client_with_a_certificate_is_let_in(strict, house):
    assert _call(strict, house.client()) == empty.Empty()


def _refused(strict, issued=None):
    with pytest.raises(grpc.RpcError) as refusal:
        _call(strict, issued)
    assert refusal.value.code() is grpc.StatusCode.UNAVAILABLE


def test_a_client_without_a_certificate_is_refused(strict):
    _refused(strict)


def test_a_certificate_of_somebody_else_is_refused(strict, tmp_path):
    _refused(strict, Authority(tmp_path, "Stranger").client())


def test_a_certificate_that_has_expired_is_refused(strict, house):
    _refused(strict, house.issue("late", dns=["late.plant.example"], days=-1))


def _refuses(client, server, name):
    """Whether a client that asks for this name ends without its answer."""
    with pytest.raises(AssertionError):
        Target(server.port, server.ca, server_name=name).run_case(client, "empty_unary")


@pytest.mark.parametrize("client", ENDS, ids="{} client".format)
def test_a_client_refuses_a_server_of_another_name(client, house, tmp_path):
    named = house.issue("named", dns=["localhost"])
    with TestServer(GRPCIO, tmp_path, house, issued=named) as server:
        server.run_case(client, "empty_unary")
        _refuses(client, server, "elsewhere.example")


@pytest.mark.parametrize("client", ENDS, ids="{} client".format)
def test_the_address_in_a_certificate_does_not_make_up_for_the_name(client, server):
    _refuses(client, server, "elsewhere.example")


@pytest.mark.parametrize("client", ENDS, ids="{} client".format)
def test_a_client_refuses_a_server_of_another_authority(server, client, tmp_path):
    stranger = Authority(tmp_path, "Stranger").certificate
    with pytest.raises(AssertionError):
        Target(server.port, stranger).run_case(client, "empty_unary")


def _serial_number(server) -> int:
    with Connection(server.port, trust(server.ca)) as connection:
        shown = connection.socket.getpeercert(binary_form=True)
        return x509.load_der_x509_certificate(shown).serial_number


@pytest.mark.parametrize("told", [True, False], ids=["by SIGHUP", "by the files' change"])
def test_new_certificates_are_taken_without_dropping_a_connection(told, tmp_path):
    authority = Authority(tmp_path)
    # Where it is told it must not find out by itself first.
    limits = {"credentialCheckMilliseconds": 600_000 if told else 100}
    with TestServer(MILLRACE, tmp_path, authority, limits) as server:
        before = _serial_number(server)
        with server.peer() as peer:
            requests = Requests(asking(1))
            answers = peer.stub.FullDuplexCall(iter(requests), timeout=60)
            next(answers)
            authority.server()  # Another certificate and key in the same files.
            if told:
                server.program.signal(signal.SIGHUP)
            eventually("a new connection sees another certificate",
                       lambda: _serial_number(server) != before)
            requests.send(asking(2))
            assert len(next(answers).payload.body) == 2
            requests.close()
            assert list(answers) == []


def test_files_that_do_not_belong_together_change_nothing(tmp_path):
    authority = Authority(tmp_path)
    with TestServer(MILLRACE, tmp_path, authority, {"credentialCheckMilliseconds": 100}) as server:
        before = _serial_number(server)
        (tmp_path / "server.key").write_bytes(authority.client().key.read_bytes())
        server.program.signal(signal.SIGHUP)
        server.program.wait_for("were not read again")
        assert _serial_number(server) == before
        assert _call(server) == empty.Empty()
