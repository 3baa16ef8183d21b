"""Clients in the plant that call Production by themselves, with a token of the Gateway."""

import json

import grpc
import pytest

from Support.certificates import Authority
from Support.client import Client, refused
from Support.conditions import eventually
from Support.plant import OTHER_SITE, SITE, Plant
from Support.programs import run
from Support.stubs import production, tokens

AUDIENCE = "millrace.production"


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    with Plant(tmp_path_factory.mktemp("plant"),
               authority=Authority(tmp_path_factory.mktemp("authority"))) as running:
        yield running


class InPlantClient:
    """A partner's client with a certificate, a key for the Gateway, and a token for Production."""

    def __init__(self, plant, name, *sites, roles=("mes",)):
        self.plant, self.name = plant, name
        self.issued = plant.authority.client(name)
        self.key = plant.issue_key(name, *(sites or (SITE,)), roles=roles)
        self.exchange()

    def credentials(self, issued=None):
        issued = issued or self.issued
        return grpc.ssl_channel_credentials(
            self.plant.authority.certificate.read_bytes(), issued.key.read_bytes(),
            issued.certificate.read_bytes())

    def call_gateway(self):
        return self.plant.keep(Client(
            f"127.0.0.1:{self.plant.gateway_port}", [("authorization", f"Bearer {self.key}")],
            credentials=self.credentials()))

    def exchange(self, **request):
        self.answer = self.call_gateway().tokens.Exchange(
            tokens.ExchangeRequest(**{"audience": AUDIENCE, **request}))
        self.production = self.direct().production

    def direct(self, issued=None, token=None):
        return self.plant.keep(Client(
            f"127.0.0.1:{self.plant.production_port}",
            [("authorization", f"Bearer {token or self.answer.token}")],
            credentials=self.credentials(issued)))

    def look(self, site=SITE):
        return self.production.ListOrders(production.ListOrdersRequest(site=site))

    def refusal(self, site=SITE):
        return refused(lambda: self.look(site))


def ends(client):
    def has_ended():
        try:
            client.look()
            return False
        except grpc.RpcError:
            return client.refusal().reason == "TOKEN_REVOKED"
    return has_ended


def test_a_token_calls_what_the_roles_may_and_no_more(plant):
    client = InPlantClient(plant, "terminal")
    client.look()
    assert "millrace.production.v1.ProductionService/ReportProduction" in client.answer.methods
    found = refused(lambda: client.production.ReleaseOrder(production.ReleaseOrderRequest()))
    assert (found.code, found.reason) == (
        grpc.StatusCode.PERMISSION_DENIED, "METHOD_NOT_GRANTED")
    assert client.refusal(OTHER_SITE).reason == "SITE_NOT_GRANTED"
    assert plant.refusals_on_record("production") >= {
        ("terminal", "METHOD_NOT_GRANTED"), ("terminal", "SITE_NOT_GRANTED")}


def test_nobody_else_can_use_it(plant):
    client = InPlantClient(plant, "owner")
    thief = client.direct(plant.authority.client("thief"))
    found = refused(lambda: thief.production.ListOrders(production.ListOrdersRequest(site=SITE)))
    assert (found.code, found.reason) == (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_NOT_BOUND")
    # As a principal it is none either, and the Gateway takes no token of its own.
    forwarded = plant.direct(client.answer.token)
    assert refused(lambda: forwarded.production.ListOrders(
        production.ListOrdersRequest(site=SITE))).reason == "CREDENTIAL_INVALID"
    client.key = client.answer.token
    assert refused(lambda: client.call_gateway().tokens.Exchange(
        tokens.ExchangeRequest(audience=AUDIENCE))).reason == "TOKEN_INVALID"


def test_what_is_asked_for_wrongly_is_refused_with_the_reason(plant):
    client = InPlantClient(plant, "asking")
    ask = client.call_gateway().tokens.Exchange
    assert refused(lambda: ask(tokens.ExchangeRequest(
        audience="millrace.nothing"))).reason == "AUDIENCE_NOT_GRANTED"
    found = refused(lambda: ask(tokens.ExchangeRequest(audience="", lifetime_seconds=59)))
    assert set(found.fields) == {"audience", "lifetime_seconds"}
    # A connection without a certificate has nothing to bind a token to.
    bare = plant.keep(Client(
        f"127.0.0.1:{plant.gateway_port}", [("authorization", f"Bearer {client.key}")],
        credentials=grpc.ssl_channel_credentials(plant.authority.certificate.read_bytes())))
    found = refused(lambda: bare.tokens.Exchange(tokens.ExchangeRequest(audience=AUDIENCE)))
    assert (found.code, found.reason) == (
        grpc.StatusCode.FAILED_PRECONDITION, "CERTIFICATE_REQUIRED")


def test_it_ends_with_its_credential_and_takes_its_streams_along(plant):
    client, other = InPlantClient(plant, "leaving"), InPlantClient(plant, "staying")
    stream = client.production.WatchOrders(production.WatchOrdersRequest(site=SITE))
    assert stream.initial_metadata() is not None
    plant.administer("key", "revoke", client.key.split("_")[2])
    eventually("the token is not believed any more", ends(client))
    with pytest.raises(grpc.RpcError) as ended:
        list(stream)
    assert ended.value.code() == grpc.StatusCode.UNAUTHENTICATED
    other.look()


def test_it_ends_when_the_partners_rights_change(plant):
    client = InPlantClient(plant, "moving", SITE)
    plant.administer("quota", "moving", "--calls-per-second", "77")
    plant.administer("partner", "put", "moving", "--site", OTHER_SITE, "--role", "mes")
    eventually("the token is not believed any more", ends(client))
    client.exchange()
    client.look(OTHER_SITE)
    assert client.refusal(SITE).reason == "SITE_NOT_GRANTED"


def test_all_end_at_once_when_nobody_knows_which(plant):
    clients = [InPlantClient(plant, f"many-{number}") for number in range(2)]
    plant.administer("token", "revoke-all")
    for client in clients:
        eventually("the token is not believed any more", ends(client))

    def is_let_in_again():
        clients[0].exchange()
        try:
            return clients[0].look() is not None
        except grpc.RpcError:
            return False

    eventually("a new token is believed", is_let_in_again)


def test_it_is_good_while_the_gateway_is_down_and_what_was_revoked_stays_revoked(plant):
    good, bad = InPlantClient(plant, "going-on"), InPlantClient(plant, "gone")
    plant.administer("partner", "suspend", "gone")
    eventually("the token is not believed any more", ends(bad))
    plant.gateway.stop()
    good.look()
    plant.production.stop()
    plant.production.start()
    good.look()
    assert bad.refusal().reason == "TOKEN_REVOKED"
    plant.gateway.start()


def test_the_tool_gets_one_too(plant):
    client = InPlantClient(plant, "by-hand")
    key = plant.folder / "by-hand-api-key"
    key.write_text(client.key + "\n")
    key.chmod(0o600)
    answer = json.loads(plant.administer(
        "token", "exchange", AUDIENCE, "--json", "--certificate-file",
        str(client.issued.certificate), "--certificate-key-file", str(client.issued.key),
        api_key_file=key))
    client.direct(token=answer["token"]).production.ListOrders(
        production.ListOrdersRequest(site=SITE))


def test_the_tool_gets_one_for_a_certificate_alone(plant):
    client = InPlantClient(plant, "keyless")
    plant.administer("key", "register-certificate", "keyless", "DNS:keyless.plant.example")
    token = run(
        "millrace", "token", "exchange", AUDIENCE, "--gateway", f"127.0.0.1:{plant.gateway_port}",
        "--authorities-file", str(plant.authority.certificate), "--certificate-file",
        str(client.issued.certificate), "--certificate-key-file", str(client.issued.key))
    client.direct(token=token).production.ListOrders(production.ListOrdersRequest(site=SITE))
