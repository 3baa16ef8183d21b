"""Keys that change while the plant works: the runbooks' steps under load, and partners' own tokens."""

import json
import os
import pathlib
import shutil
import stat
import time

import grpc
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from Support import odoo
from Support.callers import Caller
from Support.client import refused
from Support.conditions import eventually
from Support.plant import SITE, Plant
from Support.programs import run
from Support.stubs import gateway, production

ISSUER, AUDIENCE = "https://idp.acme.example", "millrace"
KEYS = {
    "EdDSA": (ed25519.Ed25519PrivateKey.generate(), jwt.algorithms.OKPAlgorithm),
    "ES256": (ec.generate_private_key(ec.SECP256R1()), jwt.algorithms.ECAlgorithm),
    "RS256": (rsa.generate_private_key(65537, 2048), jwt.algorithms.RSAAlgorithm),
}


def key_set(*algorithms) -> str:
    keys = []
    for name in algorithms:
        private, kind = KEYS[name]
        jwk = kind.to_jwk(private.public_key(), as_dict=True)
        keys.append({**jwk, "kid": name, "alg": name})
    return json.dumps({"keys": keys})


def token(algorithm="ES256", *, kid=None, typ="at+jwt", **claims) -> str:
    now = int(time.time())
    body = {"iss": ISSUER, "aud": AUDIENCE, "sub": "acme-mes", "iat": now, "exp": now + 600}
    return jwt.encode(body | claims, KEYS[algorithm][0], algorithm=algorithm,
                      headers={"kid": kid or algorithm, "typ": typ})


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    """A plant that believes the tokens of one identity provider."""
    plant = Plant(tmp_path_factory.mktemp("plant"))
    (plant.folder / "acme-keys.json").write_text(key_set("EdDSA", "ES256"))
    path = plant.folder / "millrace-gateway.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"externalIssuers": [{
        "issuer": ISSUER, "audience": AUDIENCE, "type": "at+jwt",
        "keySetFile": str(plant.folder / "acme-keys.json")}]}))
    with plant as running:
        running.issue_key("acme", SITE)
        running.administer("key", "register-token", "acme", ISSUER, "acme-mes")
        yield running


def look(client):
    return client.gateway.ListCases(gateway.ListCasesRequest(site=SITE))


def test_a_partners_own_token_lets_it_in(plant):
    for algorithm in ("EdDSA", "ES256"):
        look(plant.mes(token(algorithm)))
    assert refused(lambda: look(plant.mes(token(sub="somebody")))).reason == "TOKEN_UNKNOWN"


@pytest.mark.parametrize("bad", [
    {"typ": "JWT"}, {"aud": "others"}, {"exp": 1_700_000_000}, {"iss": "https://other.example"},
    {"kid": "EdDSA"}, {"algorithm": "RS256"},
], ids=repr)
def test_a_token_for_something_else_does_not(plant, bad):
    found = refused(lambda: look(plant.mes(token(**bad))))
    assert (found.code, found.reason) == (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_INVALID")


def test_a_new_key_set_is_used_without_a_restart(plant):
    keys = plant.folder / "acme-keys.json"
    keys.write_text("no key set")
    eventually("the broken file is in the log",
               lambda: "a key file was not read again" in plant.gateway.output())
    look(plant.mes(token("ES256")))
    keys.write_text(key_set("RS256"))

    def knows_the_new_key():
        try:
            return look(plant.mes(token("RS256")))
        except grpc.RpcError as error:
            raise AssertionError(error.details()) from error

    eventually("the new key is believed", lambda: knows_the_new_key() is not None)
    assert refused(lambda: look(plant.mes(token("ES256")))).reason == "TOKEN_INVALID"


def test_rotating_the_signing_key_fails_no_call(plant):
    """deploy/runbooks/rotate-principal-signing-key.md, step by step."""
    request = production.ListOrdersRequest(site=SITE)

    def caller_of(partner):
        client = plant.mes(plant.issue_key(partner, SITE))
        return Caller(lambda: client.production.ListOrders(request))

    # Through the Gateway to Production: a principal is signed and believed for each.
    callers = [caller_of(f"caller-{number}") for number in range(4)]
    for caller in callers:
        caller.start()
    old = json.loads((plant.folder / "principal-keys.json").read_text())["keys"][0]["kid"]
    following = plant.folder / "next"
    following.mkdir(mode=0o700)
    run("millrace", "keys", "create", "--directory", str(following))
    mask = os.umask(0o077)
    try:
        run("millrace", "keys", "publish", str(following / "principal-keys.json"),
            "--into", str(plant.folder / "principal-keys.json"))
    finally:
        os.umask(mask)
    # Whoever publishes, services of other users can read it.
    assert stat.S_IMODE((plant.folder / "principal-keys.json").stat().st_mode) == 0o644
    eventually("Production knows the new key",
               lambda: "a key file was read again" in plant.production.output())
    shutil.move(following / "principal-signing-key.pem",
                plant.folder / "principal-signing-key.pem")
    eventually("the Gateway signs with it", lambda: any(
        "a key file was read again" in line and "signingKeyFile" in line
        for line in plant.gateway.output().splitlines()))
    before = [caller.calls for caller in callers]
    eventually("calls go on", lambda: all(
        caller.calls > count + 10 for caller, count in zip(callers, before)))
    for caller in callers:
        caller.end()
    assert not [error for caller in callers for error in caller.failures]
    # A new partner's principal is signed with the new key, which alone is believed afterwards.
    run("millrace", "keys", "withdraw", old, "--from", str(plant.folder / "principal-keys.json"))
    key = plant.issue_key("late", SITE)

    def is_believed():
        try:
            return plant.mes(key).production.ListOrders(request) is not None
        except grpc.RpcError as error:
            raise AssertionError(error.details()) from error

    eventually("the new key is believed", is_believed)


def test_rotating_odoos_key_fails_no_booking(plant):
    """deploy/runbooks/rotate-odoo-api-key.md, step by step."""
    plant.odoo.request("POST", "/sandbox/api-keys", {"keys": [odoo.API_KEY, "next-key"]})
    following = plant.folder / "odoo-api-key.next"
    following.write_text("next-key\n")
    following.chmod(0o600)
    shutil.move(following, plant.folder / "odoo-api-key")
    eventually("the Gateway calls with it", lambda: any(
        "a key file was read again" in line and f"odoo ({SITE})" in line
        for line in plant.gateway.output().splitlines()))
    plant.odoo.request("POST", "/sandbox/api-keys", {"keys": ["next-key"]})
    plant.odoo.request("DELETE", "/sandbox/calls")
    eventually("Odoo is called", lambda: plant.odoo.request(
        "GET", "/sandbox/calls")["total"] > 5)
    client = plant.mes(plant.issue_key("looking", SITE, roles=["operator"]))
    status = client.gateway.GetOdooStatus(gateway.GetOdooStatusRequest(site=SITE))
    assert status.reachable and not status.last_failure


def test_rotating_the_audit_key_leaves_every_head_verifiable(plant):
    """deploy/runbooks/rotate-audit-signing-key.md, step by step."""
    folder, database = plant.folder, plant.folder / "production.sqlite"
    run("millrace", "keys", "create", "--for", "audit", "--directory", str(folder))
    path = folder / "millrace-production.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {
        "auditSigningKeyFile": str(folder / "audit-signing-key.pem")}))
    plant.production.stop()
    plant.production.start()
    following = folder / "next-audit"
    following.mkdir(mode=0o700)
    run("millrace", "keys", "create", "--for", "audit", "--directory", str(following))
    run("millrace", "keys", "publish", str(following / "audit-keys.json"),
        "--into", str(folder / "audit-keys.json"))
    new = json.loads((following / "audit-keys.json").read_text())["keys"][0]["kid"]
    eventually("the old key has signed", lambda: heads(database))
    shutil.move(following / "audit-signing-key.pem", folder / "audit-signing-key.pem")
    eventually("the new key signs", lambda: any(head["keyID"] == new for head in heads(database)))
    assert len({head["keyID"] for head in heads(database)}) == 2
    kept = folder / "heads.jsonl"
    kept.write_text("\n".join(json.dumps(head) for head in heads(database)) + "\n")
    run("millrace", "audit", "verify", str(database), "--heads", str(kept),
        "--keys", str(folder / "audit-keys.json"))


def heads(database) -> list:
    return [json.loads(line) for line in run("millrace", "audit", "heads", str(database)).splitlines()]


def test_no_secret_stands_in_logs_process_lists_databases_or_backups(plant):
    key = plant.issue_key("careful", SITE)
    look(plant.mes(key))
    refused(lambda: look(plant.mes(key[:-1] + ("0" if key[-1] != "0" else "1"))))
    refused(lambda: look(plant.mes(token(aud="others"))))
    plant.administer("key", "rotate", "careful")
    run("millrace", "backup", str(plant.folder / "gateway.sqlite"),
        str(plant.folder / "gateway.backup"))
    private = (plant.folder / "principal-signing-key.pem").read_text().splitlines()[1]
    secrets = [text.encode() for text in (
        key.split("_")[3], plant.admin_key.split("_")[3], odoo.API_KEY, "next-key", private)]
    places = {
        f"{program.name}'s {place}": content for program in plant.programs if program is not plant.sandbox
        for place, content in (
            ("log", program.output().encode()),
            ("command line", pathlib.Path(f"/proc/{program.pid}/cmdline").read_bytes()),
            ("environment", pathlib.Path(f"/proc/{program.pid}/environ").read_bytes()))}
    places |= {path.name: path.read_bytes() for pattern in ("*.sqlite*", "*.backup")
               for path in plant.folder.glob(pattern) if path.is_file()}
    assert {"gateway.sqlite", "gateway.backup"} <= set(places)
    found = [place for place, content in places.items() for secret in secrets if secret in content]
    assert not found
