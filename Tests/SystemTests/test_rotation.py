"""Secrets exchanged under load: rotate-api-key.md and rotate-tls-certificate.md of deploy/runbooks.

Their steps are done as they stand. No call may fail, neither on a kept connection nor on a new one.
"""

import json
import os
import shutil
import signal
import socket
import ssl

import grpc
import pytest

from Support.callers import Caller
from Support.certificates import Authority, trust
from Support.client import Client, refused
from Support.conditions import eventually
from Support.plant import SITE, Plant
from Support.stubs import health, production

READ_AGAIN = "certificates and keys were read again"
NOT_READ = "certificates and keys were not read again"


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def house(tmp_path, authority):
    """A plant with TLS of one test's own."""
    with Plant(tmp_path / "plant", authority=authority) as running:
        yield running


def orders(client):
    """A call through the Gateway to Production: every secret on the way is used."""
    return client.production.ListOrders(production.ListOrdersRequest(site=SITE))


def client_of(house, key: str, roots: bytes) -> Client:
    return Client(f"127.0.0.1:{house.gateway_port}", [("authorization", f"Bearer {key}")],
                  credentials=grpc.ssl_channel_credentials(roots))


class Load:
    """A caller that keeps its connection, and one that opens a new one for each call."""

    def __init__(self, house, key: str, roots: bytes):
        def once():
            with client_of(house, key, roots) as client:
                orders(client)

        kept = client_of(house, key, roots)
        self.callers = [Caller(lambda: orders(kept)), Caller(once)]
        for caller in self.callers:
            caller.start()
        self.goes_on()

    def goes_on(self):
        before = [caller.calls for caller in self.callers]
        eventually("calls go on", lambda: all(
            caller.calls > count + 10 for caller, count in zip(self.callers, before)))

    def end(self):
        """Ends it; not one call may have failed."""
        for caller in self.callers:
            caller.end()
        assert not [error for caller in self.callers for error in caller.failures]


@pytest.fixture
def load(house, authority):
    load = Load(house, house.key, authority.certificate.read_bytes())
    yield load
    load.end()


# API keys


def credentials(house, partner) -> list:
    """The identifiers of a partner's credentials, the newest first."""
    lines = house.administer("key", "list", partner, "--json").splitlines()
    return [json.loads(line)["credentialID"] for line in lines]


def is_out(house, key: str):
    assert refused(lambda: orders(house.mes(key))).reason in (
        "CREDENTIAL_ENDED", "CREDENTIAL_UNKNOWN")


def test_a_partners_key_is_rotated_and_no_call_fails(house, authority):
    roots = authority.certificate.read_bytes()
    old_load = Load(house, house.key, roots)
    [old] = credentials(house, "mes-line-1")
    printed = house.administer("key", "rotate", "mes-line-1", "--overlap-hours", "24")
    new_key = printed.splitlines()[0]
    new_load = Load(house, new_key, roots)
    old_load.goes_on()
    # The partner has changed over.
    old_load.end()
    house.administer("key", "revoke", old)
    is_out(house, house.key)
    new_load.goes_on()
    new_load.end()
    assert old not in credentials(house, "mes-line-1")[:1]


def test_a_rotation_can_be_taken_back(house, load):
    new_key = house.administer("key", "rotate", "mes-line-1").splitlines()[0]
    orders(house.mes(new_key))
    house.administer("key", "revoke", credentials(house, "mes-line-1")[0])
    is_out(house, new_key)
    load.goes_on()


def test_a_leaked_key_is_out_before_the_new_one_is_made(house):
    [old] = credentials(house, "mes-line-1")
    house.administer("key", "revoke", old)
    is_out(house, house.key)
    orders(house.mes(house.administer("key", "issue", "mes-line-1").strip()))


def test_an_administrator_rotates_its_own_key(house):
    old_key, [old] = house.admin_key, credentials(house, "admin")
    file = house.folder / "admin-api-key"
    file.write_text(house.administer("key", "rotate", "admin").splitlines()[0] + "\n")
    assert "mes-line-1" in house.administer("partner", "list")
    house.administer("key", "revoke", old)
    assert refused(lambda: orders(house.mes(old_key))).reason in (
        "CREDENTIAL_ENDED", "CREDENTIAL_UNKNOWN")


# Certificates


def shown(house) -> str:
    """The certificate that the Gateway shows to a new connection."""
    return ssl.get_server_certificate(("127.0.0.1", house.gateway_port))


def shown_by_production(house, authority) -> str:
    """The certificate that Production shows to a client with a certificate of its own."""
    issued = authority.client("looking")
    context = trust(authority.certificate, issued.certificate, issued.key)
    with socket.create_connection(("127.0.0.1", house.production_port), timeout=10) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as secured:
            return ssl.DER_cert_to_PEM_cert(secured.getpeercert(binary_form=True))


def files_of(authority, name: str):
    return authority.folder / f"{name}.pem", authority.folder / f"{name}.key"


def exchange(issued, files):
    """As the runbook does: beside the old ones first, then by their names."""
    for new, old in zip((issued.key, issued.certificate), reversed(files)):
        beside = old.with_name(old.name + ".new")
        shutil.copy(new, beside)
        os.replace(beside, old)


def read_again(program) -> int:
    return program.output().count(READ_AGAIN)


def exchange_and_reload(program, issued, files):
    count = read_again(program)
    exchange(issued, files)
    program.signal(signal.SIGHUP)
    eventually("the files are read again", lambda: read_again(program) > count)


def another(authority, folder, name: str):
    """A new certificate of an authority, in another place."""
    folder.mkdir(exist_ok=True)
    issuer = authority.folder
    try:
        authority.folder = folder
        return authority.server(name)
    finally:
        authority.folder = issuer


def test_the_gateways_certificate_is_renewed_and_no_call_fails(house, authority, load, tmp_path):
    new = another(authority, tmp_path / "new", "gateway")
    exchange_and_reload(house.gateway, new, files_of(authority, "gateway"))
    assert shown(house) == new.certificate.read_text()
    load.goes_on()


def test_productions_certificate_is_renewed_and_no_call_fails(house, authority, load, tmp_path):
    new = another(authority, tmp_path / "new", "production")
    exchange_and_reload(house.production, new, files_of(authority, "production"))
    assert shown_by_production(house, authority) == new.certificate.read_text()
    load.goes_on()


def test_half_an_exchange_changes_nothing(house, authority, load, tmp_path):
    before = shown(house)
    certificate, key = files_of(authority, "gateway")
    new = another(authority, tmp_path / "new", "gateway")
    os.replace(new.key, key)
    house.gateway.signal(signal.SIGHUP)
    house.gateway.wait_for(NOT_READ)
    assert shown(house) == before
    load.goes_on()
    os.replace(new.certificate, certificate)
    eventually("the pair is found without being told",
               lambda: shown(house) == certificate.read_text())
    load.goes_on()


def put(text: bytes, file):
    beside = file.with_name(file.name + ".new")
    beside.write_bytes(text)
    os.replace(beside, file)


def trust_and_reload(house, text: bytes, file):
    """Puts authorities into the one file that all of the plant's programs read."""
    programs = (house.gateway, house.production)
    counts = [read_again(each) for each in programs]
    put(text, file)
    for program in programs:
        program.signal(signal.SIGHUP)
    eventually("all have read it again", lambda: all(
        read_again(each) > count for each, count in zip(programs, counts)))


def test_the_authority_is_changed_in_three_rounds_and_no_call_fails(house, authority, tmp_path):
    following = Authority(tmp_path, "The next authority")
    old, new = authority.certificate.read_bytes(), following.certificate.read_bytes()
    load = Load(house, house.key, old + new)
    trust_and_reload(house, old + new, authority.certificate)
    load.goes_on()
    folder = tmp_path / "new"
    for program, name in ((house.production, "production"), (house.gateway, "gateway")):
        exchange_and_reload(
            program, another(following, folder, name), files_of(authority, name))
    exchange(another(following, folder, "gateway-client"), files_of(authority, "gateway-client"))
    load.goes_on()
    trust_and_reload(house, new, authority.certificate)
    load.goes_on()
    load.end()
    # Every connection is a new one now, and only the new authority counts.
    house.gateway.stop()
    house.gateway.start()
    with client_of(house, house.key, new) as client:
        orders(client)
    with client_of(house, house.key, old) as client, pytest.raises(grpc.RpcError) as error:
        client.health.Check(health.HealthCheckRequest())
    assert error.value.code() is grpc.StatusCode.UNAVAILABLE


def test_a_partners_new_certificate_of_the_same_name_lets_it_in(house, authority):
    house.administer("key", "register-certificate", "mes-line-1", "DNS:line-1.plant.example")
    first = house.anonymous(authority.client("line-1"))
    caller = Caller(lambda: orders(first))
    caller.start()
    eventually("the first certificate lets it in", lambda: caller.calls > 10)
    orders(house.anonymous(authority.client("line-1")))
    before = caller.calls
    eventually("the first connection goes on", lambda: caller.calls > before + 10)
    caller.end()
    assert not caller.failures
