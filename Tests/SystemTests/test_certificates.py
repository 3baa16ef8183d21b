"""Client certificates that let nobody in, and a Gateway that goes on serving the others meanwhile."""

import json
import socket
import ssl
import time

import grpc
import pytest
from cryptography import x509

from Support import facts
from Support.bad_certificates import HOST, NAMELESS, UNTRUSTED, URI, authority, leaf, write
from Support.certificates import Authority, Issued, trust
from Support.client import refusal, refused
from Support.conditions import eventually
from Support.plant import SITE, Plant
from Support.stubs import gateway, health, partners, production, timestamp

UNKNOWN = (grpc.StatusCode.UNAUTHENTICATED, "CERTIFICATE_UNKNOWN")
VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
ACCEPTED = {
    "of an authority with an RSA key of 1024 bits": pytest.mark.xfail(
        strict=True, reason="only the key of the partner's own certificate is judged"),
}
"""What gets through although it should not."""
SECONDS_OF_A_DAY, EXPIRY_SECONDS = 86_400, 10
ROOT_NAME = "Partners' authority"
PARTNER = "line-1"


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    """A plant whose partners' certificates come from an authority of their own."""
    folder = tmp_path_factory.mktemp("plant")
    plant = Plant(folder, authority=Authority(tmp_path_factory.mktemp("authority")))
    plant.root = authority(ROOT_NAME)
    (folder / "partners-ca.pem").write_bytes(plant.root.pem())
    path = folder / "millrace-gateway.json"
    settings = json.loads(path.read_text())
    settings["listen"]["tls"]["clientAuthoritiesFile"] = str(folder / "partners-ca.pem")
    path.write_text(json.dumps(settings))
    # The plant's own callers come with keys, and with no certificate of the other authority.
    plant._credentials = lambda: grpc.ssl_channel_credentials(
        plant.authority.certificate.read_bytes())
    with plant as running:
        running.issue_key(PARTNER, SITE)
        for name in (f"DNS:{HOST}", f"URI:{URI}"):
            running.administer("key", "register-certificate", PARTNER, name)
        yield running


@pytest.fixture(scope="module")
def good(plant) -> Issued:
    return write(plant.folder, "good", leaf(plant.root))


@pytest.fixture(autouse=True)
def others_are_served(plant, good):
    """Whatever somebody shows: who is connected stays so, and who comes is let in."""
    # One that has just started does not slow down who has shown wrong credentials before.
    plant.gateway.stop()
    plant.gateway.start()
    with plant.anonymous(good) as steady:
        watch = steady.health.Watch(health.HealthCheckRequest(), timeout=60)
        next(watch)
        look(steady)
        yield
        look(steady)
        assert watch.is_active(), "the connection of a good partner was closed"
        watch.cancel()
    with plant.anonymous(good) as late:
        look(late)


def look(client):
    return client.gateway.ListCases(gateway.ListCasesRequest(site=SITE))


def handshake(plant, issued, version) -> str | None:
    """Why a connection with a certificate is refused; None when HTTP/2 is spoken to it."""
    context = trust(plant.authority.certificate)
    # The client itself is not particular; whether the server is, is the question.
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.load_cert_chain(issued.certificate, issued.key)
    context.minimum_version = context.maximum_version = version
    try:
        with socket.create_connection(("127.0.0.1", plant.gateway_port), 10) as connection, \
                context.wrap_socket(connection, server_hostname="localhost") as secured:
            return None if secured.recv(1) else "closed"
    except (ssl.SSLError, ConnectionError) as error:
        return getattr(error, "reason", None) or type(error).__name__


@pytest.mark.parametrize("version", VERSIONS, ids=["1.2", "1.3"])
def test_a_good_certificate_is_spoken_to(plant, good, version):
    assert handshake(plant, good, version) is None


def let_in(plant, *chain):
    """Makes a call with a certificate."""
    with plant.anonymous(write(plant.folder, "shown", *chain)) as client:
        return look(client)


def refused_of(plant, *chain) -> tuple:
    """Why a call with a certificate that is trusted is refused."""
    found = refused(lambda: let_in(plant, *chain))
    return found.code, found.reason


def test_a_good_certificate_below_an_intermediate_lets_its_partner_in(plant):
    between = authority("Between", plant.root)
    let_in(plant, leaf(between), between)


@pytest.mark.parametrize("names", [
    [x509.DNSName(HOST.upper())], [x509.UniformResourceIdentifier(URI)],
    [x509.DNSName("line-9.plant"), x509.DNSName(HOST)],
], ids=["in other letters", "the URI", "among others"])
def test_one_registered_name_is_enough(plant, names):
    let_in(plant, leaf(plant.root, names))


@pytest.mark.parametrize("bad", [
    pytest.param(name, marks=ACCEPTED.get(name, ())) for name in UNTRUSTED])
def test_a_bad_certificate_does_not_get_through_the_handshake(plant, bad):
    chain = UNTRUSTED[bad](plant.root)
    with pytest.raises(grpc.RpcError) as refusal:
        let_in(plant, *chain)
    assert refusal.value.code() is grpc.StatusCode.UNAVAILABLE
    issued = write(plant.folder, "shown", *chain)
    for version in VERSIONS:
        assert handshake(plant, issued, version), version


@pytest.mark.parametrize("names", NAMELESS)
def test_a_certificate_that_names_no_partner_lets_nobody_in(plant, names):
    assert refused_of(plant, leaf(plant.root, NAMELESS[names], name=HOST)) == UNKNOWN


# Certificates of partners that may not, or may not any more

@pytest.fixture
def other(plant) -> str:
    """A partner of a test's own, whose host is its name."""
    name = facts.unique("partner")
    plant.issue_key(name, SITE)
    return name


def register(plant, partner, host, **ends) -> str:
    answer = plant.admin().partners.RegisterCredential(partners.RegisterCredentialRequest(
        partner=partner, certificate=partners.CertificateCredential(name=f"DNS:{host}"), **ends))
    return answer.credential.credential_id


def of_host(plant, host):
    return leaf(plant.root, [x509.DNSName(host)])


def soon():
    """When a credential ends that a test wants to see ending."""
    end = timestamp.Timestamp()
    end.FromMilliseconds(int(time.time() * 1000) + 1_000)
    return end


def has_ended(plant, certificate) -> bool:
    """Whether a certificate that was let in is not any more."""
    try:
        return let_in(plant, certificate) is None
    except grpc.RpcError as error:
        return refusal(error).reason == "CREDENTIAL_ENDED"


def accepts(plant, certificate) -> bool:
    """Whether a new connection gets through the handshake with a certificate."""
    issued = write(plant.folder, "shown", certificate)
    return handshake(plant, issued, ssl.TLSVersion.TLSv1_3) is None


def test_a_revoked_certificate_lets_nobody_in_not_on_an_open_connection_either(plant, other):
    credential, certificate = register(plant, other, other), of_host(plant, other)
    with plant.anonymous(write(plant.folder, "shown", certificate)) as client:
        look(client)
        watch = client.production.WatchOrders(
            production.WatchOrdersRequest(site=SITE), timeout=60)
        watch.initial_metadata()
        plant.administer("key", "revoke", credential)
        found = refused(lambda: look(client))
        assert (found.code, found.reason) == UNKNOWN
        assert refused(lambda: next(watch)).reason == "CREDENTIAL_ENDED"
    assert refused_of(plant, certificate) == UNKNOWN


def test_a_suspended_partners_certificate_lets_nobody_in(plant, other):
    register(plant, other, other)
    certificate = of_host(plant, other)
    let_in(plant, certificate)
    plant.administer("partner", "suspend", other)
    assert refused_of(plant, certificate) == (
        grpc.StatusCode.PERMISSION_DENIED, "PARTNER_SUSPENDED")


def test_a_registration_ends_in_time(plant, other):
    register(plant, other, other, expires_at=soon())
    certificate = of_host(plant, other)
    let_in(plant, certificate)
    eventually("the registration has ended", lambda: has_ended(plant, certificate))


def test_a_wrong_key_is_not_made_up_for_by_a_right_certificate(plant, good):
    wrong = plant.key[:-1] + ("0" if plant.key[-1] != "0" else "1")
    with plant.anonymous(good) as client:
        found = refused(lambda: client.gateway.ListCases(
            gateway.ListCasesRequest(site=SITE),
            metadata=[("authorization", f"Bearer {wrong}")]))
    assert (found.code, found.reason) == (
        grpc.StatusCode.UNAUTHENTICATED, "CREDENTIAL_UNKNOWN")


def test_a_certificate_that_expires_is_not_believed_on_an_open_connection_either(plant):
    short = leaf(plant.root, days=(-1, 2 / SECONDS_OF_A_DAY))
    with plant.anonymous(write(plant.folder, "short", short)) as client:
        look(client)
        eventually("the certificate has expired",
                   lambda: not accepts(plant, short), EXPIRY_SECONDS)
        refused(lambda: look(client))


@pytest.mark.parametrize("change", ["the partner", "a credential of it"])
def test_a_name_that_has_changed_hands_stays_with_its_new_partner(plant, other, change):
    heir, certificate = facts.unique("heir"), of_host(plant, other)
    plant.issue_key(heir, SITE)
    register(plant, other, other, expires_at=soon())
    let_in(plant, certificate)
    eventually("the old registration has ended", lambda: has_ended(plant, certificate))
    register(plant, heir, other)
    let_in(plant, certificate)
    if change == "the partner":
        plant.administer("partner", "put", other, "--site", SITE, "--role", "wms")
    else:
        plant.administer("key", "issue", other)
    try:
        let_in(plant, certificate)
    except grpc.RpcError as error:
        raise AssertionError(refusal(error)) from error
