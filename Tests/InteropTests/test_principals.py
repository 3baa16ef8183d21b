"""Whom Production believes: a principal signed by the Gateway for it, and nobody else."""

import time

import grpc
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from Support.client import refused
from Support.plant import OTHER_SITE, SITE
from Support.principals import key_id, mint
from Support.stubs import production


def ask(client):
    return client.production.ListOrders(production.ListOrdersRequest(site=SITE))


def test_a_principal_of_the_gateway_is_believed(plant):
    ask(plant.direct())


def test_a_principal_acts_only_for_its_sites(plant):
    found = refused(lambda: ask(plant.direct(sites=[OTHER_SITE])))
    assert (found.code, found.reason) == (
        grpc.StatusCode.PERMISSION_DENIED, "SITE_NOT_GRANTED")


@pytest.mark.parametrize("spoiled", [
    {"seconds": -60}, {"seconds": 24 * 3600}, {"aud": "millrace.inventory"}, {"aud": None},
    {"exp": None}, {"iss": "somebody-else"}, {"sub": ""}, {"sub": None}, {"kind": "operator"},
    {"kind": None}, {"iat": int(time.time()) + 3600}, {"sites": "PLANT1"},
], ids=repr)
def test_a_spoiled_principal_is_unauthenticated(plant, spoiled):
    client = plant.direct(plant.principal(**spoiled))
    assert refused(lambda: ask(client)).code == grpc.StatusCode.UNAUTHENTICATED


def test_another_key_or_no_signature_is_unauthenticated(plant):
    other = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()).decode()
    kid = key_id(plant.folder / "principal-keys.json")
    good = plant.principal()
    head, body, signature = good.split(".")
    for token in (
        mint(other, kid), mint(other, "unknown-kid"), mint("secret" * 8, kid, algorithm="HS256"),
        mint(None, kid, algorithm="none"), f"{head}.{body}.", f"{head}.{body}", f"{body}", "x.y.z",
        f"{head}.{body}.{signature[:-4]}AAAA", "x" * 6000,
    ):
        assert refused(lambda: ask(plant.direct(token))).code == (
            grpc.StatusCode.UNAUTHENTICATED), token
    assert refused(lambda: ask(plant.direct(""))).code == grpc.StatusCode.UNAUTHENTICATED


def test_a_partner_cannot_bring_a_principal_through_the_gateway(plant):
    """The Gateway replaces what a caller claims to be."""
    from Support.client import Client
    from Support.principals import HEADER

    forged = plant.principal(kind="integration", sites=[SITE, OTHER_SITE])
    with Client(f"127.0.0.1:{plant.gateway_port}",
                [("authorization", f"Bearer {plant.key}"), (HEADER, forged)]) as client:
        found = refused(lambda: client.production.GetOrder(
            production.GetOrderRequest(site=OTHER_SITE, order_name="MO")))
        assert found.reason == "SITE_NOT_GRANTED"
    with Client(f"127.0.0.1:{plant.gateway_port}", [(HEADER, forged)]) as client:
        assert refused(lambda: ask(client)).code == grpc.StatusCode.UNAUTHENTICATED
